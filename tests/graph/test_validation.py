"""The gate: shapes that cannot be trusted are refused, facts are judged by severity, the process is left as it was."""

from __future__ import annotations

import subprocess
import sys

import pytest
import rdflib
from rdflib import RDF, RDFS, SH, XSD, BNode, Graph, Literal, Namespace, URIRef

from legation.graph.errors import LegationError
from legation.graph.validation import GateError, Report, Severity, report_graph, validate

EX = Namespace("https://example.org/")
PREFIXES = """
@prefix ex: <https://example.org/> .
@prefix dip: <https://w3id.org/legation/ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shapes: <https://w3id.org/legation/shapes#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
VOCABULARY = """
dip:Statement a owl:Class .
dip:Announcement a owl:Class ; rdfs:subClassOf dip:Statement .
dip:speaker a owl:ObjectProperty .
dip:reportedIn a owl:ObjectProperty .
"""
SHAPE = """
shapes:Statement sh:targetClass dip:Statement ; sh:property shapes:K01-one-speaker .
shapes:K01-one-speaker a sh:PropertyShape ; sh:path dip:speaker ; sh:minCount 1 ; sh:severity sh:Violation ;
  sh:message "Who says so?"@en , "Qui le dit ?"@fr .
"""
SPARQL_SHAPE = """
shapes:K04-no-cycle a sh:NodeShape ; sh:targetClass dip:Statement ; sh:sparql shapes:query ; sh:severity sh:Violation ;
  sh:message "A circle."@en , "Un cercle."@fr .
shapes:query sh:prefixes <https://w3id.org/legation/shapes> ;
  sh:select "SELECT $this ?value WHERE { $this dip:reportedIn ?value . ?value dip:reportedIn $this }" .
