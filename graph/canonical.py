"""The canonical form of a dataset (RDF Dataset Canonicalization 1.0, W3C Recommendation 2024) and its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from operator import itemgetter

import pyoxigraph as ox


def canonical_quads(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """The distinct quads with blank nodes labelled `c14n0`, `c14n1`, … (RDFC-1.0, section 4), in canonical order."""
    distinct = list(dict.fromkeys(quads))
    content = canonical_n_quads(distinct)
    if may_have_blank(content) and any(_has_blank(quad) for quad in distinct):
        dataset = ox.Dataset(distinct)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        distinct = list(dataset)
        content = canonical_n_quads(distinct)
    lines = sorted(zip(content.splitlines(), distinct, strict=True), key=itemgetter(0))
    return [quad for _, quad in lines]


def canonical_n_quads(quads: Iterable[ox.Quad]) -> bytes:
    """Canonical N-Quads (RDFC-1.0, appendix A) of quads that are already canonical and in order."""
    content = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    assert content is not None
    return content


def digest(content: bytes) -> str:
    """SHA-256 of the canonical N-Quads, as 64 hexadecimal digits: a release's name."""
    return hashlib.sha256(content).hexdigest()


def may_have_blank(content: bytes) -> bool:
    """Whether N-Quads or N-Triples may hold a blank node: every label begins so (rule BLANK_NODE_LABEL)."""
    return b"_:" in content


def _has_blank(quad: ox.Quad) -> bool:
    return any(isinstance(term, ox.BlankNode) for term in (quad.subject, quad.object, quad.graph_name))
