"""A bounded pool of killable query processes: a deadline, a bounded queue, answers that cannot lie about their end.

It lives on one event loop, for a small query must not pay for a hand-over between threads; `blocking_pool` is the same
for callers without a loop. Cancelling a task that waits for an answer ends the query: its process is free again.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from .allocation import roomy
from .errors import (
    AnswerIncomplete,
    EngineRefused,
    EngineUnavailable,
    LegationError,
    NotExpressible,
    QueryCrashed,
    QueryFailed,
    QueryInvalid,
    QueryMemory,
    QueryTimeout,
    ReaderTooSlow,
    StoreBusy,
)
from .query_process import DATA, END, HEADER, KILL, LENGTH, NUMBER, SPAWN, Options, ProgramOptions
from .remote_text import TermRefused

T = TypeVar("T")
Spent = Callable[[float], None]
"""Told once, when a query ends, the seconds that the engine has worked on it, however it ended; not told of waiting."""
_START_S = 600.0
"""Seconds that a template may take to load a release and say that it is ready."""
_AHEAD_BYTES = 1 << 18
"""Bytes that a query process may be ahead of its reader: past them it is not read from, and so stops writing."""
_SLOWER = 10
"""How many times slower than the engine a reader is who may have to give way; compressing takes about the engine's."""
_RELIEF_S = 0.25
"""Seconds between two looks whether a slow reader is to give way, while queries wait."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may take, and how many may wait. Seconds and bytes, as the names say."""

    processes: int = 2
    queue_max: int = 64
    query_timeout_s: float = 10.0
    query_memory_bytes: int = 1 << 30
    spool_bytes: int = 1 << 20


@dataclass(frozen=True, slots=True)
class Job:
    """One query as a query process takes it; `format` is the key of a results or RDF format.

    `timeout_s` is what a foreign engine is told of the deadline, in seconds; an embedded one is ended at it.
    """

    query: str
    format: str
    base: str | None = None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    timeout_s: float | None = None

    def to_frame(self) -> bytes:
        """The job as bytes on the wire."""
        content = json.dumps({name: getattr(self, name) for name in self.__slots__}).encode()
        return LENGTH.pack(len(content)) + content


class Template:
    """The parent of the query processes: forks and ends them. Safe to use from several threads."""

    def __init__(self, options: ProgramOptions, environment: Mapping[str, str] | None = None) -> None:
        self._options = options
        self._environment = roomy(os.environ) | {"RUST_BACKTRACE": "0"} | dict(environment or {})
        self._lock = threading.Lock()
        self._start()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", self._options.program, self._options.to_json()]
        with theirs:
            self._process = subprocess.Popen(
                command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, env=self._environment
            )
        ours.settimeout(_START_S)
        self._control = ours
        self._read_number()

    def spawn(self) -> tuple[int, socket.socket]:
        """A new child and our end of its socket. A template that has died is started again, once."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            try:
                pid = self._order_spawn(theirs)
            except (OSError, EOFError):
                self._stop()
                self._start()
                pid = self._order_spawn(theirs)
        return pid, ours

    def _order_spawn(self, theirs: socket.socket) -> int:
        socket.send_fds(self._control, [SPAWN], [theirs.fileno()])
        return self._read_number()

    def end(self, pid: int) -> int:
        """End a child and give its wait status; 0 where the template is gone and its children with it."""
        with self._lock:
            try:
                self._control.sendall(KILL + NUMBER.pack(pid))
                return self._read_number()
            except (OSError, EOFError):
                return 0

    def _read_number(self) -> int:
        content = self._control.recv(NUMBER.size, socket.MSG_WAITALL)
        if len(content) < NUMBER.size:
            raise EOFError("the template of the query processes has ended")
        (number,) = NUMBER.unpack(content)
        return int(number)

    def _stop(self) -> None:
        self._control.close()
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End the template and every child."""
        with self._lock:
            self._control.close()
            try:
                self._process.wait(timeout=2)
            except subprocess.TimeoutExpired:
                self._stop()


