"""A foreign engine that fails in every way there is: nothing partial is taken for whole, nothing of it is shown."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from legation.graph.errors import (
    AnswerIncomplete,
    EngineRefused,
    EngineUnavailable,
    LegationError,
    QueryInvalid,
    QueryTimeout,
    ReleaseError,
    SettingsError,
)
from legation.graph.formats import N_TRIPLES, RESULTS_JSON
from legation.graph.query_pool import Job, Limits
from legation.graph.release import Manifest, Release
from legation.graph.remote_engine import Endpoint, Engine
from legation.graph.remote_store import Holding, RemoteStore, verified
from legation.graph.remote_text import Dataset, RemoteQuery

JSON_TYPE, TRIPLES_TYPE = "application/sparql-results+json", "application/n-triples"
ROW = {"s": {"type": "uri", "value": "urn:s"}}
WHOLE = json.dumps({"head": {"vars": ["s"]}, "results": {"bindings": [ROW] * 3}}).encode()
TRIPLE = b"<urn:s> <urn:p> <urn:o> .\n"
QUERY = RemoteQuery("SELECT ?s { ?s ?p ?o }", ("urn:g",), ("urn:g",))
LIMITS = Limits(processes=1, query_timeout_s=1.0, spool_bytes=1000)
Answering = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Fake:
    """An engine of a few lines: `answer` writes what it will, `asked` are the requests as they came."""

    address: str
    answer: Answering
    asked: list[tuple[dict[str, str], dict[str, list[str]]]]

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint.parse(f"sparql+http://ada:s3cret@{self.address}/inner/path")


@pytest.fixture(scope="module")
def listening() -> Iterator[Fake]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            found.asked.append((dict(self.headers), parse_qs(body)))
            found.answer(self)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found = Fake(f"127.0.0.1:{server.server_port}", whole(), [])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def fake(listening: Fake) -> Fake:
    listening.answer = whole()
    listening.asked.clear()
    return listening


def whole(
    body: bytes = WHOLE, kind: str = JSON_TYPE, status: int = 200, length: int | None = None, **fields: str
) -> Answering:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in fields.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def chunks(*parts: bytes, kind: str = JSON_TYPE, pause_s: float = 0, is_whole: bool = True) -> Answering:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for part in parts:
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            time.sleep(pause_s)
        if is_whole:
            handler.wfile.write(b"0\r\n\r\n")

    return answer


def endless_silence(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(3)


def without_end_mark(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", TRIPLES_TYPE)
    handler.end_headers()
    handler.wfile.write(TRIPLE)


def elsewhere(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", "http://127.0.0.1:9/")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def store(fake: Fake, loop: asyncio.AbstractEventLoop | None = None) -> RemoteStore:
    manifest = Manifest("0" * 64, "http://x.example/", "", True, 0, 0, {}, (), {})
    holding = Holding(Engine(fake.endpoint), Dataset(("urn:g",), ("urn:g",), "urn:none"))
    return RemoteStore(Release(Path(), manifest), holding, LIMITS, loop)


@pytest.fixture(scope="module")
def remote(listening: Fake) -> Iterator[RemoteStore]:
    found = store(listening)
    yield found
    found.close()


def test_the_engine_is_asked_by_the_protocol_as_whom_it_knows(fake: Fake) -> None:
    """SPARQL 1.1 Protocol, section 2.1.2, with the graphs of section 2.1.4."""
    with Engine(fake.endpoint).ask(QUERY, RESULTS_JSON, 5) as answer:
        assert answer.read() + answer.read() + answer.read() == WHOLE
    headers, fields = fake.asked[0]
    assert fields == {
        "query": [QUERY.text], "default-graph-uri": ["urn:g"], "named-graph-uri": ["urn:g"],
    }  # fmt: skip
    assert (headers["Accept"], headers["Authorization"]) == (JSON_TYPE, "Basic YWRhOnMzY3JldA==")


def test_virtuoso_is_told_of_the_deadline_in_milliseconds(fake: Fake) -> None:
    """Its parameter `timeout`."""
    Engine(fake.endpoint, is_virtuoso=True).ask(QUERY, RESULTS_JSON, 2.5).close()
    assert fake.asked[0][1]["timeout"] == ["2500"]


FAILURES: dict[str, tuple[Answering, type[LegationError]]] = {
    "an error of its own": (whole(b"trace", "text/html", 500), EngineUnavailable),
    "busy": (whole(b"", "text/html", 503), EngineUnavailable),
    "a gateway's timeout": (whole(b"", "text/html", 504), QueryTimeout),
    "Virtuoso's timeout": (whole(b"Virtuoso S1T00 Error SR171", "text/plain", 500), QueryTimeout),
    "a query it does not take": (whole(b"Virtuoso 37000 Error", "text/plain", 400), EngineRefused),
    "not allowed": (whole(b"", "text/html", 401), EngineUnavailable),
    "not there": (whole(b"", "text/html", 404), EngineUnavailable),
    "sent elsewhere": (elsewhere, EngineUnavailable),
    "partial by its own timeout": (whole(X_SQL_State="S1TAT", X_SQL_Message="RC: incomplete"), QueryTimeout),
    "partial for another reason": (whole(X_SQL_State="S2801"), AnswerIncomplete),
    "a bound on rows": (whole(X_SPARQL_MaxRows="3"), AnswerIncomplete),
    "another format": (whole(b"<html>", "text/html"), EngineUnavailable),
    "no JSON": (whole(b"<html>"), EngineUnavailable),
    "JSON cut short, length right": (whole(WHOLE[:-9]), EngineUnavailable),
    "shorter than its length": (whole(length=len(WHOLE) + 9), EngineUnavailable),
    "chunks without their end": (chunks(WHOLE[:40], is_whole=False), EngineUnavailable),
    "silence": (endless_silence, QueryTimeout),
    "a trickle": (chunks(*([b" "] * 30), pause_s=0.1), QueryTimeout),
    "a boolean": (whole(b'{"head":{},"boolean":true}'), EngineUnavailable),
}


@pytest.mark.parametrize(("answer", "expected"), FAILURES.values(), ids=list(FAILURES))
def test_a_failure_of_the_engine_is_told_and_nothing_of_the_engine_is(
    fake: Fake, remote: RemoteStore, answer: Answering, expected: type[LegationError]
) -> None:
    """S9; and a client learns neither address nor account nor the engine's own words."""
    fake.answer = answer
    with pytest.raises(expected) as caught, remote.run(Job(QUERY.text, "json")) as found:
        b"".join(found)
    shown = f"{caught.value} {vars(caught.value)}"
    assert not [word for word in (fake.address, "ada", "s3cret", "inner", "Virtuoso", "trace") if word in shown]


