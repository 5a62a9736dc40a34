"""Claims as RDF 1.2 reifiers: `claim rdf:reifies <<( subject predicate object )>>`, for engines that know triple terms.

A triple term is mentioned, not stated (RDF 1.2 Concepts), so this view asserts nothing that a source says.
RDF 1.2 lets one reifier reify several triples; a claim with several propositions does.
"""

from __future__ import annotations

import pyoxigraph as ox
from rdflib import RDF

from legation.ontology.terms import DIP

from .claims import read_claims
from .node_index import NodeIndex

REIFIES = ox.NamedNode(str(RDF) + "reifies")
"""Not yet among rdflib's closed names of RDF 1.1."""


def reifier_triples(index: NodeIndex) -> list[ox.Triple]:
    """Each claim with a proposition: its own attributes, and in place of `dip:proposition` the triples it reifies."""
    triples: list[ox.Triple] = []
    for claim in read_claims(index):
        if claim.propositions:
            triples += (t for t in index.triples_of(claim.node) if t.predicate.value != str(DIP.proposition))
            triples += (ox.Triple(claim.node, REIFIES, proposition) for proposition in claim.propositions)
    return triples
