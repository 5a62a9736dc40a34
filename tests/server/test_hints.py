"""The Legation-Hint header field: a list of strings that any client may leave unread."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legation.graph.sparql_terms import UnknownTerm
from legation.server.hints import hint_field

STRING = re.compile(r'"(?:[ !#-\[\]-~]|\\["\\])*";line=\d+;column=\d+')
"""A String (RFC 9651, section 3.3.3) with the parameters of its place."""


@pytest.mark.parametrize(
    ("term", "field"),
    [
        pytest.param(
            UnknownTerm("dip:takenby", 2, 15, "dip:takenBy"),
            '"dip:takenby is not a term of the vocabulary; did you mean dip:takenBy?";line=2;column=15',
            id="meant",
        ),
        pytest.param(
            UnknownTerm("dip:é", 1, 1, None), '"dip:%C3%A9 is not a term of the vocabulary";line=1;column=1', id="ascii"
        ),
        pytest.param(
            UnknownTerm('a"\\', 1, 1, None), r'"a\"\\ is not a term of the vocabulary";line=1;column=1', id="escapes"
        ),
    ],
)
def test_a_hint_is_a_string_with_its_place(term: UnknownTerm, field: str) -> None:
    """RFC 9651: an Item of the list, and parameters."""
    assert hint_field([term]) == field


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=3))
def test_whatever_a_query_names_the_field_can_be_sent(names: list[str]) -> None:
    """Visible ASCII only: no name ends the field or the header."""
    field = hint_field(UnknownTerm(name, 1, 1, name) for name in names)
    assert re.fullmatch(rf"{STRING.pattern}(?:, {STRING.pattern})*", field)
