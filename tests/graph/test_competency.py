"""What a researcher asks, and what the release answers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from legation.graph.assembly import assemble_facts
from legation.graph.competency import (
    LANGUAGES,
    Question,
    Rows,
    answer,
    competency_graph,
    load_questions,
    parse_question,
)
from legation.graph.fact_files import bundled_facts
from legation.graph.identifiers import Base
from legation.graph.prefixes import PREFIXES
from legation.graph.publication import publish
from legation.graph.release import Release
from legation.graph.sparql_text import Form, examine

BASE = Base("http://localhost:8000/")
ELSEWHERE = Base("https://data.example.org/diplomacy/")
QUESTIONS = load_questions()
BY_NUMBER = {question.number: question for question in QUESTIONS}
LISTED = {
    1, 2, 4, 5, 6, 7, 9, 10, 11, 13, 14, 15, 16, 18, 19, 20, 21, 23, 24, 25, 26, 28, 30, 32, 34, 35, 37, 38, 40,
}  # fmt: skip
"""The numbers of the questions that the model was made for; later ones begin at 41."""

each_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The bundled facts as a release; whether they keep the rules is tested elsewhere."""
    return publish(assemble_facts(bundled_facts(), BASE), tmp_path_factory.mktemp("releases"), None).release


@pytest.fixture(scope="module")
def store(release: Release) -> ox.Store:
    return ox.Store.read_only(str(release.store_folder))


@pytest.fixture(scope="module")
def graph(release: Release) -> rdflib.Graph:
    return rdflib.Graph(bind_namespaces="none").parse(release.dump("nt"), format="nt")


