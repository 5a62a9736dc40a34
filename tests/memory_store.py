"""A store in memory for tests that need our own queries and no query process."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from legation.graph.store import EmbeddedStore


class MemoryStore:
    """Quads, with the triples of all graphs as the default graph; `asked` counts the queries."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self._store = ox.Store()
        self._store.extend(quads)
        self._union = True
        self.asked = 0

    def construct(self, query: str) -> list[ox.Triple]:
        self.asked += 1
        return EmbeddedStore.construct(self, query)  # type: ignore[arg-type]

    def select(self, query: str) -> list[tuple[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None, ...]]:
        self.asked += 1
        return EmbeddedStore.select(self, query)  # type: ignore[arg-type]
