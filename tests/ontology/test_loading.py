"""The loaders find every file, and nothing else, wherever the package lies."""

from __future__ import annotations

from importlib.resources import files

import pytest
from rdflib import OWL, RDF, SKOS

import legation.ontology as ontology
from legation.ontology.terms import DIP, ONTOLOGY, SCHEMES, VOCAB


def test_every_turtle_file_of_the_package_is_listed_once() -> None:
    """No file is forgotten when a release takes the ontology in; the profiles are of documents and no part of it."""
    folder = files("legation.ontology")
    on_disk = [f.name for d in (folder, folder / "vocab") for f in d.iterdir() if f.name.endswith(".ttl")]
    assert sorted(f.name for f in ontology.ontology_files()) == sorted({*on_disk} - {"profiles.ttl"})


def test_the_files_come_in_a_fixed_order() -> None:
    """Core first, so that a reader meets the terms before their uses; then alignments; then schemes by name."""
    names = [f.name for f in ontology.ontology_files()]
    assert names == ["core.ttl", "alignments.ttl", *(f"{name}.ttl" for name in ontology.scheme_names())]


def test_scheme_names_are_sorted() -> None:
    """Listings made from the names need no sorting of their own."""
    assert list(ontology.scheme_names()) == sorted(SCHEMES)


def test_the_whole_is_the_union_of_its_parts() -> None:
    """`load_ontology` holds the core, the alignments and each scheme."""
    whole = ontology.load_ontology()
    assert set(ontology.load_core()) <= set(whole)
    for name in ontology.scheme_names():
        assert set(ontology.load_scheme(name)) <= set(whole)
    assert any(whole.subjects(SKOS.closeMatch))


def test_each_scheme_file_holds_its_own_scheme() -> None:
    """A scheme is found under the name that its IRI ends with."""
    for name in ontology.scheme_names():
        assert set(ontology.load_scheme(name).subjects(RDF.type, SKOS.ConceptScheme)) == {VOCAB[name]}


@pytest.mark.parametrize("name", ["modalities", "", "../core", "Modality"])
def test_an_unknown_scheme_is_refused_by_name(name: str) -> None:
    """The error says which schemes there are, and no path outside the folder is opened."""
    with pytest.raises(LookupError, match="there are accreditation-kind, characterisation"):
        ontology.load_scheme(name)


def test_what_is_loaded_belongs_to_the_caller() -> None:
    """A caller that changes its graph or context changes nobody else's."""
    graph = ontology.load_core()
    graph.remove((DIP.Claim, None, None))
    ontology.context_document()["@context"].clear()
    assert (DIP.Claim, RDF.type, OWL.Class) in ontology.load_core()
    assert ontology.context_document()["@context"]["id"] == "@id"


def test_one_version_is_said_everywhere() -> None:
    """Core, schemes and package agree on the version, and the version IRI ends with it."""
    whole = ontology.load_ontology()
    assert {str(version) for version in whole.objects(None, OWL.versionInfo)} == {ontology.VERSION}
    assert whole.value(ONTOLOGY, OWL.versionIRI) == ONTOLOGY + "/" + ontology.VERSION
