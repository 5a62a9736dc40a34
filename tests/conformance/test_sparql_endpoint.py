"""Rules S1, S2, S4 to S7 and S12 of the HTTP contract, clause by clause, against a live server: what may be asked."""

from __future__ import annotations

import hashlib
import json
import re
import time
import urllib.request
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import rdflib
from live import LiveServer
from rdflib import RDF, URIRef
from rdflib.namespace import VOID
from wire import eavesdropper, query, raw, send

from legation.graph.formats import DOCUMENT_FORMATS, RDF_FORMATS, RESULTS_FORMATS, Format

SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ASK = "query=ASK%20%7B%7D"
P = "http://data.example/"


def contents(server: LiveServer) -> dict[str, str]:
    """The SHA-256 of every file of the releases."""
    files = sorted(path for path in server.releases.rglob("*") if path.is_file() and path.name != "server.log")
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module", autouse=True)
def untouched(small: LiveServer) -> Iterator[None]:
    """Whatever this file asks, the release's bytes and its digest are afterwards what they were before (S5)."""
    before, digest = contents(small), send(small, "/health").json["digest"]
    yield
    assert contents(small) == before
    assert send(small, "/health").json["digest"] == digest


# S1: the ways to ask


@pytest.mark.parametrize(
    ("method", "target", "content_type", "body"),
    [
        pytest.param("GET", f"/sparql?{ASK}", None, None, id="S1-GET"),
        pytest.param("POST", "/sparql", FORM, ASK, id="S1-POST-form"),
        pytest.param("POST", "/sparql", DIRECT, "ASK {}", id="S1-POST-direct"),
        pytest.param("QUERY", "/sparql", DIRECT, "ASK {}", id="S1-QUERY"),
        pytest.param("QUERY", "/sparql", FORM, ASK, id="S1-QUERY-form"),
        pytest.param("POST", "/sparql", FORM + "; charset=utf-8", ASK, id="S1-charset-form"),
        pytest.param("POST", "/sparql", DIRECT + "; charset=utf-8", "ASK {}", id="S1-charset-direct"),
        pytest.param("POST", "/sparql", DIRECT + ';charset="UTF-8"', "ASK {}", id="S1-charset-quoted"),
        pytest.param("POST", "/sparql", DIRECT + "; Charset=Utf-8 ", "ASK {}", id="S1-charset-letter-case"),
        pytest.param("QUERY", "/sparql", DIRECT + "; charset=utf-8", "ASK {}", id="S1-charset-QUERY"),
        pytest.param("POST", "/sparql", "APPLICATION/SPARQL-QUERY", "ASK {}", id="S1-type-letter-case"),
        pytest.param("POST", "/sparql", DIRECT + "; version=1.1", "ASK {}", id="S1-other-parameter"),
    ],
)
def test_s1_a_query_is_answered_however_it_is_sent(
    small: LiveServer, method: str, target: str, content_type: str | None, body: str | None
) -> None:
    """The three operations of the protocol (section 2.1) and the QUERY method."""
    got = send(small, target, method, body.encode() if body else None, Content_Type=content_type)
    assert (got.status, got.type) == (200, "application/sparql-results+json")
    assert got.json["boolean"] is True


