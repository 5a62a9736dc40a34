"""The tidy tables of things, as CSV, as a data package and as Parquet."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import frictionless
import pyarrow.parquet as pq
import pytest
from invented import generated

from legation.graph.assembly import assemble_data, assemble_facts
from legation.graph.fact_files import bundled_facts
from legation.graph.identifiers import Base
from legation.graph.tables import SEPARATOR, Column, Kind, Table
from legation.graph.tidy_tables import TABLES
from legation.graph.views import views
from legation.ontology import load_scheme

BASE = Base("http://localhost:8000/")
PAGE = Path(__file__).parents[2] / "docs" / "views.md"
BY_NAME = {table.name: table for table in TABLES}
FORMS = {
    Kind.IDENTIFIER: r"[a-z0-9-]+/[a-z0-9-]+",
    Kind.IRI: r"https?://\S+",
    Kind.CODE: r"[a-z-]+",
    Kind.BOOLEAN: r"true|false",
    Kind.INTEGER: r"\d+",
    Kind.DATE: r"\d{4}-\d{2}-\d{2}",
}


@pytest.fixture(scope="module")
def written() -> dict[str, bytes]:
    return views(assemble_facts(bundled_facts(), BASE).quads, BASE)


@pytest.fixture(scope="module", params=["article", "generated"])
def folder(request: pytest.FixtureRequest, written: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The views as files: of the bundled facts, and of two thousand generated triples."""
    made = tmp_path_factory.mktemp("views")
    if request.param == "generated":
        base = Base("https://data.example/")
        written = views(assemble_data([generated(made, 3, 2000)], base).quads, base)
    for name, content in written.items():
        (made / name).write_bytes(content)
    return made


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))


@pytest.mark.parametrize(
    ("table", "ids"),
    [
        ("expulsions", ["measure/2021-10-nato-expels-eight"]),
        ("accreditations", ["accreditation/staff-of-nato-military-liaison"]),
        (
            "staff-levels",
            ["staff-level/russia-to-nato-after-the-departures", "staff-level/russia-to-nato-before-the-departures"],
        ),
    ],
)
def test_a_row_a_thing(written: dict[str, bytes], table: str, ids: list[str]) -> None:
    """Each thing of the class once, in the order of its IRI."""
    assert [row["id"] for row in rows_of(written[f"{table}.csv"])] == ids


def test_an_expulsion_is_a_measure_too(written: dict[str, bytes]) -> None:
    """The same row in both tables."""
    measures = {row["id"]: row for row in rows_of(written["measures.csv"])}
    for row in rows_of(written["expulsions.csv"]):
        assert measures[row["id"]] == row


def test_a_row_names_the_claims_behind_it_and_their_force(written: dict[str, bytes]) -> None:
    """Stated, predicted and inferred numbers are told apart; what somebody denies has the denial beside it."""
    levels = rows_of(written["staff-levels.csv"])
    assert [(row["headcount"], row["modalities"], row["affirmed_by"]) for row in levels] == [
        ("10", "expected", "55ee074e7567bb82/c41"),
        ("18", "inferred", "55ee074e7567bb82/i2"),
    ]
    denied = {row["id"] for table in ("measures", "statements") for row in rows_of(written[f"{table}.csv"])
              if row["denied_by"]}  # fmt: skip
    assert denied, "the article has denials"


def test_every_table_joins_the_others(written: dict[str, bytes]) -> None:
    """What a key column names is a row of the table that it points into; every id of a table is another."""
    ids = {name: [row["id"] for row in rows_of(written[f"{name}.csv"])] for name in BY_NAME}
    assert all(len(found) == len(set(found)) for found in ids.values())
    for table in TABLES:
        for column, other in table.keys.items():
            used = {row[column] for row in rows_of(written[f"{table.name}.csv"]) if row[column]}
            assert used <= set(ids[other]), (table.name, column)


