"""Things and their documents: `/id/…` answers 303 to `/doc/…` (Cool URIs for the Semantic Web, section 4.2)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from flask import Blueprint, Response, request

from legation.graph.description import Description
from legation.graph.incoming import PageKey

from .addresses import BadAddress, as_uri, leaves_its_space, path_of, spellings
from .documents import asked_variant, respond
from .links import header, link
from .problems import ProblemRaised
from .site import Site, site
from .speech import LANGUAGES
from .thing_documents import asked_media_type, asked_view, document_of, kept_arguments
from .withdrawn import answer_gone, gone_at

blueprint = Blueprint("resources", __name__)


@blueprint.get("/id/<path:_>")
def thing(_: str) -> Response:
    """303 See Other, absolute and on the public base, to the document; the thing itself has no representation."""
    here = site()
    path = asked_path()
    if gone := gone_at(here, spellings(path)):
        return answer_gone(here, gone, None, is_thing=True)
    document = as_uri(here.base.document(path))
    language = request.args.get("lang", "").lower()
    kept = [kept_arguments(), f"lang={language}" if language in LANGUAGES else ""]
    query = "&".join(filter(None, kept))
    response = Response(status=303)
    response.headers["Location"] = document + (f"?{query}" if query else "")
    response.headers["Link"] = header([link(document, "describedby")])
    response.headers["Cache-Control"] = f"public, max-age={here.settings.document_max_age_s}"
    return response


@blueprint.get("/doc/<path:_>")
def document(_: str) -> Response:
    """The description of a thing, negotiated; with a suffix, that variant whatever the Accept header says."""
    here, path = site(), asked_path()
    stem, variant = asked_variant(path)
    if gone := gone_at(here, spellings(stem)):
        return answer_gone(here, gone, variant or asked_media_type(), is_thing=False)
    view = asked_view(here, variant)
    description = _described(here, spellings(stem), view.after)
    if description is None and variant is not None:
        variant = None
        view = asked_view(here, variant)
        description = _described(here, spellings(path), view.after)
    if description is None:
        raise ProblemRaised("not-found", f"No thing {here.base.thing(stem)} is described in this release.")
    return respond(here, document_of(here, description, view), variant or asked_media_type())


def _described(here: Site, paths: Iterable[str], after: PageKey | None) -> Description | None:
    """The description of the first of these things that there is."""
    things = map(here.base.thing, paths)
    found = (here.remembered((iri, after), partial(here.describer.describe, iri, after)) for iri in things)
    return next((description for description in found if description is not None), None)


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
