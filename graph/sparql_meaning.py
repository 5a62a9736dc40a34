"""Queries that fit the grammar and still mean nothing, and what is wrong with them.

    undeclared_prefix ─ meaningless ─> QuerySyntaxError, from the tokens and from what the engine said

Sections are those of https://www.w3.org/TR/sparql11-query/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, takewhile

from legation.graph.sparql_grammar import declared_namespaces, prologue_length
from legation.graph.sparql_tokens import TERMS, Kind, QuerySyntaxError, Token, syntax_error


def undeclared_prefix(text: str, tokens: Sequence[Token], known: Mapping[str, str]) -> QuerySyntaxError | None:
    start = prologue_length(tokens)
    declared = declared_namespaces(tokens[:start])
    for token in tokens[start:]:
        label = token.text.partition(":")[0]
        if token.kind is Kind.NAME and label not in declared:
            iri = f"<{known[label]}>" if label in known else "<…>"
            hint = f"put PREFIX {label}: {iri} before the query"
            return syntax_error(text, token.offset, f"the prefix {label}: is not declared", hint=hint)
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


def meaningless(text: str, tokens: Sequence[Token], message: str) -> QuerySyntaxError:
    """The error for a query that fits the grammar, where the engine's message or the tokens say what is wrong."""
    for said, reason, anchor in _ENGINE_WORDS:
        if said in message:
            offset = next((token.offset for token in tokens if token.text.upper() == anchor), None)
            return syntax_error(text, _engine_offset(text, message) if offset is None else offset, reason)
    found = _shared_node(tokens) or _uneven_row(tokens) or _rebound_variable(tokens) or _relative_iri(tokens)
    if found:
        return syntax_error(text, found[0].offset, found[1])
    return syntax_error(text, _engine_offset(text, message), "the engine cannot read the query near this place")


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
    left = iter(tokens)
    for token in left:
        block = list(takewhile(_is_no_end, left)) if token.text.upper() == "VALUES" else []
        rows = list(_rows(block)) if block and block[0].text == "(" else []
        width = len(rows[0]) - 1 if rows else 0
        uneven = next((row for row in rows[1:] if _terms(row) != width), None)
        if uneven:
            return uneven[0], f"this row needs {width} values, one for each variable, or UNDEF"
    return None


def _is_no_end(token: Token) -> bool:
    return token.text != "}"


def _rows(block: Sequence[Token]) -> Iterator[list[Token]]:
    """The parenthesised lists of a data block, each with its opening and without its closing parenthesis."""
    row: list[Token] = []
    for token in block:
        if token.text == ")":
            yield row
        if token.text in {"(", ")"}:
            row = []
        row.append(token)


_VALUE_KINDS = TERMS - {Kind.LANGUAGE} | {Kind.WORD}


def _terms(row: Sequence[Token]) -> int:
    words = sum(token.kind in _VALUE_KINDS for token in row)
    return words - sum(token.text == "^^" for token in row)


def _rebound_variable(tokens: Sequence[Token]) -> tuple[Token, str] | None:
    """A variable after AS that its own group has already used (§10.1)."""
    seen: list[set[str]] = [set()]
    for before, token in pairwise(tokens):
        if token.text in {"{", "}"}:
            seen[-1:] = [seen[-1], set()] if token.text == "{" else []
            seen = seen or [set()]
        elif token.kind is Kind.VARIABLE:
            if before.text.upper() == "AS" and len(seen) > 1 and token.text[1:] in seen[-1]:
                return token, f"{token.text} already has a value; AS needs a variable that has none"
            seen[-1].add(token.text[1:])
    return None


_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:")


def _relative_iri(tokens: Sequence[Token]) -> tuple[Token, str] | None:
    """An IRI that nothing resolves (§4.1.1.2)."""
    has_base = any(token.text.upper() == "BASE" for token in tokens[: prologue_length(tokens)])
    relative = next((token for token in tokens if token.kind is Kind.IRI and not _ABSOLUTE.match(token.text)), None)
    if has_base or relative is None:
        return None
    return relative, f"{relative.text} is a relative IRI, and the query has no BASE"
