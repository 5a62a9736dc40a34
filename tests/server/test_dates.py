"""Times in words: what a phrase says is no more than the bounds say."""

from __future__ import annotations

import pytest

from legation.graph.times import Bounds
from legation.server.dates import in_words
from legation.server.speech import Speech

OCTOBER = ("2021-10-01", "2021-10-31")
CASES = {
    "a day": (Bounds(*["2021-10-06"] * 4, "2021-10-06"), "6 October 2021", "le 6 octobre 2021"),
    "a year": (
        Bounds("2014-01-01", "2014-12-31", "2014-01-01", "2014-12-31", "2014"),
        "in 2014", "en 2014",
    ),
    "a month": (Bounds(*OCTOBER, *OCTOBER, "2021-10"), "in October 2021", "en octobre 2021"),
    "days of one month": (
        Bounds("2021-10-01", "2021-10-06", "2021-10-01", "2021-10-06", "2021-10-01/2021-10-06"),
        "between 1 and 6 October 2021", "entre le 1er et le 6 octobre 2021",
    ),
    "days of two months": (
        Bounds("2021-10-30", "2021-11-02", "2021-10-30", "2021-11-02", "2021-10-30/2021-11-02"),
        "between 30 October 2021 and 2 November 2021", "entre le 30 octobre 2021 et le 2 novembre 2021",
    ),
    "same day numbers of two months": (
        Bounds("2021-09-06", "2021-10-06", "2021-09-06", "2021-10-06", ""),
        "between 6 September 2021 and 6 October 2021", "entre le 6 septembre 2021 et le 6 octobre 2021",
    ),
    "as coarse as the source": (
        Bounds("2014-01-01", "2021-10-18", "2014-01-01", "2021-10-18", "2014~/2021-10-18"),
        "between 2014 and 18 October 2021", "entre 2014 et le 18 octobre 2021",
    ),
    "the edge of a year that the source names to the day": (
        Bounds("2014-01-01", "2014-12-31", "2014-01-01", "2014-12-31", "2014-01-01/2014-12-31"),
        "between 1 January 2014 and 31 December 2014", "entre le 1er janvier 2014 et le 31 décembre 2014",
    ),
    "begins on a day, end open": (
        Bounds("2021-11-01", "2021-11-01", edtf="2021-11-01/.."),
        "from 1 November 2021 on", "à partir du 1er novembre 2021",
    ),
    "from a year on": (Bounds("2014-01-01", edtf="2014/.."), "in 2014 or later", "en 2014 ou après"),
    "up to a month": (
        Bounds(latest_end="2021-10-31", edtf="../2021-10"), "in October 2021 or earlier", "en octobre 2021 ou avant",
    ),
    "not before": (Bounds("2021-10-18"), "on or after 18 October 2021", "au plus tôt le 18 octobre 2021"),
    "not after": (Bounds(latest_end="2021-10-31"), "on or before 31 October 2021", "au plus tard le 31 octobre 2021"),
    "between, lasting unknown": (
        Bounds("2021-10-01", "", "", "2021-10-06"), "between 1 and 6 October 2021", "entre le 1er et le 6 octobre 2021",
    ),
    "from a day to a day": (
        Bounds("2021-10-01", "2021-10-01", "2021-11-06", "2021-11-06"),
        "from 1 October 2021 to 6 November 2021", "du 1er octobre 2021 au 6 novembre 2021",
    ),
    "until a day": (
        Bounds("", "", "2021-11-06", "2021-11-06"), "until 6 November 2021", "jusqu’au 6 novembre 2021",
    ),
    "two uncertain ends": (
        Bounds("2021-10-01", "2021-10-06", "2021-11-01", "2021-11-06"),
        "begins between 1 October 2021 and 6 October 2021, ends between 1 November 2021 and 6 November 2021",
        "commence entre le 1er octobre 2021 et le 6 octobre 2021, "
        "finit entre le 1er novembre 2021 et le 6 novembre 2021",
    ),
    "an earliest end": (Bounds(earliest_end="2021-11-06"), "ends on or after 6 November 2021",
                        "finit au plus tôt le 6 novembre 2021"),
    "a latest begin": (Bounds(latest_begin="2021-11-06"), "begins on or before 6 November 2021",
                       "commence au plus tard le 6 novembre 2021"),
    "nothing": (Bounds(), "date not stated", "date non indiquée"),
    "no dates at all": (Bounds("soon", "", "", "later"), "between soon and later", "entre soon et later"),
}  # fmt: skip


@pytest.mark.parametrize(("bounds", "english", "french"), CASES.values(), ids=CASES)
def test_a_time_is_said_within_its_bounds(bounds: Bounds, english: str, french: str) -> None:
    """Neither a bound that is missing nor a precision that the source lacks is made up."""
    said = [in_words(Speech(language), bounds).replace("\u00a0", " ") for language in ("en", "fr")]
    assert said == [english, french]
