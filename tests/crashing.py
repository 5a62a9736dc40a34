"""A program that publishes a release and is killed at one of its steps: `python crashing.py DATA RELEASES`.

A step is any use of a file or folder below RELEASES that Python reports to an audit hook (PEP 578): opening, making,
renaming, linking, removing; and each fsync. A child is forked for step 1, another for step 2, and so on until one lives
to the end; each is ended by SIGKILL just before its step. What each leaves is printed as one line of JSON.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

from legation.graph.assembly import Assembly, assemble_data
from legation.graph.errors import LegationError
from legation.graph.history import listed, make_current
from legation.graph.identifiers import Base
from legation.graph.publication import publish
from legation.graph.release import current_release
from legation.graph.verification import damages


def main(data: Path, releases: Path) -> None:
    """Kill a build and switch at every step, each time beginning with what RELEASES holds."""
    assembly = assemble_data([data], Base("https://crash.example/"))
    begun = releases.with_name("begun")
    releases.rename(begun)
    step, lives = 0, False
    while not lives:
        step += 1
        shutil.rmtree(releases, ignore_errors=True)
        shutil.copytree(begun, releases, symlinks=True)
        lives = not os.WIFSIGNALED(_forked(partial(_build, assembly, releases, step)))
        _forked(partial(_tell, releases, {"step": step, "lives": lives}))


def _forked(work: Callable[[], None]) -> int:
    """Do work in a process of its own, for this one must never open a store; its wait status."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        finally:
            traceback.print_exc()
            os._exit(1)
    return os.waitpid(pid, 0)[1]


def _tell(releases: Path, known: dict[str, object]) -> None:
    print(json.dumps(known | _state(releases)), flush=True)


def _build(assembly: Assembly, releases: Path, step: int) -> None:
    _die_at(step, str(releases))
    make_current(releases, publish(assembly, releases, None).release.digest)


def _die_at(step: int, folder: str) -> None:
    left, sync = step, os.fsync

    def count(*arguments: object) -> None:
        nonlocal left
        left -= any(folder in str(argument) for argument in arguments)
        if left == 0:
            left = -1  # the signal is an event too
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" or event.startswith(("os.", "shutil.", "tempfile.")):
            count(*arguments[:2])

    def fsync(descriptor: int) -> None:
        count(folder)
        sync(descriptor)

    sys.addaudithook(hook)
    os.fsync = fsync  # type: ignore[assignment]


def _state(releases: Path) -> dict[str, object]:
    """What a server would find: the current release, if it can be opened, and what is wrong with any that is seen."""
    try:
        current = current_release(releases)
        wrong = [] if current is None else damages(current)
        seen = listed(releases)
    except LegationError as error:
        return {"current": None, "wrong": [str(error)], "seen": 0}
    wrong += [one.damage for one in seen if one.damage]
    return {"current": current.digest if current else None, "wrong": wrong, "seen": len(seen)}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
