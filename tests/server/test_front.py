"""The front of the server, live: other releases, long answers, codings, clients that stall."""

from __future__ import annotations

import gzip
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from live import LiveServer, free_port, run_legation, serving
from wire import address_of, query, raw, send

from legation.graph.release import switch

ROWS = 1_000_000
WHO = query("SELECT ?o { <http://data.example/s0> <http://data.example/p> ?o }")


def quads(label: str) -> str:
    """A thousand things, all of one mind: an answer that mixes two releases would show it."""
    return "".join(f'<http://data.example/s{n}> <http://data.example/p> "{label}" .\n' for n in range(1000))


def build(folder: Path, base: str, label: str) -> None:
    """A release that says `label`."""
    (folder / f"{label}.nt").write_text(quads(label), "utf-8")
    built = run_legation("release", "--data", str(folder / f"{label}.nt"), "--without-shapes", "--base", base,
                         "--releases", str(folder / "releases"))  # fmt: skip
    assert built.returncode == 0, built.stderr.decode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder, port = tmp_path_factory.mktemp("front"), free_port()
    base = f"http://localhost:{port}/"
    for label in ("second", "first"):
        build(folder, base, label)
    with serving(folder / "releases", port, LEGATION_WORKERS="2", LEGATION_SOCKET_TIMEOUT_S="2") as server:
        yield server


def digests(server: LiveServer) -> dict[str, str]:
    """The digest of the release by what it says."""
    found = {}
    for folder in server.releases.iterdir():
        if not folder.is_symlink() and len(folder.name) == 64:
            found["first" if "first" in (folder / "dumps" / "legation.nt").read_text() else "second"] = folder.name
    return found


