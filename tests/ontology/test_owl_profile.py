"""OWL 2 DL, by the OWL API's own check of the profile: global restrictions, declarations and all.

Debian's packages libowlapi-java and default-jdk-headless have the OWL API and a Java that runs a source file.
"""

from __future__ import annotations

import shutil
import subprocess
import urllib.request
from importlib.resources import as_file, files
from pathlib import Path
from typing import NamedTuple

import pytest
from live import LiveServer
from rdflib import Graph

from legation.graph.formats import TURTLE
from legation.ontology import load_core

JAVA = shutil.which("javac") and shutil.which("java")
JARS = Path("/usr/share/java")
CHECK = Path(__file__).with_name("Owl2DlProfile.java")
TIME_S = 120.0

NOT_DL = {
    "an undeclared class": ":A a owl:Class ; rdfs:subClassOf :B .",
    "an undeclared annotation property": ':A a owl:Class ; :note "words" .',
    "a range in the reserved vocabulary": ":p a owl:ObjectProperty ; rdfs:range rdf:Statement .",
    "a transitive property that is counted": """:p a owl:ObjectProperty , owl:TransitiveProperty .
      :A a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:maxCardinality 1 ] .""",
}
"""What the profile forbids, so that the check is seen to refuse."""
PROLOGUE = """
@prefix : <https://example.org/not-dl#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://example.org/not-dl> a owl:Ontology .
"""

pytestmark = pytest.mark.skipif(
    not (JAVA and (JARS / "owlapi-api.jar").exists()),
    reason="the OWL API is not installed: apt-get install default-jdk-headless libowlapi-java",
)


class Report(NamedTuple):
    """How many axioms the OWL API read in a file, and which of them OWL 2 DL forbids."""

    axioms: int
    violations: list[str]


def checked(*paths: Path) -> list[Report]:
    """One report a file; a file that cannot be read raises."""
    command = ["java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", f"{JARS}/*", CHECK, *paths]
    run = subprocess.run(command, capture_output=True, text=True, timeout=TIME_S, check=False)
    assert run.returncode == 0, run.stderr
    lines = [line.partition("\t") for line in run.stdout.splitlines()]
    found = [[said for place, _, said in lines if place == str(number)] for number in range(len(paths))]
    return [Report(int(axioms), violations) for axioms, *violations in found]


def test_the_ontology_is_owl_2_dl_alone_and_with_its_alignments(tmp_path: Path) -> None:
    """As it lies in the package; the mappings of classes and properties are read as statements about their names."""
    folder, both = files("legation.ontology"), tmp_path / "both.ttl"
    with as_file(folder / "core.ttl") as core, as_file(folder / "alignments.ttl") as alignments:
        both.write_text(core.read_text("utf-8") + alignments.read_text("utf-8"), "utf-8")
        reports = checked(core, alignments, both)
    assert [report.violations for report in reports] == [[], [], []]
    assert reports[2].axioms > reports[0].axioms > len(load_core()) / 2


def test_the_ontology_is_owl_2_dl_as_it_is_served(live: LiveServer, tmp_path: Path) -> None:
    """Whoever loads the permanent IRI gets the declarations too: a document without them is no OWL 2 DL."""
    request = urllib.request.Request(f"{live.base}ns", headers={"Accept": TURTLE.media_type})
    served = tmp_path / "served.ttl"
    with urllib.request.urlopen(request, timeout=20) as answer:
        served.write_bytes(answer.read())
    (report,) = checked(served)
    assert report.violations == []
    assert set(load_core()) <= set(Graph().parse(served))


def test_what_is_not_owl_2_dl_is_found_out(tmp_path: Path) -> None:
    """The check has teeth: each of the faults is reported, in the file that has it."""
    paths = [tmp_path / f"{number}.ttl" for number in range(len(NOT_DL))]
    for path, axioms in zip(paths, NOT_DL.values(), strict=True):
        path.write_text(PROLOGUE + axioms, "utf-8")
    missed = [fault for fault, report in zip(NOT_DL, checked(*paths), strict=True) if not report.violations]
    assert missed == []
