"""Plain words for a query that does not fit the grammar: what was found, what was expected, and how to mend it.

    first_misfit ─ the place, and what would have fitted ─ explained ─> QuerySyntaxError

The hints are for what people bring along: slips of the hand, and the habits of SQL, Turtle, C and other query
languages. Each looks at one kind of mistake; the first that knows the case speaks, and most cases need none.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from legation.graph.sparql_grammar import END, FUNCTIONS, keywords, symbols_of
from legation.graph.sparql_tokens import (
    CLOSING,
    OPENING,
    OPERATORS,
    SEPARATORS,
    TERMS,
    Kind,
    QuerySyntaxError,
    Token,
    place,
    shortened,
    syntax_error,
)

# ── A misfit ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_NOTHING = Token(Kind.MARK, "", 0)


@dataclass(frozen=True)
class _Misfit:
    """A token that does not fit: all tokens, its index (their number at the text's end), what would have fitted."""

    text: str
    tokens: Sequence[Token]
    at: int
    symbols: AbstractSet[str]

    def near(self, distance: int) -> Token:
        """The token so many places after the misfit, or before it; one without text where there is none."""
        at = self.at + distance
        return self.tokens[at] if 0 <= at < len(self.tokens) else _NOTHING

    @property
    def found(self) -> str:
        """The misfit as written; nothing at the end of the text."""
        return self.near(0).text

    @property
    def shown(self) -> str:
        """The misfit on one line, cut where it is long."""
        return shortened(self.found)

    @property
    def word(self) -> str:
        """The misfit in capitals."""
        return self.found.upper()

    @property
    def before(self) -> str:
        """The token before it in capitals; nothing at the beginning."""
        return self.near(-1).text.upper()

    @property
    def is_unknown_word(self) -> bool:
        """Whether the misfit is a bare word that SPARQL does not know."""
        known = {*keywords(), "function", "a"}
        return self.near(0).kind is Kind.WORD and symbols_of(self.near(0)).isdisjoint(known)

    @cached_property
    def opened(self) -> list[int]:
        """The indexes of the brackets that are open before the misfit."""
        opened: list[int] = []
        for at, token in enumerate(self.tokens[: self.at]):
            if token.kind is Kind.MARK and token.text in OPENING:
                opened.append(at)
            elif opened and token.kind is Kind.MARK and token.text == OPENING[self.tokens[opened[-1]].text]:
                opened.pop()
        return opened

    @property
    def asked(self) -> str:
        """The word before the innermost open bracket in capitals, as BIND in `BIND(1`."""
        return self.tokens[self.opened[-1] - 1].text.upper() if self.opened and self.opened[-1] else ""

    def allows(self, *symbols: str) -> bool:
        """Whether all of these would have fitted."""
        return self.symbols >= set(symbols)


def explained(text: str, tokens: Sequence[Token], at: int, symbols: frozenset[str]) -> QuerySyntaxError:
    """The error at the first token that does not fit, where one of `symbols` would."""
    misfit = _Misfit(text, tokens, at, symbols)
    hint = next(filter(None, (ask(misfit) for ask in _HINTS)), None)
    if at < len(tokens):
        reason = f"{misfit.shown} does not fit here"
        return syntax_error(text, tokens[at].offset, reason, expected=_worded(symbols), hint=hint)
    offset = tokens[-1].end if tokens else 0
    return syntax_error(text, offset, "the query ends too early", expected=_worded(symbols), hint=hint)


# ── What was expected ────────────────────────────────────────────────────────────────────────────────────────────────

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
    ("the end of the query", frozenset({END})),
)
# What few people look for is left out of the list, not out of the grammar.
_RARE = frozenset(
    {"a", "language", "?", "~", "{|", "<<", "^", "^^", "!", "LATERAL", "SERVICE", "VERSION", "REDUCED", "NOT"}
)


def _worded(symbols: AbstractSet[str]) -> tuple[str, ...]:
    """At most eight plain words for a set of symbols: brackets and marks, then kinds of token, then keywords."""
    left = symbols - _RARE or symbols
    worded = []
    for wording, meant in _WORDINGS:
        if meant <= left:
            worded.append(wording)
            left -= meant | (OPERATORS | {"IN"} if wording in {"a literal", "an operator"} else frozenset())
    marks = sorted((symbol for symbol in left if not symbol.isalpha()), key=lambda mark: (mark not in CLOSING, mark))
    return (*marks, *worded, *sorted(symbol for symbol in left if symbol.isupper()))[:_EXPECTED_MAX]


