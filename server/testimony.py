"""Values set against their sources: which claims affirm or deny each value of a thing, who makes them, through whom.

A page that shows a value shows with it what it stands on (`STANDINGS`); the claims get numbers in the order in which
the page names them, as the notes of an edition do. Nothing here asks a store: see gathering.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import pyoxigraph as ox
from rdflib.namespace import TIME

from legation.graph.claims import Claim, read_claims
from legation.graph.derivation import SINGLE_VALUED
from legation.graph.node_index import NodeIndex, Term
from legation.graph.times import Bounds, bounds_of
from legation.ontology.terms import DIP, Modality, ReportingStance

from .view_models import Display, Signal, Value, force

STANDINGS = ("stated", "expected", "inferred", "recorded", "claimed", "disputed", "denied")
"""What a value stands on.

stated     plain fact: a source says so outright, surely attributed, and nobody denies it
expected   the same, but no source says more than that it is due or likely
inferred   no source says so: the curators conclude it
recorded   plain fact that no claim carries: data about parties, places, posts
claimed    only claimed: hedged, alleged, or one of several values that sources give
disputed   affirmed by some and denied by others
denied     only denied
"""
_FIRM = frozenset(map(str, (Modality.asserted, Modality.presupposed, Modality.announced)))
_PLAIN_MODALITIES = frozenset(map(str, (Modality.asserted, Modality.presupposed)))
_PLAIN_STANCES = frozenset(map(str, (ReportingStance.endorsed, ReportingStance.neutral)))


@dataclass(frozen=True, slots=True)
class Source:
    """A claim as the page names it, with its number there.

    `through` is whoever passed it on, from the speaker outwards, and `document` what the outermost statement is part
    of; `signals` are what a reader must not miss: its force where it is not plain, and reservations on the way to it.
    """

    number: int
    claim: Value
    speaker: Value | None
    on_behalf_of: Value | None
    through: tuple[Value, ...]
    statement: Value | None
    document: Value | None
    when: Value | None
    signals: tuple[Signal, ...]
    is_denial: bool

    @property
    def cautions(self) -> tuple[Signal, ...]:
        """The signals that ask for care."""
        return tuple(signal for signal in self.signals if signal.tone != "plain")


@dataclass(frozen=True, slots=True)
class Voice:
    """A speaker of several sources who is heard through the same others with the same reservations."""

    speaker: Value | None
    through: tuple[Value, ...]
    cautions: tuple[Signal, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A value that a property has, or is said to have, or is said not to have."""

    value: Value
    term: Term
    standing: str
    affirmed: tuple[Voice, ...] = ()
    denied: tuple[Voice, ...] = ()

    @property
    def voices(self) -> tuple[Voice, ...]:
        """Whoever affirms it, then whoever denies it."""
        return self.affirmed + self.denied


@dataclass(frozen=True, slots=True)
class Account:
    """All readings of one property of a thing; `is_disputed` where they cannot all be held."""

    name: Value
    readings: tuple[Reading, ...]
    is_disputed: bool = False


@dataclass(frozen=True, slots=True)
class Tension:
    """Two claims that cannot easily be held together."""

    one: Source
    other: Source


