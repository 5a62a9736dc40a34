"""Ten thousand hostile requests: each gets its documented problem in time, nothing inside shows, the release stands.

Everything is made from a seed and bounded in count and time. What is no HTTP at all is answered by the HTTP parser
itself, without a document (docs/http.md), so only its status is looked at.
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from live import LiveServer, free_port, run_legation, serving
from rdflib import RDF
from wire import address_of, query, send

from legation.graph.formats import GRAPH_FORMATS
from legation.graph.serialisation import rdf_format
from legation.server.problems import PROBLEMS

REQUESTS = 10_000
THREADS = 4
TIMEOUT_S = 1.0
"""The deadline of the server under attack."""
SLACK_S = 6.0
"""What a loaded machine may add; the clauses' own half second is held in test_sparql_answers."""
BY_PARSER = {400, 414, 431}
"""What the HTTP parser answers itself, without a document."""
INSIDE = re.compile(rb"Traceback|/site-packages|\.py\b|oxigraph|panicked|rocksdb|Errno|/tmp/", re.IGNORECASE)
WORDS = [
    "SELECT",
    "ASK",
    "CONSTRUCT",
    "DESCRIBE",
    "WHERE",
    "FILTER",
    "OPTIONAL",
    "UNION",
    "MINUS",
    "SERVICE",
    "SILENT",
    "LOAD",
    "INSERT",
    "DELETE",
    "DATA",
    "CLEAR",
    "DROP",
    "WITH",
    "GRAPH",
    "FROM",
    "NAMED",
    "BIND",
    "VALUES",
    "AS",
    "GROUP",
    "BY",
    "ORDER",
    "HAVING",
    "LIMIT",
    "OFFSET",
    "EXISTS",
    "NOT",
    "IN",
    "COUNT(",
    "REGEX(",
    "IRI(",
    "UUID()",
    "NOW()",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ".",
    ";",
    ",",
    "*",
    "?s",
    "?p",
    "?o",
    "$x",
    "<urn:a>",
    "<http://127.0.0.1:9/>",
    "<>",
    "<",
    ">",
    "a",
    "x:y",
    "dip:takenBy",
    "_:b",
    "'x'",
    '"y"@en',
    "1",
    "-2.5",
    "1e9",
    "true",
    "^",
    "|",
    "/",
    "+",
    "?",
    "!",
    "=",
    "!=",
    "&&",
    "||",
    "#",
    "\\u0053",
    "\\",
    "é",
    "\u202e",
    "\x00",
    "\x7f",
    "😀",
]
PREFIX = "PREFIX dip: <https://w3id.org/legation/ns#> PREFIX x: <urn:x:> "
NUMBERS = " ".join(map(str, range(40)))


@dataclass(frozen=True)
class Outcome:
    """What came of a request; status 0 where the connection was closed without an answer."""

    kind: str
    status: int
    type: str
    problem: str
    seconds: float
    leak: str
    sent: bytes


GRAPHS = {form.media_type: rdf_format(form) for form in GRAPH_FORMATS}


def problem_in(body: bytes, form: ox.RdfFormat) -> str:
    """The problem that an RDF document tells; empty where it tells none. Raises SyntaxError for what is no RDF."""
    kinds = [quad.object for quad in ox.parse(body, format=form) if quad.predicate.value == str(RDF.type)]
    named = [kind.value for kind in kinds if isinstance(kind, ox.NamedNode) and "/problems/" in kind.value]
    return named[0].rpartition("/")[2] if named else ""


# What is sent


def soup(rng: Random) -> str:
    """Words of the language in no order."""
    return PREFIX * rng.randrange(2) + " ".join(rng.choices(WORDS, k=rng.randrange(1, 30)))


