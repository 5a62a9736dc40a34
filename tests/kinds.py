"""Pages to try: things of every class of a release, found by what the release holds, so that new classes come too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox

from legation.server.view_models import compact

_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_INNER = ("http://www.w3.org/ns/shacl#",)
"""Vocabularies whose things are the project's own machinery, without pages of their own kind."""
FRAME_PATHS = (
    "",
    "story",
    "class/",
    "dumps/",
    "sparql",
    "ns",
    "shapes",
    "vocab/modality",
    "catalogue.html",
    "problems/query-syntax",
)
"""Pages that are about no thing of the data."""


def quads_of(releases: Path) -> list[ox.Quad]:
    """Every quad of the newest release in this folder."""
    newest = max(releases.glob("*/dumps/legation.nq"), key=lambda file: file.stat().st_mtime)
    return list(ox.parse(path=newest, format=ox.RdfFormat.N_QUADS))


def by_class(quads: Iterable[ox.Quad], base: str, most: int) -> dict[str, list[str]]:
    """Of each class the first things below `id/` of the base, at most `most`, in the order of their IRIs."""
    found: dict[str, set[str]] = {}
    for quad in quads:
        subject, class_ = quad.subject, quad.object
        is_thing = isinstance(subject, ox.NamedNode) and subject.value.startswith(f"{base}id/")
        if is_thing and quad.predicate.value == _TYPE and isinstance(class_, ox.NamedNode):
            found.setdefault(class_.value, set()).add(subject.value)  # type: ignore[union-attr]
    return {class_: sorted(members)[:most] for class_, members in sorted(found.items())}


def document_path(thing: str, base: str) -> str:
    """The path of the document of a thing below the base, as a client writes it."""
    return "doc/" + quote(thing.removeprefix(f"{base}id/"), safe="/%:@!$&'()*+,;=-._~")


def richest_by_class(quads: Iterable[ox.Quad], base: str) -> dict[str, str]:
    """Of each class, by its prefixed name, the thing that most is said of; a thing stands for one class only."""
    said = Counter(
        node.value for quad in quads for node in (quad.subject, quad.object) if isinstance(node, ox.NamedNode)
    )
    found: dict[str, str] = {}
    for class_, things in by_class(quads, base, 10_000).items():
        left = [thing for thing in things if thing not in found.values()]
        if left and not class_.startswith(_INNER):
            found[compact(class_).replace(":", "-")] = max(left, key=lambda thing: said[thing])
    return found