class Testimony:
    """The claims that some triples hold, asked by value; what is named gets its number here, so one is made a page."""

    def __init__(self, display: Display, triples: Iterable[ox.Triple]) -> None:
        self.display = display
        found = list(triples)
        self.index = NodeIndex(ox.Quad(t.subject, t.predicate, t.object) for t in found)
        self._subjects: dict[tuple[str, Term], list[Term]] = {}
        for t in found:
            self._subjects.setdefault((t.predicate.value, t.object), []).append(t.subject)
        self._claims = {claim.node: claim for claim in read_claims(self.index)}
        self._carriers: dict[tuple[Term, str, Term], list[Claim]] = {}
        for claim in self._claims.values():
            for content in claim.propositions:
                key = (content.subject, content.predicate.value, content.object)
                self._carriers.setdefault(key, []).append(claim)
        self._sources: dict[ox.NamedNode, Source] = {}

    @property
    def sources(self) -> tuple[Source, ...]:
        """The claims named so far, in the order of their numbers."""
        return tuple(self._sources.values())

    def account(self, thing: str, predicate: str, name: Value | None = None) -> Account:
        """What is said of one property of a thing; an account without readings where nothing is."""
        node = ox.NamedNode(thing)
        stated = self.index.values(node, predicate)
        said = [o for s, p, o in self._carriers if s == node and p == str(predicate)]
        terms = list(dict.fromkeys((*stated, *sorted(said, key=str))))
        readings = sorted((self._reading(node, predicate, term) for term in terms), key=_rank)
        return Account(
            name or self.display.property(str(predicate)),
            tuple(self._numbered(*found) for found in readings),
            self._is_disputed(node, predicate, terms),
        )

    def reading(self, thing: str, predicate: str, term: Term) -> Reading:
        """What is said of one value of a property of a thing."""
        node = ox.NamedNode(thing)
        return self._numbered(*self._reading(node, predicate, term))

    def bounds(self, time: Term | None) -> Bounds:
        """The bounds of a time; none of them for what is none."""
        return bounds_of(self.index, time if isinstance(time, ox.NamedNode) else None)

    def predicates(self, thing: str) -> list[str]:
        """The properties of a thing that claims speak of."""
        node = ox.NamedNode(thing)
        return list(dict.fromkeys(p for s, p, _ in self._carriers if s == node))

    def subjects(self, predicate: str, thing: str) -> list[ox.NamedNode]:
        """What has, or is said to have, the thing as value of a property."""
        node = ox.NamedNode(thing)
        said = (s for s, p, o in self._carriers if o == node and p == str(predicate))
        stated = self._subjects.get((str(predicate), node), [])
        return sorted({s for s in (*stated, *said) if isinstance(s, ox.NamedNode)}, key=str)

    def tensions(self) -> tuple[Tension, ...]:
        """The pairs of claims in tension of which at least one is a source of the page; both become sources."""
        pairs: dict[frozenset[ox.NamedNode], Tension] = {}
        for node in list(self._sources):
            for other in self.index.nodes(node, DIP.inTensionWith):
                if other in self._claims and other != node:
                    pair = frozenset((node, other))
                    pairs.setdefault(pair, Tension(self._source(self._claims[node]), self._source(self._claims[other])))
        return tuple(pairs.values())

    def _reading(self, node: ox.NamedNode, predicate: str, term: Term) -> tuple[Term, str, list[Claim]]:
        claims = self._carriers.get((node, str(predicate), term), [])
        return term, standing(term in self.index.values(node, predicate), claims), claims

    def _numbered(self, term: Term, stands: str, claims: list[Claim]) -> Reading:
        affirmed = [self._source(claim) for claim in claims if not claim.negated]
        denied = [self._source(claim) for claim in claims if claim.negated]
        return Reading(self.display.value(term), term, stands, voices(affirmed), voices(denied))

    def _is_disputed(self, node: ox.NamedNode, predicate: str, terms: Sequence[Term]) -> bool:
        claims = {term: self._carriers.get((node, str(predicate), term), []) for term in terms}
        affirmed = [term for term in terms if any(not claim.negated for claim in claims[term])]
        if any(len({claim.negated for claim in found}) > 1 for found in claims.values()):
            return True
        if len(affirmed) > 1 and ox.NamedNode(str(predicate)) in SINGLE_VALUED:
            return True
        return any(
            other.node in self.index.nodes(claim.node, DIP.inTensionWith)
            for one, two in combinations(terms, 2)
            for claim in claims[one]
            for other in claims[two]
        )

    def _source(self, claim: Claim) -> Source:
        if claim.node not in self._sources:
            self._sources[claim.node] = self._made(claim, len(self._sources) + 1)
        return self._sources[claim.node]

    def _made(self, claim: Claim, number: int) -> Source:
        index, display, statement = self.index, self.display, claim.statement
        agents = [index.node(statement, DIP.speaker), index.node(statement, DIP.onBehalfOf)]
        speaker, behalf = (display.value(agent) if agent is not None else None for agent in agents)
        return Source(
            number=number,
            claim=self.display.value(claim.node),
            speaker=speaker,
            on_behalf_of=behalf,
            through=tuple(display.value(carrier) for carrier in self._carriers_of(claim)),
            statement=display.value(statement) if statement is not None else None,
            document=display.value(claim.document) if claim.document is not None else None,
            when=self._when(statement),
            signals=self._signals(claim),
            is_denial=claim.negated,
        )

    def _carriers_of(self, claim: Claim) -> list[ox.NamedNode]:
        """Who passed a claim on: the news organisations credited, and the speakers of the statements around its own.

        A document's own voice is not named: the document is.
        """
        found: list[ox.NamedNode] = []
        for depth, statement in enumerate(claim.chain):
            is_outermost = depth == len(claim.chain) - 1
            if depth > 0 and not (is_outermost and claim.document is not None):
                found += self.index.nodes(statement, DIP.speaker)
            found += self.index.nodes(statement, DIP.relayedBy)
        return list(dict.fromkeys(found))

    def _when(self, statement: ox.NamedNode | None) -> Value | None:
        time = self.index.node(statement, TIME.hasTime)
        return self.display.value(time) if time is not None else None

    def _signals(self, claim: Claim) -> tuple[Signal, ...]:
        codes = [claim.modality] if claim.modality is not None and claim.modality.value not in _PLAIN_MODALITIES else []
        codes += self.index.nodes(claim.node, DIP.confidence)
        for statement in claim.chain:
            stances = self.index.nodes(statement, DIP.reportingStance)
            codes += [stance for stance in stances if stance.value not in _PLAIN_STANCES]
        return tuple(force(self.display, code.value) for code in dict.fromkeys(codes))


def standing(is_direct: bool, claims: Sequence[Claim]) -> str:
    """What a value stands on, one of `STANDINGS`: whether the data state it outright, and the claims that carry it."""
    affirmed, denied = [c for c in claims if not c.negated], [c for c in claims if c.negated]
    if not claims:
        return "recorded" if is_direct else "claimed"
    if denied:
        return "disputed" if affirmed or is_direct else "denied"
    outright = {claim.modality.value for claim in affirmed if claim.is_outright and claim.modality is not None}
    if not is_direct or not outright:
        return "claimed"
    if outright & _FIRM:
        return "stated"
    return "inferred" if outright == {str(Modality.inferred)} else "expected"


def voices(sources: Iterable[Source]) -> tuple[Voice, ...]:
    """Sources by who is heard in them, in their order."""
    grouped: dict[tuple[object, ...], list[Source]] = {}
    for source in sources:
        grouped.setdefault((source.speaker, source.through, source.cautions), []).append(source)
    return tuple(Voice(s[0].speaker, s[0].through, s[0].cautions, tuple(s)) for s in grouped.values())


def _rank(found: tuple[Term, str, list[Claim]]) -> tuple[int, str]:
    return STANDINGS.index(found[1]), str(found[0])
