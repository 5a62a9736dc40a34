"""The data package of the tables (Data Package 2.0): what each file holds, for programs that read tables by it.

https://datapackage.org/standard/data-package/ and /table-schema/. Every CSV has a schema: types, closed codes, primary
and foreign keys, and both meanings; the same tables stand beside it as Parquet. No date and no digest: the same content
gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

from rdflib.namespace import DCTERMS, VOID

from .formats import PARQUET, RESULTS_CSV
from .node_index import NodeIndex
from .tables import SEPARATOR, Column, Kind, Table

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_TYPES = {Kind.BOOLEAN: "boolean", Kind.INTEGER: "integer", Kind.DATE: "date"}
"""Types of Table Schema, for cells with one value; everything else is a string."""
_BOOLEANS = {"trueValues": ["true"], "falseValues": ["false"]}


def data_package(index: NodeIndex, tables: Iterable[tuple[Table, bytes]], codebook: bytes) -> bytes:
    """`datapackage.json` for some tables, each with its CSV, and their codebook."""
    described = {
        "$schema": PROFILE,
        "name": "legation-tables",
        **_catalogued(index),
        "resources": [
            *(_resource(table, content) for table, content in tables),
            _file("codebook", codebook) | {"title": "What each column of each table holds", "schema": _CODEBOOK},
        ],
    }
    return (json.dumps(described, ensure_ascii=False, indent=2) + "\n").encode()


def _catalogued(index: NodeIndex) -> Mapping[str, object]:
    """Title, description, homepage and licence, as the authored catalogue says them."""
    dataset = next(iter(index.instances(VOID.Dataset)), None)
    if dataset is None:
        return {}
    said: dict[str, object] = {
        "title": index.text(dataset, DCTERMS.title, "en"),
        "description": index.text(dataset, DCTERMS.description, "en"),
    }
    licences = index.nodes(dataset, DCTERMS.license)
    if licences:
        said["licenses"] = [{"path": licence.value} for licence in licences]
    return {name: value for name, value in said.items() if value}


def _file(stem: str, content: bytes) -> dict[str, object]:
    return {
        "name": stem,
        "type": "table",
        "path": f"{stem}.{RESULTS_CSV.extension}",
        "format": "csv",
        "mediatype": RESULTS_CSV.media_type,
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }


def _resource(table: Table, content: bytes) -> dict[str, object]:
    return _file(table.name, content) | {
        "title": table.titles["en"],
        "description": f"Also in French: {table.titles['fr']}. The same as Parquet: {table.name}.{PARQUET.extension}",
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "primaryKey": ["id"],
            "foreignKeys": [
                {"fields": [name], "reference": {"resource": other if other != table.name else "", "fields": ["id"]}}
                for name, other in table.keys.items()
            ],
            "missingValues": [""],
        },
    }


def _field(column: Column) -> dict[str, object]:
    """One column. A cell with several values is a string here; the description says how it is taken apart."""
    several = f" Several values are separated by “{SEPARATOR}”." if column.several else ""
    field: dict[str, object] = {
        "name": column.name,
        "type": "string" if column.several else _TYPES.get(column.kind, "string"),
        "description": f"{column.meaning_en}.{several}",
        "legation:meaning_fr": f"{column.meaning_fr}.",
    }
    if column.kind is Kind.IRI:
        field["format"] = "uri"
    if column.kind is Kind.BOOLEAN:
        field |= _BOOLEANS
    constraints: dict[str, object] = {"required": True} if column.name == "id" else {}
    if column.codes and column.kind is Kind.CODE and not column.several:
        constraints["enum"] = list(column.codes)
    return field | ({"constraints": constraints} if constraints else {})


_CODEBOOK = {
    "fields": [
        {"name": name, "type": "string"}
        for name in ("table", "column", "type", "several", "values", "meaning_en", "meaning_fr")
    ],
    "primaryKey": ["table", "column"],
    "missingValues": [""],
}
