"""The page of a measure: who, against whom, what it does, when, on what ground, in response to what, what followed.

Every value stands with its sources. What a reader would look for and no source says is said to be not stated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import pyoxigraph as ox
from rdflib import RDF, URIRef
from rdflib.namespace import DCTERMS, TIME

from legation.ontology.terms import DIP, SEM

from .accounts import accounts, other_accounts, standings_of, synopsis, testimony_of
from .subjects import Subject
from .testimony import Reading, Testimony
from .timelines import Dated, Link, Timeline, announcements, dated, in_order, link_of, named_in, own_times, timeline
from .view_models import Value

_WHO = {"taken_by": DIP.takenBy, "decided_by": DIP.decidedBy, "directed_at": DIP.directedAt}
_WHAT = (DIP.measureType, DIP.affects, DIP.headcount, DIP.countBasis, DIP.legalForm, DCTERMS.conformsTo, DIP.parityWith)
_WHEN = (TIME.hasTime, DIP.deadline, DIP.announcedIn)
_WHY = (DIP.ground, DIP.inResponseTo, SEM.subEventOf)
_THEN = (DIP.bringsAbout, DIP.compliance)
_LISTED = (*_WHO.values(), *_WHAT, *_WHEN, *_WHY, *_THEN)
_LOOKED_FOR = (DIP.measureType, DIP.affects, DIP.ground)
"""What a reader looks for on the page of any measure: where it is not stated, that is said."""
_FORTH = " ".join(f"<{p}>" for p in (DIP.inResponseTo, DIP.bringsAbout, DIP.announcedIn, TIME.hasTime, DIP.deadline))
_BACK = f"<{DIP.inResponseTo}> <{DIP.endedBy}>"
_AROUND = (
    f"VALUES ?q {{ {_FORTH} }} <%s> ?q ?thing",
    f"VALUES ?q {{ {_BACK} }} ?thing ?q <%s>",
    f"VALUES ?q {{ {_FORTH} }} ?p <{RDF.subject}> <%s> ; <{RDF.predicate}> ?q ; <{RDF.object}> ?thing",
    f"VALUES ?q {{ {_BACK} }} ?p <{RDF.object}> <%s> ; <{RDF.predicate}> ?q ; <{RDF.subject}> ?thing",
)
"""What a measure answers, brings about, is announced in and dated by, and what answers it or is ended by it; stated or
only claimed."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A thing that points back at the measure, and the claims that say so."""

    thing: Value
    reading: Reading


def shown(subject: Subject) -> dict[str, object]:
    """What `measure.html` shows beside what every thing has."""
    told, iri = testimony_of(subject, (), _AROUND), subject.iri
    who = {key: told.account(iri, str(predicate)) for key, predicate in _WHO.items()}
    expected = (*_LOOKED_FOR, DIP.headcount) if str(DIP.Expulsion) in subject.classes else _LOOKED_FOR
    what = accounts(told, iri, _WHAT, expected)
    when = _timeline(told, subject)
    why, then = accounts(told, iri, _WHY, expected), accounts(told, iri, _THEN)
    answered, ended = (_followed(told, iri, predicate) for predicate in (DIP.inResponseTo, DIP.endedBy))
    others = other_accounts(told, subject, _LISTED)
    return {
        "synopsis": synopsis((*who.values(), *what, told.account(iri, str(TIME.hasTime)))),
        "who": who,
        "what": what,
        "when": when,
        "why": why,
        "then": then,
        "answered": answered,
        "ended": ended,
        "others": others,
        "standings": standings_of((*who.values(), *what, *why, *then, *others), when)
        | {followed.reading.standing for followed in (*answered, *ended)},
        "tension_pairs": told.tensions(),
        "sources": told.sources,
    }


def _followed(told: Testimony, iri: str, predicate: URIRef) -> tuple[Followed, ...]:
    """What has the measure as value of a property, in the order of time."""
    this, found = ox.NamedNode(iri), told.subjects(str(predicate), iri)
    ordered = sorted(found, key=lambda node: told.bounds(told.index.node(node, TIME.hasTime)).order)
    return tuple(Followed(told.display.value(node), told.reading(node.value, str(predicate), this)) for node in ordered)


def _timeline(told: Testimony, subject: Subject) -> Timeline:
    """What came before it, when it is announced, takes effect and is to be done, and what came after it."""
    say, iri = subject.reader.say, subject.iri
    before, brought = (named_in(told.account(iri, str(p))) for p in (DIP.inResponseTo, DIP.bringsAbout))
    after = told.subjects(str(DIP.inResponseTo), iri)
    effect = say("measure_effect")
    answering = partial(_answering, told, DIP.inResponseTo)
    rows = [
        *in_order(
            replace(row, link=answering(iri, node))
            for node in before
            for row in dated(told, node, say("measure_before"), is_aside=True)
        ),
        *(
            Dated(say("measure_announced"), statement, reading, bounds)
            for statement, reading, bounds in announcements(told, iri)
        ),
        *(own_times(told, iri, TIME.hasTime, effect, lasts=True) or [Dated(effect, None, None)]),
        *own_times(told, iri, DIP.deadline, say("measure_deadline")),
        *(row for node in brought for row in dated(told, node, say("measure_brings"))),
        *in_order(
            replace(row, link=answering(node.value, ox.NamedNode(iri)))
            for node in after
            for row in dated(told, node, say("measure_after"), is_aside=True)
        ),
    ]
    return timeline(rows, say)


def _answering(told: Testimony, predicate: URIRef, answer: str, answered: ox.NamedNode) -> Link:
    """What ties an answer to what it answers: how that stands, and who says so."""
    return link_of([told.reading(answer, str(predicate), answered)])
