"""The project's words, indexed for their reference pages: what the ontology, the schemes and the shapes say of each
term, where each is used, and the files that show its use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
from rdflib import OWL, RDF, SH
from rdflib.namespace import SKOS

from legation.ontology import ontology_files
from legation.ontology.terms import SHAPES, VOCAB, W3ID
from legation.shapes import shapes_files

from .view_models import key_of

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_PREFIX = re.compile(r"^@prefix\s+([\w-]*):\s*<([^>]*)>\s*\.[ \t]*\n?", re.MULTILINE)
_NAME = re.compile(r"(?<![\w:.#-])([A-Za-z][\w-]*):([A-Za-z_][\w-]*)")
_IRI = re.compile(r"<([^<>\s]+)>")
_HEADER = re.compile(r"^# (rule|expect): (.*)\n", re.MULTILINE)
"""What a case says first: its rule, and what the rule reports."""
_THROUGH_SCHEME = re.compile(r"([\w-]+:[\w-]+)/skos:inScheme\s+<([^>]+)>")
_RULE = re.compile(re.escape(str(SHAPES)) + r"[A-Z](\d+)-")
_INSIDE = tuple(map(str, (SH["and"], SH["or"], SH.node, SH.property, SH.qualifiedValueShape, RDF.first, RDF.rest)))
"""What leads from a shape to the parts that its values, or the node itself, have to keep."""
TARGETS = tuple(map(str, (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)))
PROPERTY_KINDS = tuple(map(str, (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, RDF.Property)))
_SAID = tuple(map(str, (RDF.subject, RDF.predicate, RDF.object)))
_NO_BASE = "https://example.org/"
"""What a relative IRI of an example is taken below: the host that RFC 2606 keeps for examples."""


@dataclass(frozen=True, slots=True)
class Index:
    """Triples by subject and by object, in the order of the files; the file that each subject stands in; the namespaces
    by prefix, and the prefixes by namespace.
    """

    forward: Mapping[str, Sequence[ox.Triple]]
    backward: Mapping[str, Sequence[ox.Triple]]
    files: Mapping[str, str]
    prefixes: Mapping[str, str]
    namespaces: Mapping[str, str]

    def objects(self, node: str, *predicates: str) -> list[str]:
        """What `node` (an IRI, or a blank node's label) points at by any of these properties, each once."""
        return _distinct(key_of(t.object) for t in self.forward.get(node, ()) if t.predicate.value in predicates)

    def subjects(self, node: str, *predicates: str) -> list[str]:
        """What points at `node` by any of these properties, each once."""
        return _distinct(key_of(t.subject) for t in self.backward.get(node, ()) if t.predicate.value in predicates)

    def of_kind(self, kinds: Iterable[str], namespace: str) -> list[str]:
        """The terms of a namespace that are of one of these kinds, in the order of the files."""
        wanted = frozenset(kinds)
        mine = (iri for iri in self.forward if iri.startswith(namespace))
        return [iri for iri in mine if wanted.intersection(self.objects(iri, str(RDF.type)))]

    def literals(self, node: str, predicate: str) -> list[str]:
        """The texts of one property, whatever their language."""
        return [
            t.object.value
            for t in self.forward.get(node, ())
            if t.predicate.value == predicate and isinstance(t.object, ox.Literal)
        ]

    def expanded(self, prefix: str, local: str) -> str | None:
        """The IRI of a prefixed name; None for a prefix that no file declares."""
        space = self.prefixes.get(prefix)
        return space + local if space is not None else None

    def prefixed(self, iri: str) -> str:
        """The IRI with the prefix of its namespace, which ends at the last # or /; without one the IRI itself."""
        end = max(iri.rfind("#"), iri.rfind("/")) + 1
        prefix = self.namespaces.get(iri[:end])
        return f"{prefix}:{iri[end:]}" if prefix and iri[end:] else iri


@dataclass(frozen=True, slots=True)
class Source:
    """A Turtle file that shows something: its name, the lines that declare its prefixes, and the rest.

    `expected` is what a case says that its rule reports: a node, `nothing`, or, for an example, no word at all.
    """

    name: str
    prefixes: str
    body: str
    expected: str = ""

    @property
    def stem(self) -> str:
        """The name without its ending."""
        return self.name.removesuffix(".ttl")


@cache
def index() -> Index:
    """The index of the installed ontology, schemes and shapes; it knows the prefixes of the examples too."""
    turtle = (*ontology_files(), *shapes_files())
    texts = [(file.name.removesuffix(".ttl"), file.read_text("utf-8")) for file in turtle]
    return indexed(texts, "\n".join(source.prefixes for source in examples()))


def indexed(texts: Sequence[tuple[str, str]], declarations: str = "") -> Index:
    """The index of named Turtle texts, whose prefixes and further `declarations` of some are known to all."""
    forward: dict[str, list[ox.Triple]] = {}
    backward: dict[str, list[ox.Triple]] = {}
    places: dict[str, str] = {}
    prefixes = dict(_PREFIX.findall("\n".join([declarations, *(text for _, text in texts)])))
    for name, text in texts:
        for triple in _triples(text):
            places.setdefault(key_of(triple.subject), name)
            forward.setdefault(key_of(triple.subject), []).append(triple)
            backward.setdefault(key_of(triple.object), []).append(triple)
    return Index(forward, backward, places, prefixes, {space: prefix for prefix, space in prefixes.items()})


def _triples(text: str) -> Iterator[ox.Triple]:
    return (quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=_NO_BASE))


