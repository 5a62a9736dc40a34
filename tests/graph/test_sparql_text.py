"""What is known of a SPARQL text before an engine sees it: tokens, escapes, form, SERVICE, bounds, and plain errors."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from re import _constants, _parser  # the structure of a pattern, which the public interface does not show

import pyoxigraph
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from legation.graph import sparql_text
from legation.graph.sparql_text import (
    Form,
    Kind,
    Query,
    QueryRefused,
    QuerySyntaxError,
    QueryTooDeep,
    QueryTooLong,
    ServiceRefused,
    UpdateRefused,
    decoded,
    describe_syntax_error,
    examine,
    excerpt,
    place,
    tokenised,
)

MEGABYTE = 1_000_000
DEAD = "http://127.0.0.1:9/"
"""The discard port, which pyoxigraph refuses to call: a SERVICE that comes to life is an OSError and sends nothing."""
DATA = "<http://a> <http://a> <http://a>, <http://a:8>, <http://a#a.b>, <http://a#>, true . <http://a:8> a true ."
FOAF = {"foaf": "http://xmlns.com/foaf/0.1/"}


def passed(text: str, **options: object) -> Query:
    """The examined query, with room for anything."""
    return examine(text, chars_max=3 * MEGABYTE, **options)  # type: ignore[arg-type]


def store() -> pyoxigraph.Store:
    """A store in which the patterns of these tests find something, so that nothing behind them stays unevaluated."""
    found = pyoxigraph.Store()
    found.load(DATA.encode(), pyoxigraph.RdfFormat.TURTLE)
    return found


def run(text: str) -> list[str] | bool:
    """The engine's own answer."""
    found = store().query(text)
    return bool(found) if isinstance(found, pyoxigraph.QueryBoolean) else [str(row) for row in found]  # type: ignore[union-attr]


def engine_message(text: str) -> str:
    """What the engine says of a text it refuses."""
    with pytest.raises(SyntaxError) as refused:
        store().query(text)
    return str(refused.value)


# ── Tokens ───────────────────────────────────────────────────────────────────────────────────────────────────────────

TERMINALS = [
    ("IRIREF", "<http://example.org/a#b>", Kind.IRI),
    ("IRIREF-empty", "<>", Kind.IRI),
    ("IRIREF-not-ascii", "<http://example.org/é𝄞>", Kind.IRI),
    ("PNAME_NS", "foaf:", Kind.NAME),
    ("PNAME_NS-empty", ":", Kind.NAME),
    ("PNAME_NS-dotted", "a.b-c:", Kind.NAME),
    ("PNAME_LN", "foaf:name", Kind.NAME),
    ("PNAME_LN-digits", "ex:1a", Kind.NAME),
    ("PNAME_LN-colons", "ex:a:b::c", Kind.NAME),
    ("PNAME_LN-dots", "ex:a.b..c", Kind.NAME),
    ("PNAME_LN-percent", "ex:a%20b%zz"[:8], Kind.NAME),
    ("PNAME_LN-escapes", r"ex:a\,b\~\#\%", Kind.NAME),
    ("PNAME_LN-letters", "é:ü·", Kind.NAME),
    ("BLANK_NODE_LABEL", "_:a1.b-c", Kind.NODE),
    ("VAR1", "?x1_é", Kind.VARIABLE),
    ("VAR2", "$x", Kind.VARIABLE),
    ("VAR-digit", "?1", Kind.VARIABLE),
    ("LANGTAG", "@en-GB-oxendict", Kind.LANGUAGE),
    ("LANG_DIR", "@ar--rtl", Kind.LANGUAGE),
    ("INTEGER", "007", Kind.NUMBER),
    ("DECIMAL", "1.5", Kind.NUMBER),
    ("DECIMAL-bare", ".5", Kind.NUMBER),
    ("DOUBLE", "1.e-10", Kind.NUMBER),
    ("DOUBLE-bare", ".5E+3", Kind.NUMBER),
    ("DOUBLE-integer", "1e0", Kind.NUMBER),
    ("STRING_LITERAL1", r"'it\'s \"fine\" # \\'", Kind.STRING),
    ("STRING_LITERAL1-empty", "''", Kind.STRING),
    ("STRING_LITERAL2", '"it\'s <fine>"', Kind.STRING),
    ("STRING_LITERAL_LONG1", "'''a'b''c\n\\''''", Kind.STRING),
    ("STRING_LITERAL_LONG2", '"""a"b""c\r\n\\\\"""', Kind.STRING),
    ("STRING_LITERAL_LONG-empty", "''''''", Kind.STRING),
    ("keyword", "SELECT", Kind.WORD),
    ("keyword-a", "a", Kind.WORD),
    ("keyword-underscore", "encode_for_uri", Kind.WORD),
    *((f"mark-{mark}", mark, Kind.MARK) for mark in "{}()[],;.*/|^!?+-=<>~"),
    *((f"mark-{mark}", mark, Kind.MARK) for mark in ("^^", "||", "&&", "!=", "<=", ">=", "<<", ">>", "{|", "|}")),
]


