"""The W3C's suites for SPARQL 1.1 Protocol, Service Description and Graph Store Protocol, against a live server."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import rdflib
from earl import PAGE, is_as_committed, page, report, report_path
from live import LiveServer
from rdflib import RDF, URIRef
from w3c import Outcome, Result, Suite, Test, read_suite, run
from wire import send

SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
SERVICE_DESCRIPTION = read_suite("sparql11-service-description")
SUITES = (
    read_suite("sparql11-protocol"),
    SERVICE_DESCRIPTION,
    read_suite("sparql11-graph-store"),
    read_suite("sparql11-graph-store-2012"),
)
PROPERTIES = {
    "endpoint": ("Service", None), "feature": ("Service", None), "supportedLanguage": ("Service", None),
    "resultFormat": ("Service", None), "inputFormat": ("Service", None), "languageExtension": ("Service", None),
    "defaultEntailmentRegime": ("Service", None), "extensionFunction": ("Service", None),
    "extensionAggregate": ("Service", None), "propertyFeature": ("Service", None),
    "defaultDataset": ("Service", "Dataset"), "availableGraphs": ("Service", "GraphCollection"),
    "defaultGraph": ("Dataset", "Graph"), "namedGraph": ("Dataset", "NamedGraph"), "name": ("NamedGraph", None),
    "graph": ("NamedGraph", "Graph"), "entailmentRegime": ("NamedGraph", None),
}  # fmt: skip
"""The properties of the vocabulary: the class of their subjects and of their objects (Service Description, 3.2)."""


def description(server: LiveServer) -> rdflib.Graph:
    got = send(server, "/sparql", Accept="text/turtle")
    assert (got.status, got.type) == (200, "text/turtle")
    return rdflib.Graph().parse(data=got.body, format="turtle")


def gives_rdf(server: LiveServer) -> bool:
    """In the format preferred by a client that names none."""
    return len(description(server)) > 0


def names_its_endpoint(server: LiveServer) -> bool:
    """The service, and only it, has the address that was asked."""
    return list(description(server).subject_objects(SD.endpoint)) == [(URIRef(server("sparql")),) * 2]


def keeps_to_its_vocabulary(server: LiveServer) -> bool:
    """Every property of the vocabulary is one of it, between nodes of the classes that it joins."""
    graph = description(server)
    return all(
        (term := str(p).removeprefix(str(SD))) in PROPERTIES
        and all(
            kind is None or (node, RDF.type, SD[kind]) in graph
            for node, kind in zip((s, o), PROPERTIES[term], strict=True)
        )
        for s, p, o in graph
        if str(p).startswith(str(SD))
    )


DESCRIBED: dict[str, Callable[[LiveServer], bool]] = {
    "returns-rdf": gives_rdf,
    "has-endpoint-triple": names_its_endpoint,
    "conforms-to-schema": keeps_to_its_vocabulary,
}


@pytest.fixture(scope="session")
def found(small: LiveServer, small_default_graph: rdflib.Graph) -> dict[str, Result]:
    """Every result by the suite and the name of its test."""

    def result(suite: Suite, test: Test) -> Result:
        if suite is not SERVICE_DESCRIPTION:
            return run(small, test, small_default_graph)
        return Result(test, () if DESCRIBED[test.name](small) else ("the description is not as it should be",))

    return {f"{suite.key} {test.name}": result(suite, test) for suite in SUITES for test in suite.tests}


@pytest.mark.parametrize("key", [f"{suite.key} {test.name}" for suite in SUITES for test in suite.tests])
def test_w3c(found: dict[str, Result], key: str) -> None:
    """Every read is as the W3C says; every write is refused as our documentation says."""
    assert found[key].faults == ()
    assert found[key].outcome is not Outcome.FAILED


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.key)
def test_the_committed_report_is_what_the_run_found(found: dict[str, Result], suite: Suite) -> None:
    """EARL, with one assertion for every test; only the dates may differ."""
    text = report(suite, [found[f"{suite.key} {test.name}"] for test in suite.tests])
    assert is_as_committed(report_path(suite), text)
    earl = rdflib.Namespace("http://www.w3.org/ns/earl#")
    graph = rdflib.Graph().parse(data=text, format="turtle")
    assert {str(test) for test in graph.objects(None, earl.test)} == {test.iri for test in suite.tests}
    assert len(set(graph.subjects(RDF.type, earl.Assertion))) == len(suite.tests)


def test_the_committed_page_is_what_the_run_found(found: dict[str, Result]) -> None:
    """The tables that people read."""
    results = [(suite, [found[f"{suite.key} {test.name}"] for test in suite.tests]) for suite in SUITES]
    assert is_as_committed(PAGE, page(results))