class _Child(asyncio.Protocol):
    """One query process as its user sees it: send a job, read frames until a deadline."""

    def __init__(self, template: Template, pid: int) -> None:
        self.template, self.pid = template, pid
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._frames: deque[tuple[bytes, bytes]] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._ahead = 0
        self._ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio's: the socket is ours to write to."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """asyncio's: cut the bytes into frames."""
        self._buffer += data
        self._ahead += len(data)
        while len(self._buffer) >= HEADER.size:
            kind, length = HEADER.unpack_from(self._buffer)
            end = HEADER.size + length
            if len(self._buffer) < end:
                break
            self._frames.append((kind, bytes(self._buffer[HEADER.size : end])))
            del self._buffer[:end]
        if self._ahead > _AHEAD_BYTES:
            self._transport.pause_reading()
        self._wake(None)

    def connection_lost(self, _: Exception | None) -> None:
        """asyncio's: the process has ended."""
        self._ended = True
        self._wake(None)

    def _wake(self, error: Exception | None) -> None:
        if self._waiter is None or self._waiter.done():
            return
        if error is None:
            self._waiter.set_result(None)
        else:
            self._waiter.set_exception(error)

    def send(self, job: Job) -> None:
        """Hand it a job. Raises ConnectionError where it has died while idle."""
        if self._ended:
            raise ConnectionError("the query process has ended")
        self._transport.write(job.to_frame())

    async def read_frame(self, left_s: float) -> tuple[bytes, bytes]:
        """The next frame. Raises TimeoutError after `left_s` seconds, EOFError when the process has ended."""
        if not self._frames:
            await self._wait_for_frame(left_s)
        kind, content = self._frames.popleft()
        self._ahead -= HEADER.size + len(content)
        if self._ahead <= _AHEAD_BYTES and not self._ended:
            self._transport.resume_reading()
        return kind, content

    async def _wait_for_frame(self, left_s: float) -> None:
        alarm = self._loop.call_later(max(0.0, left_s), self._wake, TimeoutError())
        try:
            while not self._frames:
                if self._ended:
                    raise EOFError
                self._waiter = self._loop.create_future()
                await self._waiter
        finally:
            alarm.cancel()
            self._waiter = None

    def close(self) -> None:
        """Hang up: an idle process ends itself."""
        self._transport.abort()


class Answer:
    """The bytes of an answer, as they come. `complete` says whether `head` is all of it.

    Iterating raises a QueryFailed when the answer does not come to its end, so that a sender can break off.
    `seconds` is what the engine took, its reader's slowness left out, known at the end: of a query that was ended, the
    time that it was waited for. Close it: an unfinished query is ended.
    """

    def __init__(self, pool: QueryPool, child: _Child, timeout_s: float, spent: Spent | None = None) -> None:
        self._pool, self._child, self._spent = pool, child, spent
        self._timeout_s = self._left_s = timeout_s
        self._open = True
        self._gave_way = False
        self._kept_s, self._handed_at = 0.0, float("inf")
        self.head = b""
        self.complete = False
        self.seconds = 0.0

    async def spool(self, spool_bytes: int) -> None:
        """Read until the answer is complete or longer than `spool_bytes`: nothing need be sent before this returns."""
        parts, size = [], 0
        while size <= spool_bytes and (part := await self.next_part()) is not None:
            parts.append(part)
            size += len(part)
        self.head = b"".join(parts)
        self.complete = not self._open
        if self._open:
            self._pool.streaming.add(self)
            self._handed_at = time.monotonic()

    @property
    def kept_s(self) -> float:
        """Seconds that its reader has kept the process; 0 while it is the reader who waits."""
        return self._kept_s + time.monotonic() - self._handed_at if self._handed_at < float("inf") else 0.0

    def is_kept_longer(self, seconds: float) -> bool:
        """Whether its reader has kept the process so long, and is far slower than the engine: never by our own work."""
        return self.kept_s > max(seconds, _SLOWER * self._waited_s)

    def give_way(self) -> None:
        """Break it off for others. The process was kept from them, so all of that time counts as worked."""
        self._gave_way = True
        self._finish(self._waited_s + self.kept_s)
        self._pool.discard(self._child)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.head
        while (part := await self.next_part()) is not None:
            yield part

    def close(self) -> None:
        """End the query if it is not done."""
        if self._open:
            self._finish(self._waited_s)
            self._pool.discard(self._child)

    def _finish(self, seconds: float) -> None:
        self._open, self.seconds = False, seconds
        self._pool.streaming.discard(self)
        if self._spent is not None:
            self._spent(seconds)

    @property
    def _waited_s(self) -> float:
        return self._timeout_s - self._left_s

    async def next_part(self) -> bytes | None:
        """The part after `head` or the last one; None at the end. Only the engine's time runs, not its reader's."""
        if self._gave_way:
            raise ReaderTooSlow
        if not self._open:
            return None
        self._kept_s, self._handed_at = self.kept_s, float("inf")
        try:
            kind, content = await self._frame()
        except TimeoutError:
            self._left_s = 0.0
            self.close()
            raise QueryTimeout(self._timeout_s) from None
        except (EOFError, ConnectionError):
            raise await self._crashed() from None
        if kind == DATA:
            self._handed_at = time.monotonic() if self in self._pool.streaming else float("inf")
            return content
        self._ended(kind, json.loads(content))
        return None

    async def _frame(self) -> tuple[bytes, bytes]:
        asked = time.monotonic()
        try:
            return await self._child.read_frame(self._left_s)
        finally:
            self._left_s -= time.monotonic() - asked

    def _ended(self, kind: bytes, facts: dict[str, Any]) -> None:
        self._finish(facts.get("seconds", self._waited_s))
        self._pool.release(self._child)
        if kind != END:
            raise _error_of(facts, self._pool.limits, self._timeout_s)

    async def _crashed(self) -> QueryFailed:
        self._finish(self._waited_s)
        status = await self._pool.discard(self._child)
        if status and status & 0x7F == signal.SIGABRT:  # the engine's allocator aborts when it is refused memory
            return QueryMemory(self._pool.limits.query_memory_bytes)
        return QueryCrashed("the query's process ended before the answer was complete")


