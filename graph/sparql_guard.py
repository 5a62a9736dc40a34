"""The guard with a memory: queries that differ in IRIs, strings and the names of variables only are examined once.

Programs ask the same few questions of ever other entities. Where a text has no comment, no escape, no apostrophe,
nothing but ASCII and not the word "service", the tokens of another text that is the same up to the content of its IRIs
and strings and the names of its variables are of the same kinds in the same places, and all that `examine` finds is the
same: at `<` a tokeniser tries an IRI first, at `"` a string, at `?` and `$` a variable, and so do the patterns here.
IRIs that may name terms of our own vocabulary are left as they are, for hints depend on them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .sparql_terms import ROOT
from .sparql_text import Query, QueryTooLong, examine

_REMEMBERED_MAX = 1000
_LIKENESS_CHARS_MAX = 2000
_VARIABLE = re.compile(r"[?$]([A-Za-z0-9_]+)")
_ANY_IRI = re.compile(r'<[^\x00-\x20<>"{}|^`\\]*+>')
_IRI_OR_STRING = re.compile(rf'{_ANY_IRI.pattern}|"[^"\r\n]*+"')
_CONFUSING = ("'", "\\", '"""')


@dataclass(frozen=True, slots=True)
class Guard:
    """Examines queries within bounds; see `sparql_text.examine`. Safe to share between threads."""

    chars_max: int
    depth_max: int
    _known: dict[str, Query] = field(default_factory=dict, repr=False)

    def examine(self, text: str) -> Query:
        """What `examine` finds in the text, and raises."""
        if len(text) > self.chars_max:
            raise QueryTooLong(len(text), self.chars_max)
        likeness = likeness_of(text)
        known = self._known.get(likeness) if likeness else None
        if known is not None:
            return Query(text, text, known.form, known.is_volatile, known.has_dataset_clause, (), known.chain)
        query = examine(text, chars_max=self.chars_max, depth_max=self.depth_max)
        if likeness and query.text == text and not query.unknown_terms:
            if len(self._known) >= _REMEMBERED_MAX:
                self._known.clear()
            self._known[likeness] = query
        return query


def likeness_of(text: str) -> str | None:
    """The text with IRIs and strings emptied and variables numbered; None where they may be something else."""
    if len(text) > _LIKENESS_CHARS_MAX or not text.isascii() or "service" in text.lower():
        return None
    if any(mark in text for mark in _CONFUSING):
        return None
    emptied = _IRI_OR_STRING.sub(_emptied, text)
    if '"' in emptied or ("#" in emptied and "#" in _ANY_IRI.sub("", emptied)):
        return None  # the first number sign that begins a comment stands outside every IRI and string
    names: dict[str, str] = {}
    return _VARIABLE.sub(lambda found: names.setdefault(found[1], f"?{len(names)}"), emptied)


def _emptied(found: re.Match[str]) -> str:
    """An IRI without its content, unless it may name a term of ours; an apostrophe, which the text has not, for a
    string."""
    whole = found[0]
    if whole[0] == '"':
        return "'"
    return whole if ROOT in whole else "<>"