def _distinct(found: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(found))


# Rules ----------------------------------------------------------------------------------------------------------


def rule_number(iri: str) -> int | None:
    """The number of a rule; None for a shape that is only a part of rules or gathers them."""
    found = _RULE.match(iri)
    return int(found[1]) if found else None


@cache
def rules() -> tuple[str, ...]:
    """The rules in the order of their numbers."""
    found = {iri: number for iri in index().forward if (number := rule_number(iri)) is not None}
    return tuple(sorted(found, key=lambda iri: found[iri]))


def targets(rule: str) -> list[tuple[str, str]]:
    """How a rule finds what it looks at: its targets and those of the shapes that gather it, as (property, term)."""
    shapes = [rule, *index().subjects(rule, str(SH.property))]
    return [(by, term) for by in TARGETS for term in _distinct(t for s in shapes for t in index().objects(s, by))]


@cache
def rules_applying() -> Mapping[str, tuple[str, ...]]:
    """The rules by the class, or the property, that they find their nodes with."""
    return _inverted((rule, {term for _, term in targets(rule)}) for rule in rules())


@cache
def rules_mentioning() -> Mapping[str, tuple[str, ...]]:
    """The rules by every term that they, their parts or their queries name."""
    return _inverted((rule, mentioned(rule) | {term for _, term in targets(rule)}) for rule in rules())


