"""Runs a WSGI application from ASGI. No thread ever waits for a client: threads make parts, the event loop sends them.

Ready-made bridges (a2wsgi, asgiref) hold a thread for as long as its client reads, so that a few stalled
readers of a dump stop every page.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from .budget import ACCOUNT
from .patience import Scope, Send, patient
from .prepared import Field

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
GIVEN = "legation.given"
"""What the front hands to the pages with a request, in the ASGI scope and in the WSGI environment."""


class Bridge:
    """A WSGI application with a bounded number of threads."""

    def __init__(self, app: WsgiApplication, threads: int) -> None:
        self._app = app
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="pages")

    async def answer(self, scope: Scope, body: bytes, send: Send, patience_s: float) -> None:
        """Answer a request whose body has been read. Raises Stalled for a client that takes nothing so long."""
        loop, send = asyncio.get_running_loop(), patient(send, patience_s)
        begun = await loop.run_in_executor(self._threads, self._begin, environ_of(scope, body))
        try:
            await send({"type": "http.response.start", "status": begun.status, "headers": begun.fields})
            part: bytes | None = begun.first
            while part is not None:
                following = None if begun.is_short else await loop.run_in_executor(self._threads, begun.next)
                await send({"type": "http.response.body", "body": part, "more_body": following is not None})
                part = following
        finally:
            begun.close()

    def _begin(self, environ: dict[str, Any]) -> _Begun:
        return _Begun(self._app, environ)

    def close(self) -> None:
        """Let the threads end when they have nothing to do."""
        self._threads.shutdown(wait=False)


class _Begun:
    """A response that has begun: status, fields, and its parts one after the other. `is_short`: the first is all."""

    def __init__(self, app: WsgiApplication, environ: dict[str, Any]) -> None:
        self.status, self.fields = 500, list[Field]()
        self._body = app(environ, self._start)
        self._parts = iter(self._body)
        self.first = next(self._parts, b"")
        length = dict(self.fields).get(b"content-length")
        self.is_short = length is not None and len(self.first) >= int(length)

    def _start(self, status: str, headers: list[tuple[str, str]], _: object = None) -> Callable[[bytes], None]:
        self.status = int(status.partition(" ")[0])
        self.fields = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return _no_write

    def next(self) -> bytes | None:
        """The next part, or None at the end."""
        return next(self._parts, None)

    def close(self) -> None:
        """Tell the application that nobody reads on (PEP 3333)."""
        if hasattr(self._body, "close"):
            self._body.close()


def _no_write(_: bytes) -> None:
    raise RuntimeError("the imperative write() of WSGI is not offered")


def environ_of(scope: Scope, body: bytes) -> dict[str, Any]:
    """The WSGI environment (PEP 3333) of an ASGI scope; the path is decoded once, from what the client wrote."""
    raw: bytes = scope["raw_path"]
    server, client = scope.get("server") or ("localhost", 80), scope.get("client") or ("", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(raw).decode("latin-1"),
        "RAW_URI": raw.decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 80),
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        GIVEN: scope.get(GIVEN),
        ACCOUNT: scope.get(ACCOUNT),
    }
    for name, value in scope["headers"]:
        if b"_" in name:  # would pass for the field with `-` in its place, which a proxy may have set
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]}, {text}" if key in environ else text
    environ["CONTENT_LENGTH"] = str(len(body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return environ
