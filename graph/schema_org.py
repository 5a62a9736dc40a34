"""A description in the words of schema.org, as ontology/schema-org.toml says them: a table, and nothing of any article.

What is said is less than the data: no word is used for what schema.org does not know, and dates are told as coarsely as
they are known, so that a search engine is told nothing that the sources do not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
from rdflib import RDF, RDFS
from rdflib.namespace import SKOS

from legation.ontology import schema_org_table
from legation.ontology.terms import DIP, SCHEMA

from .jsonld_compaction import Context
from .prefixes import PREFIXES
from .times import BOUNDS

if TYPE_CHECKING:
    from .description import Description

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_SPACE = str(SCHEMA._NS)
_TYPE = ox.NamedNode(str(RDF.type))
_DATE = ox.NamedNode(_SPACE + "Date")
_NAMES = tuple(map(str, (RDFS.label, SKOS.prefLabel)))
_LINKS = ("sameAs", "url", "license", "mainEntityOfPage", "isPartOf")
"""Properties whose values are addresses, written as plain text."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A property, followed once, or as often as it goes."""

    predicate: str
    repeated: bool


@dataclass(frozen=True, slots=True)
class _Rule:
    """A path of properties and the word for what is at its end."""

    path: tuple[_Step, ...]
    name: str
    of: frozenset[str]
    unless: tuple[tuple[_Step, ...], str] | None


@dataclass(frozen=True, slots=True)
class _Dates:
    """A path to a time, and the words for its begin and its end."""

    path: tuple[_Step, ...]
    of: frozenset[str]
    begin: str
    end: str | None


@dataclass(frozen=True, slots=True)
class _Table:
    """The whole table, names expanded."""

    types: Mapping[str, str]
    default: str
    rules: tuple[_Rule, ...]
    dates: tuple[_Dates, ...]


@cache
def _table() -> _Table:
    read = schema_org_table()
    return _Table(
        {_expanded(entry["class"]): entry["is"] for entry in read["types"]},
        read["default"],
        tuple(
            _Rule(_path(entry["path"]), entry["is"], frozenset(entry.get("of", ())), _unless(entry))
            for entry in read["properties"]
        ),
        tuple(
            _Dates(_path(entry["path"]), frozenset(entry["of"]), entry["begin"], entry.get("end"))
            for entry in read["dates"]
        ),
    )


