"""Answers with a document in the format that its reader accepts: one way for things, vocabularies and the catalogue."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pyoxigraph as ox
from flask import Response, request

from legation.graph.formats import DOCUMENT_FORMATS, HTML, JSON_LD, TURTLE, Format, by_extension
from legation.graph.jsonld import compacted
from legation.graph.prefixes import PREFIXES
from legation.graph.serialisation import serialise

from .links import alternates, header, link
from .negotiation import negotiate
from .pages import page_language
from .problems import ProblemRaised
from .site import Site

VARY = "Accept, Accept-Language"


@dataclass(frozen=True, slots=True)
class Document:
    """A document to answer with: its address without extension, what it is about, its triples, and its page."""

    stem: str
    topic: str
    triples: Callable[[], Iterable[ox.Triple]]
    page: Callable[[str], str]


def chosen_format(extension: str | None, stem: str, formats: tuple[Format, ...] = DOCUMENT_FORMATS) -> Format:
    """The format that a request asks for, by extension or else by its Accept header.

    Raises ProblemRaised: not-found for an unknown extension, not-acceptable with the alternates listed.
    """
    if extension is not None:
        found = by_extension(extension, formats)
        if found is None:
            raise ProblemRaised("not-found", f"There is no variant .{extension} of this document.")
        return found
    choice = negotiate(_accept(), formats, default=TURTLE)
    if choice is None:
        offered = [form.media_type for form in formats]
        links = {"Link": header(alternates(stem, formats)), "Vary": VARY}
        raise ProblemRaised(
            "not-acceptable", "Available are " + ", ".join(offered) + ".", headers=links, available=offered
        )
    return choice.format


def _accept() -> str | None:
    """Every Accept line of the request as one (RFC 9110, section 5.3); None where there is none."""
    lines = request.headers.getlist("Accept")
    return ", ".join(lines) if lines else None


def respond(site: Site, document: Document, extension: str | None) -> Response:
    """The document in the chosen format, with its links, language, entity tag and caching."""
    form = chosen_format(extension, document.stem)
    language = page_language()
    body = _body(site, document, form, language)
    response = Response(body, content_type=form.content_type)
    response.headers["Content-Location"] = f"{document.stem}.{form.extension}"
    response.headers["Link"] = header(_links(site, document, extension))
    response.headers["Cache-Control"] = f"public, max-age={site.settings.document_max_age_s}"
    if form is HTML:
        response.headers["Content-Language"] = language
    varies = VARY if extension is None else "Accept-Language" if form is HTML else None
    if varies:
        response.headers["Vary"] = varies
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.make_conditional(request)
    return response


def _body(site: Site, document: Document, form: Format, language: str) -> bytes:
    """The document's bytes, made once; a page differs by its language."""
    if form is not HTML:
        return site.remembered((document.stem, form.key), lambda: encoded(site, document, form))
    return site.remembered((document.stem, form.key, language), lambda: document.page(language).encode())


def encoded(site: Site, document: Document, form: Format) -> bytes:
    """The document's triples in an RDF format; JSON-LD is compacted with the published context."""
    triples = list(document.triples())
    if form is JSON_LD:
        return compacted(triples, site.context, site.url("context.jsonld"), document.topic)
    return serialise(triples, form, PREFIXES)


def _links(site: Site, document: Document, extension: str | None) -> list[str]:
    links = alternates(document.stem, DOCUMENT_FORMATS)
    links.append(link(document.topic, "describes"))
    if site.licence:
        links.append(link(site.licence, "license"))
    return [*links, link(document.stem, "canonical")] if extension else links
