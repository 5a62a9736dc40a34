"""A release that a foreign SPARQL 1.1 engine holds: Virtuoso, an Oxigraph server, Fuseki, GraphDB, QLever, Neptune.

    verified ─ counts of every graph, and how the engine forms a union ─> Holding
    RemoteStore(release, Holding, limits) ─ two pools of query processes (graph.remote_process) ─> the engine

The pools are apart so that documents do not wait behind strangers' queries.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import IO, TYPE_CHECKING, cast

import pyoxigraph as ox

from .blocking_pool import BlockingAnswer, BlockingPool
from .errors import EngineRejectsAccount, EngineUnavailable, ReleaseError
from .formats import N_TRIPLES, RESULTS_JSON
from .prefixes import PREFIXES
from .query_pool import Answer, Job, Limits, QueryPool, Spent, Template
from .remote_engine import Endpoint, Engine, account_to_environment
from .remote_process import RemoteOptions
from .remote_text import Dataset, RemoteQuery
from .sparql_chain import Chain

if TYPE_CHECKING:
    from .release import Release

    Row = tuple[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None, ...]

_VERIFY_S = 60.0
"""Seconds that one question about the release may take when the server starts."""
_OWN_PROCESSES = 2
_PER_GRAPH = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
_TOGETHER = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


@dataclass(frozen=True, slots=True)
class Holding:
    """An engine that has been seen to hold a release, and the graphs that a query may see there."""

    engine: Engine
    dataset: Dataset


def union_graph(release: Release) -> str:
    """The IRI of a graph that a publisher may load the union of all graphs into: an engine without one needs it."""
    return release.base.resolve("sparql#default-graph")


def verified(endpoint: Endpoint, release: Release) -> Holding:
    """The engine at `endpoint`, which holds `release`: as many triples in every graph, and together.

    Raises ReleaseError with what to do where it does not, EngineUnavailable where it does not answer.
    """
    if not release.manifest.union_default_graph:
        raise ReleaseError("a release whose default graph is its own needs its own store: unset LEGATION_STORE")
    graphs = tuple(release.graphs)
    union, none = union_graph(release), release.base.resolve("sparql#no-graph")
    engine, counts = _counted_by_graph(endpoint, RemoteQuery(_PER_GRAPH, (none,), (*graphs, union, none)))
    _compare(counts, release, union)
    dataset = Dataset((union,) if union in counts else graphs, graphs, none)
    _, together = _counted(engine, RemoteQuery(_TOGETHER, dataset.default, (none,)))
    if together.get("", 0) != release.manifest.triples:
        raise ReleaseError(
            f"the engine counts {together.get('', 0)} triples in all graphs together, and the release has "
            f"{release.manifest.triples}: load dumps/legation.nt into its graph <{union}> too (docs/remote-engine.md)"
        )
    return Holding(engine, dataset)


def _counted_by_graph(endpoint: Endpoint, query: RemoteQuery) -> tuple[Engine, dict[str, int]]:
    """The account is sent at once; Virtuoso, which knows Digest alone, rejects that without asking for the other."""
    try:
        return _counted(Engine(endpoint), query)
    except EngineRejectsAccount:
        if endpoint.user is None:
            raise
        return _counted(Engine(endpoint, by_digest=True), query)


def _counted(engine: Engine, query: RemoteQuery) -> tuple[Engine, dict[str, int]]:
    """What a query of ours counts, by graph; and the engine, with what its name for itself tells."""
    counts: dict[str, int] = {}
    with engine.ask(query, RESULTS_JSON, _VERIFY_S) as answer:
        try:
            found = ox.parse_query_results(cast("IO[bytes]", answer), ox.QueryResultsFormat.JSON)
            for row in cast("Iterable[Row]", found):
                *graph, count = (node.value for node in row if node is not None)  # type: ignore[union-attr]
                counts["".join(graph)] = int(count)
        except (SyntaxError, ValueError, TypeError):
            raise EngineUnavailable from None
        return replace(engine, is_virtuoso="virtuoso" in answer.server.lower()), counts


def _compare(counts: Mapping[str, int], release: Release, union: str) -> None:
    expected = dict(release.graphs) | ({union: release.manifest.triples} if union in counts else {})
    wrong = [iri for iri, count in expected.items() if counts.get(iri, 0) != count]
    if wrong:
        others = f", and {len(wrong) - 1} more graphs differ" if len(wrong) > 1 else ""
        raise ReleaseError(
            f"the engine does not hold release {release.digest[:12]}: graph <{wrong[0]}> has "
            f"{counts.get(wrong[0], 0)} triples there and {expected[wrong[0]]} in the release{others}; empty these "
            f"graphs, load {release.dump('nq')} with the engine's bulk loader (docs/remote-engine.md) and start again"
        )


class RemoteStore:
    """A release in a foreign engine. Strangers' queries and our own go through query processes of their own."""

    def __init__(
        self, release: Release, holding: Holding, limits: Limits, loop: asyncio.AbstractEventLoop | None = None
    ) -> None:
        self._base = release.base.iri
        self._limits = limits
        self._loop = loop
        self._strangers = _pool(holding, limits)
        self._own = _pool(holding, replace(limits, processes=_OWN_PROCESSES))

    @cached_property
    def _blocking(self) -> BlockingPool:
        return BlockingPool(self._strangers, self._loop)

    @cached_property
    def _blocking_own(self) -> BlockingPool:
        return BlockingPool(self._own, self._loop)

    def answer_now(self, _job: Job, _chain: Chain | None) -> None:
        """Nothing is answered at once: the engine is elsewhere."""

    async def ask(self, job: Job, timeout_s: float | None = None, spent: Spent | None = None) -> Answer:
        """Begin a stranger's query in a query process, which asks the engine. All callers share one loop, `loop`."""
        return await self._strangers.run(self._told(job, timeout_s), timeout_s, spent)

    def run(self, job: Job, timeout_s: float | None = None, spent: Spent | None = None) -> BlockingAnswer:
        """The same for a thread; without a `loop`, on one of the store's own."""
        return self._blocking.run(self._told(job, timeout_s), timeout_s, spent)

    def _told(self, job: Job, timeout_s: float | None) -> Job:
        """The job with its deadline, for the engine to know."""
        return replace(job, timeout_s=min(timeout_s or self._limits.query_timeout_s, self._limits.query_timeout_s))

    def construct(self, query: str) -> list[ox.Triple]:
        """The triples of one of our own CONSTRUCT queries, sorted by their N-Triples form."""
        found = ox.parse(self._asked(query, N_TRIPLES.key), ox.RdfFormat.N_TRIPLES)
        return sorted({quad.triple for quad in found}, key=str)

    def select(self, query: str) -> list[Row]:
        """The rows of one of our own SELECT queries."""
        found = ox.parse_query_results(self._asked(query, RESULTS_JSON.key), ox.QueryResultsFormat.JSON)
        assert isinstance(found, ox.QuerySolutions)
        names = found.variables
        return [tuple(row[name] for name in names) for row in found]

    def _asked(self, query: str, key: str) -> bytes:
        with self._blocking_own.run(Job(query, key, self._base)) as answer:
            return b"".join(answer)

    def close(self) -> None:
        """End the query processes; for a thread, as `run` is."""
        self._blocking.close()
        self._blocking_own.close()

    async def warm(self) -> None:
        """Nothing: how the engine keeps the release is the engine's business."""

    async def aclose(self) -> None:
        """The same on the event loop."""
        await self._strangers.close()
        await self._own.close()


class _RemotePool(QueryPool):
    """Query processes that ask an engine."""

    def __init__(self, limits: Limits, template: Template) -> None:
        self._begin(limits, template)


def _pool(holding: Holding, limits: Limits) -> QueryPool:
    endpoint, dataset = holding.engine.endpoint, holding.dataset
    options = RemoteOptions(
        url=endpoint.url,
        is_virtuoso=holding.engine.is_virtuoso,
        by_digest=holding.engine.by_digest,
        default_graphs=dataset.default,
        named_graphs=dataset.named,
        no_graph=dataset.none,
        query_timeout_s=limits.query_timeout_s,
        memory_bytes=limits.query_memory_bytes,
        prefixes=dict(PREFIXES),
    )
    return _RemotePool(limits, Template(options, account_to_environment(endpoint)))
