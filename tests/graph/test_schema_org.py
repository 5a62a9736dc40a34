"""Descriptions in the words of schema.org: a table that agrees with the ontology, and no more said than is known."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pyoxigraph as ox
import pytest
from memory_store import MemoryStore
from rdflib import SDO, SKOS, URIRef

from legation.graph.assembly import assemble_facts
from legation.graph.canonical import canonical_quads
from legation.graph.description import Describer, Description
from legation.graph.fact_files import bundled_facts
from legation.graph.identifiers import Base
from legation.graph.jsonld import written
from legation.graph.prefixes import PREFIXES
from legation.graph.schema_org import as_known, in_schema_org, schema_org_context
from legation.ontology import load_ontology, schema_org_table
from legation.ontology.terms import SCHEMA

BASE = Base("https://archive.example/")
TABLE = schema_org_table()
NEWER = {"observationAbout"}
"""Words of release 30.0 that rdflib's list, of an earlier one, does not have."""
WORDS = sorted(
    {entry["is"] for entry in (*TABLE["types"], *TABLE["properties"])}
    | {entry[name] for entry in TABLE["dates"] for name in ("begin", "end") if name in entry}
    | {TABLE["default"], "subjectOf", "mainEntityOfPage", "WebPage"}
)


@cache
def describer() -> Describer:
    return Describer(MemoryStore(assemble_facts(bundled_facts(), BASE).quads), BASE)  # type: ignore[arg-type]


def description(path: str) -> Description:
    found = describer().describe(f"{BASE.iri}id/{path}")
    assert found is not None
    return found


def document(path: str) -> dict[str, Any]:
    found = description(path)
    triples = in_schema_org(found, BASE.document(path))
    content: dict[str, Any] = json.loads(written(triples, found.iri, schema_org_context()))
    return content


@pytest.mark.parametrize("word", WORDS)
def test_every_word_is_one_of_schema_org(word: str) -> None:
    """rdflib's list of them is closed."""
    assert word in NEWER or SDO[word] == URIRef(f"https://schema.org/{word}")


@pytest.mark.parametrize("entry", [*TABLE["types"], *TABLE["properties"]], ids=str)
def test_the_table_says_what_the_alignments_say(entry: dict[str, Any]) -> None:
    """Where the ontology maps a term to a word of schema.org, the table has that word."""
    name = entry.get("class") or entry["path"]
    prefix, _, local = name.partition(":")
    if prefix == "dip" and "/" not in local:
        mapped = {
            str(word)
            for relation in (SKOS.closeMatch, SKOS.broadMatch, SKOS.exactMatch, SKOS.relatedMatch)
            for word in load_ontology().objects(URIRef(PREFIXES["dip"] + local), relation)
            if word in SCHEMA._NS
        }
        assert not mapped or str(SCHEMA._NS) + entry["is"] in mapped


def test_a_measure_is_an_action_with_who_did_it_and_who_says_so() -> None:
    """Claims have their author and where they appear."""
    found = document("measure/2021-10-nato-expels-eight")
    claims = {claim["@id"].rpartition("/")[2]: claim for claim in found["subjectOf"]}
    assert found["@type"] == "Action"
    assert {"@value": "NATO", "@language": "en"} in found["agent"]["name"]
    assert {text["@language"] for text in found["name"]} == {"en", "fr"}
    assert claims["c13"]["author"]["@id"] == f"{BASE.iri}id/person/unnamed-nato-official"
    assert claims["c13"]["appearance"]["@id"] == f"{BASE.iri}id/article/55ee074e7567bb82"
    assert found["mainEntityOfPage"]["license"] == "https://creativecommons.org/licenses/by/4.0/"


def test_dates_are_as_coarse_as_they_are_known() -> None:
    """The expulsion lies between two days of one month: its day is not told."""
    assert document("measure/2021-10-nato-expels-eight")["startTime"] == "2021-10"


@pytest.mark.parametrize(
    ("earliest", "latest", "told"),
    [
        ("2021-10-18", "2021-10-18", "2021-10-18"),
        ("2021-10-01", "2021-10-31", "2021-10"),
        ("2021-10-18", "2021-11-18", "2021"),
        ("2020-10-18", "2021-10-18", None),
        ("", "2021-10-18", None),
        ("2021-10-18", "", None),
        ("2021-10-18T10:00:00Z", "2021-10-18T12:00:00Z", "2021-10-18"),
        ("some day", "some day", None),
    ],
)
def test_a_date_is_what_its_bounds_share(earliest: str, latest: str, told: str | None) -> None:
    """ISO 8601 with reduced precision."""
    assert as_known(earliest, latest) == told


def test_what_was_only_said_to_be_said_is_attributed_to_nobody() -> None:
    """NATO's declaration is known from somebody else alone: a search engine is not told that NATO said it."""
    found = document("statement/55ee074e7567bb82/s15")
    act = f"{BASE.iri}id/statement/55ee074e7567bb82/s15"
    asserted = ox.NamedNode("https://w3id.org/legation/ns#assertedIn")
    told = description("statement/55ee074e7567bb82/s15").claims
    made = {str(t.subject)[1:-1] for t in told if t.predicate == asserted and t.object == ox.NamedNode(act)}
    authors = {claim["@id"]: "author" in claim for claim in found["subjectOf"]}
    assert "agent" not in found
    assert made & authors.keys()
    assert not any(authors[claim] for claim in made & authors.keys())
    assert any(authors.values()), "those of others about it have theirs"
    assert document("statement/55ee074e7567bb82/s07")["agent"]["@id"].endswith("person/sergey-lavrov")


@pytest.mark.parametrize(
    "path", ["organisation/nato", "person/sergey-lavrov", "article/55ee074e7567bb82", "mission/russia-to-nato",
             "claim/55ee074e7567bb82/c30", "statement/55ee074e7567bb82/s07", "event/annexation-of-crimea"]
)  # fmt: skip
def test_json_ld_holds_what_turtle_holds(path: str) -> None:
    """RDFC-1.0; nothing is fetched, for the context stands in the document."""
    found = description(path)
    triples = in_schema_org(found, BASE.document(path))
    content = written(triples, found.iri, schema_org_context())
    again = canonical_quads(ox.parse(content, format=ox.RdfFormat.JSON_LD))
    assert again == canonical_quads(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    assert all(
        t.predicate.value.startswith("https://schema.org/") or t.predicate.value.endswith("#type") for t in triples
    )
    assert "@included" not in json.loads(content)
