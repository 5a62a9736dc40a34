"""A release that can be asked: what a worker answers itself is what a query process answers, in memory or on disk."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from legation.graph.assembly import assemble_data
from legation.graph.errors import QueryInvalid
from legation.graph.formats import RDF_FORMATS, RDF_XML, RESULTS_CSV, RESULTS_JSON, RESULTS_TSV, RESULTS_XML
from legation.graph.identifiers import Base
from legation.graph.publication import publish
from legation.graph.query_pool import Job, Limits
from legation.graph.release import Release
from legation.graph.sparql_text import examine
from legation.graph.store import NOW_BYTES_MAX, EmbeddedStore

DATA = """
<urn:a> <urn:knows> <urn:b> <urn:g> .
<urn:a> <urn:name> "Anna\\n"@fr <urn:g> .
<urn:b> <urn:knows> <urn:c> .
<urn:b> <urn:age> "7"^^<http://www.w3.org/2001/XMLSchema#integer> .
<urn:c> <urn:knows> _:n .
_:n <urn:name> "nobody" .
"""
LONG = "x" * 50_000
SELECTS = [
    "SELECT ?p ?o { <urn:a> ?p ?o }",
    "SELECT * { <urn:a> <urn:knows> ?x . ?x <urn:knows> ?y OPTIONAL { ?y <urn:knows> ?z } }",
    "SELECT * { <urn:a> <urn:knows> ?x . ?x ?p ?y OPTIONAL { ?y <urn:age> ?n } FILTER(?y > 5 || ?n = 7) } ORDER BY ?p",
    "ASK { <urn:a> <urn:knows> ?x . ?x <urn:age> 7 }",
]
CONSTRUCTS = ["CONSTRUCT { <urn:a> ?p ?o . ?o ?q ?x } { <urn:a> ?p ?o OPTIONAL { ?o ?q ?x } }"]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    folder = tmp_path_factory.mktemp("data")
    more = "".join(f'<urn:long> <urn:text> "{number} {LONG}" .\n' for number in range(2 * NOW_BYTES_MAX // len(LONG)))
    (folder / "data.nq").write_text(DATA + more, "utf-8")
    return publish(assemble_data([folder / "data.nq"], Base("http://x.example/")), folder / "releases", None).release


@pytest.fixture(scope="module", params=[0, 1000], ids=["on disk", "in memory"])
def store(release: Release, request: pytest.FixtureRequest) -> Iterator[EmbeddedStore]:
    store = EmbeddedStore(release, Limits(processes=1), request.param, own_quads_max=request.param)
    asyncio.run(store.warm())
    yield store
    store.close()


@pytest.mark.parametrize(
    ("query", "key"),
    [
        (query, form.key)
        for form in (RESULTS_JSON, RESULTS_CSV, RESULTS_TSV)
        for query in SELECTS[: 4 if form is RESULTS_JSON else 3]
    ]
    + [(query, form.key) for form in RDF_FORMATS if form is not RDF_XML for query in CONSTRUCTS],
)
def test_a_small_query_is_answered_at_once_as_a_query_process_answers_it(
    store: EmbeddedStore, query: str, key: str
) -> None:
    """To the byte, whatever holds the data: one answer has one entity tag."""
    job = Job(query, key, "http://x.example/")
    now = store.answer_now(job, examine(query, chars_max=1000).chain)
    assert now is not None
    later = store.run(job)
    assert (now.head, later.complete) == (later.head, True)


@pytest.mark.parametrize(
    ("query", "key"),
    [
        pytest.param("SELECT * { ?s ?p <urn:b> }", RESULTS_JSON.key, id="no chain"),
        pytest.param(SELECTS[0], RESULTS_XML.key, id="XML cannot carry every answer"),
        pytest.param(CONSTRUCTS[0], RDF_XML.key, id="nor every triple"),
        pytest.param("SELECT * { <urn:long> ?p ?o }", RESULTS_JSON.key, id="long"),
        pytest.param("CONSTRUCT { <urn:long> ?p ?o } { <urn:long> ?p ?o }", "ntriples", id="long triples"),
        pytest.param(
            "SELECT * { <urn:a> ?p ?o . ?o ?q ?x . ?x ?r ?y . ?y ?s ?z . ?z ?t ?u }", RESULTS_JSON.key, id="many steps"
        ),
    ],
)
def test_whatever_is_not_small_is_left_to_a_query_process(store: EmbeddedStore, query: str, key: str) -> None:
    """By its form, its format, its length or the density of the release."""
    assert store.answer_now(Job(query, key, "http://x.example/"), examine(query, chars_max=1000).chain) is None


def test_a_chain_over_chosen_graphs_is_left_to_a_query_process(store: EmbeddedStore) -> None:
    """The density is that of all graphs."""
    job = Job(SELECTS[0], RESULTS_JSON.key, default_graphs=("urn:g",))
    assert store.answer_now(job, examine(SELECTS[0], chars_max=1000).chain) is None


def test_what_the_engine_cannot_read_is_invalid_at_once(store: EmbeddedStore) -> None:
    """An undeclared prefix is a chain to the eye."""
    query = "SELECT ?o { <urn:a> no:prefix ?o }"
    with pytest.raises(QueryInvalid):
        store.answer_now(Job(query, RESULTS_JSON.key), examine(query, chars_max=1000).chain)


def test_nothing_is_loaded_that_does_not_fit_in_memory(
    release: Release, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The release stays on disk, and a line of the log says so."""
    monkeypatch.setattr("legation.graph.store.available_memory", lambda: 1000)
    store = EmbeddedStore(release, Limits(processes=1), 1000, own_quads_max=1000)
    asyncio.run(store.warm())
    assert store._default is store._store
    store.close()
    assert "stay on disk" in caplog.text
