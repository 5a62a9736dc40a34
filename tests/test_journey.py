"""From a fact file to an HTTP answer, with the clients that people use, against a real server process."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import rdflib
from live import LiveServer, free_port, run_legation, serving
from rdflib.compare import isomorphic
from SPARQLWrapper import CSV, JSON, JSONLD, N3, POST, RDFXML, TSV, TURTLE, XML, SPARQLWrapper

from legation.graph.fact_files import bundled_facts

WHO_EXPELLED = """
PREFIX dip: <https://w3id.org/legation/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sem: <http://semanticweb.cs.vu.nl/2009/11/sem/>
PREFIX time: <http://www.w3.org/2006/time#>
SELECT ?who ?howMany ?whose ?earliest ?latest WHERE {
  ?expulsion a dip:Expulsion ; dip:takenBy/rdfs:label ?who ; dip:directedAt/rdfs:label ?whose ;
             dip:headcount ?howMany ; time:hasTime ?time .
  ?time sem:hasEarliestBeginTimeStamp ?earliest ; sem:hasLatestEndTimeStamp ?latest .
  FILTER(LANG(?who) = "en" && LANG(?whose) = "en")
}"""
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def curl(*arguments: str) -> str:
    return subprocess.run(["curl", "-sS", *arguments], capture_output=True, check=True, timeout=30).stdout.decode()


def query(live: LiveServer, text: str, method: str | None = None, results: str = JSON) -> object:
    endpoint = SPARQLWrapper(live("sparql"), returnFormat=results)
    if method:
        endpoint.setMethod(method)
    endpoint.setQuery(text)
    return endpoint.queryAndConvert()


def test_curl_gets_turtle_about_an_entity(live: LiveServer) -> None:
    """The README's first command: the thing's IRI leads to its description."""
    text = curl("-L", "-H", "Accept: text/turtle", live("id/organisation/nato"))
    graph = rdflib.Graph().parse(data=text, format="turtle")
    assert (rdflib.URIRef(live("id/organisation/nato")), rdflib.RDFS.label, rdflib.Literal("NATO", lang="en")) in graph


def test_every_iri_of_the_release_under_its_base_dereferences_and_is_described(live: LiveServer) -> None:
    """Every subject and object of the dump that the deployment names leads to Turtle that speaks of it."""
    dump = rdflib.Graph().parse(live("dumps/legation.nt"), format="nt")
    terms = {term for s, _, o in dump for term in (s, o) if isinstance(term, rdflib.URIRef)}
    named = {str(term) for term in terms if term.startswith(live("id/"))}
    assert len(named) > 400
    missing = {iri for iri in named if (rdflib.URIRef(iri), None, None) not in rdflib.Graph().parse(iri)}
    assert missing == set()


@pytest.mark.parametrize("extension", ["ttl", "rdf", "nt"])
def test_rapper_reads_a_description(live: LiveServer, extension: str) -> None:
    """A second parser, that is not ours nor rdflib's, counts the same triples."""
    parser = {"ttl": "turtle", "rdf": "rdfxml", "nt": "ntriples"}[extension]
    address = live(f"doc/organisation/russia.{extension}")
    done = subprocess.run(["rapper", "-q", "-i", parser, address], capture_output=True, check=True, timeout=30)
    assert len(set(done.stdout.splitlines())) == len(rdflib.Graph().parse(address))


@pytest.mark.parametrize("method", ["GET", POST])
def test_sparqlwrapper_learns_who_expelled_how_many_of_whose_mission_and_when(live: LiveServer, method: str) -> None:
    """NATO, eight, Russia, between 1 and 6 October 2021."""
    found = query(live, WHO_EXPELLED, method)
    assert isinstance(found, dict)
    rows = [{name: cell["value"] for name, cell in row.items()} for row in found["results"]["bindings"]]
    assert rows == [
        {"who": "NATO", "howMany": "8", "whose": "Russia", "earliest": "2021-10-01", "latest": "2021-10-06"}
    ]


