"""What the pages of values against sources have in common: their testimony, what is left to tell, and their legend."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from rdflib import URIRef
from rdflib.namespace import DCTERMS, PROV

from .gathering import testimony_about, things_by, told_of
from .subjects import SHOWN_APART, Subject
from .testimony import Account, Testimony
from .timelines import Dated, Timeline, timeline
from .view_models import Display

SYNOPSIS_MAX = 250
_HELD = frozenset({"stated", "expected", "inferred", "recorded"})
_DERIVATION = frozenset(map(str, (PROV.wasDerivedFrom, DCTERMS.source)))
"""What a thing was made from: pages that show the claims themselves need no row for them."""


def testimony_of(subject: Subject, parts: Sequence[str], around: Sequence[str]) -> Testimony:
    """The claims about a thing and about its parts, and what is stated of these and of what is around it.

    `parts` and `around` are patterns as `gathering.things_by` takes them.
    """
    store, iri = subject.site.store, subject.iri
    inner = things_by(store, parts, iri) if parts else []
    outer = things_by(store, around, iri) if around else []
    triples = [
        *subject.description.triples,
        *told_of(store, dict.fromkeys((*inner, *outer))),
        *testimony_about(store, list(dict.fromkeys((iri, *inner)))),
    ]
    return Testimony(Display(subject.reader, triples), triples)


def accounts(
    told: Testimony, thing: str, predicates: Iterable[URIRef], looked_for: Iterable[URIRef] = ()
) -> tuple[Account, ...]:
    """What is said of some properties of a thing; where nothing is, only those that a reader looks for."""
    expected = set(looked_for)
    found = ((predicate, told.account(thing, str(predicate))) for predicate in predicates)
    return tuple(account for predicate, account in found if account.readings or predicate in expected)


def other_accounts(told: Testimony, subject: Subject, listed: Iterable[URIRef]) -> tuple[Account, ...]:
    """What is said of the page's own thing that has no place of its own on the page."""
    found = dict.fromkeys((*(t.predicate.value for t in subject.own), *told.predicates(subject.iri)))
    apart = {*map(str, listed), *SHOWN_APART, *_DERIVATION}
    return tuple(told.account(subject.iri, predicate) for predicate in found if predicate not in apart)


def synopsis(found: Iterable[Account]) -> str:
    """The values that are not merely claimed, in a line for search engines and previews."""
    said = (
        f"{account.name.text}: {', '.join(one.value.text for one in account.readings if one.standing in _HELD)}"
        for account in found
        if any(one.standing in _HELD for one in account.readings)
    )
    return textwrap.shorten("; ".join(said), SYNOPSIS_MAX, placeholder=" …")


def standings_of(found: Iterable[Account], *timelines: Timeline) -> frozenset[str]:
    """What the values of a page stand on: its legend explains those that occur."""
    said = {reading.standing for account in found for reading in account.readings}
    dated = {lane.dated.reading.standing for line in timelines for lane in line.lanes if lane.dated.reading}
    return frozenset(said | dated - {"recorded"})


def shown_with_times(
    told: Testimony, subject: Subject, what: Iterable[Account], rows: Sequence[Dated], listed: Iterable[URIRef]
) -> dict[str, object]:
    """What the pages show that have some properties and a timeline: these, what else is said, tensions, and sources.

    `listed` are the properties that have a place of their own. Claims get their numbers here, so it comes last.
    """
    found = tuple(what)
    when, others = timeline(rows, subject.reader.say), other_accounts(told, subject, listed)
    return {
        "what": found,
        "synopsis": synopsis(found),
        "when": when,
        "others": others,
        "standings": standings_of((*found, *others), when),
        "tension_pairs": told.tensions(),
        "sources": told.sources,
    }
