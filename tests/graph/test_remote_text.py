"""What a foreign engine is given of a query, and which graphs go with it."""

from __future__ import annotations

import pytest

from legation.graph.remote_text import Dataset, TermRefused, for_engine

BASE = "http://x.example/"
A, B, NONE = "http://x.example/graph/a", "http://x.example/graph/b", "http://x.example/sparql#no-graph"
DATASET = Dataset(("urn:union",), (A, B), NONE)


@pytest.mark.parametrize(
    ("query", "default", "named"),
    [
        ("SELECT * {}", ("urn:union",), (A, B, NONE)),
        ("SELECT * FROM <graph/a> {}", (A,), (NONE,)),
        ("SELECT * from <graph/a> FROM<graph/b> {}", (A, B), (NONE,)),
        ("SELECT * FROM NAMED <graph/a> {}", (NONE,), (A, NONE)),
        ("SELECT * FROMNAMED<graph/a> {}", (NONE,), (A, NONE)),
        ("PREFIX g: <graph/> ASK FROM g:a FROM NAMED g:b {}", (A,), (B, NONE)),
        ("BASE <http://x.example/graph/> ASK FROM <a> {}", (A,), (NONE,)),
        ("ASK FROM <http://elsewhere.example/> {}", (NONE,), (NONE,)),
        ("ASK FROM <urn:union> {}", (NONE,), (NONE,)),
        ("ASK { ?s ?p 'FROM <graph/a>' } # FROM <graph/a>", ("urn:union",), (A, B, NONE)),
    ],
)
def test_the_dataset_clause_becomes_parameters_and_never_leaves_the_release(
    query: str, default: tuple[str, ...], named: tuple[str, ...]
) -> None:
    """S2: what FROM names of the release is asked for, anything else is an empty graph."""
    sent = for_engine(query, BASE, DATASET)
    assert (sent.default_graphs, sent.named_graphs) == (default, named)
    assert "FROM" not in sent.text.upper().replace("'FROM", "")


def test_the_graphs_of_the_request_win_over_from() -> None:
    """SPARQL 1.1 Protocol, section 2.1.4."""
    sent = for_engine("SELECT * FROM <graph/a> FROM NAMED <graph/a> {}", BASE, DATASET, [B], [])
    assert (sent.default_graphs, sent.named_graphs) == ((B,), (NONE,))


@pytest.mark.parametrize("graph", ["<http://elsewhere.example/>", "<urn:union>", "g:c"])
def test_a_graph_that_is_not_of_the_release_is_asked_for_as_the_empty_one(graph: str) -> None:
    """Virtuoso would answer an ASK about it with true."""
    sent = for_engine(f"PREFIX g: <graph/> ASK {{ GRAPH {graph} {{ ?s ?p ?o }} GRAPH g:b {{}} }}", BASE, DATASET)
    assert f"GRAPH <{NONE}> {{ ?s ?p ?o }} GRAPH g:b" in sent.text


def test_comments_are_gone_and_strings_are_not() -> None:
    """No engine need find the end of a comment where we did."""
    sent = for_engine("ASK { # one\r ?s ?p '# two' } # three", None, DATASET)
    assert sent.text == "ASK {\n?s ?p '# two' }"


@pytest.mark.parametrize(
    "query",
    [
        "ASK { ?s <bif:contains> 'x' }",
        "ASK { ?s <BIF:contains> 'x' }",
        "PREFIX b: <bif:> ASK { ?s b:contains 'x' }",
        "BASE <sql:> ASK { ?s <x> 'x' }",
        "PREFIX b: <bi> ASK { ?s bif:contains 'x' }",
        "SELECT (<java:java.lang.System.exit>(1) AS ?x) {}",
    ],
)
def test_terms_that_call_into_an_engine_are_refused(query: str) -> None:
    """Whatever spells them."""
    with pytest.raises(TermRefused):
        for_engine(query, BASE, DATASET)


@pytest.mark.parametrize("query", ["ASK FROM", "ASK FROM NAMED", "ASK { GRAPH", "FROM"])
def test_a_text_cut_short_is_left_to_the_parser(query: str) -> None:
    """No error of ours for what is no query."""
    for_engine(query, BASE, DATASET)
