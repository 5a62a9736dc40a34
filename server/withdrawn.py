"""Answers for what is gone: 410 with a tombstone for a withdrawn thing, 308 for one that turned out to be another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox
from flask import Response, request
from rdflib import RDF
from rdflib.namespace import FOAF

from legation.graph.identifiers import thing_path
from legation.graph.stories import names_of
from legation.graph.withdrawals import Gone, gone_things

from .addresses import as_uri
from .documents import Document, respond
from .pages import reader_of, render, variants_of
from .site import Site
from .variants import Variant
from .view_models import Display, Value


def gone_at(here: Site, paths: Iterable[str]) -> Gone | None:
    """What is gone at one of these paths, if anything is."""
    gone = _all(here)
    return next((gone[iri] for iri in map(here.base.thing, paths) if iri in gone), None)


def _all(here: Site) -> Mapping[str, Gone]:
    return here.remembered(("gone",), lambda: gone_things(here.store))


def answer_gone(here: Site, gone: Gone, variant: Variant | None, *, is_thing: bool) -> Response:
    """410 with the tombstone in the negotiated form (RFC 9110, section 15.5.11), or 308 (15.4.9) to what remains.

    A merged thing leads to the thing that remains, its document to that one's document in the same form.
    """
    if gone.remains is None:
        response = respond(here, _tombstone(here, gone), variant)
        response.status_code = 410
        return response
    path = thing_path(here.base, gone.remains)
    address = (
        gone.remains if is_thing or path is None else here.base.document(path) + (variant.suffix if variant else "")
    )
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    response = Response(status=308)
    response.headers["Location"] = as_uri(address) + query
    response.headers["Cache-Control"] = f"public, max-age={here.settings.document_max_age_s}"
    return response


def _tombstone(here: Site, gone: Gone) -> Document:
    stem = as_uri(here.base.document(thing_path(here.base, gone.iri) or ""))
    return Document(
        stem=stem,
        topic=gone.iri,
        triples=lambda: _triples(here, gone, stem),
        page=lambda language: _page(here, gone, stem, language),
    )


def _triples(here: Site, gone: Gone, stem: str) -> Iterator[ox.Triple]:
    """What is said of the thing, the names of what replaces it, and that the document is about it."""
    document = ox.NamedNode(stem)
    yield ox.Triple(document, ox.NamedNode(str(RDF.type)), ox.NamedNode(str(FOAF.Document)))
    yield ox.Triple(document, ox.NamedNode(str(FOAF.primaryTopic)), ox.NamedNode(gone.iri))
    yield from gone.own
    yield from names_of(here.store, gone.replacements)


def _page(here: Site, gone: Gone, stem: str, language: str) -> str:
    reader = reader_of(here, language)
    display = Display(reader, names_of(here.store, gone.replacements))
    reason = gone.reasons.get(language) or next(iter(gone.reasons.values()), "")
    return render(
        "withdrawn.html", reader,
        title=Value(reader.say("withdrawn_title")),
        canonical=None,
        path=thing_path(here.base, gone.iri) or gone.iri,
        iri=gone.iri,
        when=gone.when,
        reason=reason,
        replacements=[display.value(ox.NamedNode(iri)) for iri in gone.replacements],
        variants=variants_of(stem),
    )  # fmt: skip
