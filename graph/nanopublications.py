# ruff: noqa: N815 - a term is spelt as in its ontology
"""Claims as nanopublications: one small citable dataset a claim, in TriG.

Form: the Nanopublication Guidelines (https://nanopub.net/guidelines/working_draft/), "Well-formed nanopublications". A
nanopublication lives under its claim, `{claim}/nanopub`, with the graphs `#Head`, `#assertion`, `#provenance` and
`#pubinfo`. It is neither signed nor named by a hash; whoever sends it to the network does that with their own key.

Only what a speaker affirms outright, in statements that the document vouches for from the innermost to the outermost,
becomes one. An assertion graph gets merged with others and read without its provenance; so a denial, an allegation, a
condition, or words that someone is merely said to have said must not stand in one. They are in the other views.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox
from rdflib import RDF, RDFS, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, PROV, DefinedNamespace

from legation.ontology.terms import DIP, OA, SCHEMA

from .claims import Claim, read_claims
from .node_index import NodeIndex, Term


class NP(DefinedNamespace):
    """The nanopublication ontology, over the terms in use."""

    _NS = Namespace("http://www.nanopub.org/nschema#")
    _fail = True

    Nanopublication: URIRef
    hasAssertion: URIRef
    hasProvenance: URIRef
    hasPublicationInfo: URIRef


NANOPUB_PREFIXES = {"np": str(NP._NS)}


@dataclass(frozen=True, slots=True)
class Names:
    """The IRIs of a claim's nanopublication and of its four graphs."""

    claim: ox.NamedNode

    @property
    def nanopub(self) -> ox.NamedNode:
        """The nanopublication itself."""
        return ox.NamedNode(self.claim.value + "/nanopub")

    def graph(self, part: str) -> ox.NamedNode:
        """The graph of a part: `Head`, `assertion`, `provenance` or `pubinfo`."""
        return ox.NamedNode(f"{self.nanopub.value}#{part}")


def nanopublication_quads(index: NodeIndex) -> list[ox.Quad]:
    """The nanopublications of a release, claim by claim, each as head, assertion, provenance and publication info."""
    dataset = next(iter(index.instances(DCAT.Dataset)), None)
    found: list[ox.Quad] = []
    for claim in read_claims(index):
        if claim.propositions and claim.is_outright:
            found += _nanopublication(index, claim, dataset)
    return found


def _nanopublication(index: NodeIndex, claim: Claim, dataset: ox.NamedNode | None) -> Iterator[ox.Quad]:
    names = Names(claim.node)
    parts = (
        ("Head", _head(names)),
        ("assertion", claim.propositions),
        ("provenance", _provenance(index, claim, names)),
        ("pubinfo", _publication_info(index, names, dataset)),
    )
    for part, triples in parts:
        for triple in dict.fromkeys(triples):
            yield ox.Quad(triple.subject, triple.predicate, triple.object, names.graph(part))


def _head(names: Names) -> Iterator[ox.Triple]:
    yield _triple(names.nanopub, RDF.type, ox.NamedNode(str(NP.Nanopublication)))
    yield _triple(names.nanopub, NP.hasAssertion, names.graph("assertion"))
    yield _triple(names.nanopub, NP.hasProvenance, names.graph("provenance"))
    yield _triple(names.nanopub, NP.hasPublicationInfo, names.graph("pubinfo"))


def _provenance(index: NodeIndex, claim: Claim, names: Names) -> Iterator[ox.Triple]:
    """Whose words, in which statement inside which document, with what force, and where in the text."""
    assertion = names.graph("assertion")
    yield _triple(assertion, PROV.wasDerivedFrom, claim.node)
    for speaker in index.nodes(claim.statement, DIP.speaker):
        yield _triple(assertion, PROV.wasAttributedTo, speaker)
    if claim.statement is not None:
        yield _triple(assertion, PROV.wasGeneratedBy, claim.statement)
    if claim.document is not None and index.is_instance(claim.document, SCHEMA.NewsArticle):
        yield _triple(assertion, PROV.hadPrimarySource, claim.document)
    yield from (triple for triple in index.triples_of(claim.node) if triple.predicate.value != str(DIP.proposition))
    for statement in claim.chain:
        yield from index.triples_of(statement)
    for evidence in index.nodes(claim.node, DIP.evidence):
        yield from index.triples_of(evidence)
        for selector in index.nodes(evidence, OA.hasSelector):
            yield from index.triples_of(selector)


def _publication_info(index: NodeIndex, names: Names, dataset: ox.NamedNode | None) -> Iterator[ox.Triple]:
    """Who published it, from what, and under which licence; when, where the catalogue says so.

    The guidelines recommend a time. Only one that the catalogue states is given, so that the same facts always give the
    same nanopublications.
    """
    yield _triple(names.nanopub, DCTERMS.source, names.claim)
    for gist in index.values(names.claim, SCHEMA.text):
        yield _triple(names.nanopub, RDFS.label, gist)
    if dataset is None:
        return
    yield _triple(names.nanopub, PROV.wasDerivedFrom, dataset)
    for publisher in index.values(dataset, DCTERMS.publisher):
        yield _triple(names.nanopub, PROV.wasAttributedTo, publisher)
    for stated, repeated in ((DCTERMS.license, DCTERMS.license), (DCTERMS.issued, DCTERMS.created)):
        for value in index.values(dataset, stated):
            yield _triple(names.nanopub, repeated, value)


def _triple(subject: ox.NamedNode, predicate: str, value: Term) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(str(predicate)), value)
