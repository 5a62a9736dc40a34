"""What differs between two releases."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from legation.graph.assembly import assemble_data
from legation.graph.changes import changed_things, changes
from legation.graph.identifiers import Base
from legation.graph.publication import publish
from legation.graph.release import Release
from legation.server.cli import main

BASE = Base("https://changes.example/")
OLDER = """
@base <https://changes.example/id/> .
@prefix schema: <https://schema.org/> .
<claim/a/c37> a <urn:Claim> ; schema:text "old gist"@en , "même texte"@fr ; <urn:count> 3 , 4 .
<claim/a/c38> a <urn:Claim> .
<https://elsewhere.example/x> <urn:p> 1 .
"""
NEWER = """
@base <https://changes.example/id/> .
@prefix schema: <https://schema.org/> .
<claim/a/c37> a <urn:Claim> ; schema:text "new gist"@en , "même texte"@fr ; <urn:count> 4 , 5 .
<claim/a/c39> a <urn:Claim> ; schema:text "a \\"quoted\\" line\\nand another"@en .
<https://elsewhere.example/x> <urn:p> 2 .
"""


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("changes") / "releases"


def built(releases: Path, name: str, turtle: str) -> Release:
    data = releases.parent / f"{name}.ttl"
    data.write_text(turtle, "utf-8")
    return publish(assemble_data([data], BASE), releases, None).release


@pytest.fixture(scope="module")
def older(releases: Path) -> Release:
    return built(releases, "older", OLDER)


@pytest.fixture(scope="module")
def newer(releases: Path) -> Release:
    return built(releases, "newer", NEWER)


def patched(content: bytes, patch: bytes) -> set[bytes]:
    """What an RDF Patch makes of N-Quads, by the words of its specification: each line adds or deletes one quad."""
    quads = set(content.splitlines())
    for line in patch.splitlines():
        code, _, quad = line.partition(b" ")
        if code == b"A":
            assert quad not in quads, "adds what is there"
            quads.add(quad)
        elif code == b"D":
            quads.remove(quad)
        else:
            assert code in {b"H", b"TX", b"TC"}
    return quads


@pytest.mark.parametrize("backwards", [False, True])
def test_a_patch_makes_one_release_of_the_other(older: Release, newer: Release, backwards: bool) -> None:
    """To the byte, once sorted; and the other way round."""
    first, second = (newer, older) if backwards else (older, newer)
    patch = changes(first, second).to_patch()
    lines = sorted(patched(first.dump("nq").read_bytes(), patch))
    assert b"".join(line + b"\n" for line in lines) == second.dump("nq").read_bytes()
    assert patch.splitlines()[:3] == [
        f"H id <urn:sha256:{second.digest}> .".encode(),
        f"H prev <urn:sha256:{first.digest}> .".encode(),
        b"TX .",
    ]
    assert patch.endswith(b"TC .\n")


def test_a_release_differs_from_itself_in_nothing(older: Release) -> None:
    """An empty transaction."""
    same = changes(older, older)
    assert (same.removed, same.added, changed_things(same)) == ((), (), [])


def test_what_changed_is_told_thing_by_thing(older: Release, newer: Release) -> None:
    """A gist in one language, a number that has two values, one thing gone, one new; others' IRIs are not things."""
    things = {thing.iri.rpartition("/")[2]: thing for thing in changed_things(changes(older, newer))}
    assert {name: (thing.is_new, thing.is_gone) for name, thing in things.items()} == {
        "c37": (False, False),
        "c38": (False, True),
        "c39": (True, False),
    }
    gist, count = things["c37"].values
    assert (gist.predicate, gist.language) == ("https://schema.org/text", "en")
    assert [[str(value) for value in side] for side in (gist.before, gist.after)] == [
        ['"old gist"@en'],
        ['"new gist"@en'],
    ]
    integer = ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")
    assert count.before == (ox.Literal("3", datatype=integer),)
    assert count.after == (ox.Literal("5", datatype=integer),)


def test_a_triple_that_changes_its_graph_is_in_the_patch_and_in_no_thing(releases: Path) -> None:
    """Nothing that is said of the thing has changed."""
    quads = ("<urn:g>", "<urn:h>")
    made = []
    for graph in quads:
        data = releases.parent / f"{graph[5]}.nq"
        data.write_text(f"<https://changes.example/id/x> <urn:p> <urn:o> {graph} .\n")
        made.append(publish(assemble_data([data], BASE), releases, None).release)
    found = changes(*made)
    assert (len(found.removed), len(found.added)) == (1, 1)
    assert [thing.values for thing in changed_things(found)] == [()]


def test_the_command_writes_a_patch_or_tells(releases: Path, older: Release, newer: Release) -> None:
    """`legation diff`: prose by default, and RDF Patch."""
    names = [older.digest[:12], newer.digest[:12], "--releases", str(releases)]
    told = CliRunner().invoke(main, ["diff", *names]).output
    assert "claim/a/c37: schema:text (en) was changed from “old gist” to “new gist”" in told
    assert "claim/a/c38 is gone" in told
    assert "claim/a/c39 is new" in told
    patch = CliRunner().invoke(main, ["diff", "--patch", *names])
    assert patch.stdout_bytes == changes(older, newer).to_patch()
    shutil.rmtree(releases.parent / "none", ignore_errors=True)
    assert CliRunner().invoke(main, ["diff", "0", "1", "--releases", str(releases.parent / "none")]).exit_code == 1
