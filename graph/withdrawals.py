"""What is gone: things that were withdrawn, with date and reason, and things that turned out to be another.

    withdrawn   <x> prov:invalidatedAtTime "…Z"^^xsd:dateTime ; skos:changeNote "why"@en , "pourquoi"@fr
                and, where others take its place, dcterms:isReplacedBy <y>
    merged      <x> dcterms:isReplacedBy <y>, and nothing else: both IRIs meant one thing, and <y> remains

Neither has a class. Rules K75 to K80 hold the facts to this; in data that nobody checked, what has a class is not gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyoxigraph as ox
from rdflib.namespace import DCTERMS, PROV, SKOS

from .identifiers import is_valid_iri
from .store import Store


@dataclass(frozen=True, slots=True)
class Gone:
    """A thing that is gone: its own triples, when it was withdrawn, why in each language, and what replaces it."""

    iri: str
    own: tuple[ox.Triple, ...]

    @property
    def when(self) -> str | None:
        """The moment of its withdrawal (xsd:dateTime); None for a merged thing."""
        return next((value.value for value in self._values(str(PROV.invalidatedAtTime))), None)

    @property
    def reasons(self) -> Mapping[str, str]:
        """Why it was withdrawn, by language."""
        found = self._values(str(SKOS.changeNote))
        return {text.language or "": text.value for text in found if isinstance(text, ox.Literal)}

    @property
    def replacements(self) -> tuple[str, ...]:
        """What replaces it."""
        return tuple(node.value for node in self._values(str(DCTERMS.isReplacedBy)) if isinstance(node, ox.NamedNode))

    @property
    def remains(self) -> str | None:
        """The one thing that a merged thing is; None for what was withdrawn."""
        return self.replacements[0] if self.when is None and len(self.replacements) == 1 else None

    def _values(self, predicate: str) -> Iterable[ox.NamedNode | ox.Literal]:
        objects = (t.object for t in self.own if t.predicate.value == predicate)
        return (value for value in objects if isinstance(value, ox.NamedNode | ox.Literal))


def gone_things(store: Store) -> Mapping[str, Gone]:
    """Everything that is gone, by IRI."""
    found: dict[str, list[ox.Triple]] = {}
    for mark in (PROV.invalidatedAtTime, DCTERMS.isReplacedBy):
        rows = store.select(f"SELECT DISTINCT ?x WHERE {{ ?x <{mark}> ?o . FILTER NOT EXISTS {{ ?x a ?class }} }}")
        for (node,) in rows:
            if isinstance(node, ox.NamedNode) and is_valid_iri(node.value) and node.value not in found:
                found[node.value] = store.construct(
                    f"CONSTRUCT {{ <{node.value}> ?p ?o }} WHERE {{ <{node.value}> ?p ?o }}"
                )
    return {iri: Gone(iri, tuple(own)) for iri, own in found.items() if _is_told(own)}


def _is_told(own: Iterable[ox.Triple]) -> bool:
    """Whether this says all that can be answered with: a moment, or one thing that remains."""
    gone = Gone("", tuple(own))
    return gone.when is not None or gone.remains is not None