@pytest.mark.parametrize(("text", "kind"), [pytest.param(*row[1:], id=row[0]) for row in TERMINALS])
def test_each_terminal_of_the_grammar_is_one_token(text: str, kind: Kind) -> None:
    """§19.8, with SPARQL 1.2's; between white space and a comment, at its own offset."""
    assert tokenised(f" \t{text}\r\n# '<{{") == ((kind, text, 2),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("?s?p?o.", ["?s", "?p", "?o", "."], id="no-spaces"),
        pytest.param("ex:a.ex:b", ["ex:a.ex:b"], id="a-name-takes-what-it-can"),
        pytest.param("ex:a. ex:b.", ["ex:a", ".", "ex:b", "."], id="no-name-ends-with-a-dot"),
        pytest.param("_:a._:b", ["_:a._", ":b"], id="a-label-takes-what-it-can"),
        pytest.param("?a<?b&&?c>?d", ["?a", "<?b&&?c>", "?d"], id="an-iri-too"),
        pytest.param("?a< ?b", ["?a", "<", "?b"], id="less-than"),
        pytest.param("?a<<http://b>", ["?a", "<", "<http://b>"], id="less-than-an-iri"),
        pytest.param("<<(?a ?b ?c)>>", ["<<", "(", "?a", "?b", "?c", ")", ">>"], id="triple-term"),
        pytest.param("ex:p? ?o", ["ex:p", "?", "?o"], id="path-question-mark"),
        pytest.param("''''a'''", ["''''a'''"], id="a-quotation-mark-first"),
        pytest.param("'''a''''b'", ["'''a'''", "'b'"], id="the-first-three-close"),
        pytest.param("1.?x", ["1", ".", "?x"], id="an-integer-and-a-stop"),
        pytest.param("1.e", ["1", ".", "e"], id="no-exponent"),
        pytest.param('"a"@en.', ['"a"', "@en", "."], id="language-and-stop"),
        pytest.param("a-b", ["a", "-", "b"], id="minus"),
        pytest.param("a.b.c", ["a", ".", "b", ".", "c"], id="words-and-stops"),
        pytest.param("<a b>", ["<", "a", "b", ">"], id="no-iri-with-a-space"),
        pytest.param("#é\n?x#\r?y#", ["?x", "?y"], id="comments"),
        pytest.param("", [], id="empty"),
    ],
)
def test_the_longest_token_wins(text: str, expected: list[str]) -> None:
    """§19.8, note 4: tokens are taken from the left, each as long as it can be."""
    assert [token.text for token in tokenised(text)] == expected


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        pytest.param("SELECT 'abc", 8, "no closing '", id="string"),
        pytest.param("SELECT 'a\nb'", 8, "no closing '", id="string-over-lines"),
        pytest.param('SELECT """abc" }', 8, 'no closing """', id="long-string"),
        pytest.param(r"SELECT 'a\qb'", 10, "no such escape", id="string-escape"),
        pytest.param(r"SELECT 'a\u12'", 10, "no such escape", id="short-codepoint-escape"),
        pytest.param("SELECT “a”", 8, "unexpected character “", id="typographic-quotes"),
        pytest.param("SELECT\u00a0*", 7, "U+00A0", id="no-break-space"),
        pytest.param("\ufeffSELECT *", 1, "U+FEFF", id="byte-order-mark"),
        pytest.param("SELECT \0", 8, "U+0000", id="nul"),
        pytest.param("SELECT ?a & ?b", 11, "unexpected character &", id="ampersand"),
        pytest.param("SELECT @ en", 8, "unexpected character @", id="lone-at"),
        pytest.param("SELECT \\x", 8, "backslash", id="backslash"),
        pytest.param("SELECT 𝄞𝄞é$ ", 8, "unexpected character 𝄞", id="beyond-the-basic-plane"),
    ],
)
def test_what_is_no_token_is_a_syntax_error(text: str, column: int, reason: str) -> None:
    """The place is that of the first character that cannot be read, or of the string that does not end."""
    with pytest.raises(QuerySyntaxError, match=re.escape(reason)) as refused:
        tokenised(decoded(text))
    assert (refused.value.line, refused.value.column) == (1, column)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([text for _, text, _ in TERMINALS])))
def test_tokens_lie_where_they_say_and_only_space_is_between(texts: list[str]) -> None:
    """Offsets are code points of the text; nothing is lost, nothing is read twice."""
    text = " ".join(texts)
    tokens = tokenised(text)
    assert [token.text for token in tokens] == texts
    assert all(text[token.offset : token.end] == token.text for token in tokens)


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        pytest.param("abc", 0, (1, 1), id="start"),
        pytest.param("abc", 3, (1, 4), id="end"),
        pytest.param("a\nb", 2, (2, 1), id="LF"),
        pytest.param("a\r\nb", 3, (2, 1), id="CRLF"),
        pytest.param("a\rb", 2, (2, 1), id="CR"),
        pytest.param("a\n\r\n\rb", 5, (4, 1), id="mixed"),
        pytest.param("é𝄞x", 2, (1, 3), id="code-points"),
        pytest.param("a\u2028b\x0bc\x85d", 6, (1, 7), id="no-other-line-ends"),
        pytest.param("", 0, (1, 1), id="empty"),
    ],
)
def test_lines_and_columns_count_from_one(text: str, offset: int, expected: tuple[int, int]) -> None:
    """Lines end with LF, CR LF or CR (§19.8); columns are code points."""
    assert place(text, offset) == expected


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        pytest.param("SELECT ?x", 7, "SELECT ?x\n       ^", id="short"),
        pytest.param("a\nb c\nd", 4, "b c\n  ^", id="one-line-only"),
        pytest.param("a\tb", 2, "a b\n  ^", id="tabs-keep-the-caret-below"),
        pytest.param("", 0, "\n^", id="empty"),
        pytest.param("x" * 200, 199, "x" * 80 + "\n" + " " * 79 + "^", id="cut-left"),
        pytest.param("x" * 200, 0, "x" * 80 + "\n^", id="cut-right"),
        pytest.param("x" * 200, 100, "x" * 80 + "\n" + " " * 40 + "^", id="cut-both"),
    ],
)
def test_an_excerpt_is_one_line_and_a_caret(text: str, offset: int, expected: str) -> None:
    """At most 80 code points around the place, whatever the query's length."""
    assert excerpt(text, offset) == expected


def test_no_pattern_of_the_scanner_can_go_back() -> None:
    """Every repetition in the token pattern is possessive, or bounded: the time is linear in the text's length."""

    def repeats(pattern: object) -> list[tuple[object, int]]:
        if not isinstance(pattern, (_parser.SubPattern, list, tuple)):
            return []
        parts = list(pattern)
        goes_back = bool(parts) and (parts[0] is _constants.MAX_REPEAT or parts[0] is _constants.MIN_REPEAT)
        own = [(parts[0], parts[1][1])] if goes_back else []
        return own + [found for part in parts for found in repeats(part)]

    for name in ("_TOKEN", "_REGION"):
        pattern = getattr(sparql_text, name)
        assert all(most <= 8 for _, most in repeats(_parser.parse(pattern.pattern, pattern.flags))), name


