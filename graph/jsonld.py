"""JSON-LD 1.1 as a web developer would write it: a tree that begins with the topic, in short keys.

The tree is the same in the expanded and the compacted form (JSON-LD 1.1, section 5): the topic is the root, what
belongs to a node stands inside it wherever it is mentioned, every other mention is an object with the IRI and the
names, and what is told beside the topic follows under `@included`: first its document, then other things, last the
words used. What points at the topic is under `@reverse`. Repeating a triple changes nothing: a graph has each once.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import pyoxigraph as ox
from rdflib import RDF, RDFS, XSD
from rdflib.namespace import DCTERMS, FOAF, SKOS, TIME, VOID

from legation.ontology.terms import DIP, HYDRA, OA, SCHEMA, W3ID

from .errors import NotExpressible
from .jsonld_compaction import Context

PROFILES = "http://www.w3.org/ns/json-ld#"
"""The namespace of the profiles of the media type (JSON-LD 1.1, IANA considerations)."""
EXPANDED, COMPACTED, FLATTENED = (PROFILES + name for name in ("expanded", "compacted", "flattened"))

Node = dict[str, Any]
_EXACT = re.compile(r"0|-?[1-9][0-9]{0,14}")
"""Integers that a JSON number, read as a double, keeps exactly."""
_TYPE, _FIRST, _REST, _NIL = (str(RDF[name]) for name in ("type", "first", "rest", "nil"))
_NAMES = frozenset(map(str, (RDFS.label, SKOS.prefLabel, SCHEMA.text, SCHEMA.name)))
_NESTED = frozenset(
    map(
        str,
        (
            DIP.proposition, DIP.evidence, OA.hasSelector, TIME.hasTime, DIP.deadline, DCTERMS.temporal,
            DCTERMS.hasPart, VOID.propertyPartition, HYDRA.view, SCHEMA.subjectOf, SCHEMA.mainEntityOfPage,
        ),
    )
)  # fmt: skip
"""Properties whose values are read inside what they belong to."""
_MENTIONED_WITH = {str(DIP.Statement): str(DIP.speaker)}
"""What the mention of a thing of some class says beside its names: who makes a statement."""
_DEPTH_MAX = 40
"""How deep nodes stand inside one another; what is deeper is mentioned there, and told at the top."""


def written(
    triples: Iterable[ox.Triple],
    topic: str,
    context: Context,
    profile: str | None = None,
    incoming: Collection[ox.Triple] = (),
) -> bytes:
    """The triples as one document in the form that a profile names, compacted where it names none.

    `incoming` is what of the triples points at the topic, for it to stand there. Raises NotExpressible for what JSON-LD
    1.1 has no way to write.
    """
    nodes = _nodes(triples)
    if profile == FLATTENED:
        return _json([_flat(nodes, iri) for iri in sorted(nodes)])
    roots = _Tree(nodes, topic, incoming).roots()
    return _json(roots if profile == EXPANDED else context.compacted(roots))


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"


# Nodes ----------------------------------------------------------------------------------------------------------


def _nodes(triples: Iterable[ox.Triple]) -> dict[str, dict[str, list[Any]]]:
    """The objects by subject and predicate, in an order that does not depend on that of the triples."""
    found: dict[str, dict[str, list[Any]]] = {}
    for triple in sorted(set(triples), key=_order):
        found.setdefault(_id(triple.subject), {}).setdefault(triple.predicate.value, []).append(triple.object)
    return found


def _order(triple: ox.Triple) -> tuple[str, str, str, str]:
    language = triple.object.language if isinstance(triple.object, ox.Literal) else None
    return str(triple.subject), triple.predicate.value, language or "", str(triple.object)


def _id(term: object) -> str:
    if isinstance(term, ox.NamedNode):
        return term.value
    if isinstance(term, ox.BlankNode):
        return str(term)
    raise NotExpressible("JSON-LD cannot carry a triple as a value; ask for Turtle or N-Triples")


def _flat(nodes: Mapping[str, Mapping[str, Sequence[object]]], iri: str) -> Node:
    """One node object whose values are plain references (JSON-LD 1.1, section 5.4)."""
    node: Node = {"@id": iri}
    for predicate, objects in nodes[iri].items():
        types, others = _types_of(predicate, objects)
        if types:
            node["@type"] = types
        if others:
            node[predicate] = [_literal(o) if isinstance(o, ox.Literal) else {"@id": _id(o)} for o in others]
    return node


def _types_of(predicate: str, objects: Sequence[object]) -> tuple[list[str], Sequence[object]]:
    """The objects that go into `@type`, and those that do not."""
    if predicate != _TYPE:
        return [], objects
    named = [o for o in objects if isinstance(o, ox.NamedNode | ox.BlankNode)]
    return [_id(o) for o in named], [o for o in objects if o not in named]


def _literal(literal: ox.Literal) -> Node:
    """A value object; counts and truth values as JSON has them, where nothing is lost (JSON-LD API, section 8.4.2)."""
    text, kind = literal.value, literal.datatype.value
    if literal.direction is not None:
        raise NotExpressible("JSON-LD loses the base direction of a text; ask for Turtle or N-Triples")
    if literal.language:
        return {"@value": text, "@language": literal.language}
    if kind == str(XSD.integer) and _EXACT.fullmatch(text):
        return {"@value": int(text)}
    if kind == str(XSD.boolean) and text in {"true", "false"}:
        return {"@value": text == "true"}
    return {"@value": text} if kind == str(XSD.string) else {"@value": text, "@type": kind}


# The tree -------------------------------------------------------------------------------------------------------


class _Tree:
    """Puts nodes inside one another; `_told` holds those that have been written in full."""

    def __init__(
        self, nodes: Mapping[str, Mapping[str, Sequence[Any]]], topic: str, incoming: Collection[ox.Triple]
    ) -> None:
        self._nodes = nodes
        self._topic = topic
        self._incoming = incoming
        self._told: set[str] = set()
        self._words = _words(nodes) - {topic}
        links = {(_id(triple.subject), triple.predicate.value) for triple in incoming}
        self._thin = {iri for iri in nodes if all((iri, p) in links or p in _NAMES for p in nodes[iri])} - {topic}
        objects = [(iri, p, o) for iri in nodes for p, values in nodes[iri].items() for o in values]
        self._inside = {_id(o) for iri, p, o in objects if self._is_inside(iri, p, o)}
        self._mentions = Counter(str(o) for _, _, o in objects if isinstance(o, ox.BlankNode))

    def roots(self) -> list[Node]:
        """The topic with everything else inside it; where nothing is told of the topic, one node beside the other."""
        if self._topic not in self._nodes:
            return self._others()
        root = self._full(self._topic, ())
        reverse: dict[str, list[Node]] = {}
        for triple in self._incoming:
            reverse.setdefault(triple.predicate.value, []).append(self._mention(_id(triple.subject)))
        others = self._others()
        return [root | ({"@reverse": reverse} if reverse else {}) | ({"@included": others} if others else {})]

    def _others(self) -> list[Node]:
        """What has not been told yet: documents, things, what no owner has told, mere names, and words."""
        order = sorted(self._nodes, key=self._place)
        return [self._full(iri, ()) for iri in order if iri not in self._told and iri != self._topic]

    def _place(self, iri: str) -> tuple[int, str]:
        if str(FOAF.primaryTopic) in self._nodes[iri]:
            return 0, iri
        if iri.startswith("_:") and iri in self._inside:
            return 5, iri  # told with its owner, if that is a word even; before it, a list would be told twice
        later = (iri in self._words, iri in self._thin, iri in self._inside)
        return 4 - later.index(True) if True in later else 1, iri

    def _is_inside(self, iri: str, predicate: str, term: object) -> bool:
        """Whether an object is written inside its subject: a blank node, a part, or what some properties point at."""
        if isinstance(term, ox.BlankNode):
            return str(term) in self._nodes
        if not isinstance(term, ox.NamedNode) or term.value not in self._nodes or term.value == self._topic:
            return False
        return predicate in _NESTED or term.value.startswith((f"{iri}/", f"{iri}#"))

    def _full(self, iri: str, above: tuple[str, ...]) -> Node:
        """A node with all its properties; a blank one that is mentioned once needs no label."""
        self._told.add(iri)
        node: Node = {} if self._mentions[iri] == 1 and above else {"@id": iri}
        for predicate, objects in self._nodes[iri].items():
            types, others = _types_of(predicate, objects)
            if types:
                node["@type"] = types
            if others:
                node[predicate] = [self._value(iri, predicate, term, (*above, iri)) for term in others]
        return node

    def _value(self, iri: str, predicate: str, term: Any, above: tuple[str, ...]) -> Node:
        if isinstance(term, ox.Literal):
            return _literal(term)
        found = _id(term)
        if self._is_inside(iri, predicate, term) and found not in above and len(above) < _DEPTH_MAX:
            return self._list(found, above) or self._full(found, above)
        return {"@list": []} if found == _NIL else self._mention(found)

    def _list(self, iri: str, above: tuple[str, ...]) -> Node | None:
        """The list that begins with a cell (RDF Schema, section 5.2), None where a cell is no plain one."""
        items: dict[str, object] = {}
        while iri != _NIL:
            cell = self._nodes.get(iri, {})
            is_plain = cell.keys() == {_FIRST, _REST} and len(cell[_FIRST]) == len(cell[_REST]) == 1
            if not is_plain or self._mentions[iri] != 1 or iri in items:
                return None
            items[iri] = cell[_FIRST][0]
            iri = _id(cell[_REST][0]) if not isinstance(cell[_REST][0], ox.Literal) else ""
        self._told.update(items)
        return {"@list": [self._value(cell, _FIRST, item, (*above, cell)) for cell, item in items.items()]}

    def _mention(self, iri: str) -> Node:
        """A node by its IRI and its names; a word by its IRI alone."""
        if iri in self._words or iri not in self._nodes:
            return {"@id": iri}
        if iri in self._thin:
            self._told.add(iri)
        properties = self._nodes[iri]
        types = {_id(o) for o in properties.get(_TYPE, ()) if not isinstance(o, ox.Literal)}
        shown = [p for p in properties if p in _NAMES]
        shown += [p for kind, p in _MENTIONED_WITH.items() if kind in types and p in properties]
        return {"@id": iri} | {p: [self._named(o) for o in properties[p]] for p in shown}

    def _named(self, term: object) -> Node:
        """A name, or a node that is named with another."""
        if isinstance(term, ox.Literal):
            return _literal(term)
        iri = _id(term)
        properties = self._nodes.get(iri, {})
        names = {p: [o for o in properties[p] if isinstance(o, ox.Literal)] for p in properties if p in _NAMES}
        return {"@id": iri} | {p: [_literal(o) for o in texts] for p, texts in names.items() if texts}


def _words(nodes: Mapping[str, Mapping[str, Sequence[Any]]]) -> set[str]:
    """The nodes that are terms: of our vocabularies, or used as a property or a class."""
    used = {predicate for properties in nodes.values() for predicate in properties}
    for properties in nodes.values():
        for predicate in (_TYPE, str(RDF.predicate)):
            used.update(o.value for o in properties.get(predicate, ()) if isinstance(o, ox.NamedNode))
    return {iri for iri in nodes if iri in used or iri.startswith(str(W3ID))}
