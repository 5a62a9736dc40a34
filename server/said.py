"""Lists of statements in order of time, each with who speaks, who reports it, how, and the claims it puts forward."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyoxigraph as ox
from rdflib.namespace import TIME

from legation.graph.claims import VOUCHED
from legation.graph.store import Store
from legation.ontology.terms import DIP

from .chains import acts_of, mentioned
from .lookups import Found, Term, begins, display_of, listed, nodes, times_of
from .sayings import Claims, Saying, claims_of, sayings
from .subjects import Subject
from .view_models import Display, Signal, Value, beginning, force

STATEMENTS_MAX = 40
CLAIMS_MAX = 300
NAME_CHARS_MAX = 120
"""Characters of a name in a list; the page of what it names has more of it."""


@dataclass(frozen=True, slots=True)
class Said:
    """A statement in a list; `reporters` speak in the statements that report it, `how` is how they do."""

    statement: Value
    speakers: tuple[Value, ...]
    behalf: tuple[Value, ...]
    relays: tuple[Value, ...]
    reporters: tuple[Value, ...]
    when: Value | None
    how: tuple[Signal, ...]
    is_loose: bool
    claims: tuple[Saying, ...]


@dataclass(frozen=True, slots=True)
class SaidList:
    """Some statements in order of time; `total` counts all there are."""

    statements: tuple[Said, ...] = ()
    total: int = 0

    @property
    def claims(self) -> int:
        """How many claims they put forward."""
        return sum(len(said.claims) for said in self.statements)


def said_in(subject: Subject, patterns: Mapping[str, str]) -> dict[str, SaidList]:
    """For each pattern, which binds ?act, its statements: a query a pattern, and six for all of them."""
    store = subject.site.store
    found = {name: listed(store, "act", pattern, STATEMENTS_MAX) for name, pattern in patterns.items()}
    statements = {act for acts, _ in found.values() for act in acts}
    acts, times = acts_of(store, statements), times_of(store, statements)
    by_act = _claims_in(store, statements)
    claims = claims_of(store, (claim for found in by_act.values() for claim in found), with_parts=False)
    display = display_of(subject, {*mentioned(acts), *claims.mentioned(), *times.every(str(TIME.hasTime))})
    return {
        name: SaidList(
            tuple(
                said_of(display, acts, claims, act, by_act.get(act, []))
                for act in sorted(made, key=lambda act: (begins(times, act), act))
            ),
            total,
        )
        for name, (made, total) in found.items()
    }


def _claims_in(store: Store, statements: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    things = nodes(statements)
    if things:
        rows = store.select(
            f"SELECT DISTINCT ?act ?claim WHERE {{ VALUES ?act {{ {things} }} ?claim <{DIP.assertedIn}> ?act }} "
            f"ORDER BY STR(?act) STR(?claim) LIMIT {CLAIMS_MAX}"
        )
        for act, claim in rows:
            if isinstance(act, ox.NamedNode) and isinstance(claim, ox.NamedNode):
                found.setdefault(act.value, []).append(claim.value)
    return found


def said_of(display: Display, acts: Found, claims: Claims, act: str, made: Iterable[str]) -> Said:
    """A statement with these claims of it."""
    outer = acts.iris(act, str(DIP.reportedIn))
    stances = acts.iris(act, str(DIP.reportingStance))
    codes = [*acts.iris(act, str(DIP.reportingMode)), *stances]
    times = acts.values(act, str(TIME.hasTime))
    return Said(
        statement=beginning(display.value(ox.NamedNode(act)), NAME_CHARS_MAX),
        speakers=_values(display, acts.values(act, str(DIP.speaker))),
        behalf=_values(display, acts.values(act, str(DIP.onBehalfOf))),
        relays=_values(display, acts.values(act, str(DIP.relayedBy))),
        reporters=_values(display, (term for one in outer for term in acts.values(one, str(DIP.speaker)))),
        when=beginning(display.value(times[0]), NAME_CHARS_MAX) if times else None,
        how=tuple(force(display, code) for code in codes),
        is_loose=not VOUCHED.issuperset(stances),
        claims=sayings(display, claims, made),
    )


def _values(display: Display, terms: Iterable[Term]) -> tuple[Value, ...]:
    return tuple(beginning(display.value(term), NAME_CHARS_MAX) for term in dict.fromkeys(terms))
