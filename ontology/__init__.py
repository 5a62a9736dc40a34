"""What the words mean: the ontology, its alignments, the concept schemes and the JSON-LD context.

The files lie beside this module and are read through `importlib.resources`, so they are found in a checkout, in an
editable install and in a wheel alike. Every call parses afresh: a caller owns, and may change, what it is given.
"""

from __future__ import annotations

import json
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from rdflib import Graph

from .terms import SCHEMES

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

VERSION = "0.1.0"
"""The ontology's version: `owl:versionInfo` and the last segment of `owl:versionIRI`, shared by schemes and context."""

_FOLDER = files(__name__)
_CORE, _ALIGNMENTS, _CONTEXT = _FOLDER / "core.ttl", _FOLDER / "alignments.ttl", _FOLDER / "context.jsonld"


def scheme_names() -> tuple[str, ...]:
    """The names of the concept schemes, in alphabetical order."""
    return tuple(SCHEMES)


def ontology_files() -> tuple[Traversable, ...]:
    """All Turtle files of the ontology, in a fixed order: the core, the alignments, then each scheme."""
    return (_CORE, _ALIGNMENTS, *(_scheme_file(name) for name in scheme_names()))


def load_core() -> Graph:
    """The ontology proper: its header, classes and properties."""
    return _parse(_CORE)


def load_scheme(name: str) -> Graph:
    """One concept scheme with its concepts; raises `LookupError` when there is no scheme of that name."""
    return _parse(_scheme_file(name))


def load_ontology() -> Graph:
    """The core, the alignments and every concept scheme, in one graph."""
    return _parse(*ontology_files())


@cache
def load_profiles() -> Graph:
    """The profiles of a document (prof: vocabulary); read once and not to be changed."""
    return _parse(_FOLDER / "profiles.ttl")


def schema_org_table() -> dict[str, Any]:
    """How the data are said in the words of schema.org: types, properties by path, and dates."""
    return tomllib.loads((_FOLDER / "schema-org.toml").read_text(encoding="utf-8"))


def context_document() -> dict[str, Any]:
    """The JSON-LD 1.1 document whose `@context` makes published descriptions short.

    Compacting with it loses nothing. Counts and truth values become JSON numbers and booleans only when the document
    was made with native types (JSON-LD 1.1 API, section 8.4.2, `useNativeTypes`).
    """
    document: dict[str, Any] = json.loads(_CONTEXT.read_text(encoding="utf-8"))
    return document


def _scheme_file(name: str) -> Traversable:
    if name not in SCHEMES:
        raise LookupError(f"there is no concept scheme {name!r}; there are {', '.join(SCHEMES)}")
    return _FOLDER / "vocab" / f"{name}.ttl"


def _parse(*sources: Traversable) -> Graph:
    graph = Graph()
    for source in sources:
        graph.parse(data=source.read_bytes(), format="turtle")
    return graph
