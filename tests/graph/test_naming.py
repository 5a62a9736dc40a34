"""Naming blank nodes."""

import pyoxigraph as ox
import pytest

from legation.graph.errors import UnnamedNode
from legation.graph.identifiers import Base
from legation.graph.naming import name_nodes

BASE = Base("http://localhost:8000/")
PROLOGUE = """@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix dip: <https://w3id.org/legation/ns#> .
"""
PROPOSITION = "[ a rdf:Statement ; rdf:subject <id/m> ; rdf:predicate dip:headcount ; rdf:object 8 ]"


def named(text: str, base: Base = BASE) -> list[ox.Quad]:
    return name_nodes(ox.parse(PROLOGUE + text, format=ox.RdfFormat.TURTLE, base_iri=base.iri), base)


def iris(quads: list[ox.Quad]) -> set[str]:
    return {term.value for quad in quads for term in (quad.subject, quad.object) if isinstance(term, ox.NamedNode)}


def test_a_proposition_is_named_by_its_content_and_shared() -> None:
    """Two claims with the same content share one proposition."""
    quads = named(f"<id/c1> dip:proposition {PROPOSITION} . <id/c2> dip:proposition {PROPOSITION} .")
    assert len([iri for iri in iris(quads) if "/id/proposition/" in iri]) == 1
    assert not any(isinstance(quad.subject, ox.BlankNode) for quad in quads)


def test_evidence_is_numbered_by_its_place_in_the_text() -> None:
    """The order in the file does not matter: a claim's evidence is numbered by its first offset."""
    late, early = (
        "[ a oa:SpecificResource ; oa:hasSelector "
        f"[ a oa:TextPositionSelector ; oa:start {start} ; oa:end {start + 9} ] ]"
        for start in (1469, 131)
    )
    quads = named(f"<id/c> dip:evidence {late} , {early} .")
    start = next(
        q
        for q in quads
        if q.subject == ox.NamedNode(BASE.thing("c/evidence/1/position")) and "start" in q.predicate.value
    )
    assert isinstance(start.object, ox.Literal)
    assert start.object.value == "131"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<id/c> dip:proposition [ rdf:subject <id/m> ] .", "a blank node here has no name"),
        ("<id/c> dip:proposition [ a rdf:Statement ; rdf:subject <id/m> ] .", "exactly one rdf:subject"),
        ("[] a oa:SpecificResource .", "must belong to exactly one node"),
        (
            "<id/c> dip:evidence [ oa:hasSelector [ a oa:TextPositionSelector ] ] .",
            "must be typed oa:SpecificResource|a blank node here has no name",
        ),
        ("<id/a> dip:evidence _:e . <id/b> dip:evidence _:e . _:e a oa:SpecificResource .", "this one belongs to 2"),
    ],
    ids=["no kind", "half a proposition", "no owner", "evidence without its type", "two owners"],
)
def test_a_node_without_a_name_is_refused_with_the_reason(text: str, reason: str) -> None:
    """Published data have no blank node."""
    with pytest.raises(UnnamedNode, match=reason):
        named(text)
