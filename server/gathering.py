"""Our own queries for the pages that set value against source: the claims about some things, and all that they rest on.

Each answers with triples of the release, bounded, so that what is made of them is made without asking again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyoxigraph as ox
from rdflib import RDF, URIRef
from rdflib.namespace import DCTERMS, TIME

from legation.graph.description import LABELS
from legation.graph.identifiers import is_valid_iri
from legation.graph.store import Store
from legation.graph.times import BOUNDS
from legation.ontology.terms import DIP, SCHEMA

PROPOSITIONS_MAX = 600
"""Propositions about the things of one page that are read, each with a claim; the first by the claims' IRIs."""
REPORTS_MAX = 8
"""Statements inside one another, outwards, that are followed."""
THINGS_MAX = 200
"""Other things that one page shows with its own."""
_OF_CLAIM = (RDF.type, DIP.assertedIn, DIP.modality, DIP.negated, DIP.confidence, DIP.inTensionWith, SCHEMA.text)
_OF_STATEMENT = (
    DIP.speaker, DIP.onBehalfOf, DIP.relayedBy, DIP.reportedIn, DIP.reportingStance, DIP.reportingMode,
    DCTERMS.isPartOf, TIME.hasTime,
)  # fmt: skip
_DATING = (TIME.hasTime,)
_OF_ANYTHING = (*LABELS, *BOUNDS, RDF.value, DIP.dateBasis)


def testimony_about(store: Store, things: Sequence[str]) -> list[ox.Triple]:
    """The claims whose content has one of the things as subject or as object, with who makes them and through whom.

    Also the claims in tension with those, and the names and times of everything that all of these mention.
    """
    contents = store.construct(_contents_query(things))
    claims = _iris(t.subject for t in contents if t.predicate.value == str(DIP.proposition))
    said = _described(store, claims, _OF_CLAIM)
    others = _iris(t.object for t in said if t.predicate.value == str(DIP.inTensionWith)) - claims
    said += _described(store, others, _OF_CLAIM)
    statements, known = _iris(t.object for t in said if t.predicate.value == str(DIP.assertedIn)), set[str]()
    for _ in range(REPORTS_MAX):
        if not statements:
            break
        told = _described(store, statements, _OF_STATEMENT)
        known |= statements
        statements = _iris(t.object for t in told if t.predicate.value == str(DIP.reportedIn)) - known
        said += told
    return contents + said + named(store, [*contents, *said])


def _contents_query(things: Sequence[str]) -> str:
    values = " ".join(f"<{iri}>" for iri in things if is_valid_iri(iri))
    parts = f"?p <{RDF.subject}> ?s ; <{RDF.predicate}> ?q ; <{RDF.object}> ?o"
    return (
        f"CONSTRUCT {{ {parts} . ?claim <{DIP.proposition}> ?p }} WHERE {{ SELECT DISTINCT ?p ?s ?q ?o ?claim WHERE {{ "
        f"VALUES ?thing {{ {values} }} {{ ?p <{RDF.subject}> ?thing }} UNION {{ ?p <{RDF.object}> ?thing }} "
        f"{parts} . ?claim <{DIP.proposition}> ?p }} ORDER BY ?claim ?p LIMIT {PROPOSITIONS_MAX} }}"
    )


def named(store: Store, triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """The names and times of everything that the triples mention, and the names of what dates these."""
    return _described(store, _iris(term for triple in triples for term in triple), _OF_ANYTHING)


def things_by(store: Store, patterns: Sequence[str], iri: str) -> list[str]:
    """The IRIs of the things that some patterns find from the thing `iri`, in their order.

    A pattern binds `?thing`; `%s` in it stands for the IRI.
    """
    where = " UNION ".join(f"{{ {pattern} }}" for pattern in patterns).replace("%s", iri)
    rows = store.select(
        f"SELECT DISTINCT ?thing WHERE {{ {where} FILTER(isIRI(?thing)) }} ORDER BY ?thing LIMIT {THINGS_MAX}"
    )
    return sorted(_iris(thing for (thing,) in rows))


def told_of(store: Store, things: Iterable[str]) -> list[ox.Triple]:
    """What the data state of some things, with the names and times of all that this mentions.

    What a measure is announced in comes with its time too, which is all that many a measure is dated by.
    """
    values = " ".join(f"<{iri}>" for iri in things)
    if not values:
        return []
    found = store.construct(f"CONSTRUCT {{ ?thing ?p ?o }} WHERE {{ VALUES ?thing {{ {values} }} ?thing ?p ?o }}")
    found += _described(store, _iris(t.object for t in found if t.predicate.value == str(DIP.announcedIn)), _DATING)
    return found + named(store, found)


def _described(store: Store, nodes: Iterable[str], predicates: Sequence[URIRef]) -> list[ox.Triple]:
    values = " ".join(f"<{iri}>" for iri in sorted(nodes))
    if not values:
        return []
    wanted = ", ".join(f"<{predicate}>" for predicate in predicates)
    return store.construct(
        f"CONSTRUCT {{ ?n ?p ?o }} WHERE {{ VALUES ?n {{ {values} }} ?n ?p ?o FILTER(?p IN ({wanted})) }}"
    )


def _iris(terms: Iterable[object]) -> set[str]:
    return {term.value for term in terms if isinstance(term, ox.NamedNode) and is_valid_iri(term.value)}
