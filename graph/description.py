"""The bounded description of a thing: what its document says, equal in every format.

A description holds, each once:
  own        every triple with the thing as subject, and what is inside its blank nodes;
  parts      what belongs to it: its propositions, its evidence, its times, IRIs below its own;
  claims     the claims about it, with who makes each through whom: content, evidence, statements up to the source;
  incoming   the triples that point at it, in the order of property and subject, a page at a time;
  labels     the names, in every language, of all that these triples mention;
  document   what the document itself is: its topic, dataset, licence, publisher and sources, how many links and claims
             there are, and where the next page of links is.

Nothing here names a release or the present day: a release that does not touch the thing leaves its description as it
is. docs/descriptions.md says the same for readers, with the bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox
from rdflib import RDF, RDFS, XSD
from rdflib.namespace import DCTERMS, FOAF, PROV, SKOS, TIME, VOID

from legation.ontology.terms import DIP, HYDRA, OA, SCHEMA

from .identifiers import Base, is_valid_iri, thing_path
from .incoming import INCOMING_MAX, Incoming, PageKey, incoming_links, page_address, property_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from rdflib import URIRef

    from .store import Store

    Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

__all__ = ["INCOMING_MAX", "Describer", "Description", "describe"]

CLAIMS_MAX = 60
"""Claims that a description tells in full; all of them are counted."""
COUNTED_MAX = 100_000
"""Claims about a thing that are counted, and of which the first are told."""
OWN_MAX = 5_000
"""Triples of the thing itself, and of each step from it to what belongs to it or to its claims."""
NODES_MAX = 1_000
"""Nodes that are told in full beside the thing."""
NAMED_MAX = 2_000
"""Nodes whose names are given: those nearest to the thing."""
LABEL_CHARS_MAX = 1_000
"""A longer text is no name; it stands in the document of what it describes."""
LABELS_MAX = 20_000
LABELS = (RDFS.label, SKOS.prefLabel, SCHEMA.text)
_NAMING = frozenset(map(str, LABELS))
_TYPE, _STATEMENT = ox.NamedNode(str(RDF.type)), ox.NamedNode(str(DIP.Statement))
_PART_OF, _INTEGER = ox.NamedNode(str(DCTERMS.isPartOf)), ox.NamedNode(str(XSD.integer))
_OF_THING = frozenset(
    map(str, (DIP.proposition, DIP.evidence, OA.hasSelector, TIME.hasTime, DIP.deadline, DCTERMS.temporal))
)
"""Properties that lead to what cannot be understood without: contents, places in a text, dates."""
_OF_CLAIM = frozenset({*_OF_THING, str(DIP.assertedIn), str(DIP.reportedIn)})
"""Properties that lead from a claim to what has to be told with it: who says so, through whom, where and when."""
_ABOUT = (
    f"{{ ?p <{RDF.subject}> <%s> . ?claim <{DIP.proposition}> ?p }} UNION "
    f"{{ ?p <{RDF.object}> <%s> . ?claim <{DIP.proposition}> ?p }} UNION "
    f"{{ ?claim <{DIP.proposition}>|<{DIP.assertedIn}>|<{DIP.evidence}> <%s> }} UNION "
    f"{{ ?claim <{SCHEMA.about}> <%s> ; <{DIP.assertedIn}> ?act }} UNION "
    f"{{ <%s> <{DIP.inTensionWith}>|<{DIP.restates}> ?claim }}"
)
"""Claims whose content names the thing or is the thing, that are said to be about it, are made in it, rest on it, or
stand beside it where it is itself a claim."""


@dataclass(frozen=True)
class Description:
    """What a document says of its thing; `triples` is all of it.

    `incoming_count`, `incoming_counts` and `claims_count` count all there are, told here or not. `after` is the key
    behind which this page of links begins, None on the first; `next` is that of the next page.
    """

    iri: str
    own: tuple[ox.Triple, ...]
    parts: tuple[ox.Triple, ...]
    claims: tuple[ox.Triple, ...]
    claims_count: int
    incoming: tuple[ox.Triple, ...]
    incoming_counts: tuple[tuple[str, int], ...]
    labels: tuple[ox.Triple, ...]
    document: tuple[ox.Triple, ...]
    sources: tuple[str, ...] = ()
    after: PageKey | None = None
    next: PageKey | None = None

    @property
    def incoming_count(self) -> int:
        """How many triples point at the thing, from whatever page they are counted."""
        return sum(count for _, count in self.incoming_counts)

    @cached_property
    def triples(self) -> list[ox.Triple]:
        """Every triple of the description, each once."""
        return _each_once(self.own, self.parts, self.claims, self.incoming, self.labels, self.document)

    @cached_property
    def plain(self) -> list[ox.Triple]:
        """The same without claims and evidence, and without the names that only they mention."""
        belonging = [triple for triple in _without_evidence((*self.own, *self.parts)) if triple not in self.own]
        kept = [*self.own, *belonging, *self.incoming, *self.document]
        mentioned = {term for triple in kept for term in triple}
        names = (triple for triple in self.triples if triple.predicate.value in _NAMING)
        return _each_once(kept, (triple for triple in names if triple.subject in mentioned))


@dataclass(frozen=True)
class Describer:
    """Makes the descriptions of one release; what all of them say alike is asked once."""

    store: Store
    base: Base

    def describe(self, iri: str, after: PageKey | None = None) -> Description | None:
        """The description of the thing `iri`; None where no triple has it as subject.

        With a key, the page of links behind it: then what belongs to the thing and the claims are left out.
        """
        if not is_valid_iri(iri):
            return None
        own = self._own(iri)
        if not own:
            return None
        incoming = incoming_links(self.store, iri, after)
        if after is None:
            parts = self._reached(own, _belongs)
            claims, claims_count = self._claims(iri, own, parts)
        else:
            parts, claims, claims_count = (), (), 0
        sources = _sources((*own, *claims))
        document = self._document(iri, incoming, claims_count, sources, after)
        labels = self._labels((*document, *own, *parts, *claims), incoming.triples)
        return Description(
            iri, own, parts, claims, claims_count, incoming.triples, incoming.counts, labels, document, sources, after,
            incoming.next,
        )  # fmt: skip

    def _own(self, iri: str) -> tuple[ox.Triple, ...]:
        """The thing's triples; where some of its values are blank, what is inside them, to the third level."""
        own = self.store.construct(f"CONSTRUCT {{ <{iri}> ?p ?o }} WHERE {{ <{iri}> ?p ?o }} LIMIT {OWN_MAX}")
        if not any(isinstance(triple.object, ox.BlankNode) for triple in own):
            return tuple(own)
        inside = "?a ?q ?b OPTIONAL { FILTER(isBlank(?b)) ?b ?r ?c OPTIONAL { FILTER(isBlank(?c)) ?c ?t ?d } }"
        return tuple(
            self.store.construct(
                f"CONSTRUCT {{ <{iri}> ?p ?a . ?a ?q ?b . ?b ?r ?c . ?c ?t ?d }} WHERE {{ <{iri}> ?p ?a "
                f"OPTIONAL {{ FILTER(isBlank(?a)) {inside} }} }} LIMIT {OWN_MAX}"
            )
        )

    def _reached(
        self, start: Iterable[ox.Triple], leads: Callable[[ox.Triple], bool], known: Iterable[str] = ()
    ) -> tuple[ox.Triple, ...]:
        """The triples of all that some triples lead to, step by step, but for the nodes that are known already."""
        last, found = list(start), []
        told = {*known, *(_value(triple.subject) for triple in last)}
        while last and len(told) < NODES_MAX:
            steps = dict.fromkeys(_value(t.object) for t in last if leads(t) and isinstance(t.object, ox.NamedNode))
            nodes = [iri for iri in steps if iri not in told and is_valid_iri(iri)][: NODES_MAX - len(told)]
            told.update(nodes)
            last = self._of(nodes)
            found += last
        return tuple(found)

    def _of(self, nodes: Collection[str]) -> list[ox.Triple]:
        if not nodes:
            return []
        values = " ".join(f"<{iri}>" for iri in nodes)
        return self.store.construct(
            f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?s {{ {values} }} ?s ?p ?o }} LIMIT {OWN_MAX}"
        )

    def _claims(
        self, iri: str, own: tuple[ox.Triple, ...], parts: tuple[ox.Triple, ...]
    ) -> tuple[tuple[ox.Triple, ...], int]:
        """The claims about a thing with all that has to be told with them, and how many there are."""
        about = _ABOUT.replace("%s", iri)
        select = f"SELECT DISTINCT ?claim WHERE {{ {about} FILTER(isIRI(?claim) && ?claim != <{iri}>) }}"
        names = sorted(_value(claim) for (claim,) in self.store.select(f"{select} LIMIT {COUNTED_MAX}"))
        claims = self._of(names[:CLAIMS_MAX])
        known = (_value(triple.subject) for triple in parts)
        told = self._reached((*own, *claims), lambda triple: triple.predicate.value in _OF_CLAIM, known)
        return (*claims, *told), len(names)

    def _labels(self, told: Sequence[ox.Triple], incoming: Sequence[ox.Triple]) -> tuple[ox.Triple, ...]:
        """The names of all that the triples mention and do not tell of, where there are too many those of the first."""
        known = {triple.subject for triple in told}
        terms = dict.fromkeys(term for triple in (*told, *incoming) for term in triple if term not in known)
        unknown = (term.value for term in terms if isinstance(term, ox.NamedNode) and is_valid_iri(term.value))
        nodes = " ".join(f"<{node}>" for node in islice(unknown, NAMED_MAX))
        names = ", ".join(f"<{name}>" for name in LABELS)
        return tuple(
            self.store.construct(
                f"CONSTRUCT {{ ?n ?l ?t }} WHERE {{ VALUES ?n {{ {nodes} }} ?n ?l ?t FILTER(?l IN ({names})) "
                f"FILTER(STRLEN(STR(?t)) <= {LABEL_CHARS_MAX}) }} LIMIT {LABELS_MAX}"
            )
        )

    @cached_property
    def _said_of_all(self) -> tuple[tuple[str, Node], ...]:
        """What every document says of itself: the dataset that it is part of, its licence and its publisher."""
        rows = self.store.select(
            f"SELECT ?d ?l ?p WHERE {{ ?d a <{VOID.Dataset}> OPTIONAL {{ ?d <{DCTERMS.license}> ?l }} "
            f"OPTIONAL {{ ?d <{DCTERMS.publisher}> ?p }} }} ORDER BY ?d STR(?l) STR(?p) LIMIT 1"
        )
        if not rows:
            return ()
        dataset, licence, publisher = rows[0]
        said = (
            (DCTERMS.isPartOf, dataset),
            (VOID.inDataset, dataset),
            (DCTERMS.license, licence),
            (DCTERMS.publisher, publisher),
        )
        return tuple((str(predicate), value) for predicate, value in said if value is not None)

    def _document(
        self, iri: str, incoming: Incoming, claims_count: int, sources: Iterable[str], after: PageKey | None
    ) -> tuple[ox.Triple, ...]:
        path = thing_path(self.base, iri)
        if path is None:
            return ()
        document = self.base.document(path)
        said: list[tuple[str, str, Node]] = [
            (document, str(RDF.type), ox.NamedNode(str(FOAF.Document))),
            (document, str(FOAF.primaryTopic), ox.NamedNode(iri)),
            *((document, predicate, value) for predicate, value in self._said_of_all),
            *((document, str(PROV.wasDerivedFrom), ox.NamedNode(source)) for source in sources),
            *_counted(document, "claims", VOID.entities, claims_count),
            *_counted(document, "incoming", VOID.triples, sum(count for _, count in incoming.counts)),
        ]
        links = f"{document}#incoming"
        for predicate, count in incoming.counts:
            part = f"{links}-{quote(property_name(predicate), safe=':/')}"
            said += [
                (links, str(VOID.propertyPartition), ox.NamedNode(part)),
                (part, str(VOID.property), ox.NamedNode(predicate)),
                (part, str(VOID.triples), _number(count)),
            ]
        if after or incoming.next:
            said += self._page(document, after, incoming.next)
        return tuple(ox.Triple(ox.NamedNode(s), ox.NamedNode(p), o) for s, p, o in said)

    def _page(self, document: str, after: PageKey | None, following: PageKey | None) -> Iterator[tuple[str, str, Node]]:
        """The page of links as Hydra has it: a partial view of a collection, with the address of the next one."""
        page = page_address(document, self.base, after)
        yield f"{document}#incoming", str(HYDRA.view), ox.NamedNode(page)
        yield page, str(RDF.type), ox.NamedNode(str(HYDRA.PartialCollectionView))
        yield page, str(HYDRA.first), ox.NamedNode(document)
        if following:
            yield page, str(HYDRA.next), ox.NamedNode(page_address(document, self.base, following))


