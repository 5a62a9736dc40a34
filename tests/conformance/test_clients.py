"""Clients that others wrote, as they come: curl, rdflib, raptor, rdf-dereference, Comunica, Chromium.

Each is given the IRI of a thing, or the endpoint, and nothing else that it would not know.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Iterator

import node
import pyoxigraph as ox
import pytest
import rdflib
from chromium import chromium, complaints, run
from live import LiveServer
from rdflib import RDF, RDFS
from rdflib.compare import isomorphic
from selenium.webdriver.remote.webdriver import WebDriver
from wire import send

from legation.graph.canonical import canonical_n_quads, canonical_quads, digest
from legation.graph.formats import (
    DOCUMENT_FORMATS,
    GRAPH_FORMATS,
    HTML,
    JSON_LD,
    RESULTS_CSV,
    RESULTS_JSON,
    SPARQL_QUERY,
    Format,
)
from legation.graph.serialisation import rdf_format
from legation.ontology.terms import DIP

THINGS = ["organisation/nato", "measure/2021-10-nato-expels-eight", "mission/russia-to-nato", "person/sergey-lavrov"]
XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"


@pytest.fixture(params=THINGS)
def thing(request: pytest.FixtureRequest, live: LiveServer) -> str:
    """The IRI of a thing."""
    return live(f"id/{request.param}")


def triples_of(live: LiveServer, thing: str) -> set[ox.Triple]:
    """What its document says, read from the plainest of its formats."""
    path = thing.replace(live.base + "id/", "/doc/")
    found = {quad.triple for quad in ox.parse(send(live, f"{path}.nt").body, format=ox.RdfFormat.N_TRIPLES)}
    assert found
    return found


def fingerprint(quads: Iterator[ox.Quad]) -> str:
    """The RDFC-1.0 digest of what a client received."""
    return digest(canonical_n_quads(canonical_quads(quads)))


# curl


def curl(*arguments: str) -> tuple[dict[str, str], str]:
    """The last answer's status, type and address, and the body."""
    told = "\n%{http_code} %{url_effective} %{num_redirects} %{content_type}"
    command = ["curl", "-sL", "--max-time", "20", "-w", told, *arguments]
    body, _, line = (
        subprocess.run(command, capture_output=True, check=True, timeout=30).stdout.decode().rpartition("\n")
    )
    status, address, redirects, media_type = line.split(" ", 3)
    return {"status": status, "address": address, "redirects": redirects, "type": media_type}, body


@pytest.mark.parametrize("form", DOCUMENT_FORMATS, ids=lambda form: form.key)
def test_curl_follows_a_thing_to_its_document_in_each_format(live: LiveServer, thing: str, form: Format) -> None:
    """`curl -L -H Accept:` ends at the document, in that format, which says what every other format says."""
    answer, body = curl("-H", f"Accept: {form.media_type}", thing)
    assert (answer["status"], answer["redirects"], answer["type"]) == ("200", "1", form.content_type)
    assert answer["address"] == thing.replace("/id/", "/doc/")
    if form is HTML:
        assert f">{thing}</code>" in body
    elif form is JSON_LD:
        assert json.loads(body)["@context"] == live("context.jsonld")
    else:
        found = {quad.triple for quad in ox.parse(body, format=rdf_format(form))}
        assert fingerprint(ox.Quad(*t) for t in found) == fingerprint(ox.Quad(*t) for t in triples_of(live, thing))


def test_curl_without_a_wish_gets_rdf_and_compressed_the_same(live: LiveServer, thing: str) -> None:
    """curl's own `Accept: */*`, and its own codings."""
    answer, plain = curl(thing)
    assert (answer["status"], answer["type"]) == ("200", "text/turtle; charset=utf-8")
    _, compressed = curl("--compressed", thing)
    assert plain == compressed
    assert list(ox.parse(plain, format=ox.RdfFormat.TURTLE))


def test_curl_gets_a_problem_with_the_way_on_for_what_there_is_not(live: LiveServer) -> None:
    """`--fail` fails; without it the body says what to do."""
    answer, body = curl(live("id/organisation/atlantis"))
    assert (answer["status"], answer["type"]) == ("404", "application/problem+json")
    assert json.loads(body)["advice"]
    assert (
        subprocess.run(["curl", "-sfL", live("id/organisation/atlantis")], capture_output=True, check=False).returncode
        == 22
    )


# rdflib


def test_rdflib_reads_a_thing_by_its_iri(live: LiveServer, thing: str) -> None:
    """`Graph().parse(iri)`: the thing has names in both languages, and the graph is the document's."""
    graph = rdflib.Graph().parse(thing)
    assert {label.language for label in graph.objects(rdflib.URIRef(thing), RDFS.label)} == {"en", "fr"}
    plain = rdflib.Graph().parse(f"{thing.replace('/id/', '/doc/')}.nt", format="nt")
    assert isomorphic(graph, plain)


@pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.key)
def test_rdflib_reads_every_variant(live: LiveServer, form: Format) -> None:
    """JSON-LD too, whose context rdflib fetches from this server."""
    graph = rdflib.Graph().parse(live(f"doc/organisation/nato.{form.extension}"))
    assert (rdflib.URIRef(live("id/organisation/nato")), RDF.type, DIP.Organisation) in graph
    assert isomorphic(graph, rdflib.Graph().parse(live("id/organisation/nato")))


