"""The HTTP contract, against a real server process."""

from __future__ import annotations

import base64
import hashlib
import http.client
import io
import json
import os
import re
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import rdflib
from live import LiveServer

from legation.graph.formats import DOCUMENT_FORMATS, HTML, RDF_FORMATS, RESULTS_FORMATS, Format
from legation.server.variants import VARIANTS

SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
CROSS_PRODUCT = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@dataclass(frozen=True)
class Got:
    """An answer as it came."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def type(self) -> str:
        return str(self.headers["Content-Type"]).partition(";")[0]

    @property
    def problem(self) -> str:
        return str(json.loads(self.body)["type"]).rpartition("/")[2]


def ask(live: LiveServer, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Got:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(live.base).port or 80, timeout=20)
    try:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, fields)
        answer = connection.getresponse()
        return Got(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def sparql(text: str, **parameters: str) -> str:
    return "/sparql?" + "&".join(f"{name}={quote(value)}" for name, value in {"query": text, **parameters}.items())


# Things and documents


def test_d1_a_thing_answers_see_other_on_the_public_base_whatever_host_says(live: LiveServer) -> None:
    """303, absolute, cacheable, readable by scripts, and without a body."""
    got = ask(live, "/id/organisation/nato", Host="evil.example", X_Forwarded_Host="evil.example")
    assert (got.status, got.headers["Location"]) == (303, live("doc/organisation/nato"))
    assert "max-age" in got.headers["Cache-Control"]
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert got.body == b""


@pytest.mark.parametrize("host", ["evil.example", "[::1", "a:b:c", ""])
@pytest.mark.parametrize("path", ["dumps", "sparql/"])
def test_no_redirect_leads_where_host_says(live: LiveServer, path: str, host: str) -> None:
    """A cache would send everybody there."""
    got = ask(live, f"/{path}", Host=host, X_Forwarded_Host="evil.example", X_Forwarded_Proto="ftp")
    assert (got.status, got.headers["Location"]) == (308, live("dumps/" if path == "dumps" else "sparql"))


@pytest.mark.parametrize("form", DOCUMENT_FORMATS, ids=lambda form: form.key)
@pytest.mark.parametrize(
    "path", ["doc/organisation/nato", "ns", "ns/0.1.0", "vocab/modality", "shapes", "catalogue", "graph/derived"]
)
def test_a_document_has_a_variant_in_every_format_by_name_and_by_negotiation(
    live: LiveServer, path: str, form: Format
) -> None:
    """The same bytes under the suffix and by Accept; both say what they are and where they live."""
    by_name = ask(live, f"/{path}.{form.extension}", Accept="image/png")
    negotiated = ask(live, "/" if path == "catalogue" else f"/{path}", Accept=form.media_type)
    assert (by_name.status, negotiated.status) == (200, 200)
    assert by_name.type == negotiated.type == form.media_type
    assert by_name.headers["ETag"] == negotiated.headers["ETag"]
    language = "en." if form is HTML else ""
    assert by_name.headers["Content-Location"] == live(f"{path}.{language}{form.extension}")
    assert "Accept" in negotiated.headers["Vary"]
    assert "Accept," not in (by_name.headers["Vary"] or "")


def test_n3_nothing_acceptable_lists_the_alternates(live: LiveServer) -> None:
    """406, a problem document, and a link to each variant."""
    got = ask(live, "/doc/organisation/nato", Accept="image/png")
    assert (got.status, got.problem) == (406, "not-acceptable")
    assert got.headers["Link"].count('rel="alternate"') == len(VARIANTS)
    assert "Accept" in got.headers["Vary"]


def test_the_licence_that_the_dataset_names_is_on_documents_and_pages(live: LiveServer) -> None:
    """As a link of the header, a triple of the document, and at the foot of the page."""
    licence = "https://creativecommons.org/licenses/by/4.0/"
    got = ask(live, "/doc/organisation/nato.ttl")
    assert f'<{licence}>; rel="license"' in got.headers["Link"]
    assert licence.encode() in got.body
    assert f'rel="license" href="{licence}"'.encode() in ask(live, "/doc/organisation/nato.html").body


def test_d3_a_document_that_has_not_changed_is_not_sent_again(live: LiveServer) -> None:
    """If-None-Match, strong, weak and in a list: 304 without a body."""
    tag = ask(live, "/doc/organisation/nato.ttl").headers["ETag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
    for field in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        got = ask(live, "/doc/organisation/nato.ttl", If_None_Match=field)
        assert (got.status, got.body) == (304, b"")


@pytest.mark.parametrize("path", ["/doc/organisation/nato", "/id/organisation/nato", "/nothing", "/", sparql("ASK {}")])
def test_d3_head_equals_get_without_a_body(live: LiveServer, path: str) -> None:
    """On errors and redirects too."""
    got, head = ask(live, path), ask(live, path, "HEAD")
    assert (head.status, head.body) == (got.status, b"")
    assert head.headers["Content-Type"] == got.headers["Content-Type"]
    assert head.headers["ETag"] == got.headers["ETag"]


def test_d5_an_unknown_thing_is_a_404_with_a_way_on(live: LiveServer) -> None:
    """For a reader a page, for a program a problem document."""
    assert ask(live, "/doc/organisation/atlantis").problem == "not-found"
    page = ask(live, "/doc/organisation/atlantis", Accept=HTML.media_type)
    assert (page.status, page.type) == (404, HTML.media_type)


def test_d7_a_wrong_method_names_the_right_ones(live: LiveServer) -> None:
    """405 with Allow."""
    got = ask(live, "/doc/organisation/nato", "DELETE")
    assert (got.status, got.problem) == (405, "method-not-allowed")
    assert "GET" in got.headers["Allow"]


@pytest.mark.parametrize(
    "path",
    [
        "/doc/%00",
        "/doc/%FF",
        "/doc/..%2f..%2fetc/passwd",
        "/doc/a%3E%20b",
        "/id/%3Cscript%3E",
        "/dumps/..%2fmanifest.json",
        "/doc//",
    ],
)
def test_d4_no_path_leaves_its_space_or_breaks_the_server(live: LiveServer, path: str) -> None:
    """Malformed and hostile paths are client errors; a thing's redirect never leaves the base."""
    got = ask(live, path)
    assert got.status in {303, 400, 404}
    assert (got.headers["Location"] or live.base).startswith(live.base)
    assert "<script>" not in (got.headers["Location"] or "")


