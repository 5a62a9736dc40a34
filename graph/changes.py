"""What differs between two releases: quads removed and added, as RDF Patch and thing by thing.

The N-Quads dumps are canonical and sorted, so two of them are compared in one pass that keeps the differences alone.
RDF Patch as https://afs.github.io/rdf-delta/rdf-patch.html has it: a header, one transaction, deletions before
additions. Applied to the older release it gives the newer one, to the byte once sorted (tests/graph/test_changes.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from .formats import N_QUADS
from .identifiers import thing_path
from .release import Release


@dataclass(frozen=True, slots=True)
class Changes:
    """The lines of canonical N-Quads that only the older release has, and those that only the newer one has."""

    older: Release
    newer: Release
    removed: tuple[bytes, ...]
    added: tuple[bytes, ...]

    def to_patch(self) -> bytes:
        """The changes as RDF Patch. The header names the release that it makes, and the one that it is made from."""
        head = [b"H id <%s> ." % _urn(self.newer), b"H prev <%s> ." % _urn(self.older), b"TX ."]
        body = [*(b"D " + line for line in self.removed), *(b"A " + line for line in self.added)]
        return b"\n".join([*head, *body, b"TC .", b""])


@dataclass(frozen=True, slots=True)
class Value:
    """One property of a thing, in one language where its texts have one: its values before and after."""

    predicate: str
    language: str | None
    before: tuple[ox.NamedNode | ox.Literal | ox.BlankNode, ...]
    after: tuple[ox.NamedNode | ox.Literal | ox.BlankNode, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that differs. `is_new` and `is_gone` say that only one of the releases describes it."""

    iri: str
    is_new: bool
    is_gone: bool
    values: tuple[Value, ...]


def changes(older: Release, newer: Release) -> Changes:
    """What was removed and added between two releases. Raises OSError where a dump cannot be read."""
    removed: list[bytes] = []
    added: list[bytes] = []
    for line, is_older in _different(_lines(older), _lines(newer)):
        (removed if is_older else added).append(line)
    return Changes(older, newer, tuple(removed), tuple(added))


def changed_things(found: Changes) -> list[Thing]:
    """The things under the base of the newer release that differ, in the order of their IRIs."""
    before, after = _by_subject(found.removed), _by_subject(found.added)
    described = _subjects(found.older), _subjects(found.newer)
    base = found.newer.base
    things = sorted(iri for iri in {*before, *after} if thing_path(base, iri) is not None)
    return [
        Thing(
            iri,
            is_new=iri not in described[0],
            is_gone=iri not in described[1],
            values=tuple(_values(before.get(iri, []), after.get(iri, []))),
        )
        for iri in things
    ]


def _urn(release: Release) -> bytes:
    """The name of a release as an IRI: its digest names it everywhere, wherever it is served."""
    return f"urn:sha256:{release.digest}".encode()


def _lines(release: Release) -> Iterator[bytes]:
    path: Path = release.dump(N_QUADS.extension)
    with path.open("rb") as file:
        for line in file:
            yield line.rstrip(b"\n")


def _different(older: Iterator[bytes], newer: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The lines that one of two sorted files lacks, and whether the older has them."""
    old, new = next(older, None), next(newer, None)
    while old is not None or new is not None:
        if old == new:
            old, new = next(older, None), next(newer, None)
        elif new is None or (old is not None and old < new):
            yield old or b"", True
            old = next(older, None)
        else:
            yield new, False
            new = next(newer, None)


def _by_subject(lines: Iterable[bytes]) -> dict[str, list[ox.Triple]]:
    found: dict[str, list[ox.Triple]] = {}
    for quad in ox.parse(b"\n".join(lines), format=ox.RdfFormat.N_QUADS):
        if isinstance(quad.subject, ox.NamedNode):
            found.setdefault(quad.subject.value, []).append(quad.triple)
    return found


def _subjects(release: Release) -> set[str]:
    """The IRIs that a release describes."""
    return {line[1 : line.index(b">")].decode() for line in _lines(release) if line.startswith(b"<")}


def _values(removed: Iterable[ox.Triple], added: Iterable[ox.Triple]) -> Iterator[Value]:
    before, after = _grouped(removed), _grouped(added)
    for key in sorted({*before, *after}, key=lambda key: (key[0], key[1] or "")):
        old, new = before.get(key, ()), after.get(key, ())
        if old != new:  # else the triple only went from one graph to another
            yield Value(*key, old, new)


def _grouped(triples: Iterable[ox.Triple]) -> dict[tuple[str, str | None], tuple[ox.NamedNode | ox.Literal, ...]]:
    found: dict[tuple[str, str | None], set[ox.NamedNode | ox.Literal]] = {}
    for triple in triples:
        language = triple.object.language if isinstance(triple.object, ox.Literal) else None
        found.setdefault((triple.predicate.value, language), set()).add(triple.object)  # type: ignore[arg-type]
    return {key: tuple(sorted(values, key=str)) for key, values in found.items()}
