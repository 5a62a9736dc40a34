"""The page of an actor: what it did, what was done to it, what it said, and who belongs to it."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox
from rdflib.namespace import ORG

from legation.ontology.terms import DIP, SEM, ReportingStance

from .deeds import deeds
from .lookups import display_of
from .said import said_in
from .subjects import Subject
from .view_models import Value

DONE = (DIP.takenBy, DIP.decidedBy, DIP.mediatedBy, SEM.hasActor, DIP.accreditedBy, DIP.requestedBy)
SUFFERED = (DIP.directedAt, DIP.affects, DIP.holder, DIP.candidate)
RELATED_MAX = 200
_TURNED = ox.Literal(1)
"""A number, for Virtuoso 7.2.5 has no truth values to bind."""
_ALLEGED = f"{{ ?act <{DIP.reportedIn}>*/<{DIP.reportingStance}> <{ReportingStance['alleged-to-exist']}> }}"
_SAID = {
    "said": f"?act <{DIP.speaker}>|<{DIP.onBehalfOf}> <%s> FILTER NOT EXISTS {_ALLEGED}",
    "lent_said": f"?act <{DIP.speaker}>|<{DIP.onBehalfOf}> <%s> FILTER EXISTS {_ALLEGED}",
    "relayed": f"?act <{DIP.relayedBy}> <%s>",
    "heard": f"?act <{DIP.addressee}> <%s>",
}
"""Statements by what the actor is in them. Those that are only said to have been made are nobody's words but theirs
who say so."""
_OWN = (ORG.holds, ORG.postIn, ORG.role, ORG.memberOf, ORG.subOrganizationOf)
_INVERSE = (
    ORG.holds, ORG.postIn, ORG.memberOf, ORG.subOrganizationOf, DIP.sendingParty, DIP.receivingParty, DIP.hostState,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """Something that belongs to an actor; a post with those who hold it."""

    thing: Value
    holders: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """A way to belong, and all that so belongs."""

    name: Value
    members: tuple[Member, ...]


def shown(subject: Subject) -> dict[str, object]:
    """What `actor.html` shows beside what every thing has."""
    return {
        "did": deeds(subject, DONE),
        "suffered": deeds(subject, SUFFERED, of_bodies=(DIP.affects, DIP.directedAt)),
        **said_in(subject, {name: pattern.replace("%s", subject.iri) for name, pattern in _SAID.items()}),
        "related": _related(subject),
    }


def _related(subject: Subject) -> tuple[Related, ...]:
    """Posts, members, bodies and missions, a row for each way to belong; a post names who holds it."""
    store, iri = subject.site.store, subject.iri
    own, inverse = (" ".join(f"<{p}>" for p in properties) for properties in (_OWN, _INVERSE))
    rows = store.select(
        f"SELECT DISTINCT ?p ?turned ?other ?holder WHERE {{ {{ VALUES ?p {{ {own} }} <{iri}> ?p ?other "
        f"BIND(0 AS ?turned) }} UNION {{ VALUES ?p {{ {inverse} }} ?other ?p <{iri}> BIND(1 AS ?turned) }} "
        f"OPTIONAL {{ ?holder <{ORG.holds}> ?other FILTER(?holder != <{iri}>) }} }} "
        f"ORDER BY ?turned ?p STR(?other) STR(?holder) LIMIT {RELATED_MAX}"
    )
    display = display_of(subject, {term for row in rows for term in row if isinstance(term, ox.NamedNode)})
    grouped: dict[tuple[str, bool], dict[Value, list[Value]]] = {}
    for property_, turned, other, holder in rows:
        if isinstance(property_, ox.NamedNode):
            members = grouped.setdefault((property_.value, turned == _TURNED), {})
            holders = members.setdefault(display.value(other), [])
            holders += [display.value(holder)] if holder is not None else []
    return tuple(
        Related(
            display.property(property_, inverse=turned),
            tuple(Member(thing, tuple(holders)) for thing, holders in members.items()),
        )
        for (property_, turned), members in grouped.items()
    )
