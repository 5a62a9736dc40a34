"""Dated things on one axis, as a table of rows with a strip each: what, when in words, and where on the axis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox
from rdflib import URIRef
from rdflib.namespace import TIME

from legation.graph.times import Bounds
from legation.ontology.terms import DIP

from .charts import Axis, Span, Strip, axis, strip
from .dates import in_words
from .speech import Speech
from .testimony import STANDINGS, Account, Reading, Source, Testimony
from .view_models import Value, undirected


@dataclass(frozen=True, slots=True)
class Link:
    """What ties something to the page's thing: what that stands on, by way of which parts of it, and who says so."""

    standing: str
    parts: tuple[Value, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Dated:
    """Something with a time: what it is called here, the thing itself if it has a page, and what dates it.

    `reading` is the time with its standing and sources; None where no time is stated. `is_aside` holds for what is no
    part of the thing that the page is about: what came before it, what came after. A time `is_announcement` where it is
    that of the announcement, nothing else being stated. What `lasts` has a beginning and
    an end to look for; `link` is what ties it to the page's thing, where that is told here, and `letter` what a picture
    calls it.
    """

    label: str
    thing: Value | None
    reading: Reading | None
    bounds: Bounds = field(default_factory=Bounds)
    is_aside: bool = False
    is_announcement: bool = False
    lasts: bool = False
    link: Link | None = None
    letter: str = ""

    @property
    def span(self) -> Span:
        """The same bounds as days."""
        return Span.of(self.bounds)


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of a timeline: its time in words, its ends that are not stated, and a strip if any bound is known."""

    dated: Dated
    words: str
    silences: tuple[str, ...]
    strip: Strip | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """Rows over one axis; `axis` is None where no bound of any is known."""

    lanes: tuple[Lane, ...]
    axis: Axis | None


def timeline(rows: Sequence[Dated], say: Speech) -> Timeline:
    """The rows in the order in which they are given, over an axis that holds all their bounds."""
    over = axis(row.span for row in rows)
    return Timeline(tuple(_lane(row, over, say) for row in rows), over)


def _lane(row: Dated, over: Axis | None, say: Speech) -> Lane:
    drawn = strip(row.span, over) if over is not None else None
    return Lane(row, undirected(in_words(say, row.bounds)), _silences(row.span, say) if row.lasts else (), drawn)


def _silences(span: Span, say: Speech) -> tuple[str, ...]:
    """Which end of something that lasts is not stated; nothing for what is one day, or somewhere between two."""
    if not span.days or span.is_known_day or span.is_somewhere_within:
        return ()
    begins, ends = (span.earliest_begin or span.latest_begin), (span.earliest_end or span.latest_end)
    unstated = ((begins, say("time_begin_unstated")), (ends, say("time_end_unstated")))
    return tuple(sentence for bound, sentence in unstated if bound is None)


def link_of(readings: Sequence[Reading], parts: tuple[Value, ...] = ()) -> Link:
    """What some readings tie together: by the firmest of them, on the word of all who say so."""
    sources = {source for reading in readings for voice in reading.voices for source in voice.sources}
    firmest = min((reading.standing for reading in readings), key=STANDINGS.index)
    return Link(firmest, parts, tuple(sorted(sources, key=lambda source: source.number)))


def own_times(told: Testimony, iri: str, predicate: URIRef, label: str, *, lasts: bool = False) -> list[Dated]:
    """The times that a thing has, or is said to have, under one property."""
    readings = told.account(iri, str(predicate)).readings
    return [Dated(label, None, reading, told.bounds(reading.term), lasts=lasts) for reading in readings]


def dated(told: Testimony, node: ox.NamedNode, label: str, *, is_aside: bool = False) -> list[Dated]:
    """A thing by each of its times; by when it was announced where it has none, and once without a time at the last."""
    thing = told.display.value(node)
    readings = told.account(node.value, str(TIME.hasTime)).readings
    rows = [Dated(label, thing, reading, told.bounds(reading.term), is_aside) for reading in readings]
    if rows:
        return rows
    said = [
        Dated(label, thing, reading, bounds, is_aside, is_announcement=True)
        for _, reading, bounds in announcements(told, node.value)
    ]
    return said[:1] or [Dated(label, thing, None, is_aside=is_aside)]


def announcements(told: Testimony, iri: str) -> list[tuple[Value, Reading, Bounds]]:
    """The statements in which a measure is made known, each with its time."""
    return [
        (told.display.value(node), reading, told.bounds(reading.term))
        for node in named_in(told.account(iri, str(DIP.announcedIn)))
        for reading in told.account(node.value, str(TIME.hasTime)).readings
    ]


def named_in(account: Account) -> list[ox.NamedNode]:
    """The things that an account names, apart from what is only denied."""
    return [r.term for r in account.readings if isinstance(r.term, ox.NamedNode) and r.standing != "denied"]


def in_order(rows: Iterable[Dated]) -> list[Dated]:
    """The rows by time; those without any last, in the order given."""
    return sorted(rows, key=lambda row: row.bounds.order)