@pytest.mark.parametrize(("field", "language"), [("fr-CA,fr;q=0.8", "fr"), ("de,en;q=0.5", "en"), ("", "en")])
def test_n6_pages_follow_accept_language(live: LiveServer, field: str, language: str) -> None:
    """Content-Language says which; `?lang=` wins."""
    got = ask(live, "/doc/organisation/nato", Accept=HTML.media_type, Accept_Language=field)
    assert got.headers["Content-Language"] == language
    assert f'lang="{language}"' in got.body.decode()
    assert ask(live, "/?lang=fr", Accept=HTML.media_type, Accept_Language="en").headers["Content-Language"] == "fr"


# SPARQL


@pytest.mark.parametrize("form", RESULTS_FORMATS, ids=lambda form: form.key)
def test_s3_select_answers_in_four_formats_by_accept_and_by_name(live: LiveServer, form: Format) -> None:
    """Named as what they are, with the same bytes either way."""
    text = 'SELECT ?a ?b ?c { VALUES (?a ?b ?c) { ("x\\"y,z\\n"@fr 1 UNDEF) (<urn:é> 2.5 "<&>") } }'
    one, two = ask(live, sparql(text), Accept=form.media_type), ask(live, sparql(text, format=form.key))
    assert one.type == two.type == form.media_type
    assert one.body == two.body
    rows = list(rdflib.query.Result.parse(source=io.BytesIO(one.body), content_type=form.media_type))
    assert len(rows) == 2


