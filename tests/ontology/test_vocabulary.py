"""The concept schemes: closed lists of codes, each explained in two languages."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from rdflib import DC, DCTERMS, OWL, RDF, RDFS, SKOS, VANN, BNode, Graph, Literal, URIRef

from legation.ontology import load_scheme, scheme_names
from legation.ontology.terms import DIP, SCHEMES, VOCAB, EventType, MeasureType

SCHEME_GRAPHS = {name: load_scheme(name) for name in scheme_names()}
CONCEPTS = [(name, c) for name, graph in SCHEME_GRAPHS.items() for c in sorted(graph.subjects(RDF.type, SKOS.Concept))]
CODE = re.compile(r"[a-z]+(-[a-z]+)*")

# The codes that facts and shapes are written with: more may be added, none of these may go.
PROMISED = {
    "modality": "asserted presupposed announced expected conditional alleged evaluative inferred",
    "reporting-mode": "narration direct-quotation indirect-speech mention curation",
    "reporting-stance": "endorsed neutral hedged alleged-to-exist",
    "date-basis": "stated resolved bounded inferred unstated",
    "count-basis": "persons posts vacancies unspecified-basis",
    "measure-type": "expulsion accreditation-withdrawal mission-suspension mission-termination cooperation-suspension",
    "mission-type": "permanent-mission military-liaison-mission embassy consulate unspecified-mission",
    "organisation-type": "state intergovernmental-organisation organ news-organisation diplomatic-mission",
    "event-type": "espionage-case annexation military-exercise ministerial-meeting consultation political-debate "
    "international-dispute support-for-armed-group",
    "characterisation": "undeclared-intelligence-officer",
    "confidence": "certain high medium external",
    "accreditation-kind": "agrement credentials staff-accreditation",
    "compliance": "pending complied refused",
    "legal-form": "persona-non-grata request-for-departure withdrawal-of-accreditation",
    "mission-status": "open suspended closed",
    "request-status": "pending granted refused",
    "staff-category": "diplomatic-staff administrative-and-technical-staff locally-engaged-staff",
}

# CAMEO codes and PLOVER pairs as in the 2021 conversion table and manual (model, section 2.4).
EVENT_CODES = {
    MeasureType.expulsion: {"161", "SANCTION/expel"},
    MeasureType.deportation: {"174", "COERCE/deport"},
    MeasureType["departure-unspecified"]: {"166", "SANCTION/expel"},
    MeasureType["mission-suspension"]: {"161", "SANCTION/withdraw"},
    MeasureType["mission-termination"]: {"161", "SANCTION/withdraw"},
    MeasureType["relations-severance"]: {"161"},
    MeasureType["cooperation-suspension"]: {"160", "SANCTION/discontinue"},
    EventType["threat-to-reduce-relations"]: {"1313", "THREATEN/relations"},
    EventType["espionage-accusation"]: {"1125", "ACCUSE/allege"},
    EventType["aggression-accusation"]: {"1123", "ACCUSE/allege"},
    EventType.accusation: {"112", "ACCUSE/disapprove"},
    EventType.consultation: {"040", "046", "CONSULT"},
    EventType["military-exercise"]: {"154", "MOBILIZE"},
}


def languages(graph: Graph, node: URIRef, predicate: URIRef) -> list[str | None]:
    """The languages of a node's values, in order, with repetitions."""
    return sorted(str(v.language) for v in graph.objects(node, predicate) if isinstance(v, Literal))


each_scheme = pytest.mark.parametrize("scheme", scheme_names())
each_concept = pytest.mark.parametrize(("scheme", "concept"), CONCEPTS, ids=[c.split("vocab/")[1] for _, c in CONCEPTS])


@each_scheme
def test_the_promised_codes_exist(scheme: str) -> None:
    """Data written with these codes stays valid."""
    assert all(code in SCHEMES[scheme] for code in PROMISED[scheme].split())


@each_scheme
def test_a_scheme_is_titled_described_and_delimited_in_both_languages(scheme: str) -> None:
    """Its page can be shown to an English and to a French reader, and says what belongs in another scheme."""
    graph = SCHEME_GRAPHS[scheme]
    for predicate in (DCTERMS.title, RDFS.label, DCTERMS.description, SKOS.definition, SKOS.scopeNote):
        assert languages(graph, VOCAB[scheme], predicate) == ["en", "fr"]


