"""The benchmark's invented data are such as could be published."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from invented import generated

from legation.graph.assembly import DERIVED, Assembly, assemble_data
from legation.graph.derivation import derive
from legation.graph.identifiers import DEFAULT_BASE, Base
from legation.graph.publication import check
from legation.ontology import ontology_files

TRIPLES = 2500


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return assemble_data([generated(tmp_path_factory.mktemp("generated"), 6, TRIPLES)], Base(DEFAULT_BASE))


def test_conforms_to_the_shapes(assembly: Assembly) -> None:
    """The gate finds no violation and no warning, and three rules in four have something to judge."""
    report = check(assembly, require_matches=False)
    assert (report.violations, report.warnings) == ((), ())
    assert len([entry for entry in report.coverage if entry.nodes]) > 0.75 * len(report.coverage)


def test_direct_layer_is_what_the_build_would_derive(tmp_path: Path) -> None:
    data = assemble_data([generated(tmp_path, 1, 20_000)], Base(DEFAULT_BASE))
    facts = [quad for quad in data.quads if data.graph_name(quad) != DERIVED]
    written = {quad.triple for quad in data.quads if data.graph_name(quad) == DERIVED}
    ontology = [quad for file in ontology_files() for quad in ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE)]
    assert written == set(derive(facts, ontology))


def test_has_the_triples_it_was_asked_for_and_no_blank_node(assembly: Assembly) -> None:
    assert TRIPLES <= len({quad.triple for quad in assembly.quads}) < TRIPLES * 2
    assert not any(isinstance(term, ox.BlankNode) for quad in assembly.quads for term in quad.triple)


def test_the_seed_decides_every_byte(tmp_path: Path) -> None:
    first = generated(tmp_path, 6, TRIPLES).read_bytes()
    assert generated(tmp_path, 6, TRIPLES).read_bytes() == first  # another process, with other hashes of strings
    assert generated(tmp_path, 7, TRIPLES).read_bytes() != first
