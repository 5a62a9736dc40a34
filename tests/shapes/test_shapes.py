"""The set of shapes as a whole: complete, numbered, explained in two languages, readable from an installed package."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, SH, BNode, Graph, URIRef

from legation.ontology import VERSION as ONTOLOGY_VERSION
from legation.ontology import load_ontology
from legation.ontology.terms import DIP
from legation.shapes import IRI, VERSION, digest, load_shapes, shapes_files

SHAPES = load_shapes()
NUMBERED = re.compile(re.escape(IRI) + r"#(K\d\d)-[a-z0-9]+(-[a-z0-9]+)*\Z")
CASES = Path(__file__).parents[2] / "shapes" / "cases"
TYPED = sorted({s for kind in (SH.NodeShape, SH.PropertyShape) for s in SHAPES.subjects(RDF.type, kind)})
RULES = {match[1]: shape for shape in TYPED if (match := NUMBERED.match(str(shape)))}
NUMBERS = sorted(RULES)


def languages(subject: URIRef, predicate: URIRef) -> list[str]:
    return sorted(str(literal.language) for literal in SHAPES.objects(subject, predicate))


def test_the_rules_are_numbered_without_a_gap() -> None:
    """K01 and on, each number once: a rule can be cited, and none was lost."""
    numbers = Counter(match[1] for shape in TYPED if (match := NUMBERED.match(str(shape))))
    assert sorted(numbers) == [f"K{number:02}" for number in range(1, len(numbers) + 1)]
    assert len(numbers) >= 46
    assert set(numbers.values()) == {1}


@pytest.mark.parametrize("number", NUMBERS)
def test_a_rule_says_what_is_wrong_and_why_it_is_one(number: str) -> None:
    """Each rule has one severity and, in English and in French, a message, a label and a reason."""
    rule = RULES[number]
    assert len(list(SHAPES.objects(rule, SH.severity))) == 1
    for predicate in (SH.message, RDFS.label, RDFS.comment):
        assert languages(rule, predicate) == ["en", "fr"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_rule_has_a_case_that_fails_and_one_that_passes(number: str) -> None:
    """A rule that nobody has seen failing checks nothing."""
    names = [path.stem for path in (CASES / number).glob("*.ttl")]
    assert any(name.startswith("fails-") for name in names)
    assert any(name.startswith("passes-") for name in names)


def test_no_case_is_about_a_rule_that_does_not_exist() -> None:
    """The folders of cases are the rules, and nothing else."""
    assert sorted(path.name for path in CASES.iterdir() if path.is_dir()) == NUMBERS


def test_only_numbered_shapes_have_severities_and_messages() -> None:
    """A part or a gathering shape never reports, so it does not look as if it did."""
    assert set(SHAPES.subjects(SH.severity)) == set(SHAPES.subjects(SH.message)) == set(RULES.values())


@pytest.mark.parametrize(
    "class_",
    [DIP.Organisation, DIP.DiplomaticMission, DIP.Expulsion, DIP.Accreditation, DIP.Statement, DIP.Claim],
    ids=lambda class_: class_.split("#")[1],
)
def test_a_node_shape_gathers_the_rules_of_each_main_class(class_: URIRef) -> None:
    """Whoever looks for the rules of a class finds a shape of its name that targets it and lists property shapes."""
    shape = URIRef(IRI + "#" + class_.split("#")[1])
    assert (shape, SH.targetClass, class_) in SHAPES
    assert list(SHAPES.objects(shape, SH.property))


def test_every_class_of_the_ontology_is_targeted() -> None:
    """No class of ours can be used without a shape that looks at its instances."""
    ours = {c for c in load_ontology().subjects(RDF.type, OWL.Class) if str(c).startswith(str(DIP))}
    assert ours <= set(SHAPES.objects(None, SH.targetClass))


def test_the_only_blank_nodes_are_the_cells_of_lists() -> None:
    """Everything in the shapes can be cited; a cell of a list may be named by whoever publishes without blank nodes."""
    blank = {term for triple in SHAPES for term in triple if isinstance(term, BNode)}
    cells = set(SHAPES.subjects(RDF.first))
    assert blank <= cells


def test_shapes_have_one_version_with_the_ontology() -> None:
    """The version in the code is the version in the file and the ontology's."""
    assert VERSION == ONTOLOGY_VERSION
    assert [str(version) for version in SHAPES.objects(URIRef(IRI), OWL.versionInfo)] == [VERSION]


def test_files_are_read_in_a_fixed_order_and_cases_are_no_shapes() -> None:
    """The shapes are the .ttl files of the package itself, by name."""
    names = [file.name for file in shapes_files()]
    assert names == sorted(names)
    assert "statements.ttl" in names
    assert not any(name.startswith(("fails-", "passes-")) for name in names)


def test_the_digest_is_of_names_and_bytes() -> None:
    """64 hex digits, the same at every call: a release says which rules it was checked against."""
    assert re.fullmatch(r"[0-9a-f]{64}", digest())
    assert digest() == digest()


def test_each_file_is_a_graph_of_its_own() -> None:
    """Every file parses by itself, with the prefixes that it declares, and says first what it is about."""
    for file in shapes_files():
        text = file.read_text(encoding="utf-8")
        assert text.startswith("# "), file.name
        assert len(Graph().parse(data=text, format="turtle")), file.name
