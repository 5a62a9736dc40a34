"""Conditional requests (RFC 9110, section 13), pure: one row a clause; rule D3 of the HTTP contract."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from legation.server.conditional import Conditions, Outcome, known_tag

MODIFIED = datetime(2026, 11, 28, 8, 0, 0, 500, tzinfo=UTC)
BEFORE, THEN, AFTER = (f"Sat, 28 Nov 2026 0{hour}:00:00 GMT" for hour in (7, 8, 9))
SEND, NOT_MODIFIED, FAILED = Outcome.SEND, Outcome.NOT_MODIFIED, Outcome.FAILED


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        pytest.param({}, SEND, id="no condition"),
        pytest.param({"If-None-Match": '"t"'}, NOT_MODIFIED, id="D3-the tag"),
        pytest.param({"If-None-Match": 'W/"t"'}, NOT_MODIFIED, id="D3-weakly"),
        pytest.param({"If-None-Match": '"a", "t", "b"'}, NOT_MODIFIED, id="D3-in a list"),
        pytest.param({"If-None-Match": '"a","t-gzip"'}, NOT_MODIFIED, id="D3-of the other coding"),
        pytest.param({"If-None-Match": "*"}, NOT_MODIFIED, id="D3-any"),
        pytest.param({"If-None-Match": " * "}, NOT_MODIFIED, id="D3-any, spaced"),
        pytest.param({"If-None-Match": '"a"'}, SEND, id="D3-another"),
        pytest.param({"If-None-Match": '"tt"'}, SEND, id="D3-one that holds it"),
        pytest.param({"If-None-Match": "\x00,,;"}, SEND, id="D3-nonsense"),
        pytest.param({"If-Modified-Since": THEN}, NOT_MODIFIED, id="13.1.3-since then"),
        pytest.param({"If-Modified-Since": AFTER}, NOT_MODIFIED, id="13.1.3-since later"),
        pytest.param({"If-Modified-Since": BEFORE}, SEND, id="13.1.3-since before"),
        pytest.param({"If-Modified-Since": "yesterday"}, SEND, id="13.1.3-no date"),
        pytest.param({"If-None-Match": '"a"', "If-Modified-Since": AFTER}, SEND, id="13.2.2-the tag wins"),
        pytest.param({"If-None-Match": '"t"', "If-Modified-Since": BEFORE}, NOT_MODIFIED, id="13.2.2-it wins always"),
        pytest.param({"If-Match": '"t"'}, SEND, id="13.1.1-the tag"),
        pytest.param({"If-Match": '"t-gzip"'}, SEND, id="13.1.1-of the other coding"),
        pytest.param({"If-Match": "*"}, SEND, id="13.1.1-any"),
        pytest.param({"If-Match": 'W/"t"'}, FAILED, id="13.1.1-strongly"),
        pytest.param({"If-Match": '"a"'}, FAILED, id="13.1.1-another"),
        pytest.param({"If-Match": '"a"', "If-None-Match": '"t"'}, FAILED, id="13.2.2-If-Match first"),
        pytest.param({"If-Unmodified-Since": BEFORE}, FAILED, id="13.1.4-modified since"),
        pytest.param({"If-Unmodified-Since": THEN}, SEND, id="13.1.4-not modified since"),
        pytest.param({"If-Unmodified-Since": "never"}, SEND, id="13.1.4-no date"),
        pytest.param({"If-Match": '"t"', "If-Unmodified-Since": BEFORE}, SEND, id="13.2.2-If-Match wins"),
        pytest.param({"If-Match": '"t"', "If-None-Match": '"t"'}, NOT_MODIFIED, id="13.2.2-then If-None-Match"),
    ],
)
def test_conditions_are_decided_in_the_order_of_the_standard(fields: dict[str, str], outcome: Outcome) -> None:
    """Section 13.2.2, for content with the tag "t", modified at eight."""
    assert Conditions.of(fields).outcome("t", MODIFIED) is outcome


def test_what_has_neither_tag_nor_date_is_sent() -> None:
    """Only `*` can be told about it."""
    fields = {"If-None-Match": '"t"', "If-Modified-Since": AFTER}
    assert Conditions.of(fields).outcome(None, None) is SEND
    assert Conditions.of({"If-None-Match": "*"}).outcome(None, None) is NOT_MODIFIED
    assert Conditions.of({"If-Match": '"t"'}).outcome(None, None) is FAILED


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        pytest.param('"t"', '"t"', id="the tag"),
        pytest.param('W/"t"', '"t"', id="weakly"),
        pytest.param('"a", "t-gzip"', '"t-gzip"', id="of the other coding, in a list"),
        pytest.param('"tt"', None, id="another tag that holds it"),
        pytest.param("*", None, id="any"),
        pytest.param("", None, id="none"),
    ],
)
def test_either_coding_of_an_answer_is_known_by_its_tag(field: str, expected: str | None) -> None:
    """The content is the same, so a client that has one needs not be sent the other."""
    assert known_tag(field, "t") == expected
