"""A bounded pool of killable query processes: a deadline, a bounded queue, answers that cannot lie about their end."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from .errors import (
    LegationError,
    NotExpressible,
    QueryAbandoned,
    QueryCrashed,
    QueryFailed,
    QueryInvalid,
    QueryMemory,
    QueryTimeout,
    StoreBusy,
)
from .query_process import DATA, END, HEADER, KILL, LENGTH, NUMBER, SPAWN, Options

_START_S = 60.0
"""Seconds that a template may take to load a release and say that it is ready."""
_RECV_BYTES = 1 << 16
_LOOK_S = 0.25
"""Seconds between two looks at whether a waiting asker is still there."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may take, and how many may wait. Seconds and bytes, as the names say."""

    processes: int = 2
    queue_max: int = 12
    query_timeout_s: float = 10.0
    query_memory_bytes: int = 1 << 30
    spool_bytes: int = 1 << 20


@dataclass(frozen=True, slots=True)
class Job:
    """One query as a query process takes it; `format` is the key of a results or RDF format."""

    query: str
    format: str
    base: str | None = None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    def to_frame(self) -> bytes:
        """The job as bytes on the wire."""
        content = json.dumps({name: getattr(self, name) for name in self.__slots__}).encode()
        return LENGTH.pack(len(content)) + content


class Template:
    """The parent of the query processes: forks and ends them. Safe to use from several threads."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._start()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "legation.graph.query_process", self._options.to_json()]
        with theirs:
            self._process = subprocess.Popen(
                command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, env=os.environ | {"RUST_BACKTRACE": "0"}
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


class _Child:
    """One query process as its user sees it: send a job, read frames until a deadline."""

    def __init__(self, pid: int, peer: socket.socket) -> None:
        self.pid = pid
        self._peer = peer
        self._buffer = bytearray()

    def send(self, job: Job) -> None:
        self._peer.sendall(job.to_frame())

    def read_frame(self, until: float, asker: int | None) -> tuple[bytes, bytes]:
        """The next frame. Raises TimeoutError past `until`, EOFError when it has ended, QueryAbandoned for no asker."""
        while (frame := self._frame_in_buffer()) is None:
            self._wait(until, asker)
            content = self._peer.recv(_RECV_BYTES)
            if not content:
                raise EOFError
            self._buffer += content
        return frame

    def _frame_in_buffer(self) -> tuple[bytes, bytes] | None:
        if len(self._buffer) < HEADER.size:
            return None
        kind, length = HEADER.unpack_from(self._buffer)
        end = HEADER.size + length
        if len(self._buffer) < end:
            return None
        content = bytes(self._buffer[HEADER.size : end])
        del self._buffer[:end]
        return kind, content

    def _wait(self, until: float, asker: int | None) -> None:
        poll = select.poll()
        poll.register(self._peer, select.POLLIN)
        if asker is not None:
            poll.register(asker, select.POLLRDHUP)
        ready = dict(poll.poll(max(0.0, until - time.monotonic()) * 1000))
        if not ready:
            raise TimeoutError
        if asker in ready and self._peer.fileno() not in ready:
            raise QueryAbandoned

    def close(self) -> None:
        self._peer.close()


class Answer:
    """The bytes of an answer, as they come. `complete` says whether `head` is all of it.

    Iterating raises a QueryFailed when the answer does not come to its end, so that a sender can break off.
    `seconds` is what the engine took, known at the end. Close it, or use it as a context: an unfinished query is ended.
    """

    def __init__(self, pool: QueryPool, child: _Child, timeout_s: float, asker: int | None) -> None:
        self._pool, self._child, self._asker = pool, child, asker
        self._timeout_s = self._left_s = timeout_s
        self._open = True
        self.head = b""
        self.complete = False
        self.seconds = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def spool(self, spool_bytes: int) -> None:
        """Read until the answer is complete or longer than `spool_bytes`: nothing need be sent before this returns."""
        parts, size = [], 0
        while size <= spool_bytes and (part := self._next()) is not None:
            parts.append(part)
            size += len(part)
        self.head = b"".join(parts)
        self.complete = not self._open

    def __iter__(self) -> Iterator[bytes]:
        yield self.head
        while self._open and (part := self._next()) is not None:
            yield part

    def close(self) -> None:
        """Give the process back, or end it if the query is not done."""
        if self._open:
            self._open = False
            self._pool.discard(self._child)

    def _next(self) -> bytes | None:
        """The next part, or None at the end. The engine's own time runs, not the time its reader takes."""
        asked = time.monotonic()
        try:
            kind, content = self._child.read_frame(asked + self._left_s, self._asker)
        except TimeoutError:
            raise self._failed(QueryTimeout(self._timeout_s)) from None
        except (EOFError, ConnectionError):
            raise self._crashed() from None
        except QueryAbandoned:
            self.close()
            raise
        self._left_s -= time.monotonic() - asked
        if kind == DATA:
            return content
        self._ended(kind, json.loads(content))
        return None

    def _ended(self, kind: bytes, facts: dict[str, Any]) -> None:
        self._open = False
        self._pool.release(self._child)
        if kind != END:
            raise _error_of(facts, self._pool.limits)
        self.seconds = facts["seconds"]

    def _failed(self, error: QueryFailed) -> QueryFailed:
        self.close()
        return error

    def _crashed(self) -> QueryFailed:
        self._open = False
        status = self._pool.discard(self._child)
        if status and status & 0x7F == signal.SIGABRT:  # the engine's allocator aborts when it is refused memory
            return QueryMemory(self._pool.limits.query_memory_bytes)
        return QueryCrashed("the query's process ended before the answer was complete")