# ── Slips of the hand ────────────────────────────────────────────────────────────────────────────────────────────────


def _hint_spelling(misfit: _Misfit) -> str | None:
    """A word that is nearly a keyword or a function that could stand there."""
    if not misfit.is_unknown_word:
        return None
    fitting = sorted(misfit.symbols & keywords()) + (sorted(FUNCTIONS) if "function" in misfit.symbols else [])
    swapped = [word for word in fitting if sorted(word) == sorted(misfit.word)]
    close = swapped or difflib.get_close_matches(misfit.word[:40], fitting, n=1, cutoff=0.78)
    return f"did you mean {close[0]}?" if close else None


def _hint_bracket(misfit: _Misfit) -> str | None:
    """A bracket that is not closed, or closed too often."""
    opened = [misfit.tokens[at] for at in misfit.opened]
    wanted = [OPENING[bracket.text] for bracket in opened]
    if misfit.found in CLOSING and misfit.found not in wanted:
        lost = "; a { may be missing before" if misfit.found == "}" and "{" in misfit.symbols else ""
        return f"there is no bracket that this {misfit.found} could close{lost}"
    is_due = misfit.symbols == set(wanted[-1:]) or not misfit.found or misfit.found in wanted[:-1]
    if opened and is_due and misfit.found != wanted[-1]:
        line, column = place(misfit.text, opened[-1].offset)
        return f"the {opened[-1].text} at line {line}, column {column} is not closed: {wanted[-1]} is missing"
    return None


_BEFORE_GROUPS = frozenset({"WHERE", "OPTIONAL", "MINUS", "UNION", "EXISTS", "ASK", "LATERAL"})
_IN_PATTERNS = frozenset({"FILTER", "OPTIONAL", "MINUS", "UNION", "GRAPH", "BIND", "VALUES", "LATERAL"})


def _hint_group(misfit: _Misfit) -> str | None:
    """A group of patterns without its braces."""
    if misfit.before == "CONSTRUCT" and "{" in misfit.symbols:
        return "the triples to construct stand between { and }"
    if misfit.before in _BEFORE_GROUPS and "{" in misfit.symbols:
        return f"a {{ is missing: the patterns of {misfit.before} stand between {{ and }}"
    if misfit.word == "UNION":
        return "each side of UNION stands between { and }: { … } UNION { … }"
    if misfit.before == "GRAPH" and misfit.found == "{":
        return "GRAPH needs the graph before its patterns: GRAPH ?g { … }"
    if misfit.word in _IN_PATTERNS and misfit.asked == "CONSTRUCT":
        return f"the template after CONSTRUCT holds triples only: {misfit.word} stands in the pattern after WHERE"
    if (misfit.word == "SELECT" and "}" in misfit.symbols) or _is_after_subquery(misfit):
        return "a subquery stands in braces of its own: { SELECT … }"
    return None


def _is_after_subquery(misfit: _Misfit) -> bool:
    if misfit.before != "}" or not misfit.opened:
        return False
    return misfit.tokens[misfit.opened[-1] + 1].text.upper() == "SELECT" and misfit.allows("}", "GROUP")


def _hint_triple(misfit: _Misfit) -> str | None:
    """Separators of triples that are missing, or that separate nothing; triples that lack a part."""
    if misfit.found in SEPARATORS and misfit.before in {*SEPARATORS, "{"} and misfit.asked != "CONSTRUCT":
        return f"there is nothing between {misfit.before} and {misfit.found}"
    if misfit.found and misfit.allows(".", ";", ",") and misfit.near(0).kind in TERMS:
        return "a triple has three parts: a full stop may be missing before this one"
    lacks_part = misfit.allows("iri", "name") and not misfit.symbols & {"}", "ASC", "NAMED", "EXISTS", "AS"}
    if misfit.found in {"}", *SEPARATORS} and lacks_part and misfit.opened:
        return "a triple has three parts, subject, predicate and object: one is missing before this"
    return None


