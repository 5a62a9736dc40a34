"""Makes mutants of the facts: copies that differ by one small mistake, as a hurried hand would make it.

A mistake is named by its `Kind`. Every authored triple that the gate looks at is deleted, misspelt and corrupted in
each way that its form allows; and what the model forbids is put in. The order is that of the files: two runs agree.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Any

import pyoxigraph as ox
from rdflib import RDF, SKOS, XSD
from rdflib.namespace import DCTERMS, FOAF, ORG, OWL, TIME

from legation.ontology.terms import DIP, LOC, OA, SCHEMA, SEM

from .assembly import CATALOGUE
from .identifiers import Base
from .prefixes import PREFIXES


class Kind(Enum):
    """A way to go wrong; the value says it in a few words."""

    DELETED = "deleted"
    MISSPELT = "property or class misspelt"
    DANGLING = "points at nothing that is described"
    TEXT_FOR_LINK = "text in place of a link"
    LINK_FOR_VALUE = "a link in place of a value"
    WRONG_CLASS = "points at, or is, a thing of another kind"
    WRONG_SCHEME = "a concept of another scheme"
    SECOND_VALUE = "a second value beside it"
    SELF = "points at itself"
    REVERSED = "turned round"
    UNTYPED = "its datatype lost"
    MALFORMED = "not of its datatype's or pattern's form"
    NEGATIVE = "below zero"
    FLIPPED = "start after end, or earliest after latest"
    EMPTY_INTERVAL = "an interval of no length"
    BEYOND_TEXT = "an offset past the end of the text"
    EMPTIED = "an empty text"
    UNTAGGED = "its language lost"
    OTHER_LANGUAGE = "tagged with a third language"
    SAME_LANGUAGE = "tagged with the other text's language"
    TOO_LONG = "too long a text"
    QUOTING = "a text in guillemets"
    SAME_PARTY = "sent and received by one party"
    BACKDATED = "before what it answers or ends"
    CHARACTERISED = "put in: an agent characterised as plain fact"
    STATED_OUTRIGHT = "put in: what is only claimed, as plain fact"
    QUOTED = "put in: words of the text beside an offset"
    TEXT_PUBLISHED = "put in: the text itself"
    OTHER_VALUE = "another value of the same form"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake: `removed` and `added` are authored quads; `of` is the class of the thing, short as in Turtle.

    `spare` counts what else gives the same: other values of the property; of a proposition, other claims that make it.
    """

    kind: Kind
    of: str
    predicate: str
    removed: tuple[ox.Quad, ...]
    added: tuple[ox.Quad, ...]
    spare: int

    @property
    def group(self) -> tuple[str, str, str]:
        """Mutants of one group are the same mistake at different places."""
        return self.kind.value, self.of, self.predicate


def mutants(quads: Iterable[ox.Quad], vocabulary: Iterable[ox.Quad], base: Base) -> list[Mutant]:
    """Every mutant of the authored facts, in the order of the facts; the catalogue, which no shape checks, has none."""
    facts = _Facts(quads, vocabulary, base)
    catalogue = ox.NamedNode(base.graph(CATALOGUE))
    checked = [quad for quad in facts.quads if quad.graph_name != catalogue]
    return [mutant for quad in checked for operator in _OPERATORS for mutant in operator(facts, quad)]


Operator = Callable[["_Facts", ox.Quad], Iterator[Mutant]]


def _node(term: str) -> ox.NamedNode:
    return ox.NamedNode(str(term))


_TYPE, _PROPOSITION = _node(RDF.type), _node(DIP.proposition)
_PART = {part: _node(RDF[part]) for part in ("subject", "predicate", "object")}
_SYMMETRIC = {_node(DIP.inTensionWith), _node(SKOS.closeMatch)}
_STRING, _DATE, _EDTF, _INTEGER, _BOOLEAN = (
    _node(t) for t in (XSD.string, XSD.date, LOC.EDTF, XSD.integer, XSD.boolean)
)
_START, _END = _node(OA.start), _node(OA.end)
_GIST, _WORDING, _SHA256 = _node(SCHEMA.text), _node(DIP.wording), _node(SCHEMA.sha256)
_IDENTIFIER = _node(DCTERMS.identifier)
_COUNTERPARTS = {
    _node(SEM.hasEarliestBeginTimeStamp): _node(SEM.hasLatestBeginTimeStamp),
    _node(SEM.hasLatestBeginTimeStamp): _node(SEM.hasEarliestBeginTimeStamp),
    _node(SEM.hasEarliestEndTimeStamp): _node(SEM.hasLatestEndTimeStamp),
    _node(SEM.hasLatestEndTimeStamp): _node(SEM.hasEarliestEndTimeStamp),
}
_OTHER_LANGUAGE = {"en": "fr", "fr": "en"}
_LENGTHS = {_GIST: 201, _WORDING: 41}
"""One character more than K15 and K41 admit."""
_AGENTS = {_node(c) for c in (FOAF.Person, FOAF.Group, ORG.Post, DIP.Organisation, DIP.DiplomaticMission)}
_VOCABULARY = re.compile(r"(https://w3id\.org/legation/vocab/([a-z-]+))#([a-z-]+)\Z")


