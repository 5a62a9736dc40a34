"""Runs the application under gunicorn: pre-forked workers, threads for connections, graceful stop.

A request that never becomes one (a line too long, a header that is none) is answered by a problem document too.
"""

from __future__ import annotations

import logging
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Response
from gunicorn.app.base import BaseApplication
from gunicorn.http.errors import (
    ForbiddenProxyRequest,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
    UnsupportedTransferCoding,
)
from gunicorn.workers.gthread import ThreadWorker

from legation.graph.errors import QueryFailed, SettingsError
from legation.graph.formats import PROBLEM_JSON
from legation.graph.release import open_release
from legation.graph.store import EmbeddedStore

from .app import answer_problem, create_app
from .problems import PROBLEMS, Problem
from .settings import Settings
from .site import Site

REQUEST_LINE_BYTES = 8190
"""The longest request line that is read: gunicorn's own bound, and what most proxies allow."""
_KEEP_ALIVE_S = 15
_STOP_S = 10
_LOG = logging.getLogger(__name__)


def problem_of_parsing(error: Exception) -> Problem | None:
    """The problem that a request which cannot be parsed becomes; None for an error that is not the client's."""
    if isinstance(error, LimitRequestLine):
        detail = f"The request line is longer than {REQUEST_LINE_BYTES} bytes."
        return Problem(PROBLEMS["uri-too-long"], detail, {"bytes_max": REQUEST_LINE_BYTES})
    if isinstance(error, LimitRequestHeaders):
        return Problem(PROBLEMS["headers-too-large"], "The header fields are too many or too long.")
    known = ParseException | UnsupportedTransferCoding | ForbiddenProxyRequest
    return Problem(PROBLEMS["bad-request"], "The request is not valid HTTP/1.1.") if isinstance(error, known) else None


class Worker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threaded worker, with our answers to what it cannot parse."""

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer a request that could not be parsed with a problem document, and close."""
        problem = problem_of_parsing(exc)
        if problem is None:
            super().handle_error(req, client, addr, exc)
            return
        here: Site = self.wsgi.extensions["legation"]
        body = problem.to_json(here.url(f"problems/{problem.type.slug}")).encode()
        head = (
            f"HTTP/1.1 {problem.type.status} {problem.type.title['en']}\r\nConnection: close\r\n"
            f"Content-Type: {PROBLEM_JSON.content_type}\r\nContent-Length: {len(body)}\r\n"
            "Access-Control-Allow-Origin: *\r\n\r\n"
        )
        try:
            client.sendall(head.encode() + body)
        except OSError:
            _LOG.debug("the client had gone before it could be told of its error")


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn over one release. Each worker opens the release for itself, after it is forked."""

    def __init__(self, settings: Settings, release_folder: Path, on_ready: Callable[[], None]) -> None:
        self._settings, self._folder, self._on_ready = settings, release_folder, on_ready
        super().__init__()

    def load_config(self) -> None:
        """gunicorn's settings from ours."""
        options = {
            "bind": f"{self._settings.host}:{self._settings.port}",
            "workers": self._settings.workers,
            "worker_class": Worker,
            "threads": self._settings.threads,
            "keepalive": _KEEP_ALIVE_S,
            "graceful_timeout": _STOP_S,
            "timeout": 60,
            "loglevel": "warning",
            "limit_request_line": REQUEST_LINE_BYTES,
            "forwarded_allow_ips": "",
            "forwarder_headers": "",
            "when_ready": self._when_ready,
            "worker_exit": lambda _, worker: _close_store(worker),
            "proc_name": "legation",
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def _when_ready(self, arbiter: Any) -> None:
        for listener in arbiter.LISTENERS:
            _bound_patience(listener.sock, self._settings.socket_timeout_s)
        self._on_ready()

    def load(self) -> Any:
        """The application of one worker."""
        release = open_release(self._folder)
        store = EmbeddedStore(release, self._settings.limits, self._settings.memory_quads_max)
        app = create_app(self._settings, release, store)
        app.register_error_handler(ParseException, _answer_body)  # a body is parsed while a view reads it
        return app


def _answer_body(error: Exception) -> Response:
    problem = problem_of_parsing(error)
    assert problem is not None
    return answer_problem(problem)


def _bound_patience(listener: socket.socket, seconds: int) -> None:
    """Connections inherit these from their listener (socket(7)): one that stalls fails, and frees its thread."""
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        listener.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", seconds, 0))


class _Quiet(logging.Filter):
    """Leaves out what clients do to themselves: stalled and broken connections are not our errors."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, BlockingIOError | ConnectionError | QueryFailed)


def _close_store(worker: Worker) -> None:
    """End the worker's query processes; a worker that failed to start has none."""
    app = getattr(worker, "wsgi", None)
    if app is not None:
        app.extensions["legation"].store.close()


def serve(settings: Settings, release_folder: Path, on_ready: Callable[[], None]) -> None:
    """Serve a release until interrupted; `on_ready` is called once when connections are accepted.

    Raises SettingsError where the address cannot be listened on.
    """
    _refuse_address_in_use(settings.host, settings.port)
    logging.getLogger("gunicorn.error").addFilter(_Quiet())
    Server(settings, release_folder, on_ready).run()


def _refuse_address_in_use(host: str, port: int) -> None:
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise SettingsError(
            f"cannot listen on {host}:{port}: {(error.strerror or str(error)).lower()}; choose another with --port"
        ) from error
