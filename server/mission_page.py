"""The page of a mission: whose it is and to whom, its staff over time, what touched it, its states and accreditations.

Numbers of different bases are never put on one scale (dip:countBasis): each basis has its own picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyoxigraph as ox
from rdflib import RDF, URIRef
from rdflib.namespace import ORG, TIME

from legation.graph.times import Bounds
from legation.ontology.terms import DIP, SCHEMA

from .accounts import accounts, other_accounts, standings_of, synopsis, testimony_of
from .charts import Axis, Count, Span, StaffChart, Strip, axis, staff, strip
from .dates import in_words
from .subjects import Subject
from .testimony import Account, Reading, Testimony
from .timelines import Dated, Link, dated, in_order, link_of, own_times, timeline
from .view_models import Value, undirected

_WHO = {"sent_by": DIP.sendingParty, "received_by": DIP.receivingParty}
_WHERE = (DIP.missionType, SCHEMA.location, DIP.hostState)
_LISTED = (*_WHO.values(), *_WHERE, ORG.classification)
_LOOKED_FOR = (DIP.missionType, SCHEMA.location)
_PARTS = (DIP.ofMission, DIP.stateOf, DIP.forMission, DIP.requestedFor, ORG.memberOf, ORG.postIn)
_OF_ACCREDITATION = (DIP.holder, DIP.accreditedBy, DIP.accreditationKind, DIP.endedBy)
_OF_REQUEST = (DIP.candidate, DIP.requestedBy, DIP.requestStatus)
_TOUCHING = (DIP.affects, DIP.bringsAbout)
PIN_ROW = 16
"""The height of a row of letters above a picture of numbers, in CSS pixels."""


def _values(*predicates: URIRef) -> str:
    return " ".join(f"<{predicate}>" for predicate in predicates)


_PART_PATTERNS = (
    f"VALUES ?q {{ {_values(*_PARTS)} }} ?thing ?q <%s>",
    f"VALUES ?q {{ {_values(*_PARTS)} }} ?p <{RDF.object}> <%s> ; <{RDF.predicate}> ?q ; <{RDF.subject}> ?thing",
)
"""What belongs to a mission: numbers of staff, states, accreditations and requests for them, people and posts."""
_OF_IT = f"{{ BIND(<%s> AS ?part) }} UNION {{ VALUES ?of {{ {_values(*_PARTS)} }} ?part ?of <%s> }}"
_MEASURE_PATTERNS = (
    f"{_OF_IT} VALUES ?q {{ {_values(*_TOUCHING)} }} ?thing ?q ?part",
    f"?part <{DIP.forMission}> <%s> ; <{DIP.endedBy}> ?thing",
    f"{_OF_IT} VALUES ?q {{ {_values(*_TOUCHING)} }} ?p <{RDF.object}> ?part ; <{RDF.predicate}> ?q ; "
    f"<{RDF.subject}> ?thing",
)
"""Measures that affect the mission or what belongs to it, bring about its states and ceilings, or end accreditation."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a mission's staff: how it is known, what it counts, when; `is_limit` for the most that there may be.

    `reading` is the number with its sources; None where no number is given, as for a ceiling by parity.
    """

    level: Value
    reading: Reading | None
    basis: Value | None
    category: Value | None
    when: Value | None
    bounds: Bounds
    words: str
    is_limit: bool

    @property
    def number(self) -> int | None:
        """The number; None for what is no whole number that can be drawn."""
        literal = self.reading.term if self.reading else None
        text = literal.value if isinstance(literal, ox.Literal) else ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


@dataclass(frozen=True, slots=True)
class Pin:
    """A measure in a picture of numbers, by its letter in the list of measures; `row` keeps letters apart."""

    letter: str
    label: str
    strip: Strip
    x: float
    row: int


@dataclass(frozen=True, slots=True)
class Picture:
    """The numbers of one basis over time, with the measures on the same axis."""

    basis: Value | None
    chart: StaffChart
    axis: Axis
    pins: tuple[Pin, ...]
    numbers: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class Granted:
    """An accreditation, or a request for one, with what is said of it."""

    thing: Value
    accounts: tuple[Account, ...]


def shown(subject: Subject) -> dict[str, object]:
    """What `mission.html` shows beside what every thing has."""
    told, iri, say = testimony_of(subject, _PART_PATTERNS, _MEASURE_PATTERNS), subject.iri, subject.reader.say
    who = {key: told.account(iri, str(predicate)) for key, predicate in _WHO.items()}
    where = accounts(told, iri, _WHERE, _LOOKED_FOR)
    numbers = numbers_of(told, iri, subject)
    touching = _touching(told, subject)
    states = states_of(told, iri, subject)
    accreditations, requests = (
        _granted(told, iri, link, predicates)
        for link, predicates in ((DIP.forMission, _OF_ACCREDITATION), (DIP.requestedFor, _OF_REQUEST))
    )
    others = other_accounts(told, subject, _LISTED)
    every = [*who.values(), *where, *others, *(a for g in (*accreditations, *requests) for a in g.accounts)]
    return {
        "synopsis": synopsis((*who.values(), *where)),
        "who": who,
        "where": where,
        "numbers": numbers,
        "pictures": pictures(numbers, touching),
        "touching": timeline(touching, say),
        "states": timeline(states, say),
        "accreditations": accreditations,
        "requests": requests,
        "others": others,
        "standings": standings_of(every)
        | {number.reading.standing for number in numbers if number.reading}
        | {row.link.standing for row in touching if row.link},
        "tension_pairs": told.tensions(),
        "sources": told.sources,
    }


def numbers_of(told: Testimony, mission: str, subject: Subject) -> tuple[Number, ...]:
    """The staff of a mission in the order of time, what is only expected after what has the same bounds."""
    found = [n for level in told.subjects(str(DIP.ofMission), mission) for n in _numbers(told, level, subject)]
    return tuple(
        sorted(found, key=lambda n: (n.bounds.order, n.reading is not None and n.reading.standing == "expected"))
    )


def _numbers(told: Testimony, level: ox.NamedNode, subject: Subject) -> list[Number]:
    readings: Sequence[Reading | None] = told.account(level.value, str(DIP.headcount)).readings or (None,)
    times = told.account(level.value, str(TIME.hasTime)).readings
    when = next((reading for reading in times if reading.standing != "denied"), None)
    basis, category = (told.index.node(level, predicate) for predicate in (DIP.countBasis, DIP.staffCategory))
    bounds = told.bounds(when.term) if when else Bounds()
    return [
        Number(
            level=told.display.value(level),
            reading=reading,
            basis=told.display.value(basis) if basis else None,
            category=told.display.value(category) if category else None,
            when=when.value if when else None,
            bounds=bounds,
            words=undirected(in_words(subject.reader.say, bounds)),
            is_limit=told.index.is_instance(level, DIP.StaffCeiling),
        )
        for reading in readings
    ]


def pictures(numbers: Sequence[Number], touching: Sequence[Dated] = ()) -> tuple[Picture, ...]:
    """A picture for each basis of which a number can be drawn, all over one axis with the measures on it."""
    over = axis([*(Span.of(number.bounds) for number in numbers), *(row.span for row in touching)])
    if over is None:
        return ()
    by_basis: dict[Value | None, list[Number]] = {}
    for number in numbers:
        if number.number is not None and Span.of(number.bounds).days:
            by_basis.setdefault(number.basis, []).append(number)
    pins = _pins(touching, over)
    head = PIN_ROW * (1 + max((pin.row for pin in pins), default=0))
    return tuple(
        Picture(basis, staff([_count(number) for number in found], over, head), over, pins, tuple(found))
        for basis, found in by_basis.items()
    )


def _count(number: Number) -> Count:
    assert number.number is not None
    assert number.reading is not None
    return Count(Span.of(number.bounds), number.number, number.reading.standing, number.is_limit)


def _pins(touching: Sequence[Dated], over: Axis) -> tuple[Pin, ...]:
    """The measures that have a place on the axis; letters that would touch go into different rows."""
    pins: list[Pin] = []
    for row in touching:
        drawn = strip(row.span, over)
        if drawn is not None:
            x = drawn.point or drawn.fences[0]
            taken = {pin.row for pin in pins if abs(pin.x - x) < 6}
            free = next(n for n in range(len(taken) + 1) if n not in taken)
            pins.append(Pin(row.letter, row.thing.text if row.thing else row.label, drawn, x, free))
    return tuple(pins)


def _touching(told: Testimony, subject: Subject) -> list[Dated]:
    """The measures that touched the mission, in order, with what of it each touched and who says so."""
    say, iri = subject.reader.say, subject.iri
    parts = [ox.NamedNode(iri), *(node for link in _PARTS for node in told.subjects(str(link), iri))]
    links: dict[ox.NamedNode, list[tuple[str, Reading]]] = {}
    for part in dict.fromkeys(parts):
        for predicate in _TOUCHING:
            for measure in told.subjects(str(predicate), part.value):
                links.setdefault(measure, []).append((part.value, told.reading(measure.value, str(predicate), part)))
        for ending in told.account(part.value, str(DIP.endedBy)).readings:
            if isinstance(ending.term, ox.NamedNode):
                links.setdefault(ending.term, []).append((part.value, ending))
    rows = [
        replace(row, link=_link(told, iri, found))
        for measure, found in links.items()
        for row in dated(told, measure, _kind_of(told, measure) or say("mission_measure"))[:1]
    ]
    return [replace(row, letter=letter_of(n)) for n, row in enumerate(in_order(rows))]


def _link(told: Testimony, iri: str, found: Sequence[tuple[str, Reading]]) -> Link:
    """How a measure touches the mission: through which parts of it, where not outright, and on whose word."""
    parts = [] if iri in {part for part, _ in found} else [part for part, _ in found]
    touched = tuple(told.display.value(ox.NamedNode(part)) for part in dict.fromkeys(parts))
    return link_of([reading for _, reading in found], touched)


def _kind_of(told: Testimony, measure: ox.NamedNode) -> str:
    kind = told.index.node(measure, DIP.measureType)
    return told.display.value(kind).text if kind is not None else ""


def letter_of(number: int) -> str:
    """The letters of a list: a to z, then aa, ab, …"""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return (letter_of(number // 26 - 1) if number >= 26 else "") + letters[number % 26]


def states_of(told: Testimony, mission: str, subject: Subject) -> list[Dated]:
    """The states of a mission in the order of time, each by its times."""
    say = subject.reader.say
    rows = []
    for state in told.subjects(str(DIP.stateOf), mission):
        status = told.index.node(state, DIP.missionStatus)
        label = told.display.value(status).text if status is not None else say("mission_state")
        times = own_times(told, state.value, TIME.hasTime, label, lasts=True) or [Dated(label, None, None)]
        rows += [replace(row, thing=told.display.value(state)) for row in times]
    return in_order(rows)


def _granted(told: Testimony, mission: str, link: URIRef, predicates: Sequence[URIRef]) -> tuple[Granted, ...]:
    return tuple(
        Granted(told.display.value(node), accounts(told, node.value, predicates, predicates[-1:]))
        for node in told.subjects(str(link), mission)
    )
