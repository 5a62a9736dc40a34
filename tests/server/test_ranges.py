"""Byte ranges: one row a rule of RFC 9110, section 14."""

from __future__ import annotations

import pytest

from legation.server.ranges import Part, Unsatisfiable, part_of


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        pytest.param(None, None, id="no field"),
        pytest.param("bytes=0-9", (0, 10), id="first ten"),
        pytest.param("Bytes = 5 - ", (5, 100), id="from five, letter case and spaces aside"),
        pytest.param("bytes=90-500", (90, 100), id="beyond the end is cut"),
        pytest.param("bytes=-10", (90, 100), id="last ten"),
        pytest.param("bytes=-99999999999", (0, 100), id="more than all"),
        pytest.param("bytes=5-2", None, id="backwards is ignored"),
        pytest.param("bytes=0-1,5-6", None, id="several are ignored"),
        pytest.param("lines=1-2", None, id="another unit is ignored"),
        pytest.param("bytes=abc", None, id="no number is ignored"),
        pytest.param("bytes=-", None, id="no bounds are ignored"),
        pytest.param("bytes=" + "9" * 400 + "-", None, id="absurd numbers are ignored"),
    ],
)
def test_a_range_is_read_or_ignored(field: str | None, expected: tuple[int, int] | None) -> None:
    """Out of a hundred bytes."""
    assert part_of(field, 100) == (None if expected is None else Part(*expected, 100))


@pytest.mark.parametrize("field", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_behind_the_end_cannot_be_satisfied(field: str) -> None:
    """416, section 15.5.17."""
    with pytest.raises(Unsatisfiable):
        part_of(field, 100)
