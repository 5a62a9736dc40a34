"""JSON-LD 1.1 as a web developer would write it: compacted with the published context (JSON-LD API, section 5.6).

For tools that want it otherwise there are the expanded and the flattened form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pyoxigraph as ox
from pyld import jsonld

from .formats import JSON_LD
from .serialisation import serialise

_RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_INTEGER, _BOOLEAN = _XSD + "integer", _XSD + "boolean"
_EXACT = re.compile(r"0|-?[1-9][0-9]{0,14}")
"""Integers that a JSON number, read as a double, keeps exactly."""


def compacted(triples: Sequence[ox.Triple], context: Mapping[str, Any], context_iri: str, first: str) -> bytes:
    """The triples as one JSON-LD document that names its context by IRI; the node `first` comes first.

    Each node stands there once, whatever the order of the triples. Nothing is loaded: the context is given, and it must
    not refer to another.
    """
    document = jsonld.compact(
        _nodes(triples, first), {"@context": context["@context"]}, {"graph": True, "documentLoader": _no_loading}
    )
    document["@context"] = context_iri
    return _written(document)


def expanded(triples: Sequence[ox.Triple], first: str) -> bytes:
    """The triples in expanded form (JSON-LD 1.1, section 5.1): no context, the node `first` before the others."""
    return _written(_nodes(triples, first))


def flattened(triples: Sequence[ox.Triple]) -> bytes:
    """The triples in flattened form without a context (JSON-LD 1.1, section 5.3)."""
    return _written(jsonld.flatten(_nodes(triples, ""), None, {"documentLoader": _no_loading}))


def _nodes(triples: Sequence[ox.Triple], first: str) -> list[dict[str, Any]]:
    """The nodes of an expanded document, each once, in the order of their names but for `first`."""
    by_node = sorted(triples, key=lambda triple: (str(triple.subject), triple.predicate.value))
    nodes: list[dict[str, Any]] = json.loads(serialise(by_node, JSON_LD, {}), object_hook=_native)
    return sorted(nodes, key=lambda node: (node.get("@id") != first, node.get("@id", "")))


def _written(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"


def _native(value: dict[str, Any]) -> dict[str, Any]:
    """Types as `@type`, counts and truth values as JSON has them, where nothing is lost (JSON-LD API, 8.4.2)."""
    if _RDF_TYPE in value:
        value["@type"] = [found["@id"] for found in value.pop(_RDF_TYPE)]
    kind, text = value.get("@type"), value.get("@value")
    if kind == _INTEGER and text is not None and _EXACT.fullmatch(text):
        return {"@value": int(text)}
    if kind == _BOOLEAN and text in {"true", "false"}:
        return {"@value": text == "true"}
    return value


def _no_loading(iri: str, _: object) -> Any:
    raise ValueError(f"a context may not refer to another document: {iri}")
