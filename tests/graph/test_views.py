"""The derived views: the same content in other forms, and nothing that a source did not say."""

from __future__ import annotations

import csv
import io
import random
import re
from collections import Counter, defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib import SKOS

from legation.graph.assembly import Assembly, assemble_facts
from legation.graph.claims import read_claims
from legation.graph.claims_table import COLUMNS
from legation.graph.fact_files import bundled_facts
from legation.graph.identifiers import Base
from legation.graph.nanopublications import nanopublication_quads
from legation.graph.node_index import NodeIndex
from legation.graph.reifiers import REIFIES
from legation.graph.tables import SEPARATOR, Column, Kind
from legation.graph.views import VIEW_NAMES, VIEWS, views
from legation.ontology import load_scheme

BASE = Base("http://localhost:8000/")
CLAIM = BASE.thing("claim/55ee074e7567bb82/")
NP = "http://www.nanopub.org/nschema#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
PAGE = Path(__file__).parents[2] / "docs" / "views.md"


@pytest.fixture(scope="module")
def assembly() -> Assembly:
    return assemble_facts(bundled_facts(), BASE)


@pytest.fixture(scope="module")
def written(assembly: Assembly) -> dict[str, bytes]:
    return views(assembly.quads, BASE)


@pytest.fixture(scope="module")
def propositions(assembly: Assembly) -> dict[str, set[ox.Triple]]:
    """Of each claim, by number, the triples that it affirms or denies."""
    claims = read_claims(NodeIndex(assembly.quads))
    return {claim.node.value.removeprefix(CLAIM): set(claim.propositions) for claim in claims}


# All views -------------------------------------------------------------------------------------------------------


def test_every_view_has_a_name_and_a_title_of_its_own(written: dict[str, bytes]) -> None:
    """The closed list of names is what is written, and each has a title in English and French."""
    assert tuple(written) == VIEW_NAMES
    assert len(set(VIEW_NAMES)) == len(VIEWS)
    assert all(set(view.titles) == {"en", "fr"} for view in VIEWS)


def test_the_same_quads_give_the_same_bytes(assembly: Assembly, written: dict[str, bytes]) -> None:
    """The order in which quads come, and graphs that repeat a triple, change nothing."""
    shuffled = [*assembly.quads, *assembly.quads[:50]]
    random.Random(7).shuffle(shuffled)
    assert views(shuffled, BASE) == written


def test_data_without_claims_have_no_views() -> None:
    """Somebody's RDF about something else gives no empty files."""
    assert views(ox.parse("<urn:a> <urn:b> 1 .", format=ox.RdfFormat.TURTLE), BASE) == {}


def test_the_page_on_views_names_each() -> None:
    """docs/views.md has every view and every column of the claims table."""
    page = PAGE.read_text("utf-8")
    assert [name for name in VIEW_NAMES if f"`{name}`" not in page] == []
    assert [column.name for column in COLUMNS if f"| `{column.name}` | {column.kind.value}" not in page] == []


# Reifiers --------------------------------------------------------------------------------------------------------

WHO_SAYS = """
PREFIX dip: <https://w3id.org/legation/ns#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?claim ?negated ?addressee WHERE {
  ?claim rdf:reifies <<( ?statement dip:addressee ?addressee )>> ;
    dip:negated ?negated .
}
"""
STATED = "PREFIX dip: <https://w3id.org/legation/ns#> ASK { ?statement dip:addressee ?addressee }"


@pytest.fixture(scope="module")
def reified(written: dict[str, bytes]) -> ox.Store:
    store = ox.Store()
    store.load(written["reifiers.nq"], format=ox.RdfFormat.N_QUADS)
    return store


def test_a_sparql_1_2_query_finds_who_affirms_and_who_denies(reified: ox.Store) -> None:
    """Triple terms answer “was NATO notified?” with three claims, one against two."""
    found = reified.query(WHO_SAYS)
    assert isinstance(found, ox.QuerySolutions)
    rows = {tuple(BASE.relative(term.value) for term in row) for row in found}
    assert rows == {
        ("id/claim/55ee074e7567bb82/c30", "false", "id/organisation/nato-international-staff"),
        ("id/claim/55ee074e7567bb82/c35", "true", "id/organisation/nato"),
        ("id/claim/55ee074e7567bb82/c37", "true", "id/organisation/nato"),
    }


def test_a_reified_triple_is_not_stated(reified: ox.Store, propositions: dict[str, set[ox.Triple]]) -> None:
    """The view mentions what is claimed and asserts none of it."""
    stated = {quad.triple for quad in reified}
    assert not bool(reified.query(STATED))
    assert stated.isdisjoint(set.union(*propositions.values()))


