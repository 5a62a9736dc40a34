"""What may be published: the rules K01 and on, as SHACL shapes, one file a concern.

The shapes are data: they are read from this package's `.ttl` files, also from an installed wheel, and nothing here
evaluates them (`legation.graph.validation` does).
"""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING

from rdflib import Graph

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

VERSION = "0.1.0"
"""The version of the shapes, the same as the ontology's: both change together (SEMIC style guide, PC-R3)."""

IRI = "https://w3id.org/legation/shapes"
"""The IRI of the shapes graph; a shape's IRI is this, `#` and its name."""


def shapes_files() -> tuple[Traversable, ...]:
    """The files of the shapes in the order of their names; the cases beside them are no shapes."""
    found = (entry for entry in files(__package__).iterdir() if entry.name.endswith(".ttl"))
    return tuple(sorted(found, key=lambda entry: entry.name))


def load_shapes() -> Graph:
    """All shapes in one new graph, which the caller may change."""
    graph = Graph(identifier=IRI, bind_namespaces="none")
    for file in shapes_files():
        graph.parse(data=file.read_text(encoding="utf-8"), format="turtle", publicID=IRI)
    return graph


def digest() -> str:
    """SHA-256, in hex, over the files' names and bytes: what a release records as the rules it was checked against."""
    sha256 = hashlib.sha256()
    for file in shapes_files():
        content = file.read_bytes()
        sha256.update(f"{file.name}\0{len(content)}\0".encode())
        sha256.update(content)
    return sha256.hexdigest()
