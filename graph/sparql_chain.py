"""Queries that are small by their form: chains of triples that begin at a named node.

    SELECT ?who ?name { <claim/c7> dip:assertedIn ?act . ?act dip:speaker ?who OPTIONAL { ?who rdfs:label ?name } }

In a chain every subject is an IRI or a variable that was an object before, so a store that goes from triple to triple
makes at most (triples of one subject) ^ (triples of the query) steps, whatever else it holds: a bound that is known
before the query is run. No such query needs a process that can be killed.

    chain_of ─ the tokens of a query ─> Chain, or None for everything that is not plainly one

Only what stands here is taken for a chain:

- SELECT with variables or `*`, ASK, or CONSTRUCT with a template of triples without blank nodes;
- one group: first triples (SPARQL 1.1, section 19.8, without paths, blank nodes, lists or anything in braces), then
  OPTIONAL groups of one triple and FILTERs in any order. An OPTIONAL goes on from what stands before every OPTIONAL:
  a variable that may be unbound would match every node;
- a FILTER of comparisons, arithmetic and functions whose work and result are no larger than what they are given: no
  EXISTS, no REPLACE or CONCAT, which can be nested until their result fills the memory, no regular expressions;
- ORDER BY variables that stand as a subject or a predicate, and are therefore no literals; LIMIT and OFFSET. Sorting
  literals of many datatypes may abort the process: Oxigraph 0.5 compares them in an order that is not total.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .sparql_tokens import Kind, Token

TOKENS_MAX = 80
_SORTED_COSTS, _FILTERED_COSTS = 4, 10
"""How many steps the sorting of a row may take, sixteen comparisons where there are 50 000 rows; and a FILTER of a row,
which may read through a long text."""
_FUNCTIONS = frozenset(
    {
        "BOUND", "SAMETERM", "STR", "LANG", "LANGMATCHES", "DATATYPE", "ISIRI", "ISURI", "ISBLANK", "ISLITERAL",
        "ISNUMERIC", "STRLEN", "CONTAINS", "STRSTARTS", "STRENDS", "YEAR", "MONTH", "DAY", "HOURS", "MINUTES", "ABS",
        "ROUND", "CEIL", "FLOOR", "IN", "NOT", "TRUE", "FALSE",
    }
)  # fmt: skip
"""Words of a FILTER whose work and result are bounded by their arguments (SPARQL 1.1, section 17.4)."""
_OPERATORS = frozenset({"(", ")", ",", "=", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "&&", "||", "!"})
_ENTITIES = frozenset({Kind.IRI, Kind.NAME})
_LITERALS = frozenset({Kind.STRING, Kind.NUMBER})
_AFTER_TRIPLES = frozenset({"}", "OPTIONAL", "FILTER"})
_END = Token(Kind.MARK, "", -1)


@dataclass(frozen=True, slots=True)
class Chain:
    """How many triples of a chain have a predicate that is named, and how many a variable in its place.

    `costs` is how many steps each of them may take: for filters, for sorting, and for the triples of a template.
    """

    named: int
    open: int
    costs: int = 1

    def steps_max(self, of_subject: int, of_property: int) -> int:
        """The most steps to its answer where a subject has so many triples, and so many with one predicate."""
        return int(max(1, of_property) ** self.named * max(1, of_subject) ** self.open) * self.costs


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
        self._in_template = False
        self._filters = 0
        self._reached: set[str] = set()
        self._nodes: set[str] = set()
        self._in_option = False
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
        costs = self._form()
        self._skip("WHERE")
        self._group()
        if self._skip("ORDER"):
            self._need("BY")
            self._sorting()
            costs += _SORTED_COSTS
        while self._skip("LIMIT", "OFFSET"):
            if self._take().kind is not Kind.NUMBER:
                raise _NoChain
        if self._next is not _END or not self._named + self._open:
            raise _NoChain
        return Chain(self._named, self._open, costs + _FILTERED_COSTS * self._filters)

    def _form(self) -> int:
        """The form and what it says of the answer; how many steps it may take to write a row of it."""
        if self._skip("CONSTRUCT"):
            return max(1, self._template())
        if not self._skip("ASK"):
            self._need("SELECT")
            self._skip("DISTINCT")
            self._projection()
        return 1

    def _template(self) -> int:
        """The triples of a template: what they are made of need not have been reached. How many there are."""
        self._need("{")
        self._in_template = True
        while not self._skip("}"):
            self._subject()
        written = self._named + self._open
        self._in_template, self._named, self._open = False, 0, 0
        self._reached.clear()
        return written

    def _group(self) -> None:
        """A group in braces: triples, then OPTIONAL groups and FILTERs."""
        self._need("{")
        while self._next.text.upper() not in _AFTER_TRIPLES:
            self._subject()
        while not self._skip("}"):
            if self._skip("OPTIONAL"):
                self._option()
            else:
                self._need("FILTER")
                self._filter()
            self._skip(".")

    def _option(self) -> None:
        """One triple that may be missing; nothing goes on from what it reaches. Of two the engine may read all there
        are of the second before it knows the first."""
        reached, triples = set(self._reached), self._named + self._open
        self._need("{")
        self._in_option = True
        self._subject()
        self._in_option = False
        self._need("}")
        if self._named + self._open != triples + 1:
            raise _NoChain
        self._reached = reached

    def _filter(self) -> None:
        """A bracketed expression, or the call of a function."""
        if self._next.text != "(" and self._take().text.upper() not in _FUNCTIONS:
            raise _NoChain
        self._need("(")
        self._filters += 1
        depth = 1
        while depth:
            token = self._take()
            depth += (token.text == "(") - (token.text == ")") if token.kind is Kind.MARK else 0
            if token.kind in {Kind.VARIABLE, Kind.IRI, Kind.NAME} and self._next.text != "(":
                continue  # an IRI before a bracket is a function, a cast for instance
            if token.kind in _LITERALS:
                self._rest_of_literal()
            elif token.text.upper() not in (_OPERATORS if token.kind is Kind.MARK else _FUNCTIONS):
                raise _NoChain

    def _sorting(self) -> None:
        """Variables that are never literals, each alone or in the brackets of ASC or DESC."""
        sorts = 0
        while (bracketed := self._skip("ASC", "DESC")) or self._next.kind is Kind.VARIABLE:
            if bracketed:
                self._need("(")
            key = self._take()
            if key.kind is not Kind.VARIABLE or key.text[1:] not in self._nodes:
                raise _NoChain
            if bracketed:
                self._need(")")
            sorts += 1
        if not sorts:
            raise _NoChain

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
        is_reached = subject.kind is Kind.VARIABLE and (self._in_template or subject.text[1:] in self._reached)
        if subject.kind not in _ENTITIES and not is_reached:
            raise _NoChain
        if is_reached and not self._in_option:  # what an option goes on from may be a literal: then it is missing
            self._is_node(subject)
        self._predicate()
        while self._skip(";"):
            self._predicate()
        if not self._skip(".") and self._next.text.upper() not in _AFTER_TRIPLES:
            raise _NoChain

    def _predicate(self) -> None:
        predicate = self._take()
        is_open = predicate.kind is Kind.VARIABLE
        if not is_open and predicate.kind not in _ENTITIES and predicate.text != "a":
            raise _NoChain
        if is_open:
            self._is_node(predicate)
        self._object(is_open=is_open)
        while self._skip(","):
            self._object(is_open=is_open)

    def _object(self, *, is_open: bool) -> None:
        found = self._take()
        if found.kind is Kind.VARIABLE:
            self._reached.add(found.text[1:])  # ?x is $x (section 4.1.3)
        elif found.kind in _LITERALS:
            self._rest_of_literal()
        elif found.kind not in _ENTITIES:
            raise _NoChain
        self._open += is_open
        self._named += not is_open

    def _is_node(self, variable: Token) -> None:
        """A variable that no solution binds to a literal: it is a subject or a predicate of what is asked."""
        if not self._in_template:
            self._nodes.add(variable.text[1:])

    def _rest_of_literal(self) -> None:
        if self._next.kind is Kind.LANGUAGE:
            self._at += 1
        elif self._skip("^^") and self._take().kind not in _ENTITIES:
            raise _NoChain