def _error_of(facts: Mapping[str, str], limits: Limits, timeout_s: float) -> LegationError:
    message = facts["message"]
    made: dict[str, Callable[[], LegationError]] = {
        "invalid": lambda: QueryInvalid(message),
        "not-expressible": lambda: NotExpressible(message),
        "memory": lambda: QueryMemory(limits.query_memory_bytes),
        "timeout": lambda: QueryTimeout(timeout_s),
        "term": lambda: TermRefused(message),
        "unavailable": lambda: EngineUnavailable(message),
        "refused": EngineRefused,
        "incomplete": lambda: AnswerIncomplete(int(message) if message else None),
    }
    return made.get(facts["kind"], lambda: QueryCrashed("the engine could not evaluate the query"))()


class QueryPool:
    """Query processes over one release, for the tasks of one event loop."""

    def __init__(self, store: Path, limits: Limits, prefixes: Mapping[str, str], *, in_memory: bool) -> None:
        self._options = Options(
            store=str(store),
            in_memory=in_memory,
            memory_bytes=limits.query_memory_bytes,
            prefixes=dict(prefixes),
        )
        self._begin(limits, Template(self._options))

    def _begin(self, limits: Limits, template: Template) -> None:
        self.limits = limits
        self._template = template
        self._former: list[Template] = []
        self._closed = False
        self.streaming: set[Answer] = set()
        self._relief: asyncio.TimerHandle | None = None
        self._idle: list[_Child] = []
        self._places = limits.processes
        self._waiting: deque[asyncio.Future[_Child | None]] = deque()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def load(self) -> None:
        """Read the store into memory and have the query processes find it there from then on; until then, on disk.

        Raises OSError or EOFError where it cannot be read so; then nothing has changed.
        """
        if self._options.in_memory:
            return
        options = replace(self._options, in_memory=True)
        loaded = await asyncio.get_running_loop().run_in_executor(None, Template, options)
        if self._closed:
            loaded.close()
            return
        self._former.append(self._template)
        self._template = loaded
        idle, self._idle = self._idle, []
        for child in idle:
            self.discard(child)

    async def run(self, job: Job, timeout_s: float | None = None, spent: Spent | None = None) -> Answer:
        """Begin a query and spool its answer; `timeout_s` may only lower the limit. `spent` hears what it took.

        Raises StoreBusy when the queue is full or the deadline passes while waiting, and whatever the first part of the
        answer raises. Cancelled, it ends the query.
        """
        allowed = min(timeout_s or self.limits.query_timeout_s, self.limits.query_timeout_s)
        child = await self._sent(job, allowed)
        answer = Answer(self, child, allowed, spent)
        try:
            await answer.spool(self.limits.spool_bytes)
        except BaseException:
            answer.close()
            raise
        return answer

    async def _sent(self, job: Job, wait_s: float) -> _Child:
        """A child that has taken the job. One that died while idle is replaced: nothing was begun, nothing is lost."""
        for _ in range(self.limits.processes + 1):
            child = await self._acquire(wait_s)
            try:
                child.send(job)
            except ConnectionError:
                await self.discard(child)
            else:
                return child
        raise StoreBusy(1, "no query process stays alive")

    async def _acquire(self, wait_s: float) -> _Child:
        if self._idle:
            return self._idle.pop()
        if self._places:
            self._places -= 1
            return await self._spawned()
        if len(self._waiting) >= self.limits.queue_max:
            raise StoreBusy(self._patience_s, "the queue of queries is full")
        return await self._handed_on(wait_s) or await self._spawned()

    @property
    def _patience_s(self) -> int:
        return max(1, round(self.limits.query_timeout_s / 2))

    async def _handed_on(self, wait_s: float) -> _Child | None:
        """The child of a query that ends, in the order of asking; None for the place of one that died."""
        turn: asyncio.Future[_Child | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        if self._relief is None:
            self._relieve()
        try:
            async with asyncio.timeout(wait_s):
                return await turn
        except TimeoutError:
            self._give_up(turn)
            raise StoreBusy(self._patience_s) from None
        except asyncio.CancelledError:
            self._give_up(turn)
            raise

    def _relieve(self) -> None:
        """While queries wait: the reader that has kept a process the longest gives way, once that is half of what a
        query may wait. Else a few readers at a few hundred kilobytes a second keep everybody out."""
        self._relief = None
        if not self._waiting:
            return
        slow = [answer for answer in self.streaming if answer.is_kept_longer(self.limits.query_timeout_s / 2)]
        if slow:
            max(slow, key=lambda answer: answer.kept_s).give_way()
        self._relief = asyncio.get_running_loop().call_later(_RELIEF_S, self._relieve)

    def _give_up(self, turn: asyncio.Future[_Child | None]) -> None:
        """Leave the queue; what was handed over at the same moment goes to the next."""
        if turn in self._waiting:
            self._waiting.remove(turn)
        elif turn.done() and not turn.cancelled():
            self._hand_on(turn.result())

    async def _spawned(self) -> _Child:
        """A new child in a place that the caller holds. One that comes when its asker has gone serves the next."""
        spawning = self._watched(self._spawn())
        try:
            return await asyncio.shield(spawning)
        except asyncio.CancelledError:
            spawning.add_done_callback(lambda done: None if done.exception() else self._hand_on(done.result()))
            raise

    async def _spawn(self) -> _Child:
        loop = asyncio.get_running_loop()
        template = self._template
        try:
            pid, peer = await loop.run_in_executor(None, template.spawn)
            _, child = await loop.create_unix_connection(lambda: _Child(template, pid), sock=peer)
        except (OSError, EOFError) as error:
            self._hand_on(None)
            raise StoreBusy(1, "a query process could not be started") from error
        return child

    def _watched(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """A task that goes on when whoever began it does not; the loop itself holds tasks weakly."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def release(self, child: _Child) -> None:
        """Take a child back that is ready for its next job; one of a former template ends."""
        if child.template is self._template:
            self._hand_on(child)
        else:
            self.discard(child)

    def discard(self, child: _Child) -> asyncio.Task[int]:
        """End a child; the task gives its wait status. Another is forked when one is needed."""
        return self._watched(self._end(child))

    async def _end(self, child: _Child) -> int:
        try:
            return await asyncio.get_running_loop().run_in_executor(None, child.template.end, child.pid)
        finally:
            child.close()
            self._hand_on(None)

    def _hand_on(self, child: _Child | None) -> None:
        """Give a child, or the place of one, to the first that waits, or keep it."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(child)
                return
        if child is None:
            self._places += 1
        else:
            self._idle.append(child)

    async def close(self) -> None:
        """End every query process; what they were answering fails."""
        self._closed = True
        idle, self._idle = self._idle, []
        for child in idle:
            child.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for template in (*self._former, self._template):
            await asyncio.get_running_loop().run_in_executor(None, template.close)
