"""The ontology proper: the terms that the model promises, documented in two languages, and within OWL 2 DL."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import pytest
from rdflib import DC, DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SKOS, TIME, VANN, XSD, BNode, Graph, Literal, URIRef

from legation.ontology import load_core
from legation.ontology.terms import DIP, OA, ONTOLOGY, SCHEMA, SEM, W3ID

OBJECT, DATATYPE = OWL.ObjectProperty, OWL.DatatypeProperty
CC_BY = URIRef("https://creativecommons.org/licenses/by/4.0/")
CORE = load_core()

SUPERCLASSES = {
    DIP.Organisation: {ORG.Organization},
    DIP.DiplomaticMission: {DIP.Organisation},
    DIP.DiplomaticMeasure: {PROV.Activity, SEM.Event},
    DIP.Expulsion: {DIP.DiplomaticMeasure},
    DIP.Accreditation: {PROV.Entity},
    DIP.StaffLevel: {PROV.Entity},
    DIP.Statement: {PROV.Activity, SEM.Event},
    DIP.Claim: {PROV.Entity, SCHEMA.Claim},
}
FURTHER_SUPERCLASSES = {
    DIP.AccreditationRequest: {PROV.Entity},
    DIP.StaffCeiling: {DIP.StaffLevel},
    DIP.MissionState: {PROV.Entity},
}
DISJOINT = (
    DIP.Organisation, DIP.DiplomaticMeasure, DIP.Accreditation, DIP.StaffLevel, DIP.Statement, DIP.Claim,
    DIP.AccreditationRequest, DIP.MissionState,
)  # fmt: skip


class Row(NamedTuple):
    """One property of the model's table; several domains or ranges are `schema:…Includes`, which infer nothing."""

    kind: URIRef
    domain: tuple[URIRef, ...]
    range: tuple[URIRef, ...]
    parent: URIRef | None = None


def links(domain: URIRef, range_: URIRef, parent: URIRef | None = None) -> Row:
    """An object property with one domain and one range."""
    return Row(OBJECT, (domain,), (range_,), parent)


