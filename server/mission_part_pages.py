"""The pages of a staff level and of a state: one number or one condition of a mission, among the others it has had."""

from __future__ import annotations

from dataclasses import replace

from rdflib import RDF, URIRef
from rdflib.namespace import TIME

from legation.ontology.terms import DIP

from .accounts import accounts, shown_with_times, testimony_of
from .mission_page import numbers_of, pictures, states_of
from .subjects import Subject
from .testimony import Testimony
from .timelines import Dated, dated, in_order, named_in, own_times

_OF_LEVEL = (DIP.ofMission, DIP.headcount, DIP.countBasis, DIP.staffCategory)
_LEVEL_LOOKED_FOR = (DIP.ofMission, DIP.headcount, DIP.countBasis)
_OF_STATE = (DIP.stateOf, DIP.missionStatus)


def _siblings(link: URIRef) -> tuple[str, ...]:
    """What belongs to the same mission in the same way."""
    return (f"<%s> <{link}>/^<{link}> ?thing",)


_BRINGING = (
    f"?thing <{DIP.bringsAbout}> <%s>",
    f"?p <{RDF.object}> <%s> ; <{RDF.predicate}> <{DIP.bringsAbout}> ; <{RDF.subject}> ?thing",
)
"""Measures that bring it about, stated or only claimed."""


def shown_of_level(subject: Subject) -> dict[str, object]:
    """What `staff_level.html` shows: the number with its sources, in the picture of all numbers of its mission."""
    told, iri = testimony_of(subject, _siblings(DIP.ofMission), _BRINGING), subject.iri
    what = accounts(told, iri, _OF_LEVEL, _LEVEL_LOOKED_FOR)
    rows = own_times(told, iri, TIME.hasTime, subject.reader.say("level_time"), lasts=True)
    rows += _brought_by(told, subject)
    missions = named_in(told.account(iri, str(DIP.ofMission)))
    numbers = [number for mission in missions[:1] for number in numbers_of(told, mission.value, subject)]
    return shown_with_times(told, subject, what, rows, (*_OF_LEVEL, TIME.hasTime)) | {
        "numbers": numbers if len(numbers) > 1 else [],
        "pictures": pictures(numbers),
    }


def shown_of_state(subject: Subject) -> dict[str, object]:
    """What `dated.html` shows: the condition with its sources, among the states of its mission."""
    told, iri = testimony_of(subject, _siblings(DIP.stateOf), _BRINGING), subject.iri
    what = accounts(told, iri, _OF_STATE, _OF_STATE)
    missions = named_in(told.account(iri, str(DIP.stateOf)))
    states = [row for mission in missions[:1] for row in states_of(told, mission.value, subject)]
    rows = [replace(row, is_aside=row.thing is not None and row.thing.iri != iri) for row in states]
    rows = in_order([*rows, *_brought_by(told, subject)])
    return shown_with_times(told, subject, what, rows, (*_OF_STATE, TIME.hasTime))


def _brought_by(told: Testimony, subject: Subject) -> list[Dated]:
    found = told.subjects(str(DIP.bringsAbout), subject.iri)
    return [row for node in found for row in dated(told, node, subject.reader.say("brought_by"), is_aside=True)]
