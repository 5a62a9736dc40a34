"""The list of the things of a class, with what one asks of each, and the list of the classes."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox
from rdflib import RDF

from legation.graph.class_tree import narrower
from legation.graph.classes import COLUMNS, Column, Listed, counts
from legation.graph.identifiers import thing_path
from legation.graph.node_index import NodeIndex
from legation.graph.stories import index_of

from .listing import Part
from .pages import reader_of, render, variants_of
from .site import Site
from .speech import plural_names
from .view_models import Display, Reader, Value, class_path, compact, meaning

_ORDER = (
    "dip:DiplomaticMeasure", "dip:Expulsion", "dip:Accreditation", "dip:AccreditationRequest", "dip:DiplomaticMission",
    "dip:MissionState", "dip:StaffLevel", "dip:StaffCeiling", "dip:Statement", "dip:Claim", "dip:Organisation",
    "foaf:Person", "foaf:Group", "org:Post", "sem:Event", "sem:Place", "time:TemporalEntity", "schema:NewsArticle",
)  # fmt: skip
"""Classes as they are offered, the central ones first; others follow."""


@dataclass(frozen=True, slots=True)
class ClassEntry:
    """A class in a list of classes: its name for many, how many there are, and what it means."""

    name: Value
    href: str
    total: int
    meaning: str


@dataclass(frozen=True, slots=True)
class Line:
    """One thing in a list: its name, its kind where the list has several, and the values of the columns."""

    name: Value
    kind: Value | None
    cells: tuple[tuple[Value, ...], ...]


def class_counts(here: Site) -> dict[str, int]:
    """How many things of each class there are, counted once."""
    return here.remembered(("classes",), lambda: counts(here.store, here.base))


def class_entries(reader: Reader) -> list[ClassEntry]:
    """Every class that has things, as a reader is offered it."""
    found = sorted(class_counts(reader.site).items(), key=lambda pair: (_place(pair[0]), -pair[1], pair[0]))
    return [
        ClassEntry(plural(reader, iri), reader.page(class_path(iri)), total, meaning(iri, reader.language))
        for iri, total in found
    ]


def plural(reader: Reader, iri: str) -> Value:
    """What many things of a class are called; by the class's own name where there is no word for many."""
    many = plural_names(reader.language).get(compact(iri))
    named = Display(reader).value(ox.NamedNode(iri))
    return Value(many or named.text, None if many else named.language, named.href, iri, compact(iri))


def _place(iri: str) -> int:
    short = compact(iri)
    return _ORDER.index(short) if short in _ORDER else len(_ORDER)


def classes_page(here: Site, stem: str, address: str, language: str) -> str:
    """The list of all classes."""
    reader = reader_of(here, language)
    return render(
        "classes.html", reader,
        title=Value(reader.say("classes_title")),
        canonical=address,
        entries=class_entries(reader),
        variants=variants_of(stem),
        section="class/",
    )  # fmt: skip


def class_page(here: Site, stem: str, class_: str, part: Part[str], found: Listed, language: str) -> str:
    """A part of the list of the things of a class."""
    reader = reader_of(here, language)
    display, index = Display(reader, found.triples), index_of(found.triples)
    columns = COLUMNS.get(class_, ())
    lines = [_line(display, index, iri, class_, columns) for iri in part.entries]
    kinds = [entry for entry in class_entries(reader) if entry.name.iri in set(narrower(class_)) - {class_}]
    query = f"?{part.query}" if part.query else ""
    return render(
        "class.html", reader,
        title=plural(reader, class_),
        canonical=stem + query,
        term=Display(reader).value(ox.NamedNode(class_)),
        meaning=meaning(class_, language),
        lines=lines,
        columns=[display.property(str(column.link)) for column in columns],
        has_kinds=any(line.kind for line in lines),
        kinds=kinds,
        total=part.total,
        first=reader.page(class_path(class_)) if part.after else None,
        following=following(reader, class_, part),
        variants=[(form, href + query) for form, href in variants_of(stem)],
        section="class/",
    )  # fmt: skip


def following(reader: Reader, class_: str, part: Part[str]) -> str | None:
    """The address of the next part."""
    if part.following is None:
        return None
    return reader.page(class_path(class_), after=thing_path(reader.site.base, part.following) or part.following)


def _line(display: Display, index: NodeIndex, iri: str, class_: str, columns: tuple[Column, ...]) -> Line:
    node = ox.NamedNode(iri)
    kinds = [kind for kind in index.nodes(node, RDF.type) if kind.value in narrower(class_) and kind.value != class_]
    cells = tuple(tuple(_cell(display, index, node, column)) for column in columns)
    return Line(display.value(node), display.value(kinds[0]) if kinds else None, cells)


def _cell(display: Display, index: NodeIndex, node: ox.NamedNode, column: Column) -> list[Value]:
    holders = index.nodes(node, column.via) if column.via else [node]
    return [display.value(value) for holder in holders for value in display.fitting(index.values(holder, column.link))]
