"""Answers requests for pages and documents: from the library where it has the answer, by Flask where not.

What is asked for by many at once, as after a switch to another release, is made once. Conditions (RFC 9110, section 13)
are decided here, on the finished answer, and HEAD is GET without the body, on errors too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from functools import partial

from .bridge import Begun, Bridge, environ_of, without_conditions
from .library import Finished, Library, Wanted, finished
from .oversized import HEADER_BYTES, refuse_oversized
from .patience import Scope, Send, send_all
from .prepared import Messages, Prepared
from .problems import ProblemRaised
from .site import Site

_IN_ADDRESS = frozenset({"GET", "HEAD"})
_APART = frozenset({"sparql", "sparql/", "graph-store", "health"})


def is_page(root: str, method: str, path: str) -> bool:
    """Whether a request is for a page: not so queries, health, which is looked at anew, and files with ranges."""
    below = path.removeprefix(root)
    is_file = below.startswith("dumps/") and below != "dumps/"
    return method in _IN_ADDRESS and below not in _APART and not is_file


class Librarian:
    """The pages of one release, each made once."""

    def __init__(self, site: Site, pages: Bridge) -> None:
        self._pages = pages
        self._library = Library(site.settings.page_memory_bytes)
        self._patience_s = site.settings.socket_timeout_s
        self._making: dict[Hashable, asyncio.Future[Finished | None]] = {}
        self._root = site.path

    def answers(self, scope: Scope) -> bool:
        """Whether a request is for a page."""
        return is_page(self._root, scope["method"], scope["path"])

    def ready(self, scope: Scope) -> Messages | None:
        """What to send at once, where the library has the answer; None for everything else, errors too."""
        if not self.answers(scope):
            return None
        wanted = Wanted(scope)
        found = self._library.find(wanted) if wanted.bytes <= HEADER_BYTES else None
        return wanted.answered_with(wanted.coding_of(found)) if found is not None else None

    async def answer(self, scope: Scope, send: Send) -> None:
        """Answer one request, or raise before anything is sent.

        Raises ProblemRaised: uri-too-long, headers-too-large, precondition-failed; Stalled for a client that stopped
        reading.
        """
        wanted = Wanted(scope)
        refuse_oversized(scope, wanted.bytes)
        found = self._library.find(wanted) or await self._made(wanted, scope)
        if isinstance(found, Begun):
            await self._stream(wanted, found, send)
        else:
            await send_all(send, _held(wanted.answered_with(wanted.coding_of(found))))

    async def _made(self, wanted: Wanted, scope: Scope) -> Finished | Begun:
        """The answer made by Flask, for this request or for another; one that is too long to keep has only begun."""
        key = wanted.whole_key
        another = self._making.get(key)
        if another is not None and (found := await asyncio.shield(another)) is not None:
            return found
        mine = self._making[key] = asyncio.get_running_loop().create_future()
        try:
            environ = without_conditions(environ_of(scope, b""))
            made = await self._pages.begin(environ, partial(_finished, self._library.largest))
            if isinstance(made, Finished):
                self._library.keep(wanted, made)
                mine.set_result(made)
            return made
        finally:
            if not mine.done():
                mine.set_result(None)
            if self._making.get(key) is mine:
                del self._making[key]

    async def _stream(self, wanted: Wanted, begun: Begun, send: Send) -> None:
        """Answer with what has begun: in parts, or with its header where nothing more is wanted."""
        tag = dict(begun.fields).get(b"etag", b"").decode().strip('"')
        answer = Prepared(b"", begun.fields, tag or None, begun.status)
        messages = wanted.answered_with(answer)
        if messages is answer.whole:
            await self._pages.send(begun, send, self._patience_s)
            return
        begun.close()
        await send_all(send, _held(messages))


def _held(messages: Messages | None) -> Messages:
    if messages is None:
        raise condition_failed()
    return messages


def _finished(bytes_max: int, begun: Begun) -> Finished | Begun:
    body = begun.whole(bytes_max)
    return begun if body is None else finished(begun.status, begun.fields, body)


def condition_failed() -> ProblemRaised:
    """The problem of a condition that does not hold."""
    return ProblemRaised("precondition-failed", "The condition of the request does not hold.")
