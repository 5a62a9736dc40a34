"""The geometry of the pages' pictures of time: where a time with bounds lies on an axis, and how many people when.

Pure: dates and numbers in, places out; templates draw them. Across, a place is in percent of the picture's width, so
that a picture fits any width while its text keeps its size; down, it is in CSS pixels.

A time is known by up to four bounds (SEM's uncertain interval): it begins between two days and ends between two days,
and any of the four may be missing. What is drawn of it keeps three things apart: where it surely lies, where it may
lie, and the side on which nothing bounds it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from legation.graph.times import Bounds

TICKS_MAX = 5
TICK_GAP_MIN = 14.0
"""Percent between two ticks at least: their names must fit between them in a picture of 280 pixels."""
_EDGE = 7.0
"""Percent at each end of an axis that no known day reaches: room for what is open there."""
_SPREAD_MIN_DAYS = 8
"""An axis spans at least so many days, so that a single day is a place on it and not the whole of it."""
_MONTH_DAYS = (range(1, 32), range(1, 30, 2), range(1, 27, 5), (1, 11, 21), (1, 16))
"""Days of a month that are round enough to mark, from the finest series."""
_MONTH_STEPS = (1, 2, 3, 6)
_YEAR_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_STAFF_TOP, _STAFF_ROOM, _STAFF_FOOT = 28, 200, 6
"""Pixels above the highest rule for a label, from there down to zero, and below that."""


@dataclass(frozen=True, slots=True)
class Span:
    """Bounds of a time, each a day or None: it begins between the first two and ends between the last two."""

    earliest_begin: date | None = None
    latest_begin: date | None = None
    earliest_end: date | None = None
    latest_end: date | None = None

    @classmethod
    def of(cls, bounds: Bounds) -> Span:
        """The bounds of a time as days; what is no day of the years 1 to 9999 bounds nothing here."""
        return cls(*map(_day, bounds.days))

    @property
    def days(self) -> tuple[date, ...]:
        """The bounds that are known, from the earliest."""
        return tuple(sorted(day for day in self._bounds if day is not None))

    @property
    def is_known_day(self) -> bool:
        """Whether all four bounds are one day."""
        return self.earliest_begin is not None and len(set(self._bounds)) == 1

    @property
    def is_somewhere_within(self) -> bool:
        """Whether begin and end have the same bounds: it may be one day or all of them."""
        begins, ends = (self.earliest_begin, self.latest_begin), (self.earliest_end, self.latest_end)
        return begins == ends and None not in begins and not self.is_known_day

    @property
    def _bounds(self) -> tuple[date | None, ...]:
        return (self.earliest_begin, self.latest_begin, self.earliest_end, self.latest_end)


@dataclass(frozen=True, slots=True)
class Tick:
    """A day marked on an axis; `unit` is how finely it is to be named: day, month or year.

    `names_year` is set where the year must be said beside a day or month; `anchor` says on which side of the place its
    text stands, and `is_spare` that a narrow picture can do without it.
    """

    x: float
    day: date
    unit: str
    names_year: bool
    anchor: str
    is_spare: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """A stretch of time laid over the width of a picture; `start` and `end` are ordinals of days."""

    start: float
    end: float
    ticks: tuple[Tick, ...]

    def x(self, ordinal: float) -> float:
        """The place of a moment, in percent."""
        return _placed(ordinal, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of an axis, in percent."""

    x: float
    width: float

    @property
    def right(self) -> float:
        """Where it ends."""
        return round(self.x + self.width, 2)


@dataclass(frozen=True, slots=True)
class Strip:
    """A time as drawn: `possible` is where it may lie, `certain` where it surely does, `point` a day that is known.

    `fences` are the days between which it lies and that are known; on a side that `opens` nothing bounds it.
    """

    possible: Stretch
    certain: Stretch | None
    point: float | None
    fences: tuple[float, ...]
    opens_left: bool
    opens_right: bool