@pytest.mark.parametrize(
    ("method", "target", "content_type", "body", "status", "problem"),
    [
        pytest.param("POST", "/sparql", DIRECT + "; charset=utf-16", "ASK {}", 415, "media-type", id="S1-utf-16"),
        pytest.param("POST", "/sparql", DIRECT + "; charset=iso-8859-1", "ASK {}", 415, "media-type", id="S1-latin-1"),
        pytest.param("POST", "/sparql", FORM + "; charset=windows-1252", ASK, 415, "media-type", id="S1-form-charset"),
        pytest.param("QUERY", "/sparql", DIRECT + "; charset=us-ascii", "ASK {}", 415, "media-type", id="S1-us-ascii"),
        pytest.param("POST", "/sparql", "text/plain", "ASK {}", 415, "media-type", id="S1-type"),
        pytest.param("POST", "/sparql", "application/json", "{}", 415, "media-type", id="S1-JSON"),
        pytest.param("POST", "/sparql", "multipart/form-data; boundary=x", "--x--", 415, "media-type", id="S1-files"),
        pytest.param("POST", "/sparql", None, ASK, 415, "media-type", id="S1-no-type"),
        pytest.param("QUERY", "/sparql", "text/plain", "ASK {}", 415, "media-type", id="S1-QUERY-type"),
        pytest.param("GET", f"/sparql?{ASK}&{ASK}", None, None, 400, "query-parameters", id="S1-two-queries"),
        pytest.param("POST", "/sparql", FORM, f"{ASK}&{ASK}", 400, "query-parameters", id="S1-two-queries-form"),
        pytest.param("POST", f"/sparql?{ASK}", FORM, ASK, 400, "query-parameters", id="S1-two-queries-apart"),
        pytest.param("POST", f"/sparql?{ASK}", DIRECT, "ASK {}", 400, "query-parameters", id="S1-two-queries-direct"),
        pytest.param("GET", "/sparql?query=", None, None, 400, "query-parameters", id="S1-empty-query"),
        pytest.param("GET", "/sparql?query", None, None, 400, "query-parameters", id="S1-query-without-a-value"),
        pytest.param("GET", "/sparql?query=%20%0A", None, None, 400, "query-parameters", id="S1-blank-query"),
        pytest.param("POST", "/sparql", FORM, "query=", 400, "query-parameters", id="S1-empty-query-form"),
        pytest.param("POST", "/sparql", DIRECT, "", 400, "query-parameters", id="S1-empty-query-direct"),
        pytest.param("POST", "/sparql", FORM, "timeout=1", 400, "query-parameters", id="S1-no-query-form"),
        pytest.param("GET", f"/sparql?{ASK}&update=CLEAR%20ALL", None, None, 400, "query-parameters", id="S1-update"),
        pytest.param("POST", "/sparql", FORM, f"update=x&{ASK}", 400, "query-parameters", id="S1-update-form"),
        pytest.param("GET", "/sparql?query=ASK%20%FF", None, None, 400, "bad-request", id="S1-not-UTF-8"),
        pytest.param("PUT", f"/sparql?{ASK}", None, None, 405, "method-not-allowed", id="S1-PUT"),
        pytest.param("DELETE", f"/sparql?{ASK}", None, None, 405, "method-not-allowed", id="S1-DELETE"),
    ],
)
def test_s1_a_request_that_is_none_gets_its_problem(
    small: LiveServer, method: str, target: str, content_type: str | None, body: str | None, status: int, problem: str
) -> None:
    """Each has its status and its type of problem."""
    got = send(small, target, method, body.encode() if body is not None else None, Content_Type=content_type)
    assert (got.status, got.problem) == (status, problem)


def test_s1_a_body_of_another_type_is_told_the_right_ones(small: LiveServer) -> None:
    """Accept-Post, and Accept-Query of the QUERY draft."""
    got = send(small, "/sparql", "POST", b"ASK {}", Content_Type="text/plain")
    assert got.headers["Accept-Post"] == f"{FORM}, {DIRECT}"
    assert got.headers["Accept-Query"] == DIRECT
    assert got.json["accepted"] == [FORM, DIRECT]


