"""Rules S8 to S11 of the HTTP contract, clause by clause, against a live server: how answers come, end and are kept."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from live import LiveServer
from wire import Reply, address_of, query, raw, send

DIRECT = "application/sparql-query"
ENDLESS = f"SELECT (COUNT(*) AS ?n) {{ {' . '.join(f'?s{n} ?p{n} ?o{n}' for n in range(14))} }}"
"""Takes years over a release of ten triples; gives its first row at the end."""
LONG = "SELECT ?a ?b ?c ?d { ?a ?b ?c . ?d ?e ?f } LIMIT 20000"
"""Rows of about 200 bytes: beyond the spool limit of 1 MiB, and no more than a second's work."""
BREAKS = "SELECT ?a ?b ?c ?d ?e ?f { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
"""Begins at once and never ends: the deadline falls into the middle of its answer."""
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


def times(work: Callable[[], Reply], tries: int = 4) -> tuple[Reply, float]:
    """The answer that came soonest, and its seconds: others work on this machine too."""
    taken = []
    for _ in range(tries):
        started = time.monotonic()
        got = work()
        taken.append((time.monotonic() - started, got))
    seconds, got = min(taken, key=lambda one: one[0])
    return got, seconds


def children(server: LiveServer) -> set[int]:
    """The query processes of this server that are there, their templates left out."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (path / "cmdline").read_text()
            if "legation.graph.query_process" in command and f'"{server.releases}/' in command:
                found[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
    return {pid for pid, parent in found.items() if parent in found}


def comes(true: Callable[[], bool], within_s: float = 5.0) -> bool:
    """Whether something becomes true in so many seconds."""
    until = time.monotonic() + within_s
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


# S8: the deadline and the queue


def test_s8_a_query_is_ended_at_its_deadline(live: LiveServer) -> None:
    """Two seconds here: 503 within half a second of it, with the limit, a way on, and nothing to be kept."""
    got, seconds = times(lambda: send(live, query(ENDLESS)))
    assert (got.status, got.problem, got.json["seconds"]) == (503, "query-timeout", 2)
    assert 2 <= seconds < 2.5
    assert got.headers["Cache-Control"] == "no-store"
    assert "dumps" in got.json["advice"]


def test_s8_the_process_of_an_ended_query_is_gone(small: LiveServer) -> None:
    """Nothing goes on computing, and the next query is answered at once."""
    with asking(small, 4, timeout="1"):
        assert comes(lambda: len(children(small)) == 4)
        at_work = children(small)
        assert comes(lambda: not children(small) & at_work)
    got, seconds = times(lambda: send(small, query("ASK {}")))
    assert (got.status, seconds < 0.5) == (200, True)


def test_s8_a_timeout_lowers_the_deadline(live: LiveServer) -> None:
    """In seconds, fractions too."""
    got, seconds = times(lambda: send(live, query(ENDLESS, timeout="0.4")))
    assert (got.status, got.problem, got.json["seconds"]) == (503, "query-timeout", 0.4)
    assert 0.4 <= seconds < 0.9


def test_s8_a_timeout_never_raises_the_deadline(live: LiveServer) -> None:
    """An hour asked for is two seconds given."""
    got = send(live, query(ENDLESS, timeout="3600"))
    assert (got.problem, got.json["seconds"]) == ("query-timeout", 2)


@pytest.mark.parametrize("timeout", ["0", "-1", "x", "", "inf", "nan", "1e999"])
def test_s8_a_timeout_that_is_none_is_refused(live: LiveServer, timeout: str) -> None:
    """400, by name."""
    assert send(live, query("ASK {}", timeout=timeout)).problem == "query-parameters"
    assert send(live, query("ASK {}", timeout=["1", "2"])).problem == "query-parameters"


@contextmanager
def asking(server: LiveServer, count: int, **parameters: str) -> Iterator[list[socket.socket]]:
    """So many clients with an endless query each, gone at the end."""
    with ExitStack() as connections:
        clients = [connections.enter_context(socket.create_connection(address_of(server))) for _ in range(count)]
        for number, client in enumerate(clients):
            client.sendall(f"GET {query(f'{ENDLESS} #{number}', **parameters)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        yield clients


def test_s8_a_client_that_disconnects_frees_its_process(small: LiveServer) -> None:
    """The deadline of this server is ten seconds; the processes rest long before."""
    with asking(small, 4):
        assert comes(lambda: len(children(small)) == 4)
        at_work = children(small)
    assert comes(lambda: not children(small) & at_work, within_s=3)


def test_s8_the_queue_is_bounded(small: LiveServer) -> None:
    """Four processes and twelve places: four of twenty are told at once to come again, and when; then all is well."""
    with asking(small, 20) as clients:
        refused: list[socket.socket] = []
        assert comes(lambda: len(refused.extend(readable(clients, but=refused)) or refused) >= 4)
        for client in refused:
            head, _, body = client.recv(65_536).lower().partition(b"\r\n\r\n")
            assert head.startswith(b"http/1.1 503 ")
            assert re.search(rb"\r\nretry-after: [1-9]", head)
            assert b"\r\ncache-control: no-store" in head
            assert b"/problems/busy" in body
        assert len(refused) == 4
        assert send(small, "/sparql").status == 200
    assert comes(lambda: send(small, query("ASK {}")).status == 200)


def readable(clients: list[socket.socket], but: list[socket.socket]) -> list[socket.socket]:
    """The clients, some left out, to whom something has been sent."""
    return select.select([client for client in clients if client not in but], [], [], 0.1)[0]


# S9: no answer lies about its end


def received(server: LiveServer, request: bytes) -> bytes:
    """What came for these bytes until the server closed the connection, in order or not."""
    parts = []
    with socket.create_connection(address_of(server), timeout=20) as connection:
        connection.sendall(request)
        with suppress(ConnectionResetError):
            while part := connection.recv(65_536):
                parts.append(part)
    return b"".join(parts)


def head_of(answer: bytes) -> bytes:
    """The status line and header fields of an answer, in small letters."""
    return answer.partition(b"\r\n\r\n")[0].lower()


@pytest.mark.parametrize("key", ["json", "xml", "csv", "tsv"])
def test_s9_a_broken_answer_has_no_end_in_http_1_1(live: LiveServer, key: str) -> None:
    """It began with 200, in chunks; the last chunk, of length 0, never comes (RFC 9112, section 7.1)."""
    got = received(live, f"GET {query(BREAKS, format=key)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert not got or (got.startswith(b"HTTP/1.1 200 ") and b"transfer-encoding: chunked" in head_of(got))
    assert not got.endswith(b"\r\n0\r\n\r\n")


@pytest.mark.parametrize("text", [BREAKS, LONG], ids=["S9-breaks", "S9-long"])
def test_s9_http_1_0_gets_no_answer_whose_end_it_could_not_tell(live: LiveServer, text: str) -> None:
    """Where a plain close is the end of an answer (RFC 1945, section 7.2.2), a long one is refused, not risked."""
    got = received(live, f"GET {query(text, format='csv')} HTTP/1.0\r\n\r\n".encode())
    assert got.split()[1] in {b"503", b"505"}
    assert b"/problems/" in got


def test_s9_a_broken_construct_has_no_end_either(live: LiveServer) -> None:
    """Triples stream as rows do."""
    text = "CONSTRUCT { [] ?b ?f } { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    got = received(live, f"GET {query(text, format='ntriples')} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert not got.endswith(b"\r\n0\r\n\r\n")
    assert b"transfer-encoding: chunked" in head_of(got)


def test_s9_nothing_is_sent_before_an_answer_is_known_to_be_whole(live: LiveServer) -> None:
    """Three rows at once and then a wait without end: not a short 200, but 503."""
    text = f"SELECT ?n {{ {{ VALUES ?n {{ 1 2 3 }} }} UNION {{ {ENDLESS} }} }}"
    got = send(live, query(text, format="csv"))
    assert (got.status, got.problem) == (503, "query-timeout")


def test_s9_a_long_answer_streams_to_its_end(live: LiveServer) -> None:
    """Every row of it, in chunks, and the last chunk after them."""
    request = f"GET {query(LONG, format='csv')} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    got = received(live, request.encode())
    assert b"content-length" not in head_of(got)
    assert b"transfer-encoding: chunked" in head_of(got)
    assert got.endswith(b"\r\n0\r\n\r\n")
    assert len(got) > 1 << 20
    assert send(live, query(LONG, format="csv")).body.count(b"\r\n") == 20_001


def test_s9_a_short_answer_is_whole_in_http_1_0(live: LiveServer) -> None:
    """With its length."""
    got = received(live, f"GET {query('ASK {}')} HTTP/1.0\r\n\r\n".encode())
    assert got.split()[1] == b"200"
    assert f"content-length: {len(got.partition(b'{')[1] + got.partition(b'{')[2])}".encode() in head_of(got)


@pytest.mark.parametrize("accept", ["text/csv", "application/sparql-results+json", BROWSER])
def test_s9_an_answer_below_the_spool_limit_has_length_and_tag(live: LiveServer, accept: str) -> None:
    """It is whole before it begins."""
    got = send(live, query("SELECT ?s { ?s ?p ?o } LIMIT 100"), Accept=accept)
    assert int(got.headers["Content-Length"]) == len(got.body)
    assert re.fullmatch(r'"[^"]+"', got.headers["ETag"])
    assert got.headers["Transfer-Encoding"] is None


def test_s9_an_answer_below_the_spool_limit_has_its_digest(live: LiveServer) -> None:
    """RFC 9530, section 3."""
    got = send(live, query("SELECT ?s { ?s ?p ?o } LIMIT 100", format="csv"))
    digest = base64.b64encode(hashlib.sha256(got.body).digest()).decode()
    assert got.headers["Repr-Digest"] == f"sha-256=:{digest}:"


# S10: what need not be computed again


def test_s10_a_known_answer_is_304_without_running(live: LiveServer) -> None:
    """No body, no time of the engine, the same tag and Vary (RFC 9110, section 15.4.5)."""
    target = query("SELECT * { ?s ?p ?o } LIMIT 7")
    first = send(live, target)
    assert first.headers["Server-Timing"]
    for field in (first.headers["ETag"], f'"x", {first.headers["ETag"]}', f"W/{first.headers['ETag']}"):
        for method in ("GET", "HEAD"):
            got = send(live, target, method, If_None_Match=field)
            assert (got.status, got.body, got.headers["Server-Timing"]) == (304, b"", None)
            assert got.headers["ETag"] == first.headers["ETag"]
            assert got.headers["Vary"] == first.headers["Vary"]
    assert send(live, target, If_None_Match='"another"').status == 200


def test_s10_a_tag_is_of_release_query_format_and_dataset(live: LiveServer, small: LiveServer) -> None:
    """Whatever of these differs, the tag differs; asked again, it is the same."""
    ask = "ASK { ?s ?p ?o }"
    targets = [query(ask), query(ask + " "), query(ask, format="xml"), query(ask, default_graph_uri="urn:x"),
               query(ask, named_graph_uri="urn:x")]  # fmt: skip
    tags = [send(live, target).headers["ETag"] for target in targets]
    assert tags == [send(live, target).headers["ETag"] for target in targets]
    other = send(small, query(ask)).headers["ETag"]
    assert len({*tags, other}) == len(targets) + 1
    pages = {send(live, query(ask), Accept=BROWSER, Accept_Language=one).headers["ETag"] for one in ("en", "fr")}
    assert len(pages) == 2


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("SELECT (NOW() AS ?x) {}", id="S10-NOW"),
        pytest.param("SELECT (rand() AS ?x) {}", id="S10-RAND"),
        pytest.param("SELECT (UUID() AS ?x) {}", id="S10-UUID"),
        pytest.param("SELECT (StrUUID() AS ?x) {}", id="S10-STRUUID"),
        pytest.param("SELECT (BNODE() AS ?x) {}", id="S10-BNODE"),
        pytest.param("SELECT * { ?s ?p ?o FILTER(?o < # \nNow ( ) ) } LIMIT 1", id="S10-spaced"),
    ],
)
def test_s10_a_volatile_answer_is_kept_by_nobody(live: LiveServer, text: str) -> None:
    """No tag, `no-store`, and no 304."""
    got = send(live, query(text))
    assert (got.status, got.headers["ETag"], got.headers["Cache-Control"]) == (200, None, "no-store")
    assert send(live, query(text), If_None_Match='"x"').status == 200


def test_s10_a_word_alone_makes_nothing_volatile(live: LiveServer) -> None:
    """`NOW()` in a string or a comment calls nothing."""
    assert send(live, query('SELECT ("NOW()" AS ?now) {} # RAND()')).headers["ETag"]


def test_s10_an_answer_varies_by_what_chose_it(live: LiveServer) -> None:
    """Accept, and the language of the page; the same on 200, 304 and 406."""
    target = query("ASK {}")
    assert "Accept" in send(live, target).headers["Vary"]
    assert "Accept-Language" in send(live, target, Accept=BROWSER).headers["Vary"]
    refused = send(live, target, Accept="image/png")
    assert (refused.status, "Accept" in refused.headers["Vary"]) == (406, True)


@pytest.mark.parametrize("text", ["SELECT * { ?s ?p ?o } LIMIT 100", LONG], ids=["S10-whole", "S10-streamed"])
def test_s10_gzip_varies_and_has_a_tag_of_its_own(live: LiveServer, text: str) -> None:
    """The same bytes once unpacked; a tag of one coding never validates the other (RFC 9110, section 8.8.3.3)."""
    target = query(text, format="csv")
    plain, packed = send(live, target), send(live, target, Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert packed.headers["ETag"] != plain.headers["ETag"]
    for tag in (packed.headers["ETag"], plain.headers["ETag"]):
        for field in (f"W/{tag}", f'"x", {tag}'):
            got = send(
                live, target, Accept_Encoding="gzip" if tag == packed.headers["ETag"] else None, If_None_Match=field
            )
            assert (got.status, got.body, got.headers["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize("field", [None, "", "identity", "gzip;q=0", "br", "gzip;q=0.2, identity", "*;q=0"])
def test_s10_who_does_not_want_gzip_gets_none(live: LiveServer, field: str | None) -> None:
    """Accept-Encoding is negotiated as the standard says (RFC 9110, section 12.5.3)."""
    got = send(live, query("SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 100", format="csv"), Accept_Encoding=field)
    assert (got.status, got.headers["Content-Encoding"]) == (200, None)
    assert got.body.startswith(b"s,p,o\r\n")


# S11: open to scripts of every origin


CLOSING = b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
EXPOSED = {
    "Accept-Post", "Accept-Query", "Allow", "Content-Location", "Content-Range", "ETag", "Link", "Location",
    "Repr-Digest", "Retry-After", "Server-Timing", "Vary",
}  # fmt: skip


@pytest.mark.parametrize(
    ("target", "method", "fields", "status"),
    [
        pytest.param(query("ASK {}"), "GET", {}, 200, id="S11-200"),
        pytest.param(query("ASK {}"), "HEAD", {}, 200, id="S11-HEAD"),
        pytest.param("/sparql", "GET", {}, 200, id="S11-description"),
        pytest.param("/graph-store?default", "GET", {}, 200, id="S11-graph-store"),
        pytest.param(query(LONG), "GET", {}, 200, id="S11-streamed"),
        pytest.param("/sparql/?query=ASK%20%7B%7D", "GET", {}, 308, id="S11-308"),
        pytest.param("/id/organisation/nato", "GET", {}, 303, id="S11-303"),
        pytest.param(query("ASK {}"), "GET", {"If_None_Match": "@"}, 304, id="S11-304"),
        pytest.param("/sparql?query=", "GET", {}, 400, id="S11-400"),
        pytest.param(query("CLEAR ALL"), "GET", {}, 403, id="S11-403"),
        pytest.param("/nothing", "GET", {}, 404, id="S11-404"),
        pytest.param(query("ASK {}"), "PUT", {}, 405, id="S11-405"),
        pytest.param(query("ASK {}"), "GET", {"Accept": "image/png"}, 406, id="S11-406"),
        pytest.param("/sparql", "POST", {"Content_Type": "text/plain"}, 415, id="S11-415"),
        pytest.param(query(ENDLESS, timeout="0.1"), "GET", {}, 503, id="S11-503"),
    ],
)
def test_s11_every_answer_may_be_read_by_any_script(
    live: LiveServer, target: str, method: str, fields: dict[str, str], status: int
) -> None:
    """`*`, without credentials, and with the header fields that a script needs (Fetch, section 3.3)."""
    if fields.get("If_None_Match") == "@":
        fields = {"If_None_Match": send(live, target).headers["ETag"]}
    body = b"x" if method == "POST" else None
    got = send(live, target, method, body, Origin="https://x.example", **fields)
    assert got.status == status
    assert got.headers.get_all("Access-Control-Allow-Origin") == ["*"]
    assert got.headers["Access-Control-Allow-Credentials"] is None
    assert set(got.headers["Access-Control-Expose-Headers"].split(", ")) >= EXPOSED


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(b"GET /sparql?query=" + b"x" * 9000 + CLOSING, 414, id="S11-414"),
        pytest.param(b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + CLOSING[9:], 431, id="S11-431"),
    ],
)
def test_s11_a_request_that_is_too_large_is_answered_openly_too(live: LiveServer, request_: bytes, status: int) -> None:
    """However little of them is read."""
    head = head_of(raw(live, request_))
    assert head.startswith(f"http/1.1 {status} ".encode())
    assert b"\r\naccess-control-allow-origin: *" in head


@pytest.mark.parametrize("method", ["GET", "POST", "QUERY", "HEAD"])
@pytest.mark.parametrize("path", ["/sparql", "/sparql/", "/graph-store", "/nothing"])
def test_s11_a_preflight_is_answered(live: LiveServer, method: str, path: str) -> None:
    """For the methods and fields that a script may use, for a day, without credentials; it needs no Accept."""
    got = send(live, path, "OPTIONS", Origin="https://x.example", Access_Control_Request_Method=method,
               Access_Control_Request_Headers="content-type, if-none-match", Accept="image/png")  # fmt: skip
    assert (got.status, got.body) == (204, b"")
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert method in got.headers["Access-Control-Allow-Methods"].split(", ")
    assert got.headers["Access-Control-Allow-Headers"] == "content-type, if-none-match"
    assert int(got.headers["Access-Control-Max-Age"]) > 0
    assert got.headers["Access-Control-Allow-Credentials"] is None


def test_s11_options_without_a_script_names_the_methods(live: LiveServer) -> None:
    """RFC 9110, section 9.3.7."""
    got = send(live, "/sparql", "OPTIONS")
    assert got.status == 200
    assert {"GET", "POST", "QUERY", "HEAD", "OPTIONS"} <= set(got.headers["Allow"].split(", "))
