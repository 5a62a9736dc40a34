"""What happened around a thing: measures, events and whatever else names it, in order of time, with who says so.

A tie counts whether the release states it as a plain triple or somebody merely claims it; a page tells the two apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import pyoxigraph as ox
from rdflib import RDF, URIRef
from rdflib.namespace import ORG, TIME

from legation.graph.claims import VOUCHED
from legation.graph.store import Store
from legation.ontology.terms import DIP, SCHEMA, SEM, Modality

from .chains import acts_of, mentioned, outer_stances
from .lookups import Found, Term, begins, display_of, listed, nodes, properties_of, times_of
from .subjects import Subject
from .view_models import Display, Signal, Value, force

DEEDS_MAX = 60
BODIES = (DIP.sendingParty, ORG.memberOf, ORG.postIn, ORG.subOrganizationOf)
"""What makes something a body of an actor: what is done to it is done to the actor."""
_TIES = {
    str(role): key
    for role, key in (
        (DIP.takenBy, "tie_took"),
        (DIP.decidedBy, "tie_decided"),
        (DIP.mediatedBy, "tie_mediated"),
        (SEM.hasActor, "tie_takes_part"),
        (DIP.accreditedBy, "tie_grants"),
        (DIP.requestedBy, "tie_asked"),
        (DIP.directedAt, "tie_target"),
        (DIP.affects, "tie_affected"),
        (DIP.holder, "tie_holds"),
        (DIP.candidate, "tie_candidate"),
        (DIP.inResponseTo, "tie_answers"),
        (DIP.ground, "tie_ground"),
        (SCHEMA.location, "tie_located"),
    )
}
"""How a tie is said of the thing whose page it is."""
_UNSAID = frozenset(map(str, (DIP.announcedIn, SEM.hasPlace, SEM.subEventOf)))
"""Ties that the heading above them has said."""
_OUTRIGHT = frozenset({"asserted", "presupposed"})
_TRUE = ox.Literal(True)


@dataclass(frozen=True, slots=True)
class Word:
    """Somebody's word for a tie: the claim, who makes it, and what a reader must not miss about it."""

    claim: Value
    speakers: tuple[Value, ...]
    is_denied: bool
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class Tie:
    """How a thing names another: the property, and the body in between where there is one."""

    role: Value
    via: Value | None


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that happened; `is_only_claimed` where sources claim the tie and the release does not state it."""

    thing: Value
    ties: tuple[Tie, ...]
    when: Value | None
    is_announced: bool
    is_only_claimed: bool
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Deeds:
    """Some deeds in order of time; `total` counts all there are."""

    deeds: tuple[Deed, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class _Row:
    thing: str
    role: str
    via: str
    claim: str | None


def deeds(subject: Subject, roles: Iterable[URIRef], *, of_bodies: Iterable[URIRef] = ()) -> Deeds:
    """What names the subject under one of the roles; under `of_bodies`, what so names a body of it."""
    store, pattern = subject.site.store, partial(_pattern, subject.iri, tuple(roles), tuple(of_bodies))
    things, total = listed(store, "thing", pattern(), DEEDS_MAX)
    if not things:
        return Deeds()
    rows = _rows(store, pattern(f"VALUES ?thing {{ {nodes(things)} }}"))
    return Deeds(tuple(_ordered(subject, rows)), total)


def _pattern(iri: str, roles: tuple[URIRef, ...], of_bodies: tuple[URIRef, ...], things: str = "") -> str:
    """Groups that bind ?thing, ?role, ?via and, where it is somebody's claim, ?claim.

    `things`, which bounds ?thing, stands in every group: joined with them from outside, Virtuoso 7.2.5 finds no row.
    """
    groups = [_ties(f"{things} VALUES ?via {{ <{iri}> }}", roles)]
    if of_bodies:
        kinds = "|".join(f"<{body}>" for body in BODIES)
        groups.append(_ties(f"{things} ?via {kinds} <{iri}> .", of_bodies))
    return " UNION ".join(groups)


def _ties(via: str, roles: tuple[URIRef, ...]) -> str:
    asked = " ".join(f"<{role}>" for role in roles)
    whole = f"?said <{RDF.object}> ?via ; <{RDF.predicate}> ?role ; <{RDF.subject}> ?thing"
    said = f"{whole} . ?claim <{DIP.proposition}> ?said"
    bound = f"{via} VALUES ?role {{ {asked} }}"
    return f"{{ {bound} ?thing ?role ?via }} UNION {{ {bound} {said} }}"


def _rows(store: Store, pattern: str) -> list[_Row]:
    """The rows in order. They are sorted here: asked to sort, Virtuoso 7.2.5 makes texts of the IRIs of a VALUES."""
    found = store.select(f"SELECT DISTINCT ?thing ?role ?via ?claim WHERE {{ {pattern} }}")
    rows = [
        _Row(thing.value, role.value, via.value, claim.value if isinstance(claim, ox.NamedNode) else None)
        for thing, role, via, claim in found
        if isinstance(thing, ox.NamedNode) and isinstance(role, ox.NamedNode) and isinstance(via, ox.NamedNode)
    ]
    return sorted(rows, key=lambda row: (row.thing, row.role, row.via, row.claim or ""))


def _ordered(subject: Subject, rows: list[_Row]) -> list[Deed]:
    store = subject.site.store
    things = sorted({row.thing for row in rows})
    announced = properties_of(store, things, (DIP.announcedIn,))
    times = times_of(store, [*things, *announced.every(str(DIP.announcedIn))])
    claims = properties_of(store, (row.claim for row in rows if row.claim), (DIP.assertedIn, DIP.negated, DIP.modality))
    acts = acts_of(store, claims.every(str(DIP.assertedIn)))
    named = {*things, *claims.things, *(row.via for row in rows), *mentioned(acts), *times.every(str(TIME.hasTime))}
    display = display_of(subject, named)
    made = []
    for thing in things:
        dated = _dated(times, announced, thing)
        made.append((begins(times, dated), thing, _deed(display, subject.iri, thing, dated, rows, times, claims, acts)))
    return [deed for _, _, deed in sorted(made, key=lambda each: each[:2])]


def _dated(times: Found, announced: Found, thing: str) -> str:
    """What dates a thing: itself, or else the statement that announces it."""
    if times.iris(thing, str(TIME.hasTime)):
        return thing
    return min(announced.iris(thing, str(DIP.announcedIn)), key=lambda act: begins(times, act), default=thing)


def _deed(
    display: Display, iri: str, thing: str, dated: str, rows: list[_Row], times: Found, claims: Found, acts: Found
) -> Deed:
    mine = [row for row in rows if row.thing == thing]
    ties = dict.fromkeys((row.role, row.via) for row in mine)
    when = times.iri(dated, str(TIME.hasTime))
    said = dict.fromkeys(row.claim for row in mine if row.claim)
    modalities = {code for claim in said for code in claims.iris(claim, str(DIP.modality))}
    return Deed(
        thing=display.value(ox.NamedNode(thing)),
        ties=tuple(_tie(display, role, via, iri) for role, via in ties if role not in _UNSAID),
        when=display.value(ox.NamedNode(when)) if when else None,
        is_announced=dated != thing,
        is_only_claimed=all(row.claim for row in mine) and not modalities <= {str(Modality.inferred)},
        words=tuple(_word(display, claims, acts, claim) for claim in said),
    )


def _tie(display: Display, role: str, via: str, iri: str) -> Tie:
    if via != iri:
        return Tie(display.property(role), display.value(ox.NamedNode(via)))
    say = display.reader.say
    return Tie(Value(say(_TIES[role])) if role in _TIES else display.property(role), None)


def _word(display: Display, claims: Found, acts: Found, claim: str) -> Word:
    statements = claims.iris(claim, str(DIP.assertedIn))
    speakers: dict[Term, None] = dict.fromkeys(
        term for statement in statements for term in acts.values(statement, str(DIP.speaker))
    )
    codes = [code for code in claims.iris(claim, str(DIP.modality)) if code.rpartition("#")[2] not in _OUTRIGHT]
    stances = {stance for statement in statements for stance in outer_stances(acts, statement)}
    codes += sorted(stances - VOUCHED)
    return Word(
        claim=display.value(ox.NamedNode(claim)),
        speakers=tuple(display.value(term) for term in speakers),
        is_denied=claims.says(claim, str(DIP.negated), _TRUE),
        signals=tuple(force(display, code) for code in codes),
    )
