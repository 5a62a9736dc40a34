"""Shapes in plain words: what a rule looks at and what it asks (SHACL, W3C Recommendation 20 July 2017, section 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox
from rdflib import RDF, SH
from rdflib.namespace import SKOS

from .view_models import Value, key_of
from .vocabulary_index import TARGETS, targets
from .vocabulary_listing import Piece
from .vocabulary_wording import Wording

_SH = str(SH)
_DEPTH_MAX = 6
"""How deep parts are told inside one another; a shape that holds itself ends there."""
_TARGET_KEYS = dict(zip(TARGETS, ("rule_of_class", "rule_with_property", "rule_values_of", "rule_just"), strict=True))


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a shape asks: words, the terms they end with, what is asked inside it, and a query."""

    text: str
    values: tuple[Value, ...] = ()
    inside: tuple[Line, ...] = ()
    query: tuple[Piece, ...] = ()


class _Shape:
    """A shape while it is put into words; `depth` counts the shapes that it is a part of."""

    def __init__(self, wording: Wording, key: str, depth: int = 0) -> None:
        self.wording, self.key, self.depth = wording, key, depth
        self._said: dict[str, list[object]] = {}
        for triple in wording.index.forward.get(key, ()):
            self._said.setdefault(triple.predicate.value, []).append(triple.object)

    def terms(self, name: str) -> list[object]:
        """The values of one property of SHACL, lists taken apart."""
        return [member for term in self._said.get(_SH + name, ()) for member in _members(self.wording, term)]

    def first(self, name: str) -> object | None:
        """A value of one property, as it is; None where there is none."""
        return next(iter(self._said.get(_SH + name, ())), None)

    def number(self, name: str) -> int | None:
        """A count; None where there is none."""
        return next((int(term.value) for term in self.terms(name) if isinstance(term, ox.Literal)), None)

    def parts(self, name: str) -> tuple[Line, ...]:
        """The shapes that one property leads to, a line each."""
        return tuple(_part(_Shape(self.wording, key_of(term), self.depth + 1)) for term in self.terms(name))

    def others(self) -> Iterator[tuple[str, object]]:
        """What no words are known for: a property of SHACL and a value."""
        for predicate, terms in self._said.items():
            if predicate.startswith(_SH) and predicate.removeprefix(_SH) not in _TOLD:
                yield from ((predicate, term) for term in terms)


def applies_to(wording: Wording, rule: str) -> tuple[Line, ...]:
    """What the rule looks at: kinds of things, whatever has a property, or values of one."""
    found: dict[str, list[str]] = {}
    for by, term in targets(rule):
        found.setdefault(by, []).append(term)
    return tuple(Line(wording.say(_TARGET_KEYS[by]), wording.words(terms)) for by, terms in found.items())


def path(wording: Wording, shape: str) -> Value | None:
    """The property, or the path of properties, whose values the shape is about; None where it is about the node."""
    first = _Shape(wording, shape).first("path")
    if isinstance(first, ox.NamedNode):
        return wording.word(first.value)
    return None if first is None else Value(_path_text(wording, first), is_verbatim=True)


def asks(wording: Wording, shape: str) -> tuple[Line, ...]:
    """What the shape asks, a line a constraint."""
    return _asks(_Shape(wording, shape))


def _asks(shape: _Shape) -> tuple[Line, ...]:
    if shape.depth > _DEPTH_MAX:
        return ()
    told = (line for tell in _TELLERS for line in tell(shape))
    return (*told, *_others(shape))


def _part(shape: _Shape) -> Line:
    """A part in one line: on which property, and what is asked there."""
    say, inside = shape.wording.say, _asks(shape)
    about = path(shape.wording, shape.key)
    if about is not None and about.iri == str(SKOS.inScheme):
        schemes = (key_of(term) for term in shape.terms("hasValue"))
        return Line(say("rule_in_scheme"), shape.wording.words(schemes))
    if about is not None:
        return Line(say("rule_on"), (about,), inside)
    return inside[0] if len(inside) == 1 else Line(say("rule_all"), inside=inside)


# Constraints, in the order in which they are told ---------------------------------------------------------------


def _counts(shape: _Shape) -> Iterator[Line]:
    least, most = shape.number("minCount"), shape.number("maxCount")
    yield from map(Line, _between(shape, least, most, "rule_exactly", "rule_min", "rule_max"))


def _lengths(shape: _Shape) -> Iterator[Line]:
    least, most = shape.number("minLength"), shape.number("maxLength")
    yield from map(Line, _between(shape, least, most, "rule_length", "rule_min_length", "rule_max_length"))


def _between(shape: _Shape, least: int | None, most: int | None, exactly: str, low: str, high: str) -> Iterator[str]:
    count = shape.wording.say.count
    if least is not None and least == most:
        yield count(exactly, least)
    else:
        if least:
            yield count(low, least)
        if most is not None:
            yield count(high, most)


