"""The same release behind the same server, read from its own store, from Virtuoso and from an Oxigraph server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import engines
import pyoxigraph as ox
import pytest
import rdflib
from live import LiveServer, free_port, run_legation, serving
from rdflib.compare import isomorphic
from wire import Reply, query, send

from legation.graph.formats import GRAPH_FORMATS, RESULTS_FORMATS, Format

PREFIXES = """PREFIX dip: <https://w3id.org/legation/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""


@dataclass(frozen=True)
class Pair:
    """Two servers of one release: `own` over the embedded store, `foreign` over an engine at `engine`."""

    name: str
    own: LiveServer
    foreign: LiveServer
    engine: str


@pytest.fixture(scope="module", params=["virtuoso", "oxigraph"])
def pair(request: pytest.FixtureRequest, live: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp(request.param)
    release = (live.releases / "current").resolve()
    is_virtuoso = request.param == "virtuoso"
    start = engines.virtuoso if is_virtuoso else engines.oxigraph
    with start(folder, release, live.base) as address:
        # Virtuoso's account by Digest, at the address that asks for one.
        store = f"sparql+http://dba:dba@{address}/sparql-auth" if is_virtuoso else f"sparql+http://{address}/query"
        with serving(
            live.releases, free_port(), LEGATION_STORE=store, LEGATION_WORKERS="1", LEGATION_QUERY_TIMEOUT_S="2",
            LEGATION_QUERY_PROCESSES="2",
        ) as foreign:  # fmt: skip
            yield Pair(request.param, live, foreign, address)


def both(pair: Pair, target: str, **fields: str) -> tuple[Reply, Reply]:
    own, foreign = (send(server, target, **fields) for server in (pair.own, pair.foreign))
    assert (own.status, foreign.status) == (200, 200), foreign.text
    return own, foreign


def rows(reply: Reply) -> list[list[str]]:
    """The rows, sorted; the columns in the order of their names."""
    found = ox.parse_query_results(reply.body, ox.QueryResultsFormat.JSON)
    assert isinstance(found, ox.QuerySolutions)
    names = sorted(name.value for name in found.variables)
    return sorted([str(row[name]) for name in names] for row in found)


SELECTS = {
    "a count of all": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "counts by graph": "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "strings with a language": "SELECT ?s ?l { ?s rdfs:label ?l }",
    "every literal of the article": "SELECT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } FILTER(isLiteral(?o) && CONTAINS(STR(?g), '/article/')) }",  # noqa: E501
    "booleans": "SELECT ?s ?o { ?s dip:negated ?o }",
    "an optional that is not there": "SELECT ?s ?no { ?s a dip:Expulsion OPTIONAL { ?s <urn:no> ?no } }",
    "values and a filter": "SELECT ?s { VALUES ?c { dip:Expulsion dip:Claim } ?s a ?c FILTER(!isBlank(?s)) }",
    "minus": "SELECT ?s { ?s a dip:Claim MINUS { ?s dip:negated true } }",
    "a path": "SELECT ?n { <https://w3id.org/legation/ns#Expulsion> (rdfs:subClassOf|a)/rdfs:label ?n }",
    "aggregates": "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c HAVING (COUNT(DISTINCT ?s) > 3)",
    "a subquery in order": "SELECT ?s { { SELECT ?s { ?s a dip:Claim } ORDER BY ?s LIMIT 5 } }",
    "two graphs by FROM": "SELECT (COUNT(*) AS ?n) FROM <graph/catalogue> FROM <graph/curation> { ?s ?p ?o }",
    "FROM NAMED": "SELECT ?g (COUNT(*) AS ?n) FROM NAMED <graph/derived> { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "an empty default graph": "SELECT (COUNT(*) AS ?n) FROM NAMED <graph/derived> { ?s ?p ?o }",
    "a graph that is not": "SELECT (COUNT(*) AS ?n) { GRAPH <graph/none> { ?s ?p ?o } }",
    "somebody else's graph": f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{engines.SECRET}> {{ ?s ?p ?o }} }}",
    "FROM somebody else's": f"SELECT (COUNT(*) AS ?n) FROM <{engines.SECRET}> {{ ?s ?p ?o }}",
    "somebody else's triple": "SELECT * { { <urn:secret> ?p ?o } UNION { GRAPH ?g { <urn:secret> ?p ?o } } }",
    "a relative IRI": "SELECT ?p ?o { <id/organisation/nato> ?p ?o }",
}


@pytest.mark.parametrize("text", SELECTS.values(), ids=list(SELECTS))
def test_solutions_are_the_same(pair: Pair, text: str) -> None:
    """The same rows, in whatever order, and nothing of the engine's other data."""
    own, foreign = both(pair, query(PREFIXES + text, format="json"))
    assert rows(foreign) == rows(own)


