"""Programs and files of the npm packages that `tests/clients` locks; `make test` installs them."""

from __future__ import annotations

import subprocess
from pathlib import Path

MODULES = Path(__file__).parent / "clients" / "node_modules"
TIMEOUT_S = 60


def run(program: str, *arguments: str) -> str:
    """What a program of these packages prints; it must end well."""
    file = MODULES / ".bin" / program
    assert file.exists(), "install the npm packages: make test does"
    done = subprocess.run([str(file), *arguments], capture_output=True, check=False, timeout=TIMEOUT_S)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def source(package: str, file: str) -> str:
    """The text of a file of a package."""
    found = MODULES / package / file
    assert found.exists(), "install the npm packages: make test does"
    return found.read_text("utf-8")