@pytest.mark.parametrize("results", [JSON, XML, CSV, TSV])
@pytest.mark.parametrize("method", ["GET", POST])
def test_sparqlwrapper_gets_every_result_format(live: LiveServer, method: str, results: str) -> None:
    """It names a format twice in one request, by a short name and a media type; both mean the same."""
    endpoint = SPARQLWrapper(live("sparql"), returnFormat=results)
    endpoint.setMethod(method)
    endpoint.setQuery("SELECT ?n { VALUES ?n { 8 } }")
    assert b"8" in endpoint.query().response.read()


@pytest.mark.parametrize("results", [TURTLE, N3, RDFXML, JSONLD])
@pytest.mark.parametrize("method", ["GET", POST])
def test_sparqlwrapper_gets_every_graph_format(live: LiveServer, method: str, results: str) -> None:
    """And rdflib reads what came."""
    endpoint = SPARQLWrapper(live("sparql"), returnFormat=results)
    endpoint.setMethod(method)
    endpoint.setQuery("CONSTRUCT WHERE { ?s a <https://w3id.org/legation/ns#Expulsion> }")
    parser = {TURTLE: "turtle", N3: "turtle", RDFXML: "xml", JSONLD: "json-ld"}[results]
    assert len(rdflib.Graph().parse(data=endpoint.query().response.read(), format=parser)) == 1


def test_rdflib_parses_a_measure_by_negotiation_alone(live: LiveServer) -> None:
    """No format is named: the library's own Accept header is enough."""
    found = query(live, "SELECT ?m { ?m a <https://w3id.org/legation/ns#Expulsion> }")
    assert isinstance(found, dict)
    measure = found["results"]["bindings"][0]["m"]["value"]
    graph = rdflib.Graph().parse(measure)
    assert (rdflib.URIRef(measure), None, rdflib.Literal(8)) in graph


def test_the_dumps_are_isomorphic(live: LiveServer) -> None:
    """Turtle and JSON-LD, as downloaded, are one graph."""
    turtle = rdflib.Graph().parse(data=curl(live("dumps/legation.ttl")), format="turtle")
    json_ld = rdflib.Graph().parse(data=curl(live("dumps/legation.jsonld")), format="json-ld")
    assert len(turtle) > 3000
    assert isomorphic(turtle, json_ld)


def test_a_document_is_the_same_graph_in_every_format(live: LiveServer) -> None:
    """Turtle, JSON-LD with its published context, RDF/XML and N-Triples say one thing."""
    stem = live("doc/organisation/russia")
    graphs = [rdflib.Graph().parse(f"{stem}.{extension}") for extension in ("ttl", "jsonld", "rdf", "nt")]
    assert all(isomorphic(graphs[0], other) for other in graphs[1:])


def test_an_endless_query_is_stopped_and_the_next_answered_at_once(live: LiveServer) -> None:
    """The deadline of this server is two seconds; the problem says so, and nobody else waits."""
    started = time.monotonic()
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(live("sparql?query=") + urllib.request.quote(ENDLESS), timeout=30)
    with caught.value as answer:
        problem = json.loads(answer.read())
        assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert 2 <= time.monotonic() - started < 4, "the deadline is two seconds; a busy machine is given two more"
    assert problem["type"] == live("problems/query-timeout")
    assert problem["seconds"] == 2
    assert "dumps" in problem["advice"]
    assert query(live, "ASK { ?s ?p ?o }") == {"head": {}, "boolean": True}


def test_a_service_call_is_refused_before_it_leaves(live: LiveServer) -> None:
    """403, and the reason, in place of a request to somebody else's server."""
    text = "SELECT * { SERVICE <http://127.0.0.1:9/sparql> { ?s ?p ?o } }"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(live("sparql?query=") + urllib.request.quote(text), timeout=10)
    with caught.value as answer:
        assert answer.status == 403
        assert json.loads(answer.read())["type"] == live("problems/service-refused")


