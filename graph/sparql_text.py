"""What can be known of a SPARQL query's text before any engine sees it.

    examine ─ decoded ─ tokenised ─ form, update? ─ SERVICE? ─ bounded ─ unambiguous ─> Query
    describe_syntax_error ─ the grammar, then the meaning, up to the first token that does not fit ─> QuerySyntaxError

    sparql_tokens <─ sparql_grammar <─ sparql_hints, sparql_meaning, sparql_terms <─ sparql_text

The engine (pyoxigraph 0.5.13) calls any host a SERVICE names, ends its process on deep queries, and reads without
tokens: a keyword needs no boundary after it, and a prefixed name it cannot resolve is tried again as something else.
So `SERVICE:x {`, `trueSERVICE:x {` and `ex:a.b.SERVICE:x {` can all call a host although SPARQL's own longest-token
rule sees one prefixed name in each. Three things close that gap, and `Query.text` is the text after all of them:

1. No bare word may contain "service" (unless it is a SERVICE whose endpoint is allowed).
2. Codepoint escapes are decoded (§19.2), so that every engine reads what the guard read. See `decoded`.
3. Prefix labels that contain the word are renamed, the engine's early stop inside a dotted local name is prevented by
   escaping the dots, and the one shape that is left, `ex:SERVICE:x {` where the IRI may be invalid, is written out as
   a full IRI (or refused where only a base could tell which IRI that is).

Sections are those of https://www.w3.org/TR/sparql11-query/ unless another document is named.

    QueryRefused
    ├── ServiceRefused      a SERVICE whose endpoint is not allowed
    ├── UpdateRefused       an update where a query is expected
    ├── QueryTooLong        more code points than allowed
    ├── QueryTooDeep        more nesting or longer chains than the engine's stack bears
    └── QuerySyntaxError    not SPARQL: line, column, what was expected, a hint (of sparql_tokens)
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from legation.graph.errors import QueryRefused
from legation.graph.sparql_chain import Chain, chain_of
from legation.graph.sparql_grammar import declared_namespaces, first_misfit, prologue_length
from legation.graph.sparql_hints import explained
from legation.graph.sparql_meaning import meaningless, undeclared_prefix
from legation.graph.sparql_terms import UnknownTerm, may_name_terms, unknown_terms
from legation.graph.sparql_tokens import (
    CLOSING,
    OPENING,
    OPERATORS,
    SEPARATORS,
    TERMS,
    Kind,
    QuerySyntaxError,
    Token,
    decoded,
    place,
    syntax_error,
    tokenised,
)

__all__ = [
    "Form",
    "Query",
    "QuerySyntaxError",
    "QueryTooDeep",
    "QueryTooLong",
    "ServiceRefused",
    "UpdateRefused",
    "describe_syntax_error",
    "examine",
]

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


# ── Nesting and chains ───────────────────────────────────────────────────────────────────────────────────────────────

_IDLE_WORDS = frozenset({"A", "FROM", "NAMED", "UNDEF", "TRUE", "FALSE"})
_LINKING = OPERATORS - {"+", "-"}


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
    if len(tokens) <= links_max and sum(map(text.count, "{([<")) <= depth_max:
        return  # a token is one link at most, and every bracket begins with one of these
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
        if mark in OPENING:
            levels.append(_Level(mark))
            if len(levels) - 1 > depth_max:
                raise QueryTooDeep("brackets", depth_max, *place(text, token.offset))
        elif mark and mark == OPENING.get(top.bracket):
            closed = levels.pop()
            above -= closed.links
            levels[-1].below = max(levels[-1].below, closed.links + closed.below)
        ended_term = token.kind in TERMS or mark in CLOSING


def _links(token: Token, bracket: str, after_term: bool) -> int:
    """How many links a token adds in an open bracket ("" outside all): 0 or 1."""
    kind, text = token.kind, token.text
    in_list = bracket in {"", "("}
    if kind is Kind.MARK:
        separates = text in SEPARATORS and bracket in {"{", "[", "{|"}
        follows = text in {"(", "[", "+", "-"} and in_list and after_term
        return int(text in _LINKING or separates or follows or text == "{")
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
    `is_volatile`: two answers may differ, for it calls NOW, RAND, UUID, STRUUID, BNODE or another endpoint, or it
    constructs blank nodes, which get new labels each time (§16.2.1).
    `has_dataset_clause`: it says FROM or FROM NAMED.
    `unknown_terms`: names in our vocabulary that are no terms of it; the query runs all the same.
    `chain`: what bounds its work, where it is small by its form.
    """

    text: str
    written: str
    form: Form
    is_volatile: bool
    has_dataset_clause: bool
    unknown_terms: tuple[UnknownTerm, ...] = ()
    chain: Chain | None = None


