"""What answers the same need as a query."""

from __future__ import annotations

import pytest

from legation.graph.identifiers import Base
from legation.server.ways_on import ways_on

BASE = Base("https://data.example/d/")
HOME = BASE.iri
GRAPHS = {f"{HOME}graph/derived": 10, f"{HOME}graph/facts": 10, "http://else.example/g": 3}
NATO, ALBANIA = f"<{HOME}id/organisation/nato>", f"<{HOME}id/state/albania>"


@pytest.mark.parametrize(
    ("query", "addresses"),
    [
        pytest.param(f"SELECT * {{ {NATO} ?p ?o }}", ["doc/organisation/nato"], id="one thing"),
        pytest.param(f"DESCRIBE {NATO}", ["doc/organisation/nato"], id="described"),
        pytest.param(f"SELECT * {{ ?s ?p {NATO} }}", ["doc/organisation/nato"], id="what points at it"),
        pytest.param("SELECT * { <id/organisation/nato> ?p ?o }", ["doc/organisation/nato"], id="relative to the base"),
        pytest.param(f"BASE <{HOME}id/> SELECT * {{ <state/x> ?p ?o }}", ["doc/state/x"], id="relative to a BASE"),
        pytest.param(
            f"PREFIX o: <{HOME}id/organisation/> SELECT * {{ o:nato ?p o:a\\.b }}",
            ["doc/organisation/nato", "doc/organisation/a.b"],
            id="prefixed names",
        ),
        pytest.param(
            f"ASK {{ {NATO} ?p {ALBANIA} . {NATO} ?q ?o }}",
            ["doc/organisation/nato", "doc/state/albania"],
            id="two things",
        ),
        pytest.param("ASK { " + " ".join(f"<id/x/{n}> ?p ?o ." for n in range(4)) + " }", ["dumps/"], id="many things"),
        pytest.param(f"PREFIX o: <{HOME}id/x/> SELECT * {{ ?s ?p ?o }}", ["dumps/"], id="a prefix alone names nothing"),
        pytest.param("SELECT * { GRAPH <graph/derived> { ?s ?p ?o } }", ["graph/derived"], id="a graph"),
        pytest.param(f"SELECT * FROM <{HOME}graph/facts> {{ ?s ?p ?o }}", ["graph/facts"], id="FROM"),
        pytest.param("SELECT * { GRAPH <graph/none> { ?s ?p ?o } }", ["dumps/"], id="a graph that is not there"),
        pytest.param("SELECT * { GRAPH <http://else.example/g> { ?s ?p ?o } }", ["dumps/"], id="no page of ours"),
        pytest.param(f"SELECT * {{ GRAPH <graph/derived> {{ {NATO} ?p ?o }} }}", ["doc/organisation/nato"], id="both"),
        pytest.param("SELECT * { ?s a <https://w3id.org/legation/ns#Mission> }", ["dumps/"], id="a class"),
        pytest.param(f'SELECT * {{ ?s ?p "{NATO}" }}', ["dumps/"], id="in a string"),
        pytest.param("SELECT * { <http://[> ?p ?o }", ["dumps/"], id="an IRI that is none"),
        pytest.param("SELECT * { ?s un:declared ?o }", ["dumps/"], id="an undeclared prefix"),
    ],
)
def test_a_query_leads_to_what_it_names_or_else_to_the_dumps(query: str, addresses: list[str]) -> None:
    """Each address stands in its sentence."""
    found = ways_on(query, GRAPHS, BASE)
    assert [way.address for way in found] == [HOME + address for address in addresses]
    assert all(way.address in way.sentence for way in found)


def test_graphs_that_the_request_chose_count_too() -> None:
    """`default-graph-uri` names a graph as FROM does."""
    (way,) = ways_on("SELECT * { ?s ?p ?o }", GRAPHS, BASE, [f"{HOME}graph/facts"])
    assert way.address == f"{HOME}graph/facts"
