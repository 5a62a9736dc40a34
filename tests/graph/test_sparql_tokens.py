"""The tokens of a SPARQL text, its codepoint escapes, and places: a row for each terminal and reading of an escape."""

from __future__ import annotations

import re
from re import _constants, _parser  # the structure of a pattern, which the public interface does not show

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legation.graph import sparql_tokens
from legation.graph.sparql_tokens import Kind, QuerySyntaxError, decoded, excerpt, place, tokenised

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
        pytest.param("a-b.c-:d", ["a-b.c-:d"], id="a-label-with-all-it-may-hold"),
        pytest.param("a." * 40 + "b:c", ["a." * 40 + "b:c"], id="a-label-of-many-dots"),
        pytest.param("a-1e+5", ["a", "-", "1e+5"], id="a-number-that-leaves-the-run"),
        pytest.param("a-1e+5a-b:c", ["a", "-", "1e+5", "a-b:c"], id="a-name-after-such-a-number"),
        pytest.param("a-1.5-b..c", ["a", "-", "1.5", "-", "b", ".", ".", "c"], id="a-run-cut-up"),
        pytest.param("1a-b:c", ["1", "a-b:c"], id="a-name-after-a-digit"),
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
        pytest.param("SELECT a-é-b", 10, "unexpected character é", id="letter-in-a-run"),
        pytest.param("SELECT a-_b", 10, "unexpected character _", id="underscore-in-a-run"),
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
        pytest.param("x" * 200, 199, "…" + "x" * 80 + "\n" + " " * 80 + "^", id="cut-left"),
        pytest.param("x" * 200, 0, "x" * 80 + "…\n^", id="cut-right"),
        pytest.param("x" * 200, 100, "…" + "x" * 80 + "…\n" + " " * 41 + "^", id="cut-both"),
        pytest.param("日本 ?x", 3, "日本 ?x\n     ^", id="wide-letters-take-two-columns"),
        pytest.param("e\u0301 ?x", 3, "e\u0301 ?x\n  ^", id="combining-marks-take-none"),
        pytest.param("a\r\nb ?x\r\nc", 5, "b ?x\n  ^", id="lines-of-windows"),
    ],
)
def test_an_excerpt_is_one_line_and_a_caret(text: str, offset: int, expected: str) -> None:
    """At most 80 code points around the place, whatever the query's length."""
    assert excerpt(text, offset) == expected


def test_no_pattern_of_the_scanner_can_go_back() -> None:
    """Every repetition in the scanner's patterns is possessive, or bounded: the time is linear in the text's length."""

    def repeats(pattern: object) -> list[tuple[object, int]]:
        if not isinstance(pattern, (_parser.SubPattern, list, tuple)):
            return []
        parts = list(pattern)
        goes_back = bool(parts) and (parts[0] is _constants.MAX_REPEAT or parts[0] is _constants.MIN_REPEAT)
        own = [(parts[0], parts[1][1])] if goes_back else []
        return own + [found for part in parts for found in repeats(part)]

    for name in ("_TOKEN", "_IN_RUN", "_REGION", "_ESCAPE", "_COMMENT_ESCAPE"):
        pattern = getattr(sparql_tokens, name)
        assert all(most <= 8 for _, most in repeats(_parser.parse(pattern.pattern, pattern.flags))), name


class Counted:
    """A pattern that counts the characters it was asked for: those of its matches, and one for each attempt."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern, self.read = pattern, 0

    def match(self, text: str, at: int) -> re.Match[str] | None:
        found = self.pattern.match(text, at)
        self.read += 1 + (found.end() - at if found else 0)
        return found


RUNS = {
    "hyphens": "a-",
    "hyphens-and-dots": "a-a.",
    "dots": "a.",
    "many-dots": "a...",
    "numbers": "a-1e-1.",
    "numbers-that-leave-the-run": "a-1e+5",
    "names": "a-a:a-a ",
    "variables": "?a-a-",
    "languages": "@a-a--a-",
    "nodes": "_:a-.",
    "less-than": "<a-",
}


@pytest.mark.parametrize("piece", RUNS.values(), ids=RUNS.keys())
def test_no_part_of_a_text_is_scanned_more_than_a_few_times(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is looked at grows with the text and no faster: a label that lacks its colon is looked for once."""

    def read(times: int) -> int:
        patterns = [Counted(sparql_tokens._TOKEN), Counted(sparql_tokens._IN_RUN)]
        with monkeypatch.context() as patched:
            patched.setattr(sparql_tokens, "_TOKEN", patterns[0])
            patched.setattr(sparql_tokens, "_IN_RUN", patterns[1])
            tokenised(piece * times)
        return sum(pattern.read for pattern in patterns)

    assert read(200) <= 2 * read(100) + 10
    assert read(200) <= 4 * 200 * len(piece)


def test_the_backslashes_of_a_comment_are_looked_at_once() -> None:
    """An attempt that goes on to their end begins at the first of several backslashes and nowhere else."""
    comment = "#" + "\\" * 100 + "u"
    assert [at for at in range(len(comment)) if sparql_tokens._COMMENT_ESCAPE.match(comment, at)] == [1]


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
        pytest.param("# \\\\a\\\\\\U0\\\n?\\u0061", "# \\\\aU0\\\n?a", id="comment-other-backslashes"),
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
    text = decoded(f"SELECT ({literal} AS ?v) {{}}")
    assert decoded(text) == text
    (row,) = pyoxigraph.Store().query(text)  # type: ignore[misc]
    assert row["v"].value == value
