"""The derived views of a release: other forms of the same content, made from its quads and never the other way round.

What there is:
    reifiers.nq reifiers.ttl   claims as RDF 1.2 reifiers of triple terms
    nanopublications.trig      what is affirmed outright, one nanopublication a claim
    measures.csv … claims.csv  tidy tables, one row a thing (graph.tidy_tables), and the same as .parquet
    codebook.csv               what the columns of the tables hold
    datapackage.json           the tables as a data package
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

import pyoxigraph as ox

from legation.ontology.terms import DIP

from .data_package import data_package
from .formats import JSON, N_QUADS, PARQUET, RESULTS_CSV, TRIG, TURTLE, Format
from .identifiers import Base
from .nanopublications import NANOPUB_PREFIXES, nanopublication_quads
from .node_index import NodeIndex
from .parquet import to_parquet
from .prefixes import PREFIXES
from .reifiers import reifier_triples
from .serialisation import serialise
from .tables import Table, codebook, to_csv
from .tidy_tables import TABLES


@dataclass(frozen=True)
class Content:
    """What the views are made of; the cells of a table and its CSV are made once."""

    index: NodeIndex
    base: Base
    _cells: dict[str, list[list[tuple[str, ...]]]] = field(default_factory=dict)
    _csv: dict[str, bytes] = field(default_factory=dict)

    def cells(self, table: Table) -> list[list[tuple[str, ...]]]:
        """The cells of a table."""
        if table.name not in self._cells:
            self._cells[table.name] = table.cells(self.index, self.base)
        return self._cells[table.name]

    def csv(self, table: Table) -> bytes:
        """A table as CSV."""
        if table.name not in self._csv:
            self._csv[table.name] = to_csv(table, self.cells(table))
        return self._csv[table.name]


Write = Callable[[Content], bytes]


@dataclass(frozen=True, slots=True)
class View:
    """One view: its file's stem and format, its title in each language, and the pure function that writes it."""

    stem: str
    form: Format
    titles: Mapping[str, str]
    write: Write

    @property
    def name(self) -> str:
        """The file name in a release's `views/` folder, and the name that `legation dump --view` takes."""
        return f"{self.stem}.{self.form.extension}"


def _reifiers(form: Format) -> Write:
    return lambda content: serialise(reifier_triples(content.index), form, PREFIXES)


def _nanopublications(content: Content) -> bytes:
    return serialise(nanopublication_quads(content.index), TRIG, {**PREFIXES, **NANOPUB_PREFIXES})


def _csv(table: Table, content: Content) -> bytes:
    return content.csv(table)


def _parquet(table: Table, content: Content) -> bytes:
    return to_parquet(table, content.cells(table))


def _package(content: Content) -> bytes:
    return data_package(content.index, [(table, content.csv(table)) for table in TABLES], codebook(TABLES))


_REIFIERS = {"en": "Claims as RDF 1.2 reifiers", "fr": "Assertions en réificateurs RDF 1.2"}

VIEWS: tuple[View, ...] = (
    *(View(table.name, RESULTS_CSV, table.titles, partial(_csv, table)) for table in TABLES),
    *(View(table.name, PARQUET, table.titles, partial(_parquet, table)) for table in TABLES),
    View(
        "codebook",
        RESULTS_CSV,
        {"en": "Codebook of the tables", "fr": "Dictionnaire des tables"},
        lambda _: codebook(TABLES),
    ),
    View(
        "datapackage", JSON, {"en": "The tables as a data package", "fr": "Les tables en paquet de données"}, _package
    ),
    View(
        "nanopublications",
        TRIG,
        {"en": "Claims affirmed outright as nanopublications", "fr": "Assertions sans réserve en nanopublications"},
        _nanopublications,
    ),
    View("reifiers", TURTLE, _REIFIERS, _reifiers(TURTLE)),
    View("reifiers", N_QUADS, _REIFIERS, _reifiers(N_QUADS)),
)
"""Every view there is."""

VIEW_NAMES: tuple[str, ...] = tuple(view.name for view in VIEWS)


def views(quads: Iterable[ox.Quad], base: Base) -> dict[str, bytes]:
    """Every view of a release's quads, by file name; none where there is no claim.

    The same quads give the same bytes, in whatever order they come.
    """
    content = Content(NodeIndex(quads), base)
    return {view.name: view.write(content) for view in VIEWS} if content.index.instances(DIP.Claim) else {}
