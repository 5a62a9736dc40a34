"""The tokens of a SPARQL text, its codepoint escapes, and the places that errors name.

    text ─ decoded ─> text without codepoint escapes ─ tokenised ─> tokens, or QuerySyntaxError

Both read every part of a text a bounded number of times, whatever it is: the guard runs before any limit of time does.
Sections are those of https://www.w3.org/TR/sparql11-query/ unless another document is named.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from legation.graph.errors import QueryRefused


class QuerySyntaxError(QueryRefused):
    """The text is not SPARQL.

    `line` and `column` count from 1, columns by code point; `excerpt` is one line of the query and, below it, a caret;
    `expected` are a few plain words each, none where nothing can be said; `hint` is a way to mend it, or None.
    """

    def __init__(
        self, reason: str, line: int, column: int, excerpt: str, expected: tuple[str, ...] = (), hint: str | None = None
    ) -> None:
        self.reason, self.line, self.column = reason, line, column
        self.excerpt, self.expected, self.hint = excerpt, expected, hint
        super().__init__(f"line {line}, column {column}: {reason}" + (f"; {hint}" if hint else ""))


# ── Places ───────────────────────────────────────────────────────────────────────────────────────────────────────────

_LINE_END = re.compile(r"\r\n|\r|\n")
_EXCERPT_CHARS = 80


class Place(NamedTuple):
    """A line and a column, both counted from 1, the column in code points."""

    line: int
    column: int


def place(text: str, offset: int) -> Place:
    """Where the code point at `offset` stands; lines end with CR LF, CR or LF."""
    starts = _line_starts(text)
    line = bisect_right(starts, offset)
    return Place(line, offset - starts[line - 1] + 1)


def excerpt(text: str, offset: int) -> str:
    """The line around `offset`, cut to 80 code points, and a caret under the one meant.

    Tabs and what cannot be printed become single spaces; `…` stands for what is cut off. The caret is put as terminals
    put letters: those of East Asian width W and F take two columns, combining marks take none.
    """
    starts = _line_starts(text)
    begin = starts[bisect_right(starts, offset) - 1]
    ending = _LINE_END.search(text, begin)
    line = text[begin : ending.start() if ending else len(text)]
    at = min(offset - begin, len(line))
    first = max(0, min(at - _EXCERPT_CHARS // 2, len(line) - _EXCERPT_CHARS))
    shown = "".join(map(_printed, line[first : first + _EXCERPT_CHARS]))
    head, tail = "…" if first else "", "…" if first + _EXCERPT_CHARS < len(line) else ""
    return f"{head}{shown}{tail}\n{' ' * (len(head) + sum(map(_columns, shown[: at - first])))}^"


def _printed(character: str) -> str:
    return character if character.isprintable() or unicodedata.combining(character) else " "


def _columns(character: str) -> int:
    """Columns that a character takes (Unicode Standard Annex 11)."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


_SHOWN_CHARS = 40


def shortened(written: str) -> str:
    """Part of a query on one line, cut to 40 code points, for a sentence."""
    line = " ".join(written.split())
    return line if len(line) <= _SHOWN_CHARS else f"{line[:_SHOWN_CHARS]}…"


def _line_starts(text: str) -> list[int]:
    return [0, *(ending.end() for ending in _LINE_END.finditer(text))]


def syntax_error(
    text: str, offset: int, reason: str, *, expected: tuple[str, ...] = (), hint: str | None = None
) -> QuerySyntaxError:
    return QuerySyntaxError(reason, *place(text, offset), excerpt(text, offset), expected, hint)


# ── Tokens (§19.8, and the terminals that SPARQL 1.2 adds) ───────────────────────────────────────────────────────────


class Kind(Enum):
    """What a token is; each value is how a person would call it."""

    STRING = "a string"
    IRI = "an IRI"
    NODE = "a blank node"
    NAME = "a prefixed name"
    VARIABLE = "a variable"
    LANGUAGE = "a language tag"
    NUMBER = "a number"
    WORD = "a keyword"
    MARK = "a punctuation mark"

    # Members are single objects; Enum's own hash is a Python call for every look into a set of kinds.
    __hash__ = object.__hash__


class Token(NamedTuple):
    """One terminal: its kind, its text as written and its offset in code points."""

    kind: Kind
    text: str
    offset: int

    @property
    def end(self) -> int:
        """The offset just after the token."""
        return self.offset + len(self.text)


_BASE = (
    r"A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_FIRST = _BASE + "_0-9"
_VARIABLE_REST = _FIRST + r"\u00B7\u0300-\u036F\u203F\u2040"
_REST = _VARIABLE_REST + r"\-"
_LOCAL_ESCAPE = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]"
_ECHAR = r"""\\[tbnrf"'\\]"""
_IRI = r'<[^\x00-\x20<>"{}|^`\\]*+>'


