"""Describes the dataset to machines: DCAT 3 and VoID statements made from the authored catalogue and the content.

Only what follows from the content is said here (no date of building, no digest), so that the same facts always give the
same release.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox
from rdflib import RDF, XSD, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, VOID

from .formats import RDF_FORMATS
from .identifiers import Base
from .prefixes import PREFIXES
from .release import DUMP_STEM

Statement = tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]
_SHARED = (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCTERMS.license, DCTERMS.language)
"""What the catalogue, its services and the distributions say as the dataset does."""
_SERVICES = (
    (
        "sparql",
        "https://www.w3.org/TR/sparql11-protocol/",
        {"en": "SPARQL endpoint", "fr": "Point d’accès SPARQL"},
    ),
    (
        "graph-store",
        "https://www.w3.org/TR/sparql11-http-rdf-update/",
        {"en": "Graph store, read only", "fr": "Dépôt de graphes, en lecture seule"},
    ),
)
_IANA = "https://www.iana.org/assignments/media-types/"
_TYPE, _DATASET = ox.NamedNode(RDF.type), ox.NamedNode(DCAT.Dataset)


def dataset_of(quads: Iterable[ox.Quad]) -> ox.NamedNode | None:
    """The dataset that the authored catalogue describes: the first dcat:Dataset by IRI; None where there is none."""
    found = (q.subject for q in quads if q.predicate == _TYPE and q.object == _DATASET)
    return min((node for node in found if isinstance(node, ox.NamedNode)), key=lambda node: node.value, default=None)


def summarise(quads: list[ox.Quad], base: Base) -> Iterator[Statement]:
    """Statements about the dataset: counts, partitions, endpoint, distributions, and the catalogue that lists it."""
    dataset = dataset_of(quads)
    if dataset is None:
        return
    triples = {quad.triple for quad in quads}
    about = {predicate: _stated(quads, dataset, predicate) for predicate in _SHARED}
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
        yield dump, _node(DCAT.accessURL), dump
        yield dump, _node(DCAT.downloadURL), dump
        yield dump, _node(DCAT.mediaType), _node(_IANA + form.media_type)
        yield dump, _node(DCTERMS.title), ox.Literal(form.label, language="en")
        yield dump, _node(DCTERMS.title), ox.Literal(form.label, language="fr")
        for licence in about[DCTERMS.license]:
            yield dump, _node(DCTERMS.license), licence
    yield from _partitions(dataset, base, triples)
    yield from _catalogue(dataset, base, about)


def _stated(quads: Iterable[ox.Quad], dataset: ox.NamedNode, predicate: str) -> list[ox.NamedNode | ox.Literal]:
    """What the authored catalogue says of the dataset under a property."""
    found = (q.object for q in quads if q.subject == dataset and q.predicate == _node(predicate))
    return [value for value in found if isinstance(value, ox.NamedNode | ox.Literal)]


def _partitions(dataset: ox.NamedNode, base: Base, triples: Iterable[ox.Triple]) -> Iterator[Statement]:
    """VoID, section 4.3: the things of each class, with one of them as example, and the triples of each property."""
    members: dict[ox.NamedNode, set[ox.NamedNode]] = {}
    used: Counter[ox.NamedNode] = Counter()
    for triple in triples:
        used[triple.predicate] += 1
        if triple.predicate == _TYPE and isinstance(triple.object, ox.NamedNode):
            members.setdefault(triple.object, set())
            if isinstance(triple.subject, ox.NamedNode):
                members[triple.object].add(triple.subject)
    for class_, things in members.items():
        part = _part(base, "class", class_)
        yield dataset, _node(VOID.classPartition), part
        yield part, _node(VOID["class"]), class_
        yield part, _node(VOID.entities), _integer(len(things))
        examples = [thing for thing in things if thing.value.startswith(base.thing(""))]
        if examples:
            yield dataset, _node(VOID.exampleResource), min(examples, key=str)
    for property_, count in used.items():
        part = _part(base, "property", property_)
        yield dataset, _node(VOID.propertyPartition), part
        yield part, _node(VOID.property), property_
        yield part, _node(VOID.triples), _integer(count)


def _part(base: Base, kind: str, word: ox.NamedNode) -> ox.NamedNode:
    """The IRI of a partition: in the catalogue's document, by the word's prefixed name, else by a hash of its IRI."""
    space = next((prefix for prefix, iri in PREFIXES.items() if word.value.startswith(iri)), None)
    name = word.value.removeprefix(PREFIXES[space]) if space else ""
    short = f"{space}-{name}" if name.isalnum() else hashlib.sha256(word.value.encode()).hexdigest()[:12]
    return ox.NamedNode(base.resolve(f"catalogue#{kind}-{short}"))


def _catalogue(
    dataset: ox.NamedNode, base: Base, about: Mapping[URIRef, list[ox.NamedNode | ox.Literal]]
) -> Iterator[Statement]:
    """DCAT 3: the catalogue at the base, with its dataset and the services that give access to it."""
    catalogue = _node(base.resolve("catalogue"))
    yield catalogue, _TYPE, _node(DCAT.Catalog)
    yield catalogue, _node(DCAT.dataset), dataset
    yield catalogue, _node(FOAF.homepage), _node(base.iri)
    for predicate in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCTERMS.license, DCTERMS.language):
        for value in about[predicate]:
            yield catalogue, _node(predicate), value
    for path, protocol, titles in _SERVICES:
        service = _node(base.resolve(path))
        yield catalogue, _node(DCAT.service), service
        yield service, _TYPE, _node(DCAT.DataService)
        yield service, _node(DCAT.endpointURL), service
        yield service, _node(DCAT.servesDataset), dataset
        yield service, _node(DCTERMS.conformsTo), _node(protocol)
        for language, title in titles.items():
            yield service, _node(DCTERMS.title), ox.Literal(title, language=language)
        for licence in about[DCTERMS.license]:
            yield service, _node(DCTERMS.license), licence


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(str(iri))


def _count(terms: Iterable[object]) -> ox.Literal:
    return _integer(len(set(terms)))


def _integer(number: int) -> ox.Literal:
    return ox.Literal(str(number), datatype=_node(XSD.integer))
