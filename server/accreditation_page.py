"""The pages of an accreditation and of a request for one: who recognises whom, in which mission, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pyoxigraph as ox
from rdflib import RDF
from rdflib.namespace import TIME

from legation.graph.times import Bounds
from legation.ontology.terms import DIP

from .accounts import accounts, shown_with_times, testimony_of
from .charts import Span
from .subjects import Subject
from .testimony import Testimony
from .timelines import Dated, dated, in_order, named_in, own_times

_GRANTED = (DIP.accreditedBy, DIP.holder, DIP.forMission, DIP.accreditationKind)
_REQUESTED = (DIP.requestedBy, DIP.candidate, DIP.requestedFor, DIP.requestStatus)
_LOOKED_FOR = (DIP.accreditedBy, DIP.holder, DIP.forMission, *_REQUESTED)
_AROUND = (
    f"<%s> <{DIP.endedBy}>|<{TIME.hasTime}> ?thing",
    f"?p <{RDF.subject}> <%s> ; <{RDF.predicate}> <{DIP.endedBy}> ; <{RDF.object}> ?thing",
    f"?thing <{DIP.affects}> <%s>",
    f"?p <{RDF.object}> <%s> ; <{RDF.predicate}> <{DIP.affects}> ; <{RDF.subject}> ?thing",
)
"""What ends an accreditation or affects it; stated or only claimed."""


def shown(subject: Subject) -> dict[str, object]:
    """What `dated.html` shows of an accreditation."""
    told, iri = testimony_of(subject, (), _AROUND), subject.iri
    what, end = accounts(told, iri, _GRANTED, _LOOKED_FOR), told.account(iri, str(DIP.endedBy))
    endings = named_in(end)
    rows = [*_in_force(told, subject, endings), *_measures(told, subject, endings)]
    return shown_with_times(told, subject, [*what, end], rows, (*_GRANTED, DIP.endedBy, TIME.hasTime))


def shown_of_request(subject: Subject) -> dict[str, object]:
    """What `dated.html` shows of a request for one."""
    told, iri = testimony_of(subject, (), _AROUND), subject.iri
    what = accounts(told, iri, _REQUESTED, _LOOKED_FOR)
    rows = [*own_times(told, iri, TIME.hasTime, subject.reader.say("request_made")), *_measures(told, subject, ())]
    return shown_with_times(told, subject, list(what), rows, (*_REQUESTED, TIME.hasTime))


def _in_force(told: Testimony, subject: Subject, endings: Iterable[ox.NamedNode]) -> list[Dated]:
    """When it is in force: at the times that it is said to have, or else until what ends it begins (dip:endedBy)."""
    label = subject.reader.say("accreditation_in_force")
    stated = own_times(told, subject.iri, TIME.hasTime, label, lasts=True)
    ends = [told.bounds(told.index.node(node, TIME.hasTime)) for node in endings]
    implied = [Dated(label, None, None, Bounds(*before_begin(bounds)), lasts=True) for bounds in ends]
    return stated or implied or [Dated(label, None, None)]


def before_begin(bounds: Bounds) -> tuple[str, str, str, str]:
    """The bounds of what lasts until something begins: its last day lies before the earliest and the latest begin."""
    span = Span.of(bounds)
    return "", "", _day_before(span.earliest_begin), _day_before(span.latest_begin)


def _day_before(day: date | None) -> str:
    return (day - timedelta(days=1)).isoformat() if day is not None and day > date.min else ""


def _measures(told: Testimony, subject: Subject, endings: Iterable[ox.NamedNode]) -> list[Dated]:
    """What ends it and what else touches it, in order."""
    say, ends = subject.reader.say, list(endings)
    touching = [node for node in told.subjects(str(DIP.affects), subject.iri) if node not in ends]
    rows = [row for node in ends for row in dated(told, node, say("accreditation_ended"))]
    return in_order([*rows, *(row for node in touching for row in dated(told, node, say("accreditation_touched")))])
