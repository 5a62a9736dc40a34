"""Publishes: validates an assembly and writes it as a release, whole or not at all."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import pyoxigraph as ox
from rdflib import RDF

from legation.ontology import VERSION as ONTOLOGY_VERSION
from legation.ontology import load_ontology
from legation.shapes import VERSION as SHAPES_VERSION
from legation.shapes import digest as shapes_digest
from legation.shapes import load_shapes

from .assembly import CATALOGUE, ONTOLOGY, SHAPES, Assembly
from .canonical import canonical_n_quads, digest, may_have_blank
from .competency import QUESTIONS
from .density import density_of
from .errors import NotExpressible, PublicationRefused, ReleaseError
from .formats import DATASET_FORMATS, N_QUADS, N_TRIPLES, PARQUET, RDF_FORMATS
from .literals import rewritten_literals
from .prefixes import PREFIXES
from .rdflib_terms import rdflib_graph
from .release import (
    DUMP_STEM,
    FILE_FOLDERS,
    Dump,
    Manifest,
    Release,
    current_release,
    file_sha256,
    open_release,
    sync_folder,
)
from .reporting import report_document
from .serialisation import namespaces, prefixes_in_use, union, write
from .validation import GateError, Report, Severity, validate
from .views import views

Progress = Callable[[str], None]
_TOOLS = ("legation", "pyoxigraph", "rdflib", "pyshacl")
_TYPE = ox.NamedNode(str(RDF.type))
_UNCHECKED_GRAPHS = frozenset({CATALOGUE, ONTOLOGY, QUESTIONS, SHAPES})
"""Catalogue and questions are the build's own work; the ontology and the shapes are what the facts are checked by."""


@dataclass(frozen=True, slots=True)
class Published:
    """What came of publishing: the release, and whether it was there before, to the byte, and so was left alone."""

    release: Release
    is_new: bool


def check(assembly: Assembly, *, require_matches: bool = True) -> Report:
    """Apply the shapes to the facts of an assembly; `require_matches` as `validate` has it.

    Raises GateError where the shapes cannot be trusted, with the place of each entity that it names.
    """
    checked = (quad for quad in assembly.quads if assembly.graph_name(quad) not in _UNCHECKED_GRAPHS)
    data = rdflib_graph(quad.triple for quad in checked)
    try:
        return validate(data, load_shapes(), load_ontology(), require_matches=require_matches, unmet=assembly.unmet)
    except GateError as error:
        raise GateError([_placed(problem, assembly) for problem in error.problems]) from error


def _placed(problem: str, assembly: Assembly) -> str:
    """The problem with the file and line of the first entity that it names."""
    named = re.findall(r"<([^<>]+)>", problem)
    place = next((place for iri in named if (place := assembly.place_of(iri))), None)
    return f"{place}: {problem}" if place else problem


