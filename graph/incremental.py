"""Judges a small change of the facts in milliseconds, with the answer that the whole gate would give.

What one shape finds at one node is decided by the answers that the graph gives it while it looks. So every look notes
which triple patterns it asked for. A change that alters the answer to none of them cannot alter what was found; only
looks that asked for a changed triple are taken again. Which nodes a shape looks at is a look of the same kind.

Mutation testing needs this: thousands of changes, each judged as if the facts had been checked anew.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
from pyshacl import ShapesGraph
from pyshacl.pytypes import SHACLExecutor
from rdflib import RDF, SH, Graph
from rdflib.paths import Path as PropertyPath

from legation.ontology.terms import DIP

from .assembly import CATALOGUE
from .derivation import derive
from .errors import LiteralRewritten
from .literals import rewritten_literals
from .naming import name_nodes
from .validation import PreparedGraph, Severity, data_problems, filled, rule_of, validate

if TYPE_CHECKING:
    from rdflib.term import Node

    from .identifiers import Base

Triple = tuple[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of a shape, in a form that can be compared: its terms are text."""

    rule: str
    severity: Severity
    shape: str
    focus: str
    path: str
    value: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the gate says of a change: why it would not check at all, or what it finds that it did not find before.

    `findings` ends with the first violation: one is enough to stop a publication.
    """

    problems: tuple[str, ...]
    findings: tuple[Finding, ...]

    def of(self, severity: Severity) -> frozenset[str]:
        """The numbers of the rules of one severity that report the change."""
        return frozenset(finding.rule for finding in self.findings if finding.severity is severity)


@dataclass(frozen=True, slots=True)
class _Look:
    """One shape at one node; without a node, the choice of the nodes that the shape looks at."""

    shape: Any
    node: Node | None


class IncrementalGate:
    """The gate over one set of facts, ready to judge changes of it.

    Raises GateError for shapes or facts that the gate refuses outright. Building it takes as long as one whole check;
    a judgement takes some milliseconds. That no shape be left without a node is not asked: it is a check of the shapes.
    """

    def __init__(self, data: Graph, shapes: Graph, vocabulary: Graph) -> None:
        self.report = validate(data, shapes, vocabulary, require_matches=False)
        self._shapes, self._vocabulary = shapes, vocabulary
        self._data = filled(Graph(bind_namespaces="none"), data)
        self._words = frozenset(data.predicates(unique=True))
        targets = (SH.targetSubjectsOf, SH.targetObjectsOf)
        self._selecting = frozenset(
            {RDF.type, RDF.predicate, *(p for target in targets for p in shapes.objects(None, target))}
        )
        self._graph = _Listening()
        filled(self._graph, data, vocabulary)
        self._executor = SHACLExecutor()
        self._found: dict[_Look, frozenset[Finding]] = {}
        self._nodes: dict[Any, frozenset[Node]] = {}
        self._asked: dict[Triple, set[_Look]] = defaultdict(set)
        self._cost: Counter[_Look] = Counter()
        for shape in ShapesGraph(filled(Graph(bind_namespaces="none"), shapes)).shapes:
            self._look_everywhere(shape)

    def judge(self, removed: Iterable[Triple], added: Iterable[Triple]) -> Judgement:
        """What the gate would say of the facts without `removed` and with `added`; the facts stay as they are."""
        removed, added = tuple(removed), tuple(added)
        around = self._touched(removed, added)
        before = self._problems(around)
        with self._changed(removed, added):
            problems = self._problems(around) - before
            findings = () if problems else tuple(_until_a_violation(self._new_findings((*removed, *added))))
        return Judgement(tuple(sorted(problems)), findings)

    def _look_everywhere(self, shape: Any) -> None:
        look = _Look(shape, None)
        with self._listened(look):
            self._nodes[shape] = frozenset(shape.focus_nodes(self._graph))
        for node in self._nodes[shape]:
            look = _Look(shape, node)
            with self._listened(look):
                self._found[look] = self._evaluated(shape, node)

    @contextmanager
    def _listened(self, look: _Look) -> Iterator[None]:
        self._graph.heard = set()
        try:
            yield
        finally:
            self._cost[look] = len(self._graph.heard)
            for pattern in self._graph.heard:
                if not isinstance(pattern[1], PropertyPath):  # the path asks for its steps, and those are heard too
                    self._asked[pattern].add(look)
            self._graph.heard = None

    def _evaluated(self, shape: Any, node: Node) -> frozenset[Finding]:
        _, results = shape.validate(self._executor, self._graph, focus=node)
        return frozenset(_finding(identifier, triples) for _, identifier, triples in results)

    @contextmanager
    def _changed(self, removed: tuple[Triple, ...], added: tuple[Triple, ...]) -> Iterator[None]:
        """The change made, and unmade; what the vocabulary says too is not taken from it."""
        gone = [triple for triple in removed if triple in self._data]
        new = [triple for triple in added if triple not in self._data]
        own = [triple for triple in (*gone, *new) if triple not in self._vocabulary]
        _exchange(self._data, gone, new)
        _exchange(self._graph, [t for t in gone if t in own], [t for t in new if t in own])
        try:
            yield
        finally:
            _exchange(self._graph, [t for t in new if t in own], [t for t in gone if t in own])
            _exchange(self._data, new, gone)

    def _touched(self, removed: tuple[Triple, ...], added: tuple[Triple, ...]) -> frozenset[Node]:
        """The nodes of which the gate's own problems can be new or gone; none where the change has no part in them."""
        selects = any(predicate in self._selecting for _, predicate, _ in (*removed, *added))
        appears = any(p not in self._words or (s, None, None) not in self._data for s, p, _ in added)
        changed = (*removed, *added) if selects or appears else ()
        return frozenset(term for subject, _, object_ in changed for term in (subject, object_))

    def _problems(self, nodes: frozenset[Node]) -> frozenset[str]:
        """The gate's own problems with some nodes: they are decided by the triples that these are part of."""
        around = Graph(bind_namespaces="none")
        for node in nodes:
            for triple in (*self._data.triples((node, None, None)), *self._data.triples((None, None, node))):
                around.add(triple)
        return frozenset(data_problems(around, self._shapes, self._vocabulary) if nodes else ())

    def _new_findings(self, changed: tuple[Triple, ...]) -> Iterator[Finding]:
        patterns = {pattern for triple in changed for pattern in _patterns(triple)}
        affected = {look for pattern in patterns for look in self._asked.get(pattern, ())}
        looks = {look for look in affected if look.node is not None}
        for shape in (look.shape for look in affected if look.node is None):
            nodes = frozenset(shape.focus_nodes(self._graph))
            looks -= {_Look(shape, node) for node in self._nodes[shape] - nodes}
            looks |= {_Look(shape, node) for node in nodes - self._nodes[shape]}
        for look in sorted(looks, key=self._cheapest_first):
            assert look.node is not None
            found = self._evaluated(look.shape, look.node) - self._found.get(look, frozenset())
            yield from sorted(found, key=lambda finding: (finding.severity.rank, finding.rule))

    def _cheapest_first(self, look: _Look) -> tuple[int, str, str]:
        """Looks that ask little come first: most mistakes are seen from nearby. New looks are few, and come before."""
        return self._cost[look], str(look.shape.node), str(look.node)


