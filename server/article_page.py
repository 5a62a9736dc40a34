"""The page of an article or another document: who speaks in it, and its claims in the order of the text."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import pyoxigraph as ox
from rdflib.namespace import DCTERMS, TIME

from legation.ontology.terms import DIP, SCHEMA

from .chains import acts_of, mentioned
from .claim_page import voiced
from .lookups import Found, begins, display_of, listed, times_of
from .said import Said, said_of
from .sayings import LAST, Claims, claims_of
from .strips import strips
from .subjects import Subject
from .view_models import Display

STATEMENTS_MAX = 100
CLAIMS_MAX = 300


@dataclass(frozen=True, slots=True)
class Voice:
    """A statement in a document, with those that it reports."""

    said: Said
    nested: tuple[Voice, ...]


def _inside(iri: str) -> str:
    """What binds ?act to the statements of a document, and to those reported in them however deep.

    The path is of one step or more, from a bound end: Virtuoso 7.2.5 takes no other.
    """
    outermost = f"<{DCTERMS.isPartOf}> <{iri}>"
    return f"{{ {{ ?act {outermost} }} UNION {{ ?outer {outermost} . ?act <{DIP.reportedIn}>+ ?outer }} }}"


def shown(subject: Subject) -> dict[str, object]:
    """What `article.html` shows beside what every thing has."""
    store, iri = subject.site.store, subject.iri
    inside = _inside(iri)
    statements, statements_total = listed(store, "act", inside, STATEMENTS_MAX)
    making, total = listed(store, "claim", f"{inside} ?claim <{DIP.assertedIn}> ?act", CLAIMS_MAX)
    acts, times, claims = acts_of(store, statements), times_of(store, statements), claims_of(store, making)
    display = display_of(subject, {*mentioned(acts), *claims.mentioned(), *times.every(str(TIME.hasTime))})
    lines = voiced(display, claims, acts, making, within=set(statements))
    texts = [term.value for term in subject.objects(SCHEMA.encoding) if isinstance(term, ox.NamedNode)]
    return {
        "speaking": _voices(display, claims, acts, times, statements, iri),
        "voices_total": statements_total,
        "runs": _runs(sorted(lines, key=_place)),
        "lines_shown": len(lines),
        "lines_total": total,
        "strips": strips(subject, (saying for said in lines for saying in said.claims), texts),
    }


def _runs(lines: list[Said]) -> list[list[Said]]:
    """Claims that follow one another in one statement, together."""
    return [list(run) for _, run in groupby(lines, key=lambda said: said.statement)]


def _place(said: Said) -> tuple[int, int, str]:
    return next((saying.place for saying in said.claims), (LAST, LAST, ""))


def _voices(
    display: Display, claims: Claims, acts: Found, times: Found, statements: list[str], document: str
) -> tuple[Voice, ...]:
    """The document's own statements, each with those it reports; each stands once, even in a ring."""
    made: dict[str, list[str]] = {act: [] for act in statements}
    for claim in claims.claims.things:
        for act in claims.claims.iris(claim, str(DIP.assertedIn)):
            made.setdefault(act, []).append(claim)
    left = sorted(statements, key=lambda act: (begins(times, act), act))
    seen: set[str] = set()

    def voice(act: str) -> Voice:
        seen.add(act)
        inner = [other for other in left if act in acts.iris(other, str(DIP.reportedIn)) and other not in seen]
        said = said_of(display, acts, claims, act, made.get(act, []))
        return Voice(said, tuple(voice(other) for other in inner if other not in seen))

    own = [act for act in left if document in acts.iris(act, str(DCTERMS.isPartOf))]
    return tuple(voice(act) for act in own if act not in seen)
