"""The SPARQL endpoint: reads the request, lets the guard look, runs the query, answers without cutting short."""

from __future__ import annotations

import hashlib
import json
import socket
import struct
import time
from collections.abc import Iterator
from typing import cast

from flask import Blueprint, Response, request

from legation.graph.errors import QueryFailed, QueryInvalid, QueryTimeout
from legation.graph.formats import (
    DOCUMENT_FORMATS,
    HTML,
    RDF_FORMATS,
    RESULTS_FORMATS,
    RESULTS_JSON,
    TURTLE,
    Format,
)
from legation.graph.prefixes import PREFIXES
from legation.graph.query_pool import Answer, Job
from legation.graph.sparql_text import Form, Query, describe_syntax_error, examine

from .documents import VARY, Document, respond
from .graph_store import graph_query, no_graph_named
from .hints import hint_field
from .negotiation import format_by_name, negotiate
from .pages import answer_page, editor_page, page_language
from .problems import ProblemRaised
from .protocol import Asked, read_request
from .service_description import service_description
from .settings import VERSION
from .site import Site, site

blueprint = Blueprint("sparql", __name__)


@blueprint.route("/sparql/", methods=["GET", "POST", "QUERY"])
def with_slash() -> Response:
    """308 Permanent Redirect: the endpoint has no slash at its end, and a POST stays a POST."""
    question = request.query_string.decode("latin-1")
    return Response(status=308, headers={"Location": site().url("sparql") + (f"?{question}" if question else "")})


@blueprint.route("/sparql", methods=["GET", "POST", "QUERY"])
def sparql() -> Response:
    """SPARQL 1.1 Protocol, query operation; without a query, the service description or the editor."""
    here = site()
    asked = read_request(
        request.method,
        request.query_string,
        request.headers.get("Content-Type", ""),
        _body(here.settings.body_bytes_max),
    )
    if asked.query is None:
        return _without_query(here, asked)
    return _respond(here, asked, asked.query)


@blueprint.get("/graph-store")
def graph_store() -> Response:
    """SPARQL 1.1 Graph Store HTTP Protocol, GET and HEAD; every other method is answered 405."""
    here = site()
    asked = read_request("GET", request.query_string, "", b"")
    query = graph_query(request.query_string, here.release)
    if query is None:
        raise no_graph_named(here.release)
    return _graph(here, asked, query)


def _without_query(here: Site, asked: Asked) -> Response:
    """The graph that the request names (Graph Store Protocol), or else the service description."""
    if request.method not in {"GET", "HEAD"}:
        raise ProblemRaised("query-parameters", "The request carries no query parameter.")
    query = graph_query(request.query_string, here.release)
    return _describe_service(here, asked) if query is None else _graph(here, asked, query)


def _graph(here: Site, asked: Asked, query: str) -> Response:
    return _respond(here, Asked(query, formats=asked.formats, timeout_s=asked.timeout_s), query)


def _respond(here: Site, asked: Asked, text: str) -> Response:
    query = examine(text, chars_max=here.settings.query_chars_max, depth_max=here.settings.query_depth_max)
    return _answer(here, asked, query, _form_of(asked, query))


def _body(bytes_max: int) -> bytes:
    if request.content_length is not None and request.content_length > bytes_max:
        raise ProblemRaised("too-large", f"The body is larger than {bytes_max} bytes.", bytes_max=bytes_max)
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise ProblemRaised("media-type", "A body with a Content-Encoding is not read here; send it plain.")
    try:
        body = request.stream.read(bytes_max + 1)
    except OSError as error:
        raise ProblemRaised(
            "bad-request", "The body is not the chunks or the length that its header announced."
        ) from error
    if len(body) > bytes_max:
        raise ProblemRaised("too-large", f"The body is larger than {bytes_max} bytes.", bytes_max=bytes_max)
    if request.content_length is not None and len(body) < request.content_length:
        raise ProblemRaised("bad-request", "The body is shorter than its header announced.")
    return body


def _form_of(asked: Asked, query: Query) -> Format:
    """The format of the answer: by `format=` or else by Accept, among those that fit the query's form."""
    offered = RESULTS_FORMATS if query.form in {Form.SELECT, Form.ASK} else RDF_FORMATS
    if asked.formats:
        return _named_format(asked.formats, (*offered, HTML))
    lines = request.headers.getlist("Accept")
    choice = negotiate(", ".join(lines) if lines else None, (*offered, HTML), default=offered[0])
    if choice is None:
        available = [form.media_type for form in (*offered, HTML)]
        raise ProblemRaised(
            "not-acceptable", "Available are " + ", ".join(available) + ".", headers={"Vary": VARY}, available=available
        )
    return choice.format