@pytest.mark.parametrize(
    ("escaped", "expected"),
    [
        pytest.param("a+b", "a b", id="S1-plus-is-a-space"),
        pytest.param("a%2Bb", "a+b", id="S1-%2B-is-a-plus"),
        pytest.param("a%20b", "a b", id="S1-%20-is-a-space"),
        pytest.param("a%2520b", "a%20b", id="S1-%2520-is-%20"),
        pytest.param("a%252Bb", "a%2Bb", id="S1-%252B-is-%2B"),
        pytest.param("%C3%A9", "é", id="S1-UTF-8"),
        pytest.param("a%26format%3Dxml", "a&format=xml", id="S1-%26-starts-no-parameter"),
        pytest.param("100%", "100%", id="S1-percent-alone"),
    ],
)
def test_s1_parameters_are_decoded_once(small: LiveServer, escaped: str, expected: str) -> None:
    """In an address and in a form alike; a query sent as it is is not decoded at all."""
    text = f"query=SELECT+(%22{escaped}%22+AS+?x)+%7B%7D&format=csv"
    in_form = send(small, "/sparql", "POST", text.encode(), Content_Type=FORM)
    direct = send(small, "/sparql", "POST", f'SELECT ("{escaped}" AS ?x) {{}}'.encode(),
                  Content_Type=DIRECT, Accept="text/csv")  # fmt: skip
    assert send(small, "/sparql?" + text).body == in_form.body == f"x\r\n{expected}\r\n".encode()
    assert direct.body == f"x\r\n{escaped}\r\n".encode()


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "QUERY"])
def test_s1_a_slash_at_the_end_redirects_for_good(small: LiveServer, method: str) -> None:
    """308, so that a POST stays a POST; the question goes along, on the public base whatever Host says."""
    got = send(small, f"/sparql/?{ASK}", method, Host="evil.example")
    assert (got.status, got.headers["Location"]) == (308, small(f"sparql?{ASK}"))
    assert send(small, "/sparql/", method).headers["Location"] == small("sparql")


# S2: the dataset


DOCUMENTS = "SELECT ?s {FROM} {{ ?s a <http://xmlns.com/foaf/0.1/Document> }}"
IN_GRAPHS = "SELECT ?s {FROM} {{ GRAPH ?g {{ ?s a <http://xmlns.com/foaf/0.1/Document> }} }}"


@pytest.mark.parametrize(
    ("text", "clause", "default", "named", "expected"),
    [
        pytest.param(DOCUMENTS, "", "", "", "one two three", id="S2-union-by-default"),
        pytest.param(IN_GRAPHS, "", "", "", "one two three", id="S2-every-named-graph"),
        pytest.param(DOCUMENTS, "", "one", "", "one", id="S2-default-graph"),
        pytest.param(DOCUMENTS, "", "one two", "", "one two", id="S2-two-default-graphs"),
        pytest.param(IN_GRAPHS, "", "one", "", "", id="S2-default-graph-names-none"),
        pytest.param(DOCUMENTS, "", "", "one", "", id="S2-named-graph-is-no-default"),
        pytest.param(IN_GRAPHS, "", "", "one two", "one two", id="S2-named-graphs"),
        pytest.param(DOCUMENTS, "", "three", "one two", "three", id="S2-both-default"),
        pytest.param(IN_GRAPHS, "", "three", "one two", "one two", id="S2-both-named"),
        pytest.param(DOCUMENTS, f"FROM <{P}three>", "", "", "three", id="S2-FROM"),
        pytest.param(IN_GRAPHS, f"FROM NAMED <{P}three>", "", "", "three", id="S2-FROM-NAMED"),
        pytest.param(DOCUMENTS, f"FROM <{P}three>", "one", "", "one", id="S2-wins-over-FROM"),
        pytest.param(IN_GRAPHS, f"FROM NAMED <{P}three>", "", "one", "one", id="S2-wins-over-FROM-NAMED"),
        pytest.param(IN_GRAPHS, f"FROM NAMED <{P}three>", "one", "", "", id="S2-default-wins-over-FROM-NAMED"),
        pytest.param(DOCUMENTS, f"FROM <{P}three>", "", "one", "", id="S2-named-wins-over-FROM"),
        pytest.param(DOCUMENTS, "", "four", "", "", id="S2-unknown-graph-is-empty"),
        pytest.param(DOCUMENTS, "", "one four", "", "one", id="S2-unknown-graph-adds-nothing"),
        pytest.param(IN_GRAPHS, "", "", "four", "", id="S2-unknown-named-graph"),
        pytest.param(DOCUMENTS, f"FROM <{P}four>", "", "", "", id="S2-unknown-FROM"),
    ],
)
def test_s2_the_dataset_is_the_one_asked_for(
    small: LiveServer, text: str, clause: str, default: str, named: str, expected: str
) -> None:
    """Section 2.1.4 of the protocol; in an address, in a form, and beside a query sent as it is."""
    asked = text.format(FROM=clause)
    graphs = "".join(f"&default-graph-uri={quote(P + name, safe='')}" for name in default.split())
    graphs += "".join(f"&named-graph-uri={quote(P + name, safe='')}" for name in named.split())
    fields = f"query={quote(asked)}{graphs}"
    for got in (
        send(small, f"/sparql?{fields}", Accept="text/csv"),
        send(small, "/sparql", "POST", fields.encode(), Content_Type=FORM, Accept="text/csv"),
        send(small, f"/sparql?{graphs[1:]}", "POST", asked.encode(), Content_Type=DIRECT, Accept="text/csv"),
    ):
        assert got.status == 200
        assert {line.removeprefix(P) for line in got.text.split()[1:]} == set(expected.split())


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
@pytest.mark.parametrize("iri", ["", "one", "//x/y", "http://x/%3E", "http://x/a%20b", "http://x/%7B%7D"])
def test_s2_a_graph_that_is_no_absolute_iri_is_refused(small: LiveServer, name: str, iri: str) -> None:
    """400; nothing of it reaches the query."""
    got = send(small, f"/sparql?{ASK}&{name}={iri}")
    assert (got.status, got.problem) == (400, "query-parameters")


