"""Descriptions as a web developer reads them: short keys, each node once, the topic first."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pyoxigraph as ox

from legation.graph.assembly import assemble_facts
from legation.graph.fact_files import bundled_facts
from legation.graph.identifiers import Base
from legation.graph.jsonld import compacted
from legation.ontology import context_document

BASE = Base("http://localhost:8000/")
CONTEXT = BASE.iri + "context.jsonld"
SCATTERED = """
@prefix dip: <https://w3id.org/legation/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<urn:x:b> dip:speaker <urn:x:a> .
<urn:x:a> rdfs:label "one"@en .
<urn:x:b> dip:reportedIn <urn:x:c> .
<urn:x:a> a dip:Organisation .
<urn:x:a> rdfs:label "un"@fr .
"""


@cache
def facts() -> tuple[ox.Triple, ...]:
    """What is published of the bundled facts, derived triples included."""
    return tuple(quad.triple for quad in assemble_facts(bundled_facts(), BASE).quads)


def document(triples: list[ox.Triple], first: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(compacted(triples, context_document(), CONTEXT, first))
    return found


def test_a_node_stands_in_the_document_once_whatever_the_order_of_its_triples() -> None:
    """Two objects with one id would have to be put together by every reader."""
    scattered = [quad.triple for quad in ox.parse(SCATTERED, format=ox.RdfFormat.TURTLE)]
    assert document(scattered, "urn:x:b") == {
        "@context": CONTEXT,
        "@graph": [
            {"id": "urn:x:b", "reportedIn": "urn:x:c", "speaker": "urn:x:a"},
            {"id": "urn:x:a", "type": "Organisation", "label": {"en": "one", "fr": "un"}},
        ],
    }


def test_what_is_published_needs_no_long_key() -> None:
    """Properties and classes have short names; of statistics (VoID) and of queries (SHACL) the prefix is kept."""
    nodes = document([t for t in facts() if str(t.subject).startswith(f"<{BASE.iri}id/")], "")["@graph"]
    keys = {key for node in nodes for key in node}
    kinds = {kind for node in nodes for kind in _several(node.get("type", []))}
    technical = {name for name in keys | kinds if name.startswith(("void:", "sh:"))}
    assert {name for name in keys | kinds if ":" in name} - technical == {"org:Organization"}


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
