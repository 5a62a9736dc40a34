"""The page of a claim: who makes it through whom, what it says, where in the text, and what speaks against it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pyoxigraph as ox
from rdflib.namespace import DCTERMS, PROV, TIME

from legation.graph.claims import VOUCHED
from legation.ontology.terms import DIP

from .chains import Chain, acts_of, chains, mentioned, outer_stances
from .lookups import Found, display_of, times_of
from .said import Said, said_of
from .sayings import Claims, Pieces, claims_of
from .statement_page import plain_words
from .strips import strips
from .subjects import Subject
from .view_models import Display, force

RELATED_MAX = 200
_CLAIMS = {
    "tensions": f"{{ <%s> <{DIP.inTensionWith}> ?other }} UNION {{ ?other <{DIP.inTensionWith}> <%s> }}",
    "restates": f"<%s> <{DIP.restates}> ?other",
    "restated": f"?other <{DIP.restates}> <%s>",
    "shared": f"<%s> <{DIP.proposition}> ?said . ?other <{DIP.proposition}> ?said FILTER(?other != <%s>)",
    "inferred": f"?other <{PROV.wasDerivedFrom}> <%s> ; a <{DIP.Claim}>",
    "premises": f"<%s> <{PROV.wasDerivedFrom}> ?other . ?other a <{DIP.Claim}>",
}
"""Claims that stand around a claim, each pattern binding ?other."""
_THINGS = {
    "sources": f"<%s> <{PROV.wasDerivedFrom}> ?other FILTER NOT EXISTS {{ ?other a <{DIP.Claim}> }}",
    "fed": f"?other <{PROV.wasDerivedFrom}>|<{DCTERMS.source}> <%s> FILTER NOT EXISTS {{ ?other a <{DIP.Claim}> }}",
}
"""Other things that it rests on, or that rest on it."""


def shown(subject: Subject) -> dict[str, object]:
    """What `claim.html` shows beside what every thing has."""
    store, iri = subject.site.store, subject.iri
    related = _related(subject)
    claims = claims_of(store, {iri, *(other for name in _CLAIMS for other in related[name])})
    acts = acts_of(store, claims.claims.every(str(DIP.assertedIn)))
    times = times_of(store, acts.things)
    others = {other for found in related.values() for other in found}
    display = display_of(subject, {*others, *mentioned(acts), *claims.mentioned(), *times.every(str(TIME.hasTime))})
    itself = voiced(display, claims, acts, [iri])
    return {
        "itself": itself,
        "chains": _chains(display, claims, acts, iri),
        "stances": tuple(force(display, code) for code in _loose_stances(claims, acts, iri)),
        "plain": _plain(display, claims, acts, iri),
        **{name: voiced(display, claims, acts, related[name]) for name in _CLAIMS},
        **{name: tuple(display.value(ox.NamedNode(other)) for other in related[name]) for name in _THINGS},
        "strips": strips(subject, (saying for said in itself for saying in said.claims)),
    }


def _related(subject: Subject) -> dict[str, list[str]]:
    """Everything around the claim by how it stands to it, in one query."""
    groups = " UNION ".join(
        f"{{ {pattern.replace('%s', subject.iri)} BIND('{name}' AS ?how) }}"
        for name, pattern in (_CLAIMS | _THINGS).items()
    )
    rows = subject.site.store.select(
        f"SELECT DISTINCT ?how ?other WHERE {{ {groups} }} ORDER BY ?how STR(?other) LIMIT {RELATED_MAX}"
    )
    found: dict[str, list[str]] = {name: [] for name in (*_CLAIMS, *_THINGS)}
    for how, other in rows:
        if isinstance(how, ox.Literal) and isinstance(other, ox.NamedNode):
            found[how.value].append(other.value)
    return found


def voiced(
    display: Display, claims: Claims, acts: Found, iris: Iterable[str], within: Collection[str] | None = None
) -> tuple[Said, ...]:
    """Claims, each with the statement that it is made in; one made in none is left out, one made in two comes twice.

    `within` are the statements that count, all of them where it is not given.
    """
    made = ((iri, act) for iri in iris for act in claims.claims.iris(iri, str(DIP.assertedIn)))
    return tuple(said_of(display, acts, claims, act, [iri]) for iri, act in made if within is None or act in within)


def _chains(display: Display, claims: Claims, acts: Found, iri: str) -> tuple[Chain, ...]:
    return tuple(way for act in claims.claims.iris(iri, str(DIP.assertedIn)) for way in chains(display, acts, act))


def _loose_stances(claims: Claims, acts: Found, iri: str) -> list[str]:
    """Stances on the way to the reader that do not vouch for what was said before."""
    statements = claims.claims.iris(iri, str(DIP.assertedIn))
    return sorted({stance for act in statements for stance in outer_stances(acts, act)} - VOUCHED)


def _plain(display: Display, claims: Claims, acts: Found, iri: str) -> tuple[Pieces, ...]:
    statements = claims.claims.iris(iri, str(DIP.assertedIn))
    return tuple(words for act in statements for words in plain_words(display, acts, act, chains(display, acts, act)))
