"""The things of a release by class: how many of which, and a bounded part of them with what one asks of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest

import pyoxigraph as ox
from rdflib import ORG, RDF, TIME, URIRef
from rdflib.namespace import DCTERMS, VOID

from legation.ontology.terms import DIP, OA, SCHEMA, SEM

from .class_tree import narrower, wider
from .description import LABELS
from .identifiers import Base, is_valid_iri
from .store import Store

PARTS = frozenset(
    map(str, (RDF.Statement, OA.SpecificResource, OA.TextPositionSelector, OA.TextQuoteSelector, VOID.Dataset))
)
"""Classes of what belongs to something else, and the second class of the dataset: no way into a release."""


@dataclass(frozen=True, slots=True)
class Column:
    """What a list tells of each thing: the value of a property, `via` another one where that leads to it."""

    link: URIRef
    via: URIRef | None = None


_MEASURE = (Column(TIME.hasTime), Column(DIP.takenBy), Column(DIP.directedAt), Column(DIP.measureType))
_LEVEL = (Column(DIP.ofMission), Column(DIP.headcount), Column(DIP.countBasis), Column(TIME.hasTime))
COLUMNS: Mapping[str, tuple[Column, ...]] = {
    str(class_): columns
    for class_, columns in {
        DIP.DiplomaticMeasure: _MEASURE,
        DIP.Expulsion: (*_MEASURE[:3], Column(DIP.headcount)),
        DIP.Accreditation: tuple(map(Column, (DIP.accreditedBy, DIP.holder, DIP.forMission, DIP.endedBy))),
        DIP.AccreditationRequest: tuple(map(Column, (DIP.requestedBy, DIP.requestedFor, DIP.requestStatus))),
        DIP.DiplomaticMission: tuple(map(Column, (DIP.sendingParty, DIP.receivingParty, DIP.missionType))),
        DIP.MissionState: tuple(map(Column, (DIP.stateOf, DIP.missionStatus, TIME.hasTime))),
        DIP.StaffLevel: _LEVEL,
        DIP.StaffCeiling: _LEVEL,
        DIP.Organisation: (Column(ORG.classification), Column(ORG.subOrganizationOf)),
        DIP.Statement: (Column(DIP.speaker), Column(TIME.hasTime), Column(DIP.reportingStance)),
        DIP.Claim: (Column(DIP.speaker, DIP.assertedIn), Column(DIP.modality), Column(DIP.negated)),
        URIRef("http://xmlns.com/foaf/0.1/Person"): (Column(ORG.holds), Column(ORG.memberOf)),
        URIRef("http://xmlns.com/foaf/0.1/Group"): (Column(ORG.memberOf),),
        ORG.Post: (Column(ORG.postIn), Column(ORG.role)),
        SEM.Event: (Column(TIME.hasTime), Column(SEM.eventType), Column(SEM.hasActor), Column(SEM.hasPlace)),
        TIME.TemporalEntity: (Column(RDF.value), Column(DIP.dateBasis)),
        SCHEMA.NewsArticle: (Column(SCHEMA.inLanguage), Column(SCHEMA.publisher)),
        SCHEMA.MediaObject: (Column(SCHEMA.inLanguage), Column(DCTERMS.extent)),
    }.items()
}
"""What one asks of the things of a class, most asked first."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Some things of a class in the order of their IRIs, one more than asked for where there are more, and of each its
    kinds, names and columns, with the names of what these mention."""

    things: tuple[str, ...]
    triples: tuple[ox.Triple, ...]


def counts(store: Store, base: Base) -> dict[str, int]:
    """How many things of this base there are of each class that has any, those of narrower classes included."""
    rows = store.select(f"SELECT DISTINCT ?k WHERE {{ ?x a ?k {_ours(base)} }}")
    found = {kind.value for (kind,) in rows if isinstance(kind, ox.NamedNode) and is_valid_iri(kind.value)}
    every = {kind for direct in found for kind in wider(direct)} - PARTS
    return {kind: count(store, base, kind) for kind in sorted(every)}


def count(store: Store, base: Base, class_: str) -> int:
    """How many things of this base are of a class."""
    number = store.select(f"SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ {_members(base, class_)} }}")[0][0]
    return int(number.value) if isinstance(number, ox.Literal) else 0


def listed(store: Store, base: Base, class_: str, after: str, size: int) -> Listed:
    """The things of a class behind the IRI `after`, which may be empty; `size` of them and one more."""
    rows = store.select(f"SELECT DISTINCT ?x WHERE {{ {_members(base, class_)} }}")  # sorting here is ten times faster
    every = (node.value for (node,) in rows if isinstance(node, ox.NamedNode) and is_valid_iri(node.value))
    things = tuple(nsmallest(size + 1, (iri for iri in every if iri > after)))
    return Listed(things, tuple(_triples(store, things[:size], COLUMNS.get(class_, ()))) if things else ())


def _members(base: Base, class_: str) -> str:
    kinds = " ".join(f"<{kind}>" for kind in narrower(class_))
    return f"VALUES ?k {{ {kinds} }} ?x a ?k {_ours(base)}"


def _ours(base: Base) -> str:
    return f'FILTER(isIRI(?x) && STRSTARTS(STR(?x), "{base.thing("")}"))'


def _triples(store: Store, things: Sequence[str], columns: Sequence[Column]) -> Iterator[ox.Triple]:
    outer = dict.fromkeys(map(str, (RDF.type, *LABELS, *(column.via or column.link for column in columns))))
    found = _construct(store, things, outer)
    by_via: dict[str, list[str]] = {}
    for column in columns:
        if column.via:
            by_via.setdefault(str(column.via), []).append(str(column.link))
    inner = [t for via, links in by_via.items() for t in _construct(store, _objects(found, via), links)]
    yield from dict.fromkeys((*found, *inner))
    mentioned = {*_objects(found), *_objects(inner)} - {*things}
    yield from _construct(store, sorted(mentioned), map(str, LABELS))


def _objects(triples: Sequence[ox.Triple], link: str = "") -> list[str]:
    nodes = (t.object for t in triples if not link or t.predicate.value == link)
    return sorted({node.value for node in nodes if isinstance(node, ox.NamedNode) and is_valid_iri(node.value)})


def _construct(store: Store, subjects: Iterable[str], links: Iterable[str]) -> list[ox.Triple]:
    nodes, properties = " ".join(f"<{iri}>" for iri in subjects), ", ".join(f"<{link}>" for link in links)
    return store.construct(
        f"CONSTRUCT {{ ?x ?p ?o }} WHERE {{ VALUES ?x {{ {nodes} }} ?x ?p ?o FILTER(?p IN ({properties})) }}"
    )
