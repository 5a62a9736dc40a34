"""Link header fields (RFC 8288)."""

from __future__ import annotations

from collections.abc import Iterable

from .addresses import as_uri


def link(target: str, relation: str, **parameters: str) -> str:
    """One link-value: a target, its relation, and quoted parameters (RFC 8288, section 3)."""
    quoted = "".join(f'; {name}="{value}"' for name, value in parameters.items())
    return f'<{as_uri(target)}>; rel="{relation}"{quoted}'


def header(links: Iterable[str]) -> str:
    """The field value that carries several links, each once."""
    return ", ".join(dict.fromkeys(links))
