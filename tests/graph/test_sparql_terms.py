"""Names in our vocabulary that are no terms of it: each row a query's name, and the term that is meant."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legation.graph.competency import load_questions
from legation.graph.sparql_terms import TERMS_MAX, UnknownTerm
from legation.graph.sparql_text import examine
from legation.ontology.terms import DIP, SCHEMES
from legation.server.example_queries import example_queries

NS = "https://w3id.org/legation/ns#"
PROLOGUE = f"PREFIX dip: <{NS}>\nPREFIX d: <{NS}>\nPREFIX modality: <https://w3id.org/legation/vocab/modality#>\n"


def unknown(text: str) -> tuple[UnknownTerm, ...]:
    return examine(text, chars_max=100_000).unknown_terms


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        pytest.param("dip:takenby", "dip:takenBy", id="letter-case"),
        pytest.param("dip:takeBy", "dip:takenBy", id="a-letter-lost"),
        pytest.param("dip:DiplomaticMision", "dip:DiplomaticMission", id="a-class"),
        pytest.param("d:organization", "dip:Organisation", id="another-spelling"),
        pytest.param("modality:aserted", "modality:asserted", id="a-concept"),
        pytest.param("dip:asserted", "modality:asserted", id="of-another-namespace"),
        pytest.param("dip:neutral", "reporting-stance:neutral with PREFIX reporting-stance: "
                     "<https://w3id.org/legation/vocab/reporting-stance#>", id="of-a-namespace-without-a-prefix"),
        pytest.param("dip:xyzzy", None, id="nothing-near"),
        pytest.param(f"<{NS}takenby>", f"<{NS}takenBy>", id="an-iri"),
        pytest.param("<http://w3id.org/legation/ns#takenBy>", f"<{NS}takenBy>", id="http"),
        pytest.param("<https://w3id.org/legation/ns/takenBy>", f"<{NS}takenBy>", id="a-slash"),
        pytest.param(r"dip:taken\-By", "dip:takenBy", id="escaped"),
        pytest.param("<https://w3id.org/legation/vocab/modalities#asserted>",
                     "<https://w3id.org/legation/vocab/modality#asserted>", id="an-unknown-scheme"),
    ],
)  # fmt: skip
def test_a_name_that_is_no_term_is_told_with_the_one_meant(name: str, meant: str | None) -> None:
    """S7: the query passes; the name, its place, and what was probably meant, as the query would write it."""
    (found,) = unknown(f"{PROLOGUE}SELECT * {{ ?m {name} ?x }}")
    assert (found.written, found.line, found.column) == (name, 4, 15)
    assert found.meant is None if meant is None else found.meant in {meant, meant.replace("dip:", "d:")}


@pytest.mark.parametrize(
    "pattern",
    [
        "?s dip:takenBy ?o",
        "?s a dip:DiplomaticMeasure ; dip:modality modality:asserted",
        "?s <https://w3id.org/legation/vocab/reporting-mode#direct-quotation> ?o",
        "GRAPH <https://w3id.org/legation/ns> { ?s ?p ?o }",
        "<https://w3id.org/legation/ns/0.1.0> ?p <https://w3id.org/legation/vocab/modality>",
        "?s ?p <https://w3id.org/legation/shapes#nothing>",
        "?s ?p 'dip:takenby <https://w3id.org/legation/ns#nothing>' # dip:nothing",
        "?s other:takenby ?o ; foaf:nmae ?n",
        "dip: ?p ?o",
    ],
)
def test_terms_documents_texts_and_names_of_others_are_no_mistakes(pattern: str) -> None:
    """No false alarm."""
    text = f"{PROLOGUE}PREFIX other: <http://o/ns#> PREFIX foaf: <http://xmlns.com/foaf/0.1/> ASK {{ {pattern} }}"
    assert unknown(text) == ()


def test_every_term_is_known() -> None:
    """The terms are those of the ontology; a query that names them all gets no hint."""
    for vocabulary in (DIP, *SCHEMES.values()):
        names = [*vocabulary.__annotations__, *vocabulary._extras]
        assert unknown("DESCRIBE " + " ".join(f"<{vocabulary._NS}{name}>" for name in names)) == ()


def test_our_own_queries_name_terms_only() -> None:
    """The examples of the query page and the competency questions, in every language."""
    for text in [query for language in ("en", "fr") for _, query in example_queries(language)]:
        assert unknown(text) == ()
    for question in load_questions():
        assert unknown(question.query) == ()


def test_a_few_are_told_and_each_once() -> None:
    """A query of nothing else does not make a header without end."""
    names = " ".join(f"dip:nothing{number} dip:nothing{number}" for number in range(20))
    found = unknown(f"{PROLOGUE}DESCRIBE {names} <{NS}{'x' * 5000}>")
    assert [term.written for term in found] == [f"dip:nothing{number}" for number in range(TERMS_MAX)]
    assert len(unknown(f"DESCRIBE <{NS}{'x' * 5000}>")[0].written) == 80


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.characters(exclude_characters='<>"{}|^`\\', min_codepoint=0x21, exclude_categories=["Cs"]), max_size=40)
)
def test_any_name_is_a_term_or_is_told(local: str) -> None:
    """Whatever stands behind the namespace."""
    found = unknown(f"DESCRIBE <{NS}{local}>")
    assert len(found) == (f"{NS}{local}" not in {f"{NS}{name}" for name in DIP.__annotations__})
