"""Chains of triples: what is small by its form, what is not, and that the bound holds on an engine."""

from __future__ import annotations

import time

import pyoxigraph as ox
import pytest

from legation.graph.density import Density, density_of
from legation.graph.sparql_chain import Chain
from legation.graph.sparql_text import examine

LONG = "SELECT * { " + " ".join(f"<urn:a> <urn:p> ?v{n} ." for n in range(40)) + " }"


def chain(text: str) -> Chain | None:
    return examine(text, chars_max=10_000).chain


@pytest.mark.parametrize(
    ("text", "named", "open_"),
    [
        ("SELECT ?p ?o { <urn:a> ?p ?o }", 0, 1),
        ("PREFIX x: <urn:x:> SELECT DISTINCT * WHERE { x:a x:b ?c . ?c a ?d ; x:e ?f , ?g . } LIMIT 5", 4, 0),
        ('ASK { <urn:a> <urn:p> "text"@en , 5 , "5"^^<urn:t> }', 3, 0),
        ("SELECT $x { <urn:a> <urn:p> $x . ?x ?y ?z }", 1, 1),
        ("BASE <urn:> ASK WHERE { <a> <p> <b> . <c> <q> <d> }", 2, 0),
        ("SELECT * { <urn:a> ?p ?o . FILTER(?o > 1 && !(LANG(?o) = 'x')) } OFFSET 5 LIMIT 5", 0, 1),
        ('SELECT * { <urn:a> ?p ?o FILTER CONTAINS(STR(?o), "x"@en) FILTER(?o NOT IN (1, <urn:b>)) }', 0, 1),
        (
            "SELECT * { <urn:a> <urn:p> ?o OPTIONAL { ?o ?q ?r } . OPTIONAL { ?o <urn:q> ?s . } FILTER(BOUND(?s)) }",
            2,
            1,
        ),
    ],
)
def test_a_chain_is_counted_by_its_predicates(text: str, named: int, open_: int) -> None:
    """A named predicate bounds its objects more closely than a variable."""
    found = chain(text)
    assert found is not None
    assert (found.named, found.open) == (named, open_)