@pytest.mark.parametrize("form", RDF_FORMATS, ids=lambda form: form.key)
def test_s3_construct_answers_in_every_rdf_format(live: LiveServer, form: Format) -> None:
    """The graph is the same in each."""
    text = "CONSTRUCT WHERE { ?s a <https://w3id.org/legation/ns#Expulsion> }"
    got = ask(live, sparql(text), Accept=form.media_type)
    assert got.type == form.media_type
    parser = {"rdfxml": "xml", "jsonld": "json-ld", "ntriples": "nt"}.get(form.key, form.key)
    dataset = rdflib.Dataset()
    dataset.parse(data=got.body, format=parser)
    assert len(list(dataset.quads())) == 1


def test_s3_the_form_is_the_querys_not_a_word_in_it(live: LiveServer) -> None:
    """A comment or a string that says CONSTRUCT changes nothing."""
    got = ask(live, sparql("# CONSTRUCT\nSELECT ('DESCRIBE' AS ?ask) {}"), Accept="*/*")
    assert got.type == "application/sparql-results+json"


def test_s4_without_a_query_the_service_describes_itself(live: LiveServer) -> None:
    """Endpoint, formats, union default graph, every named graph with its count."""
    graph = rdflib.Graph().parse(data=ask(live, "/sparql", Accept="text/turtle").body, format="turtle")
    service = rdflib.URIRef(live("sparql"))
    assert (service, SD.endpoint, service) in graph
    assert (service, SD.feature, SD.UnionDefaultGraph) in graph
    assert len(set(graph.objects(service, SD.resultFormat))) == len(RESULTS_FORMATS) + len(RDF_FORMATS)
    names = {str(name) for name in graph.objects(None, SD.name)}
    assert {live("graph/reference"), live("graph/derived")} <= names
    page = ask(live, "/sparql", Accept=HTML.media_type)
    assert b"<textarea" in page.body


def test_s2_the_datasets_graphs_are_chosen_among_those_of_the_release(live: LiveServer) -> None:
    """The protocol's graphs win over FROM; an unknown graph is empty and nothing is fetched."""
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

    def rows(path: str) -> int:
        return int(json.loads(ask(live, path).body)["results"]["bindings"][0]["n"]["value"])

    everything = rows(sparql(count))
    derived = rows(sparql(count, **{"default-graph-uri": live("graph/derived")}))
    assert 0 < derived < 100 < everything
    assert rows(sparql(count.replace("{", f"FROM <{live('graph/derived')}> {{", 1))) == derived
    other = count.replace("{", "FROM <urn:none> {", 1)
    assert rows(sparql(other, **{"default-graph-uri": live("graph/derived")})) == derived
    assert rows(sparql(count, **{"default-graph-uri": "http://127.0.0.1:9/x"})) == 0
    assert rows(sparql(count, **{"named-graph-uri": live("graph/derived")})) == 0


