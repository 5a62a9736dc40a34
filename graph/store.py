"""What the read side needs of a store, whichever engine holds the release."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol, cast

import pyoxigraph as ox

from .blocking_pool import BlockingAnswer, BlockingPool
from .density import Density
from .errors import QueryInvalid, ReleaseError
from .formats import RDF_FORMATS, RDF_XML, RESULTS_CSV, RESULTS_JSON, RESULTS_TSV
from .prefixes import PREFIXES
from .query_pool import Answer, Job, Limits, QueryPool, Spent
from .serialisation import rdf_format, with_prefixes_in_order
from .sparql_chain import Chain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .release import Release


_LOG = logging.getLogger(__name__)
AT_ONCE_QUADS = 100_000
"""A release of at most so many quads is loaded before the first query: that takes under a second."""
QUAD_BYTES = 800
"""What a quad takes in memory with its triple in the union of the graphs; 780 bytes were measured at a million. Without
the named graphs, which no chain reads, a worker's own copy takes half of it."""
_LOADED_AT_ONCE = 50
"""Quads that are loaded in one go: the engine stops all other work of this process meanwhile, a millisecond or two."""
_PAUSE_S = 0.001
"""Seconds in which the rest of the process may go on, between two of those."""


def available_memory() -> int:
    """Bytes that this machine can give without swapping (proc(5), MemAvailable); no bound where it does not say."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return sys.maxsize
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), sys.maxsize)


STEPS_MAX = 50_000
"""Steps that a query may take in the server's own process, at most: a tenth of a second at 2 µs a step."""
NOW_BYTES_MAX = 1 << 18
"""Bytes of an answer that is made in the server's own process."""
_NOW_FORMATS = {
    RESULTS_JSON.key: ox.QueryResultsFormat.JSON,
    RESULTS_CSV.key: ox.QueryResultsFormat.CSV,
    RESULTS_TSV.key: ox.QueryResultsFormat.TSV,
}
_NOW_RDF_FORMATS = {form.key: form for form in RDF_FORMATS if form is not RDF_XML}
"""All but those in XML, which cannot carry every answer."""
_PREFIXES = dict(PREFIXES)


@dataclass(frozen=True, slots=True)
class WholeAnswer:
    """An answer that was made at once; it is read like any other (query_pool.Answer)."""

    head: bytes
    seconds: float
    complete: bool = True

    def close(self) -> None:
        """Nothing is left to end."""


class _TooLong(Exception):
    """An answer grew beyond what is made at once."""


class _Bounded(bytearray):
    """A file that takes so many bytes and no more."""

    def write(self, content: bytes) -> int:
        self += content
        if len(self) > NOW_BYTES_MAX:
            raise _TooLong
        return len(content)

    def flush(self) -> None:
        """Nothing: the bytes stay here."""


def _written(results: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples, key: str) -> bytes:
    """Results in the format of this key, as a query process writes them. Raises _TooLong."""
    out = _Bounded()
    if not isinstance(results, ox.QueryTriples):
        results.serialize(cast("IO[bytes]", out), format=_NOW_FORMATS[key])
        return bytes(out)
    form = _NOW_RDF_FORMATS[key]
    ox.serialize(results, cast("IO[bytes]", out), format=rdf_format(form), prefixes=_PREFIXES)
    return with_prefixes_in_order(bytes(out), form)


class Store(Protocol):
    """A release that can be asked: strangers' queries through `ask` or `run`, our own short ones through the rest."""

    async def warm(self) -> None:
        """Do what makes later queries faster, if anything does; queries are answered meanwhile."""
        ...

    def answer_now(self, job: Job, chain: Chain | None) -> WholeAnswer | None:
        """The answer to a stranger's query that is small by its form; None for one that needs `ask`.

        Raises QueryInvalid.
        """
        ...

    async def ask(self, job: Job, timeout_s: float | None = None, spent: Spent | None = None) -> Answer:
        """Begin a stranger's query under every limit; see QueryPool.run. Cancelled, it ends the query."""
        ...

    def run(self, job: Job, timeout_s: float | None = None, spent: Spent | None = None) -> BlockingAnswer:
        """The same for a caller that is not on the event loop."""
        ...

    def construct(self, query: str) -> list[ox.Triple]:
        """The triples of one of our own CONSTRUCT queries over the union of the graphs, each once, in a fixed order."""
        ...

    def select(self, query: str) -> list[tuple[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None, ...]]:
        """The rows of one of our own SELECT queries over the union of the graphs."""
        ...

    def close(self) -> None:
        """Let go of processes and files; for a thread, as `run` is."""
        ...

    async def aclose(self) -> None:
        """The same on the event loop."""
        ...


