"""What people get wrong, a row a mistake: the query, the line and column they are sent to, and the hint they get.

The rows are in `sparql_mistakes.tsv`. Then any text.
"""

from __future__ import annotations

import json
import re
import time
import unicodedata

import pyoxigraph
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mistakes import ROWS, damaged

from legation.graph.errors import QueryRefused
from legation.graph.prefixes import PREFIXES
from legation.graph.sparql_text import Query, QuerySyntaxError, describe_syntax_error, examine
from legation.server.problems import problem_of

BASE = "http://localhost/"
CHARS_MAX = 100_000


def answered(text: str) -> Query | QuerySyntaxError | QueryRefused:
    """What the endpoint would make of a text: the query that the engine accepts, or why it is refused."""
    try:
        query = examine(text, chars_max=CHARS_MAX)
        pyoxigraph.Store().query(query.text, base_iri=BASE)
    except QueryRefused as refused:
        return refused
    except (SyntaxError, ValueError) as error:
        said = str(error.msg if isinstance(error, SyntaxError) else error)
        return describe_syntax_error(query.written, said, PREFIXES)
    return query


def width(text: str) -> int:
    """The columns a text takes on a terminal."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in unicodedata.normalize("NFC", text)
    )


@pytest.mark.parametrize(("text", "line", "column", "hint"), ROWS, ids=[row[0][:60] for row in ROWS])
def test_a_mistake_gets_its_place_and_its_hint(text: str, line: int, column: int, hint: str | None) -> None:
    """S7: where it is, under a caret, and what to change."""
    error = answered(text)
    assert isinstance(error, QuerySyntaxError)
    assert (error.line, error.column, error.hint) == (line, column, hint)
    shown, caret = error.excerpt.split("\n")
    written = re.split(r"\r\n|\r|\n", text)[line - 1]
    assert shown.strip() == written.replace("\t", " ").replace("\ufeff", " ").replace("\u00a0", " ").strip()
    assert caret == " " * width(written[: column - 1]) + "^"


def test_nearly_all_of_them_are_told_what_to_change() -> None:
    """The rest are told what was expected, in words that need no hint."""
    assert len(ROWS) >= 60
    told = [row for row in ROWS if row[3]]
    assert len(told) >= 0.9 * len(ROWS)


# ── Any text ─────────────────────────────────────────────────────────────────────────────────────────────────────────

SECONDS_MAX = 1.0
LINE_MAX = 90
"""Columns of an excerpt whose characters take one each: 80, and a sign of what is cut off on either side."""


def is_clean(error: QueryRefused) -> bool:
    """Whether a problem made of an error names a place in plain words and shows nothing of the inside."""
    problem = problem_of(error)
    document = json.loads(problem.to_json("https://example.org/"))
    assert problem.type.status in {400, 403, 413}
    if isinstance(error, QuerySyntaxError):
        assert document["line"] >= 1
        assert document["column"] >= 1
        shown, caret = document["excerpt"].split("\n")
        assert len(shown) <= LINE_MAX
        assert caret.strip() == "^"
        assert len(document["expected"]) <= 8
        assert len(document["reason"]) < 200
        assert len(document["hint"] or "") < 200
    inside = problem.to_json("").replace(json.dumps(document.get("excerpt", ""), ensure_ascii=False), "")
    return not re.search(r"Traceback|pyoxigraph|oxigraph|\.py\b|\[_\]|error at \d", inside)


@settings(max_examples=600, deadline=None)
@given(st.one_of(damaged(), damaged(), st.text(max_size=60)))
@example("SELECT * { ?s ?p '\ud83d' }")
@example("\x00")
@example("ASK { ?s " + "x" * 5000 + ":y ?o }")
@example("ASK { _:" + "x" * 5000 + " ?p ?o . { _:" + "x" * 5000 + " ?p ?o } }")
@example("ASK { ?s a " + "x" * 5000 + " }")
@example("SELECT ?" + "x" * 5000 + " (COUNT(*) AS ?n) { ?s ?p ?o }")
@example("ASK { BIND(1 AS ?" + "x" * 5000 + ") BIND(2 AS ?" + "x" * 5000 + ") }")
@example("ASK { ?s ?p ?o } LIMIT 99999999999999999999999999")
@example("ASK { FILTER(REGEX('a', '(')) }")
@example("BASE <a> ASK { <b> ?p ?o }")
@example("PREFIX a: <http://[> ASK { a:b ?p ?o }")
@example("ASK { ?s ?p 'a'@abcdefghijklmnop }")
def test_any_text_is_a_query_or_a_clean_problem(text: str) -> None:
    """S7: within a second, and never an error that the table of problems does not know."""
    began = time.process_time()
    found = answered(text)
    assert time.process_time() - began < SECONDS_MAX
    assert isinstance(found, Query) or is_clean(found)