def test_the_three_things_to_try_work_when_pasted(live: LiveServer, tmp_path: Path) -> None:
    """What `legation serve` prints is run as it stands, by a shell."""
    lines = [line.strip() for line in live.log.read_text().splitlines() if line.strip().startswith("curl ")]
    assert len(lines) == 3
    for line in lines:
        done = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, check=False, timeout=30)
        assert done.returncode == 0
        output = done.stdout or (tmp_path / "legation.ttl").read_bytes()
        assert b"https://w3id.org/legation/ns#" in output


def test_facts_without_a_speaker_are_refused_by_name_and_nothing_is_written(tmp_path: Path) -> None:
    """The gate as a curator meets it: exit code 1, file and line, rule, statement, what to do, in English or French."""
    facts = Path(shutil.copytree(bundled_facts(), tmp_path / "facts"))
    article = next((facts / "article").glob("*.ttl"))
    lines = article.read_text("utf-8").splitlines(keepends=True)
    number = next(n for n, line in enumerate(lines) if "dip:speaker" in line)
    del lines[number]
    article.write_text("".join(lines), "utf-8")
    for language, words in (("en", "1 violation, "), ("fr", "1 violation, 4 avertissements")):
        done = run_legation("release", "--facts", str(facts), "--releases", str(tmp_path / "out"), "--lang", language)
        report = done.stdout.decode()
        assert done.returncode == 1
        assert "Violation K01 id/statement/" in report
        assert f"article/{article.name}:" in report
        assert words in report
    assert not (tmp_path / "out").exists()


def test_the_command_line_asks_and_dumps(live: LiveServer, tmp_path: Path) -> None:
    """`legation query` and `legation dump` read the same release as the server."""
    (tmp_path / "q.rq").write_text(WHO_EXPELLED)
    done = run_legation("query", str(tmp_path / "q.rq"), "--releases", str(live.releases))
    assert done.stdout.decode().splitlines()[1] == "NATO,8,Russia,2021-10-01,2021-10-06", done.stderr
    assert query(live, WHO_EXPELLED, results=CSV) == done.stdout
    dumped = run_legation("dump", "--format", "ntriples", "--releases", str(live.releases))
    assert dumped.stdout.decode() == curl(live("dumps/legation.nt"))


def test_anybodys_data_are_served_and_marked_as_unchecked_everywhere(tmp_path: Path) -> None:
    """--without-shapes is said in the manifest, in the service description and on every page."""
    (tmp_path / "a.ttl").write_text("<http://x.example/a> <http://x.example/p> 1 .")
    (tmp_path / "b.nq").write_text("<http://x.example/a> <http://x.example/p> _:b <http://x.example/g> .")
    releases, port = tmp_path / "releases", free_port()
    options = ("--base", f"http://localhost:{port}/", "--releases", str(releases))
    files = (str(tmp_path / "a.ttl"), str(tmp_path / "b.nq"))
    refused = run_legation("release", "--data", *files, *options)
    assert refused.returncode == 2
    assert b"--without-shapes" in refused.stderr
    assert run_legation("release", "--data", *files, "--without-shapes", *options).returncode == 0
    with serving(releases, port) as server:
        assert json.loads(curl(server("health")))["validated"] is False
        assert "no rule has checked them" in curl("-H", "Accept: text/turtle", server("sparql"))
        for path in ("", "sparql", "dumps/", "ns", "nothing"):
            assert "no rule has checked them" in curl("-H", "Accept: text/html", server(path))
        rows = curl(server("sparql"), "-H", "Accept: text/csv", "--data-urlencode", "query=SELECT ?o { ?s ?p ?o }")
        assert len(rows.splitlines()) == 3
    assert f"curl -sO {server('dumps/legation.ttl')}" in server.log.read_text()