def describe(store: Store, base: Base, iri: str, after: PageKey | None = None) -> Description | None:
    """One description, for a caller that makes no other."""
    return Describer(store, base).describe(iri, after)


def _counted(document: str, part: str, property_: URIRef, count: int) -> list[tuple[str, str, Node]]:
    """A part of a document as a VoID dataset with its size; nothing where it is empty."""
    node = f"{document}#{part}"
    said: list[tuple[str, str, Node]] = [
        (document, str(DCTERMS.hasPart), ox.NamedNode(node)),
        (node, str(RDF.type), ox.NamedNode(str(VOID.Dataset))),
        (node, str(property_), _number(count)),
    ]
    return said if count else []


def _number(count: int) -> ox.Literal:
    return ox.Literal(str(count), datatype=_INTEGER)


def _belongs(triple: ox.Triple) -> bool:
    """Whether a triple leads to what belongs to its subject alone, or cannot be understood without it."""
    inside = isinstance(triple.object, ox.NamedNode) and triple.object.value.startswith(f"{_value(triple.subject)}/")
    return inside or triple.predicate.value in _OF_THING


def _sources(triples: Iterable[ox.Triple]) -> tuple[str, ...]:
    """The documents at which the chains of reporting end."""
    acts = {triple.subject for triple in triples if triple.predicate == _TYPE and triple.object == _STATEMENT}
    ends = (t for t in triples if t.subject in acts and t.predicate == _PART_OF and isinstance(t.object, ox.NamedNode))
    return tuple(sorted({_value(triple.object) for triple in ends}))


def _without_evidence(triples: Collection[ox.Triple]) -> list[ox.Triple]:
    """The triples but for those of evidence, and of what belongs to it."""
    left_out = {_value(t.object) for t in triples if t.predicate.value in {str(DIP.evidence), str(OA.hasSelector)}}
    return [triple for triple in triples if _value(triple.subject) not in left_out]


def _value(term: object) -> str:
    """What identifies a term: an IRI, a blank node's label, a literal's text."""
    return term.value if isinstance(term, ox.NamedNode | ox.BlankNode | ox.Literal) else str(term)


def _each_once(*groups: Iterable[ox.Triple]) -> list[ox.Triple]:
    return list(dict.fromkeys(chain(*groups)))
