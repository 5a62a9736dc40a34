"""The page of a claim: who makes it, and how it is reported."""

from __future__ import annotations

from .browsing import ITSELF, claims
from .subjects import Subject


def shown(subject: Subject) -> dict[str, object]:
    """What `claim.html` shows beside what every thing has."""
    return {"itself": claims(subject.display, ITSELF, subject.iri)}