# raptor


@pytest.mark.parametrize("parser", ["guess", "turtle", "rdfxml", "ntriples"])
def test_rapper_reads_a_thing_by_its_iri(live: LiveServer, thing: str, parser: str) -> None:
    """With each parser's own Accept header."""
    command = ["rapper", "-q", "-i", parser, "-o", "ntriples", thing]
    done = subprocess.run(command, capture_output=True, check=True, timeout=30)
    assert done.stderr == b""
    read = {quad.triple for quad in ox.parse(done.stdout, format=ox.RdfFormat.N_TRIPLES)}
    assert read == triples_of(live, thing)


# rdf-dereference


def test_rdf_dereference_reads_a_thing_by_its_iri(live: LiveServer, thing: str) -> None:
    """It asks for whatever RDF there is, RDFa in pages included, and gets every triple."""
    lines = node.run("rdf-dereference", thing).splitlines()
    read = {tuple(json.loads(line.rstrip(","))[part] for part in ("subject", "predicate", "object"))
            for line in lines if line.startswith("{")}  # fmt: skip
    assert read == {(t.subject.value, t.predicate.value, as_string(t.object)) for t in triples_of(live, thing)}


def as_string(term: object) -> str:
    """A term as RDF/JS tools write it into JSON."""
    if not isinstance(term, ox.Literal):
        return str(term.value)  # type: ignore[attr-defined]
    kind = f"@{term.language}" if term.language else f"^^{term.datatype.value}"
    return f'"{term.value}"' + ("" if kind == f"^^{XSD_STRING}" else kind)


# Comunica


def comunica(*sources: str, query: str) -> list[dict[str, str]]:
    """The rows that Comunica finds in its sources, each found out about by itself."""
    printed = node.run("comunica-sparql", *sources, "-q", query, "-t", RESULTS_JSON.media_type)
    rows = json.loads(printed)["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in rows]


def own_answer(live: LiveServer, query: str) -> list[dict[str, str]]:
    """The rows that the endpoint gives itself."""
    table = send(live, "/sparql", "POST", query.encode(), Content_Type=SPARQL_QUERY.media_type,
                 Accept=RESULTS_CSV.media_type)  # fmt: skip
    return list(csv.DictReader(io.StringIO(table.text, newline="")))


def test_comunica_joins_two_things_by_their_iris(live: LiveServer) -> None:
    """Who took the measure, by the measure's document; what that one is called, by its own."""
    measure, organisation = live("id/measure/2021-10-nato-expels-eight"), live("id/organisation/nato")
    query = f"""SELECT DISTINCT ?kind ?name WHERE {{
      <{measure}> <{DIP.takenBy}> ?who . ?who a <{DIP.Organisation}> ; <{RDFS.label}> ?name ; a ?kind
      FILTER(LANG(?name) = "fr") }}"""
    assert comunica(measure, organisation, query=query) == [{"kind": str(DIP.Organisation), "name": "OTAN"}]


def test_comunica_finds_out_that_there_is_an_endpoint(live: LiveServer) -> None:
    """From the service description; the answer is the endpoint's own."""
    query = "SELECT ?class (COUNT(?thing) AS ?n) WHERE { ?thing a ?class } GROUP BY ?class ORDER BY ?class"
    found = comunica(live("sparql"), query=query)
    table = send(
        live, "/sparql", "POST", query.encode(), Content_Type="application/sparql-query", Accept=RESULTS_CSV.media_type
    )
    assert found == list(csv.DictReader(io.StringIO(table.text, newline="")))
    assert {"class": str(DIP.Expulsion), "n": "1"} in found


def test_comunica_joins_the_endpoint_with_a_document(live: LiveServer) -> None:
    """Two kinds of source in one query."""
    measure = live("id/measure/2021-10-nato-expels-eight")
    query = f"""SELECT (COUNT(DISTINCT ?statement) AS ?n) WHERE {{
      <{measure}> <{DIP.takenBy}> ?who . ?statement <{DIP.speaker}> ?who }}"""
    own = send(
        live, "/sparql", "POST", query.encode(), Content_Type="application/sparql-query", Accept=RESULTS_CSV.media_type
    )
    assert comunica(live("sparql"), measure, query=query)[0]["n"] == own.text.splitlines()[1]


# Chromium


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    with chromium(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.mark.browser
@pytest.mark.parametrize(
    ("wish", "language"),
    [("en-GB,en;q=0.9", "en"), ("fr-CA,fr;q=0.9,en;q=0.8", "fr"), ("de,fr;q=0.5", "fr"), ("de", "en")],
)
def test_a_browser_gets_the_page_of_a_thing_in_its_readers_language(
    live: LiveServer, browser: WebDriver, thing: str, wish: str, language: str
) -> None:
    """The IRI in the address bar ends at the document's address; the page's heading is the thing's name."""
    agent = run(browser, "return navigator.userAgent")
    browser.execute_cdp_cmd("Network.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": wish})
    browser.get(thing)
    names = rdflib.Graph().parse(thing).objects(rdflib.URIRef(thing), RDFS.label)
    assert browser.current_url.partition("?")[0] == thing.replace("/id/", "/doc/")
    lang, heading = run(browser, "return [document.documentElement.lang, document.querySelector('h1').textContent]")
    assert (lang, heading) == (language, next(str(name) for name in names if name.language == language))
    assert complaints(browser) == []
