"""The things of a class as a document: `/class/Expulsion`, `/class/foaf:Person`, part by part; `/class/` lists all."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pyoxigraph as ox
from flask import Blueprint, Response, request
from rdflib import RDF, RDFS
from rdflib.namespace import FOAF, VOID

from legation.graph.classes import Listed, listed
from legation.graph.identifiers import is_valid_iri, thing_path

from .class_pages import class_counts, class_page, classes_page
from .documents import Document, asked_variant, respond
from .links import link
from .listing import Part, cut
from .problems import ProblemRaised
from .site import Site, site
from .variants import Variant
from .view_models import class_named, class_path

blueprint = Blueprint("classes", __name__)
THINGS_MAX = 200
"""Things on one part of a list."""


@blueprint.get("/class/<path:name>")
@blueprint.get("/class/")
def things(name: str = "index") -> Response:
    """A part of the things of a class, in the order of their IRIs; `?after=` is the path of the last one before it."""
    here = site()
    stem, variant = asked_variant(name)
    if stem == "index":
        return _respond_classes(here, variant)
    class_ = class_named(stem)
    total = class_counts(here).get(class_ or "", 0)
    if class_ is None or not total:
        raise ProblemRaised("not-found", f"This release describes no thing of a class {stem}.")
    return _respond(here, class_, total, _after(here), variant)


def _respond_classes(here: Site, variant: Variant | None) -> Response:
    """The classes that things of this release are of, and how many there are of each."""
    stem, address = here.url("class/index"), here.url("class/")
    document = Document(
        stem=stem,
        topic=address,
        triples=lambda: _partitions(here, address),
        page=lambda language: classes_page(here, stem, address, language),
        canonical=address,
    )
    return respond(here, document, variant)


def _after(here: Site) -> str:
    """The IRI that the part begins behind; empty for the first. Raises ProblemRaised for what can be none."""
    key = request.args.get("after", "")
    iri = here.base.thing(key)
    if key and not is_valid_iri(iri):
        raise ProblemRaised("bad-request", "What stands behind after= is no path of a thing.")
    return iri if key else ""


def _respond(here: Site, class_: str, total: int, after: str, variant: Variant | None) -> Response:
    found = here.remembered(("class", class_, after), lambda: listed(here.store, here.base, class_, after, THINGS_MAX))
    key = thing_path(here.base, after) or ""
    part = cut(found.things, str, total, key, THINGS_MAX)
    stem = here.url(class_path(class_))
    document = Document(
        stem=stem,
        topic=class_,
        triples=lambda: _triples(stem, class_, total, found),
        page=lambda language: class_page(here, stem, class_, part, found, language),
        query=part.query,
        links=_links(here, stem, part),
    )
    return respond(here, document, variant)


def _links(here: Site, stem: str, part: Part[str]) -> list[str]:
    """The next part and the first one (RFC 8288; the relations are registered with IANA)."""
    following = part.following and thing_path(here.base, part.following)
    next_ = [link(f"{stem}?{urlencode({'after': following})}", "next")] if following else []
    return [*next_, *([link(stem, "first")] if part.after else [])]


def _triples(stem: str, class_: str, total: int, found: Listed) -> Iterator[ox.Triple]:
    """The things listed, with the document as the part of the dataset that the class makes (VoID, section 4.4)."""
    document = ox.NamedNode(stem)
    yield ox.Triple(document, ox.NamedNode(str(RDF.type)), ox.NamedNode(str(FOAF.Document)))
    yield ox.Triple(document, ox.NamedNode(str(FOAF.primaryTopic)), ox.NamedNode(class_))
    yield ox.Triple(document, ox.NamedNode(str(VOID["class"])), ox.NamedNode(class_))
    yield ox.Triple(document, ox.NamedNode(str(VOID.entities)), ox.Literal(total))
    yield from found.triples


def _partitions(here: Site, document: str) -> Iterator[ox.Triple]:
    """Each class with the number of its things."""
    yield ox.Triple(ox.NamedNode(document), ox.NamedNode(str(RDF.type)), ox.NamedNode(str(FOAF.Document)))
    for class_, total in class_counts(here).items():
        part = ox.NamedNode(here.url(class_path(class_)))
        yield ox.Triple(ox.NamedNode(document), ox.NamedNode(str(RDFS.seeAlso)), part)
        yield ox.Triple(part, ox.NamedNode(str(VOID["class"])), ox.NamedNode(class_))
        yield ox.Triple(part, ox.NamedNode(str(VOID.entities)), ox.Literal(total))
