"""Times in words that say no more than their bounds: “between …”, “on or before …”, “from … on”. Pure.

A bound is named as coarsely as the source dates it: `2014/2021-10-18` lies between 2014 and 18 October 2021, not
between 1 January 2014 and that day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from legation.graph.times import Bounds

from .speech import Speech

_PART = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?[~?%]?")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:Z|[+-]\d\d:\d\d)?")


@dataclass(frozen=True, slots=True)
class _Named:
    """A bound in words; `day` is the day alone, empty for a month or a year, and `same_month` the month it is in."""

    text: str
    day: str = ""
    same_month: str = ""


def in_words(say: Speech, bounds: Bounds) -> str:
    """When something is, as a phrase that can stand by itself; it says so where no bound is known."""
    begins, ends = (bounds.earliest_begin, bounds.latest_begin), (bounds.earliest_end, bounds.latest_end)
    if not bounds.is_known:
        return say("when_unknown")
    if begins == ends and all(begins):
        return _within(say, bounds)
    if not any(ends):
        return _begin(say, bounds)
    if not any(begins):
        return _end(say, bounds)
    if begins[0] == begins[1] and ends[0] == ends[1] and begins[0] and ends[0]:
        first, last = _first(say, bounds), _last(say, bounds)
        return _phrase(say, "when_from_to", a=first.text, b=last.text)
    if not begins[1] and not ends[0]:
        return _pair(say, _first(say, bounds), _last(say, bounds))
    return _phrase(say, "when_both", a=_begin(say, bounds), b=_end(say, bounds))


def _within(say: Speech, bounds: Bounds) -> str:
    """A time whose begin and end have the same two bounds: a day, a month or a year, or somewhere between two days."""
    first, last = _first(say, bounds), _last(say, bounds)
    if bounds.earliest_begin == bounds.latest_end:
        return _named(say, bounds.latest_end, "").text
    if first.text == last.text:
        return _phrase(say, "when_in", a=first.text)
    return _pair(say, first, last)


def _pair(say: Speech, first: _Named, last: _Named) -> str:
    is_same_month = first.day and last.day and first.same_month == last.same_month
    return _phrase(say, "when_between", a=first.day if is_same_month else first.text, b=last.text)


def _begin(say: Speech, bounds: Bounds) -> str:
    first = _first(say, bounds)
    latest = _named(say, bounds.latest_begin, "")
    if bounds.earliest_begin and bounds.earliest_begin == bounds.latest_begin:
        return _phrase(say, "when_from", a=first.text)
    if not bounds.latest_begin:
        return _phrase(say, "when_on_or_after" if first.day else "when_in_or_after", a=first.text)
    if not bounds.earliest_begin:
        return _phrase(say, "when_begins_by", a=latest.text)
    return _phrase(say, "when_begins_between", a=first.text, b=latest.text)


def _end(say: Speech, bounds: Bounds) -> str:
    last, earliest = _last(say, bounds), _named(say, bounds.earliest_end, "")
    if bounds.latest_end and bounds.earliest_end == bounds.latest_end:
        return _phrase(say, "when_until", a=last.text)
    if not bounds.earliest_end:
        return _phrase(say, "when_on_or_before" if last.day else "when_in_or_before", a=last.text)
    if not bounds.latest_end:
        return _phrase(say, "when_ends_from", a=earliest.text)
    return _phrase(say, "when_ends_between", a=earliest.text, b=last.text)


def _first(say: Speech, bounds: Bounds) -> _Named:
    """The earliest begin, as coarsely as the source has it; the latest one where only that is known."""
    if not bounds.earliest_begin:
        return _named(say, bounds.latest_begin, "")
    return _named(say, bounds.earliest_begin, bounds.edtf.partition("/")[0], "-01-01", "-01")


def _last(say: Speech, bounds: Bounds) -> _Named:
    if not bounds.latest_end:
        return _named(say, bounds.earliest_end, "")
    return _named(say, bounds.latest_end, bounds.edtf.rpartition("/")[2], "-12-31", "-28", "-29", "-30", "-31")


def _named(say: Speech, day: str, edtf: str, *edges: str) -> _Named:
    """A day in words; the month or year that `edtf` has in its place, where the day is the edge of it."""
    coarse, exact = _PART.fullmatch(edtf), _DAY.match(day)
    if coarse and not coarse[3] and any(day == edtf.rstrip("~?%") + edge for edge in edges):
        return _Named(say.month(coarse[1], coarse[2]) if coarse[2] else coarse[1])
    text = say.date(day)
    if not exact or text == day:
        return _Named(text)
    number = "1er" if say.language == "fr" and exact[3] == "01" else str(int(exact[3]))
    article = "le " if say.language == "fr" else ""
    return _Named(article + text, article + number, f"{exact[1]}-{exact[2]}")


def _phrase(say: Speech, key: str, **facts: str) -> str:
    """A sentence with dates in it; French contracts its prepositions with the article that a day has."""
    text = say(key, **facts)
    if say.language == "fr":
        text = re.sub(r"\bde le (?=\d)", "du ", text)
        text = re.sub(r"\bà le (?=\d)", "au ", text)
    return text
