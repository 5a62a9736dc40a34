"""Derives the direct layer: plain triples of measures and accreditations that nobody's hedge or denial stands behind.

The rule (docs/decisions/0004): a proposition becomes a triple when at least one claim affirms it outright
(`Claim.is_outright`), no claim denies it and, for a single-valued property, no claim affirms another value. So a
simple query is simple and never reads an opinion as a fact (model, section 2.6).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pyoxigraph as ox
from rdflib import RDFS

from legation.ontology.terms import DIP

from .claims import Claim, read_claims
from .node_index import NodeIndex

_SUBCLASS = ox.NamedNode(str(RDFS.subClassOf))
_PROJECTED = (DIP.DiplomaticMeasure, DIP.Accreditation)
SINGLE_VALUED = frozenset(ox.NamedNode(str(term)) for term in (DIP.measureType, DIP.headcount, DIP.compliance))
"""Properties of which a thing has one value: where claims give several, none of them is plain fact."""


def derive(quads: Iterable[ox.Quad], vocabulary: Iterable[ox.Quad]) -> list[ox.Triple]:
    """The triples of the direct layer, in a fixed order; `quads` are the facts, `vocabulary` gives the subclasses."""
    index = NodeIndex(quads)
    classes = _subclasses(vocabulary, (ox.NamedNode(str(root)) for root in _PROJECTED))
    things = {node for class_ in classes for node in index.instances(class_.value)}
    claims = _claims_by_triple(read_claims(index), things)
    contested = _contested(claims)
    return sorted(
        (
            triple
            for triple, makers in claims.items()
            if any(claim.is_outright for claim in makers)
            and not any(claim.negated for claim in makers)
            and (triple.subject, triple.predicate) not in contested
        ),
        key=str,
    )


def _subclasses(vocabulary: Iterable[ox.Quad], roots: Iterable[ox.NamedNode]) -> set[ox.NamedNode]:
    children: dict[object, list[ox.NamedNode]] = defaultdict(list)
    for quad in vocabulary:
        if quad.predicate == _SUBCLASS and isinstance(quad.subject, ox.NamedNode):
            children[quad.object].append(quad.subject)
    found, waiting = set(), list(roots)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(children[node])
    return found


def _claims_by_triple(claims: Iterable[Claim], things: set[ox.NamedNode]) -> dict[ox.Triple, list[Claim]]:
    """The claims that carry each proposition about one of the things."""
    found: dict[ox.Triple, list[Claim]] = defaultdict(list)
    for claim in claims:
        for triple in claim.propositions:
            if triple.subject in things:
                found[triple].append(claim)
    return found


def _contested(claims: dict[ox.Triple, list[Claim]]) -> set[tuple[object, object]]:
    """Single-valued properties of things for which claims, hedged or not, affirm more than one value."""
    values: dict[tuple[object, object], set[object]] = defaultdict(set)
    for triple, makers in claims.items():
        if triple.predicate in SINGLE_VALUED and not all(claim.negated for claim in makers):
            values[triple.subject, triple.predicate].add(triple.object)
    return {slot for slot, found in values.items() if len(found) > 1}