def _default_graph_of(store: ox.Store) -> ox.Store:
    """A copy of a store's default graph in memory, made bit by bit, while other threads answer requests."""
    loaded, quads = ox.Store(), store.quads_for_pattern(None, None, None, ox.DefaultGraph())
    while some := list(islice(quads, _LOADED_AT_ONCE)):
        loaded.bulk_extend(some)
        time.sleep(_PAUSE_S)
    return loaded


@contextmanager
def _damage_told() -> Iterator[None]:
    """What the engine raises where files are damaged or gone, as ReleaseError; where they lie is nobody's business."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise ReleaseError("the store of the release cannot be read") from error


class EmbeddedStore:
    """A release opened by Oxigraph in this process for our own queries, and in query processes for strangers'."""

    def __init__(
        self,
        release: Release,
        limits: Limits,
        memory_quads_max: int,
        loop: asyncio.AbstractEventLoop | None = None,
        own_quads_max: int = 0,
    ) -> None:
        try:
            self._store = ox.Store.read_only(str(release.store_folder))
        except OSError as error:
            raise ReleaseError(f"{release.folder} is damaged: its store cannot be opened") from error
        self._default = self._store
        self._union = not release.manifest.union_default_graph
        self._quads = release.manifest.quads
        self._may_load = self._quads <= memory_quads_max
        self._may_own = self._quads <= min(own_quads_max, memory_quads_max)
        at_once = self._may_load and self._quads <= AT_ONCE_QUADS
        self._pool = QueryPool(release.store_folder, limits, PREFIXES, in_memory=at_once)
        self._density = Density(release.manifest.subject_quads_max, release.manifest.property_quads_max)
        self._loop = loop

    @cached_property
    def _blocking(self) -> BlockingPool:
        return BlockingPool(self._pool, self._loop)

    async def warm(self) -> None:
        """Load a release that is not too large, while queries are answered from disk: for the query processes, where
        they have not loaded it at once, and what chains read of it for this process where it is not large."""
        try:
            if self._may_load and self._fits_in_memory():
                await self._pool.load()
            if self._may_own and self._fits_in_memory():
                self._default = await asyncio.to_thread(_default_graph_of, self._store)
        except (OSError, EOFError) as error:
            _LOG.warning("the release stays on disk: %s", error)

    def _fits_in_memory(self) -> bool:
        """Whether there is memory for a copy of the release: for two, since other workers load theirs meanwhile."""
        fits = self._quads * QUAD_BYTES * 2 <= available_memory()
        if not fits:
            _LOG.warning("%d quads stay on disk: there is little memory for them", self._quads)
        return fits

    def answer_now(self, job: Job, chain: Chain | None) -> WholeAnswer | None:
        """The answer to a chain of triples that is bounded by the release's density, without a query process.

        None for every other query, and for an answer that turns out long. Raises QueryInvalid.
        """
        if chain is None or not self._is_small(chain, job):
            return None
        started = time.perf_counter()
        try:
            content = _written(self._default.query(job.query, base_iri=job.base), job.format)
        except SyntaxError as error:
            raise QueryInvalid(error.msg) from error
        except (_TooLong, OSError, RuntimeError, ValueError):
            return None
        return WholeAnswer(content, time.perf_counter() - started)

    def _is_small(self, chain: Chain, job: Job) -> bool:
        if job.default_graphs or job.named_graphs or not self._density.of_subject:
            return False
        if job.format not in _NOW_FORMATS and job.format not in _NOW_RDF_FORMATS:
            return False
        return chain.steps_max(self._density.of_subject, self._density.of_property) <= STEPS_MAX

    async def ask(self, job: Job, timeout_s: float | None = None, spent: Spent | None = None) -> Answer:
        """Begin a stranger's query in a query process. All callers of `ask` and `run` share one event loop, `loop`."""
        return await self._pool.run(job, timeout_s, spent)

    def run(self, job: Job, timeout_s: float | None = None, spent: Spent | None = None) -> BlockingAnswer:
        """The same for a thread; without a `loop`, on one of the store's own."""
        return self._blocking.run(job, timeout_s, spent)

    def construct(self, query: str) -> list[ox.Triple]:
        """The triples of one of our own CONSTRUCT queries, sorted by their N-Triples form. Raises ReleaseError."""
        with _damage_told():
            found = self._store.query(query, use_default_graph_as_union=self._union)
            assert isinstance(found, ox.QueryTriples)
            return sorted(set(found), key=str)

    def select(self, query: str) -> list[tuple[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None, ...]]:
        """The rows of one of our own SELECT queries. Raises ReleaseError."""
        with _damage_told():
            found = self._store.query(query, use_default_graph_as_union=self._union)
            assert isinstance(found, ox.QuerySolutions)
            names = found.variables
            return [tuple(row[name] for name in names) for row in found]

    def close(self) -> None:
        """End the query processes; for a thread, as `run` is."""
        self._blocking.close()

    async def aclose(self) -> None:
        """The same on the event loop."""
        await self._pool.close()
