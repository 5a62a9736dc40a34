"""The guard with a memory: queries that differ in their IRIs and the names of variables only are examined once.

Programs ask the same few questions of ever other entities. Where a text has no string, no comment, no escape, nothing
but ASCII and not the word "service", the tokens of another text that is the same up to the content of its IRIs and the
names of its variables are of the same kinds in the same places, and all that `examine` finds is the same: at `<` a
tokeniser tries an IRI first, at `?` and `$` a variable, and so do the patterns here. IRIs that may name terms of our
own vocabulary are left as they are, for hints depend on them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from .sparql_terms import ROOT
from .sparql_text import Query, QueryTooLong, examine

_REMEMBERED_MAX = 1000
_LIKENESS_CHARS_MAX = 2000
_IRI = re.compile(rf'<(?![^\x00-\x20<>"{{}}|^`\\]*{re.escape(ROOT)})[^\x00-\x20<>"{{}}|^`\\]*+>')
_VARIABLE = re.compile(r"[?$]([A-Za-z0-9_]+)")
_ANY_IRI = re.compile(r'<[^\x00-\x20<>"{}|^`\\]*+>')
_CONFUSING = re.compile(r"[\"'\\]|service", re.IGNORECASE)


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
            return replace(known, text=text, written=text)
        query = examine(text, chars_max=self.chars_max, depth_max=self.depth_max)
        if likeness and query.text == text and not query.unknown_terms:
            if len(self._known) >= _REMEMBERED_MAX:
                self._known.clear()
            self._known[likeness] = query
        return query


def likeness_of(text: str) -> str | None:
    """The text with IRIs emptied and variables numbered; None where `<…>` may be something else than an IRI."""
    if len(text) > _LIKENESS_CHARS_MAX or not text.isascii() or _CONFUSING.search(text):
        return None
    if "#" in text and "#" in _ANY_IRI.sub("", text):  # the first that begins a comment stands outside every IRI
        return None
    names: dict[str, str] = {}
    emptied = _IRI.sub("<>", text)
    return _VARIABLE.sub(lambda found: names.setdefault(found[1], f"?{len(names)}"), emptied)
