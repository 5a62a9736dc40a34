"""The bounded description of a thing: what its document says, equal in every format.

A description holds, each once:
  own        every triple with the thing as subject;
  parts      the triples of what belongs to it alone (evidence, selectors: IRIs below its own) and of its propositions;
  incoming   the triples that point at it, at most `INCOMING_MAX` of them, in the order of subject and predicate;
  labels     the names, in every language, of all that these triples mention;
  document   what the document itself is: its topic, its dataset and the licence that the dataset names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox
from rdflib import RDF, RDFS
from rdflib.namespace import DCTERMS, FOAF, SKOS, VOID

from legation.ontology.terms import DIP, SCHEMA

from .identifiers import Base, is_valid_iri, thing_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .store import Store

INCOMING_MAX = 200
LABELS = (RDFS.label, SKOS.prefLabel, SCHEMA.text)


@dataclass(frozen=True, slots=True)
class Description:
    """What a document says of its thing; `triples` is all of it; `incoming_count` counts all there are."""

    iri: str
    own: tuple[ox.Triple, ...]
    parts: tuple[ox.Triple, ...]
    incoming: tuple[ox.Triple, ...]
    incoming_count: int
    labels: tuple[ox.Triple, ...]
    document: tuple[ox.Triple, ...]

    @property
    def triples(self) -> list[ox.Triple]:
        """Every triple of the description, each once."""
        return list(dict.fromkeys((*self.own, *self.parts, *self.incoming, *self.labels, *self.document)))


def describe(store: Store, base: Base, iri: str) -> Description | None:
    """The description of the thing `iri`; None where no triple has it as subject."""
    if not is_valid_iri(iri):
        return None
    own = store.construct(f"CONSTRUCT {{ <{iri}> ?p ?o }} WHERE {{ <{iri}> ?p ?o }}")
    if not own:
        return None
    parts = store.construct(_parts_query(iri))
    incoming = store.construct(
        f"CONSTRUCT {{ ?s ?p <{iri}> }} WHERE {{ SELECT DISTINCT ?s ?p WHERE {{ ?s ?p <{iri}> }} "
        f"ORDER BY ?s ?p LIMIT {INCOMING_MAX} }}"
    )
    labels = store.construct(_labels_query(_mentioned(iri, (*own, *parts, *incoming))))
    document = _document(store, base, iri)
    return Description(
        iri, tuple(own), tuple(parts), tuple(incoming), _incoming_count(store, iri), tuple(labels), document
    )


def _incoming_count(store: Store, iri: str) -> int:
    rows = store.select(f"SELECT (COUNT(*) AS ?n) WHERE {{ SELECT DISTINCT ?s ?p WHERE {{ ?s ?p <{iri}> }} }}")
    count = rows[0][0]
    assert isinstance(count, ox.Literal)
    return int(count.value)


def _parts_query(iri: str) -> str:
    return f"""CONSTRUCT {{ ?part ?p ?o }} WHERE {{
      {{ <{iri}> ?link ?part . FILTER(isIRI(?part) && STRSTARTS(STR(?part), "{iri}/")) }}
      UNION {{ <{iri}> ?link ?whole . ?whole ?inner ?part .
              FILTER(isIRI(?part) && STRSTARTS(STR(?whole), "{iri}/"))
              FILTER(STRSTARTS(STR(?part), CONCAT(STR(?whole), "/"))) }}
      UNION {{ <{iri}> <{DIP.proposition}> ?part . ?part a <{RDF.Statement}> }}
      ?part ?p ?o }}"""


def _labels_query(iris: Iterable[str]) -> str:
    nodes = " ".join(f"<{iri}>" for iri in iris)
    names = " ".join(f"<{name}>" for name in LABELS)
    return f"CONSTRUCT {{ ?n ?l ?t }} WHERE {{ VALUES ?n {{ {nodes} }} VALUES ?l {{ {names} }} ?n ?l ?t }}"


def _mentioned(iri: str, triples: Iterable[ox.Triple]) -> list[str]:
    found = {t.value for triple in triples for t in triple if isinstance(t, ox.NamedNode) and is_valid_iri(t.value)}
    return sorted(found - {iri})


def _document(store: Store, base: Base, iri: str) -> tuple[ox.Triple, ...]:
    path = thing_path(base, iri)
    if path is None:
        return ()
    document, thing = ox.NamedNode(base.document(path)), ox.NamedNode(iri)
    datasets = store.select(
        f"SELECT ?d ?l WHERE {{ ?d a <{VOID.Dataset}> OPTIONAL {{ ?d <{DCTERMS.license}> ?l }} }} "
        "ORDER BY ?d ?l LIMIT 1"
    )
    said = [
        (RDF.type, ox.NamedNode(str(FOAF.Document))),
        (FOAF.primaryTopic, thing),
        *((DCTERMS.isPartOf, dataset) for dataset, _ in datasets),
        *((DCTERMS.license, licence) for _, licence in datasets if licence is not None),
    ]
    return tuple(ox.Triple(document, ox.NamedNode(str(p)), o) for p, o in said)  # type: ignore[arg-type]