GRAPH_FAILURES: dict[str, Answering] = {
    "shorter than its length": whole(TRIPLE * 2, TRIPLES_TYPE, length=len(TRIPLE) * 3),
    "chunks without their end": chunks(TRIPLE * 2, kind=TRIPLES_TYPE, is_whole=False),
    "no mark of its end": without_end_mark,
}


@pytest.mark.parametrize("answer", GRAPH_FAILURES.values(), ids=list(GRAPH_FAILURES))
def test_triples_that_end_at_a_line_are_not_taken_for_all(fake: Fake, remote: RemoteStore, answer: Answering) -> None:
    """S9: N-Triples have no end of their own, so that the transfer must show it."""
    fake.answer = answer
    with (
        pytest.raises(EngineUnavailable),
        remote.run(Job("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", "ntriples")) as found,
    ):
        b"".join(found)


def test_a_bound_on_rows_that_cuts_triples_off_in_silence_is_found_out(fake: Fake) -> None:
    """S9: Virtuoso names ResultSetMaxRows beside solutions, never beside triples."""

    def capped(handler: BaseHTTPRequestHandler) -> None:
        triples = handler.headers["Accept"] == TRIPLES_TYPE
        (whole(TRIPLE * 3, TRIPLES_TYPE) if triples else whole(X_SPARQL_MaxRows="3"))(handler)

    fake.answer = capped
    holding = Holding(Engine(fake.endpoint, is_virtuoso=True), Dataset(("urn:g",), ("urn:g",), "urn:none"))
    manifest = Manifest("0" * 64, "http://x.example/", "", True, 0, 0, {}, (), {})
    remote = RemoteStore(Release(Path(), manifest), holding, LIMITS)
    try:
        with pytest.raises(AnswerIncomplete) as caught, remote.run(Job("CONSTRUCT WHERE { ?s ?p ?o }", "turtle")) as a:
            b"".join(a)
        assert caught.value.rows_max == 3
    finally:
        remote.close()