@pytest.mark.parametrize(
    ("method", "path", "content_type", "body", "status", "problem"),
    [
        pytest.param(
            "POST", "/sparql", "application/sparql-update", b"CLEAR ALL", 403, "update-refused", id="S5 update"
        ),
        pytest.param(
            "POST", "/sparql", "application/sparql-query", b"CLEAR ALL", 403, "update-refused", id="S5 disguised"
        ),
        pytest.param("GET", sparql("SELECT * { sErViCe <urn:x> {} }"), "", None, 403, "service-refused", id="S6"),
        pytest.param("GET", sparql("SELECT * { ?s ?p"), "", None, 400, "query-syntax", id="S7"),
        pytest.param("GET", sparql("ASK {}", format="pdf"), "", None, 400, "unknown-format", id="S12"),
        pytest.param("GET", sparql("ASK {" + "{" * 1500), "", None, 400, "query-too-complex", id="nesting"),
        pytest.param("GET", "/sparql?query=" + "x" * 9000, "", None, 414, "uri-too-long", id="D7 address"),
        pytest.param(
            "POST", "/sparql", "application/sparql-query", b"ASK {}" + b" " * 200_000, 413, "too-large", id="D7 chars"
        ),
        pytest.param("POST", "/sparql", "application/sparql-query", b" " * 2_000_000, 413, "too-large", id="D7 body"),
        pytest.param("POST", "/sparql", "text/csv", b"ASK {}", 415, "media-type", id="S1 type"),
        pytest.param(
            "GET",
            sparql("CONSTRUCT { <urn:a> <urn:1/> 1 } {}", format="rdfxml"),
            "",
            None,
            406,
            "not-expressible",
            id="RDF/XML",
        ),
    ],
)
def test_a_bad_request_gets_its_documented_problem(
    live: LiveServer, method: str, path: str, content_type: str, body: bytes | None, status: int, problem: str
) -> None:
    """A sentence, a type with a page of its own, CORS, and nothing of the inside."""
    got = ask(live, path, method, body, **({"Content_Type": content_type} if content_type else {}))
    assert (got.status, got.type, got.problem) == (status, "application/problem+json", problem)
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert not re.search(rb"Traceback|\.py|oxigraph|/usr/|/home/", got.body)
    assert ask(live, f"/problems/{problem}", Accept=HTML.media_type).status == 200


@pytest.mark.parametrize("path", ["/dumps/legation.nt", "/doc/organisation/nato", "/ns.ttl", "/static/style.css"])
def test_a_condition_that_does_not_hold_gets_its_problem(live: LiveServer, path: str) -> None:
    """412 (RFC 9110, section 13.1.1), by name and without the fields of the content."""
    assert ask(live, path).status == 200
    got = ask(live, path, If_Match='"another"')
    assert (got.status, got.type, got.problem) == (412, "application/problem+json", "precondition-failed")
    assert got.headers["ETag"] is None
    assert got.headers["Access-Control-Allow-Origin"] == "*"


def test_s7_a_syntax_error_names_line_column_and_what_to_do(live: LiveServer) -> None:
    """An undeclared prefix is told with the line that declares it."""
    document = json.loads(ask(live, sparql("SELECT *\nWHERE { ?s foaf:name ?o }")).body)
    assert (document["line"], document["column"]) == (2, 12)
    assert "PREFIX foaf: <http://xmlns.com/foaf/0.1/>" in document["hint"]


@pytest.mark.parametrize("form", [None, "csv", "xml"])
def test_s7_a_name_that_is_no_term_is_answered_with_a_hint(live: LiveServer, form: str | None) -> None:
    """The answer is the standard's, to the byte; the hint stands in a header that scripts may read, on a 304 too."""
    wrong = "PREFIX dip: <https://w3id.org/legation/ns#> SELECT ?m { ?m dip:takenby ?o }"
    extra = {"format": form} if form else {}
    got, right = (ask(live, sparql(text, **extra)) for text in (wrong, wrong.replace("takenby", "takenBy")))
    assert got.status == 200
    assert got.headers["Legation-Hint"] == (
        '"dip:takenby is not a term of the vocabulary; did you mean dip:takenBy?";line=1;column=60'
    )
    assert "Legation-Hint" in got.headers["Access-Control-Expose-Headers"]
    assert right.headers["Legation-Hint"] is None
    assert right.body.startswith(got.body[:10])
    again = ask(live, sparql(wrong, **extra), If_None_Match=got.headers["ETag"])
    assert (again.status, again.headers["Legation-Hint"]) == (304, got.headers["Legation-Hint"])


def test_s9_a_failure_on_the_way_breaks_the_connection_off(live: LiveServer) -> None:
    """A client never takes a part for the whole: the chunked body does not end."""
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        ask(live, sparql(CROSS_PRODUCT, format="csv"))
    assert ask(live, sparql("ASK {}")).status == 200


