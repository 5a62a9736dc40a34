"""A real server process over a release of the bundled facts, started once for all tests that need one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LEGATION = [sys.executable, "-m", "legation.server.cli"]
START_S = 60.0
GENEROUS = {"LEGATION_BUDGET_S": "1000000"}
"""All tests ask from one address; the budget has a test of its own."""


@dataclass(frozen=True)
class LiveServer:
    """A running server: its base IRI, its release folder and its process."""

    base: str
    releases: Path
    process: subprocess.Popen[bytes]
    log: Path

    def __call__(self, path: str) -> str:
        """The address of a path."""
        return self.base + path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def run_legation(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """One run of the command, in a process of its own."""
    return subprocess.run(
        [*LEGATION, *arguments], capture_output=True, env=os.environ | environment, check=False, timeout=120
    )


@contextmanager
def serving(folder: Path, port: int, **environment: str) -> Iterator[LiveServer]:
    """Serve the release of `folder` on a port until the context ends."""
    log = folder / "server.log"
    command = [*LEGATION, "serve", "--port", str(port), "--releases", str(folder)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=os.environ | GENEROUS | environment)
    server = LiveServer(f"http://localhost:{port}/", folder, process, log)
    try:
        wait_until_ready(server.base, process, log)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_until_ready(base: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server answers; fail with its log when it has ended or takes too long."""
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise AssertionError(f"the server ended: {log.read_text()}")
        try:
            urllib.request.urlopen(base + "health", timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"the server was not ready within {START_S} s: {log.read_text()}")
