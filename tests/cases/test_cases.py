"""Five other cases, each a small file of claims with its sources cited: they conform, and questions reach across them.

They are examples of the model, no part of a release. `docs/cases.md` says what each of them asked of the ontology.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph

from legation.graph.assembly import DERIVED, Assembly, assemble_facts
from legation.graph.fact_files import bundled_facts
from legation.graph.identifiers import Base
from legation.graph.publication import check
from legation.graph.validation import Report, validate
from legation.ontology import load_ontology
from legation.shapes import load_shapes

HERE = Path(__file__).parent
FACTS = HERE / "facts"
CASES = sorted((FACTS / "case").glob("*.ttl"))
QUERIES = HERE / "queries"
BASE = Base("https://archive.example/")
POISONING, RUSSIA_TO_NATO = "event/poisoning-in-salisbury", "mission/russia-to-nato"
WASHINGTON, SAN_FRANCISCO = "mission/soviet-embassy-in-washington", "mission/soviet-consulate-in-san-francisco"
MOSCOW, LENINGRAD = "mission/us-embassy-in-moscow", "mission/us-consulate-in-leningrad"
USA, USSR, RUSSIA = "organisation/united-states", "organisation/soviet-union", "organisation/russia"

EXPECTED: dict[str, list[tuple[str | None, ...]]] = {
    "retaliation-chains": [
        (POISONING, "measure/2018-03-russia-expels-23", "2"),
        (POISONING, "measure/2018-03-nato-lowers-ceiling-to-20", "1"),
        (POISONING, "measure/2018-03-nato-withdraws-seven-accreditations", "1"),
        (POISONING, "measure/2018-03-nato-refuses-three-accreditations", "1"),
        ("measure/2021-04-czechia-expels-18", "measure/2021-04-czechia-caps-russian-embassy", "2"),
        ("measure/1986-09-us-expels-25", "measure/1986-10-ussr-expels-five-more", "3"),
        ("measure/1986-09-us-expels-25", "measure/1986-10-ussr-withdraws-local-staff", "3"),
        ("measure/2021-10-nato-expels-eight", "measure/2021-11-russia-withdraws-accreditation", "1"),
    ],
    "staff-ceilings-over-time": [
        (RUSSIA_TO_NATO, "30", None, None),
        (RUSSIA_TO_NATO, "20", "2018-03-27", "measure/2018-03-nato-lowers-ceiling-to-20"),
        (RUSSIA_TO_NATO, "10", "2021-10-01", "measure/2021-10-nato-lowers-ceiling-to-10"),
        (SAN_FRANCISCO, "26", "1986-10-21", "measure/1986-10-us-caps-soviet-missions"),
        (WASHINGTON, "225", "1986-10-21", "measure/1986-10-us-caps-soviet-missions"),
    ],
    "ceilings-by-parity": [
        (USA, WASHINGTON, MOSCOW, "225"),
        (USA, SAN_FRANCISCO, LENINGRAD, "26"),
        ("organisation/czechia", "mission/russian-embassy-in-prague", "mission/czech-embassy-in-moscow", None),
    ],
    "expulsions": [
        (USA, USSR, "25", "1986-09-17"),
        (USSR, USA, "5", "1986-10-19"),
        (USA, USSR, "55", "1986-10-21"),
        (USSR, USA, "5", "1986-10-22"),
        ("organisation/united-kingdom", RUSSIA, "23", "2018-03-14"),
        (RUSSIA, "organisation/united-kingdom", "23", "2018-03-17"),
        ("organisation/czechia", RUSSIA, "18", "2021-04-17"),
        (RUSSIA, "organisation/czechia", "20", "2021-04-18"),
        ("organisation/nato", RUSSIA, "8", "2021-10-01"),
        ("organisation/cnsp", "organisation/france", "1", "2023-08-25"),
    ],
    "accreditations-that-never-began": [
        (RUSSIA, RUSSIA_TO_NATO, "3", "organisation/nato", "post/nato-secretary-general"),
    ],
    "who-acts-for-whom": [
        ("organisation/cnsp", "organisation/niger", "organisation/cnsp", "false"),
        ("organisation/cnsp", "organisation/niger", "organisation/france", "true"),
    ],
    "embassy-in-riyadh-by-day": [
        ("2017-07-01", "closed"),
        ("2023-04-11", "closed"),
        ("2023-05-10", "not determined"),
        ("2023-06-06", "open"),
    ],
}
IN_FORCE_OR_ENDED = """PREFIX dip: <https://w3id.org/legation/ns#>
SELECT ?accreditation (BOUND(?end) AS ?ended) WHERE {
  ?accreditation a dip:Accreditation ; dip:forMission ?mission . OPTIONAL { ?accreditation dip:endedBy ?end }
}"""
DIRECT_COMPETENCE = """PREFIX dip: <https://w3id.org/legation/ns#>
SELECT ?organisation WHERE { ?organisation dip:actsFor ?party }"""
SIXTY_THREE = """PREFIX dip: <https://w3id.org/legation/ns#>
SELECT ?thing WHERE { ?thing dip:headcount 63 }"""
MIXED_COUNTS = """PREFIX dip: <https://w3id.org/legation/ns#>
SELECT ?number ?kind WHERE {
  ?level dip:ofMission <https://archive.example/id/mission/russia-to-nato> ; dip:headcount ?number ; a ?kind
}"""


def assembled(folder: Path, *paths: Path) -> Assembly:
    """The cases' reference data and the named case files, as facts in a folder of their own."""
    (folder / "case").mkdir(parents=True, exist_ok=True)
    shutil.copy(FACTS / "reference.ttl", folder / "case-reference.ttl")
    for path in paths:
        shutil.copy(path, folder / "case" / path.name)
    return assemble_facts(folder, BASE)


