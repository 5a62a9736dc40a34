"""The application: one factory that builds everything, one place where errors become answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import PathConverter

from legation.graph.errors import LegationError
from legation.graph.release import Release
from legation.graph.store import Store

from . import classes, datasets, graphs, problem_types, resources, sparql, story, vocabulary
from .bridge import GIVEN, WsgiApplication
from .documents import tagged
from .headers import ON_EVERY_ANSWER
from .problem_answers import answer_problem
from .problems import PROBLEMS, Problem, ProblemRaised, problem_of
from .settings import Settings
from .site import Site

_LOG = logging.getLogger(__name__)
_BY_STATUS = {
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    414: "uri-too-long",
    415: "media-type",
    416: "range-not-satisfiable",
}


class WholePath(PathConverter):
    """A path with any character in it: werkzeug's own ends at an escaped line feed, so such things were not found."""

    regex = r"[^/](?s:.)*?"


def create_app(settings: Settings, release: Release, store: Store, switched: datetime | None = None) -> Flask:
    """The WSGI application that serves one release under the path of its base IRI.

    `switched` is when the pointer was set to the release, where it is served by the pointer. Every document can be
    asked of it without a socket, by a WSGI client such as `app.test_client()`; conditions and content codings are the
    front's, so there every answer comes whole, with its tag.
    """
    here = Site(settings, release, store, switched)
    app = Flask(__name__, static_url_path=f"{here.path}static")
    app.url_map.merge_slashes = False
    app.url_map.converters["path"] = WholePath
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["legation"] = here
    for module in (classes, datasets, graphs, problem_types, resources, sparql, story, vocabulary):
        app.register_blueprint(module.blueprint, url_prefix=here.path.rstrip("/"))
    app.register_error_handler(ProblemRaised, lambda error: answer_problem(error.problem))
    app.register_error_handler(LegationError, _answer_error)
    app.register_error_handler(HTTPException, _answer_http_exception)
    app.register_error_handler(Exception, _answer_unexpected)
    app.before_request(_raise_what_is_given)
    app.before_request(_answer_preflight)
    app.after_request(_open_to_all_origins)
    app.after_request(_without_a_body)
    app.after_request(tagged)
    app.wsgi_app = _on_public_base(app.wsgi_app, here.base.iri)  # type: ignore[assignment, method-assign]
    return app


def _on_public_base(app: WsgiApplication, base: str) -> WsgiApplication:
    """The application, asked at its base whatever Host a request names: Flask's own redirects lead nowhere else."""
    public = urlsplit(base)
    asked_at = {"HTTP_HOST": public.netloc, "wsgi.url_scheme": public.scheme}

    def asked(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        return app(environ | asked_at, start)

    return asked


def _answer_error(error: LegationError) -> Response:
    problem = problem_of(error)
    if problem.type.slug in {"internal", "unavailable"}:
        _LOG.error("%s", problem.type.title["en"], exc_info=error)
    return answer_problem(problem)


def _answer_http_exception(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:
        response = Response(status=error.code)
        response.headers.update(dict(error.get_headers()))
        return response
    slug = _BY_STATUS.get(error.code or 500, "bad-request" if (error.code or 500) < 500 else "internal")
    headers = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
    if "Allow" in headers:
        headers["Allow"] = in_order(headers["Allow"])
    details = {
        "not-found": f"There is nothing at {request.path}.",
        "method-not-allowed": f"{request.method} is not one of {headers.get('Allow', 'GET')}.",
    }
    return answer_problem(Problem(PROBLEMS[slug], details.get(slug, PROBLEMS[slug].title["en"] + "."), {}, headers))


def _answer_unexpected(error: Exception) -> Response:
    _LOG.error("unexpected error", exc_info=error)
    return answer_problem(Problem(PROBLEMS["internal"], "The server met an error it did not expect."))


def _raise_what_is_given() -> None:
    """What went wrong before the pages were asked becomes an answer here, like every other error."""
    if isinstance(error := request.environ.get(GIVEN), Exception):
        raise error


def _answer_preflight() -> Response | None:
    """The answer to a CORS preflight (Fetch standard, section 3.3.3); any other OPTIONS goes its way."""
    if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
        return None
    response = Response(status=204)
    del response.headers["Content-Type"]
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, QUERY, OPTIONS"
    response.headers["Access-Control-Allow-Headers"] = request.headers.get("Access-Control-Request-Headers", "*")
    response.headers["Access-Control-Max-Age"] = "86400"
    return response


def _without_a_body(response: Response) -> Response:
    """Redirects of ours lead on without words, those that Flask makes too."""
    if response.status_code in {301, 302, 303, 307, 308}:
        response.set_data(b"")
    return response


def in_order(allow: str) -> str:
    """The methods of an Allow field in an order that stays; werkzeug's is that of a set."""
    return ", ".join(sorted(method.strip() for method in allow.split(",")))


def _open_to_all_origins(response: Response) -> Response:
    if "Allow" in response.headers:
        response.headers["Allow"] = in_order(response.headers["Allow"])
    for name, value in ON_EVERY_ANSWER.items():
        response.headers.setdefault(name, value)
    return response
