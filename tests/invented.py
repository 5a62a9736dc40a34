"""Data that the benchmarks' generator makes, and the benchmarks' own modules, for tests."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

BENCH = Path(__file__).parents[1] / "bench"


def generated(folder: Path, seed: int, triples: int) -> Path:
    """A file of invented data, made in a process of its own."""
    file = folder / f"seed-{seed}.nq"
    command = [sys.executable, str(BENCH / "generate.py"), str(triples), "--seed", str(seed), "-o", str(file)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=60)
    return file


def bench_module(name: str) -> ModuleType:
    """A module of the benchmarks, which find one another as scripts of one folder do."""
    sys.path.insert(0, str(BENCH))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(BENCH))