def test_each_claim_reifies_its_propositions(reified: ox.Store, propositions: dict[str, set[ox.Triple]]) -> None:
    """Every claim that has a proposition reifies each of them, with its own modality, polarity and gists."""
    found = defaultdict(set)
    for quad in reified.quads_for_pattern(None, REIFIES, None):
        found[quad.subject.value.removeprefix(CLAIM)].add(quad.object)
    assert found == {number: triples for number, triples in propositions.items() if triples}
    for number in found:
        about = Counter(
            quad.predicate.value for quad in reified.quads_for_pattern(ox.NamedNode(CLAIM + number), None, None)
        )
        assert about["https://w3id.org/legation/ns#modality"] == about["https://w3id.org/legation/ns#negated"] == 1
        assert about["https://schema.org/text"] == 2


def test_both_forms_of_the_reifiers_say_the_same(written: dict[str, bytes]) -> None:
    """N-Quads and Turtle 1.2 are two writings of one graph."""
    quads = set(ox.parse(written["reifiers.nq"], format=ox.RdfFormat.N_QUADS))
    assert quads == set(ox.parse(written["reifiers.ttl"], format=ox.RdfFormat.TURTLE))


# Nanopublications ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graphs(written: dict[str, bytes]) -> dict[str, set[ox.Triple]]:
    """The nanopublications as parsed back, by graph."""
    found = defaultdict(set)
    for quad in ox.parse(written["nanopublications.trig"], format=ox.RdfFormat.TRIG):
        assert isinstance(quad.graph_name, ox.NamedNode), "every triple is in a named graph"
        found[quad.graph_name.value].add(quad.triple)
    return found


@pytest.fixture(scope="module")
def published(graphs: dict[str, set[ox.Triple]]) -> set[str]:
    """The numbers of the claims that have a nanopublication."""
    suffix = "/nanopub#Head"
    return {name.removeprefix(CLAIM).removesuffix(suffix) for name in graphs if name.endswith(suffix)}


def nanopub(number: str) -> str:
    return f"{CLAIM}{number}/nanopub"


def test_a_nanopublication_is_well_formed(graphs: dict[str, set[ox.Triple]], published: set[str]) -> None:
    """Nanopublication Guidelines, “Well-formed nanopublications”: the head is exact, and nothing lies outside."""
    parts = {"hasAssertion": "assertion", "hasProvenance": "provenance", "hasPublicationInfo": "pubinfo"}
    for number in published:
        itself = ox.NamedNode(nanopub(number))
        head = {
            (RDF_TYPE, NP + "Nanopublication"),
            *((NP + link, f"{itself.value}#{part}") for link, part in parts.items()),
        }
        assert {(t.predicate.value, t.object.value) for t in graphs[f"{itself.value}#Head"]} == head  # type: ignore[union-attr]
        assert {triple.subject for triple in graphs[f"{itself.value}#Head"]} == {itself}
        assertion = ox.NamedNode(f"{itself.value}#assertion")
        assert any(assertion in (t.subject, t.object) for t in graphs[f"{itself.value}#provenance"])
        assert {triple.subject for triple in graphs[f"{itself.value}#pubinfo"]} == {itself}
    names = {f"{nanopub(number)}#{part}" for number in published for part in ("Head", *parts.values())}
    assert set(graphs) == names


def test_an_assertion_is_what_the_claim_affirms(
    graphs: dict[str, set[ox.Triple]], published: set[str], propositions: dict[str, set[ox.Triple]]
) -> None:
    """The assertion graph holds the claim's propositions and nothing else."""
    assert published
    assert all(graphs[f"{nanopub(number)}#assertion"] == propositions[number] for number in published)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        pytest.param("c13", True, id="asserted"),
        pytest.param("c09", True, id="presupposed"),
        pytest.param("c07", True, id="announced"),
        pytest.param("c40", True, id="expected"),
        pytest.param("i4", True, id="inferred by the curators"),
        pytest.param("c37", False, id="a denial"),
        pytest.param("c14", False, id="an allegation about people"),
        pytest.param("c44", False, id="an allegation about a party"),
        pytest.param("c28", False, id="conditional"),
        pytest.param("c25", False, id="in a statement under reserve"),
        pytest.param("c61", False, id="in a statement that exists only according to someone else"),
        pytest.param("c16", False, id="no proposition"),
    ],
)
def test_only_what_is_affirmed_outright_is_a_nanopublication(
    number: str, expected: bool, published: set[str], propositions: dict[str, set[ox.Triple]]
) -> None:
    """An assertion graph may be read alone, so nothing stands in one that nobody stands behind."""
    assert number in propositions
    assert (number in published) is expected