_WORD = "service"
_UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"})
_VOLATILE = ("NOW", "RAND", "UUID", "BNODE")
_REIFIERS = frozenset({Kind.VARIABLE, Kind.IRI, Kind.NAME})
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
    start = prologue_length(tokens)
    form = _form(written, tokens, start)
    written_out: Mapping[int, str] = {}
    if _WORD in written.lower():
        namespaces = declared_namespaces(tokens[:start])
        _refuse_services(written, tokens, namespaces, service_allowed)
        written_out = _written_out(written, tokens, namespaces)
    _bounded(written, tokens[start:], depth_max, links_max)
    return Query(
        text=_unambiguous(written, tokens, written_out),
        written=written,
        form=form,
        is_volatile=_is_volatile(form, tokens[start:], written.upper()),
        has_dataset_clause=_has_dataset_clause(tokens, written.upper()),
        unknown_terms=_unknown_terms(written, tokens, start),
        chain=chain_of(tokens[start:]),
    )


def _unknown_terms(written: str, tokens: Sequence[Token], start: int) -> tuple[UnknownTerm, ...]:
    if not may_name_terms(written):
        return ()
    return unknown_terms(written, tokens[start:], declared_namespaces(tokens[:start]))


def _form(text: str, tokens: Sequence[Token], start: int) -> Form:
    if start == len(tokens):
        expected = tuple(_FORMS) if tokens else (*_FORMS, "PREFIX", "BASE")
        raise syntax_error(text, len(text), "there is no query here", expected=expected)
    first = tokens[start]
    keyword = first.text.upper() if first.kind is Kind.WORD else ""
    if keyword in _UPDATES:
        raise UpdateRefused(keyword, *place(text, first.offset))
    if keyword not in _FORMS:
        raise explained(text, tokens, *(first_misfit(tokens) or (start, frozenset(_FORMS))))
    return _FORMS[keyword]


def _has_dataset_clause(tokens: Sequence[Token], upper: str) -> bool:
    return "FROM" in upper and any(token.kind is Kind.WORD and "FROM" in token.text.upper() for token in tokens)


def _is_volatile(form: Form, tokens: Sequence[Token], upper: str) -> bool:
    """Whether the query itself makes what differs between two answers, or asks another endpoint.

    DESCRIBE and SELECT make no blank nodes: there, they are variables without a name, or those of the data.
    Tokens are looked at only where `upper`, the text in capitals, has one of the words at all.
    """
    is_likely = any(word in upper for word in (*_VOLATILE, _WORD.upper()))
    called = is_likely and any(_calls_volatile(*pair) for pair in pairwise(tokens))
    return called or (form is Form.CONSTRUCT and _makes_nodes(_template(tokens)))


def _calls_volatile(word: Token, following: Token) -> bool:
    # The engine needs no boundary before a function's name, so the end of the word decides.
    if word.kind is not Kind.WORD:
        return False
    upper = word.text.upper()
    return _WORD.upper() in upper or (following.text == "(" and upper.endswith(_VOLATILE))


def _template(tokens: Sequence[Token]) -> Sequence[Token]:
    """The first group of a CONSTRUCT with its braces: also in the short form, where the pattern is the template."""
    first = next((at for at, token in enumerate(tokens) if token.text == "{"), len(tokens))
    last = next((at for at in range(first, len(tokens)) if tokens[at].text == "}"), len(tokens))
    return tokens[first : last + 1]