def test_s2_nothing_is_fetched(small: LiveServer) -> None:
    """A listener hears nothing of graphs that are named by its own address, in any way there is."""
    with eavesdropper() as (address, heard):
        for text, parameters in (
            ("ASK { ?s ?p ?o }", {"default_graph_uri": address}),
            ("ASK { GRAPH ?g { ?s ?p ?o } }", {"named_graph_uri": address}),
            (f"ASK FROM <{address}> {{ ?s ?p ?o }}", {}),
            (f"ASK FROM NAMED <{address}> {{ GRAPH ?g {{ ?s ?p ?o }} }}", {}),
            (f"ASK {{ GRAPH <{address}> {{ ?s ?p ?o }} }}", {}),
            (f"ASK FROM <{small.releases.as_uri()}/data.nq> {{ ?s ?p ?o }}", {}),
        ):
            got = send(small, query(text, **parameters))
            assert (got.status, got.json["boolean"]) == (200, False)
        assert send(small, query(f"DESCRIBE <{address}>"), Accept="text/csv, text/turtle").status == 200
        assert send(small, f"/graph-store?graph={address}").status == 404
        time.sleep(0.3)
        assert heard == []


def test_the_listener_of_these_tests_would_hear() -> None:
    """Or its silence would prove nothing."""
    with eavesdropper() as (address, heard):
        with pytest.raises(ConnectionError):
            urllib.request.urlopen(address, timeout=5)
        assert heard


# S4: the service description


def description(server: LiveServer, **fields: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=send(server, "/sparql", **fields).body, format="turtle")


@pytest.mark.parametrize("form", DOCUMENT_FORMATS[1:], ids=lambda form: f"S4-{form.key}")
def test_s4_the_description_is_negotiated(small: LiveServer, form: Format) -> None:
    """The same graph in each format, by Accept and by name; it varies, has a tag, and HEAD works."""
    got = send(small, "/sparql", Accept=form.media_type)
    assert (got.status, got.type) == (200, form.media_type)
    assert send(small, f"/sparql?format={form.key}").body == got.body
    assert "Accept" in got.headers["Vary"]
    assert send(small, "/sparql", Accept=form.media_type, If_None_Match=got.headers["ETag"]).status == 304
    assert send(small, "/sparql", "HEAD", Accept=form.media_type).headers["ETag"] == got.headers["ETag"]


