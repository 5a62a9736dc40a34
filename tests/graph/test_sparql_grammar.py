"""Mistakes of people who write SPARQL, each with the place, the reason and the hint they get."""

from __future__ import annotations

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legation.graph import sparql_grammar
from legation.graph.sparql_grammar import first_misfit
from legation.graph.sparql_text import describe_syntax_error, examine
from legation.graph.sparql_tokens import tokenised

FOAF = {"foaf": "http://xmlns.com/foaf/0.1/"}


def engine_message(text: str) -> str:
    """What the engine says of a text it refuses."""
    with pytest.raises(SyntaxError) as refused:
        pyoxigraph.Store().query(text)
    return str(refused.value)


MISTAKES = [
    ("misspelt-form", "SELCT * WHERE {}", (1, 1), "SELCT", "did you mean SELECT?"),
    ("misspelt-prefix", "PREFX a: <b:> ASK {}", (1, 1), "PREFX", "did you mean PREFIX?"),
    ("misspelt-where", "SELECT ?s WEHRE { ?s ?p ?o }", (1, 11), "WEHRE", "did you mean WHERE?"),
    ("misspelt-optional", "ASK { ?s ?p ?o OPTIONL { ?s ?p ?x } }", (1, 16), "OPTIONL", "did you mean OPTIONAL?"),
    ("misspelt-filter", "ASK { ?s ?p ?o . FILTR(?o) }", (1, 18), "FILTR", "did you mean FILTER?"),
    ("misspelt-order", "SELECT * { ?s ?p ?o } ORDRE BY ?s", (1, 23), "ORDRE", "did you mean ORDER?"),
    ("misspelt-function", "ASK { FILTER STRSTART(?o, 'a') }", (1, 14), "STRSTART", "did you mean STRSTARTS?"),
    ("misspelt-update", "INSRT DATA {}", (1, 1), "INSRT", "begins with SELECT"),
    (
        "brace-open",
        "SELECT * {\n  ?s ?p ?o",
        (2, 11),
        "ends too early",
        "the { at line 1, column 10 is not closed: } is",
    ),
    ("brace-too-many", "ASK { ?s ?p ?o }}", (1, 17), "}", "no bracket that this } could close"),
    ("bracket-open", "ASK { FILTER(?o > 1 }", (1, 21), "}", "the ( at line 1, column 13 is not closed: ) is missing"),
    ("bracket-astray", "ASK { ?s ?p ?o ) }", (1, 16), ")", "no bracket that this ) could close"),
    ("square-bracket-open", "ASK { [ ?p ?o }", (1, 15), "}", "the [ at line 1, column 7 is not closed: ] is missing"),
    ("full-stop-missing", "ASK { ?s ?p 'é𝄞' ?x ?y }", (1, 18), "?x", "a full stop may be missing"),
    ("full-stop-twice", "ASK { ?s ?p ?o . . }", (1, 18), ".", "nothing between . and ."),
    ("object-missing", "ASK { ?s ?p ; ?q ?o }", (1, 13), ";", "one is missing"),
    ("object-missing-at-the-end", "ASK { ?s ?p }", (1, 13), "}", "one is missing"),
    ("comma-in-select", "SELECT ?s, ?p { ?s ?p ?o }", (1, 10), ",", "separated by spaces"),
    ("bare-aggregate", "SELECT COUNT(*) {}", (1, 8), "COUNT", "(COUNT(…) AS ?name)"),
    ("bare-variable", "SELECT (COUNT(*) AS c) {}", (1, 21), "c", "?c"),
    ("bare-name", "ASK { ?s a Person }", (1, 12), "Person", "ex:Person"),
    ("prefix-without-colon", "PREFIX foaf <http://a> ASK {}", (1, 8), "foaf", "foaf:"),
    ("double-equals", "ASK { FILTER(?a == 1) }", (1, 18), "=", "equality is written ="),
    ("not-equal", "ASK { FILTER(?a <> ?b) }", (1, 17), "<>", "inequality !="),
    ("and", "ASK { FILTER(?a = 1 AND ?b = 2) }", (1, 21), "AND", "the operator is &&"),
    ("or", "ASK { FILTER(?a = 1 or ?b = 2) }", (1, 21), "or", "the operator is ||"),
    ("iri-with-a-space", "ASK { ?s ?p <a b> }", (1, 13), "<", "holds no space"),
    ("limit", "SELECT * {} LIMIT -1", (1, 19), "-", None),
    ("by", "SELECT * {} ORDER ?s", (1, 19), "?s", None),
    ("lines-of-windows", "ASK {\r\n ?s ?p ?o\r\n FILTR(1) }", (3, 2), "FILTR", "did you mean FILTER?"),
    ("lines-of-old", "ASK {\r ?s ?p ?o\r FILTR(1) }", (3, 2), "FILTR", "did you mean FILTER?"),
]


