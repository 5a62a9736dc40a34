"""The grammar of SPARQL (§19.8 of https://www.w3.org/TR/sparql11-query/, and SPARQL 1.2), to find what does not fit it.

    first_misfit ─> the first token that cannot follow those before it, and what could

Nothing is accepted or refused by it: the engine judges what is valid, and sparql_hints explains what it refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from legation.graph.sparql_tokens import Kind, Token

# ── The prologue ─────────────────────────────────────────────────────────────────────────────────────────────────────


def prologue_length(tokens: Sequence[Token]) -> int:
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


def declared_namespaces(prologue: Sequence[Token]) -> dict[str, str]:
    """The declared prefix labels and their IRIs as written; a later declaration wins."""
    return {
        name.text[:-1]: iri.text[1:-1]
        for name, iri in pairwise(prologue)
        if name.kind is Kind.NAME and iri.kind is Kind.IRI
    }


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
FUNCTIONS = frozenset(_FUNCTION_NAMES.split())
"""The names of built-in functions and aggregates, in capitals."""


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
END = "end"
"""The symbol for the end of the query."""
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
def keywords() -> frozenset[str]:
    """The keywords of the grammar, in capitals."""
    return frozenset(word for word in _GRAMMAR_TOKEN.findall(_GRAMMAR) if word == word.upper() and word.isalpha())


def symbols_of(token: Token) -> frozenset[str]:
    """The grammar's names for a token."""
    upper = token.text.upper()
    match token.kind:
        case Kind.MARK:
            return frozenset({token.text})
        case Kind.NAME:
            return frozenset({"name", "namespace"} if token.text.endswith(":") else {"name"})
        case Kind.NUMBER:
            return frozenset({"number", "integer"} if token.text.isdigit() else {"number"})
        case Kind.WORD if upper in FUNCTIONS:
            return frozenset({"function"})
        case Kind.WORD:
            return frozenset({upper if upper in keywords() else "a" if token.text == "a" else f"?{upper}"})
        case _:
            return frozenset({token.kind.name.lower()})


def first_misfit(tokens: Sequence[Token]) -> tuple[int, frozenset[str]] | None:
    """The first token that cannot follow those before it and the symbols that could; None for a query of the grammar.

    The grammar is LL(1): one pass with a stack of its own decides. The index is `len(tokens)` when more should follow.
    """
    stack: list[_Part] = [_rules()["Query"]]
    for at in range(len(tokens) + 1):
        symbols = symbols_of(tokens[at]) if at < len(tokens) else frozenset({END})
        skipped = _advance(stack, symbols)
        if skipped is not None:
            return None if symbols == {END} and not stack else (at, skipped)
    return None


def _advance(stack: list[_Part], symbols: frozenset[str]) -> frozenset[str] | None:
    """Take off the stack what one token fulfils: None when it fits, else the symbols that would have fitted."""
    expected: set[str] = set()
    while stack:
        part = stack.pop()
        first = _first(part)
        if symbols.isdisjoint(first):
            expected |= first
            if not _is_nullable(part):
                return frozenset(expected)
        elif isinstance(part, _Leaf):
            return None
        else:
            stack.extend(_unfolded(part, symbols))
    return frozenset(expected | {END})


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