class _Listening(PreparedGraph):
    """A graph that notes every pattern it is asked for, while `heard` is a set."""

    def __init__(self) -> None:
        super().__init__(bind_namespaces="none")
        self.heard: set[Triple] | None = None

    def triples(self, triple: Any) -> Any:
        """As rdflib's."""
        if self.heard is not None:
            self.heard.add(triple)
        return super().triples(triple)


def _until_a_violation(findings: Iterable[Finding]) -> Iterator[Finding]:
    for finding in findings:
        yield finding
        if finding.severity is Severity.VIOLATION:
            return


def _patterns(triple: Triple) -> Iterator[Triple]:
    """The eight patterns that a triple answers."""
    return product(*((term, None) for term in triple))


def _exchange(graph: Graph, out: Iterable[Triple], in_: Iterable[Triple]) -> None:
    for triple in out:
        graph.remove(triple)
    for triple in in_:
        graph.add(triple)


def _finding(identifier: Node, triples: Iterable[Triple]) -> Finding:
    """A result as pySHACL gives it: the triples of one sh:ValidationResult, a term of the data with its graph."""
    own = [(predicate, value) for subject, predicate, value in triples if subject == identifier]
    said = {predicate: value[1] if isinstance(value, tuple) else value for predicate, value in own}
    shape = str(said[SH.sourceShape])
    return Finding(
        rule_of(shape),
        Severity(str(said[SH.resultSeverity]).removeprefix(str(SH))),
        shape,
        *(str(said.get(part, "")) for part in (SH.focusNode, SH.resultPath, SH.value)),
    )


# From authored quads to what the gate sees ----------------------------------------------------------------------

Change = tuple[frozenset[ox.Triple], frozenset[ox.Triple]]
"""The triples that go, and those that come."""