class _Facts:
    """The authored quads, and what an operator needs to know of them to go wrong in a plausible way."""

    def __init__(self, quads: Iterable[ox.Quad], vocabulary: Iterable[ox.Quad], base: Base) -> None:
        self.quads, self.base = tuple(quads), base
        self.of_subject: dict[Any, list[ox.Quad]] = defaultdict(list)
        self.types: dict[Any, list[ox.NamedNode]] = defaultdict(list)
        pools: dict[Any, set[Any]] = defaultdict(set)
        for quad in self.quads:
            self.of_subject[quad.subject].append(quad)
            if quad.predicate == _TYPE:
                self.types[quad.subject].append(quad.object)  # type: ignore[arg-type]
            elif not isinstance(quad.object, ox.BlankNode):
                pools[quad.predicate, *self._form(quad.object)].add(quad.object)
        self._pools = {key: sorted(pool, key=str) for key, pool in pools.items()}
        self._concepts = _concepts(vocabulary)
        self._contents = Counter(self._content(quad.object) for quad in self.quads if quad.predicate == _PROPOSITION)
        self.triples = {quad.triple for quad in self.quads}

    def kind_of(self, node: Any) -> str:
        """The class of a node as a report names it; the first by IRI where there are two."""
        return min((short(found.value) for found in self.types.get(node, ())), default="(untyped)")

    def one(self, subject: Any, predicate: ox.NamedNode) -> ox.Quad | None:
        """The first quad of a subject with a predicate."""
        return next((quad for quad in self.of_subject[subject] if quad.predicate == predicate), None)

    def has(self, subject: Any, predicate: ox.NamedNode, value: Any) -> bool:
        """Whether the facts say just that."""
        return any(quad.predicate == predicate and quad.object == value for quad in self.of_subject[subject])

    def spare(self, quad: ox.Quad) -> int:
        """How many other quads give what this one gives."""
        if quad.predicate == _PROPOSITION:
            return self._contents[self._content(quad.object)] - 1
        return sum(other.predicate == quad.predicate for other in self.of_subject[quad.subject]) - 1

    def _content(self, proposition: Any) -> tuple[Any, ...]:
        parts = (self.one(proposition, part) for part in _PART.values())
        return tuple(part.object for part in parts if part is not None)

    def first(self, class_: str) -> ox.NamedNode | None:
        """The first described thing of a class, by IRI."""
        found = (n for n, types in self.types.items() if _node(class_) in types and isinstance(n, ox.NamedNode))
        return min(found, key=str, default=None)

    def stranger(self, node: Any) -> ox.NamedNode | None:
        """A described thing that is of another kind than `node`: a place, or for a place an organisation."""
        place = _node(SEM.Place) in self.types.get(node, ())
        return self.first(DIP.Organisation) if place else self.first(SEM.Place)

    def other(self, predicate: ox.NamedNode, value: Any) -> Any:
        """The next value, in a fixed order, that the facts give for the predicate; None where there is no other."""
        pool = self._pools.get((predicate, *self._form(value)), [])
        return pool[(pool.index(value) + 1) % len(pool)] if value in pool and len(pool) > 1 else None

    def concept(self, concept: str, *, of_its_scheme: bool) -> ox.NamedNode | None:
        """The next concept of the same scheme; or one of another scheme, of the same name where there is one."""
        match = _VOCABULARY.match(concept)
        if match is None:
            return None
        same = [c for c in self._concepts if c.startswith(match[1] + "#")]
        if of_its_scheme:
            found = same[(same.index(concept) + 1) % len(same)] if concept in same else concept
        else:
            others = [c for c in self._concepts if not c.startswith(match[1] + "#")]
            found = next((c for c in others if c.endswith("#" + match[3])), others[0])
        return ox.NamedNode(found) if found != concept else None

    def _form(self, value: Any) -> tuple[str, ...]:
        if isinstance(value, ox.Literal):
            return value.datatype.value, value.language or ""
        return ("IRI", re.sub(r"[^/#]*\Z", "", value.value))


