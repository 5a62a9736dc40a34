"""Things and their documents: `/id/…` answers 303 to `/doc/…` (Cool URIs for the Semantic Web, section 4.2)."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, request

from legation.graph.description import Description, describe
from legation.graph.formats import DOCUMENT_FORMATS, by_extension

from .documents import Document, respond
from .problems import ProblemRaised
from .site import Site, site
from .speech import LANGUAGES
from .thing_pages import thing_page

blueprint = Blueprint("resources", __name__)
_UNESCAPED = "/:@!$&'()*+,;=-._~"


@blueprint.get("/id/<path:path>")
def thing(path: str) -> Response:
    """303 See Other, absolute and on the public base, to the document; the thing itself has no representation."""
    response = Response(status=303)
    language = f"?lang={request.args['lang']}" if request.args.get("lang") in LANGUAGES else ""
    response.headers["Location"] = site().base.document(_escaped(path, "/id/")) + language
    response.headers["Cache-Control"] = f"public, max-age={site().settings.document_max_age_s}"
    return response


@blueprint.get("/doc/<path:path>")
def document(path: str) -> Response:
    """The description of a thing, negotiated; with an extension, that variant whatever the Accept header says."""
    here = site()
    stem, extension = _split(_escaped(path, "/doc/"))
    iri = here.base.thing(stem)
    description = here.remembered(("description", iri), lambda: describe(here.store, here.base, iri))
    if description is None:
        raise ProblemRaised("not-found", f"No thing {iri} is described in this release.")
    return respond(here, _document_of(here, stem, description), extension)


def _document_of(here: Site, stem: str, description: Description) -> Document:
    return Document(
        stem=here.base.document(stem),
        topic=description.iri,
        triples=lambda: description.triples,
        page=lambda language: thing_page(here, description, language),
    )


def _split(path: str) -> tuple[str, str | None]:
    """A path and the extension of a variant, where it has one."""
    stem, dot, extension = path.rpartition(".")
    known = dot and by_extension(extension, DOCUMENT_FORMATS)
    return (stem, extension) if known else (path, None)


def _escaped(path: str, prefix: str) -> str:
    """The path as the client wrote it, escapes and all, where the server tells; else the decoded path escaped anew.

    Raises ProblemRaised for a path with NUL, with bytes that are not UTF-8, or with dot segments.
    """
    if "\0" in path or "\ufffd" in path:
        raise ProblemRaised("bad-request", "The address is not UTF-8 text once its escapes are decoded.")
    if {".", ".."}.intersection(path.split("/")):
        raise ProblemRaised("not-found", "An address of a thing has no dot segments.")
    raw = str(request.environ.get("RAW_URI", "")).partition("?")[0]
    whole = site().path.rstrip("/") + prefix
    if raw.startswith(whole) and raw.isascii():
        return raw.removeprefix(whole)
    return quote(path, safe=_UNESCAPED)
