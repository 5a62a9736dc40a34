"""Quads by subject and predicate, whatever their graph: what the derived views read the data through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import pyoxigraph as ox
from rdflib import RDF, RDFS, SKOS

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Node = ox.NamedNode | ox.BlankNode | ox.Triple

_TYPE = ox.NamedNode(str(RDF.type))


class NodeIndex:
    """The triples of some quads, each once; in whatever order they come, values are in that of their N-Triples form."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self._values: dict[Term, dict[str, set[Term]]] = defaultdict(lambda: defaultdict(set))
        self._instances: dict[Term, set[ox.NamedNode]] = defaultdict(set)
        for quad in quads:
            self._values[quad.subject][quad.predicate.value].add(quad.object)
            if quad.predicate == _TYPE and isinstance(quad.subject, ox.NamedNode):
                self._instances[quad.object].add(quad.subject)

    def instances(self, class_: str) -> list[ox.NamedNode]:
        """The named nodes that are typed so outright, in the order of their IRIs."""
        return sorted(self._instances.get(ox.NamedNode(str(class_)), ()), key=str)

    def is_instance(self, node: ox.NamedNode, class_: str) -> bool:
        """Whether the node is typed so outright."""
        return node in self._instances.get(ox.NamedNode(str(class_)), ())

    def values(self, node: Term | None, predicate: str) -> list[Term]:
        """Every object of a node's property; none for no node."""
        found = self._values[node].get(str(predicate), ()) if node in self._values else ()
        return sorted(found, key=str) if len(found) > 1 else list(found)

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
        """Every triple that a node is the subject of, ordered by property, then by object."""
        for predicate in sorted(self._values[node]) if node in self._values else ():
            for value in self.values(node, predicate):
                yield ox.Triple(node, ox.NamedNode(predicate), value)
