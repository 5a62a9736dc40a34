"""Query processes: killed at the deadline, confined, replaced, and honest about the end of an answer."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyoxigraph as ox
import pytest

from legation.graph.blocking_pool import BlockingPool
from legation.graph.errors import (
    QueryCrashed,
    QueryFailed,
    QueryInvalid,
    QueryMemory,
    QueryTimeout,
    ReaderTooSlow,
    StoreBusy,
)
from legation.graph.query_pool import Job, Limits, QueryPool
from legation.graph.sandbox import network_is_closed

LIMITS = Limits(processes=2, queue_max=1, query_timeout_s=2.0, query_memory_bytes=200 << 20, spool_bytes=10_000)
POINT = Job("SELECT ?o { <urn:s7> <urn:p> ?o }", "csv")
ENDLESS = Job("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }", "json")


@pytest.fixture(scope="module", params=[True, False], ids=["in memory", "on disk"])
def pool(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BlockingPool]:
    folder = tmp_path_factory.mktemp("store")
    store = ox.Store(str(folder))
    store.bulk_extend(
        ox.Quad(ox.NamedNode(f"urn:s{n}"), ox.NamedNode("urn:p"), ox.Literal(f"value {n}")) for n in range(3000)
    )
    store.flush()
    del store
    with pool_over(folder, in_memory=request.param) as pool:
        yield pool


@contextmanager
def pool_over(folder: Path, *, in_memory: bool) -> Iterator[BlockingPool]:
    pool = QueryPool(folder, LIMITS, {}, in_memory=in_memory)
    blocking = BlockingPool(pool)
    yield blocking
    blocking.close()


def answer(pool: BlockingPool, job: Job) -> bytes:
    with pool.run(job) as found:
        return b"".join(found)


def test_an_answer_is_whole_and_the_process_is_used_again(pool: BlockingPool) -> None:
    """Many queries in turn, the same bytes each time."""
    assert {answer(pool, POINT) for _ in range(50)} == {b"o\r\nvalue 7\r\n"}


def test_an_endless_query_ends_at_its_deadline_and_the_next_is_answered_at_once(pool: BlockingPool) -> None:
    """S8: the process is gone, another takes its place."""
    with pytest.raises(QueryTimeout) as caught:
        pool.run(ENDLESS)
    assert caught.value.seconds == LIMITS.query_timeout_s
    assert answer(pool, POINT)


def test_a_client_may_lower_the_deadline_and_never_raise_it(pool: BlockingPool) -> None:
    """S8: `timeout` may only lower it."""
    for asked, expected in ((0.2, 0.2), (60.0, LIMITS.query_timeout_s)):
        with pytest.raises(QueryTimeout) as caught:
            pool.run(ENDLESS, asked)
        assert caught.value.seconds == expected


def test_a_query_that_eats_memory_is_ended_and_others_live(pool: BlockingPool) -> None:
    """The bound on memory stands in the kernel."""
    tenfold = " ".join(f"BIND(CONCAT({', '.join([f'?t{n}'] * 10)}) AS ?t{n + 1})" for n in range(9))
    hungry = Job(f"SELECT (STRLEN(?t9) AS ?n) {{ BIND('0123456789' AS ?t0) {tenfold} }}", "json")
    with pytest.raises(QueryMemory):
        pool.run(hungry)
    assert answer(pool, POINT)


def test_a_long_answer_streams_and_is_counted_to_its_end(pool: BlockingPool) -> None:
    """S9: beyond the spool limit parts follow, none is lost."""
    with pool.run(Job("SELECT ?s ?o { ?s <urn:p> ?o }", "csv")) as found:
        assert not found.complete
        assert b"".join(found).count(b"\r\n") == 3001


def test_a_failure_after_the_first_part_is_raised_not_swallowed(pool: BlockingPool) -> None:
    """S9: an answer cannot lie about being complete."""
    with pool.run(Job("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", "csv")) as found, pytest.raises(QueryTimeout):
        for _ in found:
            pass


def test_an_invalid_query_carries_the_engines_words(pool: BlockingPool) -> None:
    """They are translated for people elsewhere (sparql_text.describe_syntax_error)."""
    with pytest.raises(QueryInvalid) as caught:
        pool.run(Job("SELECT * {", "json"))
    assert "error at 1:11" in caught.value.message


@pytest.mark.skipif(
    not network_is_closed(), reason="this kernel or processor has no seccomp filter of ours: README, limits"
)
def test_no_packet_leaves_a_query_process(pool: BlockingPool) -> None:
    """Even a SERVICE that slips past the guard reaches nobody: the kernel refuses the socket."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.3)
        port = listener.getsockname()[1]
        with pytest.raises(QueryCrashed):
            pool.run(Job(f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}", "json"))
        with pytest.raises(TimeoutError):
            listener.accept()


def test_the_queue_is_bounded(pool: BlockingPool) -> None:
    """S8: with every process busy and the queue full, the next query is turned away at once."""
    outcomes: list[type[Exception]] = []

    def ask() -> None:
        try:
            pool.run(ENDLESS)
        except QueryFailed as error:
            outcomes.append(type(error))

    threads = [threading.Thread(target=ask) for _ in range(LIMITS.processes + LIMITS.queue_max)]
    for thread in threads:
        thread.start()
        time.sleep(0.1)
    with pytest.raises(StoreBusy, match="queue of queries is full") as caught:
        pool.run(POINT)
    assert caught.value.retry_after_s >= 1
    for thread in threads:
        thread.join()
    assert outcomes.count(QueryTimeout) >= LIMITS.processes
    assert answer(pool, POINT)


def test_a_client_that_hangs_up_frees_its_process(pool: BlockingPool) -> None:
    """S8: nobody waits for the answer, so nobody computes it; whoever waited in the queue goes on."""

    async def hang_up() -> float:
        askers = [asyncio.create_task(pool._pool.run(ENDLESS)) for _ in range(LIMITS.processes)]
        await asyncio.sleep(0.2)
        waiting = asyncio.create_task(pool._pool.run(POINT))
        await asyncio.sleep(0)
        started = time.monotonic()
        for asker in askers:
            asker.cancel()
        await waiting
        return time.monotonic() - started

    assert pool.wait(hang_up()) < LIMITS.query_timeout_s / 2


def test_askers_that_give_up_at_any_moment_lose_no_process(pool: BlockingPool) -> None:
    """Cancelled while waiting, spawning, computing or reading: every process is free again afterwards."""

    async def give_up(moment: float) -> None:
        asker = asyncio.create_task(pool._pool.run(ENDLESS if moment < 0.01 else POINT))
        await asyncio.sleep(moment)
        asker.cancel()
        await asyncio.wait({asker})

    for step in range(40):
        pool.wait(give_up(step * 0.0007))
    held = [answer(pool, POINT) for _ in range(5)]
    assert len(set(held)) == 1
    deadline = time.monotonic() + 5
    while pool._pool._tasks and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(pool._pool._idle) + pool._pool._places == LIMITS.processes


def test_a_template_that_dies_is_replaced(pool: BlockingPool) -> None:
    """The pool mends itself: a killed template is started again when a process is next needed."""
    os.kill(pool._pool._template._process.pid, 9)
    pool._pool._template._process.wait()
    for _ in range(3):
        try:
            assert answer(pool, POINT)
        except QueryCrashed:
            continue  # the children died with their template; each is noticed once
    assert answer(pool, POINT)


def test_a_store_is_loaded_while_queries_are_answered_from_disk(tmp_path: Path) -> None:
    """No query notices: answers before, during and after are the same, and the processes of before have ended."""
    store = ox.Store(str(tmp_path / "store"))
    store.bulk_extend(
        ox.Quad(ox.NamedNode(f"urn:s{n}"), ox.NamedNode("urn:p"), ox.Literal(f"value {n}")) for n in range(30_000)
    )
    store.flush()
    del store
    with pool_over(tmp_path / "store", in_memory=False) as pool:
        answers = {answer(pool, POINT)}
        before = [child.pid for child in pool._pool._idle]
        loading = asyncio.run_coroutine_threadsafe(pool._pool.load(), pool._loop)
        while not loading.done():
            answers.add(answer(pool, POINT))
        answers |= {answer(pool, POINT) for _ in range(5)}
        assert answers == {b"o\r\nvalue 7\r\n"}
        until = time.monotonic() + 10
        while any(Path(f"/proc/{pid}").exists() for pid in before):
            assert time.monotonic() < until
            time.sleep(0.01)
        assert all(child.template._options.in_memory for child in pool._pool._idle)


def test_nothing_is_left_running_after_close(tmp_path: Path) -> None:
    """Closing ends the template and its children."""
    ox.Store(str(tmp_path / "store")).flush()
    with pool_over(tmp_path / "store", in_memory=True) as pool:
        answer(pool, POINT)
        child = pool._pool._idle[0].pid
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def spent_by(pool: BlockingPool, job: Job, timeout_s: float | None = None) -> list[float]:
    """What is told of the engine's time, the answer having been read to its end if it has one."""
    told: list[float] = []
    with suppress(QueryFailed), pool.run(job, timeout_s, told.append) as found:
        b"".join(found)
    return told


def test_the_engines_time_is_told_once_when_a_query_ends(pool: BlockingPool) -> None:
    """A whole answer costs what the engine took, a query that was stopped its deadline, a faulty one next to none."""
    (whole,), (stopped,) = spent_by(pool, POINT), spent_by(pool, ENDLESS, 0.3)
    (faulty,) = spent_by(pool, Job("SELECT", "json"))
    assert 0 < whole < 0.2
    assert stopped == pytest.approx(0.3, abs=0.05)
    assert faulty < 0.2


def test_the_time_of_a_slow_reader_is_not_the_engines(pool: BlockingPool) -> None:
    """A query process that waits for its reader is not computing."""
    told: list[float] = []
    long = Job("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 60000", "json")
    with pool.run(long, None, told.append) as found:
        assert not found.complete
        time.sleep(1.2)
        assert sum(map(len, found)) > 1 << 20
    assert told == [found.seconds]
    assert told[0] < 0.9


def test_an_abandoned_query_costs_what_it_ran(pool: BlockingPool) -> None:
    """Hanging up early is no way to compute for nothing."""
    told: list[float] = []

    async def abandon() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.3):
                await pool._pool.run(ENDLESS, None, told.append)

    pool.wait(abandon())
    assert len(told) == 1
    assert told[0] == pytest.approx(0.3, abs=0.1)


