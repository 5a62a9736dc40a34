"""A query as a foreign engine is given it: no dataset clause, no comment, no graph beyond the release.

The guard (graph.sparql_text) has seen the text before, and Oxigraph's parser has taken it. What is done here closes
what other engines leave open: Virtuoso adds the graphs of FROM to those of the request, where the request should win
(SPARQL 1.1 Protocol, section 2.1.4); gives ASK and COUNT(*) a row for a GRAPH that is not in the dataset; and calls its
own built-in and stored procedures for functions in `bif:` and `sql:`, as Jena loads classes for `java:`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urljoin

from .errors import QueryRefused
from .sparql_grammar import prologue_length
from .sparql_tokens import Kind, Token, tokenised

_INNER_SCHEMES = ("bif:", "sql:", "java:")
_ESCAPED = re.compile(r"\\(.)")
_BLANK = re.compile(r"[ \t\r\n]*")


class TermRefused(QueryRefused):
    """A function or predicate of one engine's own, which would reach into that engine."""

    def __init__(self, term: str) -> None:
        self.term = term
        super().__init__(f"{term} is a term of one engine alone, and is not asked of it here")


@dataclass(frozen=True, slots=True)
class Dataset:
    """What a query may see: absolute IRIs of graphs. `none` is a graph that holds nothing, here or anywhere.

    `default` are the graphs whose union the default graph is; `named` are those that GRAPH and parameters may name.
    """

    default: tuple[str, ...]
    named: tuple[str, ...]
    none: str

    def chosen(self, default: Sequence[str], named: Sequence[str]) -> Dataset:
        """The dataset of a request that names graphs: those of the release among them, else the empty one."""
        if not default and not named:
            return self
        return Dataset(self._known(default), self._known(named), self.none)

    def _known(self, iris: Sequence[str]) -> tuple[str, ...]:
        known = frozenset(self.named)
        return tuple(iri for iri in dict.fromkeys(iris) if iri in known) or (self.none,)


@dataclass(frozen=True, slots=True)
class RemoteQuery:
    """A text to send, and the graphs to send with it as default-graph-uri and named-graph-uri; neither is empty."""

    text: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]


def for_engine(
    text: str, base: str | None, dataset: Dataset, default: Sequence[str] = (), named: Sequence[str] = ()
) -> RemoteQuery:
    """The query for an engine: the request's graphs win over FROM (SPARQL 1.1 Protocol, section 2.1.4).

    `text` has passed the guard, `base` is what its relative IRIs are resolved against. Raises TermRefused for a term in
    a scheme by which an engine calls into itself.
    """
    tokens = tokenised(text)
    resolve = _Resolver(tokens[: prologue_length(tokens)], base or "")
    _refuse_inner_terms(tokens, resolve)
    clauses = list(_dataset_clauses(tokens))
    if not default and not named:
        default = [resolve(tokens[end - 1]) for _, end, is_named in clauses if not is_named]
        named = [resolve(tokens[end - 1]) for _, end, is_named in clauses if is_named]
    seen = dataset.chosen(default, named)
    replaced = {at: "" for start, end, _ in clauses for at in range(start, end)}
    replaced |= dict.fromkeys(_graphs_outside(tokens, resolve, seen), f"<{seen.none}>")
    prologue = f"BASE <{base}>\n" if base else ""
    named_graphs = tuple(dict.fromkeys((*seen.named, seen.none)))
    return RemoteQuery(prologue + _written(text, tokens, replaced), seen.default, named_graphs)


class _Resolver:
    """Absolute IRIs for the IRI and name tokens of one query, by its prologue (SPARQL 1.1 Query, section 4.1.1)."""

    def __init__(self, prologue: Sequence[Token], base: str) -> None:
        self._base = base
        self._namespaces: dict[str, str] = {}
        for word, token in pairwise(prologue):
            if token.kind is Kind.IRI and word.text.upper() == "BASE":
                self._base = self(token)
            elif token.kind is Kind.IRI and word.kind is Kind.NAME:
                self._namespaces[word.text[:-1]] = self(token)

    def __call__(self, token: Token) -> str:
        if token.kind is Kind.IRI:
            return urljoin(self._base, token.text[1:-1]) if self._base else token.text[1:-1]
        label, _, local = token.text.partition(":")
        return self._namespaces.get(label, f"{label}:") + _ESCAPED.sub(r"\1", local)


def _refuse_inner_terms(tokens: Sequence[Token], resolve: _Resolver) -> None:
    for token in tokens:
        if token.kind in {Kind.IRI, Kind.NAME}:
            iri = resolve(token)
            if iri.lower().startswith(_INNER_SCHEMES) or token.text[1:].lower().startswith(_INNER_SCHEMES):
                raise TermRefused(iri)


def _dataset_clauses(tokens: Sequence[Token]) -> Iterator[tuple[int, int, bool]]:
    """Where each FROM starts and ends, and whether it is FROM NAMED (section 13.2); Oxigraph needs no space between."""
    words = [token.text.upper() if token.kind is Kind.WORD else "" for token in (*tokens, *tokens[:1])]
    for at, word in enumerate(words[:-1]):
        if word in {"FROM", "FROMNAMED"}:
            is_apart = word == "FROM" and words[at + 1] == "NAMED"
            yield at, min(at + 2 + is_apart, len(tokens)), is_apart or word == "FROMNAMED"


def _graphs_outside(tokens: Sequence[Token], resolve: _Resolver, seen: Dataset) -> Iterator[int]:
    for at, (word, graph) in enumerate(pairwise(tokens), start=1):
        is_constant = word.kind is Kind.WORD and word.text.upper() == "GRAPH" and graph.kind in {Kind.IRI, Kind.NAME}
        if is_constant and resolve(graph) not in seen.named:
            yield at


def _written(text: str, tokens: Sequence[Token], replaced: Mapping[int, str]) -> str:
    """The text again, some tokens replaced, and a line end for every comment: nobody else need find its end."""
    pieces, done = [], 0
    for at, token in enumerate(tokens):
        gap = text[done : token.offset]
        pieces += [gap if _BLANK.fullmatch(gap) else "\n", replaced.get(at, token.text)]
        done = token.end
    return "".join(pieces)