def _hint_triple_part(misfit: _Misfit) -> str | None:
    """What cannot stand in a triple, or not at this place in it."""
    token = misfit.near(0)
    if not misfit.allows("iri", "name") or misfit.symbols & {"||", "EXISTS", "UNDEF", "NAMED"}:
        return None
    if token.kind in {Kind.STRING, Kind.NUMBER, Kind.NODE} and "string" not in misfit.symbols:
        return "a predicate is an IRI, a prefixed name, a variable or the word a"
    follows_variable = misfit.near(-1).kind is Kind.VARIABLE and token.text in {"/", "|", "*", "+"}
    if follows_variable or (token.kind is Kind.VARIABLE and "variable" not in misfit.symbols):
        return "a property path is made of IRIs and prefixed names, not of variables"
    if misfit.word in FUNCTIONS and "node" in misfit.symbols:
        return f"an expression cannot stand in a triple: give it a name with BIND({misfit.word}(…) AS ?name)"
    return None


def _hint_bare_word(misfit: _Misfit) -> str | None:
    """A word that lacks its colon, its question mark or its prefix."""
    if misfit.symbols == {"namespace"} and misfit.near(0).kind is Kind.STRING:
        return "a prefix is written without quotation marks, as in PREFIX ex: <…>"
    if not misfit.is_unknown_word:
        return None
    if misfit.symbols == {"namespace"}:
        return f"a prefix ends with a colon: {misfit.shown}:"
    if misfit.before == "^^":
        return f"a datatype is an IRI or a prefixed name, as in xsd:{misfit.shown}"
    if misfit.symbols == {"variable"} or _is_in_select(misfit):
        return f"a variable begins with a question mark: ?{misfit.shown}"
    if misfit.allows("iri", "name"):
        return f"write ?{misfit.shown} for a variable, or a prefix before a name, as in ex:{misfit.shown}"
    return None


def _hint_variable(misfit: _Misfit) -> str | None:
    """A variable that was to have a hyphen in its name, or that is parted from its question mark."""
    if misfit.found == "?" and misfit.near(1).kind is Kind.WORD and "variable" in misfit.symbols:
        return f"a variable's name follows its question mark at once: ?{shortened(misfit.near(1).text)}"
    name, hyphen, rest = misfit.near(-1), misfit.near(0), misfit.near(1)
    joined = name.end == hyphen.offset and hyphen.end == rest.offset
    if hyphen.text == "-" and name.kind is Kind.VARIABLE and rest.kind is Kind.WORD and joined:
        return f"a variable's name holds no hyphen: {shortened(name.text + '_' + rest.text)}"
    return None


# ── Habits of Turtle ─────────────────────────────────────────────────────────────────────────────────────────────────

_SCHEME = re.compile(r"(?:https?|urn|mailto|file):", re.IGNORECASE)
_WRITTEN_IRI = re.compile(r"[^\s<>\"{}|^`\\]{1,60}")


def _hint_bare_iri(misfit: _Misfit) -> str | None:
    """An IRI without its brackets, of which the grammar sees a prefix, slashes and a comment."""
    for distance in (0, -1, -2):
        token = misfit.near(distance)
        if token.kind is Kind.NAME and _SCHEME.match(token.text) and misfit.found in {"/", token.text}:
            iri = _WRITTEN_IRI.match(misfit.text, token.offset)
            return f"an IRI stands between < and >: <{iri[0].rstrip('.,;') if iri else token.text}>"
    if misfit.found == "<" and "iri" in misfit.symbols and misfit.before not in OPERATORS:
        return "an IRI between < and > holds no space, quotation mark or brace; the > may be missing"
    return None


def _hint_declaration(misfit: _Misfit) -> str | None:
    """Declarations as Turtle writes them."""
    if misfit.word in {"@PREFIX", "@BASE"}:
        return f"SPARQL writes {misfit.word[1:]} without @ before it and without a full stop at the end"
    if "PREFIX" in misfit.symbols and misfit.found in SEPARATORS and misfit.before:
        return f"a declaration of a prefix ends without a {_MARKS[misfit.found]}"
    return None


_MARKS = {".": "full stop", ";": "semicolon", ",": "comma"}


# ── Habits of SQL ────────────────────────────────────────────────────────────────────────────────────────────────────


def _is_in_select(misfit: _Misfit) -> bool:
    return misfit.allows("variable", "(") and not misfit.symbols & {"iri", "name"}


def _hint_select(misfit: _Misfit) -> str | None:
    """What people write in a SELECT clause that SPARQL writes otherwise."""
    if misfit.before == "FROM" and (misfit.is_unknown_word or misfit.word == "WHERE"):
        return "FROM names a graph by its IRI, not a table: leave it out, and put patterns between { and }"
    if not _is_in_select(misfit):
        return None
    if misfit.word in FUNCTIONS:
        return f"an expression in SELECT needs parentheses and a name: ({misfit.word}(…) AS ?name)"
    if misfit.word == "AS":
        return f"an expression and its name stand in parentheses: ({shortened(misfit.near(-1).text)} AS ?name)"
    if misfit.word == "TOP":
        return "SPARQL has no TOP: write LIMIT and the number at the end of the query"
    if misfit.word in {"ALL", "{", "WHERE", "FROM"} and "*" in misfit.symbols:
        return "name the variables wanted after SELECT, or write * for all"
    return "variables are separated by spaces, not by commas" if misfit.found == "," else None