@pytest.mark.parametrize(
    ("table", "column"), [pytest.param(t, c, id=f"{t.name}-{c.name}") for t in TABLES for c in t.columns]
)
def test_every_cell_is_of_its_columns_kind(written: dict[str, bytes], table: Table, column: Column) -> None:
    """Types, closed codes, and one value at most where a column does not say several."""
    for row in rows_of(written[f"{table.name}.csv"]):
        values = row[column.name].split(SEPARATOR) if row[column.name] else []
        assert column.several or len(values) <= 1, row["id"]
        assert all(re.fullmatch(FORMS[column.kind], value) for value in values if column.kind in FORMS), values
        assert not column.codes or set(values) <= set(column.codes), values


def test_the_codes_are_those_of_the_schemes() -> None:
    """Every closed list is a whole scheme."""
    lists = {column.codes for table in TABLES for column in table.columns if column.kind is Kind.CODE and column.codes}
    schemes = [
        "accreditation-kind", "confidence", "count-basis", "date-basis", "measure-type", "mission-type", "modality",
        "reporting-mode", "reporting-stance",
    ]  # fmt: skip
    concepts = {
        tuple(sorted(str(s).rpartition("#")[2] for s in set(load_scheme(name).subjects()) if "#" in str(s)))
        for name in schemes
    }
    assert lists == concepts


def test_the_data_package_validates(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frictionless reads every table by its schema: types, enumerations, keys, sizes and hashes."""
    monkeypatch.chdir(folder)
    report = frictionless.validate("datapackage.json")
    assert report.valid, report.flatten(["name", "type", "message"])
    assert {task.name for task in report.tasks} == {*BY_NAME, "codebook"}
    assert sum(task.stats.get("rows", 0) for task in report.tasks if task.name in BY_NAME) > 50


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("claims.csv", b"asserted", b"assorted"),
        ("staff-levels.csv", b"persons", b"people"),
        ("measures.csv", b"2021-10-06", b"2021-13-06"),
    ],
)
def test_the_data_package_refuses_what_does_not_fit(
    written: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, old: bytes, new: bytes
) -> None:
    """A code out of its list, a date that is none: the schema sees it, apart from hash and size."""
    for name, content in written.items():
        (tmp_path / name).write_bytes(content.replace(old, new) if name == file else content)
    monkeypatch.chdir(tmp_path)
    errors = {kind for (kind,) in frictionless.validate("datapackage.json").flatten(["type"])}
    assert errors & {"constraint-error", "type-error"}


def test_the_data_package_says_title_and_licence(written: dict[str, bytes]) -> None:
    """As the catalogue of the dataset has them."""
    package = json.loads(written["datapackage.json"])
    assert package["licenses"] == [{"path": "https://creativecommons.org/licenses/by/4.0/"}]
    assert package["title"]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_parquet_file_holds_the_same(written: dict[str, bytes], table: Table) -> None:
    """Typed values, lists where there are several, null where a cell is empty."""
    parquet = pq.read_table(io.BytesIO(written[f"{table.name}.parquet"]))
    assert parquet.column_names == [column.name for column in table.columns]
    as_text = [{name: _as_text(value) for name, value in row.items()} for row in parquet.to_pylist()]
    assert as_text == rows_of(written[f"{table.name}.csv"])


def _as_text(value: object) -> str:
    if isinstance(value, list):
        return SEPARATOR.join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def test_numbers_and_dates_are_typed_in_parquet(written: dict[str, bytes]) -> None:
    """A program can add and compare them as they are."""
    schema = pq.read_schema(io.BytesIO(written["staff-levels.parquet"]))
    kinds = {name: str(schema.field(name).type) for name in ("headcount", "time_latest_end", "affirmed_by", "id")}
    assert kinds == {
        "headcount": "int64",
        "time_latest_end": "date32[day]",
        "affirmed_by": "list<element: string>",
        "id": "string",
    }


def snippet(language: str) -> str:
    """The piece of code in this language on the page about views."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_pandas_snippet_of_the_manual_runs(written: dict[str, bytes], tmp_path: Path) -> None:
    """As a reader would paste it, in the folder of the tables; it tells each number with its force and its speaker."""
    for name, content in written.items():
        (tmp_path / name).write_bytes(content)
    command = [sys.executable, "-c", snippet("python")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    told = [line.split(" ", 2) for line in done.stdout.splitlines()]
    assert [(count, force) for count, force, _ in told] == [("10", "expected"), ("18", "inferred")]