def _named_format(names: tuple[str, ...], offered: tuple[Format, ...]) -> Format:
    """The first format that one of the names means: SPARQLWrapper sends a short name and a media type together."""
    found = next((form for name in names if (form := format_by_name(name, offered))), None)
    if found is None:
        known = [form.key for form in offered]
        raise ProblemRaised(
            "unknown-format", f"{' and '.join(names)!r} is none of {', '.join(known)}.", available=known
        )
    return found


def _answer(here: Site, asked: Asked, query: Query, form: Format) -> Response:
    tag = _entity_tag(here, asked, form) if not query.is_volatile else None
    if tag and _is_known(tag):
        response = Response(status=304)
    elif form is HTML:
        response = Response(_page(here, asked, query), content_type=HTML.content_type)
        response.headers["Content-Language"] = page_language()
    else:
        response = _stream(here, _run(here, asked, query, form), form)
    if tag:
        response.set_etag(tag)
    response.headers["Cache-Control"] = "public, no-cache" if tag else "no-store"
    response.headers["Vary"] = VARY
    if query.unknown_terms:
        response.headers["Legation-Hint"] = hint_field(query.unknown_terms)
    return response


def _is_known(tag: str) -> bool:
    """Whether the client has this answer (RFC 9110, 13.1.2); `*` asks for any, which only a run can tell."""
    asked = request.if_none_match
    return request.method in {"GET", "HEAD"} and not asked.star_tag and asked.contains_weak(tag)


def _entity_tag(here: Site, asked: Asked, form: Format) -> str:
    """A tag that is the same for the same release, question, format and language (RFC 9110, section 8.8.3)."""
    language = page_language() if form is HTML else ""
    parts = [VERSION, here.release.digest, asked.query, asked.default_graphs, asked.named_graphs, form.key, language]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _run(here: Site, asked: Asked, query: Query, form: Format) -> Answer:
    job = Job(
        query=query.text,
        format=form.key,
        base=here.base.iri,
        default_graphs=asked.default_graphs,
        named_graphs=asked.named_graphs,
    )
    try:
        return here.store.run(job, asked.timeout_s, _asker())
    except QueryInvalid as error:
        raise describe_syntax_error(query.written, error.message, PREFIXES) from error


def _asker() -> int | None:
    """The descriptor of the client's connection, where the HTTP server gives it: a hang-up ends the query."""
    connection = _connection()
    return connection.fileno() if connection is not None else None


def _connection() -> socket.socket | None:
    return cast("socket.socket | None", request.environ.get("gunicorn.socket"))


def _stream(here: Site, answer: Answer, form: Format) -> Response:
    """A whole answer with its length, or a stream that breaks off when the query fails on the way."""
    parts = answer.head if answer.complete else _until(answer, here.settings.stream_seconds_max, _connection())
    response = Response(parts, content_type=form.content_type)
    response.call_on_close(answer.close)
    if answer.complete:
        response.headers["Server-Timing"] = f"query;dur={answer.seconds * 1000:.1f}"
    return response


def _until(answer: Answer, seconds_max: float, connection: socket.socket | None) -> Iterator[bytes]:
    """The parts of an answer, for so long at most: a reader that trickles may not keep a query process.

    A failure resets the connection (SO_LINGER of 0 seconds): in HTTP/1.0 a plain close would look like the end.
    """
    ends = time.monotonic() + seconds_max
    try:
        for part in answer:
            if time.monotonic() > ends:
                raise QueryTimeout(seconds_max)
            yield part
    except QueryFailed:
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
        raise


def _page(here: Site, asked: Asked, query: Query) -> str:
    """The editor with the answer below it; an answer too long for a page is offered as a download."""
    form = RESULTS_JSON if query.form in {Form.SELECT, Form.ASK} else TURTLE
    with _run(here, asked, query, form) as answer:
        content = answer.head.decode() if answer.complete else None
    return answer_page(here, query.written, form, content, page_language(), query.unknown_terms)


def _describe_service(here: Site, asked: Asked) -> Response:
    extension = _named_format(asked.formats, DOCUMENT_FORMATS).extension if asked.formats else None
    document = Document(
        stem=here.url("sparql"),
        topic=here.url("sparql"),
        triples=lambda: service_description(here),
        page=lambda language: editor_page(here, language),
    )
    response = respond(here, document, extension)
    del response.headers["Link"], response.headers["Content-Location"]
    return response