HOSTILE: dict[str, str] = {
    "dotted-words": "a." * (MEGABYTE // 2),
    "dotted-names": ":a." * (MEGABYTE // 3),
    "dots": "ASK { ?s ?p :a" + "." * MEGABYTE,
    "dots-in-labels": "ASK {" + "a..............b " * (MEGABYTE // 17),
    "less-than": "<a" * (MEGABYTE // 2),
    "open-iri": "ASK { <" + "a" * MEGABYTE,
    "quotation-marks": '"' * MEGABYTE,
    "open-string": "ASK { ?s ?p '" + "a" * MEGABYTE,
    "open-long-string": "ASK { ?s ?p '''" + "''a" * (MEGABYTE // 3),
    "escapes": r"\u0041" * (MEGABYTE // 6),
    "half-escapes": r"\u" * (MEGABYTE // 2),
    "escapes-in-an-open-string": "ASK { '" + r"\u0041" * (MEGABYTE // 6),
    "backslashes-in-a-comment": "ASK {} #" + "\\" * MEGABYTE,
    "hyphens": "@" + "a-" * (MEGABYTE // 2),
    "digits": "1" * MEGABYTE,
    "spaces": "ASK {}" + " " * MEGABYTE,
    "comments": "#" * MEGABYTE,
    "braces": "ASK" + "{" * MEGABYTE,
    "names-of-the-word": "PREFIX ex: <http://a:> ASK {" + "ex:service " * (MEGABYTE // 11) + "}",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_megabyte_is_read_to_its_end(text: str) -> None:
    """Were any part read again and again, these would not come to an end."""
    with suppress(QueryRefused):
        passed(text)


# ── Codepoint escapes ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(r"ASK { ?s ?p 'a' }", r"ASK { ?s ?p 'a' }", id="none"),
        pytest.param(r"\u0041\U00000053K {}", "ASK {}", id="keyword"),
        pytest.param(r"?\u0061 ex\u003Ab \u007B", "?a ex:b {", id="names-and-marks"),
        pytest.param(r"'\u0061\u00e9\U0001D11E'", "'aé𝄞'", id="string"),
        pytest.param(r"'\u0027' '\u0022'", r"'\'' '\"'", id="string-quotation-marks"),
        pytest.param(r"'''\u0027\u0027\u0027'''", r"'''\'\'\''''", id="long-string-quotation-marks"),
        pytest.param(r'"\u005C\u000A\u000D\u0009"', '"\\\\\\n\\r\t"', id="string-controls"),
        pytest.param(r"'\\u0041'", r"'\\u0041'", id="escaped-backslash"),
        pytest.param(r"'\\\u0041'", r"'\\A'", id="escaped-backslash-then-escape"),
        pytest.param(r"<http://a/\u00e9>", "<http://a/é>", id="iri"),
        pytest.param("# \\u000A SERVICE\n?x", "# u000A SERVICE\n?x", id="comment"),
        pytest.param("# \\\\u000A\n?x", "# u000A\n?x", id="comment-backslashes"),
        pytest.param("?x # '\n\\u0041", "?x # '\nA", id="after-a-comment"),
        pytest.param(r"'# ' \u0041", "'# ' A", id="after-a-string"),
        pytest.param(r"?a < ?b \u0026& ?c", "?a < ?b && ?c", id="after-less-than"),
        pytest.param(r"\u004 \U0000004", r"\u004 \U0000004", id="too-short"),
    ],
)
def test_escapes_are_decoded_before_the_text_is_read(text: str, expected: str) -> None:
    """§19.2, in the reading of `decoded`: the result means the same to an engine that decodes first, later or never."""
    assert decoded(text) == expected
    assert decoded(expected) == expected


@pytest.mark.parametrize(
    ("text", "column"),
    [
        pytest.param(r"'\uD800'", 2, id="surrogate"),
        pytest.param(r"'\uD83C\uDCA1'", 2, id="surrogate-pair"),
        pytest.param(r"<http://a/\uDCA1>", 11, id="surrogate-in-iri"),
        pytest.param(r"'\U00110000'", 2, id="beyond-unicode"),
        pytest.param(r"<http://a\u003E>", 10, id="iri-closed"),
        pytest.param(r"<http://a\u0020b>", 10, id="iri-space"),
        pytest.param(r"?s \u0022a", 4, id="opens-a-string"),
        pytest.param(r"?s \u003Ca>", 4, id="opens-an-iri"),
        pytest.param(r"?s \u0023", 4, id="opens-a-comment"),
        pytest.param(r"?s \u005Cu0041", 4, id="opens-an-escape"),
        pytest.param(r"?s \u000A", 4, id="ends-a-line"),
        pytest.param("'\ud800'", 2, id="half-a-pair-as-such"),
    ],
)
def test_an_escape_that_could_be_read_in_two_ways_is_refused(text: str, column: int) -> None:
    """§19.2: only characters legal at that point may be escaped; a surrogate is no character at all."""
    with pytest.raises(QuerySyntaxError) as refused:
        decoded(text)
    assert (refused.value.line, refused.value.column) == (1, column)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), st.sampled_from(["'", '"', "'''", '"""']))
def test_a_string_keeps_its_value_through_decoding(value: str, quote: str) -> None:
    """The engine reads from the decoded text the value it would have read from the escapes."""
    literal = quote + "".join(f"\\U{ord(character):08X}" for character in value) + quote
    query = passed(f"SELECT ({literal} AS ?v) {{}}")
    assert "\\U" not in query.text
    (row,) = store().query(query.text)  # type: ignore[misc]
    assert row["v"].value == value


# ── Form ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "form"),
    [
        pytest.param("SELECT * {}", Form.SELECT, id="S3-select"),
        pytest.param("ask{}", Form.ASK, id="S3-ask-small"),
        pytest.param("Construct WHERE {}", Form.CONSTRUCT, id="S3-construct"),
        pytest.param("DESCRIBE <http://a>", Form.DESCRIBE, id="S3-describe"),
        pytest.param("PREFIX ask: <http://a/> DESCRIBE ask:SELECT", Form.DESCRIBE, id="S3-prefix-is-no-form"),
        pytest.param("BASE <http://ASK> PREFIX : <x> BASE <y> ASK {}", Form.ASK, id="S3-declarations"),
        pytest.param("VERSION '1.2' PREFIX SELECT: <x> ASK {}", Form.ASK, id="S3-version"),
        pytest.param("# SELECT\nASK { ?s ?p 'CONSTRUCT' }", Form.ASK, id="S3-comment-is-no-form"),
        pytest.param("ASK { { SELECT * { ?s ?p ?o } } }", Form.ASK, id="S3-subquery-is-no-form"),
        pytest.param(r"S\u0045LECT * {}", Form.SELECT, id="S3-escaped"),
    ],
)
def test_the_form_is_the_querys_and_not_a_word_in_it(text: str, form: Form) -> None:
    """S3: what comes after BASE, PREFIX and VERSION decides."""
    assert passed(text).form is form


@pytest.mark.parametrize("text", ["", " \n", "# ASK {}", "PREFIX a: <b>", "BASE <http://a/>"])
def test_a_text_without_a_query_is_a_syntax_error(text: str) -> None:
    """S1: an empty query is the client's error, and it learns what was expected."""
    with pytest.raises(QuerySyntaxError, match="no query") as refused:
        passed(text)
    assert "SELECT" in refused.value.expected


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <a:a> <a:b> 1 }",
        "delete where { ?s ?p ?o }",
        "LOAD <http://a>",
        "CLEAR ALL",
        "DROP GRAPH <http://a>",
        "CREATE GRAPH <http://a>",
        "ADD DEFAULT TO <http://a>",
        "MOVE <http://a> TO DEFAULT",
        "COPY <http://a> TO <http://b>",
        "WITH <http://a> DELETE { ?s ?p ?o } WHERE {}",
        "PREFIX a: <http://a> # ASK\n INSERT { ?s ?p ?o } WHERE {}",
        r"L\u004FAD <http://a>",
    ],
)
def test_an_update_is_refused_by_name(text: str) -> None:
    """S5: the first word after the declarations says what it is."""
    with pytest.raises(UpdateRefused) as refused:
        passed(text)
    assert refused.value.keyword in decoded(text).upper()
    assert text[refused.value.column - 1 :] or refused.value.line > 1


@pytest.mark.parametrize("text", ["ASK { ?s ?p 'INSERT' }", "ASK { ?insert ?load ?drop }", "PREFIX load: <a:> ASK {}"])
def test_words_of_updates_are_no_updates(text: str) -> None:
    """S5: no false alarm for strings, variables and prefixes."""
    assert passed(text).form is Form.ASK


@pytest.mark.parametrize(
    ("expression", "is_volatile"),
    [
        ("NOW()", True),
        ("now ( )", True),
        ("RAND()", True),
        ("UUID()", True),
        ("StrUUID( # here\n )", True),
        ("BNODE('x')", True),
        ("1+RAND()", True),
        ("NOT EXISTS { BIND(NOW() AS ?n) }", True),
        (r"N\u004FW()", True),
        ("ex:now()", False),
        ("'NOW()'", False),
        ("?now", False),
        ("<http://a/NOW()>", False),
        ("isBLANK(?x) # NOW()", False),
        ("MONTH(?now)", False),
    ],
)
def test_a_query_that_may_answer_differently_is_volatile(expression: str, is_volatile: bool) -> None:
    """S10: only calls count, in any spelling and at any depth."""
    assert passed(f"PREFIX ex: <http://a/> ASK {{ FILTER({expression}\n) }}").is_volatile is is_volatile


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * FROM <http://a> {}", True),
        ("ASK from named <http://a> {}", True),
        ("DESCRIBE *FROM<http://a>{}", True),
        ("ASK { ?from ?p 'FROM' }", False),
        ("PREFIX from: <http://a/> ASK { from:FROM ?p <http://from> }", False),
    ],
)
def test_a_dataset_clause_is_seen(text: str, expected: bool) -> None:
    """S2: whether FROM describes the dataset."""
    assert passed(text).has_dataset_clause is expected


# ── SERVICE ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "column"),
    [
        pytest.param("ASK { SERVICE <http://a> {} }", 7, id="S6-plain"),
        pytest.param("ASK { service <http://a> {} }", 7, id="S6-small"),
        pytest.param("ASK { SeRvIcE <http://a> {} }", 7, id="S6-mixed"),
        pytest.param("ASK{SERVICE<http://a>{}}", 5, id="S6-no-spaces"),
        pytest.param("ASK { SERVICE SILENT <http://a> {} }", 7, id="S6-silent"),
        pytest.param("ASK { SERVICESILENT<http://a> {} }", 7, id="S6-silent-joined"),
        pytest.param("ASK { SERVICE ?s {} }", 7, id="S6-variable"),
        pytest.param("ASK { SERVICE?s{} }", 7, id="S6-variable-joined"),
        pytest.param("PREFIX a: <http://a> ASK { SERVICE a: {} }", 28, id="S6-prefixed"),
        pytest.param("ASK { SERVICE <a> {} }", 7, id="S6-relative"),
        pytest.param("ASK { SERVICE # <http://b>\n <http://a> {} }", 7, id="S6-comment"),
        pytest.param("ASK { { OPTIONAL { { SERVICE <http://a> {} } } } }", 22, id="S6-nested"),
        pytest.param("ASK { FILTER EXISTS { SERVICE <http://a> {} } }", 23, id="S6-exists"),
        pytest.param("ASK { { SELECT * { SERVICE <http://a> {} } } }", 20, id="S6-subquery"),
        pytest.param(r"ASK { \u0053ERVICE <http://a> {} }", 7, id="S6-escaped"),
        pytest.param(r"ASK { \U00000053\u0065rvic\u0045 <http://a> {} }", 7, id="S6-escaped-more"),
        pytest.param("ASK { ?s ?p trueSERVICE<http://a> {} }", 13, id="S6-joined-to-a-boolean"),
        pytest.param("ASK { ?s ?p 1SERVICE<http://a> {} }", 14, id="S6-joined-to-a-number"),
        pytest.param("ASK { ?s ?p 1.5eSERVICE<http://a> {} }", 16, id="S6-joined-to-half-a-number"),
        pytest.param("ASK { ?s ?p 'a'SERVICE<http://a> {} }", 16, id="S6-joined-to-a-string"),
        pytest.param("ASK { ?s ?p <b>SERVICE<http://a> {} }", 16, id="S6-joined-to-an-iri"),
        pytest.param("CONSTRUCT { SERVICE <http://a> {} } {}", 13, id="S6-where-it-makes-no-sense"),
    ],
)
def test_service_in_any_spelling_is_refused(text: str, column: int) -> None:
    """S6: before an engine sees it, with its place in the decoded text."""
    with pytest.raises(ServiceRefused) as refused:
        passed(text)
    assert (refused.value.line, refused.value.column) == (1, column)


