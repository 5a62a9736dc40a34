"""Quads by subject and predicate, whatever their graph: what the derived views read the data through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import pyoxigraph as ox
from rdflib import RDF, RDFS, SKOS

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Node = ox.NamedNode | ox.BlankNode | ox.Triple


class NodeIndex:
    """The triples of some quads, each once; values come in the order of their N-Triples form."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self._values: dict[Term, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self._instances: dict[str, list[ox.NamedNode]] = defaultdict(list)
        for triple in sorted({quad.triple for quad in quads}, key=str):
            self._values[triple.subject][triple.predicate.value].append(triple.object)
            if triple.predicate.value == str(RDF.type) and isinstance(triple.subject, ox.NamedNode):
                self._instances[_text(triple.object)].append(triple.subject)

    def instances(self, class_: str) -> list[ox.NamedNode]:
        """The named nodes that are typed so outright, in the order of their IRIs."""
        return self._instances.get(str(class_), [])

    def values(self, node: Term | None, predicate: str) -> list[Term]:
        """Every object of a node's property; none for no node."""
        return self._values[node].get(str(predicate), []) if node in self._values else []

    def nodes(self, node: Term | None, predicate: str) -> list[ox.NamedNode]:
        """The objects that are IRIs."""
        return [value for value in self.values(node, predicate) if isinstance(value, ox.NamedNode)]

    def node(self, node: Term | None, predicate: str) -> ox.NamedNode | None:
        """The first object that is an IRI; None where there is none."""
        return next(iter(self.nodes(node, predicate)), None)

    def text(self, node: Term | None, predicate: str, language: str | None = None) -> str:
        """The first literal, in a language if one is asked for; empty where there is none."""
        literals = (value for value in self.values(node, predicate) if isinstance(value, ox.Literal))
        return next((value.value for value in literals if language in (None, value.language)), "")

    def label(self, node: Term, language: str) -> str:
        """A node's label, or a concept's preferred one; empty where there is none in this language."""
        return self.text(node, RDFS.label, language) or self.text(node, SKOS.prefLabel, language)

    def triples_of(self, node: Node) -> Iterator[ox.Triple]:
        """Every triple that a node is the subject of."""
        for predicate, values in self._values[node].items() if node in self._values else ():
            for value in values:
                yield ox.Triple(node, ox.NamedNode(predicate), value)


def _text(term: Term) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)
