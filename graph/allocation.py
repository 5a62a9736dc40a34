"""How the engine's memory is allocated: with room for more freed blocks than the C library keeps at hand by default.

The engine makes and drops many small blocks for each row. GNU libc keeps seven of each size where they can be had
again at once; past them it searches among all that were freed since, and loading a release frees many (a point look-up
in memory takes 40 µs so and 24 µs with room for 2 000, filter and order over 200 000 quads 0.6 ms and 0.4 ms).
"""

from __future__ import annotations

from collections.abc import Mapping

_VARIABLE = "GLIBC_TUNABLES"
"""What GNU libc reads when a program starts (its manual, section 39, Tunables); other libraries have no such bound."""
_ROOMY = "glibc.malloc.tcache_count=2000"
"""Freed blocks of each of 64 sizes up to 1 032 bytes that a thread keeps; most programs never have so many."""


def roomy(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a program that evaluates queries; what its operator has chosen stays."""
    return {_VARIABLE: _ROOMY} | dict(environment)
