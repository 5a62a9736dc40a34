"""What every page of a thing begins with: its title, kinds, propositions and evidence, made once for each page.

A page kind (`measure_page`, `claim_page`, …) is given a `Subject` and adds what its own template shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import pyoxigraph as ox
from rdflib import RDF

from legation.graph.description import LABELS, Description
from legation.graph.identifiers import thing_path
from legation.ontology.terms import DIP, OA

from .class_pages import class_counts, plural
from .coined import coined_names
from .site import Site
from .view_models import (
    DESCRIBING,
    NAMING,
    NOTING,
    Display,
    Passage,
    Proposition,
    Reader,
    Row,
    Value,
    class_path,
    key_of,
)

_NAMES = frozenset(map(str, LABELS))
_TOLD = frozenset({*NAMING, *DESCRIBING, *NOTING})
SHOWN_APART = _TOLD.union(map(str, (DIP.evidence, DIP.proposition, DIP.inTensionWith)))
"""Properties that a page shows in places of their own, and not among its rows."""


@dataclass(frozen=True)
class Parts:
    """What belongs to a thing: its contents, its evidence in the order of the text, and whatever is neither."""

    propositions: tuple[Proposition, ...]
    passages: tuple[Passage, ...]
    others: tuple[tuple[Value, tuple[Row, ...]], ...]


@dataclass(frozen=True)
class Subject:
    """A thing whose page is made for a reader, with its description."""

    reader: Reader
    description: Description

    @property
    def site(self) -> Site:
        """The site that shows the page."""
        return self.reader.site

    @property
    def iri(self) -> str:
        """The thing's IRI."""
        return self.description.iri

    @property
    def own(self) -> tuple[ox.Triple, ...]:
        """The triples with the thing as subject."""
        return self.description.own

    @cached_property
    def display(self) -> Display:
        """Turns terms into values, with the names that the description holds and those coined for what has none."""
        coined = coined_names(self.reader, self.site.store, self._nameless())
        return Display(self.reader, self.description.triples, coined)

    def _nameless(self) -> set[str]:
        """The things of ours that the page shows or links and that have no name of their own."""
        told, base = self.description, self.site.base
        named = {t.subject for t in told.triples if t.predicate.value in _NAMES}
        shown = {term for t in (*told.own, *told.parts, *told.incoming) for term in (t.subject, t.object)} - named
        return {n.value for n in shown if isinstance(n, ox.NamedNode) and thing_path(base, n.value) is not None}

    @cached_property
    def classes(self) -> frozenset[str]:
        """The IRIs of the classes that the thing is directly said to be of."""
        return frozenset(
            t.object.value
            for t in self.own
            if t.predicate.value == str(RDF.type) and isinstance(t.object, ox.NamedNode)
        )

    @cached_property
    def kinds(self) -> list[Value]:
        """Its classes as shown; each leads to the list of all things of it, where there is one."""
        kinds = [self.display.value(t.object) for t in self.own if t.predicate.value == str(RDF.type)]
        listed = class_counts(self.site)
        return [
            replace(kind, href=self.reader.page(class_path(kind.iri))) if kind.iri in listed else kind for kind in kinds
        ]

    @cached_property
    def trail(self) -> tuple[Value, ...]:
        """The way down to it: the front page, all classes, and the list of the first of its classes that has one."""
        reader, listed = self.reader, class_counts(self.site)
        ways = [
            Value(reader.say("nav_home"), href=reader.page("")),
            Value(reader.say("classes_title"), href=reader.page("class/")),
        ]
        mine = next((kind.iri for kind in self.kinds if kind.iri in listed), None)
        if mine:
            ways.append(replace(plural(reader, mine), href=reader.page(class_path(mine))))
        return tuple(ways)

    @cached_property
    def title(self) -> Value:
        """Its name, or one coined for want; anything else is called by its kind and path."""
        named = self.display.name(self.iri)
        if named is not None:
            return named
        path = thing_path(self.site.base, self.iri) or self.iri
        return Value(f"{self.kinds[0].text} — {path}" if self.kinds else path)

    @cached_property
    def texts(self) -> list[Value]:
        """What describes it, apart from its title."""
        return [text for text in self.display.texts(self.own, DESCRIBING) if text.text != self.title.text]

    @cached_property
    def document(self) -> str:
        """The address of its document, without extension."""
        return self.site.base.document(thing_path(self.site.base, self.iri) or "")

    @cached_property
    def parts(self) -> Parts:
        """Its propositions, passages and other parts."""
        return _parts(self.display, self.description)

    def objects(self, predicate: str) -> list[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]:
        """The values of one of its properties, in the order of the description."""
        return [t.object for t in self.own if t.predicate.value == str(predicate)]


def _parts(display: Display, description: Description) -> Parts:
    """What belongs to the thing: its contents as propositions, its evidence as passages, and whatever is neither.

    A time that a description tells in full belongs to nothing alone: it has a page of its own.
    """
    grouped: dict[str, list[ox.Triple]] = {}
    for triple in description.parts:
        grouped.setdefault(key_of(triple.subject), []).append(triple)
    propositions, passages, rest = [], [], []
    selectors: set[str] = set()
    for iri, found in grouped.items():
        proposition, passage = _proposition(display, iri, found), _passage(display, iri, found, grouped)
        if proposition is not None:
            propositions.append(proposition)
        elif passage is not None:
            passages.append(passage)
            selectors.update(key_of(t.object) for t in found if t.predicate.value == str(OA.hasSelector))
        else:
            rest.append(iri)
    within = [iri for iri in rest if iri not in selectors and iri.startswith(description.iri + "/")]
    left = [(display.value(ox.NamedNode(iri)), display.rows(grouped[iri])) for iri in within]
    ordered = sorted(passages, key=lambda p: (p.start.zfill(9), p.end.zfill(9)))
    return Parts(tuple(propositions), tuple(ordered), tuple(left))


def _object(triples: Iterable[ox.Triple], predicate: str) -> object | None:
    return next((t.object for t in triples if t.predicate.value == str(predicate)), None)


def _proposition(display: Display, iri: str, triples: list[ox.Triple]) -> Proposition | None:
    subject, predicate, object_ = (_object(triples, str(part)) for part in (RDF.subject, RDF.predicate, RDF.object))
    if subject is None or not isinstance(predicate, ox.NamedNode) or object_ is None:
        return None
    named = display.property(predicate.value)
    return Proposition(display.value(subject), named, display.value(object_), display.reader.href(iri))


def _passage(
    display: Display, iri: str, triples: list[ox.Triple], grouped: Mapping[str, list[ox.Triple]]
) -> Passage | None:
    source, selector = _object(triples, str(OA.hasSource)), _object(triples, str(OA.hasSelector))
    position = grouped.get(key_of(selector), [])
    start, end = _object(position, str(OA.start)), _object(position, str(OA.end))
    if source is None or not isinstance(start, ox.Literal) or not isinstance(end, ox.Literal):
        return None
    return Passage(start.value, end.value, display.value(source), display.reader.href(iri))