INNOCENT = [
    ("string", "?s ?p 'SERVICE <http://a> {}'"),
    ("string-double", '?s ?p "SERVICE <http://a> {}"'),
    ("string-long", "?s ?p '''\nSERVICE <http://a> {}\n'''"),
    ("string-escaped-mark", r"?s ?p '\' SERVICE <http://a> {}'"),
    ("string-codepoint", r"?s ?p '\u0027 SERVICE <http://a> {} \u0027'"),
    ("comment", "?s ?p ?o # SERVICE <http://a> {}\n"),
    ("comment-with-a-mark", "?s ?p ?o # ' SERVICE\n. ?s ?p '#'"),
    ("comment-codepoint", "?s ?p ?o # \\u000A SERVICE <http://a> {}\n"),
    ("iri", "?s ?p <http://example.org/SERVICE>"),
    ("iri-relative", "?s ?p <SERVICE>"),
    ("variable", "?service $SERVICE ?o"),
    ("prefix", "service:x service:p service:o"),
    ("prefix-before-a-group", "?s ?p service:o { ?a ?b ?c }"),
    ("prefix-of-a-graph", "GRAPH service:g { ?a ?b ?c }"),
    ("local", "ex:SERVICE ex:service ex:Service"),
    ("local-before-a-group", "?s ex:service ?o { ?a ?b ?c }"),
    ("local-of-a-graph", "GRAPH ex:service { ?a ?b ?c }"),
    ("local-dotted", "?s ?p ex:a.b.service . { ?a ?b ?c }"),
    ("local-with-a-colon", "?s ?p ex:service:1 { ?a ?b ?c }"),
    ("language", "?s ?p 'a'@service"),
    ("node", "_:service ?p _:SERVICE.b"),
]
PROLOGUE = "BASE <http://base/> PREFIX ex: <http://example.org/> PREFIX service: <http://s.example/> "


