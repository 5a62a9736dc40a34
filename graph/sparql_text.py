"""What can be known of a SPARQL query's text before any engine sees it.

    examine ─ decoded ─ tokenised ─ form, update? ─ SERVICE? ─ bounded ─ unambiguous ─> Query
    describe_syntax_error ─ the grammar below, walked to the first token that does not fit ─> QuerySyntaxError

The engine (pyoxigraph 0.5.13) calls any host a SERVICE names, ends its process on deep queries, and reads without
tokens: a keyword needs no boundary after it, and a prefixed name it cannot resolve is tried again as something else.
So `SERVICE:x {`, `trueSERVICE:x {` and `ex:a.b.SERVICE:x {` can all call a host although SPARQL's own longest-token
rule sees one prefixed name in each. Three things close that gap, and `Query.text` is the text after all of them:

1. No bare word may contain "service" (unless it is a SERVICE whose endpoint is allowed).
2. Codepoint escapes are decoded (§19.2), so that every engine reads what the guard read. See `decoded`.
3. Prefix labels that contain the word are renamed, the engine's early stop inside a dotted local name is prevented by
   escaping the dots, and the one shape that is left, `ex:SERVICE:x {` where the IRI may be invalid, is refused.

Sections are those of https://www.w3.org/TR/sparql11-query/ unless another document is named.

    QueryRefused
    ├── ServiceRefused      a SERVICE whose endpoint is not allowed
    ├── UpdateRefused       an update where a query is expected
    ├── QueryTooLong        more code points than allowed
    ├── QueryTooDeep        more nesting or longer chains than the engine's stack bears
    └── QuerySyntaxError    not SPARQL: line, column, what was expected, a hint
"""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from legation.graph.errors import QueryRefused

# ── Errors ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class ServiceRefused(QueryRefused):
    """The query calls another endpoint. `line` and `column` are those of the word, counted from 1."""

    def __init__(self, line: int, column: int) -> None:
        self.line, self.column = line, column
        super().__init__(f"SERVICE is not allowed here (line {line}, column {column}): this endpoint calls no other")


class UpdateRefused(QueryRefused):
    """The text is an update; `keyword` is its first word, in capitals."""

    def __init__(self, keyword: str, line: int, column: int) -> None:
        self.keyword, self.line, self.column = keyword, line, column
        super().__init__(f"{keyword} is an update (line {line}, column {column}): this endpoint only answers queries")


class QueryTooLong(QueryRefused):
    """The text has more code points than allowed."""

    def __init__(self, chars: int, chars_max: int) -> None:
        self.chars, self.chars_max = chars, chars_max
        super().__init__(f"the query has {chars} characters; at most {chars_max} are accepted")


