"""Every rule is seen to fail on its counter-example and to pass on its example: the files in shapes/cases."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from rdflib import SH, Graph, URIRef

from legation.graph.validation import LANGUAGES, validate
from legation.ontology import load_ontology
from legation.shapes import load_shapes

CASES = Path(__file__).parents[2] / "shapes" / "cases"
BASE = "https://example.org/"
HEADER = re.compile(r"# rule: (?P<rule>K\d\d)\n# expect: (?P<expect>nothing|<[^<>]*>(?: <[^<>]*>)*)\n")


@dataclass(frozen=True, slots=True)
class Case:
    """One file: its rule and the nodes that the rule must report."""

    name: str
    rule: str
    expected: frozenset[URIRef]
    data: Graph


def read(path: Path) -> Case:
    text = path.read_text(encoding="utf-8")
    header = HEADER.match(text)
    assert header, f"{path.name} begins with its rule and its expectation"
    nodes = frozenset(URIRef(BASE + iri) for iri in re.findall(r"<([^<>]*)>", header["expect"]))
    data = Graph().parse(data=text, format="turtle", publicID=BASE)
    return Case(path.stem, header["rule"], nodes, data)


PATHS = sorted(CASES.glob("*/*.ttl"))
SHAPES = load_shapes()
VOCABULARY = load_ontology()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_rule_reports_exactly_the_expected_nodes(path: Path) -> None:
    """The rule under test reports the nodes that the case names, no others, by its severity and in both languages."""
    case = read(path)
    report = validate(case.data, SHAPES, VOCABULARY, require_matches=False)
    mine = [result for result in report.results if result.rule == case.rule]
    assert {result.focus for result in mine} == case.expected
    assert all(result.severity.iri == SHAPES.value(URIRef(result.shape), SH.severity) for result in mine)
    assert all(set(result.messages) == set(LANGUAGES) for result in mine)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_name_of_a_case_says_what_it_expects(path: Path) -> None:
    """A case lies in its rule's folder, and is called fails-… when it expects results and passes-… when it does not."""
    case = read(path)
    assert path.parent.name == case.rule
    assert case.name.startswith("fails-" if case.expected else "passes-")
