"""The walls around queries, from outside: one that eats memory ends alone, one that nobody waits for ends at once."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
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
    small = []
    number = 0
    while any(attacker.is_alive() for attacker in attackers):
        number += 1
        small.append(send(walled, query(SMALL.format(number))).status)
    assert outcomes == [(503, "query-memory")] * 8
    assert set(small) == {200}


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


def is_at_rest(server: LiveServer) -> bool:
    """Whether the server's processes use next to no processor time for a third of a second."""
    pids = below(server.process.pid)
    try:
        used = busy_ticks(pids)
        time.sleep(0.3)
        return busy_ticks(pids) - used <= 3
    except OSError:
        return False  # one has ended meanwhile: look again