def children(pid: int) -> dict[int, str]:
    """Every process below one, with its command line."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)] = int(stat[1])
            except OSError:
                continue
    below, found = {pid}, set[int]()
    while below:
        found |= below
        below = {child for child, parent in parents.items() if parent in below} - found
    return {child: Path(f"/proc/{child}/cmdline").read_bytes().decode().replace("\0", " ") for child in found - {pid}}


def eventually(holds: Callable[[], bool], seconds: float = 20.0) -> bool:
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


# Another release


def test_r5_a_switch_loses_no_request_and_mixes_no_two_releases(server: LiveServer) -> None:
    """Under constant asking, every answer is whole and of one release, and the new one comes within seconds."""
    everything = query("SELECT DISTINCT ?o { ?s <http://data.example/p> ?o }", format="csv")
    answers: list[tuple[int, bytes]] = []
    done = threading.Event()

    def keep_asking() -> None:
        while not done.is_set():
            reply = send(server, everything)
            answers.append((reply.status, reply.body))

    askers = [threading.Thread(target=keep_asking) for _ in range(4)]
    for asker in askers:
        asker.start()
    try:
        for label in ("second", "first") * 3:
            switch(server.releases, digests(server)[label])
            assert eventually(lambda label=label: answers[-8:] == [(200, f"o\r\n{label}\r\n".encode())] * 8)
    finally:
        done.set()
        for asker in askers:
            asker.join()
    assert {status for status, _ in answers} == {200}
    assert {body for _, body in answers} == {b"o\r\nfirst\r\n", b"o\r\nsecond\r\n"}


def test_the_query_processes_of_a_release_end_with_it(server: LiveServer) -> None:
    """Recycled at a switch: no more templates than workers are left."""
    assert eventually(lambda: sum("query_process" in command for command in children(server.process.pid).values()) < 9)


def test_a_release_that_cannot_be_opened_changes_nothing(server: LiveServer) -> None:
    """The one before it is served on, and the log says why."""
    damaged = server.releases / ("0" * 64)
    shutil.copytree((server.releases / "current").resolve(), damaged)
    (damaged / "dumps" / "legation.nt").write_text("short")
    good = (server.releases / "current").resolve().name
    switch(server.releases, damaged.name)
    assert eventually(lambda: b"cannot be served" in server.log.read_bytes())
    assert send(server, WHO).status == 200
    switch(server.releases, good)
    shutil.rmtree(damaged)


# Long answers


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_s9_a_million_rows_take_no_more_memory_than_a_few(server: LiveServer) -> None:
    """The peak of every process, sampled while the rows flow, stays within a few spools of where it was."""
    text = f"SELECT ?a ?b {{ ?a <http://data.example/p> ?x . ?b <http://data.example/p> ?y }} LIMIT {ROWS}"
    send(server, query(text.replace(str(ROWS), "1000"), format="csv"))
    before = {pid: resident_bytes(pid) for pid in children(server.process.pid)}
    peak: dict[int, int] = {}
    lines = 0
    with socket.create_connection(address_of(server), timeout=60) as connection:
        connection.sendall(f"GET {query(text, format='csv')} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        for content in iter(lambda: connection.recv(1 << 20), b""):
            lines += content.count(b"\r\nhttp") + content.startswith(b"http")
            for pid in before:
                peak[pid] = max(peak.get(pid, 0), resident_bytes(pid))
            last = content
    assert last.endswith(b"0\r\n\r\n")
    assert lines >= ROWS * 0.99  # a row that is cut by two chunks may be missed by this counting
    assert max(peak[pid] - before[pid] for pid in before) < 48 << 20


def test_s9_a_reader_that_stalls_is_let_go_and_its_query_with_it(server: LiveServer) -> None:
    """Nobody keeps a query process by not reading."""
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    stalled = []
    for _ in range(8):
        connection = socket.create_connection(address_of(server), timeout=20)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(f"GET {query(text, format='csv')} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        stalled.append(connection)
    try:
        time.sleep(0.5)
        assert send(server, "/health").status == 200
        assert eventually(lambda: send(server, query("ASK {}")).status == 200)
    finally:
        for connection in stalled:
            connection.close()


def test_s9_an_answer_that_turns_out_inexpressible_is_broken_off(server: LiveServer) -> None:
    """XML has no control characters; the one beyond the spool is no page and no second answer, and the log is calm."""
    nines = " ".join(f"VALUES ?{name} {{ 1 2 3 4 5 6 7 8 9 }}" for name in "abcde")
    chosen = " && ".join(f"?{name} = 5" for name in "abcde")
    text = f'SELECT ?z {{ {nines} BIND(IF({chosen}, "\\u0001", "z") AS ?z) }}'
    got = raw(server, f"GET {query(text, format='xml')} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert got.startswith(b"HTTP/1.1 200 ")
    assert b"problems/" not in got
    assert not got.endswith(b"0\r\n\r\n")
    assert b"Traceback" not in server.log.read_bytes()


# Codings


def test_s10_gzip_on_request_with_a_tag_of_its_own(server: LiveServer) -> None:
    """Whole and streamed; either tag is good for a 304."""
    whole = query("SELECT ?s { ?s <http://data.example/p> ?o } ORDER BY ?s", format="csv")
    plain, coded = send(server, whole), send(server, whole, Accept_Encoding="gzip")
    assert gzip.decompress(coded.body) == plain.body
    assert plain.headers["Content-Encoding"] is None
    assert (coded.headers["Content-Encoding"], coded.headers["ETag"]) == ("gzip", plain.headers["ETag"][:-1] + '-gzip"')
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert plain.headers["Repr-Digest"] != coded.headers["Repr-Digest"]
    for encoding in ("identity", "gzip"):
        for tag in (plain.headers["ETag"], coded.headers["ETag"]):
            known = send(server, whole, Accept_Encoding=encoding, If_None_Match=tag)
            assert (known.status, known.body, "ETag" in known.headers) == (304, b"", True)
    text = "SELECT ?a ?b { ?a <http://data.example/p> ?x . ?b <http://data.example/p> ?y } LIMIT 50000"
    streamed = [send(server, query(text, format="csv"), Accept_Encoding=coding) for coding in ("gzip", "identity")]
    assert streamed[0].headers["Content-Length"] is None
    assert gzip.decompress(streamed[0].body) == streamed[1].body


# Clients that stall


@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(b"GET /sparql HTT", id="in the request line"),
        pytest.param(b"GET /sparql HTTP/1.1\r\nHost: x\r\nAcc", id="in the header"),
    ],
)
def test_a_head_that_does_not_come_is_not_waited_for(server: LiveServer, request_bytes: bytes) -> None:
    """The connection is closed after the socket timeout (2 s here)."""
    started = time.monotonic()
    assert not raw(server, request_bytes).startswith(b"HTTP/1.1 2")
    assert time.monotonic() - started < 8


def test_a_body_that_does_not_come_gets_its_problem(server: LiveServer) -> None:
    """408, after the socket timeout."""
    head = (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 500\r\n\r\nASK"
    )
    with socket.create_connection(address_of(server), timeout=20) as connection:
        connection.sendall(head)
        answer = connection.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_hundreds_of_idle_connections_stop_nobody(server: LiveServer) -> None:
    """A connection costs a connection, not a thread."""
    idle = [socket.create_connection(address_of(server), timeout=5) for _ in range(300)]
    try:
        for connection in idle:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n")
        started = time.monotonic()
        assert send(server, WHO).status == 200
        assert send(server, "/health").status == 200
        assert time.monotonic() - started < 5
    finally:
        for connection in idle:
            connection.close()