NESTED = """@prefix dip: <https://w3id.org/legation/ns#> . @prefix ex: <https://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix modality: <https://w3id.org/legation/vocab/modality#> .
@prefix stance: <https://w3id.org/legation/vocab/reporting-stance#> .
ex:c a dip:Claim ; dip:modality modality:asserted ; dip:negated false ; dip:assertedIn ex:inner ; dip:proposition ex:p .
ex:p rdf:subject ex:m ; rdf:predicate dip:headcount ; rdf:object 8 .
ex:inner dip:reportingStance stance:neutral ; dip:reportedIn ex:outer .
ex:outer dip:reportingStance stance:OUTER ; dip:reportedIn ex:inner .
ex:d a dcat:Dataset ; dcterms:issued "2026-11-23"^^xsd:date .
"""


@pytest.mark.parametrize(
    ("outer", "expected"), [("endorsed", 1), ("neutral", 1), ("hedged", 0), ("alleged-to-exist", 0)]
)
def test_a_reserve_anywhere_on_the_way_counts(outer: str, expected: int) -> None:
    """What a doubtful statement reports is doubtful too; a circle of statements, which the shapes refuse, ends."""
    index = NodeIndex(ox.parse(NESTED.replace("OUTER", outer), format=ox.RdfFormat.TURTLE))
    heads = {quad.graph_name for quad in nanopublication_quads(index) if str(quad.graph_name).endswith("#Head>")}
    assert len(heads) == expected


def test_a_date_of_publication_is_told_where_the_catalogue_has_one() -> None:
    """The time of a nanopublication is that of the dataset, never that of the build."""
    index = NodeIndex(ox.parse(NESTED.replace("OUTER", "neutral"), format=ox.RdfFormat.TURTLE))
    created = [
        q.object for q in nanopublication_quads(index) if q.predicate.value == "http://purl.org/dc/terms/created"
    ]
    assert [value.value for value in created] == ["2026-11-23"]


def test_the_provenance_says_whose_words_where(graphs: dict[str, set[ox.Triple]]) -> None:
    """From the assertion to the speaker, the statements on the way, the article, and the passage."""
    triples = graphs[f"{nanopub('c13')}#provenance"]
    facts = {(t.predicate.value.rpartition("#")[2], BASE.relative(getattr(t.object, "value", ""))) for t in triples}
    assert facts >= {
        ("wasAttributedTo", "id/person/unnamed-nato-official"),
        ("wasGeneratedBy", "id/statement/55ee074e7567bb82/s04"),
        ("hadPrimarySource", "id/article/55ee074e7567bb82"),
        ("reportedIn", "id/statement/55ee074e7567bb82/s01"),
        ("modality", "https://w3id.org/legation/vocab/modality#asserted"),
        ("start", "573"),
        ("end", "650"),
    }


def test_the_publication_info_names_publisher_and_licence(graphs: dict[str, set[ox.Triple]]) -> None:
    """Each nanopublication can be attributed and reused by itself."""
    objects = {BASE.relative(getattr(t.object, "value", "")) for t in graphs[f"{nanopub('c13')}#pubinfo"]}
    assert {"id/organisation/legation-curators", "https://creativecommons.org/licenses/by/4.0/"} <= objects


def test_another_library_reads_the_nanopublications(written: dict[str, bytes], published: set[str]) -> None:
    """The file is plain TriG 1.1, so tools that know nothing of RDF 1.2 can read it."""
    dataset = rdflib.Dataset()
    dataset.parse(data=written["nanopublications.trig"], format="trig")
    found = {s for s, _, _, _ in dataset.quads((None, rdflib.RDF.type, rdflib.URIRef(NP + "Nanopublication"), None))}
    assert len(found) == len(published)


# Claims table ----------------------------------------------------------------------------------------------------

FORMS = {
    Kind.IDENTIFIER: r"[a-z0-9-]+/[a-z0-9-]+",
    Kind.IRI: r"https?://\S+",
    Kind.TEXT: r"\S(.*\S)?",
    Kind.PROPERTY: r"[a-z]+:[A-Za-z]+",
    Kind.CODE: r"[a-z-]+",
    Kind.BOOLEAN: r"true|false",
    Kind.DATE: r"\d{4}-\d{2}-\d{2}",
    Kind.EDTF: r"[\d~./-]+",
    Kind.INTERVAL: r"\[\d+,\d+\)",
}


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))


@pytest.fixture(scope="module")
def table(written: dict[str, bytes]) -> dict[str, dict[str, str]]:
    """The rows by the number of the claim."""
    return {row["id"].rpartition("/")[2]: row for row in rows_of(written["claims.csv"])}


