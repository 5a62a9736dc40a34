"""Describes the dataset to machines: DCAT 3 and VoID statements made from the authored catalogue and the content.

Only what follows from the content is said here (no date of building, no digest), so that the same facts always give the
same release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox
from rdflib import RDF, XSD
from rdflib.namespace import DCAT, DCTERMS, VOID

from .formats import RDF_FORMATS
from .identifiers import Base
from .release import DUMP_STEM

_IANA = "https://www.iana.org/assignments/media-types/"
_TYPE, _DATASET = ox.NamedNode(RDF.type), ox.NamedNode(DCAT.Dataset)


def dataset_of(quads: Iterable[ox.Quad]) -> ox.NamedNode | None:
    """The dataset that the authored catalogue describes: the first dcat:Dataset by IRI; None where there is none."""
    found = (q.subject for q in quads if q.predicate == _TYPE and q.object == _DATASET)
    return min((node for node in found if isinstance(node, ox.NamedNode)), key=lambda node: node.value, default=None)


def summarise(
    quads: list[ox.Quad], base: Base
) -> Iterator[tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]]:
    """Statements about the dataset: counts, endpoint, vocabularies, one distribution per dump format."""
    dataset = dataset_of(quads)
    if dataset is None:
        return
    triples = {quad.triple for quad in quads}
    yield dataset, _TYPE, _node(VOID.Dataset)
    yield dataset, _node(VOID.triples), ox.Literal(str(len(triples)), datatype=_node(XSD.integer))
    yield dataset, _node(VOID.distinctSubjects), _count(t.subject for t in triples)
    yield dataset, _node(VOID.properties), _count(t.predicate for t in triples)
    yield dataset, _node(VOID.classes), _count(t.object for t in triples if t.predicate == _TYPE)
    yield dataset, _node(VOID.sparqlEndpoint), _node(base.resolve("sparql"))
    yield dataset, _node(VOID.uriSpace), ox.Literal(base.resolve("id/"))
    for form in RDF_FORMATS:
        dump = _node(base.resolve(f"dumps/{DUMP_STEM}.{form.extension}"))
        yield dataset, _node(VOID.dataDump), dump
        yield dataset, _node(DCAT.distribution), dump
        yield dump, _TYPE, _node(DCAT.Distribution)
        yield dump, _node(DCAT.downloadURL), dump
        yield dump, _node(DCAT.mediaType), _node(_IANA + form.media_type)
        yield dump, _node(DCTERMS.title), ox.Literal(form.label, language="en")
        yield dump, _node(DCTERMS.title), ox.Literal(form.label, language="fr")
        for licence in _licences(quads, dataset):
            yield dump, _node(DCTERMS.license), licence


def _licences(quads: Iterable[ox.Quad], dataset: ox.NamedNode) -> list[ox.NamedNode]:
    """What the authored catalogue says the dataset is licensed under."""
    stated = (q.object for q in quads if q.subject == dataset and q.predicate == _node(DCTERMS.license))
    return [licence for licence in stated if isinstance(licence, ox.NamedNode)]


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(str(iri))


def _count(terms: Iterable[object]) -> ox.Literal:
    return ox.Literal(str(len(set(terms))), datatype=_node(XSD.integer))
