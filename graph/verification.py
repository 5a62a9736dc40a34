"""Verifies a release: every byte of it again, and that its files, its store and its name say the same.

Four things are looked at, so that neither an accident nor a hand could change one without the others telling:
  files      every dump, view and report has the size and the SHA-256 that the manifest says, and there is no other;
  name       the canonical form (RDFC-1.0) of the quads in the N-Quads dump is that dump, and its SHA-256 the name;
  formats    every other dump holds the same quads, or the same triples where it has no graphs;
  store      the indexed store holds the same quads, and their union where the manifest says so.
"""

from __future__ import annotations

import gzip
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

from .canonical import canonical_n_quads, canonical_quads, digest
from .formats import DATASET_FORMATS, N_QUADS, RDF_FORMATS, Format
from .release import DUMP_STEM, FILE_FOLDERS, Release, file_sha256
from .serialisation import rdf_format, union

Progress = Callable[[str], None]
_FILES = ("manifest.json", "report.json")
_FOLDERS = frozenset({*FILE_FOLDERS, "store"})


def damages(release: Release, progress: Progress = lambda _: None) -> list[str]:
    """What is wrong with a release, a sentence each; none for one that is whole. Takes the memory of its quads."""
    progress("reading every file")
    found = list(_of_files(release))
    if found:
        return found  # what follows would say it again
    progress("canonicalising the quads")
    content = release.dump(N_QUADS.extension).read_bytes()
    quads = canonical_quads(ox.parse(content, format=ox.RdfFormat.N_QUADS))
    if canonical_n_quads(quads) != content:
        found.append(f"dumps/{DUMP_STEM}.nq is not in canonical form")
    if digest(content) != release.digest or release.folder.name != release.digest:
        found.append(f"dumps/{DUMP_STEM}.nq has the digest {digest(content)}, which is not the name of the release")
    found += _of_counts(release, quads)
    triples = union(quads)
    for form in RDF_FORMATS:
        if form is not N_QUADS and release.dump(form.extension).is_file():
            progress(f"reading {DUMP_STEM}.{form.extension} again")
            found += _of_format(release, form, quads, triples)
    progress("reading the store")
    return found + _of_store(release, quads, triples)


def _of_files(release: Release) -> Iterator[str]:
    expected = {str(path.relative_to(release.folder)): (path, file) for path, file in release.files.values()}
    for name, (path, file) in expected.items():
        if not path.is_file():
            yield f"{name} is missing"
        elif path.stat().st_size != file.bytes:
            yield f"{name} has {path.stat().st_size} bytes and not {file.bytes}"
        elif file_sha256(path) != file.sha256:
            yield f"{name} has another SHA-256 than the manifest says"
    report, sha256 = release.folder / "report.json", release.manifest.report_sha256
    if not report.is_file():
        yield "report.json is missing"
    elif sha256 and file_sha256(report) != sha256:
        yield "report.json has another SHA-256 than the manifest says"
    yield from _of_compressed(release)
    yield from (f"{name} does not belong to the release" for name in _present(release.folder) - {*expected, *_FILES})


def _of_compressed(release: Release) -> Iterator[str]:
    """A gzip file that holds something else than the file beside it."""
    for name, (path, _) in release.files.items():
        if name.endswith(".gz") and path.is_file() and name.removesuffix(".gz") in release.files:
            plain, _ = release.files[name.removesuffix(".gz")]
            try:
                same = plain.is_file() and gzip.decompress(path.read_bytes()) == plain.read_bytes()
            except (OSError, EOFError, zlib.error):
                same = False
            if not same:
                yield f"compressed/{name} does not hold {plain.name}"


def _present(folder: Path) -> set[str]:
    """Every file of a release but those of its store, whose names are the engine's."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.relative_to(folder).parts[0] != "store" and not (path.is_dir() and path.name in _FOLDERS)
    }


def _of_counts(release: Release, quads: list[ox.Quad]) -> Iterator[str]:
    manifest = release.manifest
    named = Counter(quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode))
    if manifest.quads != len(quads):
        yield f"the manifest counts {manifest.quads} quads; there are {len(quads)}"
    if dict(release.graphs) != dict(named):
        yield "the manifest counts other graphs than there are"


def _of_format(release: Release, form: Format, quads: list[ox.Quad], triples: list[ox.Triple]) -> Iterator[str]:
    parsed = ox.parse(path=str(release.dump(form.extension)), format=rdf_format(form))
    is_dataset = form in DATASET_FORMATS
    expected = quads if is_dataset else [ox.Quad(t.subject, t.predicate, t.object) for t in triples]
    if canonical_n_quads(canonical_quads(parsed)) != canonical_n_quads(canonical_quads(expected)):
        yield f"dumps/{DUMP_STEM}.{form.extension} holds other {'quads' if is_dataset else 'triples'} than the release"


def _of_store(release: Release, quads: list[ox.Quad], triples: list[ox.Triple]) -> list[str]:
    try:
        store = ox.Store.read_only(str(release.store_folder))
        kept = set(store)
    except OSError as error:
        return [f"the store cannot be read: {error}"]
    expected = _as_kept(quads)
    if release.manifest.union_default_graph:
        expected |= _as_kept(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    missing, more = len(expected - kept), len(kept - expected)
    return [f"the store lacks {missing} quads and has {more} others"] if missing or more else []


def _as_kept(quads: Iterable[ox.Quad]) -> set[ox.Quad]:
    """Quads as a store keeps them: it writes some literals in another form (graph.literals)."""
    store = ox.Store()
    store.bulk_extend(quads)
    return set(store)
