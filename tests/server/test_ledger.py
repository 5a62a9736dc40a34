"""The table of budgets that all workers share."""

from __future__ import annotations

import multiprocessing

import pytest

from legation.server.ledger import Ledger


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore:This process.*fork:DeprecationWarning")
def test_workers_have_one_table_however_they_are_started(method: str) -> None:
    """A ledger that is handed to another process is the same table there."""
    ledger = Ledger(slots=64)
    context = multiprocessing.get_context(method)
    keys = [ledger.key(b"client"), ledger.key(b"another")]
    for key, full_at in zip(keys, (21.0, 42.0), strict=True):
        worker = context.Process(target=ledger.put, args=(key, full_at, 0.0))
        worker.start()
        worker.join(30)
        assert worker.exitcode == 0
    assert [ledger.full_at(key) for key in keys] == [21.0, 42.0]
    assert ledger.full_at(ledger.key(b"a third")) == 0.0


def test_a_key_tells_nothing_of_its_client() -> None:
    """Another start, another key."""
    assert Ledger(slots=8).key(b"client") != Ledger(slots=8).key(b"client")


def test_a_full_table_forgets_the_smallest_debt_and_what_is_paid_off_first() -> None:
    """Bounded, and no debtor gets away while there is a smaller one."""
    ledger = Ledger(slots=8)
    for key in range(1, 9):
        ledger.put(key, 100.0 + key, now=0.0)
    ledger.put(9, 500.0, now=0.0)
    assert [ledger.full_at(key) for key in (1, 2, 9)] == [0.0, 102.0, 500.0]
    ledger.put(10, 600.0, now=104.5)
    assert [ledger.full_at(key) for key in (8, 9, 10)] == [108.0, 500.0, 600.0]


def test_a_client_keeps_its_slot() -> None:
    """Noted twice is one entry."""
    ledger = Ledger(slots=8)
    for full_at in (5.0, 6.0):
        ledger.put(7, full_at, now=0.0)
    for key in range(100, 107):
        ledger.put(key, 50.0, now=0.0)
    assert ledger.full_at(7) == 6.0
