"""A text as a strip: where on its length the passages lie. The text itself is not published, only its extent is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox
from rdflib.namespace import DCTERMS

from legation.ontology.terms import SCHEMA

from .lookups import Found, display_of, properties_of
from .sayings import Saying
from .subjects import Subject
from .view_models import Value

_DIGEST = re.compile("[0-9a-f]{64}")
WIDTH = 1000
"""Units of a strip from the first character of the text to the last."""
MARK_MIN = 3
"""Units that the shortest passage is wide: it must be seen."""
_OF_TEXTS = (DCTERMS.extent, DCTERMS.identifier, SCHEMA.sha256, SCHEMA.encodingFormat)


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage on a strip, in units of it; `is_denied` for one that a denial rests on."""

    left: int
    width: int
    is_denied: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """A text with its extent in characters, its digest, and the passages on it."""

    text: Value
    extent: int | None
    sha256: str | None
    identifiers: tuple[Value, ...]
    passages: tuple[tuple[int, int], ...]
    marks: tuple[Mark, ...]


def strips(subject: Subject, sayings: Iterable[Saying], texts: Iterable[str] = ()) -> tuple[Strip, ...]:
    """A strip for each text that the claims have passages in, and for each of `texts`."""
    found: dict[str, dict[tuple[int, int], bool]] = {iri: {} for iri in texts}
    for saying in sayings:
        for passage in saying.passages:
            if passage.source.iri:
                marked = found.setdefault(passage.source.iri, {})
                marked[int(passage.start), int(passage.end)] = saying.is_denied
    known = properties_of(subject.site.store, found, _OF_TEXTS)
    display = display_of(subject, found)
    return tuple(
        Strip(
            text=display.value(ox.NamedNode(iri)),
            extent=(extent := _extent(known, iri)),
            sha256=_sha256(known, iri),
            identifiers=tuple(display.value(term) for term in known.values(iri, str(DCTERMS.identifier))),
            passages=tuple(sorted(marked)),
            marks=_marks(marked, extent),
        )
        for iri, marked in sorted(found.items())
    )


def _extent(known: Found, iri: str) -> int | None:
    """The length of a text in characters, where it is told as a number above 0."""
    texts = (term.value for term in known.values(iri, str(DCTERMS.extent)) if isinstance(term, ox.Literal))
    return next(
        (int(text) for text in texts if text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text)), None
    )


def _sha256(known: Found, iri: str) -> str | None:
    texts = (term.value for term in known.values(iri, str(SCHEMA.sha256)) if isinstance(term, ox.Literal))
    return next((text for text in texts if _DIGEST.fullmatch(text)), None)


def _marks(passages: dict[tuple[int, int], bool], extent: int | None) -> tuple[Mark, ...]:
    """The passages in units of the strip; none without an extent, and none outside it."""
    if extent is None:
        return ()
    made = []
    for (start, end), is_denied in sorted(passages.items()):
        if start < end <= extent:
            left = min(start * WIDTH // extent, WIDTH - MARK_MIN)
            made.append(Mark(left, max(-(-(end - start) * WIDTH // extent), MARK_MIN), is_denied))
    return tuple(made)
