"""Lookups behind the pages: some properties of many things at once, and the names of everything that is found.

A page collects what it will show in a few rounds, each one query, and asks for the names last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pyoxigraph as ox
from rdflib.namespace import TIME

from legation.graph.description import LABELS
from legation.graph.identifiers import is_valid_iri
from legation.graph.store import Store
from legation.graph.times import BOUNDS

from .view_models import Display

if TYPE_CHECKING:
    from .subjects import Subject

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Properties = Mapping[str, tuple[Term, ...]]
"""Values by property."""
THINGS_MAX = 2000
"""Things that one page asks about in one round; a page shows fewer."""
BY_TEXT = "ORDER BY STR(?o) LANG(?o)"
"""Terms in order of their texts. ORDER BY ?o would end this process: the order of values of many datatypes is not
total in Oxigraph 0.5, and its sorting gives up by aborting (graph.sparql_chain)."""
NEVER = "9999"
"""What sorts a thing without a date behind every dated one."""


class Found:
    """Properties of things, by IRI and property; a thing that was not found has none."""

    def __init__(self, rows: Iterable[tuple[Term | None, ...]] = ()) -> None:
        self._known: dict[str, dict[str, list[Term]]] = {}
        for subject, predicate, object_ in rows:
            if isinstance(subject, ox.NamedNode) and isinstance(predicate, ox.NamedNode) and object_ is not None:
                values = self._known.setdefault(subject.value, {}).setdefault(predicate.value, [])
                if object_ not in values:
                    values.append(object_)

    def values(self, iri: str, predicate: str) -> tuple[Term, ...]:
        """The values of a property, each once."""
        return tuple(self._known.get(iri, {}).get(str(predicate), ()))

    def iris(self, iri: str, predicate: str) -> tuple[str, ...]:
        """Those of them that are IRIs."""
        return tuple(term.value for term in self.values(iri, predicate) if isinstance(term, ox.NamedNode))

    def iri(self, iri: str, predicate: str) -> str | None:
        """The first of them."""
        return next(iter(self.iris(iri, predicate)), None)

    def says(self, iri: str, predicate: str, value: Term) -> bool:
        """Whether a property has this value."""
        return value in self.values(iri, predicate)

    def every(self, predicate: str) -> set[str]:
        """The IRIs that any thing has under a property."""
        return {iri for thing in self._known for iri in self.iris(thing, predicate)}

    @property
    def things(self) -> tuple[str, ...]:
        """The things that were found, in the order of their IRIs."""
        return tuple(sorted(self._known))


def nodes(iris: Iterable[str]) -> str:
    """IRIs as a query writes them, at most `THINGS_MAX`; what would break a query is left out."""
    return " ".join(f"<{iri}>" for iri in sorted(filter(is_valid_iri, set(iris)))[:THINGS_MAX])


def listed(store: Store, variable: str, pattern: str, most: int) -> tuple[list[str], int]:
    """The IRIs that a pattern binds to a variable, the first `most` of them, and how many there are."""
    where = f"{{ {pattern} }} FILTER(isIRI(?{variable}))"
    rows = store.select(f"SELECT DISTINCT ?{variable} WHERE {{ {where} }} ORDER BY STR(?{variable}) LIMIT {most}")
    found = [term.value for (term,) in rows if isinstance(term, ox.NamedNode)]
    if len(rows) < most:
        return found, len(found)
    counted = store.select(f"SELECT (COUNT(DISTINCT ?{variable}) AS ?n) WHERE {{ {where} }}")[0][0]
    assert isinstance(counted, ox.Literal)
    return found, int(counted.value)


def properties_of(store: Store, iris: Iterable[str], predicates: Iterable[str]) -> Found:
    """These properties of these things, in one query."""
    things = nodes(iris)
    if not things:
        return Found()
    asked = " ".join(f"<{predicate}>" for predicate in predicates)
    return Found(
        store.select(f"SELECT ?s ?p ?o WHERE {{ VALUES ?s {{ {things} }} VALUES ?p {{ {asked} }} ?s ?p ?o }} {BY_TEXT}")
    )


def display_of(subject: Subject, terms: Iterable[Term | str | None]) -> Display:
    """A display that knows the names of these terms beside those of the description."""
    iris = {str(getattr(term, "value", term)) for term in terms if isinstance(term, ox.NamedNode | str)}
    return Display(subject.reader, [*subject.description.triples, *names_of(subject.site.store, iris)])


def names_of(store: Store, iris: Iterable[str]) -> list[ox.Triple]:
    """The names of things in every language, in one query."""
    things, labels = nodes(iris), " ".join(f"<{label}>" for label in LABELS)
    if not things:
        return []
    return store.construct(
        f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?s {{ {things} }} VALUES ?p {{ {labels} }} ?s ?p ?o }}"
    )


def times_of(store: Store, iris: Iterable[str]) -> Found:
    """When things are dated (time:hasTime) and the bounds of those times, in one query."""
    things, asked = nodes(iris), " ".join(f"<{bound}>" for bound in BOUNDS)
    if not things:
        return Found()
    return Found(
        store.select(
            f"SELECT ?s ?p ?o WHERE {{ {{ VALUES ?s {{ {things} }} VALUES ?p {{ <{TIME.hasTime}> }} ?s ?p ?o }} UNION "
            f"{{ VALUES ?thing {{ {things} }} VALUES ?p {{ {asked} }} ?thing <{TIME.hasTime}> ?s . ?s ?p ?o }} }} "
            f"{BY_TEXT}"
        )
    )


def begins(times: Found, iri: str) -> str:
    """What a thing sorts by in order of time: the earliest day it may begin on, else the last it may end on."""
    for bound in BOUNDS:
        days = [
            term.value
            for time in times.iris(iri, str(TIME.hasTime))
            for term in times.values(time, bound)
            if isinstance(term, ox.Literal)
        ]
        if days:
            return min(days)
    return NEVER