def test_s9_a_short_answer_has_its_length(live: LiveServer) -> None:
    """Complete, and known to be."""
    got = ask(live, sparql("ASK {}"))
    assert int(got.headers["Content-Length"]) == len(got.body)


def test_s10_a_repeated_query_is_not_run_again(live: LiveServer) -> None:
    """304 by ETag; the tag differs by format; a volatile query has none."""
    first, other = ask(live, sparql("ASK { ?s ?p ?o }")), ask(live, sparql("ASK { ?s ?p ?o }", format="xml"))
    assert first.headers["ETag"] != other.headers["ETag"]
    again = ask(live, sparql("ASK { ?s ?p ?o }"), If_None_Match=first.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    volatile = ask(live, sparql("SELECT (NOW() AS ?now) {}"))
    assert volatile.headers["ETag"] is None
    assert volatile.headers["Cache-Control"] == "no-store"


def test_s11_a_preflight_is_answered(live: LiveServer) -> None:
    """Scripts of any origin may ask, without credentials."""
    got = ask(live, "/sparql", "OPTIONS", Origin="https://x.example", Access_Control_Request_Method="POST",
              Access_Control_Request_Headers="content-type")  # fmt: skip
    assert got.status == 204
    assert "POST" in got.headers["Access-Control-Allow-Methods"]
    assert got.headers["Access-Control-Allow-Headers"] == "content-type"
    assert got.headers["Access-Control-Allow-Credentials"] is None


def test_a_browser_gets_the_answer_on_a_page(live: LiveServer) -> None:
    """The query stands in the editor, the rows below it."""
    got = ask(live, sparql("SELECT ?o { ?s a ?o } LIMIT 3"), Accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert got.type == HTML.media_type
    assert b"SELECT ?o { ?s a ?o } LIMIT 3" in got.body


def test_s8_a_client_that_hangs_up_frees_its_process(live: LiveServer) -> None:
    """Ten endless queries asked and abandoned do not keep the next one waiting."""
    address = ("127.0.0.1", urlsplit(live.base).port or 80)
    for _ in range(10):
        with socket.create_connection(address) as connection:
            connection.sendall(
                f"GET {sparql(CROSS_PRODUCT.replace('*', '(COUNT(*) AS ?n)'))} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
            )
    assert ask(live, sparql("ASK {}")).status == 200


# Dumps


@pytest.mark.parametrize("form", RDF_FORMATS, ids=lambda form: form.key)
def test_r2_a_dump_is_whole_digested_and_served_in_ranges(live: LiveServer, form: Format) -> None:
    """Content type, strong tag, Repr-Digest, and bytes from the middle."""
    whole = ask(live, f"/dumps/legation.{form.extension}")
    assert (whole.status, whole.type) == (200, form.media_type)
    digest = base64.b64encode(hashlib.sha256(whole.body).digest()).decode()
    assert whole.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    part = ask(live, f"/dumps/legation.{form.extension}", Range="bytes=10-19")
    assert (part.status, part.body) == (206, whole.body[10:20])
    assert ask(live, f"/dumps/legation.{form.extension}", If_None_Match=whole.headers["ETag"]).status == 304


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("legation.nq.gz", "application/gzip"),
        ("claims.csv", "text/csv"),
        ("measures.parquet", "application/vnd.apache.parquet"),
        ("datapackage.json", "application/json"),
    ],
)
def test_r2_tables_and_gzip_are_files_like_the_dumps(live: LiveServer, name: str, media_type: str) -> None:
    """Typed, digested, in ranges; a gzip file is a file, not a coding of another."""
    whole = ask(live, f"/dumps/{name}", Accept_Encoding="identity")
    assert (whole.status, whole.type, "Content-Encoding" in whole.headers) == (200, media_type, False)
    digest = base64.b64encode(hashlib.sha256(whole.body).digest()).decode()
    assert whole.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    part = ask(live, f"/dumps/{name}", Range="bytes=10-19")
    assert (part.status, part.body) == (206, whole.body[10:20])