_PHRASES: Mapping[str, str] = {
    "class": "rule_class",
    "datatype": "rule_datatype",
    "nodeKind": "rule_node_kind",
    "hasValue": "rule_has_value",
    "in": "rule_in",
    "languageIn": "rule_language_in",
    "pattern": "rule_pattern",
    "minInclusive": "rule_min_inclusive",
    "maxInclusive": "rule_max_inclusive",
    "minExclusive": "rule_min_exclusive",
    "maxExclusive": "rule_max_exclusive",
    "equals": "rule_equals",
    "disjoint": "rule_disjoint",
    "lessThan": "rule_less_than",
    "lessThanOrEquals": "rule_less_than_or_equals",
}
"""The constraints that are told by a few words and the terms they name."""


def _phrases(shape: _Shape) -> Iterator[Line]:
    for name, key in _PHRASES.items():
        terms = shape.terms(name)
        if terms:
            yield Line(shape.wording.say(key), tuple(_value(shape.wording, term) for term in terms))


def _languages(shape: _Shape) -> Iterator[Line]:
    if ox.Literal(True) in shape.terms("uniqueLang"):
        yield Line(shape.wording.say("rule_unique_lang"))


def _closed(shape: _Shape) -> Iterator[Line]:
    if ox.Literal(True) in shape.terms("closed"):
        here = shape.wording
        own = [iri for term in shape.terms("property") for iri in here.index.objects(key_of(term), str(SH.path))]
        yield Line(here.say("rule_closed"), here.words([*map(key_of, shape.terms("ignoredProperties")), *own]))


def _qualified(shape: _Shape) -> Iterator[Line]:
    inside = shape.parts("qualifiedValueShape")
    least, most = shape.number("qualifiedMinCount"), shape.number("qualifiedMaxCount")
    for text in _between(shape, least, most, "rule_exactly_such", "rule_min_such", "rule_max_such") if inside else ():
        yield Line(text, inside=inside)


_COMBINED: Mapping[str, str] = {
    "and": "rule_and",
    "or": "rule_or",
    "xone": "rule_xone",
    "not": "rule_not",
    "node": "rule_and",
    "property": "rule_and",
}
"""How shapes are put together, and the words before the shapes."""


def _combined(shape: _Shape) -> Iterator[Line]:
    for name, key in _COMBINED.items():
        inside = shape.parts(name)
        if inside and key == "rule_and":
            yield from inside
        elif inside:
            yield Line(shape.wording.say(key), inside=inside)


def _queries(shape: _Shape) -> Iterator[Line]:
    for term in shape.terms("sparql"):
        for text in shape.wording.index.literals(key_of(term), str(SH.select)):
            yield Line(shape.wording.say("rule_query"), query=shape.wording.code(text))


_TELLERS: tuple[Callable[[_Shape], Iterator[Line]], ...] = (
    _counts, _phrases, _lengths, _languages, _qualified, _combined, _closed, _queries,
)  # fmt: skip
_TOLD = {
    *_PHRASES, *_COMBINED, "minCount", "maxCount", "minLength", "maxLength", "uniqueLang", "closed",
    "ignoredProperties", "qualifiedValueShape", "qualifiedMinCount", "qualifiedMaxCount", "sparql", "path", "severity",
    "message", "prefixes", "select", "targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode",
}  # fmt: skip


def _others(shape: _Shape) -> Iterator[Line]:
    """What no words are known for, by the name of its property."""
    for predicate, term in shape.others():
        name = shape.wording.display.property(predicate)
        yield Line(name.text, (_value(shape.wording, term),))


def _value(wording: Wording, term: object) -> Value:
    """A term of a constraint; a literal as Turtle writes it, a text or a pattern without its quotation marks."""
    if isinstance(term, ox.NamedNode):
        known = wording.display.name(term.value) if term.value.startswith(str(SH)) else None
        return known or wording.word(term.value)
    text = term.value if isinstance(term, ox.Literal) and not term.language else wording.turtle(term)
    return Value(text, is_verbatim=True)


def _members(wording: Wording, term: object) -> list[object]:
    """The members of a list; any other term alone."""
    found: list[object] = []
    seen: set[str] = set()
    at, is_list = term, False
    while isinstance(at, ox.BlankNode) and at.value not in seen:
        seen.add(at.value)
        cell = {t.predicate.value: t.object for t in wording.index.forward.get(at.value, ())}
        if str(RDF.first) not in cell:
            break
        is_list = True
        found.append(cell[str(RDF.first)])
        at = cell.get(str(RDF.rest))
    return found if is_list else [term]


_STEPS = {"inversePath": "^{}", "zeroOrMorePath": "{}*", "oneOrMorePath": "{}+", "zeroOrOnePath": "{}?"}


def _path_text(wording: Wording, term: object) -> str:
    """A path as SPARQL writes it (SHACL, section 2.3.1)."""
    if isinstance(term, ox.NamedNode):
        return wording.index.prefixed(term.value)
    members = _members(wording, term)
    if members != [term]:
        return "/".join(_path_text(wording, member) for member in members)
    for triple in wording.index.forward.get(key_of(term), ()):
        name = triple.predicate.value.removeprefix(str(SH))
        if name == "alternativePath":
            return "(" + "|".join(_path_text(wording, member) for member in _members(wording, triple.object)) + ")"
        if name in _STEPS:
            return _STEPS[name].format(_path_text(wording, triple.object))
    return key_of(term)
