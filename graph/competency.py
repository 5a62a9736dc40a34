"""Competency questions: what a researcher asks of the graph, each a SPARQL query with the rows that answer it.

`questions/q07-….rq` begins with comments that carry a title, a description and a topic in English and French; beside it
`q07-….csv` holds the expected rows as SPARQL 1.1 Query Results CSV with the base taken off every IRI, so that they hold
wherever a release lives. The questions are published too, as SHACL SPARQL executables in the manner of the examples of
the SIB's endpoints (https://github.com/sib-swiss/sparql-examples), whose editor offers what it finds in the data.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyoxigraph as ox
from rdflib import OWL, RDF, RDFS, SH, XSD

from legation.ontology.terms import SCHEMA

from .prefixes import PREFIXES

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from .identifiers import Base

QUESTIONS = "questions"
"""The named graph of the questions, relative to the base: `{base}graph/questions`."""

LANGUAGES = ("en", "fr")
_HEADER_FIELDS = ("title", "description", "topic")
_HEADER_LINE = re.compile(r"# (?:(?P<key>[a-z]+-[a-z]{2}): )?(?P<text>.*)")
_NAME = re.compile(r"q(?P<number>\d{2,})-[a-z0-9-]+")
_PREFIX = re.compile(r"^PREFIX ([a-z-]+): <([^>]*)>$", re.MULTILINE)
_KEYWORDS, _TARGET = SCHEMA._NS["keywords"], SCHEMA._NS["target"]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table of answers: the variables in order, and each row's cells as text, empty where a variable is unbound."""

    variables: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One question. Texts are by language; `query` has no header; `expected` is None where no rows are written down."""

    number: int
    name: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    topics: Mapping[str, str]
    query: str
    expected: Rows | None

    @property
    def key(self) -> str:
        """The short name that its IRI ends in, such as `q07`; a number is never used again."""
        return f"q{self.number:02d}"

    @property
    def prefixes(self) -> Mapping[str, str]:
        """The prefixes that the query declares."""
        return dict(_PREFIX.findall(self.query))

    def iri(self, base: Base) -> str:
        """The question's IRI under a base."""
        return base.thing(f"question/{self.key}")


def load_questions() -> tuple[Question, ...]:
    """The questions that come with the package, by number. Raises ValueError for a file that is not written as one."""
    folder = files(__package__) / "questions"
    found = (_read(entry, folder) for entry in folder.iterdir() if entry.name.endswith(".rq"))
    return tuple(sorted(found, key=lambda question: question.number))


def _read(file: Traversable, folder: Traversable) -> Question:
    name = file.name.removesuffix(".rq")
    rows = folder / f"{name}.csv"
    return parse_question(
        name, file.read_text(encoding="utf-8"), rows.read_text(encoding="utf-8") if rows.is_file() else None
    )


def parse_question(name: str, text: str, rows: str | None) -> Question:
    """A question from its file name without extension, its text and the text of its rows.

    Raises ValueError for another kind of name, for a header that lacks a text, and for rows of another width.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise ValueError(f"{name}: a question is named by its number and a few words, as in q07-how-many-were-expelled")
    lines = text.splitlines(keepends=True)
    end = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    header = _header(name, lines[:end])
    titles, descriptions, topics = (
        MappingProxyType({language: header[f"{field}-{language}"] for language in LANGUAGES})
        for field in _HEADER_FIELDS
    )
    expected = None if rows is None else _rows(name, rows)
    return Question(int(match["number"]), name, titles, descriptions, topics, "".join(lines[end:]), expected)


def _header(name: str, lines: Sequence[str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in lines:
        match = _HEADER_LINE.fullmatch(line.rstrip("\n"))
        if match is not None and match["key"]:
            current = found.setdefault(match["key"], [])
        current.append(match["text"].strip() if match is not None else "")
    wanted = {f"{field}-{language}" for field in _HEADER_FIELDS for language in LANGUAGES}
    if set(found) != wanted:
        raise ValueError(f"{name}: the header has {', '.join(sorted(found))}; it must have {', '.join(sorted(wanted))}")
    return {key: " ".join(texts) for key, texts in found.items()}


def _rows(name: str, text: str) -> Rows:
    variables, *rows = (tuple(row) for row in csv.reader(text.splitlines()))
    if any(len(row) != len(variables) for row in rows):
        raise ValueError(f"{name}.csv: every row must have {len(variables)} cells")
    return Rows(variables, tuple(rows))


def answer(solutions: Iterable[Iterable[object]], variables: Iterable[str], base: Base) -> Rows:
    """Solutions as rows to compare: each term as text, IRIs under the base made relative, unbound cells empty, sorted.

    Takes the terms of either engine.
    """
    cells = (tuple("" if term is None else base.relative(_text(term)) for term in row) for row in solutions)
    return Rows(tuple(variables), tuple(sorted(cells)))


def _text(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


# The questions as data -------------------------------------------------------------------------------------------


def competency_graph(base: Base) -> list[ox.Quad]:
    """The questions as quads of the graph `{base}graph/questions`: SHACL SPARQL executables, without a blank node.

    Each query is whole in itself; the prefixes are declared once more (SHACL, section 5.2.1) because editors that read
    such examples look for them there.
    """
    graph = ox.NamedNode(base.graph(QUESTIONS))
    questions = load_questions()
    statements = [*_prefix_statements(questions, base)]
    for question in questions:
        statements += _question_statements(question, base)
    return [ox.Quad(ox.NamedNode(s), ox.NamedNode(str(p)), o, graph) for s, p, o in statements]


Statement = tuple[str, str, ox.NamedNode | ox.Literal]


def _question_statements(question: Question, base: Base) -> Iterator[Statement]:
    iri = question.iri(base)
    yield iri, RDF.type, _node(SH.SPARQLExecutable)
    yield iri, RDF.type, _node(SH.SPARQLSelectExecutable)
    for language in LANGUAGES:
        title, description = question.titles[language], question.descriptions[language]
        yield iri, RDFS.label, ox.Literal(title, language=language)
        # Editors list examples by their comment alone, so the comment has the question in it.
        yield iri, RDFS.comment, ox.Literal(f"{title} {description}", language=language)
        yield iri, _KEYWORDS, ox.Literal(question.topics[language], language=language)
    yield iri, SH.prefixes, ox.NamedNode(_prefixes_iri(base))
    yield iri, SH.select, ox.Literal(question.query)
    yield iri, _TARGET, ox.NamedNode(base.resolve("sparql"))


def _prefix_statements(questions: Iterable[Question], base: Base) -> Iterator[Statement]:
    declared = _prefixes_iri(base)
    yield declared, RDF.type, _node(OWL.Ontology)
    yield declared, RDFS.label, ox.Literal("Prefixes of the questions", language="en")
    yield declared, RDFS.label, ox.Literal("Préfixes des questions", language="fr")
    for prefix in sorted({prefix for question in questions for prefix in question.prefixes}):
        iri = f"{declared}/{prefix}"
        yield declared, SH.declare, ox.NamedNode(iri)
        yield iri, RDF.type, _node(SH.PrefixDeclaration)
        yield iri, RDFS.label, ox.Literal(f"Prefix {prefix}", language="en")
        yield iri, RDFS.label, ox.Literal(f"Préfixe {prefix}", language="fr")
        yield iri, SH.prefix, ox.Literal(prefix)
        yield iri, SH.namespace, ox.Literal(PREFIXES[prefix], datatype=_node(XSD.anyURI))


def _prefixes_iri(base: Base) -> str:
    return base.thing("prefixes/questions")


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(str(iri))