DERIVATION_READS = frozenset(
    ox.NamedNode(str(term))
    for term in (
        *(RDF.type, RDF.subject, RDF.predicate, RDF.object),
        *(DIP.proposition, DIP.negated, DIP.modality, DIP.assertedIn, DIP.reportingStance),
    )
)
"""The predicates that decide what is derived; a test holds `derive` to them."""


class IncrementalAssembly:
    """The facts of one folder as the gate sees them, and what a change of the authored quads changes there.

    Only what can differ is made anew: the names of blank nodes, where the change touches one, for the thing that they
    belong to; the direct layer, where the change touches what it is derived from.
    """

    def __init__(self, quads: Iterable[ox.Quad], subclasses: Iterable[ox.Quad], base: Base) -> None:
        self._base, self._subclasses = base, tuple(subclasses)
        self._catalogue = ox.NamedNode(base.graph(CATALOGUE))
        quads = tuple(quads)
        self._clusters = _clusters(quads)
        named = name_nodes(quads, base)
        self._derivation = Counter(quad for quad in named if quad.predicate in DERIVATION_READS)
        self._derived = self._derive(self._derivation)
        self._count = Counter(self._checked(named))
        self._count.update(self._derived)

    @property
    def triples(self) -> Iterable[ox.Triple]:
        """The facts as the gate sees them: nodes named, the direct layer derived, without the catalogue."""
        return self._count.keys()

    def change(self, removed: Iterable[ox.Quad], added: Iterable[ox.Quad]) -> Change:
        """The triples that go and that come when authored quads are removed and added.

        Raises FactsError as a whole assembly would: a blank node that has no name, a literal the store would rewrite.
        """
        removed, added = frozenset(removed), tuple(added)
        for quad, kept in rewritten_literals(added):
            raise LiteralRewritten(str(quad.subject), str(quad.object), str(kept))
        before, after = self._renamed(removed, added)
        gone, new = Counter(self._checked(before)), Counter(self._checked(after))
        if any(quad.predicate in DERIVATION_READS for quad in (*before, *after)):
            derivation = self._derivation.copy()
            derivation.subtract(before)
            derivation.update(after)
            gone.update(self._derived)
            new.update(self._derive(+derivation))
        return self._settled(gone, new)

    def _renamed(self, removed: frozenset[ox.Quad], added: tuple[ox.Quad, ...]) -> tuple[list[ox.Quad], list[ox.Quad]]:
        """Named, before and after: the change, and everything whose blank nodes it touches."""
        nodes = {node for quad in (*removed, *added) for node in _blank(quad)}
        touched = {quad for node in nodes for quad in self._clusters.get(node, ())}
        before = [*touched, *(quad for quad in removed if not _blank(quad))]
        after = [*(quad for quad in touched if quad not in removed), *added]
        return name_nodes(before, self._base), name_nodes(after, self._base)

    def _settled(self, gone: Counter[ox.Triple], new: Counter[ox.Triple]) -> Change:
        """Two files, or two propositions of one content, may say the same triple: it goes with the last of them."""
        left = {triple: self._count[triple] - gone[triple] + new[triple] for triple in (*gone, *new)}
        return (
            frozenset(triple for triple, count in left.items() if not count and self._count[triple]),
            frozenset(triple for triple, count in left.items() if count and not self._count[triple]),
        )

    def _checked(self, quads: Iterable[ox.Quad]) -> Iterator[ox.Triple]:
        return (quad.triple for quad in quads if quad.graph_name != self._catalogue)

    def _derive(self, quads: Iterable[ox.Quad]) -> list[ox.Triple]:
        return derive(quads, self._subclasses)


def _clusters(quads: Iterable[ox.Quad]) -> dict[ox.BlankNode, list[ox.Quad]]:
    """For each blank node the quads that its name can depend on: those of whatever owns it, and of all it owns."""
    clusters: dict[Any, list[ox.Quad]] = {}
    for quad in quads:
        if _blank(quad):
            members = {quad.subject, *_blank(quad)}
            together = {id(found): found for member in members if (found := clusters.get(member)) is not None}
            merged = [known for found in together.values() for known in found] + [quad]
            for node in (*members, *(node for known in merged for node in (known.subject, *_blank(known)))):
                clusters[node] = merged
    return {node: found for node, found in clusters.items() if isinstance(node, ox.BlankNode)}


def _blank(quad: ox.Quad) -> list[ox.BlankNode]:
    return [term for term in (quad.subject, quad.object) if isinstance(term, ox.BlankNode)]
