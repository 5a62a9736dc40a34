"""The closed names and the Turtle say the same."""

from __future__ import annotations

from inspect import get_annotations

import pytest
from rdflib import RDF, SKOS, Graph, URIRef
from rdflib.namespace import DefinedNamespace

from legation.ontology import load_core, load_scheme, scheme_names
from legation.ontology.terms import DIP, LOC, OA, SCHEMA, SCHEMES, SEM, VOCAB, MeasureType, Modality


def names_of(namespace: type[DefinedNamespace]) -> set[str]:
    """All names that a closed namespace knows, its own annotations and no base class's."""
    return {*get_annotations(namespace), *namespace._extras}


def local_names(graph: Graph, namespace: str) -> set[str]:
    """The local names of the subjects that lie in `namespace`."""
    return {str(s).removeprefix(namespace) for s in graph.subjects() if str(s).startswith(namespace)}


def test_dip_has_the_terms_of_the_core_and_no_other() -> None:
    """A term added to the Turtle or to the code alone is caught."""
    assert names_of(DIP) == local_names(load_core(), str(DIP))


@pytest.mark.parametrize("scheme", scheme_names())
def test_a_scheme_has_the_concepts_of_its_file_and_no_other(scheme: str) -> None:
    """A concept added to the Turtle or to the code alone is caught."""
    graph = load_scheme(scheme)
    assert names_of(SCHEMES[scheme]) == local_names(graph, str(SCHEMES[scheme]))
    assert set(graph.subjects(RDF.type, SKOS.Concept)) == {SCHEMES[scheme][n] for n in names_of(SCHEMES[scheme])}


@pytest.mark.parametrize("scheme", scheme_names())
def test_a_concept_namespace_is_its_scheme_with_a_hash(scheme: str) -> None:
    """One request for the scheme fetches all its concepts."""
    assert str(SCHEMES[scheme]) == str(VOCAB[scheme]) + "#"


@pytest.mark.parametrize("namespace", [DIP, SEM, SCHEMA, OA, LOC, *SCHEMES.values()], ids=lambda n: n.__name__)
def test_a_misspelt_name_fails_where_it_is_written(namespace: type[DefinedNamespace]) -> None:
    """Both ways of reading a closed namespace refuse what it does not have."""
    with pytest.raises(AttributeError, match="not in namespace"):
        namespace.misspelt  # noqa: B018 - reading it is the test
    with pytest.raises(AttributeError, match="not in namespace"):
        namespace["mis-spelt"]


def test_names_with_and_without_a_hyphen_are_both_read() -> None:
    """Attribute access where Python allows it, lookup in every case."""
    assert Modality.inferred == Modality["inferred"] == URIRef("https://w3id.org/legation/vocab/modality#inferred")
    assert MeasureType["mission-suspension"] in MeasureType