@pytest.mark.parametrize(
    ("text", "costs"),
    [
        ("SELECT * { <urn:a> ?p ?o } ORDER BY DESC(?p) $p LIMIT 5", 5),
        ("CONSTRUCT { <urn:a> ?p ?o } WHERE { <urn:a> ?p ?o }", 1),
        ("CONSTRUCT { ?o ?p <urn:a> ; a 'x'@en , ?p } { <urn:a> ?p ?o } ORDER BY ?p", 7),
        ("SELECT ?p { <urn:a> ?p ?o FILTER(?o > 1) FILTER(?o < 9) }", 21),
        ("CONSTRUCT {} { <urn:a> ?p ?o }", 1),
    ],
)
def test_what_is_done_with_a_row_counts_as_steps(text: str, costs: int) -> None:
    """Filters, sorting, and writing a template's triples."""
    assert chain(text) == Chain(0, 1, costs)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("SELECT * { ?s ?p ?o }", id="begins anywhere"),
        pytest.param("SELECT * { <urn:a> ?p ?o . ?x ?y ?z }", id="begins anew"),
        pytest.param("SELECT * { ?o ?q ?r . <urn:a> ?p ?o }", id="is used before it is reached"),
        pytest.param("SELECT * { <urn:a> ?p ?o . ?s ?q ?o }", id="goes backwards"),
        pytest.param("SELECT * { <urn:a> <urn:p>* ?o }", id="a path"),
        pytest.param("SELECT * { <urn:a> <urn:p>/<urn:q> ?o }", id="a sequence"),
        pytest.param("SELECT * { <urn:a> ^<urn:p> ?o }", id="an inverse"),
        pytest.param("SELECT * { <urn:a> ?p ?o FILTER EXISTS { ?s ?p ?o } }", id="a filter by a pattern"),
        pytest.param("SELECT * { <urn:a> ?p ?o FILTER(NOT EXISTS { ?s ?p ?o }) }", id="a filter by no pattern"),
        pytest.param("SELECT * { <urn:a> ?p ?o FILTER REGEX(?o, 'x') }", id="a regular expression"),
        pytest.param("SELECT * { <urn:a> ?p ?o FILTER(STRLEN(CONCAT(?o, ?o)) > 1) }", id="a function that adds"),
        pytest.param("SELECT * { <urn:a> ?p ?o FILTER(<urn:f>(?o)) }", id="a function with a name of its own"),
        pytest.param("SELECT * { <urn:a> ?p ?o FILTER(?o > 1 }", id="a filter without an end"),
        pytest.param("SELECT * { <urn:a> ?p ?o FILTER(?o > 1) ?o ?q ?r }", id="triples after a filter"),
        pytest.param("SELECT * { <urn:a> ?p ?o OPTIONAL { ?s ?q ?o } }", id="an option that goes backwards"),
        pytest.param("SELECT * { <urn:a> ?p ?o OPTIONAL { ?o ?q ?r . ?r ?s ?t } }", id="an option of two"),
        pytest.param("SELECT * { <urn:a> ?p ?o OPTIONAL { ?o ?q ?r , ?s } }", id="an option of two objects"),
        pytest.param("SELECT * { <urn:a> ?p ?o OPTIONAL { ?o ?q ?r FILTER(?r > 1) } }", id="a filter in an option"),
        pytest.param("SELECT * { <urn:a> ?p ?o OPTIONAL { ?o ?q ?r OPTIONAL { ?r ?s ?t } } }", id="options nested"),
        pytest.param("SELECT * { <urn:a> ?p ?o OPTIONAL { ?o ?q ?r } OPTIONAL { ?r ?s ?t } }", id="on from an option"),
        pytest.param("SELECT * { <urn:a> ?p ?o OPTIONAL { ?o ?q ?r } ?r ?s ?t }", id="triples after an option"),
        pytest.param("SELECT * { OPTIONAL { <urn:a> ?p ?o } ?s ?q ?o }", id="triples after an option alone"),
        pytest.param("SELECT * { <urn:a> ?p ?o OPTIONAL {} }", id="an empty option"),
        pytest.param("SELECT * { <urn:a> ?p ?o } ORDER BY STR(?o)", id="an order by an expression"),
        pytest.param("SELECT * { <urn:a> ?p ?o } ORDER BY LIMIT 1", id="an order by nothing"),
        pytest.param("SELECT * { <urn:a> ?p ?o } ORDER BY ?p ?o", id="an order by what may be literals"),
        pytest.param(
            "SELECT * { <urn:a> ?p ?o OPTIONAL { ?o ?q ?r } } ORDER BY ?o", id="an order by what an option needs"
        ),
        pytest.param("CONSTRUCT { ?o a ?p } { <urn:a> ?p ?o } ORDER BY ?o", id="an order by a subject of the template"),
        pytest.param("CONSTRUCT { ?o ?p [] } { <urn:a> ?p ?o }", id="a blank node made"),
        pytest.param("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", id="a construct that begins anywhere"),
        pytest.param("CONSTRUCT WHERE { <urn:a> ?p ?o }", id="a short construct"),
        pytest.param("CONSTRUCT { ?s ?p ?o OPTIONAL { ?o ?q ?r } } { <urn:a> ?p ?o }", id="an option in a template"),
        pytest.param("SELECT * { { <urn:a> ?p ?o } UNION { <urn:b> ?p ?o } }", id="a union"),
        pytest.param("SELECT * { <urn:a> ?p [] }", id="a blank node"),
        pytest.param("SELECT * { <urn:a> ?p (1) }", id="a list"),
        pytest.param("SELECT * { <urn:a> ?p _:b . _:b ?q ?r }", id="a labelled blank node"),
        pytest.param("SELECT * { GRAPH <urn:g> { <urn:a> ?p ?o } }", id="a graph"),
        pytest.param("SELECT * FROM <urn:g> { <urn:a> ?p ?o }", id="a dataset"),
        pytest.param("SELECT (COUNT(*) AS ?n) { <urn:a> ?p ?o }", id="an aggregate"),
        pytest.param("SELECT * { <urn:a> ?p ?o } VALUES ?o { 1 }", id="values"),
        pytest.param("SELECT * { <urn:a> ?p << <urn:a> ?q ?r >> }", id="a triple term"),
        pytest.param("DESCRIBE <urn:a>", id="a describe"),
        pytest.param("ASK {}", id="nothing"),
        pytest.param("SELECT * { <urn:a> ?p ?o", id="no end"),
        pytest.param("SELECT * { <urn:a> ?p ?o } }", id="more than an end"),
        pytest.param("SELECT { <urn:a> ?p ?o }", id="no projection"),
        pytest.param("SELECT * { <urn:a> ?p }", id="no object"),
        pytest.param(LONG, id="long"),
    ],
)
def test_what_is_not_plainly_a_chain_is_none(text: str) -> None:
    """In doubt a query is given to a process that can be killed."""
    assert chain(text) is None