def _expanded(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def _path(text: str) -> tuple[_Step, ...]:
    return tuple(_Step(_expanded(step.rstrip("*")), step.endswith("*")) for step in text.split("/"))


def _unless(entry: Mapping[str, Any]) -> tuple[tuple[_Step, ...], str] | None:
    condition = entry.get("unless")
    return (_path(condition["path"]), _expanded(condition["is"])) if condition else None


@cache
def schema_org_context() -> Context:
    """The JSON-LD context of this profile: schema.org's words are plain keys, addresses and dates plain texts.

    It stands in the document and not at an address: schema.org's own context has the IRIs with http, and we with https.
    """
    dates = {name for dates in _table().dates for name in (dates.begin, dates.end) if name}
    definitions: dict[str, Any] = {"@vocab": _SPACE}
    definitions |= {name: {"@id": _SPACE + name, "@type": "@id"} for name in _LINKS}
    definitions |= {name: {"@id": _SPACE + name, "@type": _DATE.value} for name in sorted(dates)}
    return Context(definitions)


def in_schema_org(description: Description, document: str) -> list[ox.Triple]:
    """The thing and the claims about it as schema.org has them; `document` is the address of its page."""
    graph = _Graph(description.triples)
    thing = ox.NamedNode(description.iri)
    claims = [
        ox.NamedNode(iri) for iri in graph.instances(str(DIP.Claim), description.claims) if iri != description.iri
    ]
    page = ox.NamedNode(document)
    said = [
        *graph.said(thing),
        *(_said(thing, "subjectOf", claim) for claim in claims),
        *(triple for claim in claims for triple in graph.said(claim)),
        _said(thing, "mainEntityOfPage", page),
        ox.Triple(page, _TYPE, ox.NamedNode(_SPACE + "WebPage")),
        *graph.mapped(page, ("license", "publisher")),
    ]
    mentioned = {t.object for t in said if isinstance(t.object, ox.NamedNode)} - {thing, *claims}
    return list(dict.fromkeys([*said, *(name for node in sorted(mentioned, key=str) for name in graph.names(node))]))


class _Graph:
    """The triples of a description by subject and predicate."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._objects: dict[Term, dict[str, list[Term]]] = {}
        for triple in triples:
            of_subject = self._objects.setdefault(triple.subject, {})
            of_subject.setdefault(triple.predicate.value, []).append(triple.object)

    def instances(self, class_: str, among: Iterable[ox.Triple]) -> list[str]:
        """The IRIs of the things of a class that some triples tell of."""
        kind = ox.NamedNode(class_)
        found = (t.subject for t in among if t.predicate == _TYPE and t.object == kind)
        return list(dict.fromkeys(subject.value for subject in found if isinstance(subject, ox.NamedNode)))

    def said(self, node: ox.NamedNode) -> Iterator[ox.Triple]:
        """Type, properties and dates of a thing."""
        kind = self._kind(node)
        yield ox.Triple(node, _TYPE, ox.NamedNode(_SPACE + kind))
        for rule in _table().rules:
            if not rule.of or kind in rule.of:
                yield from self._by_rule(node, rule)
        for dates in _table().dates:
            if kind in dates.of:
                yield from self._dated(node, dates)

    def mapped(self, node: ox.NamedNode, names: Sequence[str]) -> Iterator[ox.Triple]:
        """Some properties of a node, and no others."""
        for rule in _table().rules:
            if rule.name in names:
                yield from self._by_rule(node, rule)

    def names(self, node: ox.NamedNode) -> Iterator[ox.Triple]:
        """What a thing is called."""
        properties = self._objects.get(node, {})
        for text in next((properties[name] for name in _NAMES if name in properties), ()):
            yield _said(node, "name", text)

    def _kind(self, node: ox.NamedNode) -> str:
        classes = {o.value for o in self._objects.get(node, {}).get(_TYPE.value, ()) if isinstance(o, ox.NamedNode)}
        return next((name for class_, name in _table().types.items() if class_ in classes), _table().default)

    def _by_rule(self, node: ox.NamedNode, rule: _Rule) -> Iterator[ox.Triple]:
        if rule.unless is None or ox.NamedNode(rule.unless[1]) not in self._ends(node, rule.unless[0]):
            yield from (_said(node, rule.name, value) for value in self._ends(node, rule.path))

    def _ends(self, node: Term, path: Sequence[_Step]) -> list[Term]:
        reached = [node]
        for step in path:
            reached = self._all(reached, step.predicate) if step.repeated else self._next(reached, step.predicate)
        return reached

    def _next(self, nodes: Iterable[Term], predicate: str) -> list[Term]:
        return list(dict.fromkeys(o for node in nodes for o in self._objects.get(node, {}).get(predicate, ())))

    def _all(self, nodes: Sequence[Term], predicate: str) -> list[Term]:
        found = last = list(nodes)
        while last := [node for node in self._next(last, predicate) if node not in found]:
            found = [*found, *last]
        return found

    def _dated(self, node: ox.NamedNode, dates: _Dates) -> Iterator[ox.Triple]:
        for when in self._ends(node, dates.path):
            days = [self._day(when, str(bound)) for bound in BOUNDS]
            for name, date in ((dates.begin, as_known(*days[:2])), (dates.end, as_known(*days[2:]))):
                if name and date:
                    yield _said(node, name, ox.Literal(date, datatype=_DATE))

    def _day(self, when: Term, predicate: str) -> str:
        found = self._next([when], predicate)
        return found[0].value if found and isinstance(found[0], ox.Literal) else ""


def as_known(earliest: str, latest: str) -> str | None:
    """A date as coarse as its bounds: the day, month or year that both share (ISO 8601); None where they share none."""
    first, last = earliest[:10].split("-"), latest[:10].split("-")
    if not earliest or not latest or len(first) != 3 or len(last) != 3:
        return None
    shared = [a for place, a in enumerate(first) if first[: place + 1] == last[: place + 1]]
    return "-".join(shared) or None


def _said(node: ox.NamedNode, name: str, value: Term) -> ox.Triple:
    return ox.Triple(node, ox.NamedNode(_SPACE + name), value)
