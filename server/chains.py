"""How a statement reaches the reader: from whoever speaks, over whoever passes it on, to the document that holds it.

The chain follows `dip:reportedIn` outwards. A statement that two others report has a chain over each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox
from rdflib.namespace import DCTERMS, TIME

from legation.graph.claims import VOUCHED
from legation.graph.store import Store
from legation.ontology.terms import DIP, ReportingStance

from .lookups import BY_TEXT, Found, Term, nodes
from .view_models import Display, Signal, Value, force

CHAINS_MAX = 4
"""Ways from a statement to documents that a page draws."""
STEPS_MAX = 12
"""Statements on one way; data that no rule has checked may go on."""
_HOW = (DIP.reportingMode, DIP.reportingStance)
_OF_ACTS = (
    DIP.speaker,
    DIP.onBehalfOf,
    DIP.addressee,
    DIP.relayedBy,
    DIP.reportedIn,
    DIP.inReplyTo,
    DCTERMS.isPartOf,
    TIME.hasTime,
    *_HOW,
)
_ALLEGED = str(ReportingStance["alleged-to-exist"])


@dataclass(frozen=True, slots=True)
class Step:
    """One station of a chain and how its words go on from there.

    `role` says what it does there: speaks, passes on, reports, or holds it all as the document. `how` is mode and
    stance of whoever reports it next, `is_loose` whether that one does not vouch for it.
    """

    role: str
    voices: tuple[Value, ...]
    behalf: tuple[Value, ...] = ()
    addressees: tuple[Value, ...] = ()
    act: Value | None = None
    when: Value | None = None
    how: tuple[Signal, ...] = ()
    is_loose: bool = False
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """One way from a statement to its document."""

    steps: tuple[Step, ...]

    @property
    def is_loose(self) -> bool:
        """Whether somebody on the way does not vouch for what was said before."""
        return any(step.is_loose for step in self.steps)


def acts_of(store: Store, statements: Iterable[str]) -> Found:
    """The statements and all that report them, with who speaks and how, in one query."""
    things, asked = nodes(statements), " ".join(f"<{predicate}>" for predicate in _OF_ACTS)
    if not things:
        return Found()
    return Found(
        store.select(
            f"SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?inner {{ {things} }} ?inner <{DIP.reportedIn}>* ?s "
            f"VALUES ?p {{ {asked} }} ?s ?p ?o }} {BY_TEXT}"
        )
    )


def mentioned(acts: Found) -> set[str]:
    """Everything that the statements name and a page will call by its name."""
    found = set(acts.things)
    for predicate in (DIP.speaker, DIP.onBehalfOf, DIP.addressee, DIP.relayedBy, DCTERMS.isPartOf, TIME.hasTime):
        found |= acts.every(str(predicate))
    return found


def chains(display: Display, acts: Found, statement: str, here: str = "") -> tuple[Chain, ...]:
    """Every way from a statement to a document, at most `CHAINS_MAX`; `here` is the statement whose page it is."""
    ways = [way for way, _ in zip(_ways(acts, (statement,)), range(CHAINS_MAX), strict=False)]
    return tuple(Chain(tuple(_steps(display, acts, way, here))) for way in ways)


def outer_stances(acts: Found, statement: str) -> set[str]:
    """The stances of everybody who reports a statement, from the innermost to the outermost."""
    ways = [way for way, _ in zip(_ways(acts, (statement,)), range(CHAINS_MAX), strict=False)]
    return {stance for way in ways for act in way for stance in acts.iris(act, str(DIP.reportingStance))}


def is_alleged(acts: Found, statement: str) -> bool:
    """Whether a statement, or one that reports it, is only said to have been made."""
    return _ALLEGED in outer_stances(acts, statement)


def _ways(acts: Found, way: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    outer = [act for act in acts.iris(way[-1], str(DIP.reportedIn)) if act not in way]
    if not outer or len(way) >= STEPS_MAX:
        yield way
        return
    for act in outer:
        yield from _ways(acts, (*way, act))


def _steps(display: Display, acts: Found, way: tuple[str, ...], here: str) -> Iterator[Step]:
    for place, act in enumerate(way):
        yield from _stations(display, acts, act, place == 0, act == here)
    documents = acts.values(way[-1], str(DCTERMS.isPartOf))
    if documents:
        yield Step("chain_document", _values(display, documents))


def _stations(display: Display, acts: Found, act: str, is_first: bool, is_here: bool) -> Iterator[Step]:
    """Whoever speaks in an act and, where one is named, who passed it on; how it goes on stands at the last."""
    relays = _values(display, acts.values(act, str(DIP.relayedBy)))
    how, is_loose = _how(display, acts, act)
    yield Step(
        role="chain_speaker" if is_first else "chain_reporter",
        voices=_values(display, acts.values(act, str(DIP.speaker))),
        behalf=_values(display, acts.values(act, str(DIP.onBehalfOf))),
        addressees=_values(display, acts.values(act, str(DIP.addressee))),
        act=display.value(ox.NamedNode(act)),
        when=next(iter(_values(display, acts.values(act, str(TIME.hasTime)))), None),
        how=() if relays else how,
        is_loose=is_loose,
        is_here=is_here,
    )
    if relays:
        yield Step("chain_relay", relays, how=how, is_loose=is_loose)


def _how(display: Display, acts: Found, act: str) -> tuple[tuple[Signal, ...], bool]:
    codes = [code for predicate in _HOW for code in acts.iris(act, str(predicate))]
    stances = set(acts.iris(act, str(DIP.reportingStance)))
    return tuple(force(display, code) for code in codes), not stances <= VOUCHED


def _values(display: Display, terms: Iterable[Term]) -> tuple[Value, ...]:
    return tuple(display.value(term) for term in terms)