def _hint_alias(misfit: _Misfit) -> str | None:
    """An expression that lacks AS and a name."""
    if "AS" not in misfit.symbols or (misfit.found != ")" and misfit.near(0).kind is not Kind.VARIABLE):
        return None
    if misfit.asked == "BIND":
        return "BIND takes a value and a new variable: BIND(… AS ?name)"
    if misfit.near(-2).text == "(" and misfit.near(-1).kind is Kind.VARIABLE:
        return f"a variable by itself stands without parentheses: {shortened(misfit.near(-1).text)}"
    return "an expression in SELECT needs a name: (… AS ?name)"


_ENDINGS = frozenset({"GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET"})


def _hint_ending(misfit: _Misfit) -> str | None:
    """Clauses after the pattern that are out of order or inside it."""
    if misfit.before in {"ASC", "DESC"} and misfit.symbols == {"("}:
        return f"the direction stands before what is sorted, in parentheses: {misfit.before}(?x)"
    if misfit.word in _ENDINGS and "}" in misfit.symbols and "LIMIT" not in misfit.symbols:
        return f"{misfit.word} stands behind the closing }} of the pattern"
    if misfit.word in _ENDINGS and "LIMIT" in misfit.symbols:
        return "the order is GROUP BY, HAVING, ORDER BY, LIMIT, OFFSET"
    if misfit.found == "," and misfit.near(-2).text.upper() == "LIMIT":
        return "what is left out is said apart: LIMIT 20 OFFSET 10"
    return None


_HABITS = {
    "AND": "the operator is &&",
    "OR": "the operator is ||",
    "LIKE": "for a part of a text write CONTAINS(?x, 'part'), for a pattern REGEX(?x, 'pattern')",
    "IS": "whether a variable has a value is BOUND(?x), that it has none !BOUND(?x)",
    "BETWEEN": "write two comparisons: ?x >= 1 && ?x <= 9",
    "MOD": "SPARQL has no remainder: ?x - 10 * FLOOR(?x / 10)",
    "<>": "equality is written =, inequality !=",
}
_OPERATORS = {("=", ">"): ">=", ("=", "<"): "<=", ("<", "="): "<=", (">", "="): ">=", ("!", "="): "!="}


def _hint_operator(misfit: _Misfit) -> str | None:
    """Operators of SQL and C."""
    if misfit.word == "NULL" and misfit.is_unknown_word:
        return "SPARQL has no NULL: BOUND(?x) says whether a variable has a value"
    if "&&" in misfit.symbols and misfit.word in _HABITS:
        return _HABITS[misfit.word]
    if (misfit.before, misfit.found) in {("=", "="), ("!=", "=")}:
        return "equality is written =, inequality !="
    if (misfit.before, misfit.found) in _OPERATORS:
        return f"the operator is {_OPERATORS[misfit.before, misfit.found]}"
    if misfit.before == "NOT" and misfit.symbols <= {"EXISTS", "IN"} and not misfit.is_unknown_word:
        return "NOT stands before EXISTS and IN only: write ! and parentheses, as in !(?x = 1)"
    return None


_COMPARISONS = frozenset({"=", "!=", "<", ">", "<=", ">="})


def _hint_condition(misfit: _Misfit) -> str | None:
    """Conditions without parentheses, comparisons without FILTER, values given with an equals sign."""
    if misfit.word == "LET" or (misfit.found == "=" and misfit.before == ":"):
        return "a value is given to a variable with BIND(1 AS ?x)"
    if misfit.found in _COMPARISONS and misfit.allows("iri", "a") and misfit.near(-1).kind is Kind.VARIABLE:
        return "a comparison stands in FILTER(?x = 1); a value is given with BIND(1 AS ?x)"
    if misfit.before == "BIND":
        return "BIND takes a value and a new variable: BIND(… AS ?name)"
    asker = _condition_word(misfit)
    if asker and (misfit.before == asker or misfit.found in OPERATORS):
        return f"the condition of {asker} stands in parentheses: {asker}(…)"
    return None


