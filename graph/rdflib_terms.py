"""Oxigraph's terms as rdflib's, to the letter: rdflib would otherwise rewrite literals as it makes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pyoxigraph as ox
from rdflib import XSD, BNode, Graph, Literal, URIRef

if TYPE_CHECKING:
    from rdflib.term import Node

RdflibTriple = tuple["Node", "Node", "Node"]


def rdflib_graph(triples: Iterable[ox.Triple]) -> Graph:
    """The triples as an rdflib graph."""
    graph = Graph(bind_namespaces="none")
    for triple in triples:
        graph.add(rdflib_triple(triple))
    return graph


def rdflib_triple(triple: ox.Triple) -> RdflibTriple:
    """The same triple in rdflib's terms."""
    return rdflib_term(triple.subject), rdflib_term(triple.predicate), rdflib_term(triple.object)


def rdflib_term(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Node:
    """The same term, a literal with its own written form. A triple term has no counterpart: facts hold none."""
    if isinstance(term, ox.Literal):
        datatype = None if term.language else URIRef(term.datatype.value)
        return Literal(
            term.value, lang=term.language, datatype=None if datatype == XSD.string else datatype, normalize=False
        )
    assert not isinstance(term, ox.Triple), "facts hold no triple terms"
    return URIRef(term.value) if isinstance(term, ox.NamedNode) else BNode(term.value)
