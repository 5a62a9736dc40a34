"""The gate has teeth: spoilt facts are refused, and the fast way of finding out agrees with the whole gate."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from legation.graph.assembly import assemble_facts
from legation.graph.derivation import derive
from legation.graph.errors import FactsError, LegationError
from legation.graph.fact_files import bundled_facts, read_facts
from legation.graph.identifiers import Base
from legation.graph.incremental import DERIVATION_READS
from legation.graph.mutants import Kind, Mutant, mutants
from legation.graph.mutation import Bench, Outcome, Verdict, bench, run
from legation.graph.mutation_report import SHARE_MIN, report_lines, tally
from legation.graph.mutation_scope import BEYOND, reason_beyond
from legation.graph.naming import name_nodes
from legation.graph.publication import check
from legation.graph.scaffold import Title, begin_article, identify
from legation.graph.validation import GateError, Report, Severity
from legation.ontology import ontology_files
from legation.server.cli_curation import mutants as mutants_command

BASE = Base("http://localhost:8000/")
PAGE = Path(__file__).parents[2] / "docs" / "first-article.md"
BLOCK = re.compile(r"^```\w+ (?P<what>[a-z-]+)=(?P<name>\S+)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
PROLOGUE = """
@prefix dip: <https://w3id.org/legation/ns#> .
@prefix modality: <https://w3id.org/legation/vocab/modality#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix schema: <https://schema.org/> .
@prefix sem: <http://semanticweb.cs.vu.nl/2009/11/sem/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<id/place/x> a sem:Place .
"""


@pytest.fixture(scope="module")
def vocabulary() -> list[ox.Quad]:
    return [q for file in ontology_files() for q in ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE)]


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The facts of the page for newcomers: few, and of most kinds."""
    folder = tmp_path_factory.mktemp("few")
    text, french, *parts, (_, _, reference) = BLOCK.findall(PAGE.read_text("utf-8"))
    path = begin_article(folder, identify(text[2].encode(), "text"), Title("x", "y"), "en")
    begun = path.read_text("utf-8").partition("# 1. Who speaks")[0]
    path.write_text(begun + "\n".join(body for _, _, body in parts), "utf-8")
    (folder / "reference.ttl").write_text(reference, "utf-8")
    assert french[0] == "replace"
    return folder


@pytest.fixture(scope="module")
def small(few: Path) -> Bench:
    return bench(few, BASE)


def kinds(turtle: str, vocabulary: list[ox.Quad], predicate: str) -> set[Kind]:
    """The kinds of mutants that are made of the triples with a predicate, short as in Turtle."""
    graph = ox.NamedNode(BASE.graph("a"))
    parsed = ox.parse(PROLOGUE + turtle, format=ox.RdfFormat.TURTLE, base_iri=BASE.iri)
    quads = [ox.Quad(q.subject, q.predicate, q.object, graph) for q in parsed]
    return {mutant.kind for mutant in mutants(quads, vocabulary, BASE) if mutant.predicate == predicate}


# Making them ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("turtle", "predicate", "expected"),
    [
        pytest.param(
            "<id/claim/a/c01> dip:negated false .",
            "dip:negated",
            {Kind.DELETED, Kind.MISSPELT, Kind.LINK_FOR_VALUE, Kind.UNTYPED, Kind.OTHER_VALUE, Kind.SECOND_VALUE},
            id="truth value",
        ),
        pytest.param(
            "<id/claim/a/c01> dip:modality modality:asserted .",
            "dip:modality",
            {Kind.DELETED, Kind.MISSPELT, Kind.DANGLING, Kind.TEXT_FOR_LINK, Kind.WRONG_CLASS, Kind.WRONG_SCHEME}
            | {Kind.OTHER_VALUE, Kind.SECOND_VALUE},
            id="concept",
        ),
        pytest.param(
            '<id/claim/a/c01> schema:text "It is so."@en .',
            "schema:text",
            {Kind.DELETED, Kind.MISSPELT, Kind.LINK_FOR_VALUE, Kind.EMPTIED, Kind.UNTAGGED, Kind.OTHER_LANGUAGE}
            | {Kind.SAME_LANGUAGE, Kind.TOO_LONG, Kind.QUOTING},
            id="gist",
        ),
        pytest.param(
            "<id/x> a oa:TextPositionSelector ; oa:start 1 ; oa:end 5 .",
            "oa:start",
            {Kind.DELETED, Kind.MISSPELT, Kind.LINK_FOR_VALUE, Kind.UNTYPED, Kind.NEGATIVE, Kind.OTHER_VALUE}
            | {Kind.SECOND_VALUE, Kind.EMPTY_INTERVAL, Kind.FLIPPED},
            id="offset",
        ),
        pytest.param(
            '<id/t> sem:hasEarliestBeginTimeStamp "2031-05-06"^^xsd:date ;'
            ' sem:hasLatestBeginTimeStamp "2031-05-07"^^xsd:date .',
            "sem:hasEarliestBeginTimeStamp",
            {Kind.DELETED, Kind.MISSPELT, Kind.LINK_FOR_VALUE, Kind.UNTYPED, Kind.MALFORMED, Kind.OTHER_VALUE}
            | {Kind.SECOND_VALUE, Kind.FLIPPED},
            id="bound",
        ),
        pytest.param(
            "<id/s> a dip:Statement ; dip:reportedIn <id/r> . <id/r> a dip:Statement .",
            "dip:reportedIn",
            {Kind.DELETED, Kind.MISSPELT, Kind.DANGLING, Kind.TEXT_FOR_LINK, Kind.WRONG_CLASS, Kind.SELF}
            | {Kind.REVERSED},
            id="link between things of a kind",
        ),
        pytest.param(
            "[] a rdf:Statement ; rdf:subject <id/place/x> ; rdf:predicate dip:ground ; rdf:object <id/place/y> .",
            "rdf:subject",
            {Kind.DELETED, Kind.MISSPELT, Kind.DANGLING, Kind.TEXT_FOR_LINK, Kind.REVERSED},
            id="part of a proposition",
        ),
    ],
)
def test_a_triple_is_spoilt_in_every_way_its_form_allows(
    vocabulary: list[ox.Quad], turtle: str, predicate: str, expected: set[Kind]
) -> None:
    """What is made of a triple follows from its predicate and its object."""
    assert kinds(turtle, vocabulary, predicate) == expected