def test_density_is_the_most_of_one_subject_and_of_one_predicate_of_it() -> None:
    """Over all graphs, so that no union of them is denser."""
    lines = [
        "<urn:a> <urn:p> <urn:1> .", "<urn:a> <urn:p> <urn:2> <urn:g> .", "<urn:a> <urn:q> \"a b c\" .",
        "<urn:ab> <urn:p> <urn:1> .", "_:c14n0 <urn:p> <urn:1> .",
    ]  # fmt: skip
    assert density_of("\n".join(sorted(lines)).encode() + b"\n") == Density(of_subject=3, of_property=2)
    assert density_of(b"") == Density(0, 0)


def test_the_bound_is_a_power_of_the_density() -> None:
    """Named predicates count with their own density."""
    assert Chain(named=2, open=1).steps_max(of_subject=10, of_property=3) == 90


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { <urn:s7> <urn:next> ?a . ?a <urn:next> ?b . ?b <urn:next> ?c }",
        "SELECT * { <urn:s7> ?p ?a . ?a ?q ?b }",
        "ASK { <urn:s7> ?p ?a . ?a ?q ?b . <urn:s8> ?r ?a }",
        "SELECT * { <urn:s7> <urn:p0> ?x . <urn:s8> <urn:p0> ?y . <urn:s9> <urn:next> ?z }",
        "SELECT * { <urn:s7> <urn:next> ?a OPTIONAL { ?a ?q ?b } }",
        "SELECT * { <urn:s7> <urn:next> ?a OPTIONAL { ?a ?q ?b } OPTIONAL { ?a ?r ?b } OPTIONAL { ?a <urn:p0> ?c } }",
        "SELECT * { <urn:s7> ?p ?a . ?a ?q ?b OPTIONAL { ?b ?r ?c } FILTER(?p = ?q || !BOUND(?c)) } ORDER BY ?q ?a",
        "SELECT * { <urn:s7> ?p ?a OPTIONAL { <urn:s8> ?q ?b } OPTIONAL { <urn:s9> ?q ?c } }",
        "SELECT * { <urn:s7> ?p ?a OPTIONAL { <urn:s8> ?q ?a } FILTER(?q = <urn:next>) }",
        "SELECT * { <urn:s7> ?p ?a . ?a ?q ?b FILTER(?b = <urn:s9>) FILTER(?a != ?b) }",
        "SELECT DISTINCT ?b { <urn:s7> ?p ?a OPTIONAL { ?a <urn:next> ?b } FILTER(?b = ?a || ?b > 5) }",
        "SELECT * { OPTIONAL { <urn:s7> ?p ?a } OPTIONAL { <urn:s8> ?q ?a } }",
        "CONSTRUCT { <urn:s7> ?p ?a . ?a ?q ?b } { <urn:s7> ?p ?a OPTIONAL { ?a ?q ?b } }",
    ],
)
def test_the_engine_goes_from_triple_to_triple(text: str) -> None:
    """A quarter of a million triples, and the time is that of a few: no chain makes it read them all.

    Reading them all takes the engine 30 ms and more; the least of several tries is what the query itself needs.
    """
    store = ox.Store()
    link = ox.NamedNode("urn:next")
    store.bulk_extend(
        ox.Quad(ox.NamedNode(f"urn:s{n}"), ox.NamedNode(f"urn:p{p}"), ox.Literal(f"{n} {p}"))
        for n in range(25_000)
        for p in range(9)
    )
    store.bulk_extend(ox.Quad(ox.NamedNode(f"urn:s{n}"), link, ox.NamedNode(f"urn:s{n + 1}")) for n in range(25_000))
    assert chain(text) is not None

    def seconds(query: str) -> float:
        started = time.process_time()
        found = store.query(query)
        _ = bool(found) if isinstance(found, ox.QueryBoolean) else list(found)
        return time.process_time() - started

    whole = min(seconds("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") for _ in range(3))
    assert min(seconds(text) for _ in range(5)) < whole / 10
