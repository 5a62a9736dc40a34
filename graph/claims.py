"""Claims as a release holds them: what each puts forward, with what force, in which statement inside which."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox
from rdflib import RDF
from rdflib.namespace import DCTERMS

from legation.ontology.terms import DIP, Modality, ReportingStance

from .node_index import NodeIndex

OUTRIGHT = frozenset(
    map(str, (Modality.asserted, Modality.presupposed, Modality.announced, Modality.expected, Modality.inferred))
)
"""Modalities by which a speaker stands behind the content, the rule of the direct layer (graph.derivation)."""

VOUCHED = frozenset(map(str, (ReportingStance.endorsed, ReportingStance.neutral)))
"""Stances by which a document stands behind the attribution."""

_TRUE = ox.Literal(True)


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim. `chain` is its statement, the one that reports it, and so on outwards; `document` is what ends it."""

    node: ox.NamedNode
    propositions: tuple[ox.Triple, ...]
    negated: bool
    modality: ox.NamedNode | None
    chain: tuple[ox.NamedNode, ...]
    stances: frozenset[str]
    document: ox.NamedNode | None

    @property
    def statement(self) -> ox.NamedNode | None:
        """The statement that the claim is put forward in."""
        return self.chain[0] if self.chain else None

    @property
    def is_outright(self) -> bool:
        """Whether the speaker stands behind the content and the document behind every attribution on the way to it."""
        modal = self.modality is not None and self.modality.value in OUTRIGHT
        return modal and not self.negated and bool(self.stances) and self.stances <= VOUCHED


def read_claims(index: NodeIndex) -> tuple[Claim, ...]:
    """Every claim in the order of the IRIs."""
    return tuple(_claim(index, node) for node in index.instances(DIP.Claim))


def _claim(index: NodeIndex, node: ox.NamedNode) -> Claim:
    chain = _chain(index, index.node(node, DIP.assertedIn))
    return Claim(
        node,
        _propositions(index, node),
        _TRUE in index.values(node, DIP.negated),
        index.node(node, DIP.modality),
        chain,
        frozenset(stance.value for statement in chain for stance in index.nodes(statement, DIP.reportingStance)),
        index.node(chain[-1], DCTERMS.isPartOf) if chain else None,
    )


def _chain(index: NodeIndex, statement: ox.NamedNode | None) -> tuple[ox.NamedNode, ...]:
    chain: list[ox.NamedNode] = []
    while statement is not None and statement not in chain:  # data that no shape has seen may run in a circle
        chain.append(statement)
        statement = index.node(statement, DIP.reportedIn)
    return tuple(chain)


def _propositions(index: NodeIndex, node: ox.NamedNode) -> tuple[ox.Triple, ...]:
    found = []
    for proposition in index.values(node, DIP.proposition):
        parts = [index.values(proposition, part) for part in (RDF.subject, RDF.predicate, RDF.object)]
        if all(len(part) == 1 for part in parts):
            subject, predicate, value = (part[0] for part in parts)
            if isinstance(subject, ox.NamedNode) and isinstance(predicate, ox.NamedNode):  # else K21 refuses it
                found.append(ox.Triple(subject, predicate, value))
    return tuple(sorted(found, key=str))