def test_r2_the_checksums_are_those_of_the_files(live: LiveServer) -> None:
    """As `sha256sum --check` reads them: two blanks between digest and name."""
    listed = dict(line.split("  ")[::-1] for line in ask(live, "/dumps/SHA256SUMS").body.decode().splitlines())
    assert {"legation.nq", "legation.nq.gz", "claims.csv", "claims.parquet"} <= set(listed)
    for name in ("legation.nq", "legation.nq.gz", "claims.csv"):
        assert hashlib.sha256(ask(live, f"/dumps/{name}").body).hexdigest() == listed[name]


def test_an_unknown_dump_names_those_there_are(live: LiveServer) -> None:
    """404 with the list."""
    got = ask(live, "/dumps/legation.xlsx")
    assert (got.status, got.problem) == (404, "not-found")
    assert "legation.ttl" in json.loads(got.body)["available"]


@pytest.mark.parametrize(
    ("field", "status"),
    [
        ("bytes=99999999-", 416),
        ("lines=1-2", 200),
        ("bytes=abc", 200),
        ("bytes=-99999999999", 206),
        ("bytes=1-2,4-5", 200),
    ],
)
def test_r2_an_odd_range_is_ignored_or_named(live: LiveServer, field: str, status: int) -> None:
    """What `curl -C -` sends on a finished file is 416 with the length; nothing else is an error."""
    got = ask(live, "/dumps/legation.ttl", Range=field)
    assert got.status == status
    if status == 416:
        assert got.headers["Content-Range"].startswith("bytes */")


# What a hostile client found


def raw(live: LiveServer, request: bytes) -> bytes:
    """Everything that comes back for these bytes, until the server closes."""
    with socket.create_connection(("127.0.0.1", urlsplit(live.base).port or 80), timeout=20) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_s9_in_http_1_0_nothing_is_streamed(live: LiveServer) -> None:
    """There a plain close would look like the end of the answer; what is short goes whole, with its length."""
    refused = raw(live, f"GET {sparql(CROSS_PRODUCT, format='csv')} HTTP/1.0\r\n\r\n".encode())
    assert refused.startswith(b"HTTP/1.0 505 ")
    assert b"problems/http-version" in refused
    answered = raw(live, f"GET {sparql('ASK {}', format='csv')} HTTP/1.0\r\n\r\n".encode())
    assert b"content-length: " in answered
    assert answered.endswith(b"\r\n\r\ntrue")


def end(pid: int) -> None:
    """Kill a process and wait until it is dead; its parent has not noticed yet."""
    os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_query_process_that_died_idle_costs_nobody_an_answer(live: LiveServer) -> None:
    """Another takes its place before the job is sent."""
    assert ask(live, sparql("ASK {}")).status == 200
    mark = "legation.graph.query_process"
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if mark in status.read_text() and f'"{live.releases}' in status.read_text():
                parent = int((status.parent / "stat").read_text().rpartition(")")[2].split()[1])
                if mark in Path(f"/proc/{parent}/cmdline").read_text():
                    end(int(status.parent.name))
    assert [ask(live, sparql("ASK {}")).status for _ in range(8)] == [200] * 8


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(b"GET /doc/x/%zz HTTP/1.1\r\n", 400, id="no escape"),
        pytest.param(b"GET /doc/a[b HTTP/1.1\r\n", 404, id="a bracket"),
        pytest.param(b"GET /%69d/x?a=/id/ HTTP/1.1\r\n", 303, id="an escaped letter"),
        pytest.param(b"GET /id/../../../etc/passwd HTTP/1.1\r\n", 404, id="dot segments"),
        pytest.param(b"GET /doc/x/%00 HTTP/1.1\r\n", 400, id="NUL"),
        pytest.param(b"GET /doc/%ff HTTP/1.1\r\n", 400, id="not UTF-8"),
        pytest.param(b"GET /sparql?query=ASK%7B%7D&default-graph-uri=http://[x HTTP/1.1\r\n", 400, id="no IRI"),
        pytest.param(
            b"POST /sparql HTTP/1.1\r\nContent-Type: application/sparql-query\r\nTransfer-Encoding: chunked\r\n"
            b"Connection: close\r\n\r\nzz\r\nASK{}\r\n", 400, id="a broken chunk",
        ),
        pytest.param(
            b"POST /sparql HTTP/1.1\r\nContent-Type: application/sparql-query\r\nContent-Encoding: gzip\r\n"
            b"Content-Length: 5\r\n", 415, id="an encoded body",
        ),
        pytest.param(
            b"POST /sparql?query=ASK%7B%7D HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: 12\r\n", 400, id="a query twice over",
        ),
    ],
)  # fmt: skip
def test_what_a_client_does_wrong_is_never_our_error(live: LiveServer, request_: bytes, status: int) -> None:
    """Client errors have client statuses; nothing of it reaches the log as ours."""
    head = request_ if b"\r\n\r\n" in request_ else request_ + b"Host: x\r\nConnection: close\r\n\r\nASK{}query=x"
    assert raw(live, head).split()[1] == str(status).encode()
    assert "unexpected error" not in live.log.read_text()


