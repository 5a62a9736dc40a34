"""Answers with a document in the form that its reader accepts: one way for things, vocabularies and the catalogue.

What a document answers with depends on its address, and where that names no form, on the fields that `Vary` names.
Conditions are none of its business: `front` decides them on the finished answer, by the `ETag` given here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import pyoxigraph as ox
from flask import Response, g, request
from werkzeug.http import http_date

from legation.graph.formats import DOCUMENT_FORMATS, HTML, JSON_LD, TURTLE, Format
from legation.graph.jsonld import COMPACTED, written
from legation.graph.jsonld_compaction import Context
from legation.graph.prefixes import PREFIXES
from legation.graph.serialisation import serialise

from .conditional import Conditions, Outcome
from .links import header, link
from .negotiation import Choice, negotiate
from .pages import page_language
from .problems import ProblemRaised
from .site import Site
from .site import site as of_site
from .speech import LANGUAGES
from .variants import Variant, alternates, split

VARY = "Accept, Accept-Language"


@dataclass(frozen=True, slots=True)
class Document:
    """A document to answer with: its address without suffix, what it is about, its triples, and its page.

    `query` is what of the address tells this part or view of the document from others, such as `after=…`. `links` and
    `vary` are added to what every document says. `incoming` is what of the triples points at the topic,
    `context` the JSON-LD context where it is another than the published one. `canonical` is the address that its page
    calls its one address, where that is another than the stem with the query.
    """

    stem: str
    topic: str
    triples: Callable[[], Iterable[ox.Triple]]
    page: Callable[[str], str]
    incoming: Callable[[], Collection[ox.Triple]] = tuple
    context: Context | None = None
    query: str = ""
    canonical: str | None = None
    links: Sequence[str] = ()
    vary: Sequence[str] = ()


def asked_variant(path: str) -> tuple[str, Variant | None]:
    """The stem of the path asked for and the form that its suffix names, in which a problem is told too."""
    stem, g.variant = split(path)
    return stem, g.variant


def asked_form(suffix: str) -> Variant | None:
    """The form of a document that a suffix without its dot names; None for no suffix.

    Raises ProblemRaised: not-found for an unknown one.
    """
    _, variant = asked_variant(f"document.{suffix}")
    if suffix and variant is None:
        raise ProblemRaised("not-found", f"There is no form .{suffix} of this document.")
    return variant


def chosen_language() -> str | None:
    """The language that the address fixes: by its suffix, or else by `?lang=`."""
    variant: Variant | None = g.get("variant")
    named = request.args.get("lang", "").lower()
    return (variant and variant.language) or (named if named in LANGUAGES else None)


def language_of_page() -> str:
    """The language of the page to answer with: as the address fixes it, or else by Accept-Language."""
    return chosen_language() or page_language()


def accept() -> str | None:
    """Every Accept line of the request as one (RFC 9110, section 5.3); None where there is none."""
    lines = request.headers.getlist("Accept")
    return ", ".join(lines) if lines else None


def varies(variant: Variant | None, *others: str) -> str:
    """The value of Vary: every field that another answer at this address could depend on; may be empty."""
    fields = [] if variant else ["Accept"]
    has_page = variant is None or variant.format is HTML
    if has_page and chosen_language() is None:
        fields.append("Accept-Language")
    return ", ".join(dict.fromkeys((*fields, *others)))


def respond(site: Site, document: Document, variant: Variant | None) -> Response:
    """The document in the form that its address names or else its reader prefers, with its links, tag and caching.

    Raises ProblemRaised: not-acceptable, with the forms listed.
    """
    choice = Choice(variant.format) if variant else _negotiated(document)
    language = language_of_page() if choice.format is HTML else None
    response = Response(_body(site, document, choice, language), content_type=choice.content_type)
    if choice.profile in {None, COMPACTED}:
        response.headers["Content-Location"] = Variant(choice.format, language).address(document.stem, document.query)
    response.headers["Link"] = header(_links(site, document))
    response.headers["Cache-Control"] = f"public, max-age={site.settings.document_max_age_s}"
    response.headers["Last-Modified"] = http_date(site.since)
    response.headers["Legation-Release"] = f'"{site.release.digest}"'
    if language:
        response.headers["Content-Language"] = language
    if vary := varies(variant, *document.vary):
        response.headers["Vary"] = vary
    return response


def tagged(response: Response) -> Response:
    """A whole answer with its strong tag: of its bytes, type and language, so that what another release leaves alone
    keeps it (RFC 9110, section 8.8.3). What says nothing of caching is kept by caches as long as a document."""
    if response.status_code == 200:
        response.headers.setdefault("Cache-Control", f"public, max-age={of_site().settings.document_max_age_s}")
    is_kept = "no-store" not in response.headers.get("Cache-Control", "")
    if response.status_code == 200 and is_kept and not response.is_streamed and not response.get_etag()[0]:
        fields = response.headers.get("Content-Type", ""), response.headers.get("Content-Language", "")
        content = "\n".join((*fields, "")).encode() + response.get_data()
        response.set_etag(hashlib.sha256(content).hexdigest()[:32])
    return response


def under_conditions(response: Response) -> Response:
    """An answer under the conditions of its request, where the front does not decide them.

    Raises ProblemRaised: precondition-failed.
    """
    tag, _ = tagged(response).get_etag()
    outcome = Conditions.of(dict(request.headers)).outcome(tag, response.last_modified)
    if outcome is Outcome.FAILED:
        raise ProblemRaised("precondition-failed", "The condition of the request does not hold.")
    if outcome is Outcome.NOT_MODIFIED:
        response.status_code = 304
        response.set_data(b"")
        for name in ("Content-Type", "Content-Length", "Content-Language", "Last-Modified"):
            response.headers.pop(name, None)
    return response


def _negotiated(document: Document) -> Choice:
    choice = negotiate(accept(), DOCUMENT_FORMATS, default=TURTLE)
    if choice is None:
        offered = [form.media_type for form in DOCUMENT_FORMATS]
        fields = {"Link": header(alternates(document.stem, document.query)), "Vary": varies(None, *document.vary)}
        raise ProblemRaised(
            "not-acceptable", "Available are " + ", ".join(offered) + ".", headers=fields, available=offered
        )
    return choice


def _body(site: Site, document: Document, choice: Choice, language: str | None) -> bytes:
    """The document's bytes, which depend on nothing else of a request: each is made once for all its addresses."""
    key = ("body", document.stem, document.query, choice.format.key, choice.profile, language)
    if language is not None:
        return site.remembered(key, lambda: document.page(language).encode())
    return site.remembered(key, lambda: encoded(site, document, choice.format, choice.profile))


def encoded(site: Site, document: Document, form: Format, profile: str | None = None) -> bytes:
    """The document's triples in an RDF format; JSON-LD is compacted with the published context unless `profile` says
    otherwise."""
    triples = list(document.triples())
    if form is JSON_LD:
        return written(triples, document.topic, document.context or site.json_context, profile, document.incoming())
    return serialise(triples, form, PREFIXES)


def _links(site: Site, document: Document) -> list[str]:
    """What the document says in its header: its forms, what it describes, its licence and its one address."""
    canonical = document.canonical or document.stem + (f"?{document.query}" if document.query else "")
    licence = [link(site.licence, "license")] if site.licence else []
    return [
        *alternates(document.stem, document.query),
        link(document.topic, "describes"),
        *licence,
        link(canonical, "canonical"),
        *document.links,
    ]