@pytest.mark.parametrize(("pattern", "expected"), [("?s a dip:Claim", True), ("?s a <urn:no>", False), ("", True)])
def test_ask_is_a_boolean(pair: Pair, pattern: str, expected: bool) -> None:
    """Also where the engine answers it with a row."""
    for reply in both(pair, query(f"{PREFIXES} ASK {{ {pattern} }}", format="json")):
        assert reply.json["boolean"] is expected


def test_ask_about_somebody_elses_graph_is_false(pair: Pair) -> None:
    """Virtuoso by itself says true for a graph outside the request's dataset."""
    for reply in both(pair, query(f"ASK {{ GRAPH <{engines.SECRET}> {{ ?s ?p ?o }} }}", format="json")):
        assert reply.json["boolean"] is False


@pytest.mark.parametrize("form", RESULTS_FORMATS, ids=lambda form: form.key)
def test_solutions_are_written_as_the_specifications_say(pair: Pair, form: Format) -> None:
    """S3: the same bytes for the same rows in the same order, whatever the engine's own CSV looks like."""
    text = PREFIXES + "SELECT ?s ?l { ?s a dip:Expulsion ; rdfs:label ?l FILTER(LANG(?l) = 'fr') } ORDER BY ?s"
    own, foreign = both(pair, query(text), Accept=form.media_type)
    assert foreign.body == own.body


@pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.key)
def test_graphs_are_the_same_in_every_format(pair: Pair, form: Format) -> None:
    """CONSTRUCT, re-serialised."""
    text = PREFIXES + "CONSTRUCT { ?s ?p ?o } { ?s a dip:Expulsion ; ?p ?o }"
    found = [
        rdflib.Graph().parse(data=reply.body, format=reply.type)
        for reply in both(pair, query(text), Accept=form.media_type)
    ]
    assert len(found[0]) > 10
    assert isomorphic(*found)


def test_describe_gives_what_the_engine_calls_a_description(pair: Pair) -> None:
    """SPARQL 1.1 Query, section 16.4, leaves it to the engine: Virtuoso adds what points at the thing."""
    text = query("DESCRIBE <id/organisation/nato>", format="ntriples")
    own, foreign = (set(reply.body.splitlines()) for reply in both(pair, text))
    assert own <= foreign
    assert (own == foreign) is (pair.name == "oxigraph")


@pytest.mark.parametrize("path", ["doc/organisation/nato", "catalogue", "graph/derived"])
def test_documents_are_the_same(pair: Pair, path: str) -> None:
    """D2: one description, wherever the release lies."""
    own, foreign = both(pair, f"/{path}.nt")
    assert sorted(foreign.body.splitlines()) == sorted(own.body.splitlines())


PAGES = [
    "/", "/story", "/class/", "/class/Claim", "/class/foaf:Person", "/graph/derived.html", "/sparql",
    *(
        f"/doc/{path}.en.html"
        for path in (
            "organisation/nato", "person/sergey-lavrov", "measure/2021-10-nato-expels-eight", "mission/russia-to-nato",
            "accreditation/staff-of-nato-military-liaison", "article/55ee074e7567bb82", "place/moscow",
            "event/espionage-case-of-october-2021", "statement/55ee074e7567bb82/s03", "claim/55ee074e7567bb82/c35",
        )
    ),
]  # fmt: skip
"""A page of every kind."""


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_the_same(pair: Pair, path: str) -> None:
    """The same page for a reader."""
    own, foreign = both(pair, path, Accept="text/html")
    assert foreign.text == own.text


def test_dumps_come_from_the_release(pair: Pair) -> None:
    """R2: to the byte."""
    own, foreign = both(pair, "/dumps/legation.nq")
    assert foreign.body == own.body


def test_the_deadline_holds_and_the_next_query_is_answered(pair: Pair) -> None:
    """S8: within half a second of it."""
    started = time.monotonic()
    reply = send(pair.foreign, query("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", timeout="1"))
    assert (reply.status, reply.problem) == (503, "query-timeout")
    assert time.monotonic() - started < 1.5
    assert send(pair.foreign, query("ASK {}")).status == 200


def test_documents_do_not_wait_behind_strangers_queries(pair: Pair) -> None:
    """Every process for strangers is busy, and a page comes."""
    slow = query("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?a != ?i) }")
    with ThreadPoolExecutor(4) as threads:
        busy = [threads.submit(send, pair.foreign, slow) for _ in range(4)]
        time.sleep(0.3)
        reply = send(pair.foreign, "/doc/person/jens-stoltenberg.ttl")
        assert reply.status in {200, 404}
        assert not all(future.done() for future in busy)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("SELECT * { ?s ?p }", "query-syntax"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "service-refused"),
        ("DELETE WHERE { ?s ?p ?o }", "update-refused"),
        ("SELECT * { ?s <bif:contains> 'x' }", "engine-term-refused"),
        ("SELECT (<http://own.example/f>() AS ?x) {}", "engine-refused"),
    ],
)
def test_the_guard_is_the_same(pair: Pair, text: str, problem: str) -> None:
    """S5, S6, S7; and no extension of the engine is within reach."""
    assert send(pair.foreign, query(text, format="json")).problem == problem


