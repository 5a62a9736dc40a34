"""Link header fields (RFC 8288)."""

from __future__ import annotations

from collections.abc import Iterable

from legation.graph.formats import Format


def link(target: str, relation: str, **parameters: str) -> str:
    """One link-value: a target, its relation, and quoted parameters (RFC 8288, section 3)."""
    quoted = "".join(f'; {name}="{value}"' for name, value in parameters.items())
    return f'<{target}>; rel="{relation}"{quoted}'


def alternates(stem: str, formats: Iterable[Format]) -> list[str]:
    """A link to each variant of the document at `stem`, with its type."""
    return [link(f"{stem}.{form.extension}", "alternate", type=form.media_type) for form in formats]


def header(links: Iterable[str]) -> str:
    """The field value that carries several links."""
    return ", ".join(links)