def test_the_catalogue_has_no_mutants(vocabulary: list[ox.Quad]) -> None:
    """No shape looks at it, so nothing could catch one."""
    catalogue = ox.NamedNode(BASE.graph("catalogue"))
    quad = ox.Quad(
        ox.NamedNode("http://localhost:8000/id/x"), ox.NamedNode("https://schema.org/text"), ox.Literal("x"), catalogue
    )
    assert mutants([quad], vocabulary, BASE) == []


def test_two_runs_make_the_same_mutants_in_the_same_order(vocabulary: list[ox.Quad]) -> None:
    """Processes that read the facts for themselves agree on what a number means; only blank labels differ."""
    first, second = (
        mutants((q for file in read_facts(bundled_facts(), BASE) for q in file.quads), vocabulary, BASE)
        for _ in range(2)
    )
    assert list(map(shown, first)) == list(map(shown, second))


def shown(mutant: Mutant) -> tuple[object, ...]:
    quads = (re.sub(r"_:\w+", "_:", str(quad)) for quad in (*mutant.removed, *mutant.added))
    return (*mutant.group, mutant.spare, *quads)


# Judging them ---------------------------------------------------------------------------------------------------


def whole(few: Path, report: Report, spoilt: Iterable[ox.Quad], folder: Path) -> tuple[Outcome, set[str]]:
    """What the whole gate says of spoilt facts: written to files, read, named, derived, checked."""
    texts: dict[str, str] = {}
    for quad in spoilt:
        name = quad.graph_name.value.removeprefix(BASE.graph(""))
        texts[name] = texts.get(name, "") + f"{quad.triple} .\n"
    for name, text in texts.items():
        path = folder / f"{name}.ttl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    try:
        found = check(assemble_facts(folder, BASE), require_matches=False)
    except GateError:
        return Outcome.GATE, set()
    except FactsError:
        return Outcome.READING, set()
    known = {(result.rule, result.focus, result.value) for result in report.results}
    new = [result for result in found.results if (result.rule, result.focus, result.value) not in known]
    for severity, outcome in zip(Severity, (Outcome.VIOLATION, Outcome.WARNING, Outcome.INFO), strict=True):
        if rules := {result.rule for result in new if result.severity is severity}:
            return outcome, rules
    return Outcome.ESCAPED, set()


def test_the_fast_way_agrees_with_the_whole_gate(small: Bench, few: Path, tmp_path: Path) -> None:
    """A sample of mutants, each written to files and put through the whole gate, comes to the same end."""
    report = check(assemble_facts(few, BASE), require_matches=False)
    for number, mutant in enumerate(random.Random(3).sample(small.mutants, 30)):
        fast = small.verdict(mutant)
        outcome, rules = whole(few, report, small.spoilt(mutant), tmp_path / str(number))
        if fast.outcome is Outcome.EQUIVALENT:
            assert outcome is Outcome.ESCAPED, shown(mutant)
        else:
            assert (outcome, set(fast.rules) <= rules) == (fast.outcome, True), shown(mutant)


def test_a_judgement_leaves_no_trace(small: Bench) -> None:
    """Judged again after others, a mutant gets the same verdict: the facts are as they were."""
    chosen = random.Random(4).sample(small.mutants, 60)
    assert [small.verdict(mutant) for mutant in chosen] == [small.verdict(mutant) for mutant in chosen]