@dataclass(frozen=True, slots=True)
class Count:
    """A number of people or posts at a time: `key` tells its mark apart, `is_limit` that it may be less."""

    span: Span
    number: int
    key: str
    is_limit: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """A number as drawn: its strip at the height of the number, and where its label stands."""

    count: Count
    strip: Strip
    y: float
    label_x: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the picture at a round number."""

    number: int
    y: float


@dataclass(frozen=True, slots=True)
class StaffChart:
    """Numbers over time, on a scale that begins at zero."""

    height: int
    levels: tuple[Level, ...]
    rules: tuple[Rule, ...]


def _day(text: str) -> date | None:
    """The day of an `xsd:date` or `xsd:dateTime`."""
    try:
        return date.fromisoformat(text[:10]) if text[4:5] == "-" else None
    except ValueError:
        return None


def axis(spans: Iterable[Span]) -> Axis | None:
    """The axis that holds every known bound of these times; None where no bound is known."""
    days = sorted(day for span in spans for day in span.days)
    if not days:
        return None
    first, last = days[0].toordinal(), days[-1].toordinal() + 1
    lacking = max(0, _SPREAD_MIN_DAYS - (last - first))
    start, end = first - lacking / 2, last + lacking / 2
    edge = (end - start) * _EDGE / (100 - 2 * _EDGE)
    start, end = start - edge, end + edge
    return Axis(start, end, _ticks(start, end))


def strip(span: Span, over: Axis) -> Strip | None:
    """The time on an axis that holds it; None where no bound is known."""
    if not span.days:
        return None
    left = over.x(span.earliest_begin.toordinal()) if span.earliest_begin else 0.0
    right = over.x(span.latest_end.toordinal() + 1) if span.latest_end else 100.0
    return Strip(
        possible=_stretch(left, right),
        certain=_certain(span, over),
        point=over.x(span.days[0].toordinal() + 0.5) if span.is_known_day else None,
        fences=_fences(span, over),
        opens_left=span.earliest_begin is None,
        opens_right=span.latest_end is None,
    )


def _fences(span: Span, over: Axis) -> tuple[float, ...]:
    """The places of the bounds: the first moment of a day that begins something, the last of one that ends it."""
    begins = [over.x(day.toordinal()) for day in (span.earliest_begin, span.latest_begin) if day]
    ends = [over.x(day.toordinal() + 1) for day in (span.earliest_end, span.latest_end) if day]
    if span.is_somewhere_within or span.is_known_day:
        return (begins[0], ends[-1])
    return tuple(dict.fromkeys((*begins, *ends)))


def _certain(span: Span, over: Axis) -> Stretch | None:
    """From its latest beginning to its earliest end, if it is sure to last that long."""
    begin, end = span.latest_begin, span.earliest_end
    if begin is None or end is None or end < begin:
        return None
    return _stretch(over.x(begin.toordinal()), over.x(end.toordinal() + 1))


def staff(counts: Sequence[Count], over: Axis, head: int = 0) -> StaffChart:
    """Numbers over time, below so many pixels left for other things; those whose time has no bound are not drawn."""
    step = _step(max((count.number for count in counts), default=0))
    top = max(step, math.ceil(max((count.number for count in counts), default=0) / step) * step)

    def y(number: int) -> float:
        return round(head + _STAFF_TOP + _STAFF_ROOM * (1 - number / top), 1)

    levels = []
    for count in counts:
        drawn = strip(count.span, over)
        if drawn is not None:
            label_x, anchor = _label_place(drawn)
            levels.append(Level(count, drawn, y(count.number), label_x, anchor))
    rules = tuple(Rule(number, y(number)) for number in range(0, top + 1, step))
    return StaffChart(head + _STAFF_TOP + _STAFF_ROOM + _STAFF_FOOT, tuple(levels), rules)


def _label_place(drawn: Strip) -> tuple[float, str]:
    """Where a number stands: at the end of its strip that is known, on the side where there is room."""
    known = drawn.point if drawn.point is not None else drawn.fences[0] if drawn.opens_right else drawn.fences[-1]
    if drawn.opens_left and drawn.opens_right:
        known = drawn.fences[0]
    return known, "start" if known < 50 else "end"


def _step(largest: int) -> int:
    """A round number that goes into the scale about four times."""
    wanted = max(1.0, largest / 4)
    unit = 10 ** math.floor(math.log10(wanted))
    return int(next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= wanted))


def _ticks(start: float, end: float) -> tuple[Tick, ...]:
    """Round days on the axis: the finest round steps of which there are not too many."""
    series = _rounds(start, end)
    unit, days = next((found for found in series if _fits(found[1], start, end)), ("day", []))
    fresh = [True, *(before.year != after.year for before, after in pairwise(days))]
    return tuple(
        _tick(_placed(day.toordinal(), start, end), day, unit, names_year, is_spare=n % 2 == 1)
        for n, (day, names_year) in enumerate(zip(days, fresh, strict=True))
    )


def _fits(days: Sequence[date], start: float, end: float) -> bool:
    """Whether there are some days, not too many, and none too close to the next."""
    places = [_placed(day.toordinal(), start, end) for day in days]
    return 0 < len(days) <= TICKS_MAX and all(two - one >= TICK_GAP_MIN for one, two in pairwise(places))


def _tick(x: float, day: date, unit: str, names_year: bool, *, is_spare: bool) -> Tick:
    anchor = "start" if x < 4 else "end" if x > 96 else "middle"
    return Tick(x, day, unit, names_year and unit != "year", anchor, is_spare)


def _rounds(start: float, end: float) -> Iterable[tuple[str, list[date]]]:
    """Series of round days within the axis, from the finest, none of them with many more than is of use."""
    first, last = math.ceil(start), math.floor(end)
    lowest, highest = date.fromordinal(max(1, first)), date.fromordinal(min(date.max.toordinal(), max(1, last)))
    for of_month in _MONTH_DAYS:
        if (last - first) / 31 * len(of_month) <= TICKS_MAX + 2:
            yield "day", _days(lowest, highest, of_month)
    for step in _MONTH_STEPS:
        if (last - first) / (28 * step) <= TICKS_MAX + 1:
            yield "month", _months(lowest, highest, step)
    for step in _YEAR_STEPS:
        if (last - first) / (365 * step) <= TICKS_MAX + 1:
            yield "year", _years(lowest, highest, step)


def _days(lowest: date, highest: date, of_month: Sequence[int]) -> list[date]:
    every = (lowest + timedelta(days=n) for n in range((highest - lowest).days + 1))
    return [day for day in every if day.day in of_month]


def _months(lowest: date, highest: date, step: int) -> list[date]:
    first, last = lowest.year * 12 + lowest.month - 1, highest.year * 12 + highest.month - 1
    found = [date(month // 12, month % 12 + 1, 1) for month in range(first, last + 1) if month % step == 0]
    return [day for day in found if lowest <= day <= highest]


def _years(lowest: date, highest: date, step: int) -> list[date]:
    found = [date(year, 1, 1) for year in range(lowest.year, highest.year + 1) if year % step == 0]
    return [day for day in found if lowest <= day <= highest]


def _placed(ordinal: float, start: float, end: float) -> float:
    return round(100 * (ordinal - start) / (end - start), 2)


def _stretch(left: float, right: float) -> Stretch:
    return Stretch(round(left, 2), round(right - left, 2))
