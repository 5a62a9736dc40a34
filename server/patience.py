"""How long a client may keep us waiting, and how we notice that it has gone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from types import TracebackType
from typing import Any, Self

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Scope = MutableMapping[str, Any]

_LOOK_AFTER_S = 0.05
"""A quick query is answered before anybody looks whether its client is still there: looking costs more than it."""


class Attended:
    """A context whose work is cancelled when the client hangs up; leaving it then is silent, and `gone` says so."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._watch: asyncio.Task[None] | None = None
        self.gone = False

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._work = asyncio.current_task()
        self._alarm = self._loop.call_later(_LOOK_AFTER_S, self._begin)
        return self

    def _begin(self) -> None:
        self._watch = self._loop.create_task(self._look())

    async def _look(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        assert self._work is not None
        self._work.cancel()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._alarm.cancel()
        if self._watch is not None:
            self._watch.cancel()
        if not (self.gone and kind is asyncio.CancelledError):
            return False
        assert self._work is not None
        self._work.uncancel()
        return True


async def send_all(send: Send, messages: Iterable[Message]) -> None:
    """Send messages, one after the other."""
    for message in messages:
        await send(message)


class Stalled(Exception):
    """The client took no byte of its answer for too long."""


def patient(send: Send, seconds: float) -> Send:
    """`send`, raising Stalled when the client takes nothing for so many seconds. Only parts are waited for."""

    async def bounded(message: Message) -> None:
        if not message.get("more_body"):
            await send(message)
            return
        try:
            async with asyncio.timeout(seconds):
                await send(message)
        except TimeoutError:
            raise Stalled from None

    return bounded