def heavy(rng: Random) -> str:
    """A query that wants more than it may have."""
    n = rng.randrange(2, 400)
    return rng.choice(
        [
            "SELECT (COUNT(*) AS ?n) { " + " ".join(f"?a{i} ?b{i} ?c{i} ." for i in range(n % 7 + 3)) + " }",
            "SELECT * { " + "{ " * n + "?s ?p ?o" + " }" * n + " }",
            "SELECT * { ?s " + "/".join(["<urn:p>"] * n * 3) + " ?o }",
            "SELECT * { ?s (!<urn:p>)* ?o . ?o (!<urn:q>)* ?r . ?r (!<urn:z>)* ?t }",
            'SELECT * { ?s ?p ?o FILTER REGEX(STR(?o), "^(a+)+$(b|b)*(.*.*)*x") }',
            "SELECT * { " + " ".join(f"VALUES ?v{i} {{ {NUMBERS} }}" for i in range(n % 9 + 2)) + " }",
            f'SELECT ("{"x" * n * 200}" AS ?x) {{}}',
            "SELECT (" + "(" * n + "1" + ")" * n + " AS ?x) {}",
            "SELECT * { " + " UNION ".join(["{ ?s ?p ?o }"] * n) + " }",
            "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?d), STR(?g))) AS ?x) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        ]
    )


def outward(rng: Random) -> str:
    """A call or a change, in some spelling."""
    word = "".join(rng.choice([c.lower(), c, f"\\u{ord(c):04x}"]) for c in rng.choice(["SERVICE", "LOAD", "CLEAR"]))
    return rng.choice(
        [
            f"SELECT * {{ {word} <http://127.0.0.1:9/> {{ ?s ?p ?o }} }}",
            f"{word} <http://127.0.0.1:9/>",
            f"{word} ALL",
            f"ASK {{ {{ {word} SILENT ?s {{ }} }} }}",
            "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
            "DELETE WHERE { ?s ?p ?o }",
            "SELECT * FROM <http://127.0.0.1:9/data> FROM NAMED <file:///etc/passwd> { ?s ?p ?o }",
        ]
    )


def noise(rng: Random, most: int) -> str:
    """Characters that a header field may hold, and some that escape everything."""
    return "".join(rng.choices("abc/*;,=\"'\\ q0.9%-+<>()[]{}@:?\té", k=rng.randrange(most)))


def message(method: str, target: str, body: bytes = b"", *fields: str) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close", *fields]
    if body or method not in {"GET", "HEAD"}:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body


def asking(rng: Random, text: str) -> bytes:
    """One of the ways to ask, with parameters and headers that may contradict each other."""
    encoded = quote(text, safe="")
    extra = rng.choice(
        [
            "",
            "",
            "&query=ASK%20%7B%7D",
            "&format=pdf",
            "&timeout=-1",
            "&timeout=1e309",
            "&update=x",
            "&default-graph-uri=not%20an%20iri",
            "&named-graph-uri=urn:x",
            "&" * 1200,
            "&format=csv",
            "&x=%FF",
        ]
    )
    kind = rng.choice(
        [
            "application/x-www-form-urlencoded",
            "application/sparql-query",
            "application/sparql-update",
            "text/plain",
            "",
            "application/sparql-query; charset=utf-16",
            noise(rng, 30),
        ]
    )
    accept = rng.choice([noise(rng, 200), "image/png", "*/*;q=0", "text/csv"])
    fields = [f"Accept: {accept}"] * rng.randrange(2) + [f"If-None-Match: {noise(rng, 90)}"] * rng.randrange(2)
    if rng.random() < 0.5:
        return message("GET", f"/sparql?query={encoded}{extra}"[:8000], b"", *fields)
    body = text.encode("utf-8", "replace") if "sparql" in kind else f"query={encoded}{extra}".encode()
    return message(rng.choice(["POST", "QUERY", "PUT"]), "/sparql", body, f"Content-Type: {kind}", *fields)


def wandering(rng: Random) -> bytes:
    """Paths that are nowhere, above the root, or half decoded; methods that are none; ranges; huge fields."""
    path = rng.choice(
        ["/id/", "/doc/", "/dumps/", "/graph/", "/vocab/", "/static/", "/ns/", "/problems/", "/"]
    ) + rng.choice(
        [
            "../../etc/passwd",
            "%2e%2e/%2e%2e/etc/passwd",
            "a%00b",
            "%FF%FE",
            "a%2Fb",
            "<script>",
            "x" * 9000,
            "legation.ttl",
            "legation.nq.gz",
            "%ZZ",
            "nato.exe",
            "..;/",
            "organisation/nato.ttl",
            "%0d%0aX-Bad:%20yes",
            "é" * 20,
        ]
    )
    fields = rng.choice(
        [
            [],
            [f"Range: bytes={rng.randrange(-9, 999999)}-{rng.randrange(-9, 99)}"],
            [f"X: {'y' * 40_000}"],
            ["Accept: image/png"],
            [f"X{n}: y" for n in range(60)],
            [f"Accept-Language: {noise(rng, 300)}"],
            ["Expect: 100-continue"],
            ["X-Forwarded-For: " + noise(rng, 80), "Forwarded: " + noise(rng, 80)],
            ["If-Modified-Since: " + noise(rng, 40)],
        ]
    )
    method = rng.choice(
        ["GET", "GET", "GET", "HEAD", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "G\x01T"]
    )
    return message(method, path, b"", *fields)


def writing(rng: Random) -> bytes:
    """Writes to the graph store and where there is none, bodies in chunks, conditions on everything that has a tag."""
    target = rng.choice(
        [
            "/graph-store?default",
            "/graph-store?graph=urn:x",
            "/graph-store?graph=%00",
            "/graph-store?default&graph=urn:x",
            "/graph-store",
            "/sparql?default",
            "/sparql?using-graph-uri=urn:x",
            "/graph/person/1",
            "/doc/organisation/nato",
            "/dumps/legation.nt",
            "/sparql?" + "&".join(f"p{n}={n}" for n in range(rng.randrange(900, 1200))),
        ]
    )
    method = rng.choice(["PUT", "POST", "DELETE", "PATCH", "QUERY", "GET", "HEAD"])
    kind = rng.choice(["text/turtle", "application/n-triples", "application/sparql-query", "application/rdf+xml", "*"])
    fields = [
        f"Content-Type: {kind}",
        f"If-None-Match: {rng.choice(['*', 'W/*', noise(rng, 60), ', '.join(['W/' + chr(34) * 2] * 300)])}",
        f"If-Match: {noise(rng, 20)}",
        f"Range: bytes={rng.choice(['-', '0-0,5-5', '-0', '9' * 30 + '-', '5-2', '0x1-2', '1-' + '9' * 30])}",
        f"If-Range: {noise(rng, 20)}",
        f"Accept-Encoding: {noise(rng, 40)}",
    ]
    if rng.random() < 0.3 and method not in {"GET", "HEAD"}:
        chunks = rng.choice(
            [b"3\r\nASK\r\n3\r\n {}\r\n0\r\n\r\n", b"0\r\n\r\n", b"1;x=y\r\n{\r\n0\r\nTrailer: x\r\n\r\n"]
        )
        head = message("GET", target, b"", "Transfer-Encoding: chunked", *fields)
        return method.encode() + head[len(b"GET") :] + chunks
    return message(method, target, b"<urn:a> <urn:b> <urn:c> ." * rng.randrange(50), *rng.sample(fields, 3))


def malformed(rng: Random) -> bytes:
    """What is hardly HTTP, or lies about its body."""
    return rng.choice(
        [
            b"GET /sparql\r\n\r\n",
            b"\x00\x01\x02\r\n\r\n",
            b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
            b"GET  /  HTTP/1.1\r\n\r\n",
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
            b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnonsense\r\n",
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nASK {}",
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n folded\r\nConnection: close\r\n\r\n",
            b"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"x: %d\r\n" % n for n in range(300)) + b"\r\n",
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
            message(
                "POST", "/sparql", b"query=" + rng.randbytes(200), "Content-Type: application/x-www-form-urlencoded"
            ),
            message("POST", "/sparql", rng.randbytes(300), "Content-Type: application/sparql-query"),
        ]
    )


def attack(number: int) -> tuple[str, bytes]:
    """The kind and the bytes of one request; heavy ones are few, for each takes its deadline."""
    rng = Random(number)
    kind = rng.choices(["soup", "outward", "wandering", "writing", "malformed", "heavy"], [35, 15, 30, 12, 6, 2])[0]
    if kind == "wandering":
        return kind, wandering(rng)
    if kind == "heavy" and rng.random() < 0.4:  # nothing is wrong with it but its weight
        plain = ("Content-Type: application/sparql-query", f"Accept: {rng.choice(['text/csv', 'text/html', '*/*'])}")
        return kind, message("POST", "/sparql", heavy(rng).encode(), *plain)
    if kind == "writing":
        return kind, writing(rng)
    if kind == "malformed":
        return kind, malformed(rng)
    return kind, asking(rng, {"soup": soup, "outward": outward, "heavy": heavy}[kind](rng))


# What comes back


def tried(server: LiveServer, number: int) -> Outcome:
    kind, content = attack(number)
    started = time.monotonic()
    with socket.create_connection(address_of(server), timeout=20) as connection:
        try:
            connection.sendall(content)
            answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
        except OSError:
            answer = b""
    return outcome(kind, content, answer, time.monotonic() - started)


def outcome(kind: str, sent: bytes, answer: bytes, seconds: float) -> Outcome:
    while answer.startswith(b"HTTP/1.1 100"):
        answer = answer.partition(b"\r\n\r\n")[2]
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1]) if head.startswith(b"HTTP/1.") else 0
    found = re.search(rb"(?im)^content-type:\s*([^;\r\n]*)", head)
    media_type = found[1].decode() if found else ""
    problem = ""
    if status >= 400 and media_type == "application/problem+json" and body:
        problem = str(json.loads(body)["type"]).rpartition("/")[2]
    elif status >= 400 and media_type in GRAPHS and body:
        problem = problem_in(body, GRAPHS[media_type])
    leak = INSIDE.search(body) if status >= 400 else None  # none of these words is ever sent
    return Outcome(kind, status, media_type, problem, seconds, leak[0].decode() if leak else "", sent[:400])