<https://w3id.org/legation/shapes> a owl:Ontology ; sh:declare shapes:prefix .
shapes:prefix sh:prefix "dip" ; sh:namespace "https://w3id.org/legation/ns#"^^xsd:anyURI .
"""
STATEMENT = "ex:s a dip:Statement ; dip:speaker ex:minister ."


def graph(*parts: str) -> Graph:
    return Graph().parse(data=PREFIXES + "".join(parts), format="turtle")


def judge(data: str, shapes: str, *, vocabulary: str = VOCABULARY, require_matches: bool = True) -> Report:
    return validate(graph(data), graph(shapes), graph(vocabulary), require_matches=require_matches)


def refusal(data: str, shapes: str) -> str:
    with pytest.raises(GateError) as refused:
        judge(data, shapes)
    return "\n".join(refused.value.problems)


MISTAKES = {
    "empty-shapes-graph": ("", "no shape with a target"),
    "no-target": ("shapes:K01-lost a sh:NodeShape ; sh:class dip:Statement .", "no shape with a target"),
    "mistyped-parameter": (SHAPE.replace("minCount", "mincount"), "sh:mincount is no term"),
    "mistyped-target": (SHAPE.replace("targetClass", "targetClas"), "no shape with a target"),
    "mistyped-severity": (SHAPE.replace("sh:Violation", "sh:Violaton"), "sh:Violaton is no term"),
    "mistyped-class": (SHAPE.replace("dip:Statement", "dip:Statment"), "ns#Statment>, which is in no vocabulary"),
    "mistyped-path": (SHAPE.replace("dip:speaker", "dip:speeker"), "ns#speeker>, which is in no vocabulary"),
    "mistyped-target-property": (SHAPE + "shapes:a sh:targetSubjectsOf dip:spaeker .", "ns#spaeker>, which is in no"),
    "unused": (SHAPE + "shapes:lost a sh:NodeShape ; sh:class dip:Statement .", "shapes#lost has no target"),
    "switched-off": (SHAPE + "shapes:K01-one-speaker sh:deactivated true .", "has sh:deactivated"),
    "no-severity": (SHAPE.replace("sh:severity sh:Violation ;", ""), "needs one sh:severity"),
    "no-french-message": (SHAPE.replace(', "Qui le dit ?"@fr', ""), "needs one sh:message"),
    "message-without-language": (SHAPE.replace('"Who says so?"@en', '"Who?"'), "needs one sh:message"),
    "no-number": (SHAPE.replace("K01-one-speaker", "one-speaker"), "needs an IRI that ends in #K"),
    "mistyped-query": (
        SPARQL_SHAPE.replace("?value dip:reported", "?value dip:repotred"),
        "uses dip:repotredIn, which",
    ),
    "undeclared-prefix": (SPARQL_SHAPE.replace('sh:prefix "dip"', 'sh:prefix "pid"'), "#query cannot be read"),
    "not-sparql": (SPARQL_SHAPE.replace("SELECT $this", "SELEKT $this"), "#query cannot be read"),
    "not-allowed-in-shacl": (SPARQL_SHAPE.replace("}", "MINUS { $this dip:speaker $this } }"), "cannot be run"),
}


@pytest.mark.parametrize(("shapes", "named"), MISTAKES.values(), ids=MISTAKES)
def test_shapes_that_cannot_be_trusted_are_refused(shapes: str, named: str) -> None:
    """Each mistake that an engine would pass over in silence is refused, and the message names it."""
    assert named in refusal(STATEMENT, shapes)


def test_a_shape_that_meets_no_node_is_refused_when_publishing() -> None:
    """A shape with nothing to check has probably the wrong target; a single case may switch this off."""
    data = "ex:s a ex:Thing ."
    rest = "shapes:Thing a sh:NodeShape ; sh:targetClass ex:Thing ."
    with pytest.raises(GateError, match="meet no node, so they check nothing: K01-one-speaker"):
        judge(data, SHAPE + rest, vocabulary=VOCABULARY + "ex:Thing a owl:Class .")
    report = judge(data, SHAPE + rest, vocabulary=VOCABULARY + "ex:Thing a owl:Class .", require_matches=False)
    assert report.conforms


@pytest.mark.parametrize(
    ("unmet", "named"),
    [
        pytest.param({"K01", "K04"}, None, id="just those"),
        pytest.param({"K01"}, "1 shapes meet no node, so they check nothing: K04-no-cycle;", id="one is not meant"),
        pytest.param({"K01", "K02", "K04"}, "says that K02 meets no node, but", id="one is met, or is no rule"),
    ],
)
def test_the_rules_left_unmet_are_those_that_the_facts_name(unmet: set[str], named: str | None) -> None:
    """An exception that is named rule by rule cannot hide another, nor outlive its reason."""
    met = "shapes:K02-typed a sh:NodeShape ; sh:targetClass ex:Thing ; sh:nodeKind sh:IRI ; sh:severity sh:Info ;"
    messages = 'sh:message "No name."@en , "Sans nom."@fr .'
    graphs = (graph("ex:s a ex:Thing ."), graph(SHAPE, SPARQL_SHAPE, met, messages))
    vocabulary = graph(VOCABULARY, "ex:Thing a owl:Class .")
    if named is None:
        assert validate(*graphs, vocabulary, unmet=unmet).unmet == ("K01", "K04")
        return
    with pytest.raises(GateError, match=named):
        validate(*graphs, vocabulary, unmet=unmet)


def test_a_typed_node_that_no_shape_targets_is_refused() -> None:
    """Whatever has a type is looked at by some shape that targets the type."""
    assert "<https://example.org/p> is a <http://xmlns.com/foaf/0.1/Person>, and no shape targets it" in refusal(
        STATEMENT + "ex:p a <http://xmlns.com/foaf/0.1/Person> .", SHAPE
    )


@pytest.mark.parametrize(
    ("data", "named"),
    [
        pytest.param("ex:s dip:spaeker ex:m .", "ns#spaeker>", id="property-of-ours"),
        pytest.param("ex:s a dip:Statment .", "ns#Statment>", id="class-of-ours"),
        pytest.param("ex:s skos:prefLable 'x' .", "core#prefLable>", id="property-we-reuse"),
    ],
)
def test_a_word_that_no_vocabulary_defines_is_refused(data: str, named: str) -> None:
    """A misspelt property or class of a known vocabulary says nothing to anybody, so it is not published."""
    assert f"{named} is used in the facts and defined nowhere" in refusal(STATEMENT + data, SHAPE)


def test_words_of_other_vocabularies_are_let_through() -> None:
    """Of a namespace that we do not know nothing can be said."""
    assert judge(STATEMENT + "ex:s <http://purl.org/vocab/other#word> 1 .", SHAPE).conforms


def test_every_problem_is_named_at_once() -> None:
    """Whoever mends the shapes sees the whole list, in a fixed order, and the error is one of ours."""
    text = refusal("ex:s a dip:Statement ; dip:spaeker ex:m .", SHAPE.replace("minCount", "mincount"))
    assert "sh:mincount" in text
    assert "spaeker" in text
    assert issubclass(GateError, LegationError)


@pytest.mark.parametrize("severity", list(Severity), ids=lambda severity: severity.value)
def test_only_a_violation_blocks(severity: Severity) -> None:
    """Warnings and infos are reported, and the facts conform all the same."""
    report = judge("ex:s a dip:Statement .", SHAPE.replace("sh:Violation", f"sh:{severity.value}"))
    assert [result.severity for result in report.results] == [severity]
    assert report.conforms is (severity is not Severity.VIOLATION)
    assert len(report.of(severity)) == len(report.violations + report.warnings + report.infos) == 1


def test_a_result_says_which_rule_where_and_why() -> None:
    """Rule, shape, focus, path and both messages come with every result."""
    (result,) = judge("ex:s a dip:Statement .", SHAPE).results
    assert (result.rule, result.focus) == ("K01", EX.s)
    assert result.shape == "https://w3id.org/legation/shapes#K01-one-speaker"
    assert result.path == URIRef("https://w3id.org/legation/ns#speaker")
    assert result.messages == {"en": "Who says so?", "fr": "Qui le dit ?"}


def test_messages_of_queries_keep_their_languages() -> None:
    """The engine drops language tags from the results of queries; the messages are the shape's own."""
    data = "ex:s a dip:Statement ; dip:reportedIn ex:t . ex:t a dip:Statement ; dip:reportedIn ex:s ."
    first, second = judge(data, SPARQL_SHAPE).results
    assert (first.focus, first.value, second.focus) == (EX.s, EX.t, EX.t)
    assert first.messages == {"en": "A circle.", "fr": "Un cercle."}