def _makes_nodes(template: Sequence[Token]) -> bool:
    """Whether a template holds a blank node: a label, brackets, a list, or what SPARQL 1.2 reifies without a name.

    A name such as `true_:b` counts, too: the engine, where the prefix is not declared, reads a label in it.
    """
    return any(
        token.kind is Kind.NODE
        or (token.kind is Kind.NAME and "_:" in token.text)
        or token.text in {"[", "{|"}
        or (token.text == "(" and before.text != "<<" and after.text != ")")
        or (token.text == "<<" and after.text != "(")
        or (token.text == "~" and after.kind not in _REIFIERS)
        for before, token, after in zip(template, template[1:], template[2:], strict=False)
    )


# ── SERVICE (SPARQL 1.1 Federated Query) ─────────────────────────────────────────────────────────────────────────────


def _refuse_services(
    text: str, tokens: Sequence[Token], namespaces: Mapping[str, str], allowed: frozenset[str]
) -> None:
    for at, token in enumerate(tokens):
        if token.kind is not Kind.WORD or _WORD not in token.text.lower():
            continue
        if token.text.lower() != _WORD or _endpoint(tokens[at + 1 : at + 3], namespaces) not in allowed:
            raise ServiceRefused(*place(text, token.offset))


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


def _written_out(text: str, tokens: Sequence[Token], namespaces: Mapping[str, str]) -> dict[int, str]:
    """The names that could be read in two ways as full IRIs between < and >, by their offsets.

    An IRI that turns out to be invalid is an error to the engine and nothing else. Raises QuerySyntaxError where the
    namespace is relative or has dots to be resolved: only the engine knows the IRI then (RFC 3986, section 5.2).
    """
    doubtful = {label for label, namespace in namespaces.items() if not _OPEN_NAMESPACE.fullmatch(namespace)}
    found: dict[int, str] = {}
    for at, token in enumerate(tokens):
        if token.kind is Kind.NAME and _is_two_faced(tokens[at : at + 4], doubtful):
            label, _, local = token.text.partition(":")
            namespace = namespaces.get(label, "")
            iri = namespace + _LOCAL_ESCAPE.sub(r"\1", local)
            if not _ABSOLUTE.match(namespace) or "/." in iri:
                hint = "write the name as a full IRI between < and >"
                raise syntax_error(text, token.offset, "this name could be read as the keyword SERVICE", hint=hint)
            found[token.offset] = f"<{iri}>"
    return found


_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*+:")
_LOCAL_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def _is_two_faced(tokens: Sequence[Token], doubtful: AbstractSet[str]) -> bool:
    """Whether `ex:SERVICE:x {` may come to life: the engine, when the whole IRI is invalid, falls back to `ex:` alone.

    It needs a brace within three tokens (SILENT, endpoint, brace). An IRI is surely valid when the local name is plain
    and the namespace ends where a path segment, a fragment or an opaque part goes on, as nearly all do; `doubtful` are
    the labels of those that do not.
    """
    label, _, local = tokens[0].text.partition(":")
    if _WORD not in local.lower() or "{" not in {token.text for token in tokens[1:]}:
        return False
    return label in doubtful or not _PLAIN_LOCAL.fullmatch(local)


_DOT = re.compile(r"(\\.)|\.", re.DOTALL)


def _unambiguous(text: str, tokens: Sequence[Token], written_out: Mapping[int, str]) -> str:
    """The text with prefixed names that a reader without tokens, too, can read in one way only.

    `written_out` has other names for some, by offset. TRUE and FALSE are set in small letters besides, which the
    engine asks for and SPARQL does not.
    """
    names = [token for token in tokens if token.kind is Kind.NAME]
    labels = _renamed({token.text.partition(":")[0] for token in names})
    pieces, done = [], 0
    for token in tokens:
        if token.kind is not Kind.NAME and token.kind is not Kind.WORD:
            continue
        new = token.text
        if token.kind is Kind.NAME:
            label, _, local = new.partition(":")
            new = written_out.get(token.offset) or f"{labels.get(label, label)}:{_dots_escaped(local)}"
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


# ── Syntax errors ────────────────────────────────────────────────────────────────────────────────────────────────────


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
    misfit = first_misfit(tokens)
    if misfit is not None:
        return explained(plain, tokens, *misfit)
    return undeclared_prefix(plain, tokens, prefixes or {}) or meaningless(plain, tokens, engine_message)
