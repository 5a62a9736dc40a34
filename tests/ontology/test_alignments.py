"""The alignments: mappings from our terms outward, with no effect on what can be inferred of the data."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from rdflib import OWL, RDF, SKOS, Graph, URIRef

from legation.ontology import load_core, load_ontology
from legation.ontology.terms import DIP, VOCAB, W3ID

ALIGNMENTS = Graph().parse(data=(files("legation.ontology") / "alignments.ttl").read_bytes(), format="turtle")
MAPPINGS = [(s, p, o) for s, p, o in ALIGNMENTS if p != RDF.type]
CLOSE, RELATED, BROAD = SKOS.closeMatch, SKOS.relatedMatch, SKOS.broadMatch
CLASSES = sorted(c for c in load_core().subjects(RDF.type, OWL.Class) if c in DIP)


@pytest.mark.parametrize("term", CLASSES, ids=lambda term: str(term).rpartition("#")[2])
def test_every_class_is_compared_with_a_published_one(term: URIRef) -> None:
    """A reader who knows another vocabulary finds the way in."""
    assert any((term, p, None) in ALIGNMENTS for p in (CLOSE, RELATED))


def test_mappings_start_from_our_own_documented_terms() -> None:
    """Nothing is said about a foreign term, and nothing is mapped that the ontology does not have."""
    known = set(load_ontology().subjects(SKOS.definition))
    assert {s for s, _, _ in MAPPINGS} <= known


def test_mappings_point_outward() -> None:
    """A mapping between our own schemes would be a `skos:related`."""
    assert not [o for _, _, o in MAPPINGS if str(o).startswith(str(W3ID))]


def test_only_mapping_properties_are_used_and_none_claims_identity() -> None:
    """Close, related or broader: `skos:exactMatch` is transitive and `owl:sameAs` merges, so neither is here."""
    assert {p for _, p, _ in MAPPINGS} == {CLOSE, RELATED, BROAD}


def test_the_mapping_properties_are_declared_as_skos_declares_them() -> None:
    """As object properties: an annotation property of the same name would clash when SKOS is loaded beside."""
    assert {p: OWL.ObjectProperty for _, p, _ in MAPPINGS} == dict(ALIGNMENTS.subject_objects(RDF.type))


def test_wikidata_is_cited_by_its_canonical_entity_iri() -> None:
    """http and `/entity/`: the https and `/wiki/` forms are other IRIs (K46)."""
    wikidata = [str(o) for _, _, o in MAPPINGS if "wikidata" in str(o)]
    assert wikidata
    assert all(re.fullmatch(r"http://www\.wikidata\.org/entity/[QP][1-9][0-9]*", iri) for iri in wikidata)


def test_schema_org_is_cited_in_its_https_form_only() -> None:
    """The http form is another IRI."""
    assert not [o for _, _, o in load_ontology() if str(o).startswith("http://schema.org/")]


def test_concepts_are_mapped_too() -> None:
    """A dataset that says embassy with Wikidata's item can be joined."""
    embassy = URIRef("http://www.wikidata.org/entity/Q3917681")
    assert (VOCAB["mission-type#embassy"], CLOSE, embassy) in ALIGNMENTS
