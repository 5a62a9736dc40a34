"""The direct layer: what a simple query may trust."""

import pyoxigraph as ox
import pytest

from legation.graph.derivation import derive

PROLOGUE = """@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dip: <https://w3id.org/legation/ns#> .
@prefix modality: <https://w3id.org/legation/vocab/modality#> .
@prefix stance: <https://w3id.org/legation/vocab/reporting-stance#> .
@prefix ex: <https://example.org/> .
ex:m a dip:Expulsion .
"""
VOCABULARY = PROLOGUE + "dip:Expulsion rdfs:subClassOf dip:DiplomaticMeasure ."
EIGHT = "ex:m dip:headcount 8"


def quads(text: str) -> list[ox.Quad]:
    return list(ox.parse(text, format=ox.RdfFormat.TURTLE))


def claim(name: str, triple: str, modality: str = "asserted", stance: str = "neutral", negated: str = "false") -> str:
    subject, predicate, object_ = triple.split()
    return f"""ex:{name} a dip:Claim ; dip:assertedIn ex:s-{name} ; dip:modality modality:{modality} ;
      dip:negated {negated} ; dip:proposition ex:p-{abs(hash(triple))} .
    ex:p-{abs(hash(triple))} a rdf:Statement ; rdf:subject {subject} ; rdf:predicate {predicate} ;
      rdf:object {object_} .
    ex:s-{name} a dip:Statement ; dip:reportingStance stance:{stance} .
    """


def derived(*claims: str) -> int:
    return len(derive(quads(PROLOGUE + "".join(claims)), quads(VOCABULARY)))


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        pytest.param([claim("a", EIGHT)], 1, id="affirmed outright"),
        pytest.param([claim("a", EIGHT, "presupposed", "endorsed")], 1, id="presupposed by an endorsed act"),
        pytest.param([claim("a", EIGHT, "inferred")], 1, id="inferred by the curators"),
        pytest.param([claim("a", EIGHT, "alleged")], 0, id="only alleged"),
        pytest.param([claim("a", EIGHT, "conditional")], 0, id="only conditional"),
        pytest.param([claim("a", EIGHT, "evaluative")], 0, id="only an evaluation"),
        pytest.param([claim("a", EIGHT, stance="hedged")], 0, id="the attribution is hedged"),
        pytest.param([claim("a", EIGHT, stance="alleged-to-exist")], 0, id="the act itself is only alleged"),
        pytest.param([claim("a", EIGHT, stance="hedged"), claim("b", EIGHT)], 1, id="hedged once, affirmed once"),
        pytest.param([claim("a", EIGHT), claim("b", EIGHT, negated="true")], 0, id="denied by another"),
        pytest.param([claim("a", "ex:other dip:headcount 8")], 0, id="not about a measure"),
        pytest.param(
            [claim("a", "ex:m dip:measureType ex:x"), claim("b", "ex:m dip:measureType ex:y")], 0, id="a contested type"
        ),
        pytest.param(
            [claim("a", "ex:m dip:measureType ex:x"), claim("b", "ex:m dip:measureType ex:y", stance="hedged")],
            0,
            id="a hedge is enough to contest",
        ),
        pytest.param(
            [claim("a", "ex:m dip:affects ex:x"), claim("b", "ex:m dip:affects ex:y")], 2, id="several values"
        ),
    ],
)
def test_a_triple_is_direct_only_where_nothing_stands_against_it(claims: list[str], expected: int) -> None:
    """The rule of the direct layer, case by case."""
    assert derived(*claims) == expected
