"""Rule S3 of the HTTP contract, clause by clause, against a live server: the bytes of answers."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
import rdflib
from live import LiveServer
from rdflib.compare import isomorphic
from wire import query, send

from legation.graph.formats import HTML, RDF_FORMATS, RESULTS_FORMATS, Format

TERMS = """SELECT ?a ?b ?c { VALUES (?a ?b ?c) {
  ("x\\"y,z\\n\\tw"@fr 1 UNDEF) (<http://x.example/é> 2.5 "<&>'") ("plain" "7"^^<urn:t> true)
  ("a\\rb"@en-GB "1.5"^^<http://www.w3.org/2001/XMLSchema#double> "") (UNDEF UNDEF UNDEF)
} }"""
XSD = "http://www.w3.org/2001/XMLSchema#"
RESULTS = "{http://www.w3.org/2005/sparql-results#}"


def literal(value: str, **more: str) -> dict[str, str]:
    return {"type": "literal", "value": value} | {name.replace("_", ":"): text for name, text in more.items()}


ROWS = [
    {"a": literal('x"y,z\n\tw', xml_lang="fr"), "b": literal("1", datatype=XSD + "integer")},
    {
        "a": {"type": "uri", "value": "http://x.example/é"},
        "b": literal("2.5", datatype=XSD + "decimal"),
        "c": literal("<&>'"),
    },
    {"a": literal("plain"), "b": literal("7", datatype="urn:t"), "c": literal("true", datatype=XSD + "boolean")},
    {"a": literal("a\rb", xml_lang="en-gb"), "b": literal("1.5", datatype=XSD + "double"), "c": literal("")},
    {},
]


def lowered(rows: list[dict[str, dict[str, str]]]) -> list[dict[str, dict[str, str]]]:
    """The rows with their language tags in small letters: tags are compared without regard to case."""
    return [
        {name: term | {k: v.lower() for k, v in term.items() if k == "xml:lang"} for name, term in row.items()}
        for row in rows
    ]


def test_s3_json_carries_language_datatype_and_unbound(small: LiveServer) -> None:
    """SPARQL 1.1 Query Results JSON: an unbound variable has no member, a plain string no datatype."""
    got = send(small, query(TERMS, format="json"))
    assert got.headers["Content-Type"] == "application/sparql-results+json"
    assert got.json["head"] == {"vars": ["a", "b", "c"]}
    assert lowered(got.json["results"]["bindings"]) == ROWS


def term_of(node: ElementTree.Element) -> dict[str, str]:
    kind = node.tag.removeprefix(RESULTS)
    term = {"type": kind, "value": node.text or ""} | dict(node.attrib)
    if language := term.pop("{http://www.w3.org/XML/1998/namespace}lang", None):
        term["xml:lang"] = language
    return term


def test_s3_xml_carries_language_datatype_and_unbound(small: LiveServer) -> None:
    """SPARQL Query Results XML: one namespace, variables in order, white space and carriage returns kept."""
    got = send(small, query(TERMS, format="xml"))
    assert got.headers["Content-Type"] == "application/sparql-results+xml"
    root = ElementTree.fromstring(got.body)
    assert root.tag == RESULTS + "sparql"
    assert [node.get("name") for node in root.iterfind(f"{RESULTS}head/{RESULTS}variable")] == ["a", "b", "c"]
    rows = [
        {str(binding.get("name")): term_of(binding[0]) for binding in row}
        for row in root.iterfind(f"{RESULTS}results/{RESULTS}result")
    ]
    assert lowered(rows) == ROWS


def test_s3_csv_is_byte_for_byte_as_its_standard_says(small: LiveServer) -> None:
    """CRLF ends a record, quotation marks are doubled, language and datatype are left out, unbound is empty."""
    got = send(small, query(TERMS, format="csv"))
    assert got.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert got.body == (
        b'a,b,c\r\n"x""y,z\n\tw",1,\r\nhttp://x.example/\xc3\xa9,2.5,<&>\'\r\nplain,7,true\r\n"a\rb",1.5,\r\n,,\r\n'
    )


def test_s3_tsv_is_byte_for_byte_as_its_standard_says(small: LiveServer) -> None:
    """Terms as in Turtle, where 1.5 would be a decimal; `?` before variables; LF ends a record, tabs are escaped."""
    got = send(small, query(TERMS, format="tsv"))
    assert got.headers["Content-Type"] == "text/tab-separated-values; charset=utf-8"
    lines = got.body.decode().split("\n")
    assert lines[:4] == [
        "?a\t?b\t?c",
        '"x\\"y,z\\n\\tw"@fr\t1\t',
        '<http://x.example/é>\t2.5\t"<&>\'"',
        '"plain"\t"7"^^<urn:t>\ttrue',
    ]
    assert lines[4].lower().split("\t") == ['"a\\rb"@en-gb', f'"1.5"^^<{XSD}double>'.lower(), '""']
    assert lines[5:] == ["\t\t", ""]


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        pytest.param("ASK {}", "json", b'{"head":{},"boolean":true}', id="S3-ASK-JSON"),
        pytest.param("ASK { FILTER(false) }", "csv", b"false", id="S3-ASK-CSV"),
        pytest.param("ASK {}", "tsv", b"true", id="S3-ASK-TSV"),
        pytest.param("SELECT ?x { FILTER(false) }", "csv", b"x\r\n", id="S3-no-row-CSV"),
        pytest.param("SELECT ?x { FILTER(false) }", "tsv", b"?x\n", id="S3-no-row-TSV"),
        pytest.param("SELECT * {}", "csv", b"\r\n\r\n", id="S3-no-variable-CSV"),
        pytest.param("SELECT ?x {}", "csv", b"x\r\n\r\n", id="S3-unbound-alone-CSV"),
        pytest.param("SELECT ?x {}", "tsv", b"?x\n\n", id="S3-unbound-alone-TSV"),
    ],
)
def test_s3_the_smallest_answers_are_whole(small: LiveServer, text: str, key: str, expected: bytes) -> None:
    """No row, no variable, no value, and truth values."""
    assert send(small, query(text, format=key)).body == expected


def test_s3_ask_in_xml(small: LiveServer) -> None:
    """A boolean element beside the head."""
    root = ElementTree.fromstring(send(small, query("ASK {}", format="xml")).body)
    assert [node.tag for node in root] == [RESULTS + "head", RESULTS + "boolean"]
    assert root[1].text == "true"


@pytest.mark.parametrize("form", RESULTS_FORMATS, ids=lambda form: f"S3-{form.key}")
def test_s3_a_blank_node_keeps_its_label_within_an_answer(small: LiveServer, form: Format) -> None:
    """The same node in two cells of a row has one label, and is a blank node in every format."""
    text = "SELECT ?b ?c { BIND(BNODE() AS ?b) BIND(?b AS ?c) }"
    body = send(small, query(text, format=form.key)).text
    if form.key == "json":
        row = json.loads(body)["results"]["bindings"][0]
        assert row["b"] == row["c"]
        assert row["b"]["type"] == "bnode"
    elif form.key == "xml":
        nodes = [node.text for node in ElementTree.fromstring(body).iter(RESULTS + "bnode")]
        assert len(nodes) == 2
        assert len(set(nodes)) == 1
    else:
        one, two = body.splitlines()[1].split("," if form.key == "csv" else "\t")
        assert one == two
        assert one.startswith("_:")


@pytest.mark.parametrize(
    ("accept", "key"),
    [
        pytest.param("application/json", "json", id="S3-JSON-by-alias"),
        pytest.param("application/xml", "xml", id="S3-XML-by-alias"),
        pytest.param("text/plain", "tsv", id="S3-text"),
        pytest.param("text/csv;q=0.5, application/sparql-results+xml", "xml", id="S3-weights"),
        pytest.param("text/turtle, */*;q=0.1", "json", id="S3-another-kind-first"),
        pytest.param("", "json", id="S3-empty-Accept"),
    ],
)
def test_s3_tables_are_negotiated_and_labelled_truthfully(small: LiveServer, accept: str, key: str) -> None:
    """An alias is answered under the format's own name."""
    expected = next(form for form in RESULTS_FORMATS if form.key == key)
    assert send(small, query("SELECT ?x {}"), Accept=accept).type == expected.media_type


GRAPH = """CONSTRUCT { <urn:s> <http://x.example/p> "é\\r\\n"@fr, 1, 2.5, true, "7"^^<urn:t>, _:b . _:b a _:b }
WHERE {}"""


@pytest.mark.parametrize("form", RDF_FORMATS, ids=lambda form: f"S3-{form.key}")
def test_s3_a_graph_is_the_same_in_every_format(small: LiveServer, form: Format) -> None:
    """CONSTRUCT, by Accept and by name; language, datatype and blank nodes survive."""
    got = send(small, query(GRAPH), Accept=form.media_type)
    assert (got.status, got.headers["Content-Type"]) == (200, form.content_type)
    parser = {"rdfxml": "xml", "jsonld": "json-ld", "ntriples": "nt"}.get(form.key, form.key)
    dataset = rdflib.Dataset(default_union=True).parse(data=got.body, format=parser)
    graph = rdflib.Graph()
    for triple in dataset.triples((None, None, None)):
        graph.add(triple)
    turtle = send(small, query(GRAPH, format="turtle")).body
    assert isomorphic(graph, rdflib.Graph().parse(data=turtle, format="turtle"))
    assert len(graph) == 7


@pytest.mark.parametrize("form", RDF_FORMATS, ids=lambda form: f"S3-{form.key}")
def test_s3_describe_answers_in_every_rdf_format(small: LiveServer, form: Format) -> None:
    """The triples of what it names."""
    got = send(small, query("DESCRIBE <http://data.example/one>", format=form.key))
    assert (got.status, got.type) == (200, form.media_type)
    assert b"http://data.example/one" in got.body


@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        pytest.param("# CONSTRUCT\nSELECT ('DESCRIBE' AS ?ask) {}", "application/sparql-results+json", id="S3-SELECT"),
        pytest.param("PREFIX construct: <urn:> ASK { }", "application/sparql-results+json", id="S3-ASK"),
        pytest.param("BASE <http://x/select> CONSTRUCT { } { }", "text/turtle", id="S3-CONSTRUCT"),
        pytest.param("DESCRIBE ?select { ?select ?ask 'ASK' }", "text/turtle", id="S3-DESCRIBE"),
        pytest.param("CONSTRUCT { } { { SELECT * { } } }", "text/turtle", id="S3-subquery"),
        pytest.param("sElEcT (1 AS ?x) {}", "application/sparql-results+json", id="S3-letter-case"),
    ],
)
def test_s3_the_form_is_the_querys_not_a_word_in_it(small: LiveServer, text: str, media_type: str) -> None:
    """Comments, strings, names and subqueries change nothing."""
    got = send(small, query(text), Accept="*/*")
    assert (got.status, got.type) == (200, media_type)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("SELECT ?x { VALUES ?x { 'a cell' } }", b"a cell", id="S3-SELECT"),
        pytest.param("ASK { ?s ?p 'nobody' }", b"ASK { ?s ?p", id="S3-ASK"),
        pytest.param("DESCRIBE <http://data.example/one>", b"http://data.example/one", id="S3-DESCRIBE"),
    ],
)
def test_s3_a_browser_gets_the_editor_with_the_answer(small: LiveServer, text: str, shown: bytes) -> None:
    """The query stands in the editor and the answer below."""
    got = send(small, query(text), Accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert (got.status, got.type) == (200, HTML.media_type)
    assert b"<textarea" in got.body
    assert shown in got.body


def test_s3_what_no_xml_can_carry_is_said_not_sent(small: LiveServer) -> None:
    """406, with a way on; a carriage return is no such thing."""
    got = send(small, query('SELECT ("\\u0001" AS ?x) {}', format="xml"))
    assert (got.status, got.problem) == (406, "not-expressible")
