"""Switching between releases, going back, and what a crash leaves."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from unittest.mock import Mock

import pytest
from click.testing import CliRunner, Result

from legation.graph.assembly import assemble_data
from legation.graph.errors import ReleaseError
from legation.graph.history import HISTORY, events, listed, make_current, roll_back
from legation.graph.identifiers import Base
from legation.graph.publication import publish
from legation.graph.release import current_release
from legation.server.cli import main

BASE = Base("https://history.example/")
CRASHING = Path(__file__).parents[1] / "crashing.py"


def built(releases: Path, word: str) -> str:
    """The digest of a release of one triple."""
    data = releases.parent / f"{word}.nt"
    data.write_text(f'<https://history.example/id/a/{word}> <urn:p> "{word}" .')
    return publish(assemble_data([data], BASE), releases, None).release.digest


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    return tmp_path / "releases"


def now(releases: Path) -> str:
    release = current_release(releases)
    assert release is not None
    return release.digest


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_going_back_undoes_one_publication_after_the_other(releases: Path) -> None:
    """As `undo` does: what was gone back on is not gone back to."""
    a, b, c = (built(releases, word) for word in "abc")
    for digest in (a, b):
        make_current(releases, digest)
    assert roll_back(releases).digest == a
    make_current(releases, c)
    assert roll_back(releases).digest == a
    with pytest.raises(ReleaseError, match="no release was current before"):
        roll_back(releases)
    assert now(releases) == a
    assert [event.what for event in events(releases)] == ["publish", "publish", "rollback", "publish", "rollback"]


def test_a_release_published_anew_is_gone_back_from_as_well(releases: Path) -> None:
    """A, B, and A again: the one before is B."""
    a, b = built(releases, "a"), built(releases, "b")
    for digest in (a, b, a):
        make_current(releases, digest[:10])
    assert roll_back(releases).digest == b
    assert roll_back(releases).digest == a


def test_a_line_that_came_to_nothing_and_one_cut_short_are_passed_over(releases: Path) -> None:
    """A crash after the log and before the pointer, and one in the middle of a line."""
    a, b, c = (built(releases, word) for word in "abc")
    for digest in (a, b):
        make_current(releases, digest)
    with (releases / HISTORY).open("a") as file:
        file.write(json.dumps({"when": "2026-01-01T00:00:00+00:00", "what": "publish", "digest": c}) + '\n{"when": "20')
    assert roll_back(releases).digest == a
    make_current(releases, c)
    assert [event.digest for event in events(releases)] == [a, b, c, a, c]


def test_publishing_the_current_one_is_no_event(releases: Path) -> None:
    """Nothing moved, nothing is logged."""
    a = built(releases, "a")
    make_current(releases, a)
    make_current(releases, a)
    assert len(events(releases)) == 1


def test_a_damaged_release_is_not_made_current(releases: Path) -> None:
    """The old one stays, the damage is told, and the list shows both."""
    a, b = built(releases, "a"), built(releases, "b")
    make_current(releases, a)
    (releases / b / "dumps" / "legation.nq").write_bytes(b"")
    with pytest.raises(ReleaseError, match="damaged"):
        make_current(releases, b)
    assert now(releases) == a
    assert [(one.digest, one.release is None, one.is_current) for one in listed(releases)] == [
        (a, False, True),
        (b, True, False),
    ]


def test_of_two_publishers_one_waits(releases: Path) -> None:
    """Many switches at once: the log has every one, and the last is current."""
    digests = [built(releases, word) for word in "abcd"]
    threads = [threading.Thread(target=make_current, args=(releases, digest)) for digest in digests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(event.digest for event in events(releases)) == sorted(digests)
    assert events(releases)[-1].digest == now(releases)


def test_the_commands_say_what_they_did_and_what_is_next(releases: Path) -> None:
    """publish, rollback, releases."""
    a, b = built(releases, "a"), built(releases, "b")
    for digest in (a, b):
        assert "is the current one" in run("publish", digest[:8], "--releases", str(releases)).output
    shown = run("releases", "--releases", str(releases)).output.splitlines()
    assert {line[:14] for line in shown} == {f"  {a[:12]}", f"* {b[:12]}"}
    assert a[:12] in run("rollback", "--releases", str(releases)).output
    refused = run("rollback", "--releases", str(releases))
    assert refused.exit_code == 1
    assert "no release was current before" in refused.output
    empty = run("releases", "--releases", str(releases.parent / "none"))
    assert (empty.exit_code, "run: legation release" in empty.output) == (1, True)


def test_a_crash_at_any_step_leaves_the_old_release_or_the_new_one(releases: Path) -> None:
    """Killed before each use of a file in turn: what is current is always whole, and no half-release is ever seen."""
    old = built(releases, "old")
    make_current(releases, old)
    data = releases.parent / "new.nt"
    data.write_text('<https://history.example/id/a/new> <urn:p> "new" .')
    done = subprocess.run(
        [sys.executable, str(CRASHING), str(data), str(releases)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    states = [json.loads(line) for line in done.stdout.splitlines()]
    new = now(releases)
    assert [state["wrong"] for state in states] == [[]] * len(states)
    assert states[-1] == {"step": len(states), "lives": True, "current": new, "wrong": [], "seen": 2}
    currents = [state["current"] for state in states]
    switched = currents.index(new)
    assert currents == [old] * switched + [new] * (len(states) - switched)
    assert new != old
    assert switched > 30, "a build and a switch are many steps"
    assert states[switched - 1]["seen"] == 2, "built, and not yet current"


def test_a_full_disk_is_told_and_the_old_release_stays(releases: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence, exit code 1, nothing left behind."""
    old = built(releases, "old")
    make_current(releases, old)
    data = releases.parent / "new.nt"
    data.write_text('<https://history.example/id/a/new> <urn:p> "new" .')
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "report.json")
    monkeypatch.setattr("legation.graph.publication.report_document", Mock(side_effect=full))
    result = run("release", "--data", str(data), "--without-shapes", "--releases", str(releases))
    assert (result.exit_code, "error: report.json: No space left on device" in result.output) == (1, True)
    assert now(releases) == old
    assert {path.name for path in releases.iterdir()} == {old, "current", HISTORY, ".lock"}


def test_an_unreadable_folder_is_told(releases: Path) -> None:
    """A file where the folder should be."""
    releases.write_text("no folder")
    result = run("releases", "--releases", str(releases))
    assert (result.exit_code, result.exception.__class__) in {(1, SystemExit), (2, SystemExit)}