@pytest.mark.parametrize("pattern", [pytest.param(row[1], id=f"S6-{row[0]}") for row in INNOCENT])
def test_what_merely_contains_the_word_is_no_alarm(pattern: str) -> None:
    """S6: the query passes, and the engine reads it without calling anyone."""
    run(passed(f"{PROLOGUE} SELECT * {{ {pattern} }}").text)


HIDDEN = st.sampled_from(["SERVICE", "service", "Service", r"\u0053ERVICE", r"serv\U00000069ce"])
COATS: list[Callable[[str], str]] = [
    lambda word: f"?s ?p '{word} <{DEAD}> {{}}' .",
    lambda word: f'?s ?p "\\"{word} <{DEAD}> {{}}" .',
    lambda word: f"?s ?p '''{word}\n'' <{DEAD}> {{}}''' .",
    lambda word: f'?s ?p """" {word} <{DEAD}> {{}}""" .',
    lambda word: f"?s ?p ?o . # {word} <{DEAD}> {{}}\n",
    lambda word: f"?s ?p <http://example.org/{word}> .",
    lambda word: f"?{word} ?p ?o .",
    lambda word: f"?s ex:{word} ?o .",
    lambda word: f"ex:a.b.{word} ?p ?o .",
    lambda word: f"service:{word} ?p service:x .",
    lambda word: f"[] ?p 'a'@{word} .",
]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(COATS), HIDDEN), min_size=1, max_size=6))
def test_the_word_can_be_hidden_anywhere_without_alarm(hidden: list[tuple[Callable[[str], str], str]]) -> None:
    """S6: in strings of four kinds, comments, IRIs, names, variables, language tags, escaped or not."""
    pattern = " ".join(coat(word) for coat, word in hidden)
    run(passed(f"{PROLOGUE} ASK {{ {pattern} }}").text)


SPELLING = st.lists(st.sampled_from(range(3)), min_size=7, max_size=7).map(
    lambda ways: "".join(
        (letter, letter.lower(), f"\\u{ord(letter):04X}")[way] for letter, way in zip("SERVICE", ways, strict=True)
    )
)
GAPS = st.sampled_from(["", " ", "\n", "\t\r\n", "#'\n", " # SERVICE\r"])
BEFORE = st.sampled_from(
    ["", "?s ?p ?o .", "?s ?p 1.", "?s ?p 'a'", "?s ?p true ", "{}", "OPTIONAL {}", "FILTER(1)", "{{"]
)
TARGETS = st.sampled_from([f"<{DEAD}>", "?s", "<a>", "dead:x", f"SILENT<{DEAD}>", " SILENT ?s"])


@settings(max_examples=150, deadline=None)
@given(BEFORE, SPELLING, GAPS, TARGETS)
def test_a_real_service_is_always_caught(before: str, word: str, gap: str, target: str) -> None:
    """S6: any letter case, any escape, any gap and any endpoint. (Joined to a prefix it is another name.)"""
    gap = gap or (" " if target[0] in "dS" else "")
    with pytest.raises(ServiceRefused):
        passed(f"PREFIX dead: <{DEAD}> ASK {{ {before}{word}{gap}{target}{{ ?a ?b ?c }} {'}' * before.count('{{')} }}")


