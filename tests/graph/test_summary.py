"""The dataset described to machines: DCAT 3 and VoID."""

from __future__ import annotations

import pytest
import rdflib
from rdflib import RDF, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, VOID

from legation.graph.assembly import Assembly, assemble_facts
from legation.graph.fact_files import bundled_facts
from legation.graph.identifiers import Base
from legation.graph.rdflib_terms import rdflib_graph

BASE = Base("https://data.example/")
DATASET = URIRef(BASE.thing("dataset/diplomatic-relations"))
CATALOGUE = URIRef(BASE.resolve("catalogue"))


@pytest.fixture(scope="module")
def assembly() -> Assembly:
    return assemble_facts(bundled_facts(), BASE)


@pytest.fixture(scope="module")
def catalogue(assembly: Assembly) -> rdflib.Graph:
    """The graph that describes the dataset."""
    return rdflib_graph(quad.triple for quad in assembly.quads if assembly.graph_name(quad) == "catalogue")


@pytest.fixture(scope="module")
def content(assembly: Assembly) -> rdflib.Graph:
    """Everything else."""
    return rdflib_graph(quad.triple for quad in assembly.quads if assembly.graph_name(quad) != "catalogue")


def test_each_class_has_a_partition_with_its_things(catalogue: rdflib.Graph, content: rdflib.Graph) -> None:
    """VoID 4.3: counted anew here."""
    parts = list(catalogue.objects(DATASET, VOID.classPartition))
    told = {catalogue.value(part, VOID["class"]): catalogue.value(part, VOID.entities).toPython() for part in parts}
    things = {
        class_: len({s for s in content.subjects(RDF.type, class_) if isinstance(s, URIRef)})
        for class_ in set(content.objects(None, RDF.type))
    }
    assert {class_: count for class_, count in told.items() if class_ in things and class_ != DCAT.Dataset} == {
        class_: count for class_, count in things.items() if class_ != DCAT.Dataset
    }
    assert things[URIRef("https://w3id.org/legation/ns#Claim")] == 69


def test_each_property_has_a_partition_with_its_triples(catalogue: rdflib.Graph, content: rdflib.Graph) -> None:
    """Properties that the catalogue itself uses count with it; all others are counted anew here."""
    parts = list(catalogue.objects(DATASET, VOID.propertyPartition))
    told = {catalogue.value(part, VOID.property): catalogue.value(part, VOID.triples).toPython() for part in parts}
    only_there = set(content.predicates()) - set(catalogue.predicates())
    assert only_there
    assert {p: told[p] for p in only_there} == {p: len(list(content.triples((None, p, None)))) for p in only_there}


def test_a_partition_is_named_in_the_catalogues_document(catalogue: rdflib.Graph) -> None:
    """So that its IRI leads somewhere; each another."""
    parts = [*catalogue.objects(DATASET, VOID.classPartition), *catalogue.objects(DATASET, VOID.propertyPartition)]
    assert len(set(parts)) == len(parts) > 100
    assert all(str(part).startswith(f"{CATALOGUE}#") for part in parts)
    assert URIRef(f"{CATALOGUE}#class-dip-Claim") in parts


def test_examples_are_things_of_the_dataset(catalogue: rdflib.Graph, content: rdflib.Graph) -> None:
    """Each is described."""
    examples = set(catalogue.objects(DATASET, VOID.exampleResource))
    assert len(examples) > 5
    assert all((example, None, None) in content or (example, None, None) in catalogue for example in examples)


@pytest.mark.parametrize(
    ("class_", "mandatory"),
    [
        (DCAT.Catalog, [DCTERMS.description, DCTERMS.publisher, DCAT.dataset, DCAT.service, FOAF.homepage]),
        (DCAT.Dataset, [DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCTERMS.license, DCAT.distribution]),
        (DCAT.Distribution, [DCAT.accessURL, DCAT.downloadURL, DCAT.mediaType, DCTERMS.title, DCTERMS.license]),
        (DCAT.DataService, [DCTERMS.title, DCAT.endpointURL, DCAT.servesDataset, DCTERMS.conformsTo, DCTERMS.license]),
    ],
    ids=["catalogue", "dataset", "distribution", "service"],
)  # fmt: skip
def test_what_dcat_ap_asks_of_a_class_is_there(
    catalogue: rdflib.Graph, class_: URIRef, mandatory: list[URIRef]
) -> None:
    """DCAT-AP 3: its mandatory properties, and those it recommends that follow from the content; texts in en and fr."""
    found = list(catalogue.subjects(RDF.type, class_))
    assert found
    for node in found:
        assert [predicate for predicate in mandatory if (node, predicate, None) not in catalogue] == []
        languages = {t.language for t in catalogue.objects(node, DCTERMS.title) if isinstance(t, Literal)}
        assert languages == {"en", "fr"}
