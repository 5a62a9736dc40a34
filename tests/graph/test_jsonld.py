"""Descriptions as a web developer reads them: short keys, each node once, the topic first."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

import pyoxigraph as ox
import pytest
from awkward import AWKWARD
from pyld import jsonld
from rdflib import Graph

from legation.graph.assembly import assemble_facts
from legation.graph.errors import NotExpressible
from legation.graph.fact_files import bundled_facts
from legation.graph.identifiers import Base
from legation.graph.jsonld import COMPACTED, EXPANDED, FLATTENED, written
from legation.graph.jsonld_compaction import Context
from legation.graph.prefixes import PREFIXES
from legation.ontology import context_document

BASE = Base("http://localhost:8000/")
CONTEXT = Context(context_document()["@context"], BASE.iri + "context.jsonld")
EMBEDDED = Context(context_document()["@context"])
PROFILES = (COMPACTED, EXPANDED, FLATTENED)
PREFIXED = "@prefix ex: <https://example.org/> .\n"
SCATTERED = """
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


def document(triples: Iterable[ox.Triple], topic: str, incoming: Collection[ox.Triple] = ()) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written(triples, topic, CONTEXT, incoming=incoming))
    return found


def parsed(turtle: str) -> list[ox.Triple]:
    head = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
    return [quad.triple for quad in ox.parse((head + turtle).encode(), format=ox.RdfFormat.TURTLE)]


def test_a_node_stands_in_the_document_once_whatever_the_order_of_its_triples() -> None:
    """Two objects with one id would have to be put together by every reader; the topic is the root."""
    assert document(parsed(SCATTERED), "urn:x:b") == {
        "@context": CONTEXT.iri,
        "id": "urn:x:b",
        "reportedIn": "urn:x:c",
        "speaker": {"id": "urn:x:a", "label": {"en": "one", "fr": "un"}},
        "included": [{"id": "urn:x:a", "type": "Organisation", "label": {"en": "one", "fr": "un"}}],
    }


def test_without_a_topic_the_nodes_stand_side_by_side() -> None:
    """A named graph, an answer: nothing in it is first."""
    found = document(parsed(SCATTERED), "urn:x:nothing")
    assert [node["id"] for node in found["@graph"]] == ["urn:x:a", "urn:x:b"]


def test_what_belongs_to_a_thing_stands_inside_it_and_what_is_only_named_is_named_there() -> None:
    """A claim is read from the top: who, with what force, where; nothing has to be looked up."""
    found = document(
        parsed("""
        <urn:c> a dip:Claim ; schema:text "g"@en ; dip:modality modality:asserted ; dip:negated false ;
          dip:evidence <urn:c/evidence/1> ; dip:assertedIn <urn:s> ; schema:about <urn:t> .
        <urn:c/evidence/1> oa:hasSelector <urn:c/evidence/1/position> .
        <urn:c/evidence/1/position> oa:start 3 ; oa:end 5 .
        <urn:s> a dip:Statement ; dip:speaker <urn:p> .
        <urn:p> rdfs:label "P"@fr . <urn:t> rdfs:label "T"@en .
        modality:asserted skos:prefLabel "asserted"@en .
        """),
        "urn:c",
    )
    speaker = {"id": "urn:p", "label": {"fr": "P"}}
    assert found == {
        "@context": CONTEXT.iri,
        "id": "urn:c",
        "type": "Claim",
        "gist": {"en": "g"},
        "about": [{"id": "urn:t", "label": {"en": "T"}}],
        "assertedIn": {"id": "urn:s", "speaker": speaker},
        "evidence": [
            {
                "id": "urn:c/evidence/1",
                "hasSelector": {"id": "urn:c/evidence/1/position", "end": 5, "start": 3},
            }
        ],
        "modality": "asserted",
        "negated": False,
        "included": [
            {"id": "urn:s", "type": "Statement", "speaker": speaker},
            {
                "id": "https://w3id.org/legation/vocab/modality#asserted",
                "prefLabel": {"en": "asserted"},
            },
        ],
    }


def test_what_points_at_the_topic_is_grouped_by_property() -> None:
    """`incoming` is another name for `@reverse`: the links of a page, each an object with its names."""
    triples = parsed(
        '<urn:e> rdfs:label "E"@en . <urn:a> dip:takenBy <urn:e> ; rdfs:label "A"@en . <urn:b> org:postIn <urn:e> .'
    )
    found = document(triples, "urn:e", [t for t in triples if t.object == ox.NamedNode("urn:e")])
    assert found["incoming"] == {
        "takenBy": [{"id": "urn:a", "label": {"en": "A"}}],
        "postIn": [{"id": "urn:b"}],
    }
    assert "included" not in found