def _string_body(quote: str) -> str:
    """The pattern of a string up to its closing `quote`: one quotation mark, or three and then lines may follow."""
    mark = quote[0]
    if len(quote) == 1:
        return rf"{mark}(?!{mark}{mark})(?:[^{mark}\\\r\n]++|{_ECHAR})*+"
    return rf"{quote}(?:[^{mark}\\]++|{_ECHAR}|{mark}{{1,2}}+(?!{mark}))*+"


_QUOTES = ('"""', "'''", '"', "'")
_STRING = "|".join(_string_body(quote) + quote for quote in _QUOTES)

_NUMBER = r"(?:[0-9]++\.[0-9]*+|\.[0-9]++|[0-9]++)[eE][+\-]?+[0-9]++ | [0-9]*+\.[0-9]++ | [0-9]++"
_LABEL = rf"[{_BASE}][{_REST}]*+(?:\.++[{_REST}]++)*+"
_LOCAL = rf"(?:[{_FIRST}:]|{_LOCAL_ESCAPE})(?:[{_REST}:]|{_LOCAL_ESCAPE})*+(?:\.++(?:[{_REST}:]|{_LOCAL_ESCAPE})++)*+"

# Every repetition is possessive or bounded, so no text makes the scanner go back; a test reads the patterns and holds
# them to that. Nor does it start again: what looks like a prefix label and lacks its colon (RUN) is cut into words,
# numbers, dots and hyphens by a pattern that looks for no label, for a label that began later would end where it ends.
_TOKEN = re.compile(
    rf"""
    (?: [ \t\r\n]++ | \#[^\r\n]*+ )*+
    (?:
      (?P<STRING>   {_STRING} )
    | (?P<IRI>      {_IRI} )
    | (?P<NODE>     _:[{_FIRST}][{_REST}]*+(?:\.++[{_REST}]++)*+ )
    | (?P<NAME>     (?:{_LABEL})?+:(?:{_LOCAL})?+ )
    | (?P<RUN>      {_LABEL} )
    | (?P<VARIABLE> [?$][{_FIRST}][{_VARIABLE_REST}]*+ )
    | (?P<LANGUAGE> @[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[A-Za-z]++)?+ )
    | (?P<NUMBER>   {_NUMBER} )
    | (?P<MARK>     \^\^ | \|\| | && | != | <= | >= | <(?={_IRI}) | << | >> | \{{\| | \|\}}
                    | [{{}}()\[\],;.*/|^!?+\-=<>~] )
    | (?P<END>      \Z )
    | (?P<STRAY>    . )
    )
    """,
    re.VERBOSE | re.DOTALL,
)
_IN_RUN = re.compile(
    rf"(?P<NUMBER> {_NUMBER} ) | (?P<WORD> [A-Za-z][A-Za-z0-9_]*+ ) | (?P<MARK> [.\-] ) | (?P<STRAY> . )", re.VERBOSE
)
_KINDS = {kind.name: kind for kind in Kind} | {"RUN": Kind.WORD}


def tokenised(text: str) -> tuple[Token, ...]:
    """The tokens of a decoded query, white space and comments left out; time is linear in the text's length.

    Raises QuerySyntaxError where no terminal fits.
    """
    found: list[Token] = []
    for match in _matches(text):
        group = match.lastgroup or ""
        if group == "STRAY":
            raise _stray(text, match.start(group))
        found.append(Token(_KINDS[group], match[group], match.start(group)))
    return tuple(found)


def _matches(text: str) -> Iterator[re.Match[str]]:
    """The terminals and strays of a text from left to right; a run is looked for once, and cut up if it is no word."""
    at = run_end = 0
    while (match := (_TOKEN if at >= run_end else _IN_RUN).match(text, at)) and match.lastgroup != "END":
        at = match.end()
        if match.lastgroup == "RUN" and not _is_word(match["RUN"]):
            at, run_end = match.start("RUN"), match.end()
        else:
            yield match


def _is_word(run: str) -> bool:
    """Whether a run, which begins with a letter, is one bare word: ASCII letters, digits and underscores."""
    return run.isascii() and run.isidentifier()


_STRAY_HINTS = {
    **dict.fromkeys("“”„«»‘’", "write straight quotation marks"),
    "\u00a0": "this is a no-break space: write an ordinary one",
    "\ufeff": "this is a byte order mark: leave it out",
    "&": "the conjunction is &&",
    "@": "a language tag begins with a letter, as in @en",
    "$": "a variable needs a name, as in $x",
    "%": "there is no remainder operator; in a prefixed name two hexadecimal digits follow a per cent sign",
}


