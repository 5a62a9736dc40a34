"""Names blank nodes: a proposition by its content, evidence and selectors by what they belong to (model, section 3).

After `name_nodes` the facts hold no blank node, so every node of a release can be cited and dereferenced.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox
from rdflib import RDF

from legation.ontology.terms import OA

from .errors import UnnamedNode
from .identifiers import Base

_TYPE, _STATEMENT = ox.NamedNode(RDF.type), ox.NamedNode(RDF.Statement)
_TRIPLE = (ox.NamedNode(RDF.subject), ox.NamedNode(RDF.predicate), ox.NamedNode(RDF.object))
_SPECIFIC_RESOURCE, _SELECTOR = ox.NamedNode(OA.SpecificResource), ox.NamedNode(OA.TextPositionSelector)
_START, _END = ox.NamedNode(OA.start), ox.NamedNode(OA.end)

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def name_nodes(quads: Iterable[ox.Quad], base: Base) -> list[ox.Quad]:
    """The same quads with an IRI in the place of every blank node.

    Raises UnnamedNode for a blank node that is none of the three kinds, or that lacks what its name is made from.
    """
    quads = list(quads)
    blank = {q.subject for q in quads if isinstance(q.subject, ox.BlankNode)}
    blank |= {q.object for q in quads if isinstance(q.object, ox.BlankNode)}
    if not blank:
        return quads
    names = _Names(quads, blank, base)
    named = {node: names.of(node) for node in blank}

    def name(term: Any) -> Any:
        return named[term] if isinstance(term, ox.BlankNode) else term

    return [ox.Quad(name(q.subject), q.predicate, name(q.object), q.graph_name) for q in quads]


class _Names:
    """The names of the blank nodes of one set of quads."""

    def __init__(self, quads: list[ox.Quad], blank: set[ox.BlankNode], base: Base) -> None:
        self._base = base
        self._properties: dict[Term, dict[ox.NamedNode, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self._owners: dict[Any, list[Any]] = defaultdict(list)
        for quad in quads:
            if quad.subject in blank:
                self._properties[quad.subject][quad.predicate].append(quad.object)
            if quad.object in blank:
                self._owners[quad.object].append(quad.subject)
        self._evidence: dict[Any, list[ox.BlankNode]] = defaultdict(list)
        for node in blank:
            if _SPECIFIC_RESOURCE in self._properties[node][_TYPE]:
                self._evidence[self._owner(node)].append(node)
        for owned in self._evidence.values():
            owned.sort(key=self._interval)

    def of(self, node: ox.BlankNode) -> ox.NamedNode:
        types = self._properties[node][_TYPE]
        if _STATEMENT in types:
            return self._proposition(node)
        if _SPECIFIC_RESOURCE in types:
            return self._evidence_name(node)
        if _SELECTOR in types:
            owner = self._owner(node)
            name = self._evidence_name(owner) if isinstance(owner, ox.BlankNode) else owner
            return ox.NamedNode(name.value + "/position")
        raise UnnamedNode(
            f"{self._place(node)}: a blank node here has no name; only a proposition (rdf:Statement), evidence "
            "(oa:SpecificResource) and a selector (oa:TextPositionSelector) may be blank: give this node an IRI"
        )

    def _proposition(self, node: ox.BlankNode) -> ox.NamedNode:
        parts = [self._properties[node][part] for part in _TRIPLE]
        if any(len(part) != 1 or isinstance(part[0], ox.BlankNode) for part in parts):
            raise UnnamedNode(
                f"{self._place(node)}: a proposition needs exactly one rdf:subject, rdf:predicate and rdf:object, "
                "none of them blank, because its IRI is made from them"
            )
        return ox.NamedNode(self._base.proposition(*(str(part[0]) for part in parts)))

    def _evidence_name(self, node: ox.BlankNode) -> ox.NamedNode:
        owner = self._owner(node)
        if node not in self._evidence[owner]:
            raise UnnamedNode(f"{self._place(node)}: what holds a selector must be typed oa:SpecificResource")
        if isinstance(owner, ox.BlankNode):
            raise UnnamedNode(f"{self._place(node)}: evidence must belong to a claim or statement that has an IRI")
        return ox.NamedNode(f"{owner.value}/evidence/{self._evidence[owner].index(node) + 1}")

    def _owner(self, node: ox.BlankNode) -> Any:
        owners = self._owners[node]
        if len(owners) != 1:
            raise UnnamedNode(
                f"{self._place(node)}: a blank piece of evidence or selector must belong to exactly one node, "
                f"this one belongs to {len(owners)}"
            )
        return owners[0]

    def _interval(self, node: ox.BlankNode) -> tuple[tuple[int, int], ...]:
        selectors = [s for values in self._properties[node].values() for s in values if s in self._properties]
        return tuple(sorted(self._offsets(selector) for selector in selectors))

    def _offsets(self, selector: Term) -> tuple[int, int]:
        found = self._properties[selector]
        start, end = (
            [int(v.value) for v in found[p] if isinstance(v, ox.Literal) and v.value.isdigit()] for p in (_START, _END)
        )
        return (min(start, default=0), min(end, default=0))

    def _place(self, node: ox.BlankNode) -> str:
        owner = next(iter(self._owners[node]), None)
        return owner.value if isinstance(owner, ox.NamedNode) else "the facts"
