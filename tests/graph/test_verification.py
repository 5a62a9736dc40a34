"""A release is verified to the byte."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from legation.graph.assembly import assemble_data
from legation.graph.identifiers import Base
from legation.graph.publication import publish
from legation.graph.release import Dump, Manifest, Release, file_sha256, open_release, switch
from legation.graph.verification import damages
from legation.server.cli import main

DATA = """
@prefix : <https://verify.example/id/> .
:g { :a :p :b , "01"^^<http://www.w3.org/2001/XMLSchema#integer> , _:x . _:x :q "é"@fr }
:h { :a :p :b }
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Release:
    folder = tmp_path_factory.mktemp("verify")
    (folder / "data.trig").write_text(DATA, "utf-8")
    assembly = assemble_data([folder / "data.trig"], Base("https://verify.example/"))
    return publish(assembly, folder / "releases", None).release


@pytest.fixture
def release(built: Release, tmp_path: Path) -> Release:
    """A copy, to damage."""
    return open_release(Path(shutil.copytree(built.folder, tmp_path / "releases" / built.digest)))


def rewritten(release: Release, **changes: object) -> Release:
    """The release with another manifest, as a forger would write it."""
    manifest = replace(release.manifest, **changes)  # type: ignore[arg-type]
    (release.folder / "manifest.json").write_text(manifest.to_json(), "utf-8")
    return Release(release.folder, manifest)


def forged(release: Release, name: str, content: bytes) -> Release:
    """A dump of other content, with its gzip and the manifest made to fit."""
    manifest = release.manifest
    return rewritten(
        release,
        dumps=_with(manifest.dumps, release.folder / "dumps" / name, content),
        compressed=_with(manifest.compressed, release.folder / "compressed" / f"{name}.gz", gzip.compress(content)),
    )


def _with(files: tuple[Dump, ...], path: Path, content: bytes) -> tuple[Dump, ...]:
    path.write_bytes(content)
    entry = Dump(path.name, len(content), file_sha256(path))
    return tuple(entry if file.name == path.name else file for file in files)


def test_a_whole_release_has_no_damage(release: Release) -> None:
    """With blank nodes, a literal that the store rewrites, and a triple in two graphs."""
    assert release.manifest.literals_rewritten == 1
    assert damages(release) == []


def _packed(folder: Path, content: bytes) -> None:
    (folder / "compressed/legation.ttl.gz").write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda f: (f / "dumps/legation.ttl").unlink(), "dumps/legation.ttl is missing"),
        (lambda f: (f / "dumps/legation.ttl").write_bytes(b"#"), "dumps/legation.ttl has 1 bytes and not"),
        (
            lambda f: (f / "dumps/legation.nq").write_bytes((f / "dumps/legation.nq").read_bytes()[::-1]),
            "dumps/legation.nq has another SHA-256",
        ),
        (lambda f: (f / "report.json").write_text("{}"), "report.json has another SHA-256"),
        (lambda f: (f / "report.json").unlink(), "report.json is missing"),
        (lambda f: _packed(f, gzip.compress(b"other")), "compressed/legation.ttl.gz does not hold legation.ttl"),
        (lambda f: _packed(f, b"no gzip"), "compressed/legation.ttl.gz does not hold legation.ttl"),
        (lambda f: (f / "dumps/more.txt").touch(), "dumps/more.txt does not belong to the release"),
    ],
)
def test_a_file_that_was_touched_is_told(release: Release, damage: Callable[[Path], None], told: str) -> None:
    """Missing, cut, changed in one place, or one too many."""
    damage(release.folder)
    assert [sentence for sentence in damages(release) if sentence.startswith(told)] != []


def test_a_manifest_that_was_made_to_fit_does_not_help(release: Release) -> None:
    """The name holds the quads, and the quads hold the formats, the counts and the store."""
    content = release.dump("nq").read_bytes().replace("é".encode(), b"e")
    assert any(
        "not the name of the release" in sentence for sentence in damages(forged(release, "legation.nq", content))
    )


def test_a_dump_that_says_something_else_is_told(release: Release) -> None:
    """Another triple in one format only, with hash and size made to fit."""
    content = release.dump("ttl").read_bytes() + b"\n<urn:a> <urn:b> <urn:c> .\n"
    assert damages(forged(release, "legation.ttl", content)) == [
        "dumps/legation.ttl holds other triples than the release"
    ]


def test_blank_nodes_with_other_labels_are_the_same_quads(release: Release) -> None:
    """Formats are compared by their canonical form, and the N-Quads dump has to be in it."""
    content = release.dump("trig").read_bytes().replace(b"_:c14n0", b"_:other")
    assert content != release.dump("trig").read_bytes()
    renamed = forged(release, "legation.trig", content)
    assert damages(renamed) == []
    relabelled = release.dump("nq").read_bytes().replace(b"_:c14n0", b"_:other")
    assert "dumps/legation.nq is not in canonical form" in damages(forged(renamed, "legation.nq", relabelled))


def test_a_store_with_other_quads_is_told(release: Release) -> None:
    """One less, one more."""
    store = ox.Store(str(release.store_folder))
    store.remove(next(iter(store)))
    store.add(ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.NamedNode("urn:c")))
    store.flush()
    del store
    assert damages(release) == ["the store lacks 1 quads and has 1 others"]


def test_counts_are_counted(release: Release) -> None:
    """A manifest that counts wrongly."""
    assert damages(rewritten(release, quads=99)) == ["the manifest counts 99 quads; there are 5"]


def test_the_command_names_the_damage_and_fails(release: Release, tmp_path: Path) -> None:
    """Exit code 1 for a damaged one, whichever way it is named; --all goes through all of them."""
    releases = release.folder.parent
    switch(releases, release.digest)
    whole = CliRunner().invoke(main, ["verify", "--releases", str(releases)])
    assert (whole.exit_code, "whole" in whole.output) == (0, True)
    other = Path(shutil.copytree(release.folder, releases / ("0" * 64)))
    of_all = CliRunner().invoke(main, ["verify", "--all", "--releases", str(releases)])
    assert (of_all.exit_code, "not the name of the release" in of_all.output, "whole" in of_all.output) == (
        1,
        True,
        True,
    )
    (other / "manifest.json").write_text("[]")
    named = CliRunner().invoke(main, ["verify", "00", "--releases", str(releases)])
    assert (named.exit_code, "manifest.json cannot be read" in named.output) == (1, True)


def test_a_manifest_counts_classes_and_hashes_the_report(release: Release) -> None:
    """What was written can be read again, and an older manifest without them too."""
    text = (release.folder / "manifest.json").read_text("utf-8")
    assert Manifest.from_json(text) == release.manifest
    older = json.loads(text)
    del older["classes"], older["report_sha256"]
    assert Manifest.from_json(json.dumps(older)).report_sha256 is None
