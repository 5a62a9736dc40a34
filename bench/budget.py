"""What the budget of computing time adds to a request, in microseconds of one core: `python bench/budget.py`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from statistics import median
from timeit import repeat

from legation.server.budget import Budgets
from legation.server.clients import Networks
from legation.server.ledger import Ledger
from legation.server.patience import Message, Scope
from legation.server.settings import Settings

TIMES, RUNS = 20_000, 7
SCOPE: Scope = {
    "client": ("127.0.0.1", 4711),
    "headers": [(b"host", b"localhost"), (b"accept", b"*/*"), (b"x-forwarded-for", b"203.0.113.7")],
}
ANSWER: tuple[Message, ...] = (
    {"type": "http.response.start", "status": 200, "headers": [(b"name", b"value")] * 15},
    {"type": "http.response.body", "body": b""},
)


async def _sent(_: Message) -> None:
    """A server that takes what it is given."""


def _microseconds(work: Callable[[], object]) -> float:
    return median(repeat(work, number=TIMES, repeat=RUNS)) / TIMES * 1e6


async def _microseconds_awaited(work: Callable[[], Awaitable[None]]) -> float:
    taken = []
    for _ in range(RUNS):
        began = time.perf_counter()
        for _ in range(TIMES):
            await work()
        taken.append((time.perf_counter() - began) / TIMES)
    return median(taken) * 1e6


def _report(name: str, settings: Settings) -> None:
    budgets = Budgets(settings, Ledger())
    account = budgets.account(SCOPE)
    account.charge(1000.0)

    async def plain() -> None:
        for message in ANSWER:
            await _sent(message)

    async def announced() -> None:
        send = budgets.account(SCOPE).announced(_sent)
        for message in ANSWER:
            await send(message)

    added = asyncio.run(_microseconds_awaited(announced)) - asyncio.run(_microseconds_awaited(plain))
    run = _microseconds(lambda: account.admit(tuple)) + _microseconds(lambda: account.charge(0.0001))
    print(f"{name:24} every answer {added:5.1f} µs    a query that is run {run:5.1f} µs more")


if __name__ == "__main__":
    _report("no proxy", Settings(budget_s=1_000_000))
    _report(
        "behind a trusted proxy", Settings(budget_s=1_000_000, proxies_trusted=Networks.of("127.0.0.1, 10.0.0.0/8"))
    )
