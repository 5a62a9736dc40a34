"""The benchmark asks what it says it asks."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from invented import bench_module, generated

from legation.graph.sparql_text import examine


def test_no_query_is_asked_twice_and_the_guard_lets_each_pass(tmp_path: Path) -> None:
    queries = bench_module("queries")
    found = queries.entities(generated(tmp_path, 6, 2_500), seed=1)
    for kind in queries.KINDS:
        texts = list(islice(kind.queries(found), 2_000))
        assert len(set(texts)) == len(texts), kind.name
        examine(texts[0], chars_max=10_000, depth_max=20)
