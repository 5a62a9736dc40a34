"""Tables as Apache Parquet: typed columns for R, pandas, DuckDB and the like; several values are a list.

pyarrow is loaded when a table is written, by the publisher's command, and never by the server.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from .tables import Column, Kind, Table

_INT64_MAX = 2**63 - 1


def to_parquet(table: Table, cells: Sequence[Sequence[tuple[str, ...]]]) -> bytes:
    """The cells of a table as a Parquet file; the same cells give the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {Kind.BOOLEAN: pa.bool_(), Kind.INTEGER: pa.int64(), Kind.DATE: pa.date32()}
    columns, fields = [], []
    for number, column in enumerate(table.columns):
        of_one = types.get(column.kind, pa.string())
        values = [_value(column, row[number]) for row in cells]
        fields.append(
            pa.field(
                column.name,
                pa.list_(of_one) if column.several else of_one,
                metadata={"meaning_en": column.meaning_en, "meaning_fr": column.meaning_fr},
            )
        )
        columns.append(pa.array(values, type=fields[-1].type))
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(columns, schema=pa.schema(fields)), out, compression="zstd")
    return out.getvalue()


def _value(column: Column, cell: tuple[str, ...]) -> Any:
    """A cell as its column's type; None where unchecked data have something else there, which the CSV keeps."""
    if column.several:
        return list(cell)
    if not cell:
        return None
    if column.kind is Kind.BOOLEAN:
        return cell[0] == "true"
    try:
        if column.kind is Kind.INTEGER:
            return number if abs(number := int(cell[0])) <= _INT64_MAX else None
        return date.fromisoformat(cell[0]) if column.kind is Kind.DATE else cell[0]
    except ValueError:
        return None
