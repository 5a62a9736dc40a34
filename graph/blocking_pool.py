"""The query pool for callers that block: an event loop of its own in a thread, or the loop that the pool lives on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from typing import Any, Self, TypeVar

from .query_pool import Answer, Job, QueryPool, Spent

T = TypeVar("T")


class BlockingAnswer:
    """An answer (see query_pool.Answer) read by a thread. A context: leaving it ends a query that is not done."""

    def __init__(self, pool: BlockingPool, answer: Answer) -> None:
        self._pool, self._answer = pool, answer
        self.head, self.complete = answer.head, answer.complete

    @property
    def seconds(self) -> float:
        """What the engine took, known at the end."""
        return self._answer.seconds

    def __iter__(self) -> Iterator[bytes]:
        yield self.head
        while (part := self._pool.wait(self._answer.next_part())) is not None:
            yield part

    def close(self) -> None:
        """End the query if it is not done."""
        self._pool.wait(_closed(self._answer))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class BlockingPool:
    """`run` is safe to call from many threads, but not from the thread of the loop itself."""

    def __init__(self, pool: QueryPool, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._pool = pool
        self._thread: threading.Thread | None = None
        self._loop = loop or asyncio.new_event_loop()
        if loop is None:
            self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
            self._thread.start()

    def run(self, job: Job, timeout_s: float | None = None, spent: Spent | None = None) -> BlockingAnswer:
        """Begin a query and spool its answer; see QueryPool.run. `spent` is called on the loop."""
        return BlockingAnswer(self, self.wait(self._pool.run(job, timeout_s, spent)))

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """What the work gives, done on the loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        """End the query processes, and the loop where it is ours."""
        self.wait(self._pool.close())
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()


async def _closed(answer: Answer) -> None:
    answer.close()
