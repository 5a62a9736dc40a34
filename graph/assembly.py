"""Assembles what a release will hold: reads the facts, names every node, derives the direct layer, adds the rules.

`assemble_facts` is for our own facts, `assemble_data` for anybody's RDF; both give one `Assembly` to publish.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path

import pyoxigraph as ox

from legation.ontology import ontology_files
from legation.shapes import shapes_files

from .canonical import canonical_quads
from .competency import competency_graph
from .derivation import derive
from .errors import LiteralRewritten, NameRefused
from .fact_files import read_data, read_facts, read_unmet
from .identifiers import Base
from .literals import rewritten_literals
from .naming import name_nodes
from .summary import summarise

CATALOGUE, DERIVED, ONTOLOGY, SHAPES = "catalogue", "derived", "ontology", "shapes"
_THING = re.compile(r"id/[a-z][a-z-]*(?:/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)+")
_PROPOSITION = ox.NamedNode("https://w3id.org/legation/ns#proposition")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node is authored: a fact file and, where known, the line from 1."""

    file: str
    line: int | None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Assembly:
    """The whole content of a release to be: canonical quads in order, and where each fact was read."""

    base: Base
    quads: tuple[ox.Quad, ...]
    sources: tuple[str, ...]
    lines: Mapping[str, Place] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    unmet: Mapping[str, str] = field(default_factory=dict)
    """The rules that the facts are meant to leave without a node, each with the reason."""

    def graph_name(self, quad: ox.Quad) -> str:
        """The quad's graph, relative to the base; empty for the default graph."""
        if isinstance(quad.graph_name, ox.DefaultGraph):
            return ""
        return quad.graph_name.value.removeprefix(self.base.graph(""))

    def place_of(self, iri: str) -> Place | None:
        """Where a node stands in the fact files: its own line, or that of the node it is a part of."""
        while iri not in self.lines:
            owner = self.owners.get(iri) or re.sub(r"/[^/]*\Z", "", iri)
            if owner == iri or not self.base.holds(owner):
                return None
            iri = owner
        return self.lines[iri]


def assemble_facts(folder: Path, base: Base) -> Assembly:
    """Our own facts from `folder`, with the ontology, the shapes and the direct layer as graphs of their own.

    Raises FactsError and its kinds: syntax, a blank node without a name, a literal the store would rewrite.
    """
    files = read_facts(folder, base)
    facts = name_nodes((quad for file in files for quad in file.quads), base)
    ontology = _graph(ontology_files(), base, ONTOLOGY)
    derived = [ox.Quad(t.subject, t.predicate, t.object, _name(base, DERIVED)) for t in derive(facts, ontology)]
    rules = _graph(shapes_files(), base, SHAPES)
    content = [*facts, *derived, *ontology, *rules, *competency_graph(base)]
    content += [ox.Quad(*triple, _name(base, CATALOGUE)) for triple in summarise(content, base)]
    assembly = Assembly(
        base,
        tuple(canonical_quads(content)),
        tuple(file.name for file in files),
        {iri: Place(file.name, line) for file in reversed(files) for iri, line in file.lines.items()},
        {q.object.value: q.subject.value for q in facts if q.predicate == _PROPOSITION},  # type: ignore[union-attr]
        read_unmet(folder),
    )
    _refuse_names(facts, assembly)
    _refuse_rewritten(facts, assembly)
    return assembly


def assemble_data(paths: Iterable[Path], base: Base) -> Assembly:
    """Anybody's RDF as it stands: nothing named, derived, added or checked."""
    files = tuple(read_data(paths, base))
    quads = canonical_quads(quad for file in files for quad in file.quads)
    return Assembly(base, tuple(quads), tuple(file.name for file in files))


def _name(base: Base, graph: str) -> ox.NamedNode:
    return ox.NamedNode(base.graph(graph))


def _graph(files: Iterable[Traversable], base: Base, name: str) -> list[ox.Quad]:
    graph = _name(base, name)
    return [
        ox.Quad(quad.subject, quad.predicate, quad.object, graph)
        for file in files
        for quad in ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE)
    ]


def _refuse_names(facts: Iterable[ox.Quad], assembly: Assembly) -> None:
    """Subjects under the base are things: their IRIs follow the model's section 3, so that each can be dereferenced."""
    for quad in facts:
        iri = str(getattr(quad.subject, "value", ""))
        relative = assembly.base.relative(iri)
        if relative != iri and not _THING.fullmatch(relative):
            raise NameRefused(
                f"{assembly.place_of(iri) or 'the facts'}: <{relative}> cannot be published; an entity is named "
                "<id/type/name>, in lower-case ASCII letters, digits, hyphens, dots and slashes"
            )


def _refuse_rewritten(facts: list[ox.Quad], assembly: Assembly) -> None:
    for quad, kept in rewritten_literals(facts):
        subject = str(getattr(quad.subject, "value", quad.subject))
        place = assembly.place_of(subject) or "the facts"
        raise LiteralRewritten(f"{place}: {quad.predicate} of <{subject}>", str(quad.object), str(kept))
