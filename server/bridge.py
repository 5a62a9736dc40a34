"""Runs a WSGI application from ASGI. No thread ever waits for a client: threads make parts, the event loop sends them.

Ready-made bridges (a2wsgi, asgiref) hold a thread for as long as its client reads, so that a few stalled
readers of a dump stop every page.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

from .budget import ACCOUNT
from .patience import Scope, Send, patient
from .prepared import Field

T = TypeVar("T")
WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_CONDITIONS = frozenset(
    {"HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_IF_RANGE",
     "HTTP_RANGE"}
)  # fmt: skip
_SLASH = re.compile(b"%2F", re.IGNORECASE)
GIVEN = "legation.given"
"""What the front hands to the pages with a request, in the ASGI scope and in the WSGI environment."""


class Bridge:
    """A WSGI application with a bounded number of threads."""

    def __init__(self, app: WsgiApplication, threads: int) -> None:
        self._app = app
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="pages")

    async def answer(self, scope: Scope, body: bytes, send: Send, patience_s: float) -> None:
        """Answer a request whose body has been read. Raises Stalled for a client that takes nothing so long."""
        await self.send(await self.begin(environ_of(scope, body), _as_begun), send, patience_s)

    async def begin(self, environ: dict[str, Any], made: Callable[[Begun], T]) -> T:
        """What `made` makes, in a thread, of the answer that the application has begun."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._begin, environ, made)

    async def send(self, begun: Begun, send: Send, patience_s: float) -> None:
        """Send an answer that has begun, part by part. Raises Stalled for a client that takes nothing so long."""
        loop, send = asyncio.get_running_loop(), patient(send, patience_s)
        try:
            await send({"type": "http.response.start", "status": begun.status, "headers": begun.fields})
            part: bytes | None = begun.first
            while part is not None:
                following = None if begun.is_short else await loop.run_in_executor(self._threads, begun.next)
                await send({"type": "http.response.body", "body": part, "more_body": following is not None})
                part = following
        finally:
            begun.close()

    def _begin(self, environ: dict[str, Any], made: Callable[[Begun], T]) -> T:
        return made(Begun(self._app, environ))

    def close(self) -> None:
        """Let the threads end when they have nothing to do."""
        self._threads.shutdown(wait=False)


def _as_begun(begun: Begun) -> Begun:
    return begun


class Begun:
    """A response that has begun: status, fields, and its parts one after the other. `is_short`: the first is all."""

    def __init__(self, app: WsgiApplication, environ: dict[str, Any]) -> None:
        self.status, self.fields = 500, list[Field]()
        self._body = app(environ, self._start)
        self._parts = iter(self._body)
        self.first = next(self._parts, b"")
        length = dict(self.fields).get(b"content-length")
        self.length = int(length) if length is not None else None
        self.is_short = self.length is not None and len(self.first) >= self.length

    def _start(self, status: str, headers: list[tuple[str, str]], _: object = None) -> Callable[[bytes], None]:
        self.status = int(status.partition(" ")[0])
        self.fields = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return _no_write

    def next(self) -> bytes | None:
        """The next part, or None at the end."""
        return next(self._parts, None)

    def whole(self, bytes_max: int) -> bytes | None:
        """All of the body, where it is known to take no more than `bytes_max`; None, with nothing read, otherwise."""
        if self.length is None or self.length > bytes_max:
            return None
        try:
            return b"".join((self.first, *self._parts))
        finally:
            self.close()

    def close(self) -> None:
        """Tell the application that nobody reads on (PEP 3333)."""
        if hasattr(self._body, "close"):
            self._body.close()


def _no_write(_: bytes) -> None:
    raise RuntimeError("the imperative write() of WSGI is not offered")


def without_conditions(environ: dict[str, Any]) -> dict[str, Any]:
    """The environment of a GET for the whole content, of a request that is GET or HEAD under some condition."""
    kept = {name: value for name, value in environ.items() if name not in _CONDITIONS}
    return kept | {"REQUEST_METHOD": "GET"}


def environ_of(scope: Scope, body: bytes) -> dict[str, Any]:
    """The WSGI environment (PEP 3333) of an ASGI scope; the path is decoded once, from what the client wrote.

    An escaped slash stays escaped: it parts no segments (RFC 3986, section 2.2), so it leads to no other route.
    """
    raw: bytes = scope["raw_path"]
    server, client = scope.get("server") or ("localhost", 80), scope.get("client") or ("", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(_SLASH.sub(b"%252F", raw)).decode("latin-1"),
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
