"""The examples: one for each class, and together a small dataset that the ontology does not contradict."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import chain

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef

from legation.ontology import load_core, load_ontology
from legation.ontology.terms import DIP

EXAMPLES = {f.name: f for f in sorted((files("legation.ontology") / "examples").iterdir(), key=lambda f: f.name)}
CORE = load_core()
CLASSES = sorted(c for c in CORE.subjects(RDF.type, OWL.Class) if c in DIP)


def parse(*names: str) -> Graph:
    """The named examples in one graph."""
    graph = Graph()
    for name in names:
        graph.parse(data=EXAMPLES[name].read_bytes(), format="turtle")
    return graph


def file_name(term: URIRef) -> str:
    """`…#StaffLevel` is shown in `staff-level.ttl`."""
    words = re.findall("[A-Z][a-z]+", str(term).rpartition("#")[2])
    return "-".join(words).lower() + ".ttl"


TOGETHER = parse(*EXAMPLES)


def superterms(term: URIRef, predicate: URIRef) -> set[URIRef]:
    """The term and everything above it."""
    return set(CORE.transitive_objects(term, predicate))


def types_of(node: URIRef) -> set[URIRef]:
    """The types of a node, stated or following by the RDFS rules 2, 3, 5, 7, 9 and 11."""
    stated = TOGETHER.objects(node, RDF.type)
    out = chain.from_iterable(superterms(p, RDFS.subPropertyOf) for p in TOGETHER.predicates(node))
    into = chain.from_iterable(superterms(p, RDFS.subPropertyOf) for p in TOGETHER.predicates(None, node))
    domains = chain.from_iterable(CORE.objects(p, RDFS.domain) for p in out)
    ranges = chain.from_iterable(CORE.objects(p, RDFS.range) for p in into)
    direct = chain(stated, domains, ranges)
    return set(chain.from_iterable(superterms(t, RDFS.subClassOf) for t in direct))


@pytest.mark.parametrize("term", CLASSES, ids=file_name)
def test_each_class_has_an_example_of_its_own(term: URIRef) -> None:
    """A reader meets every class once in a file small enough to read whole."""
    assert (None, RDF.type, term) in parse(file_name(term))


def test_there_is_no_example_of_anything_else() -> None:
    """One file a class."""
    assert set(EXAMPLES) == {file_name(term) for term in CLASSES}


def test_examples_use_only_terms_and_concepts_that_exist() -> None:
    """A misspelt property or code in an example would be copied."""
    ours = {n for t in TOGETHER for n in t if str(n).startswith("https://w3id.org/legation/")}
    assert ours <= set(load_ontology().subjects(SKOS.definition))


def test_examples_are_invented() -> None:
    """Their things live under example.org, so nobody takes them for facts."""
    named = {str(s) for s in TOGETHER.subjects() if isinstance(s, URIRef)}
    assert all(iri.startswith("https://example.org/") for iri in named)


def test_everything_an_example_points_at_is_described() -> None:
    """Together the examples leave no loose end."""
    things = {o for o in TOGETHER.objects() if str(o).startswith("https://example.org/")}
    assert things <= set(TOGETHER.subjects())


def test_labels_come_in_both_languages() -> None:
    """What the shapes ask of published data holds in the examples too (K45)."""
    for subject in set(TOGETHER.subjects(RDFS.label)):
        labels = [o for o in TOGETHER.objects(subject, RDFS.label) if isinstance(o, Literal)]
        assert sorted(str(o.language) for o in labels) == ["en", "fr"]


def test_nothing_in_the_examples_falls_into_two_disjoint_classes() -> None:
    """Domains, ranges and disjointness fit together: no use of a term makes the examples inconsistent."""
    for node in set(TOGETHER.subjects()):
        types = types_of(node)
        assert not [(a, b) for a, b in CORE.subject_objects(OWL.disjointWith) if {a, b} <= types]


def test_every_property_is_shown_in_use() -> None:
    """As the predicate of a triple, or, for what is only ever said inside a claim, of a proposition."""
    properties = {p for kind in (OWL.ObjectProperty, OWL.DatatypeProperty) for p in CORE.subjects(RDF.type, kind)}
    shown = {*TOGETHER.predicates(), *TOGETHER.objects(None, RDF.predicate)}
    assert {p for p in properties if p in DIP} <= shown
    assert (None, DIP.characterisedAs, None) not in TOGETHER
    assert (None, DIP.actsFor, None) not in TOGETHER
