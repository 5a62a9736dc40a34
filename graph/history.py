"""Which release is current, and which ones were: switching the pointer, going back, and the log of both.

    releases/history.jsonl    one JSON object a line: when (UTC), what ("publish" or "rollback"), and the digest

A line is durable before the pointer moves, and the pointer alone says what is current: a crash between the two leaves a
line that came to nothing, which is seen by its not being current.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from .errors import ReleaseError
from .release import POINTER, Release, find_release, open_release, release_folders, switch, sync_folder

HISTORY = "history.jsonl"
_LOCK = ".lock"
PUBLISH, ROLLBACK = "publish", "rollback"


@dataclass(frozen=True, slots=True)
class Event:
    """The pointer was moved to `digest` at `when` (UTC, ISO 8601)."""

    when: str
    what: str
    digest: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A release on disk, or why it cannot be opened; `is_current` where the pointer names it."""

    digest: str
    release: Release | None
    damage: str | None
    is_current: bool


def make_current(releases: Path, name: str) -> Release:
    """Point `current` at the release whose digest begins with `name`; it is opened first, so that it can be served.

    Raises ReleaseError for none, for several, and for a damaged one; the pointer is then where it was.
    """
    with _alone(releases):
        release = find_release(releases, name)
        _move(releases, PUBLISH, release)
    return release


def roll_back(releases: Path) -> Release:
    """Point `current` at the release that was current before it. Raises ReleaseError where there was none."""
    with _alone(releases):
        before = _line_of_succession(releases)[:-1]
        if not before:
            raise ReleaseError(f"no release was current before this one in {releases}; see: legation releases")
        release = find_release(releases, before[-1])
        _move(releases, ROLLBACK, release)
    return release


def listed(releases: Path) -> list[Listed]:
    """Every release on disk, the oldest first, damaged ones after the others."""
    pointer = _pointed_at(releases)
    found = [_listed(folder, folder.name == pointer) for folder in release_folders(releases)]
    return sorted(found, key=_age)


def _age(one: Listed) -> tuple[bool, str, str]:
    return one.release is None, one.release.manifest.created if one.release else "", one.digest


def events(releases: Path) -> list[Event]:
    """The log, the oldest first; a line that a crash cut short is passed over."""
    try:
        lines = (releases / HISTORY).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    return list(_read(lines))


def _read(lines: list[str]) -> Iterator[Event]:
    for line in lines:
        try:
            yield Event(**json.loads(line))
        except (ValueError, TypeError):
            continue


def _listed(folder: Path, is_current: bool) -> Listed:
    try:
        return Listed(folder.name, open_release(folder), None, is_current)
    except ReleaseError as error:
        return Listed(folder.name, None, str(error), is_current)


def _pointed_at(releases: Path) -> str | None:
    """The name in the pointer, whether or not what it names can be opened."""
    try:
        return (releases / POINTER).readlink().name
    except OSError:
        return None


def _line_of_succession(releases: Path) -> list[str]:
    """The digests that led to the current one: what was published and not gone back on, the current one last."""
    line: list[str] = []
    for event in events(releases):
        if event.what == ROLLBACK and event.digest in line:
            del line[_last(line, event.digest) + 1 :]
        elif line[-1:] != [event.digest]:
            line.append(event.digest)
    current = _pointed_at(releases)
    if current is None:
        return []
    return line[: _last(line, current) + 1] if current in line else [*line, current]


def _last(line: list[str], digest: str) -> int:
    return len(line) - 1 - line[::-1].index(digest)


def _move(releases: Path, what: str, release: Release) -> None:
    if _pointed_at(releases) == release.digest:
        return
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    _append(releases / HISTORY, json.dumps(asdict(Event(now, what, release.digest))) + "\n")
    switch(releases, release.digest)


def _append(path: Path, line: str) -> None:
    """Add a line, durably; one that a crash cut short before is ended first."""
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            line = line if file.read(1) == b"\n" else "\n" + line
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


@contextmanager
def _alone(releases: Path) -> Iterator[None]:
    """Hold the lock of the folder: of two publishers the second waits (flock(2)); it ends with the process."""
    if not releases.is_dir():
        raise ReleaseError(f"{releases} holds no release yet; run: legation release --releases {releases}")
    with (releases / _LOCK).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
