"""Tables for spreadsheets, R, pandas and Stata: columns that say what they hold, written as CSV with a codebook.

A column's meaning, its type, its values and how it is read stand side by side; tables, codebook and data package are
written from them. CSV as RFC 4180 has it: UTF-8, a header row, CR LF, quotation marks doubled. A cell with several
values separates them by ` | `.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pyoxigraph as ox
from rdflib import RDF

from legation.ontology.terms import DIP, SCHEMES, SEM

from .identifiers import Base, thing_path
from .node_index import NodeIndex, Term

SEPARATOR = " | "


class Kind(Enum):
    """What a cell's values are; each value of the enumeration is its name in the codebook."""

    IDENTIFIER = "identifier"
    IRI = "IRI"
    TEXT = "text"
    PROPERTY = "property"
    CODE = "code"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DATE = "date"
    EDTF = "EDTF"
    INTERVAL = "interval"


@dataclass(frozen=True, slots=True)
class Cells:
    """One row: the node that it is about, and the ways in which a term is shown in a cell."""

    node: ox.NamedNode
    index: NodeIndex
    base: Base

    def id(self, term: Term) -> str:
        """A node's path below `id/`, without the type for a claim or a statement; of anything else its text."""
        path = thing_path(self.base, self.text(term))
        return self.text(term) if path is None else path.removeprefix("claim/").removeprefix("statement/")

    def label(self, term: Term) -> str:
        """A literal's text, a node's English label, or else its short name."""
        return term.value if isinstance(term, ox.Literal) else self.index.label(term, "en") or self.id(term)

    def code(self, term: Term) -> str:
        """A concept's code: what its IRI has after `#`."""
        return self.text(term).rpartition("#")[2]

    def text(self, term: Term) -> str:
        """An IRI or a literal without its marks."""
        return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


Show = Callable[[Any, Term], str]
"""A way to show a term: one of the methods of `Cells`."""
Read = Callable[[Any], Iterable[str]]
"""The values of a cell, of a row."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its meaning in both languages, the kind of its values, their codes if closed, and how it is read."""

    name: str
    kind: Kind
    meaning_en: str
    meaning_fr: str
    read: Read
    codes: tuple[str, ...] = ()
    several: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name, its title in each language, its columns, its rows, and which columns name rows of another.

    `keys` has the name of the table that a column with one value points into.
    """

    name: str
    titles: Mapping[str, str]
    columns: tuple[Column, ...]
    rows: Callable[[NodeIndex, Base], Iterable[Any]]
    keys: Mapping[str, str]

    def cells(self, index: NodeIndex, base: Base) -> list[list[tuple[str, ...]]]:
        """The values of every cell, a list of cells a row; the rows in the order of their IRIs."""
        return [[tuple(column.read(row)) for column in self.columns] for row in self.rows(index, base)]


# Reading -----------------------------------------------------------------------------------------------------------


def values_of(predicate: str, show: Show = Cells.label) -> Read:
    """The values of a property of the row's node."""
    return lambda row: [show(row, value) for value in row.index.values(row.node, predicate)]


def text_of(predicate: str, language: str) -> Read:
    """The text under a property in one language; none where there is none."""
    return lambda row: filter(None, [row.index.text(row.node, predicate, language)])


def through(link: str, predicate: str, show: Show = Cells.text) -> Read:
    """The values of a property of the node that the row's node is linked to."""
    return lambda row: [show(row, v) for v in row.index.values(row.index.node(row.node, link), predicate)]


def codes(scheme: str) -> tuple[str, ...]:
    """The codes of a concept scheme."""
    names = (*SCHEMES[scheme].__annotations__, *SCHEMES[scheme]._extras)
    return tuple(sorted(name for name in names if not name.startswith("_")))


def times(which: str, en: str, fr: str, of: Callable[..., Read]) -> tuple[Column, ...]:
    """The seven columns of one time: wording, EDTF, basis and four bounds."""

    def column(name: str, kind: Kind, what_en: str, what_fr: str, read: Read, codes: tuple[str, ...] = ()) -> Column:
        return Column(f"{which}_{name}", kind, f"{en}: {what_en}", f"{fr} : {what_fr}", read, codes)

    return (
        column("wording", Kind.TEXT, "the source’s own few words",
               "les quelques mots de la source", of(DIP.wording)),
        column("edtf", Kind.EDTF, "value in Extended Date/Time Format",
               "valeur au format EDTF", of(RDF.value)),
        column("basis", Kind.CODE, "how the date was fixed",
               "fondement de la date", of(DIP.dateBasis, Cells.code), codes("date-basis")),
        column("earliest_begin", Kind.DATE, "begins on this day at the earliest; empty where nothing supports a bound",
               "commence ce jour au plus tôt ; vide si rien n’étaye de borne", of(SEM.hasEarliestBeginTimeStamp)),
        column("latest_begin", Kind.DATE, "begins on this day at the latest",
               "commence ce jour au plus tard", of(SEM.hasLatestBeginTimeStamp)),
        column("earliest_end", Kind.DATE, "ends on this day at the earliest",
               "finit ce jour au plus tôt", of(SEM.hasEarliestEndTimeStamp)),
        column("latest_end", Kind.DATE, "ends on this day at the latest",
               "finit ce jour au plus tard", of(SEM.hasLatestEndTimeStamp)),
    )  # fmt: skip


# Writing -----------------------------------------------------------------------------------------------------------


def to_csv(table: Table, cells: Iterable[Iterable[tuple[str, ...]]]) -> bytes:
    """The cells of a table as CSV."""
    return _csv([column.name for column in table.columns], ([SEPARATOR.join(cell) for cell in row] for row in cells))


def codebook(tables: Iterable[Table]) -> bytes:
    """The codebook as CSV: one row a column of a table."""
    entries = [_codebook_entry(table, column) for table in tables for column in table.columns]
    return _csv(list(entries[0]), (list(entry.values()) for entry in entries))


def _codebook_entry(table: Table, column: Column) -> Mapping[str, str]:
    return {
        "table": table.name,
        "column": column.name,
        "type": column.kind.value,
        "several": "true" if column.several else "false",
        "values": SEPARATOR.join(column.codes),
        "meaning_en": column.meaning_en,
        "meaning_fr": column.meaning_fr,
    }


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")