COUNTED = (DIP.Expulsion, DIP.StaffLevel, FOAF.Group)
AFFECTED = (
    DIP.DiplomaticMission, DIP.Organisation, DIP.Accreditation, DIP.AccreditationRequest, ORG.Post, FOAF.Group,
)  # fmt: skip
PROPERTIES = {
    DIP.sendingParty: links(DIP.DiplomaticMission, DIP.Organisation),
    DIP.receivingParty: links(DIP.DiplomaticMission, DIP.Organisation),
    DIP.missionType: links(DIP.DiplomaticMission, SKOS.Concept),
    DIP.measureType: links(DIP.DiplomaticMeasure, SKOS.Concept, SEM.eventType),
    DIP.takenBy: links(DIP.DiplomaticMeasure, DIP.Organisation, PROV.wasAssociatedWith),
    DIP.directedAt: links(DIP.DiplomaticMeasure, DIP.Organisation, SEM.hasActor),
    DIP.affects: Row(OBJECT, (DIP.DiplomaticMeasure,), AFFECTED),
    DIP.ground: Row(OBJECT, (DIP.DiplomaticMeasure,), (SEM.Event, DIP.Claim, SKOS.Concept)),
    DIP.inResponseTo: links(DIP.DiplomaticMeasure, SEM.Event, PROV.wasInfluencedBy),
    DIP.announcedIn: links(DIP.DiplomaticMeasure, DIP.Statement),
    DIP.deadline: links(DIP.DiplomaticMeasure, TIME.TemporalEntity),
    DIP.headcount: Row(DATATYPE, COUNTED, (XSD.integer,)),
    DIP.countBasis: Row(OBJECT, COUNTED, (SKOS.Concept,)),
    DIP.ofMission: links(DIP.StaffLevel, DIP.DiplomaticMission),
    DIP.accreditedBy: links(DIP.Accreditation, DIP.Organisation, PROV.wasAttributedTo),
    DIP.holder: links(DIP.Accreditation, FOAF.Agent),
    DIP.forMission: links(DIP.Accreditation, DIP.DiplomaticMission),
    DIP.endedBy: links(DIP.Accreditation, DIP.DiplomaticMeasure, PROV.wasInvalidatedBy),
    DIP.speaker: links(DIP.Statement, FOAF.Agent, PROV.wasAssociatedWith),
    DIP.onBehalfOf: links(DIP.Statement, DIP.Organisation),
    DIP.addressee: links(DIP.Statement, FOAF.Agent),
    DIP.reportingMode: links(DIP.Statement, SKOS.Concept),
    DIP.reportingStance: links(DIP.Statement, SKOS.Concept),
    DIP.reportedIn: links(DIP.Statement, DIP.Statement),
    DIP.relayedBy: links(DIP.Statement, DIP.Organisation),
    DIP.inReplyTo: links(DIP.Statement, DIP.Statement),
    DIP.assertedIn: links(DIP.Claim, DIP.Statement, PROV.wasGeneratedBy),
    DIP.modality: links(DIP.Claim, SKOS.Concept),
    DIP.negated: Row(DATATYPE, (DIP.Claim,), (XSD.boolean,)),
    DIP.confidence: links(DIP.Claim, SKOS.Concept),
    DIP.proposition: Row(OBJECT, (DIP.Claim,), ()),
    DIP.evidence: Row(OBJECT, (DIP.Claim, DIP.Statement), (OA.SpecificResource,)),
    DIP.inTensionWith: links(DIP.Claim, DIP.Claim),
    DIP.restates: links(DIP.Claim, DIP.Claim),
    DIP.characterisedAs: links(FOAF.Agent, SKOS.Concept),
    DIP.dateBasis: links(TIME.TemporalEntity, SKOS.Concept),
    DIP.wording: Row(DATATYPE, (TIME.TemporalEntity,), ()),
}
DECIDERS = (DIP.Organisation, ORG.Post, FOAF.Person)
FURTHER_PROPERTIES = {
    DIP.hostState: links(DIP.DiplomaticMission, DIP.Organisation),
    DIP.stateOf: links(DIP.MissionState, DIP.DiplomaticMission),
    DIP.missionStatus: links(DIP.MissionState, SKOS.Concept),
    DIP.bringsAbout: Row(OBJECT, (DIP.DiplomaticMeasure,), (DIP.StaffCeiling, DIP.MissionState)),
    DIP.parityWith: links(DIP.DiplomaticMeasure, DIP.DiplomaticMission),
    DIP.decidedBy: Row(OBJECT, (DIP.DiplomaticMeasure,), DECIDERS),
    DIP.legalForm: links(DIP.DiplomaticMeasure, SKOS.Concept),
    DIP.compliance: links(DIP.DiplomaticMeasure, SKOS.Concept),
    DIP.staffCategory: Row(OBJECT, (DIP.StaffLevel, FOAF.Group), (SKOS.Concept,)),
    DIP.accreditationKind: links(DIP.Accreditation, SKOS.Concept),
    DIP.requestedBy: links(DIP.AccreditationRequest, DIP.Organisation),
    DIP.requestedFor: links(DIP.AccreditationRequest, DIP.DiplomaticMission),
    DIP.candidate: links(DIP.AccreditationRequest, FOAF.Agent),
    DIP.requestStatus: links(DIP.AccreditationRequest, SKOS.Concept),
    DIP.actsFor: links(DIP.Organisation, DIP.Organisation),
    DIP.mediatedBy: links(SEM.Event, DIP.Organisation, SEM.hasActor),
}
"""What the cases of the model's section 6 added; the table above stays as it was."""
ALL_SUPERCLASSES = SUPERCLASSES | FURTHER_SUPERCLASSES
ALL_PROPERTIES = PROPERTIES | FURTHER_PROPERTIES
TERMS = sorted(set(CORE.subjects(RDFS.isDefinedBy, ONTOLOGY)))


def name(term: URIRef) -> str:
    """The local name, as a test id."""
    return str(term).rpartition("#")[2]


def stated(term: URIRef, axiom: URIRef, hint: URIRef) -> set[URIRef]:
    """The one class of an axiom, or the several of a hint; never both at once."""
    by_axiom, by_hint = set(CORE.objects(term, axiom)), set(CORE.objects(term, hint))
    assert not (by_axiom and by_hint)
    assert len(by_axiom) <= 1
    assert len(by_hint) != 1
    return by_axiom | by_hint


def languages(graph: Graph, term: URIRef, predicate: URIRef) -> list[str | None]:
    """The languages of a term's values, in order, with repetitions."""
    return sorted(str(v.language) for v in graph.objects(term, predicate) if isinstance(v, Literal))