def test_an_engine_that_is_down_is_unavailable(fake: Fake) -> None:
    """Nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(EngineUnavailable):
        Engine(Endpoint.parse(f"sparql+http://127.0.0.1:{port}/")).ask(QUERY, RESULTS_JSON, 5)


def test_a_query_that_is_no_sparql_never_reaches_the_engine(fake: Fake, remote: RemoteStore) -> None:
    """S7: the same words as over the embedded store."""
    with pytest.raises(QueryInvalid):
        remote.run(Job("SELECT { ", "json"))
    with pytest.raises(EngineRefused):
        remote.run(Job("SELECT (<urn:own>() AS ?x) {}", "json"))
    assert fake.asked == []


def test_virtuosos_json_is_read_for_what_it_means(fake: Fake, remote: RemoteStore) -> None:
    """Blank nodes with slashes, booleans as digits, ASK as a row of its own."""
    rows = (
        '{ "head": { "link": [], "vars": ["b", "t"] }, "results": { "distinct": false, "bindings": [ { '
        '"b": { "type": "bnode", "value": "nodeID://b1" }, "t": { "type": "typed-literal", '
        '"datatype": "http://www.w3.org/2001/XMLSchema#boolean", "value": "0" }} ] } }'
    )
    fake.answer = whole(rows.encode())
    with remote.run(Job("SELECT ?b ?t { ?b ?p ?t }", "tsv")) as answer:
        assert b"".join(answer) == b"?b\t?t\n_:b1\tfalse\n"
    for row, expected in (('{ "__ASK_RETVAL": { "type": "literal", "value": "1" } }', True), ("", False)):
        fake.answer = whole(('{"head": {"vars": ["__ASK_RETVAL"]}, "results": {"bindings": [' + row + "]}}").encode())
        with remote.run(Job("ASK { ?s ?p ?o }", "json")) as answer:
            assert json.loads(b"".join(answer))["boolean"] is expected


@pytest.mark.parametrize("size", [1, 7, 100, 65_536])
def test_what_is_mended_is_mended_across_the_parts_of_an_answer(fake: Fake, size: int) -> None:
    """However the network cuts it."""
    body = (b'"type": "bnode", "value": "nodeID://b7" ' + b"x" * 50) * 20
    fake.answer = chunks(*(body[at : at + size] for at in range(0, len(body), size)))
    with Engine(fake.endpoint).ask(QUERY, RESULTS_JSON, 5) as answer:
        got = b"".join(iter(lambda: answer.read(1024), b""))
    assert got == body.replace(b"nodeID://", b"")


def test_a_client_that_hangs_up_closes_the_connection_to_the_engine(fake: Fake) -> None:
    """S8: nobody waits, so the engine is told."""
    gone = threading.Event()

    def wait_for_the_end(handler: BaseHTTPRequestHandler) -> None:
        handler.connection.settimeout(5)
        if handler.connection.recv(1) == b"":
            gone.set()

    async def ask_and_leave() -> None:
        remote = store(fake, asyncio.get_running_loop())
        asking = asyncio.create_task(remote.ask(Job(QUERY.text, "json")))
        while not fake.asked:
            await asyncio.sleep(0.05)
        asking.cancel()
        assert await asyncio.to_thread(gone.wait, 2)
        await remote.aclose()

    fake.answer = wait_for_the_end
    asyncio.run(ask_and_leave())


def test_a_long_answer_streams(fake: Fake, remote: RemoteStore) -> None:
    """Nothing waits for the last row before the first is sent."""
    fake.answer = chunks(*([TRIPLE * 2000] * 8), kind=TRIPLES_TYPE, pause_s=0.05)
    started = time.monotonic()
    with remote.run(Job("CONSTRUCT WHERE { ?s ?p ?o }", "ntriples")) as answer:
        assert not answer.complete
        assert time.monotonic() - started < 0.35
        assert b"".join(answer).count(b"\n") == 16_000


@pytest.mark.parametrize(
    "setting",
    ["http://localhost/", "sparql+ftp://u:geheim@h/", "sparql+http://", "sparql+http://u:geheim@h:x/", "x", ""],
)
def test_a_store_that_is_none_is_refused_without_its_account(setting: str) -> None:
    """Loudly, at the start; the password stays where it was."""
    with pytest.raises(SettingsError) as caught:
        Endpoint.parse(setting)
    assert "LEGATION_STORE" in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_the_account_is_in_no_text_made_of_an_endpoint(caplog: pytest.LogCaptureFixture, fake: Fake) -> None:
    """Neither in a log nor in a traceback."""
    endpoint = Endpoint.parse("sparql+https://ada:p%40ss@[::1]:8890/sparql")
    assert (endpoint.url, endpoint.user, endpoint.password) == ("https://[::1]:8890/sparql", "ada", "p@ss")
    assert "ada" not in f"{endpoint!r}"
    fake.answer = whole(b"", "text/html", 500)
    with caplog.at_level(logging.DEBUG), pytest.raises(EngineUnavailable):
        Engine(fake.endpoint).ask(QUERY, N_TRIPLES, 5)
    assert "500" in caplog.text
    assert "s3cret" not in caplog.text


def counts(**by_graph: int) -> bytes:
    rows = [{"g": {"type": "uri", "value": iri.replace("_", ":")}, "n": {"type": "literal", "value": str(n)}}
            for iri, n in by_graph.items()]  # fmt: skip
    return json.dumps({"head": {"vars": ["g", "n"]}, "results": {"bindings": rows}}).encode()


def release(*, union: bool = True) -> Release:
    graphs = {"urn:a": 3, "urn:b": 2}
    manifest = Manifest("f" * 64, "http://x.example/", "", True, 5, 4, graphs, (), {}, union_default_graph=union)
    return Release(Path("releases"), manifest)


@pytest.mark.parametrize(
    ("by_graph", "together", "says"),
    [
        ({"urn_a": 3}, 4, "<urn:b> has 0 triples there and 2 in the release"),
        ({"urn_a": 9, "urn_b": 9}, 4, "and 1 more graphs differ"),
        ({"urn_a": 3, "urn_b": 2}, 5, "load dumps/legation.nt into its graph <http://x.example/sparql#default-graph>"),
        ({"urn_a": 3, "urn_b": 2, "http://x.example/sparql#default-graph": 3}, 4, "sparql#default-graph> has 3"),
    ],
    ids=["a graph is missing", "others' counts", "no union", "an old union"],
)
def test_an_engine_that_does_not_hold_the_release_is_refused_with_what_to_do(
    fake: Fake, by_graph: dict[str, int], together: int, says: str
) -> None:
    """At the start, in one sentence."""
    total = {"head": {"vars": ["n"]}, "results": {"bindings": [{"n": {"type": "literal", "value": str(together)}}]}}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        is_total = "GROUP BY" not in fake.asked[-1][1]["query"][0]
        whole(json.dumps(total).encode() if is_total else counts(**by_graph))(handler)

    fake.answer = answer
    with pytest.raises(ReleaseError) as caught:
        verified(fake.endpoint, release())
    assert says in str(caught.value)


def test_a_release_with_a_default_graph_of_its_own_is_refused(fake: Fake) -> None:
    """An engine's own default graph may hold anybody's data."""
    with pytest.raises(ReleaseError):
        verified(fake.endpoint, release(union=False))
