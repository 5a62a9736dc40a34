"""The negotiation table, `conformance/negotiation.toml`: what a client sends and what it gets, whoever answers."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "conformance" / "negotiation.toml"


@cache
def _table() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def negotiation_table(part: str) -> list[dict[str, Any]]:
    """The rows of one part of the table: accept, language or request."""
    return _table()[part]
