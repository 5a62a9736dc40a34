"""Queries that are small by their form: chains of triples that begin at a named node.

    SELECT ?who { <claim/c7> dip:assertedIn ?act . ?act dip:speaker ?who }

In a chain every subject is an IRI or a variable that was an object before, so a store that goes from triple to triple
makes at most (triples of one subject) ^ (triples of the query) steps, whatever else it holds: a bound that is known
before the query is run. No such query needs a process that can be killed.

    chain_of ─ the tokens of a query ─> Chain, or None for everything that is not plainly one

Only what stands here is taken for a chain: SELECT with variables or `*`, or ASK; one group of triples (SPARQL 1.1,
section 19.8, without paths, blank nodes, lists or anything in braces); a LIMIT.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .sparql_tokens import Kind, Token

TOKENS_MAX = 80
_ENTITIES = frozenset({Kind.IRI, Kind.NAME})
_LITERALS = frozenset({Kind.STRING, Kind.NUMBER})
_END = Token(Kind.MARK, "", -1)


@dataclass(frozen=True, slots=True)
class Chain:
    """How many triples of a chain have a predicate that is named, and how many a variable in its place."""

    named: int
    open: int

    def steps_max(self, of_subject: int, of_property: int) -> int:
        """The most steps to its answer where a subject has so many triples, and so many with one predicate."""
        return int(max(1, of_property) ** self.named * max(1, of_subject) ** self.open)


class _NoChain(Exception):
    """Something that is not plainly a chain."""


def chain_of(tokens: Sequence[Token]) -> Chain | None:
    """The chain that a query is; `tokens` follow its prologue."""
    if len(tokens) > TOKENS_MAX:
        return None
    try:
        return _Reader(tokens).query()
    except _NoChain:
        return None


class _Reader:
    """Reads the tokens of a chain from left to right; raises _NoChain at the first that does not belong."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens, self._at = tokens, 0
        self._reached: set[str] = set()
        self._named = self._open = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else _END

    def _take(self) -> Token:
        token = self._next
        self._at += 1
        return token

    def _skip(self, *words: str) -> bool:
        """Take the next token where it is one of these marks or keywords."""
        found = self._next.kind in {Kind.MARK, Kind.WORD} and self._next.text.upper() in words
        self._at += found
        return found

    def _need(self, *words: str) -> None:
        if not self._skip(*words):
            raise _NoChain

    def query(self) -> Chain:
        if not self._skip("ASK"):
            self._need("SELECT")
            self._skip("DISTINCT")
            self._projection()
        self._skip("WHERE")
        self._need("{")
        while not self._skip("}"):
            self._subject()
        if self._skip("LIMIT") and self._take().kind is not Kind.NUMBER:
            raise _NoChain
        if self._next is not _END or not self._named + self._open:
            raise _NoChain
        return Chain(self._named, self._open)

    def _projection(self) -> None:
        if self._skip("*"):
            return
        if self._take().kind is not Kind.VARIABLE:
            raise _NoChain
        while self._next.kind is Kind.VARIABLE:
            self._at += 1

    def _subject(self) -> None:
        """One subject with its predicates and objects, and the dot behind them, which the last needs not have."""
        subject = self._take()
        is_reached = subject.kind is Kind.VARIABLE and subject.text[1:] in self._reached  # ?x is $x (section 4.1.3)
        if subject.kind not in _ENTITIES and not is_reached:
            raise _NoChain
        self._predicate()
        while self._skip(";"):
            self._predicate()
        if not self._skip(".") and self._next.text != "}":
            raise _NoChain

    def _predicate(self) -> None:
        predicate = self._take()
        is_open = predicate.kind is Kind.VARIABLE
        if not is_open and predicate.kind not in _ENTITIES and predicate.text != "a":
            raise _NoChain
        self._object(is_open=is_open)
        while self._skip(","):
            self._object(is_open=is_open)

    def _object(self, *, is_open: bool) -> None:
        found = self._take()
        if found.kind is Kind.VARIABLE:
            self._reached.add(found.text[1:])
        elif found.kind in _LITERALS:
            self._rest_of_literal()
        elif found.kind not in _ENTITIES:
            raise _NoChain
        self._open += is_open
        self._named += not is_open

    def _rest_of_literal(self) -> None:
        if self._next.kind is Kind.LANGUAGE:
            self._at += 1
        elif self._skip("^^") and self._take().kind not in _ENTITIES:
            raise _NoChain
