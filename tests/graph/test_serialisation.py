"""Writing triples."""

import pyoxigraph as ox
import pytest
import rdflib

from legation.graph.errors import NotExpressible
from legation.graph.formats import RDF_FORMATS, RDF_XML, TURTLE, Format
from legation.graph.prefixes import PREFIXES
from legation.graph.serialisation import serialise

DIP = PREFIXES["dip"]


def triples(text: str) -> list[ox.Triple]:
    prologue = f"@prefix dip: <{DIP}> . @prefix foaf: <{PREFIXES['foaf']}> .\n"
    return [quad.triple for quad in ox.parse(prologue + text, format=ox.RdfFormat.TURTLE)]


@pytest.mark.parametrize("form", RDF_FORMATS, ids=lambda form: form.key)
def test_another_library_reads_back_the_same_graph(form: Format) -> None:
    """What we write, rdflib reads, in every format."""
    written = triples(
        '<urn:a> a dip:Expulsion ; dip:headcount 8 ; foaf:name "Étienne <&> \\"x\\""@fr , "two\\nlines" .'
    )
    parser = {"rdfxml": "xml", "jsonld": "json-ld", "ntriples": "nt"}.get(form.key, form.key)
    read = rdflib.Dataset().parse(data=serialise(written, form, PREFIXES), format=parser)
    assert {(str(s), str(p), str(o)) for s, p, o, _ in rdflib.Dataset(store=read.store).quads()} == {
        (t.subject.value, t.predicate.value, t.object.value)
        for t in written  # type: ignore[union-attr]
    }


def test_only_prefixes_in_use_are_written_and_in_one_order() -> None:
    """The same triples give the same bytes, in every process."""
    lines = serialise(triples("<urn:a> dip:headcount 8 ; foaf:name 'x' ."), TURTLE, PREFIXES).decode().splitlines()
    assert [line.split()[1] for line in lines if line.startswith("@prefix")] == ["dip:", "foaf:", "xsd:"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<urn:a> <http://x/> 1 .", id="predicate ends in a slash"),
        pytest.param("<urn:a> <http://x/1> 1 .", id="predicate ends in a number"),
        pytest.param("<urn:a> <http://x/a²> 1 .", id="predicate ends in no XML name"),
        pytest.param("<urn:a> a <http://x/> .", id="class ends in a slash"),
        pytest.param('<urn:a> <http://x/p> "\\u0007" .', id="control character"),
        pytest.param("<urn:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#li> 1 .", id="a name of the syntax"),
        pytest.param("<urn:a> <http://www.w3.org/2000/xmlns/a> 1 .", id="a namespace of XML"),
        pytest.param("<urn:a> <http://x/p> <<( <urn:b> <urn:p> 1 )>> .", id="a triple as a value"),
    ],
)
def test_rdf_xml_says_so_when_it_cannot_carry_a_triple(text: str) -> None:
    """Malformed XML is never sent (RDF/XML, section 5.2)."""
    with pytest.raises(NotExpressible):
        serialise(triples(text), RDF_XML, PREFIXES)


@pytest.mark.parametrize("form", RDF_FORMATS, ids=lambda form: form.key)
def test_a_carriage_return_survives(form: Format) -> None:
    """An XML parser makes a line feed of a raw one (XML 1.0, section 2.11)."""
    text = "a\rb\r\nc\td"
    content = serialise([ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("http://x/p"), ox.Literal(text))], form, {})
    parser = {"rdfxml": "xml", "jsonld": "json-ld", "ntriples": "nt"}.get(form.key, form.key)
    read = rdflib.Dataset(default_union=True).parse(data=content, format=parser)
    assert [str(literal) for literal in read.objects()] == [text]