@each_scheme
def test_a_scheme_says_its_licence_maker_version_and_namespace(scheme: str) -> None:
    """Whoever takes the file away knows whose it is and which version it is."""
    graph = SCHEME_GRAPHS[scheme]
    for predicate in (DCTERMS.license, DC.creator, DCTERMS.created, OWL.versionInfo):
        assert graph.value(VOCAB[scheme], predicate)
    assert graph.value(VOCAB[scheme], VANN.preferredNamespaceUri) == Literal(str(SCHEMES[scheme]))
    assert graph.value(VOCAB[scheme], VANN.preferredNamespacePrefix) == Literal(scheme)


@each_scheme
def test_top_concepts_are_those_without_a_broader_one(scheme: str) -> None:
    """`hasTopConcept` and `topConceptOf` are each other's inverse, and no concept is out of reach (SKOS S8)."""
    graph, iri = SCHEME_GRAPHS[scheme], VOCAB[scheme]
    tops = set(graph.objects(iri, SKOS.hasTopConcept))
    assert tops == set(graph.subjects(SKOS.topConceptOf, iri))
    assert tops == {c for c in graph.subjects(RDF.type, SKOS.Concept) if not graph.value(c, SKOS.broader)}


@each_scheme
def test_labels_tell_the_concepts_of_a_scheme_apart(scheme: str) -> None:
    """No two concepts of a scheme are called the same in the same language."""
    labels = list(SCHEME_GRAPHS[scheme].objects(None, SKOS.prefLabel))
    assert len(labels) == len(set(labels))


@each_scheme
def test_a_scheme_file_speaks_of_its_own_scheme_only(scheme: str) -> None:
    """Subjects are the scheme and its concepts; there is no blank node."""
    graph = SCHEME_GRAPHS[scheme]
    assert all(s == VOCAB[scheme] or s in SCHEMES[scheme] for s in graph.subjects())
    assert not [node for triple in graph for node in triple if isinstance(node, BNode)]


@each_concept
def test_a_concept_is_explained_in_both_languages(scheme: str, concept: URIRef) -> None:
    """One preferred label (SKOS S14) and one definition in each language; a note in both or in neither."""
    graph = SCHEME_GRAPHS[scheme]
    assert languages(graph, concept, SKOS.prefLabel) == ["en", "fr"]
    assert languages(graph, concept, SKOS.definition) == ["en", "fr"]
    assert languages(graph, concept, SKOS.scopeNote) in ([], ["en", "fr"])


@each_concept
def test_a_concept_iri_carries_its_scheme_and_its_code(scheme: str, concept: URIRef) -> None:
    """`inferred` of modality and of date-basis are two concepts; the code is the notation that has no datatype."""
    graph = SCHEME_GRAPHS[scheme]
    plain = [n for n in graph.objects(concept, SKOS.notation) if n.datatype is None]
    assert CODE.fullmatch(str(plain[0]))
    assert concept == VOCAB[f"{scheme}#{plain[0]}"]
    assert len(plain) == 1


@each_concept
def test_a_concept_is_in_its_own_scheme_only(scheme: str, concept: URIRef) -> None:
    """`skos:inScheme` is stated, not left to be inferred from `skos:topConceptOf`."""
    assert set(SCHEME_GRAPHS[scheme].objects(concept, SKOS.inScheme)) == {VOCAB[scheme]}


@each_concept
def test_event_data_codes_are_those_of_the_manual(scheme: str, concept: URIRef) -> None:
    """A concept carries the CAMEO and PLOVER codes of the table, each with its own datatype, and no other."""
    coded = [n for n in SCHEME_GRAPHS[scheme].objects(concept, SKOS.notation) if n.datatype is not None]
    assert {str(n) for n in coded} == EVENT_CODES.get(concept, set())
    for notation in coded:
        assert notation.datatype == (DIP.CameoCode if notation.isdigit() else DIP.PloverCode)


@each_scheme
def test_a_scheme_file_is_named_for_its_scheme(scheme: str) -> None:
    """`vocab/{scheme}.ttl` is served at `/vocab/{scheme}`."""
    assert (files("legation.ontology") / "vocab" / f"{scheme}.ttl").is_file()
