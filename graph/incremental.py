"""Judges a small change of the facts in milliseconds, with the answer that the whole gate would give.

What one shape finds at one node is decided by the answers that the graph gives it while it looks. So every look notes
which triple patterns it asked for. A change that alters the answer to none of them cannot alter what was found; only
looks that asked for a changed triple are taken again. Which nodes a shape looks at is a look of the same kind.

Mutation testing needs this: thousands of changes, each judged as if the facts had been checked anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import rdflib
from pyshacl import ShapesGraph
from pyshacl.pytypes import SHACLExecutor
from rdflib import RDF, SH, Graph, URIRef
from rdflib.paths import Path as PropertyPath

from .validation import _RULE, Severity, _filled, _Prepared, data_problems, validate

if TYPE_CHECKING:
    import pyoxigraph as ox
    from rdflib.term import Node

    from .assembly import Assembly

Triple = tuple[Any, Any, Any]
UNCHECKED_GRAPHS = frozenset({"catalogue", "ontology", "shapes"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of a shape, in a form that can be compared: `severity` is the SHACL name, the terms are IRIs or text."""

    rule: str
    severity: Severity
    shape: str
    focus: str
    path: str
    value: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the gate says of a change: why it would not check at all, and what it finds that it did not find before."""

    problems: tuple[str, ...]
    findings: frozenset[Finding]

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
        self._data = _filled(Graph(bind_namespaces="none"), data)
        self._words = _words(data)
        self._graph = _Listening()
        _filled(self._graph, data, vocabulary)
        self._executor = SHACLExecutor()
        self._found: dict[_Look, frozenset[Finding]] = {}
        self._nodes: dict[Any, frozenset[Node]] = {}
        self._asked: dict[Triple, set[_Look]] = defaultdict(set)
        for shape in ShapesGraph(_filled(Graph(bind_namespaces="none"), shapes)).shapes:
            self._look_everywhere(shape)

    def judge(self, removed: Iterable[Triple], added: Iterable[Triple]) -> Judgement:
        """What the gate would say of the facts without `removed` and with `added`; the facts stay as they are."""
        removed, added = tuple(removed), tuple(added)
        with self._changed(removed, added):
            problems = tuple(self._problems(removed, added))
            findings = frozenset(self._new_findings((*removed, *added)))
        return Judgement(problems, findings)

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

    def _problems(self, removed: tuple[Triple, ...], added: tuple[Triple, ...]) -> Iterator[str]:
        """Those of the gate's own problems that can be new: they concern types and words, and nothing else."""
        typed = any(predicate == RDF.type for _, predicate, _ in (*removed, *added))
        if typed or any(predicate not in self._words for _, predicate, _ in added):
            yield from sorted(data_problems(self._data, self._shapes, self._vocabulary))

    def _new_findings(self, changed: tuple[Triple, ...]) -> Iterator[Finding]:
        affected = {look for triple in changed for pattern in _patterns(triple) for look in self._asked.get(pattern, ())}
        looks = {look for look in affected if look.node is not None}
        for shape in (look.shape for look in affected if look.node is None):
            nodes = frozenset(shape.focus_nodes(self._graph))
            looks -= {_Look(shape, node) for node in self._nodes[shape] - nodes}
            looks |= {_Look(shape, node) for node in nodes - self._nodes[shape]}
        for look in looks:
            assert look.node is not None
            yield from self._evaluated(look.shape, look.node) - self._found.get(look, frozenset())


class _Listening(_Prepared):
    """A graph that notes every pattern it is asked for, while `heard` is a set."""

    def __init__(self) -> None:
        super().__init__(bind_namespaces="none")
        self.heard: set[Triple] | None = None

    def triples(self, triple: Any) -> Any:
        """As rdflib's."""
        if self.heard is not None:
            self.heard.add(triple)
        return super().triples(triple)


def _patterns(triple: Triple) -> Iterator[Triple]:
    """The eight patterns that a triple answers."""
    return product(*((term, None) for term in triple))  # type: ignore[return-value]


def _exchange(graph: Graph, out: Iterable[Triple], in_: Iterable[Triple]) -> None:
    for triple in out:
        graph.remove(triple)
    for triple in in_:
        graph.add(triple)


def _words(data: Graph) -> frozenset[Node]:
    return frozenset(data.predicates(unique=True))


def _finding(identifier: Node, triples: Iterable[Triple]) -> Finding:
    """A result as pySHACL gives it: the triples of one sh:ValidationResult, a term of the data with its graph."""
    said = {predicate: value[1] if isinstance(value, tuple) else value for s, predicate, value in triples if s == identifier}
    shape = str(said[SH.sourceShape])
    rule = _RULE.search(shape)
    return Finding(
        rule.group(1) if rule else "",
        Severity(str(said[SH.resultSeverity]).removeprefix(str(SH))),
        shape,
        *(str(said.get(part, "")) for part in (SH.focusNode, SH.resultPath, SH.value)),
    )


# The facts as the gate sees them --------------------------------------------------------------------------------


def facts_graph(assembly: Assembly) -> Graph:
    """What of an assembly is checked, for rdflib: everything but the catalogue, the ontology and the shapes."""
    graph = Graph(bind_namespaces="none")
    for quad in assembly.quads:
        if assembly.graph_name(quad) not in UNCHECKED_GRAPHS:
            graph.add(rdflib_triple(quad.triple))
    return graph


def rdflib_triple(triple: ox.Triple) -> Triple:
    """The same triple in rdflib's terms, its literals to the letter."""
    return rdflib_term(triple.subject), rdflib_term(triple.predicate), rdflib_term(triple.object)


def rdflib_term(term: Any) -> Node:
    """An IRI or a literal of Oxigraph as rdflib's: nothing is normalised. Facts hold no blank node once they are named."""
    if not hasattr(term, "datatype"):
        return URIRef(term.value)
    datatype = None if term.language else URIRef(term.datatype.value)
    plain = datatype == rdflib.XSD.string
    return rdflib.Literal(term.value, lang=term.language, datatype=None if plain else datatype, normalize=False)
