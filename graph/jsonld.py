"""JSON-LD 1.1 as a web developer would write it: compacted with the published context (JSON-LD API, section 5.6)."""

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
    by_node = sorted(triples, key=lambda triple: (str(triple.subject), triple.predicate.value))
    expanded = json.loads(serialise(by_node, JSON_LD, {}), object_hook=_native)
    expanded.sort(key=lambda node: (node.get("@id") != first, node.get("@id", "")))
    document = jsonld.compact(
        expanded, {"@context": context["@context"]}, {"graph": True, "documentLoader": _no_loading}
    )
    document["@context"] = context_iri
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
