"""The guard's memory: whatever was asked before, it finds what `examine` finds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legation.graph.errors import QueryRefused
from legation.graph.sparql_guard import Guard, likeness_of
from legation.graph.sparql_text import examine

IRI_TEXT = (
    "<urn:a> <http://x.example/id/7?q=(1)&a=;b> <> <#x> <'> <a,b> <urn:RAND()> <urn:from> "
    "<https://w3id.org/legation/ns#takenBi> <https://w3id.org/legation/ns#takenBy>"
)
WORDS = "SELECT ASK CONSTRUCT INSERT SERVICE FROM RAND() NOW() true TRUE x:y dip:takenBi x:a.b.c ?s ?p $s ?p1 ?s?p 1 é"
MARKS = "* { } . ; , ( ) [ ] < > <= = | ^ || / ' \" '' # \\u0053 @en ^^"
STRING_TEXT = '"a" "" "?s" "<urn:a>" "<" ">" "#b" "NOW()" "FROM" "dip:takenBi" "{{{{{{{" "it_is" "(" ")"'
STRINGS = STRING_TEXT.split()
DECLARATIONS = ["PREFIX x:", "PREFIX dip: <https://w3id.org/legation/ns#>"]
IRIS = IRI_TEXT.split()
FRAGMENTS = [*IRIS, *STRINGS, *WORDS.split(), *MARKS.split(), *DECLARATIONS, "\n"]
BOUNDS = {"chars_max": 2500, "depth_max": 5}


def outcome(find: object, text: str) -> object:
    try:
        return find(text)  # type: ignore[operator]
    except QueryRefused as error:
        return type(error), str(error)


def twin_of(part: str, data: st.DataObject) -> str:
    """Another IRI for an IRI, another string for a string, another name for a variable."""
    for kind in (IRIS, STRINGS):
        if part in kind:
            return data.draw(st.sampled_from(kind))
    return part.replace("s", "z")


@settings(max_examples=2000, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=14), st.sampled_from(["", " "]), st.data())
def test_a_guard_that_remembers_finds_what_one_without_memory_finds(
    fragments: list[str], gap: str, data: st.DataObject
) -> None:
    """First a text like it is examined, with other IRIs and other variables; then the text itself."""
    guard = Guard(**BOUNDS)
    twin = [twin_of(part, data) for part in fragments]
    outcome(guard.examine, gap.join(twin))
    text = gap.join(fragments)
    assert outcome(guard.examine, text) == outcome(lambda query: examine(query, **BOUNDS), text)


def test_one_question_of_many_entities_is_examined_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is what the memory is for."""
    guard = Guard(**BOUNDS)
    first = guard.examine("SELECT ?p { <http://x.example/id/1> ?p ?o }")
    monkeypatch.setattr("legation.graph.sparql_guard.examine", None)
    second = guard.examine("SELECT ?how { <http://x.example/id/2> ?how $o }")
    assert (second.form, second.text) == (first.form, "SELECT ?how { <http://x.example/id/2> ?how $o }")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("SELECT ('<b' AS ?x) ('c>' AS ?y) {}", id="strings that look like an IRI together"),
        pytest.param('SELECT ("""a"" ?b""" AS ?x) {}', id="a string between three marks"),
        pytest.param('SELECT ("a AS ?x) {}', id="a string without an end"),
        pytest.param('SELECT ("a\\"b" AS ?x) {}', id="a mark in a string"),
        pytest.param("SELECT * { } # <b>", id="a comment"),
        pytest.param("SELECT * { <urn:\\u0061> ?p ?o }", id="an escape"),
        pytest.param("SELECT * { SERVICE <urn:a> {} }", id="a federated query"),
        pytest.param("SELECT * { <urn:é> ?p ?o }", id="beyond ASCII"),
    ],
)
def test_what_could_be_read_otherwise_is_not_remembered(text: str) -> None:
    """Only texts in which `<…>` is an IRI and nothing else."""
    assert likeness_of(text) is None


def test_a_number_sign_in_an_iri_is_no_comment() -> None:
    """Nearly every namespace has one."""
    one = "PREFIX dip: <https://w3id.org/legation/ns#> ASK { <urn:a#1> dip:speaker ?b }"
    assert likeness_of(one) == "PREFIX dip: <https://w3id.org/legation/ns#> ASK { <> dip:speaker ?0 }"
    assert likeness_of(one + " #<urn:b>") is None


def test_a_string_is_emptied_whatever_it_holds() -> None:
    """What looks like an IRI, a variable or a comment in it is none."""
    assert likeness_of('SELECT ?a { ?b <urn:p> "<urn:x> ?c #d"@en , "" }') == "SELECT ?0 { ?1 <> '@en , ' }"


def test_the_memory_is_bounded() -> None:
    """A stranger who never asks twice fills nothing."""
    guard = Guard(**BOUNDS)
    for number in range(2500):
        guard.examine(f"SELECT ?v{number} {{}}")
    assert len(guard._known) <= 1000
