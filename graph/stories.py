"""Stories: which measures, events and statements belong together, and in what order they happened.

Two of them belong together where one was taken in response to the other, rests on it, is a part of it, was announced in
it, or replies to it; stated outright or affirmed by a claim. What hangs together so, one after the other, is one story,
if a measure is in it. Beside these, its *core*, a story tells of

  statements  in which something is claimed of the core, or that are only known from a statement of the story;
  background  the other events and measures that the same reports speak of, the curators' apart;
  reports     the outermost statements, those of documents themselves, in which all of this is told.

Nothing here decides what is true; the order is that of the dates, with their bounds, and of what the links say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyoxigraph as ox
from rdflib import RDF, TIME, URIRef

from legation.ontology.terms import DIP, SEM, ReportingMode, ReportingStance

from .class_tree import below
from .description import LABELS
from .identifiers import is_valid_iri
from .node_index import NodeIndex
from .times import BOUNDS, LAST, Bounds, bounds_of

if TYPE_CHECKING:
    from .store import Store

CAUSES = (DIP.inResponseTo, DIP.ground)
"""What leads from a measure back to what it answers or rests on."""
LINKS = (*CAUSES, SEM.subEventOf, DIP.announcedIn, DIP.inReplyTo)
ACTS_MAX = 500
"""Statements of the reports that are looked through for what else they speak of, the first by IRI."""
MEMBERS_MAX = 200
"""Members of a story's core that are told, the first by IRI; what is beside the core is bounded likewise."""
_TRUE = ox.Literal(True)

_AFTER = frozenset(map(str, (DIP.announcedIn, DIP.inReplyTo, SEM.subEventOf)))
"""Properties whose subject is told after their object, where it has no date of its own."""
_BEFORE = frozenset(map(str, (*CAUSES, SEM.subEventOf)))
"""Properties whose object is told before their subject, where it has no date of its own."""
_PASSES = 3
"""How many links an undated step may be away from a dated one."""

MEASURE, EVENT, STATEMENT, DEADLINE = "measure", "event", "statement", "deadline"


