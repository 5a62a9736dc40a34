"""Stories: `/story` tells the one there is, or lists them; `/story/{path}` tells the one that the thing is in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlencode

import pyoxigraph as ox
from flask import Blueprint, Response, request
from rdflib import RDF
from rdflib.namespace import DCTERMS, FOAF

from legation.graph.identifiers import thing_path
from legation.graph.stories import Case, Told, cases, names_of, told

from .addresses import as_uri, spellings
from .documents import Document, asked_form, asked_variant, respond
from .links import link
from .listing import part_of
from .problems import ProblemRaised
from .resources import asked_path
from .site import Site, site
from .story_page import stories_page, story_page
from .variants import Variant

blueprint = Blueprint("story", __name__)
STORIES_MAX = 50
"""Stories on one page of the list."""


@blueprint.get("/story")
@blueprint.get("/story.<suffix>")
def stories(suffix: str = "") -> Response:
    """The story, where there is one; else the list of all, those that began last first."""
    here, found, variant = site(), every_story(site()), asked_form(suffix)
    if len(found) == 1:
        return _respond(here, found[0], here.url("story"), variant)
    return _respond_list(here, found, variant)


@blueprint.get("/story/<path:_>")
def story(_: str) -> Response:
    """The story that a measure, event or statement is in, at the address of its first measure; 303 from the others."""
    here, known = site(), _by_path(site())
    stem, variant = asked_variant(asked_path())
    path = next((path for path in spellings(stem) if path in known), None)
    if path is None:
        raise ProblemRaised("not-found", f"No story of this release is about {stem}.")
    case = known[path]
    address = story_address(here, case)
    if thing_path(here.base, case.head) != path:
        query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
        return Response(status=303, headers={"Location": address + (variant.suffix if variant else "") + query})
    return _respond(here, case, address, variant)


def every_story(here: Site) -> tuple[Case, ...]:
    """All stories of the release, found once."""
    return here.remembered(("stories",), lambda: cases(here.store))


def story_address(here: Site, case: Case) -> str:
    """The address of a story, without extension."""
    return as_uri(here.url(f"story/{thing_path(here.base, case.head)}"))


def tell(here: Site, case: Case) -> Told:
    """All that a story tells, gathered once."""
    return here.remembered(("story", case.head), lambda: told(here.store, case.core))


def _by_path(here: Site) -> Mapping[str, Case]:
    """Stories by the paths of all that is in their cores."""
    return here.remembered(("stories", "by path"), lambda: dict(_paths(here)))


def _paths(here: Site) -> Iterator[tuple[str, Case]]:
    for case in every_story(here):
        for iri in case.core:
            if path := thing_path(here.base, iri):
                yield path, case


def _respond(here: Site, case: Case, stem: str, variant: Variant | None) -> Response:
    document = Document(
        stem=stem,
        topic=case.head,
        triples=lambda: _triples(stem, tell(here, case)),
        page=lambda language: story_page(here, story_address(here, case), tell(here, case), case.head, language),
        canonical=story_address(here, case),
    )
    return respond(here, document, variant)


def _respond_list(here: Site, found: tuple[Case, ...], variant: Variant | None) -> Response:
    stem = here.url("story")
    part = part_of(
        found, lambda case: thing_path(here.base, case.head) or "", request.args.get("after", ""), STORIES_MAX
    )
    next_ = [link(f"{stem}?{urlencode({'after': part.following})}", "next")] if part.following else []
    names = here.remembered(("stories", part.after), lambda: names_of(here.store, [case.head for case in part.entries]))
    document = Document(
        stem=stem,
        topic=stem,
        triples=lambda: (*_topics(stem, [case.head for case in part.entries]), *names),
        page=lambda language: stories_page(here, stem, part, names, language),
        query=part.query,
        links=[*next_, *([link(stem, "first")] if part.after else [])],
    )
    return respond(here, document, variant)


def _topics(stem: str, iris: Iterable[str]) -> Iterator[ox.Triple]:
    document = ox.NamedNode(stem)
    yield ox.Triple(document, ox.NamedNode(str(RDF.type)), ox.NamedNode(str(FOAF.Document)))
    for iri in iris:
        yield ox.Triple(document, ox.NamedNode(str(FOAF.topic)), ox.NamedNode(iri))


def _triples(stem: str, story: Told) -> Iterator[ox.Triple]:
    """What is told, and that the document is about each thing of the core."""
    yield from _topics(stem, story.core)
    for report in story.reports:
        yield ox.Triple(ox.NamedNode(stem), ox.NamedNode(str(DCTERMS.source)), ox.NamedNode(report))
    yield from story.triples
