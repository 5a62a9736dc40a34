"""Where do query processes find the data: in memory, shared by forking, or on disk, each opening the store for itself?

Both ways answer the same queries in the same run, in turn; the last line is the ratio of their medians.

    python bench/query_processes.py [QUADS] [RUNS]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pyoxigraph as ox

from legation.graph.blocking_pool import BlockingPool
from legation.graph.errors import QueryTimeout
from legation.graph.query_pool import Job, Limits, QueryPool

QUERIES = {
    "point look-up": "SELECT ?o { <urn:s77> <urn:p7> ?o }",
    "join": "SELECT ?a ?c { <urn:s77> <urn:next> ?b . ?b <urn:next> ?c . ?c <urn:p1> ?a }",
    "aggregate": "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p",
}
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
REPEATS = {"point look-up": 500, "join": 500, "aggregate": 3}


def fill(folder: Path, quads: int) -> None:
    """A store of so many quads: subjects with ten properties, each linked to the next."""
    store = ox.Store(str(folder))
    link = ox.NamedNode("urn:next")
    store.bulk_extend(
        ox.Quad(ox.NamedNode(f"urn:s{n}"), ox.NamedNode(f"urn:p{p}"), ox.Literal(f"value {n} {p}"))
        for n in range(quads // 11)
        for p in range(10)
    )
    store.bulk_extend(
        ox.Quad(ox.NamedNode(f"urn:s{n}"), link, ox.NamedNode(f"urn:s{n + 1}")) for n in range(quads // 11)
    )
    store.flush()
    store.optimize()


def seconds_of(pool: BlockingPool, name: str) -> float:
    started = time.perf_counter()
    for _ in range(REPEATS[name]):
        pool.run(Job(QUERIES[name], "json"))
    return (time.perf_counter() - started) / REPEATS[name]


def seconds_to_replace(pool: BlockingPool) -> float:
    """From the end of a runaway query to the answer of the next."""
    with suppress(QueryTimeout):
        pool.run(Job(ENDLESS, "json"), 0.2)
    started = time.perf_counter()
    pool.run(Job(QUERIES["point look-up"], "json"))
    return time.perf_counter() - started


def main(quads: int = 250_000, runs: int = 5) -> None:
    limits = Limits(processes=1, query_timeout_s=60)
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder) / "store", quads)
        pools, starts = {}, {}
        for name, in_memory in (("memory", True), ("disk", False)):
            started = time.perf_counter()
            pools[name] = BlockingPool(QueryPool(Path(folder) / "store", limits, {}, in_memory=in_memory))
            pools[name].run(Job("ASK {}", "json"))
            starts[name] = time.perf_counter() - started
        figures: dict[tuple[str, str], list[float]] = {}
        for _ in range(runs):
            for query in (*QUERIES, "replace"):
                for name, pool in pools.items():
                    taken = seconds_to_replace(pool) if query == "replace" else seconds_of(pool, query)
                    figures.setdefault((query, name), []).append(taken)
        for pool in pools.values():
            pool.close()
    print(f"{quads} quads, medians of {runs} runs\n")
    print(f"{'':16}{'memory':>12}{'disk':>12}{'disk/memory':>13}")
    print(
        f"{'first answer':16}{starts['memory']:11.3f}s{starts['disk']:11.3f}s{starts['disk'] / starts['memory']:13.2f}"
    )
    for query in (*QUERIES, "replace"):
        memory, disk = (statistics.median(figures[query, name]) for name in ("memory", "disk"))
        print(f"{query:16}{memory * 1000:10.3f}ms{disk * 1000:10.3f}ms{disk / memory:13.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