def publish(
    assembly: Assembly,
    releases: Path,
    report: Report | None,
    *,
    union_default_graph: bool = True,
    progress: Progress = lambda _: None,
) -> Published:
    """Write the assembly as a release below `releases`; the pointer is not touched.

    `report` is None for data that no shape has seen. Raises PublicationRefused, with nothing written, for a report
    with a Violation; an interrupted build leaves only a hidden temporary folder, which the next build removes.
    """
    if report is not None and not report.conforms:
        raise PublicationRefused(f"{len(report.violations)} violations: nothing was published")
    releases = releases.absolute()
    content = canonical_n_quads(assembly.quads)
    name = digest(content)
    folder = releases / name
    if folder.exists():
        return Published(_same(open_release(folder), union_default_graph), is_new=False)
    releases.mkdir(parents=True, exist_ok=True)
    _sweep(releases)
    temporary = Path(tempfile.mkdtemp(prefix=".building-", dir=releases))
    try:
        _write(temporary, assembly, content, report, releases, union_default_graph, progress)
        temporary.chmod(0o755)
        temporary.rename(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    sync_folder(releases)
    return Published(open_release(folder), is_new=True)


def _same(found: Release, union_default_graph: bool) -> Release:
    if found.manifest.union_default_graph != union_default_graph:
        raise ReleaseError(
            f"release {found.digest[:12]} is already there with another default graph; "
            "publish into another folder (--releases) or remove it first"
        )
    return found


def _sweep(releases: Path) -> None:
    """Remove what interrupted builds left behind, an hour or more ago."""
    for left in releases.glob(".building-*"):
        if datetime.now(UTC).timestamp() - left.stat().st_mtime > 3600:
            shutil.rmtree(left, ignore_errors=True)


def _write(
    folder: Path,
    assembly: Assembly,
    content: bytes,
    report: Report | None,
    releases: Path,
    union_default_graph: bool,
    progress: Progress,
) -> None:
    dumps = folder / "dumps"
    dumps.mkdir()
    triples = _write_dumps(dumps, assembly.quads, content, progress)
    made = views(assembly.quads, assembly.base)
    (folder / "views").mkdir()
    for name, body in made.items():
        _write_file(folder / "views" / name, body)
    progress(f"wrote {len(made)} views")
    _compress(folder)
    progress("compressed them")
    progress("indexing the store")
    quads = assembly.quads if may_have_blank(content) else ()
    _index(folder / "store", dumps, quads, union_default_graph)
    _write_file(folder / "report.json", report_document(report, assembly).encode())
    manifest = _manifest(assembly, content, triples, report, folder, releases, union_default_graph)
    _write_file(folder / "manifest.json", manifest.to_json().encode())
    for written in (*(folder / name for name in FILE_FOLDERS), folder):
        sync_folder(written)


def _write_dumps(folder: Path, quads: Sequence[ox.Quad], content: bytes, progress: Progress) -> int:
    """Write the quads in every format that can carry them, and return how many triples they are together."""
    triples = union(quads)
    known = namespaces(triples)
    named = known | namespaces({quad.graph_name: quad for quad in quads}.values())
    for form in RDF_FORMATS:
        name = f"{DUMP_STEM}.{form.extension}"
        statements, used = (quads, named) if form in DATASET_FORMATS else (triples, known)
        try:
            body = content if form is N_QUADS else write(statements, form, prefixes_in_use(used, PREFIXES))
        except NotExpressible as error:
            progress(f"left out {name}: {error}")
        else:
            _write_file(folder / name, body)
            progress(f"wrote {name}")
    return len(triples)


_SMALL_BYTES = 1 << 24
"""Larger files are compressed fast rather than hard: the dumps of a million triples are a gigabyte together."""


def _compress(folder: Path) -> None:
    """Write each dump and view again as gzip, without a name or a time in it; Parquet is compressed in itself."""
    (folder / "compressed").mkdir()
    plain = [path for kind in ("dumps", "views") for path in sorted((folder / kind).iterdir())]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        list(threads.map(_compress_file, (path for path in plain if path.suffix != f".{PARQUET.extension}")))


def _compress_file(path: Path) -> None:
    content = path.read_bytes()
    level = 9 if len(content) <= _SMALL_BYTES else 1
    _write_file(path.parents[1] / "compressed" / f"{path.name}.gz", gzip.compress(content, level, mtime=0))


def _write_file(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


_LOADED = (f"{DUMP_STEM}.{N_QUADS.extension}", f"{DUMP_STEM}.{N_TRIPLES.extension}")
"""The dumps that a store is loaded from: the quads, and their union, which becomes its default graph."""
_PART_BYTES = 1 << 25


def _index(folder: Path, dumps: Path, quads: Sequence[ox.Quad], union_default_graph: bool) -> None:
    """Index the quads, and in the default graph their union, so that a triple in two graphs is found once.

    `quads` are needed where they may have blank nodes, to keep their labels; otherwise the dumps hold all there is.
    """
    store = ox.Store(str(folder))
    if quads:
        triples = union(quads) if union_default_graph else []
        store.bulk_extend(quads)
        store.bulk_extend(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    else:
        for name in _LOADED[: 1 + union_default_graph]:
            _load(store, dumps / name)
    store.flush()
    store.optimize()


def _load(store: ox.Store, dump: Path) -> None:
    """Load a dump part by part: a million lines at once take two gigabytes, and longer."""
    with dump.open("rb") as file:
        while lines := file.readlines(_PART_BYTES):
            store.bulk_load(b"".join(lines), ox.RdfFormat.N_QUADS, lenient=True)


def _manifest(
    assembly: Assembly,
    content: bytes,
    triples: int,
    report: Report | None,
    folder: Path,
    releases: Path,
    union_default_graph: bool,
) -> Manifest:
    parent = current_release(releases)
    density = density_of(content)
    return Manifest(
        digest=digest(content),
        base=assembly.base.iri,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        validated=report is not None,
        quads=len(assembly.quads),
        triples=triples,
        graphs=dict(sorted(Counter(map(assembly.graph_name, assembly.quads)).items())),
        dumps=_files(folder / "dumps"),
        views=_files(folder / "views"),
        compressed=_files(folder / "compressed"),
        versions=_versions(),
        findings={} if report is None else {s.value: len(report.of(s)) for s in Severity},
        sources=assembly.sources,
        union_default_graph=union_default_graph,
        parent=parent.digest if parent else None,
        example=_example(assembly),
        literals_rewritten=sum(1 for _ in rewritten_literals(assembly.quads)),
        subject_quads_max=density.of_subject,
        property_quads_max=density.of_property,
        classes=_classes(assembly.quads),
        report_sha256=file_sha256(folder / "report.json"),
    )


def _classes(quads: Sequence[ox.Quad]) -> dict[str, int]:
    """How many things of each class there are."""
    typed = {(quad.subject, quad.object) for quad in quads if quad.predicate == _TYPE}
    return dict(sorted(Counter(kind.value for _, kind in typed if isinstance(kind, ox.NamedNode)).items()))


def _example(assembly: Assembly) -> str | None:
    """The organisation with the most statements about it; None for data with none under the base."""
    prefix = assembly.base.thing("organisation/")
    subjects = (q.subject.value for q in assembly.quads if isinstance(q.subject, ox.NamedNode))
    counts = Counter(iri for iri in subjects if iri.startswith(prefix))
    return min(counts, key=lambda iri: (-counts[iri], iri), default=None)


def _files(folder: Path) -> tuple[Dump, ...]:
    return tuple(Dump(path.name, path.stat().st_size, file_sha256(path)) for path in sorted(folder.iterdir()))


def _versions() -> dict[str, str]:
    tools = {name: metadata.version(name) for name in _TOOLS}
    return tools | {"ontology": ONTOLOGY_VERSION, "shapes": SHAPES_VERSION, "shapes_sha256": shapes_digest()}