def _stray(text: str, offset: int) -> QuerySyntaxError:
    """What is wrong with a character at which no terminal begins."""
    character = text[offset]
    if character in "\"'":
        return _broken_string(text, offset)
    if character == "\\":
        return syntax_error(text, offset, "a backslash stands outside a string, an IRI and a name")
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    return syntax_error(text, offset, f"unexpected character {shown}", hint=_STRAY_HINTS.get(character))


def _broken_string(text: str, offset: int) -> QuerySyntaxError:
    quote = next(quote for quote in _QUOTES if text.startswith(quote, offset))
    body = re.compile(_string_body(quote)).match(text, offset)
    stop = body.end() if body else offset
    if text[stop : stop + 1] == "\\":
        escapes = "the escapes are \\t \\b \\n \\r \\f \\\" \\' \\\\ and \\uXXXX"
        return syntax_error(text, stop, "there is no such escape in a string", hint=escapes)
    hint = None if len(quote) == 3 else f"a string that runs over several lines stands between {quote * 3}"
    return syntax_error(text, offset, f"the string that begins here has no closing {quote}", hint=hint)


OPENING = {"{": "}", "(": ")", "[": "]", "{|": "|}", "<<": ">>"}
CLOSING = frozenset(OPENING.values())
OPERATORS = frozenset({"||", "&&", "=", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "^", "|", "!"})
SEPARATORS = frozenset({".", ";", ","})
TERMS = frozenset({Kind.IRI, Kind.NAME, Kind.NODE, Kind.VARIABLE, Kind.STRING, Kind.NUMBER, Kind.LANGUAGE})


# ── Codepoint escapes (§19.2) ────────────────────────────────────────────────────────────────────────────────────────

_CODEPOINT = r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})"
_STRING_OPEN = "|".join(_string_body(quote).replace(_ECHAR, r"\\.") + f"(?:{quote})?+" for quote in _QUOTES)
_REGION = re.compile(
    rf"""
      (?P<string>  {_STRING_OPEN} )
    | (?P<comment> \#[^\r\n]*+ )
    | (?P<iri>     <(?:[^\x00-\x20<>"{{}}|^`\\]++|{_CODEPOINT})*+> )
    | (?P<bare>    {_CODEPOINT} )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(rf"{_CODEPOINT}|\\.", re.DOTALL)
_COMMENT_ESCAPE = re.compile(r"(?<!\\)\\++(?=[uU])")  # tried at the first of several backslashes only
_IN_STRING = {'"': '\\"', "'": "\\'", "\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_NOT_IN_IRI = frozenset('<>"{}|^`\\') | {chr(code) for code in range(0x21)}
_NOT_BARE = frozenset("\"'<#\\") | {chr(code) for code in range(0x20)}
_SURROGATE = re.compile("[\ud800-\udfff]")


def decoded(text: str) -> str:
    r"""The text with its codepoint escapes (`\u0041`, `\U00000041`) replaced, so that engine and guard read the same.

    §19.2 decodes before parsing; SPARQL 1.2 and pyoxigraph decode only inside strings and IRIs. Both readings meet:
    outside strings and IRIs an escape becomes its character, unless that would open a string, an IRI, a comment or
    another escape; in a string it becomes the character or, for a quotation mark, a backslash or a line end, the
    string's own escape of it (so no decoded character ends the string); in an IRI it becomes the character if an
    IRI may hold it; in a comment its backslash goes. What is left has no codepoint escape that any engine might decode
    differently.

    Raises QuerySyntaxError for an escape of no character, or of one that may not stand where it is.
    """
    stray = None if text.isascii() else _SURROGATE.search(text)
    if stray:
        raise syntax_error(text, stray.start(), "half a surrogate pair is not a character")
    if "\\u" not in text and "\\U" not in text:
        return text
    return _REGION.sub(lambda region: _decoded_region(text, region), text)


def _decoded_region(text: str, region: re.Match[str]) -> str:
    def decode(escape: re.Match[str]) -> str:
        return _decoded_escape(text, region.start() + escape.start(), escape[0], str(region.lastgroup))

    if region.lastgroup == "comment":
        return _COMMENT_ESCAPE.sub("", region[0])
    return _ESCAPE.sub(decode, region[0])


def _decoded_escape(text: str, offset: int, escape: str, region: str) -> str:
    if escape[1] not in "uU" or len(escape) == 2:
        return escape
    code = int(escape.lstrip("\\uU"), 16)
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise syntax_error(text, offset, f"{escape} is the escape of no character")
    character = chr(code)
    if region == "string":
        return _IN_STRING.get(character, character)
    if character in (_NOT_IN_IRI if region == "iri" else _NOT_BARE):
        raise syntax_error(text, offset, f"{escape} stands for a character that may not stand here")
    return character
