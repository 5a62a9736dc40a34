"""How dense a release is: the figures that bound, before it is run, what a chain of triples can cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Density:
    """The most quads that one subject has, and one subject with one predicate."""

    of_subject: int
    of_property: int


def density_of(content: bytes) -> Density:
    """The density of canonical N-Quads: sorted, so that a subject's lines, and those of a predicate, stand together."""
    return Density(of_subject=_longest_run(content, 1), of_property=_longest_run(content, 2))


def _longest_run(content: bytes, terms: int) -> int:
    """The most lines in a row that begin with the same terms; neither IRIs nor labels have a space."""
    return max((sum(1 for _ in run) for _, run in groupby(_beginnings(content, terms))), default=0)


def _beginnings(content: bytes, terms: int) -> Iterator[list[bytes]]:
    return (line.split(b" ", terms)[:terms] for line in content.splitlines())