def test_s10_a_tag_is_compared_weakly_and_never_by_star(live: LiveServer) -> None:
    """Caches weaken tags; `*` asks for any answer, so the query runs."""
    tag = ask(live, sparql("ASK { ?s ?p 8 }")).headers["ETag"]
    assert ask(live, sparql("ASK { ?s ?p 8 }"), If_None_Match=f"W/{tag}").status == 304
    assert ask(live, sparql("ASK { ?s ?p 8 }"), If_None_Match="*").status == 200
    assert ask(live, sparql("ASK { ?s ?p"), If_None_Match="*").status == 400


@pytest.mark.parametrize("name", ["xml", "rdfxml"])
def test_s3_xml_that_could_not_be_read_is_not_sent(live: LiveServer, name: str) -> None:
    """A control character has no place in XML 1.0, in results or in RDF/XML."""
    text = {
        "xml": 'SELECT ("\\u0001" AS ?x) {}',
        "rdfxml": 'CONSTRUCT { <urn:a> <http://x/p> "\\u0001" } {}',
    }[name]
    assert ask(live, sparql(text, format=name)).problem == "not-expressible"
    assert ask(live, sparql('SELECT ("a\\n\\tb" AS ?x) {}', format="xml")).status == 200


def test_readers_that_stall_do_not_keep_the_endpoint(live: LiveServer) -> None:
    """Connections that take no byte are dropped after the socket's timeout, and their processes freed."""
    stalled = []
    for number in range(6):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", urlsplit(live.base).port or 80))
        connection.sendall(
            f"GET {sparql(CROSS_PRODUCT + f'#{number}', format='csv')} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        )
        stalled.append(connection)
    try:
        until = time.monotonic() + 20
        while ask(live, sparql("ASK {}")).status != 200:
            assert time.monotonic() < until
    finally:
        for connection in stalled:
            connection.close()


def test_a_full_queue_of_queries_leaves_documents_alone(live: LiveServer) -> None:
    """Queries wait in a bounded queue, and threads are left for everybody else."""
    endless = sparql(CROSS_PRODUCT.replace("*", "(COUNT(*) AS ?n)"))
    with ThreadPoolExecutor(50) as pool:
        waiting = [pool.submit(ask, live, endless + f"%23{number}") for number in range(50)]
        started = time.monotonic()
        assert ask(live, "/doc/organisation/nato").status == 200
        assert time.monotonic() - started < 2, "documents wait for no query; two seconds are for a busy machine"
        outcomes = {future.result().problem for future in waiting}
    assert outcomes <= {"query-timeout", "busy"}
    assert "busy" in outcomes
