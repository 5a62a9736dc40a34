"""The walls around queries, from outside: one that eats memory ends alone, one that nobody waits for ends at once."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from live import LiveServer, free_port, run_legation, serving
from wire import address_of, query, send

MEMORY_BYTES = 200 << 20
TENFOLD = " ".join(f"BIND(CONCAT({', '.join([f'?t{n}'] * 10)}) AS ?t{n + 1})" for n in range(9))
HUNGRY = f"SELECT (STRLEN(?t9) AS ?n) {{ BIND('0123456789' AS ?t0) {TENFOLD} }}"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
STREAMING = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
SMALL = "SELECT ?label {{ ?thing a ?class ; <http://www.w3.org/2000/01/rdf-schema#label> ?label }} LIMIT {}"


@pytest.fixture(scope="module")
def walled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder, port = tmp_path_factory.mktemp("walled"), free_port()
    built = run_legation("release", "--base", f"http://localhost:{port}/", "--releases", str(folder))
    assert built.returncode == 0, built.stderr.decode()
    limits = {
        "LEGATION_QUERY_MEMORY_BYTES": str(MEMORY_BYTES),
        "LEGATION_QUERY_TIMEOUT_S": "20",
        "LEGATION_WORKERS": "1",
    }
    with serving(folder, port, **limits) as server:
        yield server


def below(pid: int) -> list[int]:
    """The processes below one, each after its parent."""
    found = [pid]
    for one in found:
        with suppress(OSError):  # it has ended meanwhile
            for thread in Path(f"/proc/{one}/task").iterdir():
                found += [int(child) for child in (thread / "children").read_text().split()]
    return found[1:]


def busy_ticks(pids: list[int]) -> int:
    """Processor time that these have used, in clock ticks (proc(5), stat)."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(field[11]) + int(field[12]) for field in fields)


def descriptors(pids: list[int]) -> int:
    return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in pids)


def test_a_query_that_eats_memory_ends_alone(walled: LiveServer) -> None:
    """It gets its problem; small ones that are asked meanwhile, never kept answers, are all given."""
    outcomes: list[tuple[int, str]] = []

    def attack() -> None:
        for _ in range(4):
            reply = send(walled, query(HUNGRY))
            outcomes.append((reply.status, reply.problem))

    attackers = [threading.Thread(target=attack) for _ in range(2)]
    for attacker in attackers:
        attacker.start()
    peaks: list[int] = []
    seconds = asked_meanwhile(walled, attackers, 0, lambda: peaks.append(largest_bytes(walled)))
    assert outcomes == [(503, "query-memory")] * 8
    assert percentile(seconds, 95) < 1.0
    assert max(peaks) < MEMORY_BYTES + (300 << 20)


def asked_meanwhile(
    server: LiveServer,
    attackers: list[threading.Thread],
    number: int,
    look: Callable[[], None] = lambda: None,
) -> list[float]:
    """The seconds of small queries, never kept answers, that are asked until the attack is over; each is given."""
    seconds = []
    while any(attacker.is_alive() for attacker in attackers):
        number += 1
        started = time.monotonic()
        assert send(server, query(SMALL.format(number))).status == 200
        seconds.append(time.monotonic() - started)
        look()
    return seconds


