"""The page of a story: its steps in order of time, each with who says so, what stands against it, and what it answers.

Nothing is told as a fact that is only said: a value that the direct layer does not hold is marked, and so is one that
it holds as expected or inferred (see testimony). Every value leads to the claims it rests on, which stand below it with
their speakers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pyoxigraph as ox
from rdflib import RDF, TIME
from rdflib.namespace import DCTERMS, PROV

from legation.graph.claims import Claim, read_claims
from legation.graph.identifiers import thing_path
from legation.graph.node_index import NodeIndex
from legation.graph.stories import (
    CAUSES,
    DEADLINE,
    STATEMENT,
    Case,
    Step,
    Told,
    background_steps,
    index_of,
    steps,
)
from legation.graph.times import bounds_of
from legation.ontology.terms import DIP, SEM, Modality, ReportingStance

from .charts import Axis, Span, Strip, axis, strip
from .dates import in_words
from .listing import Part
from .pages import reader_of, render, variants_of
from .site import Site
from .testimony import standing
from .view_models import DESCRIBING, NAMING, NOTING, Display, Reader, Signal, Value, compact, force, key_of, undirected

_TRUE = ox.Literal(True)
_PLAIN = frozenset(map(str, (ReportingStance.endorsed, ReportingStance.neutral, Modality.asserted)))
_KINDS = tuple(map(str, (DIP.measureType, SEM.eventType)))
_UNTOLD = frozenset({*NAMING, *DESCRIBING, *NOTING, *map(str, (DCTERMS.source, PROV.wasDerivedFrom))})
"""Properties of a step that are told in other ways than as a row."""
_ROWS = (
    "dip:measureType", "sem:eventType", "dip:takenBy", "dip:decidedBy", "sem:hasActor", "dip:directedAt",
    "dip:headcount", "dip:affects", "dip:addressee", "dip:ground", "dip:inResponseTo", "dip:announcedIn",
    "time:hasTime", "dip:deadline", "sem:hasPlace",
)  # fmt: skip
"""Properties in the order in which a step tells them: what, who, whom, why, when, where; others follow."""
_AFTER = {
    str(DIP.announcedIn): "story_after_announcement",
    str(DIP.inReplyTo): "story_after_question",
    str(SEM.subEventOf): "story_after_whole",
}
_BEFORE = {str(SEM.subEventOf): "story_before_parts"} | dict.fromkeys(map(str, CAUSES), "story_before_answer")
_RANKS = {name: rank for rank, name in enumerate(_ROWS)}


@dataclass(frozen=True, slots=True)
class Voice:
    """A claim as told: what, who says so, in which statement, through whom, and with what force.

    `number` is what values refer to it by, 0 where none does.
    """

    claim: Value
    statement: Value
    speaker: Value | None
    relay: Value | None
    signals: tuple[Signal, ...]
    is_denied: bool
    number: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """A value of a step, whether the direct layer holds it, what it stands on, the numbers of the claims on it.

    `standing` is as in testimony; `claims` are for the value and `denials` against it.
    """

    value: Value
    is_established: bool
    standing: str
    claims: tuple[int, ...]
    denials: tuple[int, ...]
    step: int | None = None


@dataclass(frozen=True, slots=True)
class SaidRow:
    """A property of a step with its values."""

    name: Value
    values: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Utterance:
    """A statement as told: who spoke, for whom, to whom, through whom, how it is reported, and what it claims."""

    statement: Value
    speaker: Value | None
    behalf: Value | None
    addressee: Value | None
    relay: Value | None
    signals: tuple[Signal, ...]
    says: tuple[Voice, ...]


@dataclass(frozen=True, slots=True)
class StepView:
    """One step as shown; `because` says how a step without a date found its place."""

    number: int
    kind: Value
    is_deadline: bool
    title: Value
    when: str
    is_dated: bool
    because: str
    strip: Strip | None
    notes: tuple[Value, ...]
    rows: tuple[SaidRow, ...]
    voices: tuple[Voice, ...]
    utterances: tuple[Utterance, ...]
    tensions: tuple[tuple[Voice, ...], ...]
    followed: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class StoryView:
    """A story as shown."""

    title: Value
    parties: tuple[Value, ...]
    steps: tuple[StepView, ...]
    background: tuple[StepView, ...]
    axis: Axis | None
    reports: tuple[tuple[Value, Value | None], ...]
    claims: int
    disputes: int


def story_page(here: Site, stem: str, story: Told, head: str, language: str) -> str:
    """The page of one story."""
    reader = reader_of(here, language)
    shown = story_view(reader, story, head)
    return render(
        "story.html",
        reader,
        title=shown.title,
        canonical=stem,
        story=shown,
        variants=variants_of(stem),
        section="story",
    )


def stories_page(here: Site, stem: str, part: Part[Case], names: Iterable[ox.Triple], language: str) -> str:
    """A part of the list of stories, those that began last first."""
    reader, query = reader_of(here, language), f"?{part.query}" if part.query else ""
    display = Display(reader, names)
    return render(
        "stories.html", reader,
        title=Value(reader.say("stories_title")),
        canonical=stem + query,
        entries=[story_entry(display, case) for case in part.entries],
        total=part.total,
        first=reader.page("story") if part.after else None,
        following=reader.page("story", after=part.following) if part.following else None,
        variants=[(form, href + query) for form, href in variants_of(stem)],
        section="story",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """A story in a list: what it begins with, when, and how many things hang together in it."""

    title: Value
    when: str
    href: str
    things: int


def story_entry(display: Display, case: Case) -> StoryEntry:
    """A story as a list shows it."""
    reader = display.reader
    path = thing_path(reader.site.base, case.head)
    named = display.value(ox.NamedNode(case.head))
    return StoryEntry(
        replace(named, text=reader.say("story_title", head=undirected(named.text))),
        in_words(reader.say, case.bounds),
        reader.page(f"story/{path}"),
        len(case.core),
    )


def story_view(reader: Reader, story: Told, head: str) -> StoryView:
    """The story as one reader is shown it."""
    return _Teller(reader, story, head).view()


class _Teller:
    """Puts one story into words for one reader."""

    def __init__(self, reader: Reader, story: Told, head: str) -> None:
        self.reader, self.say, self.story, self.head = reader, reader.say, story, head
        self.display = Display(reader, story.triples)
        self.index: NodeIndex = index_of(story.triples)
        self.steps = steps(story, self.index)
        self.background = background_steps(story, self.index)

    def view(self) -> StoryView:
        """The whole story."""
        told, pairs = [], self._pairs()
        for number, step in enumerate(self.steps, 1):
            told.append(self._step(step, number, pairs.get(number, ())))
        aside = [self._step(step, 0, ()) for step in self.background]
        return StoryView(
            title=self._title(),
            parties=self._parties(),
            steps=tuple(told),
            background=tuple(aside),
            axis=self.axis,
            reports=tuple(self._reports()),
            claims=len(self.story.claims),
            disputes=len({pair for found in pairs.values() for pair in found}),
        )

    @cached_property
    def axis(self) -> Axis | None:
        """The stretch of time that the dated steps lie in."""
        return axis(Span.of(step.bounds) for step in self.steps)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each step by what it tells of; a deadline is told of by another name."""
        return {step.iri: number for number, step in enumerate(self.steps, 1) if step.kind != DEADLINE}

    @cached_property
    def contents(self) -> dict[str, list[tuple[str, str, object]]]:
        """What each claim says, as subject, property and value."""
        found: dict[str, list[tuple[str, str, object]]] = {}
        for claim in self.story.claims:
            for node in self.index.nodes(ox.NamedNode(claim), DIP.proposition):
                subject, predicate = (self.index.node(node, part) for part in (RDF.subject, RDF.predicate))
                for value in self.index.values(node, RDF.object)[:1]:
                    if subject is not None and predicate is not None:
                        found.setdefault(claim, []).append((subject.value, predicate.value, value))
        return found

    @cached_property
    def about(self) -> dict[str, list[str]]:
        """The claims whose content is of a thing, by that thing."""
        found: dict[str, list[str]] = defaultdict(list)
        for claim, contents in self.contents.items():
            subjects = {subject for subject, _, _ in contents}
            values = {value.value for _, _, value in contents if isinstance(value, ox.NamedNode)}
            told = subjects & (self.numbers.keys() | {step.iri for step in self.background})
            for thing in told or subjects | values:
                found[thing].append(claim)
        return found

    @cached_property
    def carriers(self) -> dict[tuple[str, str, object], list[Claim]]:
        """The claims that affirm or deny a value, by subject, property and value."""
        found: dict[tuple[str, str, object], list[Claim]] = defaultdict(list)
        for claim in read_claims(self.index):
            for content in claim.propositions:
                found[key_of(content.subject), content.predicate.value, content.object].append(claim)
        return found

    def _title(self) -> Value:
        named = self.display.value(ox.NamedNode(self.head))
        return replace(named, text=self.say("story_title", head=undirected(named.text)), href=None)

    def _parties(self) -> tuple[Value, ...]:
        """Those who took a measure or whom one is directed at, as far as that is established; the busiest first."""
        met: dict[ox.NamedNode, int] = {}
        for step in self.steps:
            for link in (DIP.takenBy, DIP.directedAt):
                for party in self.index.nodes(ox.NamedNode(step.iri), link) if step.kind != DEADLINE else ():
                    met[party] = met.get(party, 0) + 1
        return tuple(self.display.value(party) for party in sorted(met, key=lambda party: (-met[party], party.value)))

    def _reports(self) -> Iterator[tuple[Value, Value | None]]:
        """The outermost statements that all of this is told in, with the documents that they are part of."""
        for report in map(ox.NamedNode, self.story.reports):
            document = self.index.node(report, DCTERMS.isPartOf)
            yield self.display.value(report), self.display.value(document) if document else None

    # Steps

    def _step(self, step: Step, number: int, pairs: Iterable[tuple[str, str]]) -> StepView:
        node = ox.NamedNode(step.iri)
        voices = self._voices(step)
        numbers = {voice.claim.iri or "": voice.number for voice in voices}
        own = list(self.index.triples_of(node))
        return StepView(
            number=number,
            kind=self._kind(step),
            is_deadline=step.kind == DEADLINE,
            title=self.display.value(node),
            when=in_words(self.say, step.bounds),
            is_dated=step.bounds.is_known,
            because=self._because(step),
            strip=strip(Span.of(step.bounds), self.axis) if self.axis and number else None,
            notes=self.display.texts(own, NOTING) if step.kind != DEADLINE else (),
            rows=self._rows(step, numbers),
            voices=voices,
            utterances=tuple(self._utterance(iri) for iri in self._utterances(step)),
            tensions=tuple(tuple(map(self._voice, group)) for group in grouped(pairs)),
            followed=self._followed(step),
        )

    def _kind(self, step: Step) -> Value:
        if step.kind == DEADLINE:
            return self.display.property(str(DIP.deadline))
        node = ox.NamedNode(step.iri)
        typed = [self.index.node(node, kind) for kind in _KINDS]
        kind = next((found for found in typed if found), None) or self.index.node(node, RDF.type)
        return self.display.value(kind) if kind else Value("")

    def _because(self, step: Step) -> str:
        """How a step without a date found its place."""
        if step.placed_by is None:
            return "" if step.bounds.is_known else self.say("story_nowhere")
        return self.say((_BEFORE if step.is_before else _AFTER)[step.placed_by])

    def _voices(self, step: Step) -> tuple[Voice, ...]:
        """The claims that a step rests on, numbered; of a deadline, those that give it."""
        found = self.about.get(step.iri, [])
        if step.kind == DEADLINE:
            found = [claim for claim in found if self._says_of(claim, step.iri, str(DIP.deadline))]
        return tuple(replace(self._voice(claim), number=n) for n, claim in enumerate(dict.fromkeys(found), 1))

    def _says_of(self, claim: str, thing: str, predicate: str) -> bool:
        return any((subject, link) == (thing, predicate) for subject, link, _ in self.contents.get(claim, ()))

    def _rows(self, step: Step, numbers: dict[str, int]) -> tuple[SaidRow, ...]:
        """What is said of a step, a property a row: established or claimed, and what is denied."""
        said: dict[str, dict[object, tuple[list[int], list[int]]]] = {}
        for triple in self.index.triples_of(ox.NamedNode(step.iri)):
            if triple.predicate.value not in _UNTOLD and step.kind != STATEMENT:
                said.setdefault(triple.predicate.value, {}).setdefault(triple.object, ([], []))
        for claim, number in numbers.items():
            side = 1 if self._is_denied(claim) else 0
            for subject, predicate, value in self.contents.get(claim, ()):
                if subject == step.iri:
                    said.setdefault(predicate, {}).setdefault(value, ([], []))[side].append(number)
        shown = {str(DIP.deadline)} if step.kind == DEADLINE else said.keys() - {str(SEM.subEventOf)}
        rows = [self._row(step, link, said[link]) for link in sorted(shown & said.keys())]
        return tuple(sorted(rows, key=lambda row: (_RANKS.get(compact(row.name.iri or ""), 99), row.name.text)))

    def _row(self, step: Step, predicate: str, values: dict[object, tuple[list[int], list[int]]]) -> SaidRow:
        own = self.index.values(ox.NamedNode(step.iri), predicate)
        said = [
            Said(
                self._value(predicate, value),
                value in own,
                self._standing(step.iri, predicate, value),
                tuple(sides[0]),
                tuple(sides[1]),
                self._number(value),
            )
            for value, sides in values.items()
        ]
        ordered = sorted(said, key=lambda one: (not one.is_established, one.value.text))
        return SaidRow(self.display.property(predicate), tuple(ordered))

    def _standing(self, thing: str, predicate: str, value: object) -> str:
        is_direct = value in self.index.values(ox.NamedNode(thing), predicate)
        return standing(is_direct, self.carriers.get((thing, predicate, value), ()))

    def _value(self, predicate: str, value: object) -> Value:
        """A value; a time is told by its bounds, not by its name."""
        shown = self.display.value(value)
        if predicate not in {str(TIME.hasTime), str(DIP.deadline)} or not isinstance(value, ox.NamedNode):
            return shown
        bounds = bounds_of(self.index, value)
        return replace(shown, text=in_words(self.say, bounds), language=None) if bounds.is_known else shown

    def _number(self, value: object) -> int | None:
        return self.numbers.get(value.value) if isinstance(value, ox.NamedNode) else None

    def _followed(self, step: Step) -> tuple[Said, ...]:
        """The later steps that answer this one or rest on it, as established or as claimed."""
        found = {}
        for number, other in enumerate(self.steps, 1):
            if other.kind == DEADLINE or step.kind == DEADLINE:
                continue
            for link in CAUSES:
                own = self.index.nodes(ox.NamedNode(other.iri), link)
                claims = [claim for claim in self.about.get(other.iri, ()) if self._leads(claim, other, link, step)]
                if ox.NamedNode(step.iri) in own or claims:
                    value = self.display.value(ox.NamedNode(other.iri))
                    stands = self._standing(other.iri, str(link), ox.NamedNode(step.iri))
                    found[number] = Said(value, ox.NamedNode(step.iri) in own, stands, (), (), number)
        return tuple(found.values())

    def _leads(self, claim: str, other: Step, link: str, step: Step) -> bool:
        contents = self.contents.get(claim, ())
        return not self._is_denied(claim) and (other.iri, str(link), ox.NamedNode(step.iri)) in contents

    # Claims and statements

    def _is_denied(self, claim: str) -> bool:
        return _TRUE in self.index.values(ox.NamedNode(claim), DIP.negated)

    def _voice(self, claim: str) -> Voice:
        node = ox.NamedNode(claim)
        act = self.index.node(node, DIP.assertedIn)
        modality = self.index.node(node, DIP.modality)
        codes = [*([modality] if modality else []), *self._stances(act)]
        return Voice(
            claim=self.display.value(node),
            statement=self.display.value(act) if act else Value(""),
            speaker=self._named(act, DIP.speaker),
            relay=self._named(act, DIP.relayedBy),
            signals=tuple(force(self.display, code.value) for code in codes if code.value not in _PLAIN),
            is_denied=self._is_denied(claim),
        )

    def _stances(self, act: ox.NamedNode | None) -> list[ox.NamedNode]:
        """How the statement and those around it are reported; a circle, which no shape has seen, ends."""
        found, met = dict[ox.NamedNode, None](), set[ox.NamedNode]()
        while act is not None and act not in met:
            met.add(act)
            found |= dict.fromkeys(self.index.nodes(act, DIP.reportingStance))
            act = self.index.node(act, DIP.reportedIn)
        return list(found)

    def _named(self, act: ox.NamedNode | None, link: str) -> Value | None:
        found = self.index.node(act, link)
        return self.display.value(found) if found else None

    def _utterances(self, step: Step) -> Sequence[str]:
        return (step.iri,) if step.kind == STATEMENT else step.parts

    def _utterance(self, iri: str) -> Utterance:
        act = ox.NamedNode(iri)
        codes = [*self.index.nodes(act, DIP.reportingMode), *self._stances(act)]
        return Utterance(
            statement=self.display.value(act),
            speaker=self._named(act, DIP.speaker),
            behalf=self._named(act, DIP.onBehalfOf),
            addressee=self._named(act, DIP.addressee),
            relay=self._named(act, DIP.relayedBy),
            signals=tuple(force(self.display, code.value) for code in codes if code.value not in _PLAIN),
            says=tuple(self._voice(claim) for claim in self._said_in(iri)),
        )

    def _said_in(self, iri: str) -> list[str]:
        act = ox.NamedNode(iri)
        return [c for c in self.story.claims if act in self.index.nodes(ox.NamedNode(c), DIP.assertedIn)]

    def _pairs(self) -> dict[int, list[tuple[str, str]]]:
        """Claims in tension, by the number of the step they are told beside.

        A pair stands beside what it is about; one about no step, beside the first statement that makes a claim of it.
        """
        told: dict[int, list[tuple[str, str]]] = defaultdict(list)
        placed: set[tuple[str, str]] = set()
        for number, step in enumerate(self.steps, 1):
            if step.kind != DEADLINE:
                told[number] = self._tensions(self.about.get(step.iri, ()))
                placed.update(told[number])
        for number, step in enumerate(self.steps, 1):
            made = [claim for act in self._utterances(step) for claim in self._said_in(act)]
            fresh = [pair for pair in self._tensions(made) if pair not in placed]
            told[number] = [*told[number], *fresh]
            placed.update(fresh)
        return told

    def _tensions(self, claims: Iterable[str]) -> list[tuple[str, str]]:
        found: dict[tuple[str, str], None] = {}
        for claim in claims:
            for other in self.index.nodes(ox.NamedNode(claim), DIP.inTensionWith):
                low, high = sorted((claim, other.value))
                found[low, high] = None
        return list(found)


def grouped(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Claims that are in tension with one another, directly or through a third, together and in order."""
    groups: list[set[str]] = []
    for pair in pairs:
        met = [group for group in groups if not group.isdisjoint(pair)]
        groups = [group for group in groups if group.isdisjoint(pair)] + [set(pair).union(*met)]
    return sorted(sorted(group) for group in groups)
