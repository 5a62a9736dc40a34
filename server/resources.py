"""Things and their documents: `/id/…` answers 303 to `/doc/…` (Cool URIs for the Semantic Web, section 4.2)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from legation.graph.description import Description, describe
from legation.graph.identifiers import thing_path

from .addresses import BadAddress, as_uri, leaves_its_space, path_of, spellings
from .documents import Document, asked_variant, respond
from .links import header, link
from .problems import ProblemRaised
from .site import Site, site
from .speech import LANGUAGES
from .thing_pages import thing_page

blueprint = Blueprint("resources", __name__)


@blueprint.get("/id/<path:_>")
def thing(_: str) -> Response:
    """303 See Other, absolute and on the public base, to the document; the thing itself has no representation."""
    here = site()
    path = asked_path()
    document = as_uri(here.base.document(path))
    language = request.args.get("lang", "").lower()
    response = Response(status=303)
    response.headers["Location"] = document + (f"?{urlencode({'lang': language})}" if language in LANGUAGES else "")
    response.headers["Link"] = header([link(document, "describedby")])
    response.headers["Cache-Control"] = f"public, max-age={here.settings.document_max_age_s}"
    return response


@blueprint.get("/doc/<path:_>")
def document(_: str) -> Response:
    """The description of a thing, negotiated; with a suffix, that variant whatever the Accept header says."""
    here, path = site(), asked_path()
    stem, variant = asked_variant(path)
    description = _described(here, spellings(stem))
    if description is None and variant is not None:
        description, variant = _described(here, spellings(path)), None
    if description is None:
        raise ProblemRaised("not-found", f"No thing {here.base.thing(stem)} is described in this release.")
    return respond(here, _document_of(here, description), variant)


def _described(here: Site, paths: Iterable[str]) -> Description | None:
    """The description of the first of these things that there is."""
    things = map(here.base.thing, paths)
    found = (here.remembered(iri, partial(describe, here.store, here.base, iri)) for iri in things)
    return next((description for description in found if description is not None), None)


def _document_of(here: Site, description: Description) -> Document:
    path = thing_path(here.base, description.iri) or ""
    return Document(
        stem=as_uri(here.base.document(path)),
        topic=description.iri,
        triples=lambda: description.triples,
        page=lambda language: thing_page(here, description, language),
        incoming=lambda: description.incoming,
        links=[link(here.dataset, "collection")] if here.dataset else [],
    )


def asked_path() -> str:
    """The path below `/id/` or `/doc/` as the client wrote it, escapes and all.

    Raises ProblemRaised: bad-request for what is no text, not-found for a path with dot segments.
    """
    try:
        path = path_of(str(request.environ["RAW_URI"]), site().path.count("/"))
    except BadAddress as error:
        raise ProblemRaised("bad-request", f"{error}") from None
    if leaves_its_space(path):
        raise ProblemRaised("not-found", "An address of a thing has no dot segments.")
    return path