@pytest.mark.parametrize(
    ("text", "at", "reason", "hint"), [pytest.param(*row[1:], id=f"S7-{row[0]}") for row in MISTAKES]
)
def test_a_mistake_is_explained_where_it_is(text: str, at: tuple[int, int], reason: str, hint: str | None) -> None:
    """S7: line, column, what was found, and a hint for the commonest mistakes; each is one for the engine, too."""
    error = describe_syntax_error(text, engine_message(text), FOAF)
    assert (error.line, error.column) == at
    assert reason in error.reason
    assert error.hint == hint if hint is None else hint in (error.hint or "")
    assert error.excerpt.split("\n")[1] == " " * (error.column - 1) + "^"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("SELECT * {} LIMIT x", ("a whole number",), id="S7-number"),
        pytest.param("SELECT * {} ORDER ?s", ("BY",), id="S7-keyword"),
        pytest.param("PREFIX foaf <http://a> ASK {}", ("a prefix that ends with a colon",), id="S7-prefix"),
        pytest.param("SELECT * FROM WHERE {}", ("an IRI or a prefixed name", "NAMED"), id="S7-iri"),
        pytest.param("ASK { BIND(1) }", ("an operator", "AS"), id="S7-operator"),
        pytest.param("DESCRIBE", ("*", "a variable", "an IRI or a prefixed name"), id="S7-end"),
        pytest.param(
            "ASK { ?s ?p }",
            ("(", "[", "a variable", "an IRI or a prefixed name", "a literal", "a blank node"),
            id="S7-term",
        ),
    ],
)
def test_what_was_expected_is_a_few_plain_words(text: str, expected: tuple[str, ...]) -> None:
    """S7: from the grammar, not from the engine, whose list is that of its last attempt."""
    assert describe_syntax_error(text, engine_message(text)).expected == expected


def engine_reads(text: str) -> None:
    """Raises what the engine has to say against a text that passed the guard."""
    pyoxigraph.Store().query(examine(text, chars_max=9999).text)