def test_slow_readers_give_way_to_queries_that_wait(pool: BlockingPool) -> None:
    """They may keep processes while nobody needs them; then they are broken off and have paid for all that time."""
    told: list[float] = []
    long = Job("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 60000", "json")
    with pool.run(long, None, told.append) as first, pool.run(long, None, told.append) as second:
        time.sleep(LIMITS.query_timeout_s)
        assert told == []
        started = time.monotonic()
        assert answer(pool, POINT)
        assert time.monotonic() - started < LIMITS.query_timeout_s / 2
        time.sleep(0.5)
        assert len(told) == 1
        assert told[0] > LIMITS.query_timeout_s
        fates = []
        for held in (first, second):
            with suppress(ReaderTooSlow):
                fates.append(sum(map(len, held)))
        assert len(fates) == 1


def test_a_reader_as_fast_as_the_engine_is_never_broken_off(pool: BlockingPool) -> None:
    """Though others wait all the time."""
    long = Job("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 60000", "json")
    rows: list[int] = []

    def read() -> None:
        with pool.run(long) as found:
            rows.append(b"".join(found).count(b'"d"'))

    readers = [threading.Thread(target=read) for _ in range(LIMITS.processes + LIMITS.queue_max)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert [count > 60_000 - 1 for count in rows] == [True] * len(readers)