PREFIXES = " ".join(
    f"PREFIX {label}: <{iri}>"
    for label, iri in {"": DEAD, "SERVICE": DEAD, "ex": "http://a:8", "e": "http://a#"}.items()
)
DISGUISED = {
    "a-declared-name": "SERVICE:x { ?a ?b ?c }",
    "silent": "SERVICESILENT:x { ?a ?b ?c }",
    "after-a-triple": "?s ?p ?o SERVICE:x { ?a ?b ?c }",
    "two-dots": "?s ?p e:a.b.SERVICE:x { ?a ?b ?c }",
    "invalid-iri": "?s ?p ex:SERVICE:x { ?a ?b ?c }",
    "invalid-iri-spaced": f"?s ?p ex:SERVICE <{DEAD}> {{ ?a ?b ?c }}",
    "invalid-iri-joined": "ex:atrueSERVICE:x { ?a ?b ?c }",
    "invalid-escape": "?s ?p e:SERVICE:x\\# { ?a ?b ?c }",
}


@pytest.mark.parametrize("pattern", DISGUISED.values(), ids=[f"S6-{name}" for name in DISGUISED])
def test_a_service_that_only_the_engine_would_see_does_not_live(pattern: str) -> None:
    """S6: the engine reads without tokens, so a name can become a keyword; in the text it is given none can."""
    text = f"{PREFIXES} SELECT * {{ {pattern} }}"
    with suppress(QuerySyntaxError, SyntaxError):
        run(passed(text).text)


@pytest.mark.parametrize("name", ["a-declared-name", "after-a-triple", "invalid-iri", "invalid-iri-joined"])
def test_the_disguises_are_not_imaginary(name: str) -> None:
    """The engine does call the host when it is given them as written; should this fail, the engine was mended."""
    with pytest.raises(OSError, match="port 9"):
        run(f"{PREFIXES} SELECT * {{ {DISGUISED[name]} }}")


WORDS = (
    "?s ?p ?o true a 1 'x' . ; , { } OPTIONAL UNION FILTER(1) ~ SERVICE:x SERVICESILENT:x trueSERVICE:x ex:SERVICE:x "
    "ex:atrueSERVICE:x e:a.b.SERVICE:x e:SERVICE :x ex: e:SERVICE:x\\# <SERVICE> ?SERVICE _:SERVICE 'SERVICE'"
)
PIECES = [*WORDS.split(), f"<{DEAD}>", "{ ?a ?b ?c }", "#SERVICE\n"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=9), st.sampled_from(["", " "]))
@example(["?s", "?p", "?o", "SERVICE:x", "{ ?a ?b ?c }"], " ")
def test_no_text_that_passes_calls_a_host(pieces: list[str], gap: str) -> None:
    """S6, cross-checked with the engine: what passes is evaluated, or refused as syntax, but never sent anywhere."""
    try:
        query = passed(f"{PREFIXES} SELECT * {{ {gap.join(pieces)} }}")
    except QueryRefused:
        return
    with suppress(SyntaxError):
        run(query.text)


@pytest.mark.parametrize(
    ("text", "is_allowed"),
    [
        pytest.param("ASK { SERVICE <https://a.example/sparql> {} }", True, id="iri"),
        pytest.param("ASK { service silent <https://a.example/sparql> {} }", True, id="silent"),
        pytest.param("PREFIX a: <https://a.example/> ASK { SERVICE a:sparql {} }", True, id="prefixed"),
        pytest.param(
            "PREFIX a: <https://b/> PREFIX a: <https://a.example/> ASK { SERVICE a:sparql {} }", True, id="last"
        ),
        pytest.param(
            "PREFIX a: <https://a.example/> PREFIX a: <https://b/> ASK { SERVICE a:sparql {} }", False, id="first"
        ),
        pytest.param("ASK { SERVICE <https://b.example/sparql> {} }", False, id="another"),
        pytest.param("ASK { SERVICE <https://a.example/sparql/> {} }", False, id="compared-as-written"),
        pytest.param("BASE <https://a.example/> ASK { SERVICE <sparql> {} }", False, id="relative"),
        pytest.param("BASE <https://a.example/> PREFIX a: <> ASK { SERVICE a:sparql {} }", False, id="relative-prefix"),
        pytest.param("ASK { SERVICE ?s {} }", False, id="variable"),
        pytest.param("ASK { SERVICE", False, id="nothing"),
        pytest.param(
            "ASK { SERVICE <https://a.example/sparql> { SERVICE <https://b.example/> {} } }", False, id="nested"
        ),
    ],
)
def test_an_allow_list_names_endpoints(text: str, is_allowed: bool) -> None:
    """S6: the endpoint must be known from the text alone, and be on the list."""
    allowed = frozenset({"https://a.example/sparql"})
    if is_allowed:
        assert passed(text, service_allowed=allowed).form is Form.ASK
    else:
        with pytest.raises(ServiceRefused):
            passed(text, service_allowed=allowed)


# ── What the engine is given ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ASK { ?s ?p 'a.b' } # ex:a.b", "ASK { ?s ?p 'a.b' } # ex:a.b", id="nothing-changes"),
        pytest.param("PREFIX a: <b:> ASK {?s ?p a:b.c.d}", r"PREFIX a: <b:> ASK {?s ?p a:b\.c\.d}", id="dots"),
        pytest.param(
            r"PREFIX a: <b:> ASK {?s ?p a:b\.c.d}", r"PREFIX a: <b:> ASK {?s ?p a:b\.c\.d}", id="dots-escaped"
        ),
        pytest.param("PREFIX xService: <b:> ASK {?s ?p xService:a}", "PREFIX n0: <b:> ASK {?s ?p n0:a}", id="label"),
        pytest.param(
            "PREFIX service: <b:> PREFIX n0: <c:> ASK {service:a n0:a 1}",
            "PREFIX n1: <b:> PREFIX n0: <c:> ASK {n1:a n0:a 1}",
            id="label-is-free",
        ),
        pytest.param("ASK { ?s ?p TRUE, False }", "ASK { ?s ?p true, false }", id="booleans"),
    ],
)
def test_the_engine_gets_names_it_cannot_misread(text: str, expected: str) -> None:
    """Only prefix labels with the word, dots in local names and capital booleans differ from what was written."""
    query = passed(text)
    assert (query.text, query.written) == (expected, text)