def test_there_is_one_row_a_claim(table: dict[str, dict[str, str]], propositions: dict[str, set[ox.Triple]]) -> None:
    """Sixty-one claims of the article and eight of the curators, in order."""
    assert list(table) == sorted(propositions)
    assert len(table) == 69


@pytest.mark.parametrize("name", ["claims.csv", "codebook.csv", "measures.csv"])
def test_the_csv_is_what_rfc_4180_describes(name: str, written: dict[str, bytes]) -> None:
    """Rows end with CR LF and have one width, the encoding is UTF-8 without a mark, and quotation marks are doubled."""
    content = written[name].decode("utf-8")
    rows = list(csv.reader(io.StringIO(content, newline=""), strict=True))
    assert content.endswith("\r\n")
    assert "\n" not in content.replace("\r\n", "")
    assert not content.startswith("\ufeff")
    assert {len(row) for row in rows} == {len(rows[0])}


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_every_cell_is_of_its_columns_kind(column: Column, table: dict[str, dict[str, str]]) -> None:
    """The codebook's type and values hold for every cell, and a column without “several” has one value at most."""
    for number, row in table.items():
        values = row[column.name].split(SEPARATOR) if row[column.name] else []
        assert column.several or len(values) <= 1, number
        assert all(re.fullmatch(FORMS[column.kind], value) for value in values), (number, values)
        assert not column.codes or set(values) <= set(column.codes), (number, values)


def test_the_three_columns_of_a_triple_run_in_parallel(
    table: dict[str, dict[str, str]], propositions: dict[str, set[ox.Triple]]
) -> None:
    """Splitting subject, predicate and object gives as many triples as the claim has propositions."""
    for number, row in table.items():
        widths = {len(row[part].split(SEPARATOR)) if row[part] else 0 for part in ("subject", "predicate", "object")}
        assert widths == {len(propositions[number])}


@pytest.mark.parametrize(
    ("number", "cells"),
    [
        pytest.param(
            "c02",
            {"speaker": "Sergey Lavrov", "relayed_by": "RIA Novosti", "modality": "announced",
             "said_edtf": "2021-10-18", "content_wording": "à partir du 1er novembre",
             "content_earliest_begin": "2021-11-01",
             "evidence": "[131,223) | [1469,1561)", "in_tension_with": "55ee074e7567bb82/c32"},
            id="relayed, and told in two places",
        ),
        pytest.param(
            "c25", {"stance": "hedged", "mode": "direct-quotation", "content_edtf": ""}, id="under reserve, undated"
        ),
        pytest.param(
            "c33", {"restates": "55ee074e7567bb82/c03", "object": "From 1 November 2021 on"}, id="a restatement"
        ),
        pytest.param(
            "c37",
            {"negated": "true", "speaker": "Oana Lungescu", "on_behalf_of": "NATO", "predicate": "dip:addressee",
             "object": "NATO"},
            id="a denial on behalf of a party",
        ),
        pytest.param(
            "c61",
            {"stance": "alleged-to-exist",
             "embedded_in": "55ee074e7567bb82/s14 | 55ee074e7567bb82/s01 | article/55ee074e7567bb82"},
            id="reported by someone reported",
        ),
        pytest.param(
            "i2",
            {"speaker": "Curators of Legation", "confidence": "medium", "evidence": "",
             "embedded_in": "document/curators-notes-on-55ee074e7567bb82"},
            id="an inference",
        ),
    ],
)  # fmt: skip
def test_a_row_tells_the_claim(number: str, cells: dict[str, str], table: dict[str, dict[str, str]]) -> None:
    """Who says it, through whom, with what force, when, and where."""
    assert {name: table[number][name] for name in cells} == cells


def test_the_codebook_describes_every_column(written: dict[str, bytes], table: dict[str, dict[str, str]]) -> None:
    """One row a column, in the table's order, with a meaning in each language."""
    book = [entry for entry in rows_of(written["codebook.csv"]) if entry["table"] == "claims"]
    assert [entry["column"] for entry in book] == list(table["c01"]) == [column.name for column in COLUMNS]
    assert all(entry["meaning_en"] and entry["meaning_fr"] for entry in book)


def test_the_codes_of_the_codebook_are_those_of_the_schemes() -> None:
    """A closed column lists every concept of its scheme and nothing else."""
    schemes = {"mode": "reporting-mode", "stance": "reporting-stance", "modality": "modality",
               "confidence": "confidence", "said_basis": "date-basis", "content_basis": "date-basis"}  # fmt: skip
    for column in COLUMNS:
        if column.kind is Kind.CODE:
            notations = load_scheme(schemes[column.name]).objects(None, SKOS.notation)
            assert column.codes == tuple(sorted(map(str, notations)))
