"""What answers the same need as a query that is not run: the document, the graph or the dump. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urljoin

from legation.graph.identifiers import Base, thing_path
from legation.graph.sparql_grammar import declared_namespaces, prologue_length
from legation.graph.sparql_tokens import Kind, Token, tokenised

NAMED_MAX = 3
"""A query that names more things or graphs than this is about the release, not about them."""


@dataclass(frozen=True, slots=True)
class WayOn:
    """An address that costs no computing time, and the sentence that says what is there."""

    address: str
    sentence: str


def ways_on(written: str, graphs: Collection[str], base: Base, chosen: Sequence[str] = ()) -> tuple[WayOn, ...]:
    """Where to read on instead of asking `written`, a text that the guard has passed.

    `graphs` are the IRIs of the release's graphs, `chosen` those that the request chose beside the query. The documents
    of the things that the query names; else the graphs of ours that it names; else the dumps.
    """
    named = dict.fromkeys([*_named(written, base), *chosen])
    things = [path for iri in named if (path := thing_path(base, iri))]
    if 0 < len(things) <= NAMED_MAX:
        return tuple(_document(base.document(path)) for path in things)
    own = [iri for iri in named if iri in graphs and iri.startswith(base.graph(""))]
    if not things and 0 < len(own) <= NAMED_MAX:
        return tuple(WayOn(iri, f"The whole graph is at {iri}.") for iri in own)
    dumps = base.resolve("dumps/")
    return (WayOn(dumps, f"The whole release can be taken from {dumps} and asked without limits at your side."),)


def _document(address: str) -> WayOn:
    return WayOn(address, f"What the query names is described at {address}, which costs no computing time.")


def _named(written: str, base: Base) -> Iterator[str]:
    """The absolute IRIs that a query names after its prologue, in order."""
    tokens = tokenised(written)
    start = prologue_length(tokens)
    root = base.iri
    for word, iri in pairwise(tokens[:start]):
        if word.kind is Kind.WORD and word.text.upper() == "BASE":
            root = _joined(root, iri.text[1:-1])
    namespaces = declared_namespaces(tokens[:start])
    for token in tokens[start:]:
        if token.kind is Kind.IRI:
            yield _joined(root, token.text[1:-1])
        elif token.kind is Kind.NAME:
            yield from _expanded(token, namespaces, root)


def _expanded(token: Token, namespaces: dict[str, str], root: str) -> Iterator[str]:
    label, _, local = token.text.partition(":")
    if label in namespaces:
        yield _joined(root, namespaces[label]) + local.replace("\\", "")


def _joined(root: str, iri: str) -> str:
    """The absolute IRI (RFC 3986, section 5.2); as it is written where it is none, for then it is nothing of ours."""
    try:
        return urljoin(root, iri)
    except ValueError:
        return iri
