"""The JSON-LD context: short names for every term, and not a triple lost on the way there and back."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
from awkward import AWKWARD
from pyld import jsonld
from rdflib import OWL, RDF, SKOS, Graph

from legation.ontology import context_document, load_core, load_ontology
from legation.ontology.terms import DIP, SCHEMES

CONTEXT = context_document()["@context"]
CORE = load_core()
LINKS = sorted(p for p in CORE.subjects(RDF.type, OWL.ObjectProperty) if p in DIP)
PROPERTIES = sorted({*LINKS, *(p for p in CORE.subjects(RDF.type, OWL.DatatypeProperty) if p in DIP)})
CLASSES = sorted(c for c in CORE.subjects(RDF.type, OWL.Class) if c in DIP)
EXAMPLES = {f.name: f.read_text(encoding="utf-8") for f in (files("legation.ontology") / "examples").iterdir()}
SCHEME_OF = {
    "missionType": "mission-type",
    "measureType": "measure-type",
    "countBasis": "count-basis",
    "modality": "modality",
    "reportingMode": "reporting-mode",
    "reportingStance": "reporting-stance",
    "dateBasis": "date-basis",
    "confidence": "confidence",
    "characterisedAs": "characterisation",
    "accreditationKind": "accreditation-kind",
    "compliance": "compliance",
    "legalForm": "legal-form",
    "missionStatus": "mission-status",
    "requestStatus": "request-status",
    "staffCategory": "staff-category",
}
PREFIXES = "".join(
    f"@prefix {p}: <{iri}> .\n"
    for p, iri in [
        *((p, iri) for p, iri in CONTEXT.items() if isinstance(iri, str) and iri.startswith("http")),
        *((name, str(namespace)) for name, namespace in SCHEMES.items()),
        ("ex", "https://example.org/"),
    ]
)


def refuse(url: str, options: Any) -> Any:
    """A document loader that fails the test: nothing may be fetched."""
    raise AssertionError(f"{url} would have been fetched")


def canonical(graph_or_document: Any) -> str:
    """RDFC-1.0's predecessor URDNA2015 gives equal text for equal graphs."""
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": refuse}
    if isinstance(graph_or_document, str):
        options["inputFormat"] = "application/n-quads"
    return str(jsonld.normalize(graph_or_document, options))


def compacted(turtle: str, native: bool) -> dict[str, Any]:
    """The Turtle as a compact document."""
    triples = Graph().parse(data=turtle, format="turtle").serialize(format="nt")
    expanded = jsonld.from_rdf(triples, {"format": "application/n-quads", "useNativeTypes": native})
    document: dict[str, Any] = jsonld.compact(expanded, CONTEXT, {"documentLoader": refuse})
    return document


def survives(turtle: str, native: bool) -> bool:
    """Whether compacting and expanding gives the same graph again."""
    there = Graph().parse(data=turtle, format="turtle").serialize(format="nt")
    back = jsonld.expand(compacted(turtle, native), {"documentLoader": refuse})
    return canonical(there) == canonical(back)


def name(term: Any) -> str:
    """The local name, as a test id."""
    return str(term).rpartition("#")[2]


native_or_not = pytest.mark.parametrize("native", [True, False], ids=["native types", "typed strings"])


@pytest.mark.parametrize("term", [*CLASSES, *PROPERTIES], ids=name)
def test_every_term_has_its_local_name(term: Any) -> None:
    """Whoever knows the ontology knows the JSON keys."""
    entry = CONTEXT[name(term)]
    assert (entry if isinstance(entry, str) else entry["@id"]) == f"dip:{name(term)}"


@pytest.mark.parametrize("term", LINKS, ids=name)
def test_a_link_is_written_as_an_iri_or_as_a_code(term: Any) -> None:
    """Codes where the range is a concept of one scheme, IRIs elsewhere; no `@id` wrapper in either case."""
    entry = CONTEXT[name(term)]
    scheme = SCHEME_OF.get(name(term))
    assert entry["@type"] == ("@vocab" if scheme else "@id")
    assert entry.get("@context", {}).get("@vocab") == (str(SCHEMES[scheme]) if scheme else None)