def test_s4_the_endpoint_is_on_the_public_base(small: LiveServer) -> None:
    """Whatever Host and its friends say."""
    graph = description(small, Host="evil.example", X_Forwarded_Host="evil.example", Forwarded="host=evil.example")
    assert list(graph.objects(None, SD.endpoint)) == [URIRef(small("sparql"))]
    assert "evil" not in graph.serialize()


def test_s4_the_description_tells_language_formats_and_features(small: LiveServer) -> None:
    """Every format that an answer can have, by its W3C IRI; the union default graph; and nothing that is not so."""
    graph, service = description(small), URIRef(small("sparql"))
    assert set(graph.objects(service, SD.resultFormat)) == {
        URIRef(form.iri or "") for form in (*RESULTS_FORMATS, *RDF_FORMATS)
    }
    assert list(graph.objects(service, SD.supportedLanguage)) == [SD.SPARQL11Query]
    assert list(graph.objects(service, SD.feature)) == [SD.UnionDefaultGraph]


def test_s4_every_named_graph_is_described_with_its_count(small: LiveServer) -> None:
    """The names and counts are those that a query finds; so is the count of the default graph."""
    graph = description(small)
    told = {
        str(graph.value(named, SD.name)): int(str(graph.value(graph.value(named, SD.graph), VOID.triples)))
        for named in graph.subjects(RDF.type, SD.NamedGraph)
    }
    rows = send(small, query("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g", format="csv")).text
    assert told == {name: int(count) for name, _, count in (row.partition(",") for row in rows.split()[1:])}
    assert "urn:example:nobody" in told
    default = graph.value(graph.value(URIRef(small("sparql")), SD.defaultDataset), SD.defaultGraph)
    everything = send(small, query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", format="csv")).text.split()[1]
    assert str(graph.value(default, VOID.triples)) == everything


def test_s4_the_description_leads_to_the_graph_store(small: LiveServer) -> None:
    """The vocabulary has no word for it, so it is described beside the service."""
    graph = description(small)
    assert list(graph.objects(URIRef(small("sparql")), rdflib.RDFS.seeAlso)) == [URIRef(small("graph-store"))]


def test_s4_a_browser_gets_the_editor(small: LiveServer) -> None:
    """A page with a place to write a query."""
    got = send(small, "/sparql", Accept=BROWSER)
    assert (got.status, got.type) == (200, "text/html")
    assert b"<textarea" in got.body


# S5: nothing is written


UPDATES = [
    "INSERT DATA { <urn:a> <urn:b> 1 }",
    "DELETE DATA { <urn:a> <urn:b> 1 }",
    "DELETE WHERE { ?s ?p ?o }",
    "INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }",
    "WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "LOAD <http://127.0.0.1:9/x>",
    "LOAD SILENT <http://127.0.0.1:9/x> INTO GRAPH <urn:g>",
    "CLEAR ALL",
    "DROP SILENT DEFAULT",
    "CREATE GRAPH <urn:g>",
    "COPY <urn:g> TO <urn:h>",
    "MOVE <urn:g> TO <urn:h>",
    "ADD <urn:g> TO DEFAULT",
    "PREFIX a: <urn:a> # SELECT\n clear ALL",
]


@pytest.mark.parametrize("text", UPDATES, ids=lambda text: "S5-" + re.sub(r"\W+", "-", text)[:24])
def test_s5_an_update_is_refused_however_it_is_sent(small: LiveServer, text: str) -> None:
    """As an update, in a form, in an address, and in the clothes of a query: 403, and the dataset is as it was."""
    for got in (
        send(small, "/sparql", "POST", text.encode(), Content_Type="application/sparql-update"),
        send(small, "/sparql", "POST", f"update={quote(text)}".encode(), Content_Type=FORM),
        send(small, f"/sparql?update={quote(text)}"),
        send(small, query(text)),
        send(small, "/sparql", "POST", text.encode(), Content_Type=DIRECT),
        send(small, "/sparql", "QUERY", text.encode(), Content_Type=DIRECT),
    ):
        assert (got.status, got.problem) == (403, "update-refused")


def test_s5_a_load_calls_nobody(small: LiveServer) -> None:
    """The listener whose address it names hears nothing."""
    with eavesdropper() as (address, heard):
        for text in (f"LOAD <{address}>", f"LOAD SILENT <{address}> INTO GRAPH <urn:g>"):
            assert send(small, query(text)).status == 403
            assert send(small, "/sparql", "POST", text.encode(), Content_Type="application/sparql-update").status == 403
        time.sleep(0.3)
        assert heard == []


# S6: no federation


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("SELECT * { SERVICE <@> { ?s ?p ?o } }", id="S6-plain"),
        pytest.param("SELECT * { sErViCe <@> { ?s ?p ?o } }", id="S6-letter-case"),
        pytest.param("SELECT * { SERVICE SILENT <@> { ?s ?p ?o } }", id="S6-SILENT"),
        pytest.param("SELECT * { SERVICE#\n#\n<@>{ ?s ?p ?o } }", id="S6-comments"),
        pytest.param("PREFIX x: <@> SELECT * { SERVICE x: { ?s ?p ?o } }", id="S6-prefixed"),
        pytest.param("BASE <@> SELECT * { SERVICE <x> { ?s ?p ?o } }", id="S6-relative"),
        pytest.param("SELECT * { VALUES ?x { <@> } SERVICE ?x { ?s ?p ?o } }", id="S6-variable"),
        pytest.param("SELECT * { OPTIONAL { { SERVICE <@> { ?s ?p ?o } } } }", id="S6-nested"),
        pytest.param("SELECT * { FILTER EXISTS { SERVICE <@> { ?s ?p ?o } } }", id="S6-in-EXISTS"),
        pytest.param("SELECT * { { SELECT * { SERVICE <@> { ?s ?p ?o } } } }", id="S6-in-a-subquery"),
        pytest.param("ASK { { } MINUS { SERVICE <@> { ?s ?p ?o } } }", id="S6-in-MINUS"),
        pytest.param("CONSTRUCT { ?s ?p ?o } { SERVICE <@> { ?s ?p ?o } }", id="S6-CONSTRUCT"),
        pytest.param("DESCRIBE ?s { SERVICE <@> { ?s ?p ?o } }", id="S6-DESCRIBE"),
        pytest.param("SELECT * { \\u0053ERVICE <@> { ?s ?p ?o } }", id="S6-escaped"),
        pytest.param("SELECT * { SERVICE<@>{}}", id="S6-without-spaces"),
        pytest.param("SELECT * { ?s ?p '''SERVICE''' . SERVICE <@> { } }", id="S6-after-a-decoy"),
    ],
)
def test_s6_a_federated_query_is_refused_before_it_leaves(small: LiveServer, text: str) -> None:
    """403, and the endpoint that it names hears nothing."""
    with eavesdropper() as (address, heard):
        got = send(small, query(text.replace("@", address)))
        assert (got.status, got.problem) == (403, "service-refused")
        time.sleep(0.15)
        assert heard == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("ASK { } # SERVICE <urn:x> {}", id="S6-in-a-comment"),
        pytest.param('ASK { FILTER("SERVICE <urn:x> {}" != "") }', id="S6-in-a-string"),
        pytest.param("ASK { FILTER('''\nSERVICE <urn:x> {}''' != '') }", id="S6-in-a-long-string"),
        pytest.param("ASK { FILTER(<http://x.example/SERVICE> != 1) }", id="S6-in-an-IRI"),
        pytest.param("ASK { OPTIONAL { ?SERVICE ?service $Service } }", id="S6-variables"),
        pytest.param("PREFIX service: <urn:> ASK { OPTIONAL { ?s a service:SERVICE } }", id="S6-names"),
        pytest.param("PREFIX : <urn:> ASK { OPTIONAL { _:service a :service } }", id="S6-blank-node"),
        pytest.param('ASK { FILTER("x"@service != "y") }', id="S6-language"),
    ],
)
def test_s6_the_word_alone_is_no_alarm(small: LiveServer, text: str) -> None:
    """Strings, comments, IRIs and names may contain it."""
    got = send(small, query(text))
    assert (got.status, got.json.get("boolean")) == (200, True)