def test_subclasses_are_looked_at_and_nothing_is_inferred() -> None:
    """An instance of a subclass is a focus node; a range axiom makes nobody an instance of anything."""
    axiom = "dip:reportedIn rdfs:range dip:Statement ."
    data = "ex:a a dip:Announcement ; dip:reportedIn ex:elsewhere ."
    report = judge(data, SHAPE, vocabulary=VOCABULARY + axiom)
    assert [result.focus for result in report.results] == [EX.a]


def test_coverage_counts_nodes_for_each_shape() -> None:
    """A shape that gathers rules and each of its rules have looked at the same nodes."""
    data = STATEMENT + "ex:t a dip:Announcement ; dip:speaker ex:minister ."
    counts = {entry.shape.split("#")[1]: entry.nodes for entry in judge(data, SHAPE).coverage}
    assert counts == {"K01-one-speaker": 2, "Statement": 2}


def test_the_report_is_the_same_however_the_data_are_ordered() -> None:
    """Results are ordered by severity, rule, shape and terms, not by the engine's hash order."""
    nodes = [f"ex:s{number} a dip:Statement ." for number in range(20)]
    assert judge("".join(nodes), SHAPE) == judge("".join(reversed(nodes)), SHAPE)


def test_the_three_graphs_are_left_alone() -> None:
    """The engine adds triples to what it is given, so it is given copies."""
    data, shapes, vocabulary = graph(STATEMENT), graph(SHAPE), graph(VOCABULARY)
    before = [set(part) for part in (data, shapes, vocabulary)]
    validate(data, shapes, vocabulary)
    assert [set(part) for part in (data, shapes, vocabulary)] == before


@pytest.mark.parametrize("normalises", [True, False], ids=["normalising", "literal-as-written"])
@pytest.mark.parametrize("shapes", [SHAPE, MISTAKES["not-allowed-in-shacl"][0]], ids=["runs", "fails"])
def test_the_engines_changes_to_the_process_are_undone(
    monkeypatch: pytest.MonkeyPatch, normalises: bool, shapes: str
) -> None:
    """rdflib normalises literals, and reads booleans, after the gate as before it, also when the gate refused."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", normalises)
    reads_boolean = rdflib.term._toPythonMapping[XSD.boolean]
    try:
        judge(STATEMENT, shapes)
    except GateError:
        assert shapes is not SHAPE
    assert rdflib.NORMALIZE_LITERALS is normalises
    assert rdflib.term._toPythonMapping[XSD.boolean] is reads_boolean
    assert Literal("1", datatype=XSD.boolean).value is True


def test_literals_are_judged_as_they_are_written() -> None:
    """`"0008"^^xsd:integer` keeps its four characters on the way to the engine."""
    shape = SHAPE.replace("sh:path dip:speaker ; sh:minCount 1", 'sh:path rdfs:comment ; sh:pattern "^[1-9][0-9]*$"')
    data = graph("ex:s a dip:Statement .")
    data.add((EX.s, RDFS.comment, Literal("0008", datatype=XSD.integer, normalize=False)))
    (result,) = validate(data, graph(shape), graph(VOCABULARY)).results
    assert str(result.value) == "0008"


def test_the_report_graph_is_a_w3c_report_without_blank_nodes() -> None:
    """Each result is a node with an IRI, its severity, shape, focus, path and messages (SHACL, section 3.6)."""
    report = judge("ex:s a dip:Statement .", SHAPE)
    found = report_graph(report, "https://example.org/report")
    node = URIRef("https://example.org/report#1")
    assert (EX.report, SH.conforms, Literal(False)) in found
    assert (EX.report, SH.result, node) in found
    assert (node, SH.resultSeverity, SH.Violation) in found
    assert (node, RDF.type, SH.ValidationResult) in found
    assert set(found.objects(node, SH.resultMessage)) == {
        Literal("Who says so?", lang="en"),
        Literal("Qui le dit ?", lang="fr"),
    }
    assert not any(isinstance(term, BNode) for triple in found for term in triple)


def test_the_server_does_not_load_the_validator() -> None:
    """Reading never needs the engine: no module of the server imports pySHACL."""
    code = "import sys, legation.server.app; sys.exit('pyshacl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