def checked_alone(assembly: Assembly) -> Report:
    """The rules applied to one case, which need not give every rule a node to look at."""
    quads = [quad for quad in assembly.quads if assembly.graph_name(quad).startswith(("case", DERIVED))]
    triples = "".join(f"{quad.triple} .\n" for quad in quads)
    data = Graph(bind_namespaces="none").parse(data=triples, format="nt")
    return validate(data, load_shapes(), load_ontology(), require_matches=False)


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """All cases and the project's own facts."""
    folder = Path(shutil.copytree(bundled_facts(), tmp_path_factory.mktemp("cases") / "facts"))
    gone = "".join(f"K{number} nothing is withdrawn\n" for number in range(75, 81))
    (folder / "unmet.txt").write_text(f"K44 nothing is quoted\n{gone}", "utf-8")
    return assembled(folder, *CASES)


@pytest.fixture(scope="module")
def store(together: Assembly) -> ox.Store:
    """The same as one graph, where a triple of two graphs counts once."""
    store = ox.Store()
    store.bulk_extend(ox.Quad(*quad.triple) for quad in together.quads)
    return store


def rows(store: ox.Store, query: str) -> list[tuple[str | None, ...]]:
    """The rows of an answer: our things by their path, everything else by its value."""
    answer = store.query(query)
    assert isinstance(answer, ox.QuerySolutions)
    return [tuple(None if v is None else str(v.value).removeprefix(BASE.thing("")) for v in row) for row in answer]


def test_the_five_cases_of_the_model_are_there() -> None:
    """And a sixth file, with the ceiling of 2021 that the project's own article does not mention."""
    assert [path.stem for path in CASES] == [
        "iran-saudi-2016-2023",
        "nato-ceiling-2021",
        "niger-france-2023",
        "skripal-2018",
        "us-ussr-1986",
        "vrbetice-2021",
    ]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_conforms(path: Path, tmp_path: Path) -> None:
    """Assembled with the reference data alone, a case breaks no rule, and needs no explanation either."""
    report = checked_alone(assembled(tmp_path, path))
    assert report.violations == ()
    assert report.warnings == ()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_claim_of_a_case_leads_to_a_cited_document(path: Path, tmp_path: Path) -> None:
    """No text is at hand, so no claim has a position: without the citations every claim but an inference is refused."""
    text = path.read_text("utf-8")
    uncited = tmp_path / path.name
    uncited.write_text(text.replace("dcterms:bibliographicCitation", "dcterms:description"), "utf-8")
    report = checked_alone(assembled(tmp_path / "facts", uncited))
    of_sources = text.count(" a dip:Claim ;") - text.count("dip:modality modality:inferred ;")
    assert sum(result.rule == "K16" for result in report.violations) == of_sources


def test_all_cases_conform_together_with_the_facts_of_the_project(together: Assembly) -> None:
    """The whole gate: every rule but that of quotations meets a node, and shared things have one name."""
    assert check(together).violations == ()


@pytest.mark.parametrize("question", sorted(path.stem for path in QUERIES.glob("*.rq")))
def test_a_question_is_answered_over_all_cases_together(store: ox.Store, question: str) -> None:
    """Each query has exactly its expected rows."""
    found = rows(store, (QUERIES / f"{question}.rq").read_text("utf-8"))
    assert sorted(found, key=str) == sorted(EXPECTED[question], key=str)


def test_russias_mission_to_nato_went_from_thirty_to_twenty_to_ten(store: ox.Store) -> None:
    """In that order, as the query of ceilings sorts them by time."""
    found = rows(store, (QUERIES / "staff-ceilings-over-time.rq").read_text("utf-8"))
    assert [posts for mission, posts, _, _ in found if mission == RUSSIA_TO_NATO] == ["30", "20", "10"]


def test_a_ceiling_is_not_mistaken_for_people_in_post(store: ox.Store) -> None:
    """The article's ten people and the ceiling of ten posts are two nodes of two classes, as 18 and 20 are."""
    found = {(number, str(kind).rpartition("#")[2]) for number, kind in rows(store, MIXED_COUNTS)}
    assert found == {
        ("30", "StaffCeiling"),
        ("20", "StaffCeiling"),
        ("18", "StaffLevel"),
        ("10", "StaffCeiling"),
        ("10", "StaffLevel"),
    }


def test_an_accreditation_that_never_began_is_not_among_those_in_force(store: ox.Store) -> None:
    """The three refused in 2018 are requests: the question who was accredited does not find them."""
    assert sorted(rows(store, IN_FORCE_OR_ENDED)) == [
        ("accreditation/agrement-of-the-french-ambassador-to-niger", "true"),
        ("accreditation/seven-of-russias-mission-to-nato-2018", "true"),
        ("accreditation/staff-of-nato-military-liaison", "true"),
    ]


@pytest.mark.parametrize("query", [DIRECT_COMPETENCE, SIXTY_THREE], ids=["competence", "a number of some reports"])
def test_what_is_disputed_is_stated_nowhere(store: ox.Store, query: str) -> None:
    """It stays in the propositions of the claims."""
    assert rows(store, query) == []