VALID = [
    "SELECT DISTINCT ?s (COUNT(DISTINCT ?o) AS ?n) (GROUP_CONCAT(?o; SEPARATOR = ', ') AS ?c) FROM <http://a> "
    "FROM NAMED <http://b> WHERE { ?s ?p ?o } GROUP BY ?s (STR(?o) AS ?t) HAVING (COUNT(*) > 1) "
    "ORDER BY DESC(?n) ?s LIMIT 10 OFFSET 5",
    "SELECT * { { ?s ?p ?o } UNION { ?o ?p ?s } OPTIONAL { ?s a ?t } MINUS { ?s ?p 1 } GRAPH ?g { ?s ?p ?o } }",
    "SELECT * { VALUES (?x ?y) { (1 UNDEF) (-1.5 'a'@en) (true <http://a>) } VALUES ?z { } } VALUES ?w { 1e3 }",
    "ASK { ?s (<http://a>|^<http://b>/(<http://c>*))+/!(a|^<http://d>) ?o , [ a ?t ; ?p ?q ; ] ; ?r ( 1 [] () ) . }",
    "ASK { FILTER(?a = 1 && !BOUND(?b) || ?c NOT IN (1, 2) || -?d * 2 - 1 >= +3 || EXISTS { ?s ?p ?o }) }",
    "ASK { FILTER NOT EXISTS {} FILTER (!EXISTS { ?s ?p ?o } && NOT EXISTS {}) }",
    "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
    "ASK { BIND(IF(?a, COALESCE(?b, 1), xsd:integer(?c)) AS ?d) FILTER REGEX(?e, 'a', 'i') }",
    "CONSTRUCT { ?s ?p [] } WHERE { ?s ?p ?o } LIMIT 1",
    "CONSTRUCT FROM <http://a> WHERE { ?s ?p ?o . }",
    "DESCRIBE ?s <http://a> WHERE { ?s ?p ?o }",
    "PREFIX : <http://a/> BASE <http://b/> ASK { { SELECT (1 AS ?x) { :a :b <c> } HAVING (1) VALUES ?v { 1 } } }",
    "VERSION '1.2' ASK { ?s ?p ?o ~ ?r {| ?q 1 |} . << ?a ?b ?c >> ?d <<( ?e ?f 'g'@ar--rtl )>> LATERAL { ?s ?p ?h } }",
    "ASK { ?s ?p '1'^^<http://www.w3.org/2001/XMLSchema#integer>, 'a', \"b\", '''c''', true, .5, -1, + 2 }",
]


@pytest.mark.parametrize("text", VALID, ids=range(len(VALID)))
def test_the_grammar_has_no_objection_to_what_the_engine_accepts(text: str) -> None:
    """The grammar that explains errors is that of §19.8 with SPARQL 1.2's additions: it finds none where none is."""
    engine_reads(text)
    assert first_misfit(tokenised(text)) is None
    assert "cannot read" in describe_syntax_error(text).reason


PIECES = (
    "<http://a> <> foaf: ex:a.b ex:\\~ _:a ?x $1 @en @ar--rtl 007 .5 1.e-10 'a' a ASK SELECT WHERE FILTER VALUES AS "
    "BIND { } ( ) [ ] , ; . * / | ^ ! ? + - = < > ~ ^^ || && != <= >= << >> {| |}"
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES.split())))
def test_any_text_can_be_explained(texts: list[str]) -> None:
    """Whatever the engine refused, there is a place inside the text and a reason of one line."""
    text = " ".join(texts)
    error = describe_syntax_error(text, "error at 1:5: expected one of SELECT, [_]", FOAF)
    assert error.line <= text.count("\n") + text.count("\r") + 1
    assert "\n" not in error.reason
    assert len(error.expected) <= 8


LONG = {
    "values": ("ASK { VALUES ?x { ", "1 ", "} }"),
    "triples": ("ASK { ", "?s ?p 'o'@en ; ?q [ ?r ( 1 ) ] . ", "}"),
    "operators": ("ASK { FILTER(1", "+1*(2)", ") }"),
    "nesting": ("ASK {", "{", ""),
    "parentheses": ("ASK { FILTER", "(", ""),
    "prologue": ("", "PREFIX a: <b:> ", ""),
    "groups": ("SELECT * {", "OPTIONAL { } FILTER(?x) ", "} ORDER BY ?x"),
}


@pytest.mark.parametrize(("begin", "piece", "end"), LONG.values(), ids=LONG.keys())
def test_the_walk_takes_steps_as_the_text_has_tokens(
    begin: str, piece: str, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice the text is at most twice the steps, however deep the grammar's stack is by then."""
    steps: list[object] = []
    unfolded = sparql_grammar._unfolded
    monkeypatch.setattr(sparql_grammar, "_unfolded", lambda *part: steps.append(part) or unfolded(*part))

    def walked(times: int) -> int:
        steps.clear()
        first_misfit(tokenised(begin + piece * times + end))
        return len(steps)

    assert walked(200) <= 2 * walked(100) + 50
