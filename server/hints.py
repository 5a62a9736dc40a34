"""Hints about a query that was answered: the Legation-Hint header field, a list of strings (RFC 9651)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from legation.graph.sparql_terms import UnknownTerm

_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


def hint_field(terms: Iterable[UnknownTerm]) -> str:
    """The value of Legation-Hint: a String (RFC 9651, section 3.3.3) a term, with its place as parameters.

    Strings are ASCII: other characters are percent-encoded, as in a URI.
    """
    return ", ".join(f'"{_escaped(str(term))}";line={term.line};column={term.column}' for term in terms)


def _escaped(text: str) -> str:
    return quote(text, safe=_PRINTABLE).replace("\\", r"\\").replace('"', r"\"")
