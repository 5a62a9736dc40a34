"""The geometry of the pictures of time: nothing is drawn that the bounds do not say."""

from __future__ import annotations

from datetime import date

import pytest

from legation.graph.times import Bounds
from legation.server.charts import TICKS_MAX, Axis, Count, Span, Strip, axis, staff, strip

DAY = date(2021, 10, 18)
KNOWN = Span(DAY, DAY, DAY, DAY)
WITHIN = Span(date(2021, 10, 1), date(2021, 10, 6), date(2021, 10, 1), date(2021, 10, 6))
FROM = Span(date(2021, 11, 1), date(2021, 11, 1))
UNTIL = Span(latest_end=date(2021, 10, 31))
AT_LEAST_UNTIL = Span(earliest_end=date(2018, 3, 27))
LONG = Span(date(2016, 1, 1), date(2016, 12, 31), date(2023, 4, 12), date(2023, 6, 6))


def drawn(span: Span, *others: Span) -> tuple[Strip, Axis]:
    over = axis((span, *others))
    assert over is not None
    found = strip(span, over)
    assert found is not None
    return found, over


def test_a_known_day_is_a_point() -> None:
    """Nothing is open, and the point lies in the middle of the day."""
    found, over = drawn(KNOWN)
    assert found.point == 50.0
    assert over.x(DAY.toordinal()) < found.point < over.x(DAY.toordinal() + 1)
    assert not found.opens_left
    assert not found.opens_right


def test_a_time_somewhere_within_bounds_is_certain_nowhere() -> None:
    """Between the first and the sixth: hollow from the start of the one to the end of the other."""
    found, over = drawn(WITHIN, FROM)
    assert found.certain is None
    assert found.point is None
    assert found.fences == (over.x(date(2021, 10, 1).toordinal()), over.x(date(2021, 10, 7).toordinal()))
    assert (found.possible.x, found.possible.right) == found.fences


def test_an_end_that_nobody_states_stays_open() -> None:
    """From 1 November on: one fence, and the rest of the axis possible to its edge."""
    found, over = drawn(FROM, WITHIN)
    assert found.opens_right
    assert not found.opens_left
    assert found.possible.right == 100.0
    assert found.fences == (over.x(date(2021, 11, 1).toordinal()),)
    assert found.certain is None


def test_a_beginning_that_nobody_states_stays_open() -> None:
    """By the end of October: open from the left edge, fenced after the last day."""
    found, over = drawn(UNTIL, WITHIN)
    assert found.opens_left
    assert found.possible.x == 0.0
    assert found.possible.right == over.x(date(2021, 11, 1).toordinal()) == found.fences[0]


def test_a_lower_bound_of_an_end_fences_and_leaves_both_sides_open() -> None:
    """At least until a day: it may have begun whenever, and may last on."""
    found, _ = drawn(AT_LEAST_UNTIL)
    assert (found.opens_left, found.opens_right, len(found.fences)) == (True, True, 1)


def test_what_lies_between_the_latest_begin_and_the_earliest_end_is_certain() -> None:
    """An uncertain begin and an uncertain end leave a core."""
    found, over = drawn(LONG)
    assert found.certain is not None
    assert found.certain.x == over.x(date(2016, 12, 31).toordinal())
    assert found.certain.right == pytest.approx(over.x(date(2023, 4, 13).toordinal()), abs=0.02)
    assert found.possible.x < found.certain.x
    assert found.certain.right < found.possible.right


def test_a_time_without_bounds_is_not_drawn() -> None:
    """Neither an axis nor a place on one is made up."""
    assert axis([Span()]) is None
    assert strip(Span(), drawn(KNOWN)[1]) is None


@pytest.mark.parametrize(
    "spans",
    [
        [KNOWN], [WITHIN, FROM, UNTIL], [LONG], [KNOWN, LONG], [AT_LEAST_UNTIL, UNTIL],
        [Span(date(1, 1, 1)), Span(latest_end=date(9999, 12, 31))], [Span(date(1, 1, 1))], [Span(date(9999, 12, 31))],
        [Span(date(2014, 1, 1)), Span(date(2014, 3, 1))], [Span(date(1648, 1, 1)), KNOWN],
    ],
)  # fmt: skip
def test_an_axis_holds_its_days_and_is_marked_at_round_ones(spans: list[Span]) -> None:
    """Every known day lies inside with room beside it; ticks are few, inside, in order, and the first says its year."""
    over = axis(spans)
    assert over is not None
    assert all(5 < over.x(day.toordinal()) < 95 for span in spans for day in span.days)
    xs = [tick.x for tick in over.ticks]
    assert 1 <= len(xs) <= TICKS_MAX
    assert xs == sorted(xs)
    assert all(0 <= x <= 100 for x in xs)
    assert over.ticks[0].unit == "year" or over.ticks[0].names_year
    assert all(tick.x == over.x(tick.day.toordinal()) for tick in over.ticks)


def test_bounds_that_are_no_days_bound_nothing() -> None:
    """What the data misspell is shown in words and not drawn; a time zone does not hide the day."""
    span = Span.of(Bounds("2021-10-01+02:00", "soon", "20211001", "-0044-03-15"))
    assert span == Span(earliest_begin=date(2021, 10, 1))
    assert Span.of(Bounds("2021-10-01T10:00:00Z")) == Span(date(2021, 10, 1))


def test_numbers_stand_on_a_scale_that_begins_at_zero() -> None:
    """Twice the number is twice the height, and each rule is a round number."""
    _, over = drawn(KNOWN, LONG)
    chart = staff([Count(KNOWN, 10, "stated"), Count(LONG, 20, "inferred")], over)
    zero = next(rule.y for rule in chart.rules if rule.number == 0)
    ten, twenty = (level.y for level in chart.levels)
    assert zero - twenty == pytest.approx(2 * (zero - ten), abs=0.2)
    assert [rule.number for rule in chart.rules] == [0, 5, 10, 15, 20]
    assert max(rule.y for rule in chart.rules) <= chart.height
    assert min(level.y for level in chart.levels) >= 0


@pytest.mark.parametrize("number", [0, 1, 7, 18, 225, 10_000])
def test_a_scale_holds_its_largest_number(number: int) -> None:
    """Whatever is counted fits, with a handful of rules."""
    _, over = drawn(KNOWN)
    chart = staff([Count(KNOWN, number, "stated")], over)
    assert max(rule.number for rule in chart.rules) >= number
    assert len(chart.rules) <= 7
    assert chart.levels[0].y >= min(rule.y for rule in chart.rules)


def test_a_number_without_a_time_is_not_drawn() -> None:
    """It stands in the table alone."""
    _, over = drawn(KNOWN)
    assert staff([Count(Span(), 5, "stated")], over).levels == ()
