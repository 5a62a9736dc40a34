"""What people get wrong, a row a mistake: the query, the line and column they are sent to, and the hint they get.

The rows are in `sparql_mistakes.tsv`, with `\\n`, `\\r`, `\\t`, `\\uXXXX` and `\\\\` as escapes. Then any text.
"""

from __future__ import annotations

import json
import re
import time
import unicodedata
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from legation.graph.errors import QueryRefused
from legation.graph.prefixes import PREFIXES
from legation.graph.sparql_text import Query, QuerySyntaxError, describe_syntax_error, examine
from legation.server.problems import problem_of

BASE = "http://localhost/"
CHARS_MAX = 100_000
_ESCAPE = re.compile(r"\\(u[0-9a-f]{4}|.)")
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\"}


def unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: _PLAIN.get(found[1]) or chr(int(found[1][1:], 16)), text)


ROWS = [
    (unescaped(query), int(line), int(column), hint or None)
    for line, column, hint, query in (
        row.split("\t") for row in (Path(__file__).parent / "sparql_mistakes.tsv").read_text("utf-8").splitlines()[1:]
    )
]


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


QUERIES = [row[0] for row in ROWS] + [
    "PREFIX ex: <http://e/> SELECT DISTINCT ?s (COUNT(?o) AS ?n) { ?s ex:p ?o FILTER(?o > 1 && ?o IN (1, 2)) } "
    "GROUP BY ?s HAVING (COUNT(?o) > 1) ORDER BY DESC(?n) LIMIT 10 OFFSET 5",
    "CONSTRUCT { ?s ?p [ ?q ( 1 2 ) ] } WHERE { ?s ?p ?o OPTIONAL { ?s a/^a* ?t } MINUS { ?s ?p 'x'@en } "
    "VALUES (?a ?b) { (1 UNDEF) } GRAPH ?g { ?a ?b ?c } BIND(IF(?a, 1, 2) AS ?x) }",
    "ASK { { SELECT ?s { ?s ?p '''a\n''' } } UNION { ?s ?p \"\\u00e9\" } FILTER NOT EXISTS { ?s !(a|^a) ?o } } # end",
]
TOKENS = st.sampled_from(sorted({token for text in QUERIES for token in re.findall(r"\w+|\W", text)}))


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A query with pieces taken out, doubled, exchanged, put in from others, or cut off."""
    pieces = re.findall(r"\w+|\s+|\W", draw(st.sampled_from(QUERIES)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(pieces)))
        match draw(st.sampled_from(["out", "twice", "in", "any", "cut", "swap"])):
            case "out":
                del pieces[at : at + 1]
            case "twice":
                pieces[at:at] = pieces[at : at + draw(st.integers(1, 6))]
            case "in":
                pieces.insert(at, draw(TOKENS))
            case "any":
                pieces.insert(at, draw(st.text(max_size=3)))
            case "cut":
                del pieces[at:]
            case "swap":
                pieces[at : at + 2] = pieces[at : at + 2][::-1]
    return "".join(pieces)


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