def test_names_keep_their_meaning() -> None:
    """A renamed prefix and escaped dots name the IRIs they named."""
    found = pyoxigraph.Store()
    thing = pyoxigraph.NamedNode("http://s.example/a.b.service.c")
    found.add(pyoxigraph.Quad(thing, thing, thing))
    text = "PREFIX service: <http://s.example/> ASK { service:a.b.service.c ?p service:a.b.service.c }"
    assert bool(found.query(passed(text).text))
    with pytest.raises(SyntaxError):
        found.query(text)


# ── Bounds ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_long_query_is_refused_by_its_length() -> None:
    """D7: the limit is named, in code points."""
    text = "ASK { ?s ?p '" + "𝄞" * 100 + "' }"
    assert examine(text, chars_max=len(text)).form is Form.ASK
    with pytest.raises(QueryTooLong) as refused:
        examine(text, chars_max=len(text) - 1)
    assert (refused.value.chars, refused.value.chars_max) == (len(text), len(text) - 1)


P = "<http://e/p>"
NESTED: dict[str, Callable[[int], str]] = {
    "groups": lambda n: "ASK" + "{" * n + "?s ?p ?o" + "}" * n,
    "optionals": lambda n: "ASK{" + "OPTIONAL{" * (n - 1) + "?s ?p ?o" + "}" * n,
    "exists": lambda n: "ASK{" + "FILTER EXISTS{" * (n - 1) + "?s ?p ?o" + "}" * n,
    "not-exists": lambda n: "ASK{" + "FILTER NOT EXISTS{" * (n - 1) + "?s ?p ?o" + "}" * n,
    "subqueries": lambda n: "ASK{" + "{SELECT*{" * (n // 2 - 1) + "{?s ?p ?o}" + "}}" * (n // 2 - 1) + "}",
    "parentheses": lambda n: "ASK{FILTER" + "(" * (n - 1) + "1" + ")" * (n - 1) + "}",
    "calls": lambda n: "ASK{FILTER(" + "STR(" * (n - 2) + "?a" + ")" * (n - 1) + "}",
    "conditionals": lambda n: "ASK{FILTER(" + "IF(1,1," * (n - 2) + "?a" + ")" * (n - 1) + "}",
    "mixed": lambda n: (
        "ASK{" + "MINUS{?a ?b ?c FILTER(COALESCE(EXISTS{" * (n // 4 - 1) + "?s ?p ?o" + "}))}" * (n // 4 - 1) + "}"
    ),
    "paths": lambda n: "ASK{?s " + "(" * (n - 1) + P + ")" * (n - 1) + " ?o}",
    "triple-terms": lambda n: "ASK{?s ?p " + "<<(?s ?p " * (n // 2 - 1) + "?o" + ")>>" * (n // 2 - 1) + "}",
}
CHAINS: dict[str, Callable[[int], str]] = {
    "path-steps": lambda n: "ASK{?s " + "/".join([P] * (n - 1)) + " ?o}",
    "path-alternatives": lambda n: "ASK{?s " + "|".join([P] * (n - 1)) + " ?o}",
    "inverse-steps": lambda n: "ASK{?s " + "/".join(["^" + P] * (n // 2 - 1)) + " ?o}",
    "or": lambda n: "ASK{FILTER(" + "||".join(["?a"] * (n - 2)) + ")}",
    "and": lambda n: "ASK{FILTER(" + "&&".join(["?a"] * (n - 2)) + ")}",
    "plus": lambda n: "ASK{FILTER(" + "+".join(["?a"] * (n - 2)) + ")}",
    "not": lambda n: "ASK{FILTER(" + "!" * (n - 4) + "?a)}",
    "unions": lambda n: "ASK{" + "UNION".join(["{}"] * (n // 2 - 1)) + "}",
    "optionals-in-a-row": lambda n: "ASK{" + "OPTIONAL{}" * (n // 2 - 1) + "}",
    "minuses-in-a-row": lambda n: "ASK{" + "MINUS{?s ?p ?o}" * (n // 2 - 1) + "}",
    "binds": lambda n: "ASK{" + "".join(f"BIND(1 AS ?x{i})" for i in range(n - 3)) + "}",
    "filters": lambda n: "ASK{" + "FILTER(1)" * (n - 3) + "}",
    "ground-triples": lambda n: "ASK{" + "<http://a> <http://a> <http://a>." * (n - 3) + "}",
    "projections": lambda n: "SELECT " + "".join(f"(1 AS ?v{i})" for i in range(n - 3)) + "{}",
    "described": lambda n: "DESCRIBE" + " <http://e/>" * (n - 2),
}


@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED.keys())
def test_nesting_is_bounded(text: Callable[[int], str]) -> None:
    """One bound for all brackets: as deep as allowed passes, twice as deep does not."""
    assert passed(text(100), depth_max=100)
    with pytest.raises(QueryTooDeep) as refused:
        passed(text(208), depth_max=100)
    assert (refused.value.measure, refused.value.bound) == ("brackets", 100)


@pytest.mark.parametrize("text", CHAINS.values(), ids=CHAINS.keys())
def test_chains_are_bounded(text: Callable[[int], str]) -> None:
    """One bound for all that hangs on one another: as long as allowed passes, twice as long does not."""
    assert passed(text(500), links_max=500)
    with pytest.raises(QueryTooDeep) as refused:
        passed(text(1100), links_max=500)
    assert (refused.value.measure, refused.value.bound) == ("links", 500)


def test_chains_add_up_along_the_nesting_and_not_beside_it() -> None:
    """What hangs on one another is counted together; what stands side by side is not."""

    def chain(length: int) -> str:
        return "FILTER(" + "+".join(["1"] * length) + ")"

    assert passed("ASK {" + "{" + chain(300) + "}" + "{" + chain(300) + "} }")
    with pytest.raises(QueryTooDeep):
        passed("ASK { FILTER(" + "1+" * 300 + "(" + "+".join(["1"] * 300) + ")) }")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("ASK { VALUES ?x {" + " -1" * 5000 + "} }", id="values"),
        pytest.param("ASK { VALUES (?x ?y) {" + "(<http://a> UNDEF)" * 5000 + "} }", id="rows"),
        pytest.param("ASK { FILTER(?x IN (" + ",".join(["-1"] * 400) + ")) }", id="members"),
        pytest.param("ASK { FILTER(CONCAT(" + ",".join(["STR(?x)"] * 2000) + ") = '') }", id="arguments"),
        pytest.param("PREFIX a: <b:> " * 2000 + "ASK {}", id="declarations"),
        pytest.param("ASK " + "FROM <http://a> " * 2000 + "{}", id="datasets"),
        pytest.param("ASK { ?s ?p '" + "{(" * 2000 + "' } # " + "{(" * 2000, id="brackets-in-strings-and-comments"),
        pytest.param("ASK {" + "?s ?p ?o . " * 400 + "}", id="triples"),
    ],
)
def test_what_costs_the_engine_no_stack_is_not_bounded(text: str) -> None:
    """Long data blocks, lists and prologues are ordinary; their length is bounded as the text's is."""
    assert passed(text).form is Form.ASK
    if "?s ?p ?o . " not in text:
        run(text)


def test_brackets_that_do_not_match_cannot_hide_depth() -> None:
    """Only its own closing bracket closes a bracket."""
    with pytest.raises(QueryTooDeep):
        passed("ASK " + "{)" * 101)
    with pytest.raises(QueryTooDeep):
        passed("ASK {" + "(>>" * 101)


QUICK = (
    "path-alternatives",
    "or",
    "plus",
    "not",
    "minuses-in-a-row",
    "binds",
    "ground-triples",
    "projections",
    "described",
)
ENGINE = """
import json, sys, pyoxigraph
for text in json.load(sys.stdin):
    found = pyoxigraph.Store().query(text)
    list(found) if not isinstance(found, pyoxigraph.QueryBoolean) else None
"""


def test_the_engine_bears_what_the_bounds_allow_on_half_its_stack() -> None:
    """At the default bounds, with 4 MiB of stack instead of 8, also where chains hang in the deepest nesting."""
    texts = [text(100) for text in NESTED.values()] + [CHAINS[name](500) for name in QUICK]
    texts.append("ASK{" + "FILTER EXISTS{" * 98 + "".join(f"BIND(1 AS ?x{i})" for i in range(200)) + "}" * 99)
    done = subprocess.run(
        [sys.executable, "-c", ENGINE],
        input=json.dumps([passed(text).text for text in texts]),
        text=True,
        capture_output=True,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_STACK, (4 << 20, 4 << 20)),
    )
    assert done.returncode == 0, done.stderr


# ── Syntax errors in plain words ─────────────────────────────────────────────────────────────────────────────────────

MISTAKES = [
    ("misspelt-form", "SELCT * WHERE {}", (1, 1), "SELCT", "did you mean SELECT?"),
    ("misspelt-prefix", "PREFX a: <b:> ASK {}", (1, 1), "PREFX", "did you mean PREFIX?"),
    ("misspelt-where", "SELECT ?s WEHRE { ?s ?p ?o }", (1, 11), "WEHRE", "did you mean WHERE?"),
    ("misspelt-optional", "ASK { ?s ?p ?o OPTIONL { ?s ?p ?x } }", (1, 16), "OPTIONL", "did you mean OPTIONAL?"),
    ("misspelt-filter", "ASK { ?s ?p ?o . FILTR(?o) }", (1, 18), "FILTR", "did you mean FILTER?"),
    ("misspelt-order", "SELECT * { ?s ?p ?o } ORDRE BY ?s", (1, 23), "ORDRE", "did you mean ORDER?"),
    ("misspelt-function", "ASK { FILTER STRSTART(?o, 'a') }", (1, 14), "STRSTART", "did you mean STRSTARTS?"),
    ("misspelt-update", "INSRT DATA {}", (1, 1), "INSRT", None),
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
    ("object-missing", "ASK { ?s ?p ; ?q ?o }", (1, 13), ";", None),
    ("object-missing-at-the-end", "ASK { ?s ?p }", (1, 13), "}", None),
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
    ("not-grouped", "SELECT ?a { ?s ?p ?o } GROUP BY ?s", (1, 1), "neither in GROUP BY nor", None),
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
    run(passed(text).text)
    assert "cannot read" in describe_syntax_error(text).reason


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [text for _, text, _ in TERMINALS] + ["ASK", "SELECT", "WHERE", "FILTER", "VALUES", "AS", "BIND"]
        )
    )
)
def test_any_text_can_be_explained(texts: list[str]) -> None:
    """Whatever the engine refused, there is a place inside the text and a reason of one line."""
    text = " ".join(texts)
    error = describe_syntax_error(text, "error at 1:5: expected one of SELECT, [_]", FOAF)
    assert error.line <= text.count("\n") + text.count("\r") + 1
    assert "\n" not in error.reason
    assert len(error.expected) <= 8


@settings(max_examples=150, deadline=None)
@given(st.text())
def test_any_text_is_examined_or_refused(text: str) -> None:
    """Nothing but the refusals of this module comes out of it."""
    with suppress(QueryRefused):
        assert examine(text, chars_max=1000).form in Form


def test_an_error_says_nothing_of_the_engine() -> None:
    """S7: neither its character classes nor its name nor a path."""
    text = "ASK { ?s foaf:name ?o . ?s ?p }"
    error = describe_syntax_error(text, engine_message(text), FOAF)
    said = json.dumps(vars(error), ensure_ascii=False) + str(error)
    assert not re.search(r"\\u\{|\.\.=|\[_\]|oxigraph|expected one of", said)