class QueryTooDeep(QueryRefused):
    """Brackets nested deeper (`measure` "brackets") or a longer chain (`measure` "links") than `bound`."""

    def __init__(self, measure: str, bound: int, line: int, column: int) -> None:
        self.measure, self.bound, self.line, self.column = measure, bound, line, column
        reason = (
            f"brackets are nested more than {bound} deep"
            if measure == "brackets"
            else f"more than {bound} operators, keywords and triples hang on one another; VALUES may say it shorter"
        )
        super().__init__(f"line {line}, column {column}: {reason}")


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
    """The line around `offset`, cut to 80 code points, and a caret under the one meant; tabs become single spaces."""
    starts = _line_starts(text)
    begin = starts[bisect_right(starts, offset) - 1]
    ending = _LINE_END.search(text, begin)
    line = text[begin : ending.start() if ending else len(text)]
    at = min(offset - begin, len(line))
    first = max(0, min(at - _EXCERPT_CHARS // 2, len(line) - _EXCERPT_CHARS))
    shown = "".join(c if c.isprintable() else " " for c in line[first : first + _EXCERPT_CHARS])
    return f"{shown}\n{' ' * (at - first)}^"


def _line_starts(text: str) -> list[int]:
    return [0, *(ending.end() for ending in _LINE_END.finditer(text))]


def _syntax_error(
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

# Every repetition is possessive or bounded, so no text makes the scanner go back; a test reads the pattern and holds it
# to that. A prefix label is followed through 16 dots at most: without a bound, "a.a.a.…" would be read again from each.
_TOKEN = re.compile(
    rf"""
      (?P<SPACE>    [ \t\r\n]++ | \#[^\r\n]*+ )
    | (?P<STRING>   {_STRING} )
    | (?P<IRI>      {_IRI} )
    | (?P<NODE>     _:[{_FIRST}][{_REST}]*+(?:\.++[{_REST}]++)*+ )
    | (?P<NAME>     (?:[{_BASE}][{_REST}]*+(?:\.++[{_REST}]++){{0,16}}+)?+:
                    (?:(?:[{_FIRST}:]|{_LOCAL_ESCAPE})(?:[{_REST}:]|{_LOCAL_ESCAPE})*+
                       (?:\.++(?:[{_REST}:]|{_LOCAL_ESCAPE})++)*+)?+ )
    | (?P<VARIABLE> [?$][{_FIRST}][{_VARIABLE_REST}]*+ )
    | (?P<LANGUAGE> @[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[A-Za-z]++)?+ )
    | (?P<NUMBER>   (?:[0-9]++\.[0-9]*+|\.[0-9]++|[0-9]++)[eE][+\-]?+[0-9]++ | [0-9]*+\.[0-9]++ | [0-9]++ )
    | (?P<WORD>     [A-Za-z][A-Za-z0-9_]*+ )
    | (?P<MARK>     \^\^ | \|\| | && | != | <= | >= | <(?={_IRI}) | << | >> | \{{\| | \|\}}
                    | [{{}}()\[\],;.*/|^!?+\-=<>~] )
    | (?P<STRAY>    . )
    """,
    re.VERBOSE | re.DOTALL,
)
_KINDS = {kind.name: kind for kind in Kind}


def tokenised(text: str) -> tuple[Token, ...]:
    """The tokens of a decoded query, white space and comments left out; time is linear in the text's length.

    Raises QuerySyntaxError where no terminal fits.
    """
    return tuple(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        kind = _KINDS.get(match.lastgroup or "")
        if kind is not None:
            yield Token(kind, match[0], match.start())
        elif match.lastgroup == "STRAY":
            raise _stray(text, match.start())


_STRAY_HINTS = {
    **dict.fromkeys("“”„«»‘’", "write straight quotation marks"),
    "\u00a0": "this is a no-break space: write an ordinary one",
    "\ufeff": "this is a byte order mark: leave it out",
    "&": "the conjunction is &&",
    "@": "a language tag begins with a letter, as in @en",
    "$": "a variable needs a name, as in $x",
    "%": "in a prefixed name a per cent sign is followed by two hexadecimal digits",
}


def _stray(text: str, offset: int) -> QuerySyntaxError:
    """What is wrong with a character at which no terminal begins."""
    character = text[offset]
    if character in "\"'":
        return _broken_string(text, offset)
    if character == "\\":
        return _syntax_error(text, offset, "a backslash stands outside a string, an IRI and a name")
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    return _syntax_error(text, offset, f"unexpected character {shown}", hint=_STRAY_HINTS.get(character))


def _broken_string(text: str, offset: int) -> QuerySyntaxError:
    quote = next(quote for quote in _QUOTES if text.startswith(quote, offset))
    body = re.compile(_string_body(quote)).match(text, offset)
    stop = body.end() if body else offset
    if text[stop : stop + 1] == "\\":
        escapes = "the escapes are \\t \\b \\n \\r \\f \\\" \\' \\\\ and \\uXXXX"
        return _syntax_error(text, stop, "there is no such escape in a string", hint=escapes)
    hint = None if len(quote) == 3 else f"a string that runs over several lines stands between {quote * 3}"
    return _syntax_error(text, offset, f"the string that begins here has no closing {quote}", hint=hint)


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
_COMMENT_ESCAPE = re.compile(r"\\++(?=[uU])")
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
        raise _syntax_error(text, stray.start(), "half a surrogate pair is not a character")
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
        raise _syntax_error(text, offset, f"{escape} is the escape of no character")
    character = chr(code)
    if region == "string":
        return _IN_STRING.get(character, character)
    if character in (_NOT_IN_IRI if region == "iri" else _NOT_BARE):
        raise _syntax_error(text, offset, f"{escape} stands for a character that may not stand here")
    return character


# ── Nesting and chains ───────────────────────────────────────────────────────────────────────────────────────────────

_OPENING = {"{": "}", "(": ")", "[": "]", "{|": "|}", "<<": ">>"}
_CLOSING = frozenset(_OPENING.values())
_OPERATORS = frozenset({"||", "&&", "=", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "^", "|", "!"})
_SEPARATORS = frozenset({".", ";", ","})
_IDLE_WORDS = frozenset({"A", "FROM", "NAMED", "UNDEF", "TRUE", "FALSE"})
_TERMS = frozenset({Kind.IRI, Kind.NAME, Kind.NODE, Kind.VARIABLE, Kind.STRING, Kind.NUMBER, Kind.LANGUAGE})


@dataclass(slots=True)
class _Level:
    """One open bracket: the links seen in it, and the longest chain of links in the brackets already closed in it."""

    bracket: str
    links: int = 0
    below: int = 0


def _bounded(text: str, tokens: Sequence[Token], depth_max: int, links_max: int) -> None:
    """Raise QueryTooDeep where the engine's stack would have to bear more than the bounds.

    Measured with pyoxigraph 0.5.13 on stacks of 512 KiB and 1 MiB, so that what one step takes is known and the
    rest can be reckoned: a bracket takes up to 10 KiB (EXISTS, aggregates, function calls; a group 3.7, a parenthesis
    1.8), a link up to 3.3 KiB (path steps, OPTIONAL, BIND, ground triples, projections; a UNION branch 1.2, an operator
    0.9). An 8 MiB stack ends at 830 nested EXISTS, 960 calls, 1 200 subqueries, 2 200 groups or 2 500 path
    steps. The defaults, 100 and 500, take at most 2.6 MiB together. (At 700 path steps the engine already needs 11
    seconds before it looks at the data.)
    """
    levels = [_Level("")]
    above = 0
    ended_term = False
    for token in tokens:
        top = levels[-1]
        count = _links(token, top.bracket, ended_term)
        top.links += count
        above += count
        if above + top.below > links_max:
            raise QueryTooDeep("links", links_max, *place(text, token.offset))
        mark = token.text if token.kind is Kind.MARK else ""
        if mark in _OPENING:
            levels.append(_Level(mark))
            if len(levels) - 1 > depth_max:
                raise QueryTooDeep("brackets", depth_max, *place(text, token.offset))
        elif mark and mark == _OPENING.get(top.bracket):
            closed = levels.pop()
            above -= closed.links
            levels[-1].below = max(levels[-1].below, closed.links + closed.below)
        ended_term = token.kind in _TERMS or mark in _CLOSING


def _links(token: Token, bracket: str, after_term: bool) -> int:
    """How many links a token adds in an open bracket ("" outside all): 0 or 1."""
    kind, text = token.kind, token.text
    in_list = bracket in {"", "("}
    if kind is Kind.MARK:
        separates = text in _SEPARATORS and bracket in {"{", "[", "{|"}
        follows = text in {"(", "[", "+", "-"} and in_list and after_term
        return int(text in _OPERATORS - {"+", "-"} or separates or follows or text == "{")
    if kind is Kind.WORD:
        return int(bracket != "(" and text.upper() not in _IDLE_WORDS)
    return int(in_list and after_term and kind is not Kind.LANGUAGE)


# ── The query ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Form(Enum):
    """The four query forms (§16)."""

    SELECT = "SELECT"
    ASK = "ASK"
    CONSTRUCT = "CONSTRUCT"
    DESCRIBE = "DESCRIBE"


@dataclass(frozen=True, slots=True)
class Query:
    """A query that may be given to an engine.

    `text` is what the engine is given, `written` what its author wrote (escapes decoded) and what errors quote.
    `is_volatile`: two answers may differ, for it calls NOW, RAND, UUID, STRUUID or BNODE.
    `has_dataset_clause`: it says FROM or FROM NAMED.
    """

    text: str
    written: str
    form: Form
    is_volatile: bool
    has_dataset_clause: bool


_WORD = "service"
_UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"})
_VOLATILE = ("NOW", "RAND", "UUID", "BNODE")
_FORMS = {form.value: form for form in Form}


def examine(
    text: str,
    *,
    chars_max: int,
    depth_max: int = 100,
    links_max: int = 500,
    service_allowed: frozenset[str] = frozenset(),
) -> Query:
    """What can be known of a query's text, and the text an engine may be given.

    `depth_max` bounds nested brackets, `links_max` the operators, keywords and triples that hang on one another;
    `service_allowed` are the IRIs of endpoints that SERVICE may call, absolute and compared as written.
    Raises ServiceRefused, UpdateRefused, QueryTooLong, QueryTooDeep or QuerySyntaxError; the last only for what
    is no token, has no query form, or could be read in two ways. The rest of the syntax is the engine's to judge.
    """
    if len(text) > chars_max:
        raise QueryTooLong(len(text), chars_max)
    written = decoded(text)
    tokens = tokenised(written)
    start = _prologue_length(tokens)
    form = _form(written, tokens, start)
    namespaces = _namespaces(tokens[:start])
    if _WORD in written.lower():
        _refuse_services(written, tokens, namespaces, service_allowed)
    _bounded(written, tokens[start:], depth_max, links_max)
    return Query(
        text=_unambiguous(written, tokens),
        written=written,
        form=form,
        is_volatile=any(_calls_volatile(*pair) for pair in pairwise(tokens)),
        has_dataset_clause=any(token.kind is Kind.WORD and "FROM" in token.text.upper() for token in tokens),
    )


def _prologue_length(tokens: Sequence[Token]) -> int:
    """How many tokens the BASE, PREFIX and VERSION declarations take (§4.1; VERSION is of SPARQL 1.2)."""
    at = 0
    while at < len(tokens) and (length := _declaration_length(tokens[at : at + 3])):
        at += length
    return at


def _declaration_length(tokens: Sequence[Token]) -> int:
    kinds = [token.kind for token in tokens]
    match tokens[0].text.upper():
        case "BASE" if kinds[:2] == [Kind.WORD, Kind.IRI]:
            return 2
        case "VERSION" if kinds[:2] == [Kind.WORD, Kind.STRING]:
            return 2
        case "PREFIX" if kinds == [Kind.WORD, Kind.NAME, Kind.IRI] and tokens[1].text.endswith(":"):
            return 3
    return 0


def _namespaces(prologue: Sequence[Token]) -> dict[str, str]:
    """The declared prefix labels and their IRIs as written; a later declaration wins."""
    return {
        name.text[:-1]: iri.text[1:-1]
        for name, iri in pairwise(prologue)
        if name.kind is Kind.NAME and iri.kind is Kind.IRI
    }


def _form(text: str, tokens: Sequence[Token], start: int) -> Form:
    if start == len(tokens):
        expected = tuple(_FORMS) if tokens else (*_FORMS, "PREFIX", "BASE")
        raise _syntax_error(text, len(text), "there is no query here", expected=expected)
    first = tokens[start]
    keyword = first.text.upper() if first.kind is Kind.WORD else ""
    if keyword in _UPDATES:
        raise UpdateRefused(keyword, *place(text, first.offset))
    if keyword not in _FORMS:
        raise _explained(text, tokens, *(_first_misfit(tokens) or (start, frozenset(_FORMS))))
    return _FORMS[keyword]


def _calls_volatile(word: Token, following: Token) -> bool:
    # The engine needs no boundary before a function's name, so the end of the word decides.
    return word.kind is Kind.WORD and following.text == "(" and word.text.upper().endswith(_VOLATILE)


# ── SERVICE (SPARQL 1.1 Federated Query) ─────────────────────────────────────────────────────────────────────────────


def _refuse_services(
    text: str, tokens: Sequence[Token], namespaces: Mapping[str, str], allowed: frozenset[str]
) -> None:
    for at, token in enumerate(tokens):
        if token.kind is Kind.WORD and _WORD in token.text.lower():
            if token.text.lower() != _WORD or _endpoint(tokens[at + 1 : at + 3], namespaces) not in allowed:
                raise ServiceRefused(*place(text, token.offset))
        elif token.kind is Kind.NAME and _is_two_faced(tokens[at : at + 4], namespaces):
            hint = "write the name as a full IRI between < and >"
            raise _syntax_error(text, token.offset, "this name could be read as the keyword SERVICE", hint=hint)


def _endpoint(following: Sequence[Token], namespaces: Mapping[str, str]) -> str | None:
    """The absolute IRI that a SERVICE calls; None for a variable and for what would need a base to be resolved."""
    if following and following[0].text.upper() == "SILENT":
        following = following[1:]
    if not following:
        return None
    name = following[0]
    if name.kind is Kind.IRI:
        return name.text[1:-1]
    label, _, local = name.text.partition(":")
    return namespaces[label] + local if name.kind is Kind.NAME and label in namespaces else None


_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9_.:\-]*+")
_OPEN_NAMESPACE = re.compile(r".*(?:#|[^/:]/)|[A-Za-z][A-Za-z0-9+.\-]*:[^/]*", re.DOTALL)


def _is_two_faced(tokens: Sequence[Token], namespaces: Mapping[str, str]) -> bool:
    """Whether `ex:SERVICE:x {` may come to life: the engine, when the whole IRI is invalid, falls back to `ex:` alone.

    It needs a brace within three tokens (SILENT, endpoint, brace). An IRI is surely valid when the local name is plain
    and the namespace ends where a path segment, a fragment or an opaque part goes on, as nearly all do.
    """
    label, _, local = tokens[0].text.partition(":")
    if _WORD not in local.lower() or "{" not in {token.text for token in tokens[1:]}:
        return False
    surely_valid = _PLAIN_LOCAL.fullmatch(local) and _OPEN_NAMESPACE.fullmatch(namespaces.get(label, "#"))
    return not surely_valid


_DOT = re.compile(r"(\\.)|\.", re.DOTALL)


def _unambiguous(text: str, tokens: Sequence[Token]) -> str:
    """The text with prefixed names that a reader without tokens, too, can read in one way only.

    TRUE and FALSE are set in small letters besides, which the engine asks for and SPARQL does not.
    """
    names = [token for token in tokens if token.kind is Kind.NAME]
    labels = _renamed({token.text.partition(":")[0] for token in names})
    pieces, done = [], 0
    for token in tokens:
        new = token.text
        if token.kind is Kind.NAME:
            label, _, local = new.partition(":")
            new = f"{labels.get(label, label)}:{_dots_escaped(local)}"
        elif token.kind is Kind.WORD and new.upper() in {"TRUE", "FALSE"}:
            new = new.lower()
        if new != token.text:
            pieces += [text[done : token.offset], new]
            done = token.end
    return "".join([*pieces, text[done:]])


def _renamed(labels: set[str]) -> dict[str, str]:
    """New prefix labels for those that contain the word: a label means nothing beyond its own query."""
    fresh = (label for number in range(2 * len(labels) + 1) if (label := f"n{number}") not in labels)
    return dict(zip(sorted(label for label in labels if _WORD in label.lower()), fresh, strict=False))


def _dots_escaped(local: str) -> str:
    r"""`a.b.c` as `a\.b\.c` (PN_LOCAL_ESC): the same name, where the engine would stop reading at the second dot."""
    return _DOT.sub(lambda found: found[1] or r"\.", local) if "." in local else local


# ── The grammar (§19.8 and SPARQL 1.2), read only to say what is wrong ───────────────────────────────────────────────

# Capitals are keywords, small words kinds of token, quoted marks themselves, the rest rules; `? * +` and `|` as usual.
# A little wider than the standard where the difference has no name a person would miss (all functions take any
# arguments, paths stand wherever verbs do); the engine stays the judge of what is valid.
_GRAMMAR = """
Query = Prologue ( Select | Construct | Describe | Ask ) ( VALUES DataBlock )?
Prologue = ( BASE iri | PREFIX namespace iri | VERSION string )*
Select = SelectClause Dataset* Where Modifiers
SelectClause = SELECT ( DISTINCT | REDUCED )? ( '*' | ( variable | '(' Expression AS variable ')' )+ )
Construct = CONSTRUCT ( Template Dataset* Where | Dataset* WHERE Template ) Modifiers
Describe = DESCRIBE ( '*' | VariableOrIri+ ) Dataset* Where? Modifiers
Ask = ASK Dataset* Where Modifiers
Dataset = FROM NAMED? Iri
Where = WHERE? Group
Template = '{' Triples? '}'
Modifiers = ( GROUP BY Grouping+ )? ( HAVING Constraint+ )? ( ORDER BY Ordering+ )? ( LIMIT integer | OFFSET integer )*
Grouping = variable | '(' Expression ( AS variable )? ')' | Call | Iri Arguments
Ordering = variable | ( ASC | DESC ) '(' Expression ')' | Constraint
Constraint = '(' Expression ')' | Call | Iri Arguments | NOT? EXISTS Group
Group = '{' ( SubSelect | Body ) '}'
SubSelect = SelectClause Where Modifiers ( VALUES DataBlock )?
Body = Triples? ( Element '.'? Triples? )*
Element = Group ( UNION Group )* | ( OPTIONAL | MINUS | LATERAL ) Group | GRAPH VariableOrIri Group
  | SERVICE SILENT? VariableOrIri Group | FILTER Constraint | BIND '(' Expression AS variable ')' | VALUES DataBlock
DataBlock = variable '{' Value* '}' | '(' variable* ')' '{' ( '(' Value* ')' )* '}'
Value = Iri | Literal | UNDEF | Quoted
Triples = SameSubject ( '.' Triples? )?
SameSubject = Term Properties | ( Bracketed | Collection | Quoted ) Properties?
Properties = Verb Objects ( ';' ( Verb Objects )? )*
Verb = variable | Path
Objects = Object ( ',' Object )*
Object = Node ( '~' ( VariableOrIri | node )? | '{|' Properties '|}' )*
Node = Term | Bracketed | Collection | Quoted
Term = variable | Iri | Literal | node
Bracketed = '[' Properties? ']'
Collection = '(' Node* ')'
Quoted = '<<' ( '(' Node Verb Object ')' | Node Verb Object ) '>>'
Path = Sequence ( '|' Sequence )*
Sequence = Step ( '/' Step )*
Step = '^'? ( Iri | a | '(' Path ')' | '!' Negated ) ( '?' | '*' | '+' )?
Negated = Inverse | '(' ( Inverse ( '|' Inverse )* )? ')'
Inverse = '^'? ( Iri | a )
Expression = And ( '||' And )*
And = Relation ( '&&' Relation )*
Relation = Sum ( ( '=' | '!=' | '<' | '>' | '<=' | '>=' ) Sum | NOT? IN Arguments )?
Sum = Product ( ( '+' | '-' ) Product )*
Product = Unary ( ( '*' | '/' ) Unary )*
Unary = ( '!' | '+' | '-' )* Primary
Primary = '(' Expression ')' | variable | Iri Arguments? | Call | Plain | NOT? EXISTS Group | Quoted
Call = function '(' DISTINCT? ( '*' | Expression ( ',' Expression )* )? ( ';' SEPARATOR '=' string )? ')'
Arguments = '(' DISTINCT? ( Expression ( ',' Expression )* )? ')'
VariableOrIri = variable | Iri
Iri = iri | name
Literal = ( '+' | '-' )? number | Text
Plain = number | Text
Text = string ( language | '^^' Iri )? | TRUE | FALSE
"""
_FUNCTION_NAMES = """
ABS ADJUST AVG BNODE BOUND CEIL COALESCE CONCAT CONTAINS COUNT DATATYPE DAY ENCODE_FOR_URI FLOOR GROUP_CONCAT HASLANG
HASLANGDIR HOURS IF IRI ISBLANK ISIRI ISLITERAL ISNUMERIC ISTRIPLE ISURI LANG LANGDIR LANGMATCHES LCASE MAX MD5 MIN
MINUTES MONTH NOW OBJECT PREDICATE RAND REGEX REPLACE ROUND SAMETERM SAMPLE SECONDS SHA1 SHA256 SHA384 SHA512 STR
STRAFTER STRBEFORE STRDT STRENDS STRLANG STRLANGDIR STRLEN STRSTARTS STRUUID SUBJECT SUBSTR SUM TIMEZONE TRIPLE TZ
UCASE URI UUID YEAR
"""
_FUNCTIONS = frozenset(_FUNCTION_NAMES.split())


# Parts are equal when they are the same object: their sets are looked up at every step, and a deep hash is slow.
@dataclass(frozen=True, slots=True, eq=False)
class _Leaf:
    symbol: str


@dataclass(frozen=True, slots=True, eq=False)
class _Rule:
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class _All:
    parts: tuple[_Part, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Any:
    parts: tuple[_Part, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Repeat:
    part: _Part
    is_open: bool


_Part = _Leaf | _Rule | _All | _Any | _Repeat
_END = "end"
_GRAMMAR_TOKEN = re.compile(r"'[^']+'|\w+|[()|?*+]")


@cache
def _rules() -> Mapping[str, _Part]:
    lines = _GRAMMAR.strip().replace("\n  ", " ").splitlines()
    return {
        name.strip(): _choice(_GRAMMAR_TOKEN.findall(right)[::-1])
        for name, right in (line.split(" = ", 1) for line in lines)
    }


def _choice(left: list[str]) -> _Part:
    """The alternatives at the end of `left`, a reversed list of grammar tokens that is used up while reading."""
    options = [_sequence(left)]
    while left and left[-1] == "|":
        left.pop()
        options.append(_sequence(left))
    return options[0] if len(options) == 1 else _Any(tuple(options))


def _sequence(left: list[str]) -> _Part:
    parts: list[_Part] = []
    while left and left[-1] not in {"|", ")"}:
        part = _item(left)
        mark = left.pop() if left and left[-1] in {"?", "*", "+"} else ""
        if mark in {"", "+"}:
            parts.append(part)
        if mark:
            parts.append(_Repeat(part, mark != "?"))
    return parts[0] if len(parts) == 1 else _All(tuple(parts))


def _item(left: list[str]) -> _Part:
    word = left.pop()
    if word == "(":
        inner = _choice(left)
        left.pop()
        return inner
    if word.startswith("'"):
        return _Leaf(word[1:-1])
    return _Rule(word) if word != word.lower() and word != word.upper() else _Leaf(word)


@cache
def _is_nullable(part: _Part) -> bool:
    match part:
        case _Leaf():
            return False
        case _Rule(name):
            return _is_nullable(_rules()[name])
        case _All(parts):
            return all(map(_is_nullable, parts))
        case _Any(parts):
            return any(map(_is_nullable, parts))
        case _Repeat():
            return True


@cache
def _first(part: _Part) -> frozenset[str]:
    """The symbols a part may begin with; the grammar has no left recursion, so this comes to an end."""
    match part:
        case _Leaf(symbol):
            return frozenset({symbol})
        case _Rule(name):
            return _first(_rules()[name])
        case _Any(parts):
            return frozenset[str]().union(*map(_first, parts))
        case _Repeat(inner):
            return _first(inner)
        case _All(parts):
            blocked = next((at for at, inner in enumerate(parts) if not _is_nullable(inner)), len(parts))
            return frozenset[str]().union(*map(_first, parts[: blocked + 1]))


@cache
def _keywords() -> frozenset[str]:
    return frozenset(word for word in _GRAMMAR_TOKEN.findall(_GRAMMAR) if word == word.upper() and word.isalpha())


def _symbols(token: Token) -> frozenset[str]:
    """The grammar's names for a token."""
    upper = token.text.upper()
    match token.kind:
        case Kind.MARK:
            return frozenset({token.text})
        case Kind.NAME:
            return frozenset({"name", "namespace"} if token.text.endswith(":") else {"name"})
        case Kind.NUMBER:
            return frozenset({"number", "integer"} if token.text.isdigit() else {"number"})
        case Kind.WORD if upper in _FUNCTIONS:
            return frozenset({"function"})
        case Kind.WORD:
            return frozenset({upper if upper in _keywords() else token.text})
        case _:
            return frozenset({token.kind.name.lower()})


def _first_misfit(tokens: Sequence[Token]) -> tuple[int, frozenset[str]] | None:
    """The first token that cannot follow those before it and the symbols that could; None for a query of the grammar.

    The grammar is LL(1): one pass with a stack of its own decides. The index is `len(tokens)` when more should follow.
    """
    stack: list[_Part] = [_rules()["Query"]]
    for at in range(len(tokens) + 1):
        symbols = _symbols(tokens[at]) if at < len(tokens) else frozenset({_END})
        skipped = _advance(stack, symbols)
        if skipped is not None:
            return None if symbols == {_END} and not stack else (at, skipped)
    return None


def _advance(stack: list[_Part], symbols: frozenset[str]) -> frozenset[str] | None:
    """Take off the stack what one token fulfils: None when it fits, else the symbols that would have fitted."""
    expected: set[str] = set()
    while stack:
        part = stack.pop()
        fits = not symbols.isdisjoint(_first(part))
        if not fits:
            expected |= _first(part)
            if not _is_nullable(part):
                return frozenset(expected)
        elif isinstance(part, _Leaf):
            return None
        else:
            stack.extend(_unfolded(part, symbols))
    return frozenset(expected | {_END})


def _unfolded(part: _Part, symbols: frozenset[str]) -> tuple[_Part, ...]:
    """What stands for a part once it is known to begin with one of `symbols`: to be pushed, the first part last."""
    match part:
        case _Rule(name):
            return (_rules()[name],)
        case _All(parts):
            return parts[::-1]
        case _Any(parts):
            return (next(inner for inner in parts if not symbols.isdisjoint(_first(inner))),)
        case _Repeat(inner, is_open):
            return (part, inner) if is_open else (inner,)
        case _Leaf():
            return (part,)


# ── Plain words for what is wrong ────────────────────────────────────────────────────────────────────────────────────


def describe_syntax_error(
    text: str, engine_message: str = "", prefixes: Mapping[str, str] | None = None
) -> QuerySyntaxError:
    """Why an engine refused a query, in plain words; give it `Query.written`.

    pyoxigraph's own words cannot be shown: its column lies behind the longest keyword it tried, and what it expected
    is what it tried last. So place and list come from the grammar, and the message ("error at 1:22: expected …", lines
    by LF, columns by code point) decides only where the grammar has no objection.
    `prefixes` are labels and IRIs of well-known namespaces, for a hint when one of them was not declared.
    """
    try:
        plain = decoded(text)
        tokens = tokenised(plain)
    except QuerySyntaxError as error:
        return error
    misfit = _first_misfit(tokens)
    if misfit is not None:
        return _explained(plain, tokens, *misfit)
    return _undeclared_prefix(plain, tokens, prefixes or {}) or _meaningless(plain, tokens, engine_message)


@dataclass(frozen=True, slots=True)
class _Misfit:
    """A token that does not fit: all tokens, its index (their number at the text's end), what would have fitted."""

    text: str
    tokens: Sequence[Token]
    at: int
    symbols: frozenset[str]

    @property
    def found(self) -> str:
        """The misfit as written; nothing at the end of the text."""
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    @property
    def before(self) -> str:
        """The token before it as written; nothing at the beginning."""
        return self.tokens[self.at - 1].text if self.at else ""

    @property
    def is_unknown_word(self) -> bool:
        """Whether the misfit is a bare word that SPARQL does not know."""
        if self.at == len(self.tokens) or self.tokens[self.at].kind is not Kind.WORD:
            return False
        return _symbols(self.tokens[self.at]).isdisjoint({*_keywords(), "function", "a"})


def _explained(text: str, tokens: Sequence[Token], at: int, symbols: frozenset[str]) -> QuerySyntaxError:
    """The error at the first token that does not fit, where one of `symbols` would."""
    misfit = _Misfit(text, tokens, at, symbols)
    hint = next(filter(None, (ask(misfit) for ask in _HINTS)), None)
    if at < len(tokens):
        found = " ".join(misfit.found.split())
        shown = found if len(found) <= 40 else f"{found[:40]}…"
        return _syntax_error(
            text, tokens[at].offset, f"{shown} does not fit here", expected=_worded(symbols), hint=hint
        )
    offset = tokens[-1].end if tokens else 0
    return _syntax_error(text, offset, "the query ends too early", expected=_worded(symbols), hint=hint)


_EXPECTED_MAX = 8
_WORDINGS: tuple[tuple[str, frozenset[str]], ...] = (
    ("a variable", frozenset({"variable"})),
    ("an IRI or a prefixed name", frozenset({"iri", "name"})),
    ("a literal", frozenset({"string", "number", "TRUE", "FALSE"})),
    ("a blank node", frozenset({"node"})),
    ("a function", frozenset({"function"})),
    ("an operator", frozenset({"=", "<", "+", "*"})),
    ("an IRI between < and >", frozenset({"iri"})),
    ("a prefix that ends with a colon", frozenset({"namespace"})),
    ("a whole number", frozenset({"integer"})),
    ("a string", frozenset({"string"})),
    ("a number", frozenset({"number"})),
    ("the end of the query", frozenset({_END})),
)
# What few people look for is left out of the list, not out of the grammar.
_RARE = frozenset(
    {"a", "language", "?", "~", "{|", "<<", "^", "^^", "!", "LATERAL", "SERVICE", "VERSION", "REDUCED", "NOT"}
)


def _worded(symbols: frozenset[str]) -> tuple[str, ...]:
    """At most eight plain words for a set of symbols: brackets and marks, then kinds of token, then keywords."""
    left = symbols - _RARE or symbols
    worded = []
    for wording, meant in _WORDINGS:
        if meant <= left:
            worded.append(wording)
            left -= meant | (_OPERATORS | {"IN"} if wording in {"a literal", "an operator"} else frozenset())
    marks = sorted((symbol for symbol in left if not symbol.isalpha()), key=lambda mark: (mark not in _CLOSING, mark))
    return (*marks, *worded, *sorted(symbol for symbol in left if symbol.isupper()))[:_EXPECTED_MAX]


def _hint_operator(misfit: _Misfit) -> str | None:
    """Operators of SQL and C, and what was to be an IRI and became one."""
    if "&&" in misfit.symbols and misfit.found.upper() in {"AND", "OR"}:
        return f"the operator is {'&&' if misfit.found.upper() == 'AND' else '||'}"
    if misfit.found == "<>" or (misfit.before, misfit.found) == ("=", "="):
        return "equality is written =, inequality !="
    if misfit.found == "<" and "iri" in misfit.symbols:
        return "an IRI between < and > holds no space, quotation mark or brace"
    return None


def _hint_spelling(misfit: _Misfit) -> str | None:
    """A word that is nearly a keyword or a function that could stand there."""
    if not misfit.is_unknown_word:
        return None
    fitting = sorted(misfit.symbols & _keywords()) + (sorted(_FUNCTIONS) if "function" in misfit.symbols else [])
    close = difflib.get_close_matches(misfit.found.upper(), fitting, n=1, cutoff=0.78)
    return f"did you mean {close[0]}?" if close else None


def _hint_bare_word(misfit: _Misfit) -> str | None:
    """A word that lacks its colon, its question mark or its prefix."""
    if not misfit.is_unknown_word:
        return None
    if misfit.symbols == {"namespace"}:
        return f"a prefix ends with a colon: {misfit.found}:"
    if misfit.symbols == {"variable"}:
        return f"a variable begins with a question mark: ?{misfit.found}"
    if {"iri", "name"} <= misfit.symbols:
        return f"write ?{misfit.found} for a variable, or a prefix before a name, as in ex:{misfit.found}"
    return None


def _hint_select(misfit: _Misfit) -> str | None:
    """What people write in a SELECT clause that SPARQL writes otherwise."""
    if not {"variable", "("} <= misfit.symbols or misfit.symbols & {"iri", "name"}:
        return None
    if misfit.found.upper() in _FUNCTIONS:
        return f"an expression in SELECT needs a name: ({misfit.found}(…) AS ?name)"
    return "variables are separated by spaces, not by commas" if misfit.found == "," else None


def _hint_triple(misfit: _Misfit) -> str | None:
    """Separators of triples that are missing, or that separate nothing."""
    if misfit.found in _SEPARATORS and misfit.before in {*_SEPARATORS, "{"}:
        return f"there is nothing between {misfit.before} and {misfit.found}"
    if misfit.found and {".", ";", ","} <= misfit.symbols and misfit.tokens[misfit.at].kind in _TERMS:
        return "a triple has three parts: a full stop may be missing before this one"
    return None


def _hint_bracket(misfit: _Misfit) -> str | None:
    """A bracket that is not closed, or closed too often."""
    opened = _open_brackets(misfit.tokens[: misfit.at])
    wanted = [_OPENING[bracket.text] for bracket in opened]
    if misfit.found in _CLOSING and misfit.found not in wanted:
        return f"there is no bracket that this {misfit.found} could close"
    if opened and (not misfit.found or misfit.found in wanted[:-1]) and misfit.found != wanted[-1]:
        line, column = place(misfit.text, opened[-1].offset)
        return f"the {opened[-1].text} at line {line}, column {column} is not closed: {wanted[-1]} is missing"
    return None


def _open_brackets(tokens: Sequence[Token]) -> list[Token]:
    opened: list[Token] = []
    for token in tokens:
        if token.kind is Kind.MARK and token.text in _OPENING:
            opened.append(token)
        elif opened and token.kind is Kind.MARK and token.text == _OPENING[opened[-1].text]:
            opened.pop()
    return opened


_HINTS: tuple[Callable[[_Misfit], str | None], ...] = (
    _hint_operator,
    _hint_spelling,
    _hint_select,
    _hint_bare_word,
    _hint_bracket,
    _hint_triple,
)


# ── Queries of the grammar that mean nothing ─────────────────────────────────────────────────────────────────────────


def _undeclared_prefix(text: str, tokens: Sequence[Token], known: Mapping[str, str]) -> QuerySyntaxError | None:
    start = _prologue_length(tokens)
    declared = _namespaces(tokens[:start])
    for token in tokens[start:]:
        label = token.text.partition(":")[0]
        if token.kind is Kind.NAME and label not in declared:
            iri = f"<{known[label]}>" if label in known else "<…>"
            hint = f"put PREFIX {label}: {iri} before the query"
            return _syntax_error(text, token.offset, f"the prefix {label}: is not declared", hint=hint)
    return None


_UNGROUPED = "a variable in SELECT is neither in GROUP BY nor inside an aggregate such as COUNT or SAMPLE"
_OVERRIDDEN = "AS names a variable that already has a value"
_ENGINE_WORDS = (
    ("a variable that is unbound", _UNGROUPED, "SELECT"),
    (
        "not authorized with GROUP BY",
        "SELECT * cannot be combined with GROUP BY or an aggregate: name the variables",
        "*",
    ),
    ("Duplicated variable name in SELECT", "SELECT names the same variable twice", "SELECT"),
    ("existing variable", _OVERRIDDEN, "AS"),
    ("Unexpected aggregate", "an aggregate may stand only in SELECT, HAVING and ORDER BY", None),
    ("VALUES clause rows", "a row of VALUES has more or fewer terms than there are variables", "VALUES"),
    ("Repeated variables are not allowed in VALUES", "VALUES names the same variable twice", "VALUES"),
    ("Already used blank node", "the same blank node label stands in two groups", None),
    ("language tag parsing failed", "a language tag is not valid", None),
    ("base directions", "a text direction is either ltr or rtl", None),
    ("Reifiers are not allowed", "a reifier cannot follow a property path", "~"),
    ("IRI parsing failed", "an IRI is not valid, or is relative where the query has no BASE", None),
)
"""What pyoxigraph 0.5.13 says inside its list of expectations, our words for it, and the token it is about."""


def _meaningless(text: str, tokens: Sequence[Token], message: str) -> QuerySyntaxError:
    """The error for a query that fits the grammar, where the engine's message or the tokens say what is wrong."""
    for said, reason, anchor in _ENGINE_WORDS:
        if said in message:
            offset = next((token.offset for token in tokens if token.text.upper() == anchor), None)
            return _syntax_error(text, _engine_offset(text, message) if offset is None else offset, reason)
    found = _shared_node(tokens) or _uneven_row(tokens) or _rebound_variable(tokens) or _relative_iri(tokens)
    if found:
        return _syntax_error(text, found[0].offset, found[1])
    return _syntax_error(text, _engine_offset(text, message), "the engine cannot read the query near this place")


_ENGINE_PLACE = re.compile(r"error at (\d+):(\d+): expected (.*)", re.DOTALL)


def _engine_offset(text: str, message: str) -> int:
    """The offset a message of pyoxigraph means: its column lies behind the keyword it looked for."""
    said = _ENGINE_PLACE.match(message)
    if said is None:
        return 0
    line_start = sum(len(line) + 1 for line in text.split("\n")[: int(said[1]) - 1])
    overshoot = max((len(word) for word in re.findall(r"\b[A-Z]{2,}\b", said[3])), default=0)
    return min(max(line_start, line_start + int(said[2]) - 1 - overshoot), len(text))


def _shared_node(tokens: Sequence[Token]) -> tuple[Token, str] | None:
    """A blank node label in two groups (§5.1.1)."""
    groups, homes = [0], dict[str, int]()
    for number, token in enumerate(tokens, 1):
        if token.text == "{":
            groups.append(number)
        elif token.text == "}" and len(groups) > 1:
            groups.pop()
        elif token.kind is Kind.NODE and homes.setdefault(token.text, groups[-1]) != groups[-1]:
            return token, f"the blank node {token.text} stands in two groups; a variable can stand in both"
    return None


def _uneven_row(tokens: Sequence[Token]) -> tuple[Token, str] | None:
    """A row of VALUES (§10) that has not one term for each variable."""
    for at, token in enumerate(tokens[:-1]):
        if token.text.upper() == "VALUES" and tokens[at + 1].text == "(":
            variables, *rows = _rows(tokens[at + 1 :])
            uneven = next((row for row in rows if _terms(row) != len(variables) - 1), None)
            if uneven:
                return uneven[0], f"this row needs {len(variables) - 1} values, one for each variable, or UNDEF"
    return None


def _rows(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The parenthesised lists of a data block, each with its opening and without its closing parenthesis."""
    row: list[Token] = []
    for token in tokens:
        if token.text == "}":
            return
        if token.text == ")":
            yield row
        row = [token] if token.text == "(" else [*row, token]


def _terms(row: Sequence[Token]) -> int:
    words = sum(token.kind in _TERMS - {Kind.LANGUAGE} or token.kind is Kind.WORD for token in row)
    return words - sum(token.text == "^^" for token in row)


def _rebound_variable(tokens: Sequence[Token]) -> tuple[Token, str] | None:
    """A variable after AS that its own group has already used (§10.1)."""
    seen: list[set[str]] = [set()]
    for before, token in pairwise(tokens):
        if token.text in {"{", "}"}:
            seen = [*seen, set()] if token.text == "{" else seen[:-1] or [set()]
        elif token.kind is Kind.VARIABLE:
            if before.text.upper() == "AS" and len(seen) > 1 and token.text[1:] in seen[-1]:
                return token, f"{token.text} already has a value; AS needs a variable that has none"
            seen[-1].add(token.text[1:])
    return None


_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:")


def _relative_iri(tokens: Sequence[Token]) -> tuple[Token, str] | None:
    """An IRI that nothing resolves (§4.1.1.2)."""
    has_base = any(token.text.upper() == "BASE" for token in tokens[: _prologue_length(tokens)])
    relative = next((token for token in tokens if token.kind is Kind.IRI and not _ABSOLUTE.match(token.text)), None)
    if has_base or relative is None:
        return None
    return relative, f"{relative.text} is a relative IRI, and the query has no BASE"