def _condition_word(misfit: _Misfit) -> str:
    """FILTER or HAVING, where the misfit follows one of them in the same statement."""
    for token in reversed(misfit.tokens[max(0, misfit.at - 20) : misfit.at]):
        if token.text in {"{", "}", "."}:
            break
        if token.kind is Kind.WORD and token.text.upper() in {"FILTER", "HAVING"}:
            return token.text.upper()
    return ""


_ELSEWHERE = {
    "LOWER": "LCASE",
    "TOLOWER": "LCASE",
    "UPPER": "UCASE",
    "TOUPPER": "UCASE",
    "LEN": "STRLEN",
    "LENGTH": "STRLEN",
    "SUBSTRING": "SUBSTR",
    "STARTSWITH": "STRSTARTS",
    "STARTS_WITH": "STRSTARTS",
    "ENDSWITH": "STRENDS",
    "ENDS_WITH": "STRENDS",
    "INCLUDES": "CONTAINS",
    "INSTR": "CONTAINS",
    "MATCH": "REGEX",
    "MATCHES": "REGEX",
    "AVERAGE": "AVG",
    "MEAN": "AVG",
    "NVL": "COALESCE",
    "IFNULL": "COALESCE",
    "CONCATENATE": "CONCAT",
    "STRING_AGG": "GROUP_CONCAT",
    "CEILING": "CEIL",
    "GETDATE": "NOW",
    "CURRENT_TIMESTAMP": "NOW",
}
"""Functions of SQL and of programming languages, and what SPARQL calls them."""


def _hint_function(misfit: _Misfit) -> str | None:
    """Functions under the names of other languages, and arguments without commas."""
    if "function" in misfit.symbols and misfit.word in _ELSEWHERE and misfit.near(1).text == "(":
        return f"SPARQL calls it {_ELSEWHERE[misfit.word]}"
    if misfit.before == "IN" and misfit.symbols == {"("}:
        return "the members stand in parentheses: ?x IN (1, 2)"
    if misfit.allows(",", ")") and misfit.near(0).kind in TERMS:
        return "the members of the list are separated by commas"
    return None


def _hint_values(misfit: _Misfit) -> str | None:
    """Data blocks (§10) written as lists of SQL."""
    if misfit.near(-2).text.upper() == "VALUES" and misfit.symbols == {"{"}:
        return f"values stand between {{ and }}: VALUES {shortened(misfit.near(-1).text)} {{ 1 2 }}"
    if misfit.allows("(", "}") and len(misfit.symbols) == 2 and misfit.near(0).kind in TERMS:
        return "each row stands in parentheses when the variables do: (1)"
    if "UNDEF" in misfit.symbols and misfit.found == ",":
        return "values are separated by spaces, not by commas"
    if "UNDEF" in misfit.symbols and misfit.near(0).kind is Kind.VARIABLE:
        return "VALUES holds IRIs and literals only, no variables; UNDEF leaves a place empty"
    return None


# ── Beginnings and ends ──────────────────────────────────────────────────────────────────────────────────────────────


def _hint_end(misfit: _Misfit) -> str | None:
    """What follows a query, or is left out at its end."""
    if (misfit.found, misfit.near(1).text) in {("-", "-"), ("/", "/"), ("/", "*")}:
        return "a comment begins with # and ends with its line"
    if END in misfit.symbols and misfit.found in {".", ";"}:
        return f"a query ends without a {_MARKS[misfit.found]}, and one is sent at a time"
    if END in misfit.symbols and misfit.word in {"WHERE", "JOIN", "FILTER", "OPTIONAL", "UNION", "AND"}:
        return "all patterns stand between the same { and }, which is closed before this"
    if misfit.allows("WHERE", "{") and not misfit.found:
        return "the pattern is missing: WHERE { … }"
    if "CONSTRUCT" in misfit.symbols and misfit.found:
        return "a query begins with SELECT, ASK, CONSTRUCT or DESCRIBE, after its PREFIX lines"
    return None


_HINTS: tuple[Callable[[_Misfit], str | None], ...] = (
    _hint_bare_iri,
    _hint_operator,
    _hint_variable,
    _hint_select,
    _hint_function,
    _hint_values,
    _hint_spelling,
    _hint_ending,
    _hint_condition,
    _hint_declaration,
    _hint_alias,
    _hint_bare_word,
    _hint_group,
    _hint_bracket,
    _hint_triple,
    _hint_triple_part,
    _hint_end,
)