# S7: syntax errors


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        pytest.param("SELECT * { ?s ?p", 1, 17, "expected", id="S7-breaks-off"),
        pytest.param("SELECT *\nWHERE { ?s foaf:name ?o }", 2, 12, "hint", id="S7-prefix"),
        pytest.param("SELECT *\n{ ?s ?p ?o )", 2, 12, "expected", id="S7-wrong-bracket"),
        pytest.param('ASK { ?s ?p "open }', 1, 13, "hint", id="S7-open-string"),
        pytest.param("SELEKT * { }", 1, 1, "hint", id="S7-misspelt"),
    ],
)
def test_s7_a_syntax_error_is_told_with_its_place(
    small: LiveServer, text: str, line: int, column: int, said: str
) -> None:
    """Line, column, an excerpt, what was expected or what to do; nothing of the inside."""
    got = send(small, query(text))
    assert (got.status, got.problem) == (400, "query-syntax")
    problem = got.json
    assert (problem["line"], problem["column"]) == (line, column)
    assert "^" in problem["excerpt"]
    assert problem[said]
    assert not re.search(rb"Traceback|\.py\b|oxigraph|spargebra|/usr/|/home/|site-packages|0x[0-9a-f]{6}", got.body)


# S12: names of formats


@pytest.mark.parametrize(
    ("text", "form"),
    [
        *[pytest.param("ASK {}", form, id=f"S12-{form.key}") for form in RESULTS_FORMATS],
        *[pytest.param("CONSTRUCT { } { }", form, id=f"S12-{form.key}") for form in RDF_FORMATS],
    ],
)
def test_s12_a_short_name_wins_over_accept(small: LiveServer, text: str, form: Format) -> None:
    """Letter case aside; a file extension and a media type mean the same."""
    for name in (form.key, form.key.upper(), form.extension, form.media_type):
        got = send(small, query(text, format=name), Accept="image/png")
        assert (got.status, got.type) == (200, form.media_type)


