"""The ASGI application: the endpoint on the event loop, the pages in threads, one release at a time, switched whole."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from legation.graph.errors import LegationError
from legation.graph.release import POINTER, Release, open_release

from .app import create_app
from .bridge import GIVEN, Bridge
from .budget import ACCOUNT, Budgets
from .endpoint import Endpoint, Headers, LeftToPages
from .ledger import Ledger
from .librarian import Librarian
from .oversized import refuse_oversized
from .patience import Receive, Scope, Send, Stalled
from .problems import ProblemRaised
from .settings import Settings
from .site import Site
from .stores import open_store

_LOG = logging.getLogger(__name__)
_LOOK_S = 1.0
"""Seconds between two looks at the pointer: so long after a switch the old release is still served at most."""


@dataclass
class Serving:
    """One release as it is served: its endpoint, its pages, and how many requests it is answering."""

    site: Site
    endpoint: Endpoint
    pages: Bridge
    librarian: Librarian
    busy: int = 0
    retired: bool = False
    idle: asyncio.Event = field(default_factory=asyncio.Event)

    def leave(self) -> None:
        """A request has been answered."""
        self.busy -= 1
        if self.retired and not self.busy:
            self.idle.set()

    async def close(self) -> None:
        """Let go of it when the last request has been answered."""
        self.retired = True
        if self.busy:
            await self.idle.wait()
        self.pages.close()
        self.endpoint.close()
        await self.site.store.aclose()


class Front:
    """Serves the release in `folder`, and then whichever `releases/current` names."""

    def __init__(self, settings: Settings, folder: Path, ledger: Ledger) -> None:
        self._settings, self._folder = settings, folder
        self._budgets = Budgets(settings, ledger)
        self._serving: Serving
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI 3.0."""
        if scope["type"] == "http":
            serving = self._serving
            if (ready := serving.librarian.ready(scope)) is not None:
                await send(ready[0])
                await send(ready[1])
                return
            serving.busy += 1
            try:
                await self._answer(serving, scope, receive, send)
            finally:
                serving.leave()
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def _answer(self, serving: Serving, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        try:
            if serving.librarian.answers(scope):
                await serving.librarian.answer(scope, send)
                return
            headers = Headers.of(scope)
            refuse_oversized(scope, sum(len(name) + len(value) for name, value in scope["headers"]))
            if scope["method"] not in {"GET", "HEAD"}:
                body = await self._body(headers, receive)
            if serving.endpoint.answers(scope):
                account = scope[ACCOUNT] = self._budgets.account(scope)
                send = account.announced(send)
                await serving.endpoint.answer(scope, headers, body, receive, send)
                return
        except LeftToPages:
            pass
        except Stalled:
            return
        except Exception as error:  # the pages say what went wrong, each error in the one place where it becomes words
            scope[GIVEN] = error
        try:
            await serving.pages.answer(scope, body, send, self._settings.socket_timeout_s)
        except Stalled:
            return

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        """The body of a request. Raises ProblemRaised: too-large, media-type, bad-request, request-timeout."""
        bytes_max = self._settings.body_bytes_max
        if headers.content_encoding.strip().lower() not in {"", "identity"}:
            raise coded_body()
        if headers.content_length.isdigit() and int(headers.content_length) > bytes_max:
            raise too_large(bytes_max)
        body = bytearray()
        try:
            async with asyncio.timeout(self._settings.stream_seconds_max):
                while (message := await self._next(receive))["type"] == "http.request":
                    body += message.get("body", b"")
                    if len(body) > bytes_max:
                        raise too_large(bytes_max)
                    if not message.get("more_body"):
                        return bytes(body)
        except TimeoutError:
            raise ProblemRaised("request-timeout", "The body of the request did not come in time.") from None
        raise ProblemRaised("bad-request", "The body is not the chunks or the length that its header announced.")

    async def _next(self, receive: Receive) -> Any:
        async with asyncio.timeout(self._settings.socket_timeout_s):
            return await receive()

    # ── Releases ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _live(self, receive: Receive, send: Send) -> None:
        """The lifespan protocol: open the release before the first request, let go of it after the last."""
        await receive()
        try:
            self._serving = await asyncio.to_thread(self._opened, self._folder, asyncio.get_running_loop())
        except (LegationError, OSError) as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        self._watched(self._serving.site.store.warm())
        following = asyncio.create_task(self._follow())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        following.cancel()
        await self._serving.close()
        await send({"type": "lifespan.shutdown.complete"})

    def _opened(self, folder: Path, loop: asyncio.AbstractEventLoop) -> Serving:
        release = open_release(folder)
        store = open_store(release, self._settings, loop)
        app = create_app(self._settings, release, store, switched(self._settings.releases, release))
        site: Site = app.extensions["legation"]
        pages = Bridge(app, self._settings.threads)
        return Serving(site, Endpoint(site), pages, Librarian(site, pages))

    async def _follow(self) -> None:
        """Serve another release when the pointer names another. One that cannot be opened changes nothing."""
        refused: Path | None = None
        while True:
            await asyncio.sleep(_LOOK_S)
            named = (self._settings.releases / POINTER).resolve()
            if named in {self._serving.site.release.folder, refused} or not named.is_dir():
                continue
            try:
                fresh = await asyncio.to_thread(self._opened, named, asyncio.get_running_loop())
            except (LegationError, OSError) as error:
                _LOG.error("%s cannot be served, the release before it still is: %s", named.name[:12], error)
                refused = named
                continue
            self._switch(fresh)

    def _switch(self, fresh: Serving) -> None:
        """Requests that have begun end on the release they began on; its query processes end after them."""
        old, self._serving = self._serving, fresh
        self._watched(fresh.site.store.warm())
        self._watched(old.close())

    def _watched(self, work: Coroutine[Any, Any, None]) -> None:
        """Have work done beside everything else; the loop itself holds tasks weakly."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def switched(releases: Path, release: Release) -> datetime | None:
    """When the pointer was set to a release; None where it names another."""
    pointer = releases / POINTER
    if pointer.resolve() != release.folder:
        return None
    return datetime.fromtimestamp(pointer.lstat().st_mtime, UTC)


def too_large(bytes_max: int) -> ProblemRaised:
    return ProblemRaised("too-large", f"The body is larger than {bytes_max} bytes.", bytes_max=bytes_max)


def coded_body() -> ProblemRaised:
    """The problem of a body with a content coding."""
    return ProblemRaised("media-type", "A body with a Content-Encoding is not read here; send it plain.")