def percentile(seconds: list[float], percent: int) -> float:
    return sorted(seconds)[len(seconds) * percent // 100]


def largest_bytes(server: LiveServer) -> int:
    """The memory of the largest of the server's processes (proc(5), statm)."""
    found = [0]
    for pid in below(server.process.pid):
        with suppress(OSError):
            found.append(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
    return max(found)


def hung_up(server: LiveServer, text: str, after_s: float) -> None:
    """Ask, wait a moment, and go."""
    with socket.create_connection(address_of(server), timeout=10) as connection:
        connection.sendall(f"GET {query(text, format='csv')} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(after_s)


def test_clients_that_go_leave_nothing_behind(walled: LiveServer) -> None:
    """While it computes, queues or streams: every process is free again, none computes on, no descriptor is lost."""
    send(walled, query("ASK { ?s ?p ?o FILTER(?o = 1) }"))
    before = descriptors(below(walled.process.pid)[:1])
    goers = [
        threading.Thread(target=hung_up, args=(walled, text, 0.02 * (number % 12)))
        for number in range(60)
        for text in (ENDLESS, STREAMING)
    ]
    for goer in goers:
        goer.start()
    for goer in goers:
        goer.join()
    until = time.monotonic() + 15
    while not is_at_rest(walled):
        assert time.monotonic() < until, "a query is computed that nobody waits for"
    assert send(walled, query("ASK { ?s ?p ?o FILTER(?o = 2) }")).status == 200
    assert descriptors(below(walled.process.pid)[:1]) <= before + 10


def asked_for_a_page(server: LiveServer, number: int) -> socket.socket:
    """A connection on which a browser waits for the answer to an endless query."""
    connection = socket.create_connection(address_of(server), timeout=10)
    target = query(f"{ENDLESS} # {number}")
    connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n".encode())
    return connection


def test_pages_that_show_answers_hold_no_thread_and_end_with_their_readers(walled: LiveServer) -> None:
    """More readers than threads: other pages come as ever; when the readers go, their queries end."""
    waiting = [asked_for_a_page(walled, number) for number in range(12)]
    time.sleep(0.5)
    started = time.monotonic()
    assert send(walled, "/robots.txt").status == 200
    assert time.monotonic() - started < 5  # the deadline of the queries is 20 s
    for connection in waiting:
        connection.close()
    until = time.monotonic() + 10
    while not is_at_rest(walled):
        assert time.monotonic() < until, "a page is computed that nobody waits for"


def test_a_page_comes_with_its_answer_and_is_known_by_its_tag(walled: LiveServer) -> None:
    """In the language asked for; a client that has it is told so, and no star or other tag is taken for it."""
    target = query(SMALL.format(7))
    english = send(walled, target, Accept="text/html")
    french = send(walled, target, Accept="text/html", Accept_Language="fr")
    assert (english.status, french.status) == (200, 200)
    assert (english.headers["Content-Language"], french.headers["Content-Language"]) == ("en", "fr")
    assert english.text.count("<tr>") == french.text.count("<tr>") > 7
    tag = english.headers["ETag"]
    for field, language, status in ((tag, "en", 304), (tag, "fr", 200), (f"W/{tag}, *", "en", 304), ("*", "en", 200)):
        known = send(walled, target, Accept="text/html", Accept_Language=language, If_None_Match=field)
        assert known.status == status, (field, language)
    hungry = send(walled, query(HUNGRY), Accept="text/html")
    assert (hungry.status, hungry.type) == (503, "text/html")


LONG = f"SELECT (COUNT(*) AS ?x) (1 AS ?x) {{ VALUES ?v {{ {'1 ' * 49_000} }} }}"
"""Read to its end by the guard and by whoever tells what is wrong with it: a second and more."""


def test_long_queries_do_not_stop_the_event_loop(walled: LiveServer) -> None:
    """While they are read, small ones are answered."""
    outcomes: list[tuple[int, str]] = []

    def attack() -> None:
        for _ in range(3):
            reply = send(walled, "/sparql", "POST", LONG.encode(), Content_Type="application/sparql-query")
            outcomes.append((reply.status, reply.problem))

    attackers = [threading.Thread(target=attack) for _ in range(2)]
    for attacker in attackers:
        attacker.start()
    seconds = asked_meanwhile(walled, attackers, 1000)
    assert outcomes == [(400, "query-syntax")] * 6
    assert percentile(seconds, 95) < 0.5


def is_at_rest(server: LiveServer) -> bool:
    """Whether the server's processes use next to no processor time for a third of a second."""
    pids = below(server.process.pid)
    try:
        used = busy_ticks(pids)
        time.sleep(0.3)
        return busy_ticks(pids) - used <= 3
    except OSError:
        return False  # one has ended meanwhile: look again
