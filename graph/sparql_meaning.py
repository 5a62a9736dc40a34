"""Queries that fit the grammar and still mean nothing, and what is wrong with them.

    undeclared_prefix ─ meaningless ─> QuerySyntaxError, from the tokens and from what the engine said

Sections are those of https://www.w3.org/TR/sparql11-query/.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, takewhile

from legation.graph.sparql_grammar import declared_namespaces, prologue_length
from legation.graph.sparql_tokens import TERMS, Kind, QuerySyntaxError, Token, shortened, syntax_error


def undeclared_prefix(text: str, tokens: Sequence[Token], known: Mapping[str, str]) -> QuerySyntaxError | None:
    """The error for the first name whose prefix has no declaration; None where all have one.

    `known` are labels and IRIs of well-known namespaces: the hint is the line that declares one of them, or the label
    that was probably meant.
    """
    start = prologue_length(tokens)
    declared = declared_namespaces(tokens[:start])
    for token in tokens[start:]:
        label = token.text.partition(":")[0]
        if token.kind is Kind.NAME and label not in declared:
            hint = _declaring(label, declared, known)
            return syntax_error(text, token.offset, f"the prefix {shortened(label)}: is not declared", hint=hint)
    return None


def _declaring(label: str, declared: Mapping[str, str], known: Mapping[str, str]) -> str:
    if label in known:
        return f"put PREFIX {label}: <{known[label]}> before the query"
    meant = _nearest(label, declared)
    if meant:
        return f"did you mean {shortened(meant)}:?"
    meant = _nearest(label, known)
    if meant:
        return f"did you mean {meant}:? Then put PREFIX {meant}: <{known[meant]}> before the query"
    return f"put PREFIX {shortened(label)}: <…> before the query"


def _nearest(label: str, labels: Mapping[str, str]) -> str | None:
    """The label that differs by letter case, by the order of its letters, or by little."""
    small = label[:40].lower()
    swapped = [other for other in labels if other and sorted(other.lower()) == sorted(small)]
    close = swapped or difflib.get_close_matches(small, [other for other in labels if other], n=1, cutoff=0.75)
    return close[0] if close else None


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
    if "Unexpected aggregate" in message or "a variable that is unbound" in message:
        found = _misgrouped(text, tokens)
        if found:
            return found
    for said, reason, anchor in _ENGINE_WORDS:
        if said in message:
            offset = next((token.offset for token in tokens if token.text.upper() == anchor), None)
            return syntax_error(text, _engine_offset(text, message) if offset is None else offset, reason)
    for check in (_shared_node, _uneven_row, _rebound_variable, _relative_iri, _miscounted_call):
        wrong = check(tokens)
        if wrong:
            return syntax_error(text, wrong[0].offset, wrong[1])
    return _misgrouped(text, tokens) or syntax_error(
        text, _engine_offset(text, message), "the engine cannot read the query near this place"
    )


# ── Aggregates (§11) ─────────────────────────────────────────────────────────────────────────────────────────────────

_AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})
_Hinted = tuple[Token, str, str]


def _misgrouped(text: str, tokens: Sequence[Token]) -> QuerySyntaxError | None:
    found = _stray_aggregate(tokens) or _ungrouped(tokens)
    return syntax_error(text, found[0].offset, found[1], hint=found[2]) if found else None


def _stray_aggregate(tokens: Sequence[Token]) -> _Hinted | None:
    """An aggregate in FILTER or BIND, where no group exists yet (§11.3)."""
    depth, asker = 0, ""
    for before, token in pairwise(tokens):
        word = token.text.upper() if token.kind is Kind.WORD else ""
        if not depth:
            asker = before.text.upper() if token.text == "(" and before.text.upper() in {"FILTER", "BIND"} else ""
        if asker:
            depth += (token.text == "(") - (token.text == ")")
        if depth and word in _AGGREGATES:
            hint = f"count in a subquery, or after GROUP BY write HAVING({word}(…) > 1)"
            return token, f"{word} cannot stand in {asker}: there are no groups yet", hint
    return None


def _ungrouped(tokens: Sequence[Token]) -> _Hinted | None:
    """A variable in a SELECT clause that has no one value in its group (§11.4)."""
    closings = _closings(tokens)
    for at, token in enumerate(tokens):
        if token.kind is Kind.WORD and token.text.upper() == "SELECT":
            plain, has_aggregate, opening = _projection(tokens, at + 1)
            grouped = _grouping(tokens, closings.get(opening, len(tokens)))
            found = next((name for name in plain if name.text[1:] not in (grouped or ())), None)
            if found and (has_aggregate or grouped is not None):
                name = shortened(found.text)
                reason = f"{name} has many values in a group: it is neither in GROUP BY nor inside an aggregate"
                add = f"GROUP BY {name}" if grouped is None else f"{name} to GROUP BY"
                return found, reason, f"add {add}, or take any one value: (SAMPLE({name}) AS {name}1)"
    return None


def _closings(tokens: Sequence[Token]) -> dict[int, int]:
    """The index of the brace that closes each opening one, by its index."""
    opened: list[int] = []
    closings: dict[int, int] = {}
    for at, token in enumerate(tokens):
        if token.text == "{":
            opened.append(at)
        elif token.text == "}" and opened:
            closings[opened.pop()] = at
    return closings


def _projection(tokens: Sequence[Token], start: int) -> tuple[list[Token], bool, int]:
    """The variables a SELECT clause names by themselves, whether it has an aggregate, and where its pattern opens."""
    plain, has_aggregate, depth = list[Token](), False, 0
    for at in range(start, len(tokens)):
        token = tokens[at]
        if (token.text == "{" and not depth) or token.text.upper() == "SELECT":
            return plain, has_aggregate, at
        depth += (token.text in {"(", "{"}) - (token.text in {")", "}"})
        has_aggregate |= token.kind is Kind.WORD and token.text.upper() in _AGGREGATES
        if not depth and token.kind is Kind.VARIABLE:
            plain.append(token)
    return plain, has_aggregate, len(tokens)


_AFTER_GROUPING = frozenset({"HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES", "SELECT", "}"})


def _grouping(tokens: Sequence[Token], closing: int) -> set[str] | None:
    """The names that the GROUP BY after a closing brace gives a value; None where there is none."""
    if closing + 1 >= len(tokens) or tokens[closing + 1].text.upper() != "GROUP":
        return None
    grouped = set[str]()
    for at in range(closing + 2, len(tokens)):
        if tokens[at].text.upper() in _AFTER_GROUPING:
            break
        if tokens[at].kind is Kind.VARIABLE:
            grouped.add(tokens[at].text[1:])
    return grouped


# ── Calls (§17.4) ────────────────────────────────────────────────────────────────────────────────────────────────────

_ARITIES = """
0 NOW RAND STRUUID UUID
1 ABS BOUND CEIL DATATYPE DAY ENCODE_FOR_URI FLOOR HOURS IRI ISBLANK ISIRI ISLITERAL ISNUMERIC ISURI LANG LCASE MD5
1 MINUTES MONTH ROUND SECONDS SHA1 SHA256 SHA384 SHA512 STR STRLEN TIMEZONE TZ UCASE URI YEAR
2 CONTAINS LANGMATCHES SAMETERM STRAFTER STRBEFORE STRDT STRENDS STRLANG STRSTARTS
3 IF
2-3 REGEX SUBSTR
3-4 REPLACE
"""
_ARGUMENTS = {
    name: (int(numbers[0]), int(numbers[-1]))
    for numbers, *names in map(str.split, _ARITIES.split("\n")[1:-1])
    for name in names
}
"""How many arguments a function takes, at least and at most."""


def _miscounted_call(tokens: Sequence[Token]) -> tuple[Token, str] | None:
    """A call with fewer or more arguments than its function takes."""
    calls: list[tuple[Token, int, int]] = []
    before = Token(Kind.MARK, "", 0)
    for token in tokens:
        if token.text in {"(", "{", "["}:
            calls.append((before, 0, token.offset))
        elif token.text == "," and calls:
            name, commas, opened = calls.pop()
            calls.append((name, commas + 1, opened))
        elif token.text in {")", "}", "]"} and calls:
            name, commas, opened = calls.pop()
            given = commas + (before.offset != opened)
            least, most = (
                _ARGUMENTS.get(name.text.upper(), (given, given)) if name.kind is Kind.WORD else (given, given)
            )
            if not least <= given <= most:
                return name, f"{name.text.upper()} takes {_number(least, most)}, not {given}"
        before = token
    return None


def _number(least: int, most: int) -> str:
    count = f"{least}" if least == most else f"{least} to {most}"
    return f"{count} argument" + ("" if count == "1" else "s")


# ── The engine's place ───────────────────────────────────────────────────────────────────────────────────────────────

_ENGINE_PLACE = re.compile(r"error at (\d+):(\d+): expected (.*)", re.DOTALL)


def _engine_offset(text: str, message: str) -> int:
    """The offset a message of pyoxigraph means: its column lies behind the keyword it looked for."""
    said = _ENGINE_PLACE.match(message)
    if said is None:
        return 0
    line_start = sum(len(line) + 1 for line in text.split("\n")[: int(said[1]) - 1])
    overshoot = max((len(word) for word in re.findall(r"\b[A-Z]{2,}\b", said[3])), default=0)
    return min(max(line_start, line_start + int(said[2]) - 1 - overshoot), len(text))


# ── Nodes, rows, variables, IRIs ─────────────────────────────────────────────────────────────────────────────────────


def _shared_node(tokens: Sequence[Token]) -> tuple[Token, str] | None:
    """A blank node label in two groups (§5.1.1)."""
    groups, homes = [0], dict[str, int]()
    for number, token in enumerate(tokens, 1):
        if token.text == "{":
            groups.append(number)
        elif token.text == "}" and len(groups) > 1:
            groups.pop()
        elif token.kind is Kind.NODE and homes.setdefault(token.text, groups[-1]) != groups[-1]:
            return token, f"the blank node {shortened(token.text)} stands in two groups; a variable can stand in both"
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
                return token, f"{shortened(token.text)} already has a value; AS needs a variable that has none"
            seen[-1].add(token.text[1:])
    return None


_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:")


def _relative_iri(tokens: Sequence[Token]) -> tuple[Token, str] | None:
    """An IRI that nothing resolves (§4.1.1.2)."""
    has_base = any(token.text.upper() == "BASE" for token in tokens[: prologue_length(tokens)])
    relative = next((token for token in tokens if token.kind is Kind.IRI and not _ABSOLUTE.match(token.text)), None)
    if has_base or relative is None:
        return None
    return relative, f"{shortened(relative.text)} is a relative IRI, and the query has no BASE"