def test_every_property_that_ranges_over_concepts_of_one_scheme_takes_codes() -> None:
    """All but `ground`, which may point at events and claims as well."""
    coded = {name(p) for p in LINKS if SKOS.Concept in set(CORE.objects(p))} - {"ground"}
    assert coded == set(SCHEME_OF)


def test_nothing_remote_is_loaded() -> None:
    """The context stands on its own: no string context, no import."""
    assert isinstance(CONTEXT, dict)
    assert "@import" not in CONTEXT
    assert all(isinstance(e.get("@context", {}), dict) for e in CONTEXT.values() if isinstance(e, dict))
    assert context_document().keys() == {"@context"}


def test_every_prefix_is_the_namespace_that_turtle_uses() -> None:
    """One prefix, one meaning, in Turtle and in JSON-LD."""
    in_turtle = dict(Graph().parse(data="\n".join(EXAMPLES.values()), format="turtle").namespaces())
    shared = {p for p in in_turtle if isinstance(CONTEXT.get(p), str)}
    assert {"dip", "measure-type", "sem", "time"} <= shared
    assert {p: str(in_turtle[p]) for p in shared} == {p: CONTEXT[p] for p in shared}


@native_or_not
@pytest.mark.parametrize("example", sorted(EXAMPLES))
def test_an_example_survives_the_round_trip(example: str, native: bool) -> None:
    """Compacting and expanding gives the same graph."""
    assert survives(EXAMPLES[example], native)


@native_or_not
@pytest.mark.parametrize("case", AWKWARD)
def test_awkward_data_survive_the_round_trip(case: str, native: bool) -> None:
    """Where data do not fit a term's form, the longer form is used and nothing is lost."""
    assert survives(PREFIXES + AWKWARD[case], native)


def test_an_iri_that_a_prefix_would_distort_is_refused() -> None:
    """JSON-LD 1.1 API, 6.2.2: an error, not a document that says something else."""
    with pytest.raises(jsonld.JsonLdError, match="confused with prefix"):
        compacted("<time:5> a <https://example.org/Thing> .", native=True)


def test_the_ontology_itself_survives_the_round_trip() -> None:
    """It is published as JSON-LD with the same context."""
    assert survives(load_ontology().serialize(format="turtle"), native=True)


def test_a_claim_reads_without_knowledge_of_rdf() -> None:
    """Short keys, codes for concepts, languages as keys, lists wherever there may be several."""
    document = compacted(EXAMPLES["claim.ttl"], native=True)
    claim = next(node for node in document["@graph"] if node.get("id") == "https://example.org/claim-notified")
    evidence = claim.pop("evidence")
    assert claim == {
        "id": "https://example.org/claim-notified",
        "type": "Claim",
        "gist": {"en": "Southmark was notified of the measure", "fr": "La Sudmarche a reçu notification de la mesure"},
        "assertedIn": "https://example.org/minister-remarks",
        "modality": "asserted",
        "negated": False,
        "proposition": "https://example.org/proposition-notified",
        "inTensionWith": ["https://example.org/claim-not-notified"],
    }
    assert isinstance(evidence, list)


def test_a_time_reads_without_knowledge_of_rdf() -> None:
    """EDTF and the four bounds are plain strings, the wording keeps its language."""
    document = compacted(EXAMPLES["expulsion.ttl"], native=True)
    time = next(node for node in document["@graph"] if node.get("id") == "https://example.org/on-5-march")
    assert time == {
        "id": "https://example.org/on-5-march",
        "type": "Time",
        "label": {"en": "5 March 2030", "fr": "5 mars 2030"},
        "edtf": "2030-03-05",
        "dateBasis": "resolved",
        "wording": {"en": "on Tuesday"},
        "earliestBegin": "2030-03-05",
        "latestBegin": "2030-03-05",
        "earliestEnd": "2030-03-05",
        "latestEnd": "2030-03-05",
    }
