"""The pages of the SPARQL endpoint: the editor, an answer for people, the service description.

Answers for programs come from `endpoint`, on the event loop; only what is for people, and what went wrong, comes here.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from legation.graph.errors import QueryInvalid
from legation.graph.formats import DOCUMENT_FORMATS, HTML
from legation.graph.prefixes import PREFIXES
from legation.graph.sparql_text import describe_syntax_error

from .asking import Computed, Question, Request, named_format, question_of
from .bridge import GIVEN
from .conditional import known_tag
from .documents import Document, respond, under_conditions
from .pages import answer_page, editor_page, page_language
from .protocol import read_request
from .service_description import service_description
from .site import Site, site
from .variants import Variant

blueprint = Blueprint("sparql", __name__)


@blueprint.route("/sparql/", methods=["GET", "POST", "QUERY"])
def with_slash() -> Response:
    """308 Permanent Redirect: the endpoint has no slash at its end, and a POST stays a POST."""
    question = request.query_string.decode("latin-1")
    return Response(status=308, headers={"Location": site().url("sparql") + (f"?{question}" if question else "")})


@blueprint.route("/sparql", methods=["GET", "POST", "QUERY"])
def sparql() -> Response:
    """The answer to a query as a page; without a query, the service description or the editor."""
    return _answer(of_graph_store=False)


@blueprint.get("/graph-store")
def graph_store() -> Response:
    """SPARQL 1.1 Graph Store HTTP Protocol, GET and HEAD; every other method is answered 405."""
    return _answer(of_graph_store=True)


def _answer(*, of_graph_store: bool) -> Response:
    here = site()
    lines = request.headers.getlist("Accept")
    asked = Request(
        method=request.method,
        query_string=request.query_string,
        accept=", ".join(lines) if lines else None,
        content_type=request.headers.get("Content-Type", ""),
        body=request.get_data(),
        of_graph_store=of_graph_store,
    )
    question = question_of(asked, here.release, here.guard)
    if question is None:
        return _describe_service(here)
    assert question.format is HTML, "answers for programs are the endpoint's"
    return _page(here, question)


def _page(here: Site, question: Question) -> Response:
    """The editor with the answer below it; an answer too long for a page is offered as a download."""
    language = page_language()
    tag = question.tag(here.release.digest, language)
    response = Response(status=304) if tag and _is_known(tag) else Response(_page_text(here, question, language))
    response.content_type = HTML.content_type
    response.headers["Content-Language"] = language
    response.headers.update(question.fields(tag))
    if tag:
        response.set_etag(tag)
    return response


def _is_known(tag: str) -> bool:
    """Whether the client has this page (RFC 9110, 13.1.2); `*` asks for any, which only a run can tell."""
    return request.method in {"GET", "HEAD"} and known_tag(request.headers.get("If-None-Match", ""), tag) is not None


def _page_text(here: Site, question: Question, language: str) -> str:
    given = request.environ.get(GIVEN)
    content = given.content if isinstance(given, Computed) else _computed(here, question)
    form, query = question.form_for_page, question.query
    return answer_page(here, query.written, form, content, language, query.unknown_terms)


def _computed(here: Site, question: Question) -> str | None:
    """The content of an answer that the endpoint has not given: where these pages are asked without it."""
    try:
        with here.store.run(question.job(here.base.iri, question.form_for_page), question.asked.timeout_s) as answer:
            return answer.head.decode() if answer.complete else None
    except QueryInvalid as error:
        raise describe_syntax_error(question.query.written, error.message, PREFIXES) from error


def _describe_service(here: Site) -> Response:
    formats = read_request("GET", request.query_string, "", b"").formats
    document = Document(
        stem=here.url("sparql"),
        topic=here.url("sparql"),
        triples=lambda: service_description(here),
        page=lambda language: editor_page(here, language),
    )
    response = respond(here, document, Variant(named_format(formats, DOCUMENT_FORMATS)) if formats else None)
    del response.headers["Link"], response.headers["Content-Location"]
    return under_conditions(response)