@pytest.mark.parametrize(
    ("text", "names", "offered"),
    [
        pytest.param("ASK {}", "pdf", RESULTS_FORMATS, id="S12-unknown"),
        pytest.param("ASK {}", "", RESULTS_FORMATS, id="S12-empty"),
        pytest.param("ASK {}", "turtle", RESULTS_FORMATS, id="S12-of-another-form"),
        pytest.param("CONSTRUCT { } { }", "csv", RDF_FORMATS, id="S12-of-another-form-too"),
    ],
)
def test_s12_an_unknown_name_is_told_the_known_ones(
    small: LiveServer, text: str, names: str, offered: tuple[Format, ...]
) -> None:
    """400, with the list of those that fit the query's form."""
    got = send(small, query(text, format=names), Accept="text/csv")
    assert (got.status, got.problem) == (400, "unknown-format")
    assert got.json["available"] == [*(form.key for form in offered), "html"]


def test_s12_of_several_names_the_first_that_fits_counts(small: LiveServer) -> None:
    """SPARQLWrapper sends a short name and a media type together."""
    assert send(small, query("ASK {}", format=["turtle", "xml", "json"])).type == "application/sparql-results+xml"


def test_a_request_line_by_hand_is_answered(small: LiveServer) -> None:
    """Raw bytes, without a library's help: the protocol is what is on the wire."""
    got = raw(small, f"GET /sparql?{ASK} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    head, _, body = got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert json.loads(body)["boolean"] is True


def test_an_absolute_target_is_answered_too(small: LiveServer) -> None:
    """As a proxy would send it (RFC 9112, section 3.2.2)."""
    target = small(f"sparql?{ASK}")
    got = raw(small, f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert got.startswith(b"HTTP/1.1 200 ")