def test_the_classes_are_the_eight_of_the_model_and_three_that_other_cases_need() -> None:
    """Five of the domain, three without which nobody could say who says so; a request, a limit, a dated state."""
    assert {c for c in CORE.subjects(RDF.type, OWL.Class) if c in DIP} == set(ALL_SUPERCLASSES)
    assert (len(SUPERCLASSES), len(FURTHER_SUPERCLASSES)) == (8, 3)


def test_the_properties_are_the_thirty_seven_of_the_model_and_sixteen_that_other_cases_need() -> None:
    """Nothing is minted beside the tables, and nothing of them is missing."""
    assert {p for kind in (OBJECT, DATATYPE) for p in CORE.subjects(RDF.type, kind) if p in DIP} == set(ALL_PROPERTIES)
    assert (len(PROPERTIES), len(FURTHER_PROPERTIES)) == (37, 16)


@pytest.mark.parametrize("term", ALL_SUPERCLASSES, ids=name)
def test_a_class_has_the_superclasses_of_the_model(term: URIRef) -> None:
    """Each class hangs on a published vocabulary."""
    assert set(CORE.objects(term, RDFS.subClassOf)) == ALL_SUPERCLASSES[term]


@pytest.mark.parametrize("term", ALL_PROPERTIES, ids=name)
def test_a_property_is_as_in_the_model(term: URIRef) -> None:
    """Kind, domain, range and superproperty are those of the table."""
    row = ALL_PROPERTIES[term]
    assert (term, RDF.type, row.kind) in CORE
    assert stated(term, RDFS.domain, SCHEMA.domainIncludes) == set(row.domain)
    assert stated(term, RDFS.range, SCHEMA.rangeIncludes) == set(row.range)
    assert CORE.value(term, RDFS.subPropertyOf) == row.parent


def test_tension_alone_is_symmetric() -> None:
    """No other property is given a characteristic that a reasoner would act on."""
    kinds = set(CORE.objects(None, RDF.type)) - {OBJECT, DATATYPE, OWL.AnnotationProperty}
    assert kinds == {OWL.Class, OWL.Ontology, OWL.SymmetricProperty, RDFS.Datatype}
    assert set(CORE.subjects(RDF.type, OWL.SymmetricProperty)) == {DIP.inTensionWith}


def test_the_eight_kinds_of_thing_are_disjoint_pair_by_pair() -> None:
    """A claim is never a statement, a request never an accreditation, and so on."""
    pairs = {frozenset(pair) for pair in CORE.subject_objects(OWL.disjointWith)}
    assert pairs == {frozenset(pair) for pair in combinations(DISJOINT, 2)}


@pytest.mark.parametrize("term", TERMS, ids=name)
def test_a_term_is_documented_in_english_and_french(term: URIRef) -> None:
    """One label, one definition and one note on its use in each language (FOOPS! VOC3, VOC4; OOPS! P08)."""
    assert languages(CORE, term, RDFS.label) == ["en", "fr"]
    assert languages(CORE, term, SKOS.definition) == ["en", "fr"]
    assert languages(CORE, term, SKOS.scopeNote) == ["en", "fr"]


@pytest.mark.parametrize("term", TERMS, ids=name)
def test_a_definition_is_a_sentence_of_its_own(term: URIRef) -> None:
    """It ends with a full stop and is neither its label nor another term's definition."""
    for text in CORE.objects(term, SKOS.definition):
        assert text.endswith(".")
        assert list(CORE.subjects(SKOS.definition, text)) == [term]


def test_every_term_says_which_ontology_defines_it() -> None:
    """`rdfs:isDefinedBy` on all terms of the namespace and on nothing else."""
    assert set(TERMS) == {s for s in CORE.subjects() if s in DIP}