@pytest.mark.parametrize(
    ("value", "written_as"),
    [
        ("8", 8),
        ("true", True),
        ('"08"^^xsd:integer', {"@type": "xsd:integer", "@value": "08"}),
        ("12345678901234567890", {"@type": "xsd:integer", "@value": "12345678901234567890"}),
        ("1.50", {"@type": "xsd:decimal", "@value": "1.50"}),
        ('"x"', "x"),
        ('"x"@en-gb', {"@language": "en-gb", "@value": "x"}),
        ("( 1 <urn:y> )", {"@list": [1, {"id": "urn:y"}]}),
        ("()", {"@list": []}),
    ],
)
def test_values_are_those_of_json_where_nothing_is_lost(value: str, written_as: object) -> None:
    """JSON-LD API, section 8.4.2: a number that a double would change stays text."""
    assert document(parsed(f"<urn:e> dip:headcount {value} ."), "urn:e")["headcount"] == written_as


@pytest.mark.parametrize("case", AWKWARD)
@pytest.mark.parametrize("profile", [COMPACTED, EXPANDED, FLATTENED])
def test_every_processor_reads_the_same_graph(case: str, profile: str) -> None:
    """What fits no term is written in the longer form: PyLD, rdflib and Oxigraph find what was put in."""
    triples = [t for t in parsed(PREFIXED + AWKWARD[case]) if t.object != ox.NamedNode("id:5")]
    content = json.loads(written(triples, "https://example.org/a", EMBEDDED, profile))
    expected = canonical("\n".join(f"{t} ." for t in triples))
    assert canonical(content) == expected
    by_rdflib = Graph().parse(data=json.dumps(content), format="json-ld").serialize(format="nt")
    assert canonical(by_rdflib) == expected
    by_oxigraph = ox.parse(json.dumps(content).encode(), format=ox.RdfFormat.JSON_LD)
    assert canonical("\n".join(f"{quad.triple} ." for quad in by_oxigraph)) == expected


def canonical(n_triples_or_document: Any) -> str:
    """URDNA2015, RDFC-1.0's predecessor, gives equal text for equal graphs."""
    options: dict[str, Any] = {"algorithm": "URDNA2015", "format": "application/n-quads"}
    if isinstance(n_triples_or_document, str):
        options["inputFormat"] = "application/n-quads"
    return str(jsonld.normalize(n_triples_or_document, options))


def test_the_forms_of_the_media_type_differ() -> None:
    """Expanded: a tree without context; flattened: each node once, values by reference; compacted: short keys."""
    forms = {profile: json.loads(written(parsed(SCATTERED), "urn:x:b", CONTEXT, profile)) for profile in PROFILES}
    assert forms[EXPANDED][0]["@included"][0]["@id"] == "urn:x:a"
    assert [node["@id"] for node in forms[FLATTENED]] == ["urn:x:a", "urn:x:b"]
    assert forms[COMPACTED]["id"] == "urn:x:b"


@pytest.mark.parametrize("value", ["<< <urn:s> <urn:p> <urn:o> >>", '"x"@ar--rtl'])
def test_what_json_ld_has_no_way_to_write_is_refused(value: str) -> None:
    """A triple as a value, a text with a direction: said, not lost."""
    subject, thing = ox.NamedNode("urn:e"), ox.NamedNode("urn:o")
    term = (
        ox.Triple(subject, subject, thing)
        if "<<" in value
        else ox.Literal("x", language="ar", direction=ox.BaseDirection.RTL)
    )
    with pytest.raises(NotExpressible):
        written([ox.Triple(subject, ox.NamedNode("urn:p"), term)], "urn:e", CONTEXT)


def test_what_is_published_needs_no_long_key() -> None:
    """Properties and classes have short names; of statistics (VoID) and of queries (SHACL) the prefix is kept."""
    nodes = document([t for t in facts() if str(t.subject).startswith(f"<{BASE.iri}id/")], "")["@graph"]
    keys = {key for node in nodes for key in node}
    kinds = {kind for node in nodes for kind in _several(node.get("type", []))}
    technical = {name for name in keys | kinds if name.startswith(("void:", "sh:"))}
    assert {name for name in keys | kinds if ":" in name} - technical == {"org:Organization"}


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