def fingerprint(folder: Path) -> dict[str, str]:
    """The hash of every file of a release."""
    files = sorted(path for path in folder.resolve().rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def besieged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder, port = tmp_path_factory.mktemp("besieged"), free_port()
    built = run_legation("release", "--base", f"http://localhost:{port}/", "--releases", str(folder))
    assert built.returncode == 0, built.stderr.decode()
    limits = {
        "LEGATION_QUERY_TIMEOUT_S": str(TIMEOUT_S),
        "LEGATION_SOCKET_TIMEOUT_S": "1",
        "LEGATION_STREAM_SECONDS_MAX": "3",
    }
    with serving(folder, port, **limits) as server:
        yield server


@pytest.fixture(scope="module")
def siege(besieged: LiveServer) -> tuple[list[Outcome], bool]:
    """Every outcome, and whether the release on disk is as it was."""
    before = fingerprint(besieged.releases / "current")
    with ThreadPoolExecutor(THREADS) as attackers:
        outcomes = list(attackers.map(lambda number: tried(besieged, number), range(REQUESTS)))
    return outcomes, fingerprint(besieged.releases / "current") == before


def test_the_release_is_unchanged(siege: tuple[list[Outcome], bool]) -> None:
    """Every file of it, to the byte."""
    outcomes, is_unchanged = siege
    assert len(outcomes) == REQUESTS
    assert is_unchanged


def test_every_refusal_is_a_documented_problem(siege: tuple[list[Outcome], bool]) -> None:
    """A problem document or page of a type that the manual lists; a defect of ours (internal) never."""
    refused = [one for one in siege[0] if one.status >= 400 and one.kind != "malformed" and one.sent[:4] != b"HEAD"]
    assert [one for one in refused if not one.problem and one.type != "text/html" and one.status not in BY_PARSER] == []
    known = {slug: problem.status for slug, problem in PROBLEMS.items()}
    assert [one for one in refused if one.problem and known.get(one.problem) != one.status] == []
    assert [one for one in siege[0] if one.status == 500] == []


def test_what_reached_us_is_answered(siege: tuple[list[Outcome], bool]) -> None:
    """Only what is no HTTP, or breaks off a stream, goes without an answer; the attack is no straw man."""
    outcomes, _ = siege
    assert [one for one in outcomes if not one.status and one.kind not in {"malformed", "wandering"}] == []
    statuses = Counter(one.status for one in outcomes)
    assert {200, 400, 403, 404, 405, 406, 415, 503} <= set(statuses), statuses


def test_every_answer_comes_in_time(siege: tuple[list[Outcome], bool]) -> None:
    """Refusals within a second where the machine is free, and nothing beyond the deadlines."""
    outcomes, _ = siege
    refusals = sorted(one.seconds for one in outcomes if 400 <= one.status < 500 and one.status != 408)
    assert refusals[len(refusals) * 95 // 100] < 1.0
    assert [one for one in outcomes if one.seconds > TIMEOUT_S + 3 + SLACK_S] == []


def test_nothing_of_the_inside_shows(siege: tuple[list[Outcome], bool], besieged: LiveServer) -> None:
    """Not in an answer, and no traceback in the log."""
    assert [one for one in siege[0] if one.leak] == []
    assert b"Traceback" not in besieged.log.read_bytes()


def test_the_server_answers_as_before(siege: tuple[list[Outcome], bool], besieged: LiveServer) -> None:
    """At once, and for everybody."""
    assert send(besieged, "/health").status == 200
    started = time.monotonic()
    assert send(besieged, query("SELECT * { ?s a ?class . FILTER(?class != <urn:x>) } LIMIT 3")).status == 200
    assert time.monotonic() - started < TIMEOUT_S + SLACK_S