@dataclass(frozen=True, slots=True)
class Told:
    """What a story tells of, by role, and all the triples that say it."""

    core: tuple[str, ...]
    statements: tuple[str, ...]
    background: tuple[str, ...]
    reports: tuple[str, ...]
    claims: tuple[str, ...]
    triples: tuple[ox.Triple, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a story: what, of which kind, when; `parts` are statements made on one occasion.

    `placed_by` is the property by which an undated step found its place, right behind what it leads to, or right before
    what it comes from where `is_before`.
    """

    iri: str
    kind: str
    bounds: Bounds
    place: tuple[str, int, str, int]
    time: str | None = None
    placed_by: str | None = None
    is_before: bool = False
    parts: tuple[str, ...] = ()


# ── Grouping ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Case:
    """A story in the list of all: its core, and its head, the first measure in order of time, that it is named by."""

    head: str
    core: tuple[str, ...]
    bounds: Bounds


def cases(store: Store) -> tuple[Case, ...]:
    """All stories, those that began last first."""
    dated = dict(_measures(store))
    found = []
    for core in groups(store):
        head = min((iri for iri in core if iri in dated), key=lambda iri: (dated[iri].order, iri))
        found.append(Case(head, core, dated[head]))
    return tuple(sorted(sorted(found, key=lambda case: case.head), key=lambda case: case.bounds.order, reverse=True))


def _measures(store: Store) -> Iterator[tuple[str, Bounds]]:
    """Every measure with the bounds of its time, as far as it has one outright."""
    names = dict(zip("abcde", (*BOUNDS, RDF.value), strict=True))
    bounds = " ".join(f"OPTIONAL {{ ?t <{bound}> ?{name} }}" for name, bound in names.items())
    rows = store.select(f"""SELECT ?m ?a ?b ?c ?d ?e WHERE {{
      VALUES ?k {{ {_nodes(below(DIP.DiplomaticMeasure))} }} ?m a ?k
      OPTIONAL {{ ?m <{TIME.hasTime}> ?t {bounds} }} }}""")
    for measure, *days in sorted(rows, key=str, reverse=True):  # of several times that one measure has, one is last
        if isinstance(measure, ox.NamedNode):
            yield measure.value, Bounds(*(day.value if isinstance(day, ox.Literal) else "" for day in days))


def groups(store: Store) -> tuple[tuple[str, ...], ...]:
    """The cores of all stories, each in the order of the IRIs."""
    kinds = dict(_occurrences(store))
    found = _components((a, b) for a, b in _links(store) if a in kinds and b in kinds)
    return tuple(sorted(group for group in found if any(kinds[iri] == MEASURE for iri in group)))


def _occurrences(store: Store) -> Iterator[tuple[str, str]]:
    """Every measure, event and statement of the release, with its kind."""
    for root, kind in ((SEM.Event, EVENT), (DIP.Statement, STATEMENT), (DIP.DiplomaticMeasure, MEASURE)):
        rows = store.select(f"SELECT DISTINCT ?s WHERE {{ VALUES ?k {{ {_nodes(below(root))} }} ?s a ?k }}")
        yield from ((iri, kind) for iri in _iris(rows))


def _links(store: Store) -> Iterator[tuple[str, str]]:
    """Pairs that belong together: stated outright, or affirmed by a claim that is itself known at first hand."""
    stance = f"<{DIP.reportingStance}> <{ReportingStance['alleged-to-exist']}>"
    alleged = set(_iris(store.select(f"SELECT ?act WHERE {{ ?act {stance} }}")))
    for link in LINKS:
        stated = store.select(f"SELECT DISTINCT ?a ?b ?act WHERE {{ ?a <{link}> ?b }}")
        claimed = store.select(
            f"SELECT DISTINCT ?a ?b ?act WHERE {{ ?p <{RDF.predicate}> <{link}> ; <{RDF.subject}> ?a ; "
            f"<{RDF.object}> ?b . ?claim <{DIP.proposition}> ?p . ?claim <{DIP.negated}> false . "
            f"?claim <{DIP.assertedIn}> ?act }}"
        )
        for a, b, act in (*stated, *claimed):
            is_alleged = isinstance(act, ox.NamedNode) and act.value in alleged
            if isinstance(a, ox.NamedNode) and isinstance(b, ox.NamedNode) and not is_alleged:
                yield a.value, b.value


def _components(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, ...]]:
    """The connected components of an undirected graph, each sorted."""
    beside: dict[str, set[str]] = defaultdict(set)
    for a, b in pairs:
        beside[a].add(b)
        beside[b].add(a)
    while beside:
        reached, ahead = set[str](), [next(iter(beside))]
        while ahead:
            at = ahead.pop()
            reached.add(at)
            ahead += beside.pop(at, set()) - reached
        if len(reached) > 1:
            yield tuple(sorted(reached))


# ── What a story tells ───────────────────────────────────────────────────────────────────────────────────────────────


_IS_SOMETHING = f"?act <{RDF.type}> ?kind"
"""Said of the end of every path: without it Virtuoso 7.2.5 finds no start for the path."""


def told(store: Store, core: Sequence[str]) -> Told:
    """All that a story tells, around its core."""
    core = tuple(iri for iri in core if is_valid_iri(iri))[:MEMBERS_MAX]
    about = sorted({claim for role in (RDF.subject, RDF.object) for claim in _naming(store, core, role)})
    spoken = _select(store, "?act", about, f"?x <{DIP.assertedIn}> ?act")
    reports = _reports(store, {*spoken, *_statements_of(store, core)})
    curated = set(_select(store, "?x", reports, f"?x <{DIP.reportingMode}> <{ReportingMode.curation}>"))
    accounts = [report for report in reports if report not in curated]
    acts = _select(store, "?act", accounts, f"?act <{DIP.reportedIn}>* ?x . {_IS_SOMETHING}")[:ACTS_MAX]
    said = _select(store, "?claim", acts, f"?claim <{DIP.assertedIn}> ?x")
    subjects = _select(store, "?s", said, f"?x <{DIP.proposition}>/<{RDF.subject}> ?s")
    events = _of_class(store, subjects, SEM.Event)
    background = sorted(events - _of_class(store, subjects, DIP.Statement) - set(core))[:MEMBERS_MAX]
    beside = _beside(store, [act for act in acts if act not in reports], {*core, *spoken})
    claims = _claims(store, {*core, *background, *beside}, {*beside, *_statements_of(store, core)}, set(about))
    triples = _triples(store, [*core, *beside, *background, *reports], claims)
    statements = tuple(iri for iri in beside if iri not in core)
    return Told(core, statements, tuple(background), tuple(reports), tuple(claims), triples)


def _naming(store: Store, iris: Iterable[str], role: URIRef) -> list[str]:
    """Claims with one of these things in a place of a proposition. Virtuoso 7.2.5 refuses both places in one path."""
    return _select(store, "?claim", iris, f"?p <{role}> ?x . ?claim <{DIP.proposition}> ?p")


def _statements_of(store: Store, iris: Sequence[str]) -> list[str]:
    return sorted(_of_class(store, iris, DIP.Statement))


def _reports(store: Store, acts: Iterable[str]) -> list[str]:
    """The outermost statements that these are reported in; a statement that is reported in none is its own."""
    reached = _select(store, "?act", sorted(acts), f"?x <{DIP.reportedIn}>* ?act . {_IS_SOMETHING}")
    inner = _select(store, "?x", reached, f"?x <{DIP.reportedIn}> ?outer")
    return sorted({*reached}.difference(inner))


def _beside(store: Store, acts: Sequence[str], known: set[str]) -> list[str]:
    """Of the statements inside the reports, those that speak of the core, and those known only from such a one."""
    inner = _select(store, "?act", sorted(known.intersection(acts)), f"?act <{DIP.reportedIn}>+ ?x . {_IS_SOMETHING}")
    return sorted(known.intersection(acts).union(inner))


def _claims(store: Store, things: Iterable[str], acts: Iterable[str], about: set[str]) -> list[str]:
    """Claims about these things or made in these statements, and those in tension with them."""
    of = _naming(store, sorted(things), RDF.subject)
    made = _select(store, "?claim", sorted(acts), f"?claim <{DIP.assertedIn}> ?x")
    found = about.union(of, made)
    return sorted(found.union(_select(store, "?claim", sorted(found), f"?x <{DIP.inTensionWith}> ?claim")))


def _triples(store: Store, things: Iterable[str], claims: Sequence[str]) -> tuple[ox.Triple, ...]:
    """The triples of things and claims, of what claims say and the statements they are made in, and of times; names."""
    acts = _select(store, "?act", claims, f"?x <{DIP.assertedIn}>/<{DIP.reportedIn}>* ?act . {_IS_SOMETHING}")
    contents = _select(store, "?p", claims, f"?x <{DIP.proposition}> ?p")
    own = _construct(store, {*things, *claims, *acts, *contents})
    dating = {str(TIME.hasTime), str(DIP.deadline), str(RDF.object)}
    times = {t.object.value for t in own if t.predicate.value in dating and isinstance(t.object, ox.NamedNode)}
    found = [*own, *_construct(store, _of_class(store, sorted(times), URIRef(str(TIME.TemporalEntity))))]
    mentioned = {n.value for t in found for n in (t.subject, t.object) if isinstance(n, ox.NamedNode)}
    return tuple(dict.fromkeys((*found, *names_of(store, mentioned))))


def _construct(store: Store, iris: Iterable[str]) -> list[ox.Triple]:
    return store.construct(f"CONSTRUCT {{ ?x ?p ?o }} WHERE {{ {_values(iris)} ?x ?p ?o }}")


def names_of(store: Store, iris: Iterable[str]) -> list[ox.Triple]:
    """The names of things in every language."""
    labels = ", ".join(f"<{label}>" for label in LABELS)
    return store.construct(f"CONSTRUCT {{ ?x ?l ?t }} WHERE {{ {_values(iris)} ?x ?l ?t FILTER(?l IN ({labels})) }}")


def _of_class(store: Store, iris: Iterable[str], root: URIRef) -> set[str]:
    kinds = ", ".join(f"<{kind}>" for kind in below(root))
    return set(_iris(store.select(f"SELECT DISTINCT ?x WHERE {{ {_values(iris)} ?x a ?k FILTER(?k IN ({kinds})) }}")))


def _select(store: Store, variable: str, iris: Iterable[str], pattern: str) -> list[str]:
    """The IRIs that a pattern finds from each of `iris`, which is its ?x; sorted."""
    return sorted(_iris(store.select(f"SELECT DISTINCT {variable} WHERE {{ {_values(iris)} {pattern} }}")))


def _iris(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    return (node.value for (node,) in rows if isinstance(node, ox.NamedNode) and is_valid_iri(node.value))


def _values(iris: Iterable[str]) -> str:
    return f"VALUES ?x {{ {_nodes(sorted(filter(is_valid_iri, iris)))} }}"


def _nodes(iris: Iterable[str]) -> str:
    return " ".join(f"<{iri}>" for iri in iris)


# ── Order ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def index_of(triples: Iterable[ox.Triple]) -> NodeIndex:
    """The triples by subject and property."""
    return NodeIndex(ox.Quad(t.subject, t.predicate, t.object) for t in triples)


def affirmed(index: NodeIndex, claims: Iterable[str]) -> Iterator[ox.Triple]:
    """What claims that are known at first hand affirm, each claim's contents in turn."""
    alleged = ox.NamedNode(str(ReportingStance["alleged-to-exist"]))
    for claim in map(ox.NamedNode, claims):
        act = index.node(claim, DIP.assertedIn)
        if _TRUE in index.values(claim, DIP.negated) or alleged in index.values(act, DIP.reportingStance):
            continue
        for content in index.nodes(claim, DIP.proposition):
            parts = [index.values(content, part) for part in (RDF.subject, RDF.predicate, RDF.object)]
            for subject, predicate, value in zip(*parts, strict=False):
                if isinstance(subject, ox.NamedNode) and isinstance(predicate, ox.NamedNode):
                    yield ox.Triple(subject, predicate, value)


def steps(story: Told, index: NodeIndex) -> tuple[Step, ...]:
    """The steps of a story in order of time; deadlines are steps too, and statements of one occasion are its parts."""
    links = [*story.triples, *affirmed(index, story.claims)]
    occasions = _occasions(links, story)
    inside = {part for parts in occasions.values() for part in parts}
    dated = []
    for iri in (*story.core, *story.statements):
        if iri not in inside:
            dated.append(replace(_step(index, iri, TIME.hasTime, _kind(index, iri)), parts=occasions.get(iri, ())))
            if index.node(ox.NamedNode(iri), DIP.deadline):
                dated.append(_step(index, iri, DIP.deadline, DEADLINE))
    within = {part: whole for whole, parts in occasions.items() for part in parts}
    placed = dated
    for _ in range(_PASSES):
        when = {step.iri: step.place for step in placed if step.kind != DEADLINE}
        when |= {part: when[whole] for part, whole in within.items() if whole in when}
        placed = [step if step.place[0] != LAST else _placed(step, links, when) for step in placed]
    return tuple(sorted(placed, key=lambda step: (step.place, step.iri)))


def background_steps(story: Told, index: NodeIndex) -> tuple[Step, ...]:
    """The events and measures in the background, in order of time, those without a date last."""
    found = [_step(index, iri, TIME.hasTime, _kind(index, iri)) for iri in story.background]
    return tuple(sorted(found, key=lambda step: (step.place, step.iri)))


def _kind(index: NodeIndex, iri: str) -> str:
    kinds = {node.value for node in index.nodes(ox.NamedNode(iri), RDF.type)}
    for root, kind in ((DIP.Statement, STATEMENT), (DIP.DiplomaticMeasure, MEASURE)):
        if not kinds.isdisjoint(map(str, below(root))):
            return kind
    return EVENT


def _step(index: NodeIndex, iri: str, link: URIRef, kind: str) -> Step:
    time = index.node(ox.NamedNode(iri), link)
    bounds = bounds_of(index, time)
    return Step(iri, kind, bounds, (*bounds.order, 0), time.value if time else None)


def _occasions(links: Iterable[ox.Triple], story: Told) -> dict[str, tuple[str, ...]]:
    """The statements made on one occasion, by the event that is the occasion."""
    members, acts = {*story.core, *story.statements}, _acts(story)
    found: dict[str, set[str]] = defaultdict(set)
    for link in links:
        part, whole = _ends(link)
        if link.predicate.value == str(SEM.subEventOf) and part in acts and whole in members - acts:
            found[whole].add(part)
    return {whole: tuple(sorted(parts)) for whole, parts in found.items()}


def _acts(story: Told) -> set[str]:
    kinds = frozenset(map(str, below(DIP.Statement)))
    typed = (t for t in story.triples if t.predicate.value == str(RDF.type))
    return {
        t.subject.value
        for t in typed
        if isinstance(t.object, ox.NamedNode) and t.object.value in kinds and isinstance(t.subject, ox.NamedNode)
    }


def _ends(link: ox.Triple) -> tuple[str, str]:
    value = link.object.value if isinstance(link.object, ox.NamedNode) else ""
    return (link.subject.value if isinstance(link.subject, ox.NamedNode) else ""), value


def _placed(step: Step, links: Iterable[ox.Triple], when: dict[str, tuple[str, int, str, int]]) -> Step:
    """An undated step right after what comes before it by a link, or else right before what the links put after it."""
    found = []
    for link in links:
        (start, end), name = _ends(link), link.predicate.value
        if start == step.iri and name in _AFTER and end in when:
            found.append((0, when[end], name))
        elif end == step.iri and name in _BEFORE and start in when:
            found.append((1, when[start], name))
    dated = [one for one in found if one[1][0] != LAST]
    if not dated:
        return step
    side, place, name = min(dated)
    return replace(step, place=(*place[:3], place[3] + (-1 if side else 1)), placed_by=name, is_before=bool(side))
