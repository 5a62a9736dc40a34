"""Queries that fit the grammar and mean nothing, each with what is said of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pyoxigraph
import pytest

from legation.graph import sparql_meaning
from legation.graph.sparql_text import describe_syntax_error
from legation.graph.sparql_tokens import Token, tokenised

FOAF = {"foaf": "http://xmlns.com/foaf/0.1/"}


def engine_message(text: str) -> str:
    """What the engine says of a text it refuses."""
    with pytest.raises(SyntaxError) as refused:
        pyoxigraph.Store().query(text)
    return str(refused.value)


MEANINGLESS = [
    (
        "prefix",
        "ASK {\n ?s foaf:name ?o }",
        (2, 5),
        "foaf: is not declared",
        "PREFIX foaf: <http://xmlns.com/foaf/0.1/>",
    ),
    ("prefix-unknown", "ASK { ?s ex:name ?o }", (1, 10), "ex: is not declared", "PREFIX ex: <…>"),
    ("prefix-empty", "ASK { :s ?p ?o }", (1, 7), "the prefix : is not declared", "PREFIX : <…>"),
    ("relative-iri", "ASK { <a> ?p ?o }", (1, 7), "<a> is a relative IRI", None),
    ("node-in-two-groups", "ASK { _:a ?p ?o . { _:a ?p ?o } }", (1, 21), "_:a stands in two groups", None),
    ("short-row", "ASK { VALUES (?x ?y) { (1 2) (1) } }", (1, 30), "needs 2 values", None),
    ("long-row", "ASK { VALUES (?x) { (<http://a> 'a'@en) } }", (1, 21), "needs 1 values", None),
    ("bound-twice", "ASK { BIND(1 AS ?x) BIND(2 AS ?x) }", (1, 31), "?x already has a value", None),
    ("not-grouped", "SELECT ?a { ?s ?p ?o } GROUP BY ?s", (1, 8), "neither in GROUP BY nor", "add ?a to GROUP BY"),
    ("selected-twice", "SELECT (1 AS ?x) (2 AS ?x) {}", (1, 1), "same variable twice", None),
    ("star-grouped", "SELECT * { ?s ?p ?o } GROUP BY ?s", (1, 8), "SELECT *", None),
]


@pytest.mark.parametrize(
    ("text", "at", "reason", "hint"), [pytest.param(*row[1:], id=f"S7-{row[0]}") for row in MEANINGLESS]
)
def test_a_query_that_means_nothing_is_explained(text: str, at: tuple[int, int], reason: str, hint: str | None) -> None:
    """S7: what no grammar says but the engine asks for."""
    error = describe_syntax_error(text, engine_message(text), FOAF)
    assert (error.line, error.column) == at
    assert reason in error.reason
    assert (hint or "") in (error.hint or "")


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        pytest.param("ASK {\n'é𝄞' ?p ?o }", "error at 2:5: expected [_]", (2, 5), id="code-points"),
        pytest.param("ASK { ?s ?p ?o }", "error at 1:16: expected one of LATERAL, SERVICE, [_]", (1, 9), id="keyword"),
        pytest.param("ASK { ?s ?p ?o }", "error at 9:99: expected [_]", (1, 17), id="beyond-the-end"),
        pytest.param("ASK { ?s ?p ?o }", "a message of another kind", (1, 1), id="unknown"),
    ],
)
def test_the_engines_place_is_used_where_nothing_better_is_known(text: str, message: str, at: tuple[int, int]) -> None:
    """Its column lies behind the keyword it looked for; its lines end with LF and its columns are code points."""
    error = describe_syntax_error(text, message)
    assert (error.line, error.column) == at
    assert "expected" not in str(error)


class Counted(tuple[Token, ...]):
    """Tokens that count how often one of them is taken, by its place, by a slice or on the way through all."""

    taken = 0

    def __iter__(self) -> Iterator[Token]:
        for token in super().__iter__():
            self.taken += 1
            yield token

    def __getitem__(self, at: int | slice) -> Token | Counted:  # type: ignore[override]
        found = super().__getitem__(at)
        self.taken += len(found) if isinstance(at, slice) else 1
        return found  # type: ignore[return-value]


CHECKS = ["_shared_node", "_uneven_row", "_rebound_variable", "_relative_iri", "_stray_aggregate", "_ungrouped"]


@pytest.mark.parametrize("check", [*CHECKS, "_miscounted_call"])
@pytest.mark.parametrize(
    "piece",
    [
        "VALUES (?x) { (1) } ",
        "VALUES (?x) {" + " (1)" * 50 + "} ",
        "VALUES (",
        "VALUES (?x) {(" + "1 " * 50,
        "{",
        "{}",
        "{ SELECT ?a ",
        "{ SELECT ?a { ?a ?b ?c } GROUP BY ?a ",
        "SELECT ?a ",
        "GROUP BY ?a ",
        "FILTER(COALESCE(",
    ],
)
def test_each_token_is_looked_at_a_few_times(check: str, piece: str) -> None:
    """What is wrong is found in as many looks as there are tokens, also among many or long data blocks."""
    tokens = Counted(tokenised("SELECT * { " + piece * 100))
    getattr(sparql_meaning, check)(tokens)
    assert tokens.taken <= 4 * len(tuple(tokens))


def test_the_rows_of_a_data_block_are_cut_without_copies() -> None:
    """A row is one list that grows, not a new list for each of its terms."""
    block = tokenised("(?x ?y) { (1 2) () (" + "3 " * 1000 + ") ")
    assert [len(row) for row in sparql_meaning._rows(block)] == [3, 3, 1, 1001]


def test_an_error_says_nothing_of_the_engine() -> None:
    """S7: neither its character classes nor its name nor a path."""
    text = "ASK { ?s foaf:name ?o . ?s ?p }"
    error = describe_syntax_error(text, engine_message(text), FOAF)
    said = json.dumps(vars(error), ensure_ascii=False) + str(error)
    assert not re.search(r"\\u\{|\.\.=|\[_\]|oxigraph|expected one of", said)
