"""How a reference page calls and links terms: ours by their names, other people's by their prefixed names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

import pyoxigraph as ox
from rdflib import RDF, XSD

from legation.ontology.terms import W3ID

from .speech import Speech
from .view_models import DESCRIBING, NAMING, NOTING, Display, Reader, Row, Term, Value
from .vocabulary_index import Index, Source, index, rule_number
from .vocabulary_listing import Listing, Piece, code, prose

_NATIVE = frozenset(map(str, (XSD.integer, XSD.boolean, XSD.decimal)))
_EXAMPLES = ("https://example.org/", "http://example.org/")
"""Where the names of the examples live (RFC 2606): no link leads there."""


@dataclass(frozen=True, slots=True)
class Point:
    """One thing told of a term: what is told, and the values that tell it."""

    name: Value
    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Wording:
    """The words of one page of the reference, for one reader; `vocabulary` is the IRI of what the page describes."""

    reader: Reader
    vocabulary: str
    index: Index = field(default_factory=index)

    @property
    def say(self) -> Speech:
        """The sentences of the reader's language."""
        return self.reader.say

    @cached_property
    def display(self) -> Display:
        """Values in the reader's language, with the names that the shapes and the ontology give."""
        return Display(self.reader, chain.from_iterable(self.index.forward.values()))

    def href(self, iri: str) -> str | None:
        """Where a link for a term leads: on this page, to another page of ours, or out; None where nothing is there."""
        is_term = iri.startswith(str(W3ID)) and "#" in iri
        if iri.startswith(_EXAMPLES) or (is_term and iri not in self.index.forward):
            return None
        return iri.removeprefix(self.vocabulary) if iri.startswith(f"{self.vocabulary}#") else self.reader.href(iri)

    def leads(self, name: str) -> str | None:
        """Where a prefixed name, or an IRI in angle brackets, leads."""
        prefix, _, local = name.partition(":")
        iri = name[1:-1] if name.startswith("<") else self.index.expanded(prefix, local)
        return self.href(iri) if iri else None

    def word(self, iri: str) -> Value:
        """A term: one of ours by its label, any other by its prefixed name."""
        named = self.display.name(iri) if iri.startswith(str(W3ID)) else None
        if named is not None:
            return Value(named.text, named.language, self.href(iri), iri, self.index.prefixed(iri))
        return Value(self.index.prefixed(iri), None, self.href(iri), iri, is_verbatim=True)

    def words(self, iris: Iterable[str]) -> tuple[Value, ...]:
        """Terms in the order given."""
        return tuple(map(self.word, iris))

    def rule(self, iri: str) -> Value:
        """A rule by its sentence, its number as code."""
        word = self.word(iri)
        return Value(word.text, word.language, word.href, iri, iri.partition("#")[2].partition("-")[0])

    def point(self, key: str, iris: Iterable[str]) -> Point:
        """Terms under the name that the sentence `key` gives them."""
        return Point(Value(self.say(key)), self.words(iris))

    def term(self, iri: str, told: Iterable[str] = ()) -> Term:
        """The head of a term's section; its rows are what neither the head tells nor, of `told`, the section."""
        triples = self.index.forward.get(iri, ())
        anchor, number = iri.partition("#")[2], rule_number(iri)
        hidden = {*NAMING, *DESCRIBING, *NOTING, *told}
        return Term(
            anchor=anchor,
            iri=iri,
            code=self.index.prefixed(iri),
            number=anchor.partition("-")[0] if number is not None else "",
            kinds=tuple(self.index.prefixed(kind) for kind in self.index.objects(iri, str(RDF.type))),
            label=self.display.name(iri) or Value(anchor),
            definition=self.display.texts(triples, DESCRIBING),
            notes=self.display.texts(triples, NOTING),
            rows=self.rows(triples, hidden),
        )

    def rows(self, triples: Iterable[ox.Triple], hidden: Iterable[str]) -> tuple[Row, ...]:
        """Whatever else is said of a term, foreign words by their prefixed names."""
        return self.display.rows(triples, hidden=hidden)

    def text(self, value: Value) -> tuple[Piece, ...]:
        """A text with the terms in it linked."""
        return prose(value.text, self.leads)

    def code(self, text: str) -> tuple[Piece, ...]:
        """Turtle or SPARQL with the terms in it linked."""
        return code(text, self.leads)

    def listing(self, source: Source) -> Listing:
        """An example as shown."""
        return Listing(source.name, f"example-{source.stem}", source.prefixes, self.code(source.body))

    def turtle(self, node: object) -> str:
        """A node as Turtle writes it, with the page's prefixes."""
        if isinstance(node, ox.NamedNode):
            return self.index.prefixed(node.value)
        if not isinstance(node, ox.Literal):
            return "[ … ]"
        if node.datatype.value in _NATIVE:
            return node.value
        tail = f"@{node.language}" if node.language else ""
        if not tail and node.datatype.value != str(XSD.string):
            tail = f"^^{self.index.prefixed(node.datatype.value)}"
        return f'"{node.value}"{tail}'
