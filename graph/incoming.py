"""What points at a thing, a page at a time: in the order of property and subject, counted by property.

A page begins after a key, the last property and subject of the page before (keyset paging), and not at a number: it
stays valid while the release stands, and in a later release it means the same place in the order.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox

from .errors import PageKeyMalformed
from .identifiers import Base, is_valid_iri
from .prefixes import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .store import Store

INCOMING_MAX = 200
"""Links on one page."""
LISTED_MAX = 100_000
"""Links of one property that the pages go through; all are counted."""
_KEY_SHOWN_CHARS = 100
_NAME = re.compile(r"[\w.-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class PageKey:
    """The place in the order after which a page begins."""

    predicate: str
    subject: str

    def written(self, base: Base) -> str:
        """The value of `?after=`: property and subject with a space between them, which no IRI has.

        A property that has a prefix of the project is a prefixed name, a subject of ours is relative to the base; any
        other IRI stands in angle brackets, so that no scheme passes for a prefix.
        """
        subject = base.relative(self.subject) if base.holds(self.subject) else f"<{self.subject}>"
        return f"{property_name(self.predicate)} {subject}"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One page of the links to a thing, how many there are of each property, and where the next page begins."""

    triples: tuple[ox.Triple, ...]
    counts: tuple[tuple[str, int], ...]
    next: PageKey | None


def page_key(text: str, base: Base) -> PageKey:
    """The key that `?after=` names. Raises PageKeyMalformed for what no key looks like.

    A key need not name a link that is there: the page holds what comes behind that place.
    """
    predicate, _, subject = text.partition(" ")
    key = PageKey(_expanded(predicate), _inside(subject) or base.iri + subject)
    if not subject or not is_valid_iri(key.predicate) or not is_valid_iri(key.subject):
        raise PageKeyMalformed(text[:_KEY_SHOWN_CHARS])
    return key


def page_address(document: str, base: Base, key: PageKey | None) -> str:
    """The address of the page of a document that begins after a key; the document's own for the first."""
    return f"{document}?after={quote(key.written(base), safe='/:')}" if key else document


def incoming_links(store: Store, iri: str, after: PageKey | None) -> Incoming:
    """A page of the triples with the thing as object and an IRI as subject.

    The engine is never asked to sort: it would look up each IRI again and again.
    """
    if after is None:
        rows = store.select(f"SELECT DISTINCT ?p ?s WHERE {{ {_pointing(iri)} }} LIMIT {INCOMING_MAX + 1}")
        if len(rows) <= INCOMING_MAX:
            pairs = sorted((_iri(p), _iri(s)) for p, s in rows)
            return Incoming(_triples(pairs, iri), tuple(Counter(p for p, _ in pairs).items()), None)
    counts = _counted(store, iri)
    pairs = list(islice(_behind(store, iri, [p for p, _ in counts], after), INCOMING_MAX + 1))
    shown = pairs[:INCOMING_MAX]
    return Incoming(_triples(shown, iri), counts, PageKey(*shown[-1]) if len(pairs) > INCOMING_MAX else None)


def _pointing(iri: str, predicate: str = "?p") -> str:
    return f"?s {predicate} <{iri}> FILTER(isIRI(?s))"


def _behind(store: Store, iri: str, predicates: Iterable[str], after: PageKey | None) -> Iterator[tuple[str, str]]:
    """The links behind a key in their order, a property asked for when it is reached."""
    for predicate in predicates:
        if after is None or predicate >= after.predicate:
            rows = store.select(f"SELECT DISTINCT ?s WHERE {{ {_pointing(iri, f'<{predicate}>')} }} LIMIT {LISTED_MAX}")
            subjects = sorted(_iri(subject) for (subject,) in rows)
            begin = bisect_right(subjects, after.subject) if after and predicate == after.predicate else 0
            yield from ((predicate, subject) for subject in subjects[begin:])


def _triples(pairs: Iterable[tuple[str, str]], iri: str) -> tuple[ox.Triple, ...]:
    thing = ox.NamedNode(iri)
    return tuple(ox.Triple(ox.NamedNode(s), ox.NamedNode(p), thing) for p, s in pairs)


def _counted(store: Store, iri: str) -> tuple[tuple[str, int], ...]:
    rows = store.select(f"SELECT ?p (COUNT(DISTINCT ?s) AS ?n) WHERE {{ {_pointing(iri)} }} GROUP BY ?p")
    return tuple(sorted((_iri(p), int(n.value)) for p, n in rows if isinstance(n, ox.Literal)))


def _iri(term: object) -> str:
    assert isinstance(term, ox.NamedNode)
    return term.value


def property_name(iri: str) -> str:
    """A property as a prefixed name, or its IRI in angle brackets."""
    found = ((prefix, iri[len(space) :]) for prefix, space in PREFIXES.items() if iri.startswith(space))
    return next((f"{prefix}:{name}" for prefix, name in found if _NAME.fullmatch(name)), f"<{iri}>")


def _expanded(name: str) -> str:
    prefix, colon, local = name.partition(":")
    return PREFIXES[prefix] + local if colon and prefix in PREFIXES else _inside(name)


def _inside(bracketed: str) -> str:
    """What stands between angle brackets; nothing where there are none."""
    return bracketed[1:-1] if bracketed.startswith("<") and bracketed.endswith(">") else ""