def _concepts(vocabulary: Iterable[ox.Quad]) -> list[str]:
    found = {quad.subject.value for quad in vocabulary if quad.predicate == _node(SKOS.inScheme)}  # type: ignore[union-attr]
    return sorted(found)


def short(iri: str) -> str:
    """An IRI of a vocabulary as Turtle writes it; another IRI as it stands."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


# Making one -----------------------------------------------------------------------------------------------------


def _instead(facts: _Facts, kind: Kind, quad: ox.Quad, *objects: Any) -> Iterator[Mutant]:
    """The quad with another object, or none; nothing where the object would be the same, or there is no such object."""
    if None not in objects and objects != (quad.object,):
        added = tuple(ox.Quad(quad.subject, quad.predicate, value, quad.graph_name) for value in objects)
        yield _mutant(facts, kind, quad, (quad,), added)


def _beside(
    facts: _Facts, kind: Kind, quad: ox.Quad, value: Any, predicate: ox.NamedNode | None = None
) -> Iterator[Mutant]:
    """One more quad of the same subject; nothing where the facts have it, or there is no such value."""
    if value is not None:
        added = ox.Quad(quad.subject, predicate or quad.predicate, value, quad.graph_name)
        if added.triple not in facts.triples:
            yield _mutant(facts, kind, added, (), (added,))


def _mutant(
    facts: _Facts, kind: Kind, quad: ox.Quad, removed: tuple[ox.Quad, ...], added: tuple[ox.Quad, ...]
) -> Mutant:
    of, predicate = facts.kind_of(quad.subject), short(quad.predicate.value)
    return Mutant(kind, of, predicate, removed, added, facts.spare(quad))


# Any triple -----------------------------------------------------------------------------------------------------


def _deleted(facts: _Facts, quad: ox.Quad) -> Iterator[Mutant]:
    yield from _instead(facts, Kind.DELETED, quad)


def _misspelt(facts: _Facts, quad: ox.Quad) -> Iterator[Mutant]:
    name = _node(quad.predicate.value[:-1])
    added = ox.Quad(quad.subject, name, quad.object, quad.graph_name)
    yield _mutant(facts, Kind.MISSPELT, quad, (quad,), (added,))


def _of_a_class(facts: _Facts, quad: ox.Quad) -> Iterator[Mutant]:
    if quad.predicate == _TYPE:
        assert isinstance(quad.object, ox.NamedNode)
        claim = _node(DIP.Claim)
        other = _node(DIP.Statement) if quad.object == claim else claim
        yield from _instead(facts, Kind.MISSPELT, quad, _node(quad.object.value[:-1]))
        yield from _instead(facts, Kind.WRONG_CLASS, quad, other)
        yield from _beside(facts, Kind.SECOND_VALUE, quad, other)


# Links ----------------------------------------------------------------------------------------------------------


def _is_link(quad: ox.Quad) -> bool:
    return quad.predicate != _TYPE and not isinstance(quad.object, ox.Literal)


def _corrupted_link(facts: _Facts, quad: ox.Quad) -> Iterator[Mutant]:
    if not _is_link(quad):
        return
    blank = isinstance(quad.object, ox.BlankNode)
    value = facts.base.thing("nothing") if blank else quad.object.value  # type: ignore[union-attr]
    yield from _instead(facts, Kind.DANGLING, quad, _node(value[:-1] + "xx"))
    yield from _instead(facts, Kind.TEXT_FOR_LINK, quad, ox.Literal(re.sub(r".*[/#]", "", value)))
    yield from _instead(facts, Kind.WRONG_CLASS, quad, facts.stranger(quad.object))
    yield from _instead(facts, Kind.WRONG_SCHEME, quad, facts.concept(value, of_its_scheme=False))
    other = facts.concept(value, of_its_scheme=True) or facts.other(quad.predicate, quad.object)
    yield from _instead(facts, Kind.OTHER_VALUE, quad, other)
    yield from _beside(facts, Kind.SECOND_VALUE, quad, other)
    if quad.predicate == _node(OWL.sameAs):
        yield from _instead(facts, Kind.MALFORMED, quad, _node(value.replace("http:", "https:")))


def _turned_link(facts: _Facts, quad: ox.Quad) -> Iterator[Mutant]:
    """Links between things of one kind, which can be turned round or point at themselves."""
    if not _is_link(quad) or not set(facts.types.get(quad.subject, ())) & set(facts.types.get(quad.object, ())):
        return
    yield from _instead(facts, Kind.SELF, quad, quad.subject)
    if quad.predicate not in _SYMMETRIC:
        turned = ox.Quad(quad.object, quad.predicate, quad.subject, quad.graph_name)  # type: ignore[arg-type]
        yield _mutant(facts, Kind.REVERSED, quad, (quad,), (turned,))


def _turned_proposition(facts: _Facts, quad: ox.Quad) -> Iterator[Mutant]:
    if quad.predicate != _PART["subject"]:
        return
    object_ = facts.one(quad.subject, _PART["object"])
    if object_ is not None and isinstance(object_.object, ox.NamedNode):
        added = (
            ox.Quad(quad.subject, _PART["subject"], object_.object, quad.graph_name),
            ox.Quad(quad.subject, _PART["object"], quad.object, quad.graph_name),
        )
        yield _mutant(facts, Kind.REVERSED, quad, (quad, object_), added)


# Values ---------------------------------------------------------------------------------------------------------


def _corrupted_value(facts: _Facts, quad: ox.Quad) -> Iterator[Mutant]:
    if not isinstance(quad.object, ox.Literal):
        return
    literal = quad.object
    yield from _instead(facts, Kind.LINK_FOR_VALUE, quad, facts.first(SEM.Place))
    if literal.datatype in {_DATE, _EDTF, _INTEGER, _BOOLEAN}:
        yield from _instead(facts, Kind.UNTYPED, quad, ox.Literal(literal.value))
    other = _other_value(facts, quad)
    yield from _instead(facts, Kind.OTHER_VALUE, quad, other)
    yield from _beside(facts, Kind.SECOND_VALUE, quad, other)
    yield from _instead(facts, Kind.MALFORMED, quad, _malformed(quad))


def _other_value(facts: _Facts, quad: ox.Quad) -> Any:
    literal = quad.object
    assert isinstance(literal, ox.Literal)
    if literal.datatype == _BOOLEAN:
        return ox.Literal(literal.value != "true")
    if literal.datatype == _INTEGER:
        return ox.Literal(int(literal.value) + (-1 if quad.predicate == _END else 1))
    if literal.datatype == _DATE:
        return _shifted(literal, -1 if "Earliest" in quad.predicate.value else 1)
    if quad.predicate == _SHA256:
        return ox.Literal(literal.value[::-1])
    return facts.other(quad.predicate, literal)


def _shifted(literal: ox.Literal, days: int) -> ox.Literal:
    moved = date.fromisoformat(literal.value) + timedelta(days=days)
    return ox.Literal(moved.isoformat(), datatype=_DATE)


def _malformed(quad: ox.Quad) -> ox.Literal | None:
    literal = quad.object
    assert isinstance(literal, ox.Literal)
    if literal.datatype in {_DATE, _EDTF}:
        return ox.Literal("18 October 2021", datatype=literal.datatype)
    if quad.predicate in {_SHA256, _IDENTIFIER}:
        return ox.Literal(literal.value[:-1])
    return None


def _corrupted_text(facts: _Facts, quad: ox.Quad) -> Iterator[Mutant]:
    if not isinstance(quad.object, ox.Literal) or not quad.object.language:
        return
    text, language = quad.object.value, quad.object.language
    yield from _instead(facts, Kind.EMPTIED, quad, ox.Literal("", language=language))
    yield from _instead(facts, Kind.UNTAGGED, quad, ox.Literal(text))
    yield from _instead(facts, Kind.OTHER_LANGUAGE, quad, ox.Literal(text, language="de"))
    if language in _OTHER_LANGUAGE and quad.predicate != _WORDING:
        yield from _instead(facts, Kind.SAME_LANGUAGE, quad, ox.Literal(text, language=_OTHER_LANGUAGE[language]))
    if quad.predicate in _LENGTHS:
        yield from _instead(
            facts, Kind.TOO_LONG, quad, ox.Literal(text.ljust(_LENGTHS[quad.predicate], "."), language=language)
        )
    if quad.predicate == _GIST:
        yield from _instead(facts, Kind.QUOTING, quad, ox.Literal(f"« {text} »", language=language))


def _corrupted_number(facts: _Facts, quad: ox.Quad) -> Iterator[Mutant]:
    if isinstance(quad.object, ox.Literal) and quad.object.datatype == _INTEGER:
        yield from _instead(facts, Kind.NEGATIVE, quad, ox.Literal(-int(quad.object.value) - 1))


def _corrupted_interval(facts: _Facts, quad: ox.Quad) -> Iterator[Mutant]:
    if quad.predicate != _START:
        return
    end = facts.one(quad.subject, _END)
    assert end is not None
    yield from _instead(facts, Kind.EMPTY_INTERVAL, quad, end.object)
    flipped = (
        ox.Quad(quad.subject, _START, end.object, quad.graph_name),
        ox.Quad(quad.subject, _END, quad.object, quad.graph_name),
    )
    yield _mutant(facts, Kind.FLIPPED, quad, (quad, end), flipped)
    extent = max((int(q.object.value) for q in facts.quads if q.predicate == _node(DCTERMS.extent)), default=0)  # type: ignore[union-attr]
    yield from _instead(facts, Kind.BEYOND_TEXT, end, ox.Literal(extent + 1))


def _corrupted_bound(facts: _Facts, quad: ox.Quad) -> Iterator[Mutant]:
    counterpart = _COUNTERPARTS.get(quad.predicate)
    other = facts.one(quad.subject, counterpart) if counterpart else None
    if other is not None:
        assert isinstance(other.object, ox.Literal)
        days = 1 if "Earliest" in quad.predicate.value else -1
        yield from _instead(facts, Kind.FLIPPED, quad, _shifted(other.object, days))


# What the model forbids -----------------------------------------------------------------------------------------


def _same_party(facts: _Facts, quad: ox.Quad) -> Iterator[Mutant]:
    if quad.predicate == _node(DIP.sendingParty):
        receiving = facts.one(quad.subject, _node(DIP.receivingParty))
        yield from _instead(facts, Kind.SAME_PARTY, quad, receiving.object if receiving else None)


def _backdated(facts: _Facts, quad: ox.Quad) -> Iterator[Mutant]:
    """The time of a reply, and the deadline that a proposition gives a measure, moved to the earliest time there is."""
    if quad.predicate == _node(TIME.hasTime) and facts.one(quad.subject, _node(DIP.inReplyTo)):
        yield from _instead(facts, Kind.BACKDATED, quad, _earliest(facts))
    if quad.predicate == _PART["object"] and facts.has(quad.subject, _PART["predicate"], _node(DIP.deadline)):
        yield from _instead(facts, Kind.BACKDATED, quad, _earliest(facts))


def _earliest(facts: _Facts) -> Any:
    latest = _node(SEM.hasLatestEndTimeStamp)
    times = ((quad.object.value, quad.subject) for quad in facts.quads if quad.predicate == latest)  # type: ignore[union-attr]
    return min(times, key=lambda pair: (pair[0], str(pair[1])), default=(None, None))[1]


def _forbidden(facts: _Facts, quad: ox.Quad) -> Iterator[Mutant]:
    if quad.predicate != _TYPE:
        return
    if quad.object in _AGENTS:
        spy = _node("https://w3id.org/legation/vocab/characterisation#undeclared-intelligence-officer")
        yield from _beside(facts, Kind.CHARACTERISED, quad, spy, _node(DIP.characterisedAs))
    if quad.object == _node(OA.TextPositionSelector):
        yield from _beside(facts, Kind.QUOTED, quad, ox.Literal("word " * 13), _node(OA.exact))
    if quad.object == _node(SCHEMA.MediaObject):
        yield from _beside(facts, Kind.TEXT_PUBLISHED, quad, ox.Literal("word " * 13), _GIST)


def _stated_outright(facts: _Facts, quad: ox.Quad) -> Iterator[Mutant]:
    if quad.predicate != _PART["subject"]:
        return
    predicate, object_ = (facts.one(quad.subject, _PART[part]) for part in ("predicate", "object"))
    if predicate is not None and object_ is not None:
        stated = ox.Quad(quad.object, predicate.object, object_.object, quad.graph_name)  # type: ignore[arg-type]
        if stated.triple not in facts.triples:
            yield _mutant(facts, Kind.STATED_OUTRIGHT, stated, (), (stated,))


_OPERATORS: tuple[Operator, ...] = (
    _deleted,
    _misspelt,
    _of_a_class,
    _corrupted_link,
    _turned_link,
    _turned_proposition,
    _corrupted_value,
    _corrupted_text,
    _corrupted_number,
    _corrupted_interval,
    _corrupted_bound,
    _same_party,
    _backdated,
    _forbidden,
    _stated_outright,
)