def test_more_processes_come_to_the_same_verdicts(few: Path, small: Bench) -> None:
    """Processes share nothing, tell how far they are, and their verdicts come in the order of the mutants."""
    numbers, told = range(0, 240, 2), []
    verdicts = run(few, BASE, numbers, 2, lambda done, of: told.append((done, of)))
    assert [(shown(v.mutant), v.outcome) for v in verdicts] == [
        (shown(small.mutants[number]), small.verdict(small.mutants[number]).outcome) for number in numbers
    ]
    assert told[-1] == (120, 120)


def test_what_is_derived_depends_on_nothing_else(vocabulary: list[ox.Quad]) -> None:
    """The direct layer follows from the predicates that the fast way watches, and from no other."""
    quads = name_nodes((q for file in read_facts(bundled_facts(), BASE) for q in file.quads), BASE)
    watched = [quad for quad in quads if quad.predicate in DERIVATION_READS]
    assert derive(watched, vocabulary) == derive(quads, vocabulary) != []


def test_spoilt_facts_are_no_beginning(few: Path, tmp_path: Path) -> None:
    """Facts with violations are to be mended first: nothing can be learnt from mutants of them."""
    for path in few.rglob("*.ttl"):
        text = path.read_text("utf-8").replace("dip:negated true", 'dip:negated "yes"')
        (tmp_path / path.name).write_text(text, "utf-8")
    with pytest.raises(LegationError, match="mend them first"):
        Bench(tmp_path, BASE)


# What counts, and how it is told --------------------------------------------------------------------------------


def test_every_reason_excuses_some_mutant() -> None:
    """A reason that excuses nothing any more is to be deleted."""
    made = bench(bundled_facts(), BASE).mutants
    assert [row.reason for row in BEYOND if not any(row.holds(mutant) for mutant in made)] == []


def test_the_gate_catches_what_it_is_meant_to_catch() -> None:
    """Of a sample of the mutants of the published facts, at least the required share is caught."""
    own = bench(bundled_facts(), BASE)
    numbers = sorted(random.Random(5).sample(range(len(own.mutants)), 700))
    found = tally(run(bundled_facts(), BASE, numbers, 1, lambda done, of: None))
    assert len(found.protected) > 400
    assert found.share >= SHARE_MIN, "\n".join(report_lines(found, BASE))


def made(kind: Kind, outcome: Outcome, predicate: str = "dip:speaker", rules: tuple[str, ...] = ()) -> Verdict:
    quad = ox.Quad(ox.NamedNode(BASE.thing("x")), ox.NamedNode("https://schema.org/text"), ox.Literal("x"))
    return Verdict(Mutant(kind, "dip:Statement", predicate, (quad,), (), 0), outcome, rules)


def test_only_what_a_rule_is_meant_to_catch_is_counted() -> None:
    """The same facts are no mutant, a warning or a crash is no catch, and what is beyond rules is told apart."""
    found = tally(
        [
            made(Kind.DELETED, Outcome.VIOLATION, rules=("K01",)),
            made(Kind.DELETED, Outcome.READING),
            made(Kind.DANGLING, Outcome.GATE),
            made(Kind.DANGLING, Outcome.WARNING),
            made(Kind.SELF, Outcome.CRASHED),
            made(Kind.OTHER_VALUE, Outcome.ESCAPED),
            made(Kind.DELETED, Outcome.EQUIVALENT),
        ]
    )
    assert (len(found.protected), len(found.escaped), len(found.beyond), found.share) == (5, 2, 1, 0.6)
    lines = "\n".join(report_lines(found, BASE))
    assert "Caught: 3 of 5 mutants that a rule is meant to catch, 60.00%" in lines
    assert "stopped by K01 1" in lines
    assert 'id/x: schema:text "x" -> nothing' in lines


def test_each_mutant_has_one_reason_or_none() -> None:
    """A deletion of what must be there counts; another value of the same form does not."""
    assert reason_beyond(made(Kind.DELETED, Outcome.ESCAPED).mutant) is None
    assert reason_beyond(made(Kind.OTHER_VALUE, Outcome.ESCAPED).mutant) is not None


def test_the_command_prints_the_share(few: Path) -> None:
    """A sample of a folder's mutants, judged in one process, with the figures at the end."""
    arguments = ["--facts", str(few), "--sample", "40", "--processes", "1"]
    result = CliRunner().invoke(mutants_command, arguments)
    assert result.exit_code in {0, 1}, result.output
    assert re.search(r"Caught: \d+ of \d+ mutants that a rule is meant to catch, \d+\.\d\d%", result.output)
    assert re.search(r"\d+ seconds on 1 processes", result.output)
