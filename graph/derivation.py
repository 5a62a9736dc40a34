"""Derives the direct layer: plain triples of measures and accreditations that nobody's hedge or denial stands behind.

The rule (docs/decisions/0004): a proposition becomes a triple when at least one claim affirms it outright, in a
statement whose existence and attribution are not hedged; no claim denies it; and, for a single-valued property, no
claim affirms another value. So a simple query is simple and never reads an opinion as a fact (model, section 2.6).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox
from rdflib import RDF, RDFS

from legation.ontology.terms import DIP, Modality, ReportingStance


def _node(term: str) -> ox.NamedNode:
    return ox.NamedNode(str(term))


_TYPE = _node(RDF.type)
_PROPOSITION, _NEGATED, _MODALITY = _node(DIP.proposition), _node(DIP.negated), _node(DIP.modality)
_ASSERTED_IN, _STANCE = _node(DIP.assertedIn), _node(DIP.reportingStance)
_TRIPLE = (_node(RDF.subject), _node(RDF.predicate), _node(RDF.object))
_PROJECTED_CLASSES = (_node(DIP.DiplomaticMeasure), _node(DIP.Accreditation))
_SINGLE_VALUED = frozenset({_node(DIP.measureType), _node(DIP.headcount)})
_OUTRIGHT = frozenset(
    map(_node, (Modality.asserted, Modality.presupposed, Modality.announced, Modality.expected, Modality.inferred))
)
_VOUCHED = frozenset(map(_node, (ReportingStance.endorsed, ReportingStance.neutral)))
_TRUE, _FALSE = ox.Literal(True), ox.Literal(False)

Index = dict[ox.NamedNode, dict[ox.NamedNode, list[ox.NamedNode | ox.Literal]]]


@dataclass(frozen=True, slots=True)
class _Proposition:
    triple: ox.Triple
    affirmed: bool
    affirmed_outright: bool
    denied: bool


def derive(quads: Iterable[ox.Quad], vocabulary: Iterable[ox.Quad]) -> list[ox.Triple]:
    """The triples of the direct layer, in a fixed order; `quads` are the facts, `vocabulary` gives the subclasses."""
    index = _indexed(quads)
    projected = _subclasses(vocabulary, _PROJECTED_CLASSES)
    measures = {node for node, found in index.items() if projected.intersection(found.get(_TYPE, ()))}
    propositions = [p for p in _propositions(index) if p.triple.subject in measures]
    contested = _contested(propositions)
    direct = (
        p.triple
        for p in propositions
        if p.affirmed_outright and not p.denied and (p.triple.subject, p.triple.predicate) not in contested
    )
    return sorted(direct, key=str)


def _indexed(quads: Iterable[ox.Quad]) -> Index:
    index: Index = defaultdict(lambda: defaultdict(list))
    for triple in dict.fromkeys(quad.triple for quad in quads):
        index[triple.subject][triple.predicate].append(triple.object)  # type: ignore[index,arg-type]
    return index


def _subclasses(vocabulary: Iterable[ox.Quad], roots: Iterable[ox.NamedNode]) -> set[ox.NamedNode]:
    children: dict[object, list[ox.NamedNode]] = defaultdict(list)
    for quad in vocabulary:
        if quad.predicate == _node(RDFS.subClassOf) and isinstance(quad.subject, ox.NamedNode):
            children[quad.object].append(quad.subject)
    found, waiting = set(), list(roots)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(children[node])
    return found


def _propositions(index: Index) -> Iterable[_Proposition]:
    claims: dict[ox.NamedNode, list[ox.NamedNode]] = defaultdict(list)
    for node, found in list(index.items()):
        for proposition in found.get(_PROPOSITION, ()):
            claims[proposition].append(node)  # type: ignore[index]
    for proposition, makers in claims.items():
        parts = [index[proposition].get(part, []) for part in _TRIPLE]
        if all(len(part) == 1 for part in parts):
            affirming = [claim for claim in makers if _FALSE in _values(index, claim, _NEGATED)]
            yield _Proposition(
                ox.Triple(*(part[0] for part in parts)),  # type: ignore[arg-type]
                affirmed=bool(affirming),
                affirmed_outright=any(_is_outright(index, claim) for claim in affirming),
                denied=any(_TRUE in _values(index, claim, _NEGATED) for claim in makers),
            )


def _values(index: Index, node: ox.NamedNode, predicate: ox.NamedNode) -> list[ox.NamedNode | ox.Literal]:
    return index[node].get(predicate, [])


def _is_outright(index: Index, claim: ox.NamedNode) -> bool:
    statements = _values(index, claim, _ASSERTED_IN)
    stances = [stance for statement in statements for stance in _values(index, statement, _STANCE)]  # type: ignore[arg-type]
    return _OUTRIGHT.issuperset(_values(index, claim, _MODALITY)) and bool(stances) and _VOUCHED.issuperset(stances)


def _contested(propositions: Iterable[_Proposition]) -> set[tuple[object, object]]:
    values: dict[tuple[object, object], set[object]] = defaultdict(set)
    for p in propositions:
        if p.affirmed and p.triple.predicate in _SINGLE_VALUED:
            values[p.triple.subject, p.triple.predicate].add(p.triple.object)
    return {slot for slot, found in values.items() if len(found) > 1}