def asked_of_oxigraph(store: ox.Store, query: str, base: Base = BASE) -> Rows:
    found = store.query(query, base_iri=base.iri, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    names = found.variables
    return answer(((row[name] for name in names) for row in found), (name.value for name in names), base)


def asked_of_rdflib(graph: rdflib.Graph, query: str) -> Rows:
    found = graph.query(query)
    assert found.vars is not None
    return answer(found, map(str, found.vars), BASE)  # type: ignore[arg-type]


# The answers -----------------------------------------------------------------------------------------------------


@each_question
def test_oxigraph_gives_the_expected_rows(question: Question, store: ox.Store) -> None:
    """The engine that serves the release answers each question with the rows that were written down for it."""
    assert asked_of_oxigraph(store, question.query) == question.expected


@each_question
def test_rdflib_gives_the_expected_rows(question: Question, graph: rdflib.Graph) -> None:
    """A second engine reads each query in the same way, so that no answer hangs on one implementation."""
    assert asked_of_rdflib(graph, question.query) == question.expected


def test_the_answers_hold_under_every_base() -> None:
    """No query and no expected row depends on where a release lives."""
    store = ox.Store()
    store.bulk_extend(assemble_facts(bundled_facts(), ELSEWHERE).quads)
    wrong = [q.name for q in QUESTIONS if asked_of_oxigraph(store, q.query, ELSEWHERE) != q.expected]
    assert wrong == []


@pytest.mark.parametrize(
    ("number", "empty"),
    [
        pytest.param(14, ("earliest", "latest", "claim"), id="Q14 no source says from when the mission is suspended"),
        pytest.param(23, ("accreditation", "claim"), id="Q23 no source says that the expelled lost an accreditation"),
    ],
)
def test_no_answer_is_told_as_unknown(number: int, empty: tuple[str, ...], store: ox.Store) -> None:
    """Where the sources are silent the thing asked about is found, and the cells of the answer are empty."""
    found = asked_of_oxigraph(store, BY_NUMBER[number].query)
    cells = [dict(zip(found.variables, row, strict=True)) for row in found.rows]
    assert len(cells) == 1
    assert [cells[0][name] for name in empty] == [""] * len(empty)
    assert all(value for name, value in cells[0].items() if name not in empty)


@pytest.mark.parametrize(
    ("number", "turtle", "cell"),
    [
        pytest.param(
            14,
            """<id/claim/x/c1> a dip:Claim ; dip:proposition [ rdf:predicate time:hasTime ; rdf:object
                 <id/time/from-2021-11-01> ; rdf:subject <id/measure/2021-10-russia-halts-its-mission-to-nato> ] .""",
            "2021-11-01",
            id="Q14 a claim dates the suspension",
        ),
        pytest.param(
            23,
            """<id/accreditation/x> dip:holder <id/group/eight-members-of-the-russian-mission> .
               <id/claim/x/c1> a dip:Claim ; dip:proposition [ rdf:subject <id/accreditation/x> ;
                 rdf:predicate dip:endedBy ; rdf:object <id/measure/x> ] .""",
            "id/accreditation/x",
            id="Q23 a claim ends an accreditation of the expelled",
        ),
        pytest.param(
            37, "<id/measure/2021-10-nato-expels-eight> dip:headcount 9 .", "affirmed by no claim", id="Q37 no support"
        ),
        pytest.param(
            37,
            """<id/claim/x/c1> a dip:Claim ; dip:negated true ; dip:proposition [ rdf:predicate dip:headcount ;
                 rdf:subject <id/measure/2021-10-nato-expels-eight> ; rdf:object 8 ] .""",
            "denied by a claim",
            id="Q37 a denial",
        ),
    ],
)
def test_a_question_without_an_answer_would_find_one(number: int, turtle: str, cell: str, release: Release) -> None:
    """An empty answer comes from the data, not from a query that can find nothing."""
    store = ox.Store()
    store.bulk_load(path=release.dump("nq"))
    prologue = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    store.load(prologue + turtle, format=ox.RdfFormat.TURTLE, base_iri=BASE.iri)
    assert cell in {value for row in asked_of_oxigraph(store, BY_NUMBER[number].query).rows for value in row}


# The files -------------------------------------------------------------------------------------------------------


def test_every_question_of_the_model_is_asked() -> None:
    """The model's list is whole, and a number means one question."""
    assert set(BY_NUMBER) >= LISTED
    assert len(BY_NUMBER) == len(QUESTIONS)
    assert all(number > 40 for number in set(BY_NUMBER) - LISTED)


def test_no_question_is_without_expected_rows() -> None:
    """Each query has its rows beside it, and there are no rows without a query."""
    folder = Path(str(bundled_facts())).parent / "questions"
    assert [question.name for question in QUESTIONS if question.expected is None] == []
    assert {path.stem for path in folder.glob("*.csv")} == {question.name for question in QUESTIONS}


@each_question
def test_a_question_is_told_in_both_languages(question: Question) -> None:
    """Title, description and topic are there in English and in French, and a title is a question."""
    for language in LANGUAGES:
        assert question.titles[language].endswith("?")
        assert question.descriptions[language].endswith(".")
    assert question.titles["en"] != question.titles["fr"]


def test_a_topic_has_one_name_in_each_language() -> None:
    """Topics are few and closed, so that questions can be grouped by them."""
    names = defaultdict(set)
    for question in QUESTIONS:
        names[question.topics["en"]].add(question.topics["fr"])
    assert len(names) == 7
    assert all(len(translations) == 1 for translations in names.values())


@each_question
def test_a_query_declares_what_it_uses_and_nothing_else(question: Question) -> None:
    """The prefixes are the project's own, each is used, and no query leans on prefixes that a tool may add."""
    body = question.query.split("\nSELECT", 1)[1]
    assert question.prefixes == {prefix: PREFIXES[prefix] for prefix in question.prefixes}
    assert [p for p in question.prefixes if not re.search(rf"(?<![\w-]){p}:", body)] == []


@each_question
def test_a_query_is_generic(question: Question) -> None:
    """Queries name classes, properties, concepts and labels, never a node of this release."""
    assert "<id/" not in question.query
    assert BASE.iri not in question.query


@each_question
def test_the_guard_lets_a_question_pass(question: Question) -> None:
    """What the endpoint refuses from strangers is in none of our own questions."""
    assert examine(question.query, chars_max=10_000).form is Form.SELECT


HEADER = "".join(f"# {field}-{language}: x\n" for field in ("title", "description", "topic") for language in LANGUAGES)


@pytest.mark.parametrize(
    ("name", "text", "rows", "reason"),
    [
        pytest.param("seven", HEADER + "ASK {}", "a\n", "named by its number", id="a name without a number"),
        pytest.param("q07-x", "ASK {}", "a\n", "the header has", id="no header"),
        pytest.param("q07-x", HEADER.replace("-fr", "-de") + "ASK {}", "a\n", "must have", id="another language"),
        pytest.param("q07-x", HEADER + "ASK {}", "a,b\n1\n", "2 cells", id="a row too short"),
    ],
)
def test_a_file_that_is_no_question_is_refused(name: str, text: str, rows: str, reason: str) -> None:
    """A question without its texts, or rows that do not fit, never pass in silence."""
    with pytest.raises(ValueError, match=reason):
        parse_question(name, text, rows)


def test_a_long_text_runs_over_lines() -> None:
    """Indented comment lines go on with the text before them."""
    text = HEADER.replace("# title-en: x\n", "# title-en: How\n#   many?\n") + "SELECT * {}\n"
    assert parse_question("q07-x", text, None).titles["en"] == "How many?"


# The questions as data -------------------------------------------------------------------------------------------

EDITOR_QUERY = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?question ?comment ?query WHERE {
  ?question a sh:SPARQLExecutable ; rdfs:comment ?comment ; sh:select ?query .
  FILTER (LANG(?comment) = "fr")
}
"""
PREFIX_QUERY = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?question ?prefix ?namespace WHERE {
  ?question sh:prefixes/sh:declare ?declaration . ?declaration sh:prefix ?prefix ; sh:namespace ?namespace .
}
"""


@pytest.fixture
def published() -> Callable[[str], Iterator[tuple[str, ...]]]:
    """Ask the published questions, as an editor would."""
    store = ox.Store()
    store.bulk_extend(competency_graph(BASE))
    return lambda query: iter(asked_of_oxigraph(store, query).rows)


def test_an_editor_finds_every_question(published: Callable[[str], Iterator[tuple[str, ...]]]) -> None:
    """Each is a SHACL SPARQL executable with its query and, in its comment, the question."""
    found = {iri: (comment, query) for iri, comment, query in published(EDITOR_QUERY)}
    assert set(found) == {f"id/question/{question.key}" for question in QUESTIONS}
    for question in QUESTIONS:
        comment, query = found[f"id/question/{question.key}"]
        assert comment.startswith(question.titles["fr"])
        assert query == question.query


def test_the_prefixes_of_a_question_are_declared(published: Callable[[str], Iterator[tuple[str, ...]]]) -> None:
    """From each question, sh:prefixes leads to what its query declares (SHACL, section 5.2.1)."""
    declared = defaultdict(dict)
    for iri, prefix, namespace in published(PREFIX_QUERY):
        declared[iri][prefix] = namespace
    for question in QUESTIONS:
        assert question.prefixes.items() <= declared[f"id/question/{question.key}"].items()


def test_the_published_questions_are_a_graph_of_their_own() -> None:
    """Every quad is in `graph/questions`, none has a blank node, and every node has a label in both languages."""
    quads = competency_graph(BASE)
    assert {quad.graph_name.value for quad in quads} == {f"{BASE.iri}graph/questions"}  # type: ignore[union-attr]
    assert not any(isinstance(term, ox.BlankNode) for quad in quads for term in (quad.subject, quad.object))
    labels = {(q.subject, q.object.language) for q in quads if q.predicate.value == str(rdflib.RDFS.label)}  # type: ignore[union-attr]
    assert labels == {(quad.subject, language) for quad in quads for language in LANGUAGES}


def test_publishing_the_questions_changes_no_answer() -> None:
    """The graph of the questions lies in the union that they are asked of."""
    store = ox.Store()
    store.bulk_extend((*assemble_facts(bundled_facts(), BASE).quads, *competency_graph(BASE)))
    assert [q.name for q in QUESTIONS if asked_of_oxigraph(store, q.query) != q.expected] == []


def test_the_page_on_questions_names_each() -> None:
    """docs/questions.md has every question by number and title."""
    page = (Path(__file__).parents[2] / "docs" / "questions.md").read_text("utf-8")
    assert [q.key for q in QUESTIONS if f"| {q.number} | {q.titles['en']} |" not in page] == []