def _inverted(pairs: Iterable[tuple[str, set[str]]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for rule, terms in pairs:
        for term in terms:
            found.setdefault(term, []).append(rule)
    return {term: tuple(them) for term, them in found.items()}


def mentioned(shape: str) -> set[str]:
    """The terms that a shape, its parts and its queries name, shapes and the words of SHACL left out."""
    inside, here = _reached(shape), index()
    objects = {
        key_of(t.object) for node in inside for t in here.forward.get(node, ()) if isinstance(t.object, ox.NamedNode)
    }
    queries = " ".join(text for node in inside for text in here.literals(node, str(SH.select)))
    named = {here.expanded(*name) for name in _NAME.findall(queries)} | set(_IRI.findall(queries))
    found = {iri for iri in objects | named if iri}
    return {iri for iri in found if not iri.startswith((str(SHAPES), str(SH), str(RDF.nil), str(W3ID) + "shapes"))}


def _reached(shape: str, predicates: Sequence[str] = ()) -> list[str]:
    """The shape and its parts, parts of parts included; only by these properties where some are given."""
    found, waiting = {shape: None}, [shape]
    while waiting:
        for triple in index().forward.get(waiting.pop(), ()):
            key = key_of(triple.object)
            is_part = isinstance(triple.object, ox.BlankNode) or key.startswith(str(SHAPES))
            if is_part and key not in found and (not predicates or triple.predicate.value in predicates):
                found[key] = None
                waiting.append(key)
    return list(found)


# Schemes --------------------------------------------------------------------------------------------------------


@cache
def scheme_uses() -> Mapping[str, tuple[str, ...]]:
    """The properties whose values a concept scheme lists, by the scheme: as the rules and the examples have it."""
    pairs = {*_schemes_in_rules(), *_schemes_in_examples()}
    found: dict[str, list[str]] = {}
    for property_, scheme in sorted(pairs):
        found.setdefault(scheme, []).append(property_)
    return {scheme: tuple(them) for scheme, them in found.items()}


def schemes_of(property_: str) -> list[str]:
    """The concept schemes that list the values of a property."""
    return [scheme for scheme, users in scheme_uses().items() if property_ in users]


def _schemes_in_rules() -> Iterator[tuple[str, str]]:
    here = index()
    for shape in here.forward:
        for path in here.objects(shape, str(SH.path)):
            for part in _reached(shape, _INSIDE):
                if part != shape and str(SKOS.inScheme) in here.objects(part, str(SH.path)):
                    yield from ((path, scheme) for scheme in here.objects(part, str(SH.hasValue)))
        for query in here.literals(shape, str(SH.select)):
            for name, scheme in _THROUGH_SCHEME.findall(query):
                property_ = here.expanded(*name.split(":"))
                if property_:
                    yield property_, scheme


def _schemes_in_examples() -> Iterator[tuple[str, str]]:
    for use in example_uses():
        scheme, property_ = key_of(use.triple.object).rpartition("#")[0], use.triple.predicate.value
        if scheme.startswith(str(VOCAB)) and scheme in index().forward and property_ not in _SAID:
            yield property_, scheme


# Files that show ------------------------------------------------------------------------------------------------


@cache
def examples() -> tuple[Source, ...]:
    """The examples of the ontology, by name."""
    return _sources(files("legation.ontology") / "examples")


@cache
def cases(number: int) -> tuple[Source, ...]:
    """The cases of a rule, by name: what passes and what fails; none where the installation came without them."""
    return _sources(files("legation.shapes") / "cases" / f"K{number:02}")


def _sources(folder: Traversable) -> tuple[Source, ...]:
    return tuple(map(_source, sorted(_turtle_files(folder), key=lambda file: file.name)))


def _turtle_files(folder: Traversable) -> Iterator[Traversable]:
    if folder.is_dir():
        for entry in folder.iterdir():
            if entry.is_dir():
                yield from _turtle_files(entry)
            elif entry.name.endswith(".ttl"):
                yield entry


def _source(file: Traversable) -> Source:
    text = file.read_text("utf-8")
    declared = "".join(found[0] for found in _PREFIX.finditer(text))
    header = dict(_HEADER.findall(text))
    body = _HEADER.sub("", _PREFIX.sub("", text)) if header else _PREFIX.sub("", text)
    return Source(file.name, declared.strip(), body.strip(), header.get("expect", ""))


@dataclass(frozen=True, slots=True)
class Use:
    """A triple of an example, and the example's name; `is_said` where only a proposition holds the triple."""

    triple: ox.Triple
    example: str
    is_said: bool = False


@cache
def example_uses() -> tuple[Use, ...]:
    """Every triple of the examples, in their order; after an example's own triples those of its propositions."""
    found: list[Use] = []
    for source in examples():
        triples = list(_triples(f"{source.prefixes}\n{source.body}"))
        found += [Use(triple, source.name) for triple in triples]
        found += [Use(triple, source.name, is_said=True) for triple in _propositions(triples)]
    return tuple(found)


def _propositions(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    parts: dict[str, dict[str, Any]] = {}
    for triple in triples:
        parts.setdefault(key_of(triple.subject), {})[triple.predicate.value] = triple.object
    for said in parts.values():
        if said.keys() >= set(_SAID):
            yield ox.Triple(*(said[part] for part in _SAID))