def _error_of(facts: Mapping[str, str], limits: Limits) -> LegationError:
    if facts["kind"] == "invalid":
        return QueryInvalid(facts["message"])
    if facts["kind"] == "not-expressible":
        return NotExpressible(facts["message"])
    if facts["kind"] == "memory":
        return QueryMemory(limits.query_memory_bytes)
    return QueryCrashed("the engine could not evaluate the query")


def _has_hung_up(asker: int) -> bool:
    poll = select.poll()
    poll.register(asker, select.POLLRDHUP)
    return bool(poll.poll(0))


class QueryPool:
    """Query processes over one release. `run` is safe to call from many threads."""

    def __init__(self, store: Path, limits: Limits, prefixes: Mapping[str, str], *, in_memory: bool) -> None:
        self.limits = limits
        self._template = Template(Options(str(store), in_memory, limits.query_memory_bytes, dict(prefixes)))
        self._changed = threading.Condition()
        self._idle: list[_Child] = []
        self._free = limits.processes
        self._waiting = 0

    def run(self, job: Job, timeout_s: float | None = None, asker: int | None = None) -> Answer:
        """Begin a query and spool its answer; `timeout_s` may only lower the limit.

        `asker` is the descriptor of the asker's connection: when it hangs up, the query is ended. Raises StoreBusy when
        the queue is full or the deadline passes while waiting, and whatever the first part of the answer raises.
        """
        allowed = min(timeout_s or self.limits.query_timeout_s, self.limits.query_timeout_s)
        child = self._sent(job, allowed, asker)
        answer = Answer(self, child, allowed, asker)
        try:
            answer.spool(self.limits.spool_bytes)
        except BaseException:
            answer.close()
            raise
        return answer

    def _sent(self, job: Job, wait_s: float, asker: int | None) -> _Child:
        """A child that has taken the job. One that died while idle is replaced: nothing was begun, nothing is lost."""
        for _ in range(self.limits.processes + 1):
            child = self._acquire(wait_s, asker)
            try:
                child.send(job)
            except OSError:
                self.discard(child)
            else:
                return child
        raise StoreBusy(1, "no query process stays alive")

    def _acquire(self, wait_s: float, asker: int | None) -> _Child:
        with self._changed:
            if not self._free and self._waiting >= self.limits.queue_max:
                raise StoreBusy(max(1, round(self.limits.query_timeout_s / 2)), "the queue of queries is full")
            self._waiting += 1
            try:
                self._wait_for_a_place(time.monotonic() + wait_s, asker)
            finally:
                self._waiting -= 1
            self._free -= 1
            child = self._idle.pop() if self._idle else None
        return child or self._spawned()

    def _wait_for_a_place(self, until: float, asker: int | None) -> None:
        while not self._changed.wait_for(lambda: self._free, min(_LOOK_S, max(0.0, until - time.monotonic()))):
            if asker is not None and _has_hung_up(asker):
                raise QueryAbandoned
            if time.monotonic() >= until:
                raise StoreBusy(max(1, round(self.limits.query_timeout_s / 2)))

    def _spawned(self) -> _Child:
        try:
            return _Child(*self._template.spawn())
        except (OSError, EOFError) as error:
            self._freed(None)
            raise StoreBusy(1, "a query process could not be started") from error

    def release(self, child: _Child) -> None:
        """Take a child back that is ready for its next job."""
        self._freed(child)

    def discard(self, child: _Child) -> int:
        """End a child and give its wait status; another is forked when one is needed."""
        status = self._template.end(child.pid)
        child.close()
        self._freed(None)
        return status

    def _freed(self, child: _Child | None) -> None:
        with self._changed:
            if child is not None:
                self._idle.append(child)
            self._free += 1
            self._changed.notify()

    def close(self) -> None:
        """End every query process."""
        with self._changed:
            idle, self._idle = self._idle, []
        for child in idle:
            child.close()
        self._template.close()