HEADER = {
    "OM1 title": (DCTERMS.title, None),
    "OM1 description": (DCTERMS.description, None),
    "OM1 licence": (DCTERMS.license, CC_BY),
    "OM1 creator": (DC.creator, Literal("The Legation maintainers")),
    "OM1 version IRI": (OWL.versionIRI, URIRef("https://w3id.org/legation/ns/0.1.0")),
    "OM1 namespace IRI": (VANN.preferredNamespaceUri, Literal(str(DIP))),
    "OM2 prefix": (VANN.preferredNamespacePrefix, Literal("dip")),
    "OM2 version": (OWL.versionInfo, None),
    "OM2 created": (DCTERMS.created, None),
    "OM2 citation": (DCTERMS.bibliographicCitation, None),
    "OM3 publisher": (DC.publisher, None),
    "OM3 status": (URIRef("http://purl.org/ontology/bibo/status"), None),
    "OM3 logo": (FOAF.logo, W3ID["logo.svg"]),
    "OM3 source": (DCTERMS.source, None),
    "OM3 issued": (DCTERMS.issued, None),
}


@pytest.mark.parametrize(("predicate", "value"), HEADER.values(), ids=HEADER)
def test_the_header_answers_what_a_quality_scan_asks(predicate: URIRef, value: URIRef | Literal | None) -> None:
    """FOOPS! metadata; the id names the FOOPS! test."""
    assert (ONTOLOGY, predicate, value) in CORE


def test_the_header_speaks_both_languages() -> None:
    """Title and description are given once in English and once in French."""
    assert languages(CORE, ONTOLOGY, DCTERMS.title) == languages(CORE, ONTOLOGY, DCTERMS.description) == ["en", "fr"]


def test_there_is_no_blank_node() -> None:
    """Every node of the published ontology can be cited."""
    assert not [node for triple in CORE for node in triple if isinstance(node, BNode)]


def test_no_foreign_term_is_defined() -> None:
    """A term of another vocabulary is at most declared: one type, and nothing else (OOPS! P40)."""
    foreign = {s for s in CORE.subjects() if s not in DIP and s != ONTOLOGY}
    described = {(s, p) for s, p, _ in CORE if s in foreign and p != RDF.type}
    assert not described
    assert all(len(list(CORE.objects(s, RDF.type))) == 1 for s in foreign)


def test_nothing_is_imported_and_no_inverse_is_minted() -> None:
    """Hosts rot and validators fetch; SPARQL reads a property backwards with `^`."""
    assert not list(CORE.triples((None, OWL.imports, None)))
    assert not list(CORE.triples((None, OWL.inverseOf, None)))


def test_reserved_vocabulary_is_used_for_nothing_but_axioms() -> None:
    """OWL 2 section 2.4: of rdf: only rdf:type, of owl: and rdfs: only what an axiom or annotation of OWL 2 DL uses."""
    reserved = (str(RDF), str(RDFS), str(OWL))
    predicates = {p for p in CORE.predicates() if str(p).startswith(reserved)}
    assert predicates == {
        RDF.type, RDFS.label, RDFS.isDefinedBy, RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range,
        OWL.disjointWith, OWL.versionIRI, OWL.versionInfo,
    }  # fmt: skip
    nodes = {n for s, p, o in CORE if p != RDF.type for n in (s, o) if str(n).startswith(reserved)}
    assert not nodes


def test_every_predicate_is_built_in_or_declared() -> None:
    """OWL 2 section 5.8.1: annotation properties are declared, and used as nothing else."""
    declared = set(CORE.subjects(RDF.type, OWL.AnnotationProperty))
    used = {p for p in CORE.predicates() if not str(p).startswith((str(RDF), str(RDFS), str(OWL)))}
    assert used == declared


def test_every_class_and_property_of_an_axiom_is_declared() -> None:
    """OWL 2 section 5.8: no class, object property or datatype is guessed by a reader."""
    classes, objects = set(CORE.subjects(RDF.type, OWL.Class)), set(CORE.subjects(RDF.type, OBJECT))
    mentioned = {o for p in (RDFS.subClassOf, RDFS.domain, RDFS.range, OWL.disjointWith) for o in CORE.objects(None, p)}
    assert mentioned - classes == {XSD.integer, XSD.boolean}
    assert set(CORE.objects(None, RDFS.subPropertyOf)) <= objects
    assert not objects & set(CORE.subjects(RDF.type, DATATYPE))


def test_every_declared_foreign_term_is_needed() -> None:
    """A declaration that no axiom or annotation uses is residue."""
    foreign = {s for s in CORE.subjects() if s not in DIP and s != ONTOLOGY}
    needed = {n for s, p, o in CORE if s in DIP or s == ONTOLOGY for n in (p, o)}
    assert foreign <= needed
