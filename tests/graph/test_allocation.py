"""The memory in which queries are evaluated."""

from __future__ import annotations

from legation.graph.allocation import roomy


def test_a_process_that_evaluates_queries_keeps_more_freed_blocks() -> None:
    """Beside whatever else its environment says."""
    assert roomy({"PATH": "/bin"}) == {"PATH": "/bin", "GLIBC_TUNABLES": "glibc.malloc.tcache_count=2000"}


def test_what_the_operator_has_chosen_stays() -> None:
    """One variable holds all tunables of the library."""
    chosen = {"GLIBC_TUNABLES": "glibc.malloc.arena_max=1"}
    assert roomy(chosen) == chosen
