"""Graph Store HTTP Protocol (SPARQL 1.1), read side: rule S5 of the HTTP contract, against a live server."""

from __future__ import annotations

import pytest
import rdflib
from live import LiveServer
from wire import send

NAME = rdflib.URIRef("http://xmlns.com/foaf/0.1/name")


def names(body: bytes) -> set[str]:
    return {str(name) for name in rdflib.Graph().parse(data=body, format="turtle").objects(None, NAME)}


@pytest.mark.parametrize("address", ["/graph-store", "/sparql"])
@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param("?graph=http%3A%2F%2Fdata.example%2Fperson%2F1", {"John Doe"}, id="S5-graph"),
        pytest.param("?graph=http://data.example/person/1", {"John Doe"}, id="S5-graph-unescaped"),
        pytest.param("?graph=http://data.example/person/%2531", {"Alice"}, id="S5-graph-decoded-once"),
        pytest.param("?graph=urn:example:nobody", {"Nobody"}, id="S5-graph-any-scheme"),
        pytest.param("?graph=http://data.example/one", set(), id="S5-graph-without-names"),
        pytest.param("?default", {"John Doe", "Jane Doe", "Alice", "Nobody"}, id="S5-default-is-the-union"),
        pytest.param("?default=", {"John Doe", "Jane Doe", "Alice", "Nobody"}, id="S5-default-with-a-value"),
    ],
)
def test_a_graph_is_read(small: LiveServer, address: str, question: str, expected: set[str]) -> None:
    """GET gives its triples, HEAD the same header, and a known tag 304."""
    got = send(small, address + question)
    assert (got.status, got.type, names(got.body)) == (200, "text/turtle", expected)
    head = send(small, address + question, "HEAD")
    assert (head.status, head.body, head.headers["ETag"]) == (200, b"", got.headers["ETag"])
    assert head.headers["Content-Length"] == str(len(got.body))
    assert send(small, address + question, If_None_Match=got.headers["ETag"]).status == 304


@pytest.mark.parametrize(
    ("question", "status", "problem"),
    [
        pytest.param("?graph=http://data.example/four", 404, "not-found", id="S5-unknown-graph"),
        pytest.param("?graph=one", 400, "query-parameters", id="S5-relative-graph"),
        pytest.param("?graph=urn:a%3E%7D", 400, "query-parameters", id="S5-hostile-graph"),
        pytest.param("?graph=", 400, "query-parameters", id="S5-empty-graph"),
        pytest.param("?default&graph=urn:example:nobody", 400, "query-parameters", id="S5-two-graphs"),
        pytest.param("?graph=%FF", 400, "bad-request", id="S5-not-UTF-8"),
        pytest.param("?default&format=csv", 400, "unknown-format", id="S12-no-RDF-format"),
    ],
)
def test_a_graph_that_cannot_be_read_is_a_problem(small: LiveServer, question: str, status: int, problem: str) -> None:
    """At both addresses alike; HEAD has the same status."""
    for address in ("/graph-store", "/sparql"):
        got = send(small, address + question)
        assert (got.status, got.problem) == (status, problem)
        assert send(small, address + question, "HEAD").status == status


def test_s5_the_graph_store_without_a_graph_lists_them(small: LiveServer) -> None:
    """400, with the IRIs to choose from."""
    got = send(small, "/graph-store")
    assert (got.status, got.problem) == (400, "query-parameters")
    assert "urn:example:nobody" in got.json["available"]


@pytest.mark.parametrize("media_type", ["text/turtle", "application/n-triples", "application/ld+json", "text/html"])
def test_s5_a_graph_is_negotiated(small: LiveServer, media_type: str) -> None:
    """As every document is; a browser gets the page to ask further."""
    got = send(small, "/graph-store?graph=http://data.example/one", Accept=media_type)
    assert (got.status, got.type) == (200, media_type)
    assert b"http://data.example/one" in got.body


def test_s5_a_dataset_of_the_query_protocol_does_not_change_a_graph(small: LiveServer) -> None:
    """`default-graph-uri` belongs to queries; the graph store has graphs of its own."""
    got = send(small, "/graph-store?graph=urn:example:nobody&default-graph-uri=http://data.example/one")
    assert names(got.body) == {"Nobody"}


def test_s5_a_graph_under_the_base_is_identified_directly(small: LiveServer) -> None:
    """Section 4.1: its own IRI answers with it; an IRI that only ends alike does not."""
    assert names(send(small, "/graph/person/1", Accept="text/turtle").body) == {"Jane Doe"}
    assert send(small, "/graph/urn:example:nobody").status == 404
    assert send(small, "/graph/person/4", "HEAD").status == 404


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
@pytest.mark.parametrize(
    "target", ["/graph-store?default", "/graph-store?graph=urn:example:new", "/graph-store", "/graph/person/1"]
)
def test_s5_no_graph_is_written(small: LiveServer, method: str, target: str) -> None:
    """405, with the methods that are allowed, and open to scripts like every answer."""
    got = send(small, target, method, b"<urn:a> <urn:b> <urn:c> .", Content_Type="text/turtle")
    assert (got.status, got.problem) == (405, "method-not-allowed")
    assert set(got.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert got.headers["Access-Control-Allow-Origin"] == "*"


def test_s5_no_graph_is_written_at_the_endpoint(small: LiveServer) -> None:
    """A POST of triples is refused for what it is: an update."""
    got = send(small, "/sparql?graph=urn:example:new", "POST", b"<urn:a> <urn:b> 1 .", Content_Type="text/turtle")
    assert (got.status, got.problem) == (403, "update-refused")
    assert send(small, "/sparql?graph=urn:example:new").status == 404