def test_a_long_answer_is_whole_or_says_that_it_is_not(pair: Pair) -> None:
    """S9: Virtuoso is set to cut off after some rows; solutions and triples alike."""
    rows, pattern = engines.ROWS_MAX + 1000, "{ ?s ?p ?o . ?a a ?b }"
    table = send(pair.foreign, query(f"SELECT ?s ?a {pattern} LIMIT {rows}", format="csv"))
    triples = send(pair.foreign, query(f"CONSTRUCT {{ ?s ?p ?o . ?a a ?b }} {pattern} LIMIT {rows}", format="ntriples"))
    if pair.name == "virtuoso":
        assert (table.status, table.problem) == (503, "answer-incomplete")
        assert table.json["rows_max"] == engines.ROWS_MAX
    else:
        assert len(table.text.splitlines()) == rows + 1
        assert triples.status == 200


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("SELECT (BNODE() AS ?x) {}", 501),
        ("SELECT ?a { ?a <http://www.w3.org/2004/02/skos/core#broader>+ ?b }", 501),
        ("SELECT (true AS ?x) {}", "1"),
        ("SELECT (1.50 AS ?x) {}", "1.5"),
        ("SELECT ('a'@en-GB AS ?x) {}", "'a'@en-gb"),
        ("SELECT (DATATYPE(?l) AS ?x) { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?l } LIMIT 1", ""),
    ],
)
def test_what_virtuoso_does_otherwise_is_as_the_manual_lists_it(pair: Pair, text: str, seen: int | str) -> None:
    """docs/remote-engine.md: when one of these changes, its line goes."""
    reply = send(pair.foreign, query(text, format="tsv"))
    if pair.name == "oxigraph":
        assert reply.status == 200
    elif isinstance(seen, int):
        assert (reply.status, reply.problem) == (seen, "engine-refused")
    else:
        assert reply.text.splitlines()[1:] == [seen.replace("'", '"')]


def test_nothing_of_the_engine_is_shown(pair: Pair) -> None:
    """Neither its address nor its account, in no answer, page or log."""
    targets = ["/", "/sparql", "/health", query("SELECT * {"), query("SELECT (<urn:f>() AS ?x) {}")]
    shown = "".join(str(reply.headers) + reply.text for reply in (send(pair.foreign, target) for target in targets))
    for word in (pair.engine, "sparql-auth", "dba:", "Virtuoso", "Oxigraph/"):
        assert word not in shown
    assert "dba:dba" not in pair.foreign.log.read_text()


def test_a_server_is_not_started_over_an_engine_that_lacks_the_release(pair: Pair, tmp_path: Path) -> None:
    """It says what to do, and shows no account."""
    data = tmp_path / "data.nt"
    data.write_text("<urn:s> <urn:p> <urn:o> .\n", "ascii")
    releases = str(tmp_path / "releases")
    built = run_legation("release", "--data", str(data), "--without-shapes", "--releases", releases)
    assert built.returncode == 0, built.stderr
    store = f"sparql+http://ada:geheim@{pair.engine}/" + ("sparql" if pair.name == "virtuoso" else "query")
    run = run_legation("serve", "--releases", releases, "--port", str(free_port()), LEGATION_STORE=store)
    assert run.returncode != 0
    said = run.stderr.decode()
    assert "docs/remote-engine.md" in said
    assert "geheim" not in said


def test_an_engine_that_ends_is_an_honest_503(live: LiveServer, tmp_path: Path) -> None:
    """D5: never a 404, never a short answer; what the release folder holds is still served."""
    release = (live.releases / "current").resolve()
    with ExitStack() as stack:
        with engines.oxigraph(tmp_path, release, live.base) as address:
            store = f"sparql+http://{address}/query"
            foreign = serving(live.releases, free_port(), LEGATION_STORE=store, LEGATION_WORKERS="1")
            server = stack.enter_context(foreign)
        for target in (query("ASK {}"), "/doc/organisation/nato", "/health"):
            reply = send(server, target)
            assert (reply.status, reply.problem) == (503, "unavailable")
            assert reply.headers["Retry-After"] == "5"
            assert address not in reply.text
        assert send(server, "/dumps/legation.nq").status == 200
