"""The endpoint described to machines (SPARQL 1.1 Service Description)."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
from rdflib import RDF, RDFS, XSD
from rdflib.namespace import DCAT, DCTERMS, VOID, Namespace

from legation.graph.formats import RDF_FORMATS, RESULTS_FORMATS

from .site import Site

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
GRAPH_STORE_PROTOCOL = "https://www.w3.org/TR/sparql11-http-rdf-update/"
READ_ONLY = {
    "en": "Graphs are read here with ?default and ?graph=IRI, by GET and HEAD; nothing is written.",
    "fr": "Les graphes se lisent ici par ?default et ?graph=IRI, en GET et HEAD ; rien ne s’écrit.",
}
UNVALIDATED = {
    "en": "These data were published as they came: no rule has checked them.",
    "fr": "Ces données ont été publiées telles quelles : aucune règle ne les a contrôlées.",
}


def service_description(here: Site) -> list[ox.Triple]:
    """The service, its languages, formats and features, and its dataset with every named graph and its count."""
    return [*_service(here), *_dataset(here), *_graph_store(here)]


def _service(here: Site) -> Iterator[ox.Triple]:
    service = _node(here.url("sparql"))
    yield _triple(service, RDF.type, _node(SD.Service))
    yield _triple(service, SD.endpoint, service)
    yield _triple(service, SD.supportedLanguage, _node(SD.SPARQL11Query))
    yield _triple(service, SD.defaultDataset, _node(here.url("sparql#dataset")))
    if here.release.manifest.union_default_graph:
        yield _triple(service, SD.feature, _node(SD.UnionDefaultGraph))
    for form in (*RESULTS_FORMATS, *RDF_FORMATS):
        yield _triple(service, SD.resultFormat, _node(form.iri or ""))
    yield _triple(service, DCTERMS.hasVersion, ox.Literal(here.release.digest))
    if not here.release.manifest.validated:
        for language, text in UNVALIDATED.items():
            yield _triple(service, RDFS.comment, ox.Literal(text, language=language))


def _dataset(here: Site) -> Iterator[ox.Triple]:
    dataset, default = _node(here.url("sparql#dataset")), _node(here.url("sparql#default-graph"))
    yield _triple(dataset, RDF.type, _node(SD.Dataset))
    yield _triple(dataset, SD.defaultGraph, default)
    yield _triple(default, RDF.type, _node(SD.Graph))
    yield _triple(default, VOID.triples, _integer(here.release.manifest.triples))
    for number, (iri, count) in enumerate(here.release.graphs.items(), 1):
        named, graph = _node(here.url(f"sparql#graph-{number}")), _node(here.url(f"sparql#content-{number}"))
        yield _triple(dataset, SD.namedGraph, named)
        yield _triple(named, RDF.type, _node(SD.NamedGraph))
        yield _triple(named, SD.name, _node(iri))
        yield _triple(named, SD.graph, graph)
        yield _triple(graph, RDF.type, _node(SD.Graph))
        yield _triple(graph, VOID.triples, _integer(count))


def _graph_store(here: Site) -> Iterator[ox.Triple]:
    """The address of the Graph Store Protocol, for which the vocabulary of Service Description has no word."""
    service, store = _node(here.url("sparql")), _node(here.url("graph-store"))
    yield _triple(service, RDFS.seeAlso, store)
    yield _triple(store, RDF.type, _node(DCAT.DataService))
    yield _triple(store, DCAT.endpointURL, store)
    yield _triple(store, DCTERMS.conformsTo, _node(GRAPH_STORE_PROTOCOL))
    for language, text in READ_ONLY.items():
        yield _triple(store, RDFS.comment, ox.Literal(text, language=language))


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(str(iri))


def _integer(number: int) -> ox.Literal:
    return ox.Literal(str(number), datatype=_node(XSD.integer))


def _triple(subject: ox.NamedNode, predicate: str, object_: ox.NamedNode | ox.Literal) -> ox.Triple:
    return ox.Triple(subject, _node(predicate), object_)
