"""The pages of events and places: what happened there, what is part of it, what answered it."""

from __future__ import annotations

from rdflib.namespace import DCTERMS

from legation.ontology.terms import DIP, SCHEMA, SEM

from .deeds import deeds
from .subjects import Subject


def shown(subject: Subject) -> dict[str, object]:
    """What `event.html` shows beside what every thing has."""
    return {
        "parts_of_it": deeds(subject, (SEM.subEventOf,)),
        "answers": deeds(subject, (DIP.inResponseTo, DIP.ground)),
        "affecting": deeds(subject, (DIP.affects,)),
    }


def shown_of_place(subject: Subject) -> dict[str, object]:
    """What `place.html` shows beside what every thing has."""
    return {"happened": deeds(subject, (SEM.hasPlace, SCHEMA.location, DCTERMS.spatial))}
