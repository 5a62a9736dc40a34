"""Reads fact files: Turtle authored with relative IRIs, one file a named graph, every statement's line kept.

`graph/facts/article/x.ttl` is the named graph `{base}graph/article/x`. Anybody else's RDF is read by `read_data`.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from .canonical import may_have_blank
from .errors import FactsError, FactsSyntaxError
from .formats import DATASET_FORMATS, N_QUADS, N_TRIPLES, RDF_FORMATS, Format, by_extension
from .identifiers import Base

UNMET = "unmet.txt"
"""The file of a facts folder that names the rules which these facts leave without a node."""

_OTHER_EXTENSIONS = {"owl": "rdf", "xml": "rdf", "json": "jsonld"}
_TOKEN = re.compile(
    r'(?P<comment>\#[^\n]*)|(?P<iri><[^>\n]*>)|(?P<string>"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\''
    r'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\')|(?P<mark>[\[\](){};,])|(?P<word>[^\s<>"\'\[\](){};,#]+)',
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class FactFile:
    """One file as read: its display name, its quads in file order, its prefixes, and the line of each subject."""

    name: str
    quads: tuple[ox.Quad, ...]
    prefixes: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)


def bundled_facts() -> Path:
    """The folder of the facts that come with the package."""
    return Path(str(resources.files(__package__))) / "facts"


def read_facts(folder: Path, base: Base) -> tuple[FactFile, ...]:
    """Every Turtle file below `folder`, in the order of their names.

    Raises FactsError for a folder without any, FactsSyntaxError (file, line, column) for a file that is not Turtle.
    """
    paths = sorted(folder.rglob("*.ttl"))
    if not paths:
        raise FactsError(f"{folder}: no .ttl file found; --facts names the folder that holds the fact files")
    return tuple(_read_fact_file(path, path.relative_to(folder), base) for path in paths)


def _read_fact_file(path: Path, relative: Path, base: Base) -> FactFile:
    graph = ox.NamedNode(base.graph(relative.with_suffix("").as_posix()))
    text = _text_of(path)
    parser = _parser(text.encode(), str(relative), ox.RdfFormat.TURTLE, base)
    quads = tuple(ox.Quad(q.subject, q.predicate, q.object, graph) for q in _drained(parser, str(relative)))
    prefixes = dict(parser.prefixes)
    return FactFile(str(relative), quads, prefixes, subject_lines(text, base, prefixes))


def read_unmet(folder: Path) -> dict[str, str]:
    """The rules that the facts are meant to leave without a node, each with the reason: the lines of `unmet.txt`.

    Empty where there is no such file. Raises FactsSyntaxError (file, line) for a line that is not a rule and a reason.
    """
    path = folder / UNMET
    lines = _text_of(path).splitlines() if path.is_file() else []
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        rule, _, reason = line.partition(" ")
        if line.strip() and not line.startswith("#"):
            if not (re.fullmatch(r"K\d\d", rule) and reason.strip()):
                raise FactsSyntaxError(
                    UNMET, number, None, "write the number of a rule and the reason: K44 nothing is quoted"
                )
            found[rule] = reason.strip()
    return found


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise FactsSyntaxError(str(path), None, None, f"not UTF-8: byte {error.start} cannot be decoded") from error
    except OSError as error:
        raise FactsError(f"{path}: cannot be read: {error.strerror}") from error


def read_data(paths: Iterable[Path], base: Base) -> Iterator[FactFile]:
    """Anybody's RDF, by file extension; named graphs and blank nodes stay as they are.

    Blank nodes of different files are kept apart, as RDF 1.1 Concepts, section 3.4 asks.
    """
    for number, path in enumerate(paths):
        known = _format_of(path)
        rdf_format = ox.RdfFormat.from_media_type(known.media_type)
        assert rdf_format is not None
        content = _content_of(path)
        parser = _parser(content, path.name, rdf_format, base)
        quads = _drained(parser, path.name)
        if known not in (N_TRIPLES, N_QUADS) or may_have_blank(content):
            quads = (_apart(quad, number) for quad in quads)
        yield FactFile(path.name, tuple(quads), dict(parser.prefixes))


def _format_of(path: Path) -> Format:
    suffixes = [suffix.lstrip(".").lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    extension = suffixes[-1] if suffixes else ""
    known = by_extension(_OTHER_EXTENSIONS.get(extension, extension), RDF_FORMATS)
    if known is None:
        names = ", ".join("." + name for name in (*(form.extension for form in RDF_FORMATS), *_OTHER_EXTENSIONS))
        raise FactsError(f"{path}: unknown extension; known are {names}, each also with .gz")
    return known


def _content_of(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if path.suffix.lower() == ".gz" else content
    except (OSError, EOFError) as error:
        raise FactsError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _apart(quad: ox.Quad, number: int) -> ox.Quad:
    def own(term: Any) -> Any:
        return ox.BlankNode(f"f{number}{term.value}") if isinstance(term, ox.BlankNode) else term

    return ox.Quad(own(quad.subject), quad.predicate, own(quad.object), own(quad.graph_name))


def _parser(content: bytes, name: str, rdf_format: ox.RdfFormat, base: Base) -> ox.QuadParser:
    dataset = any(rdf_format.media_type == f.media_type for f in DATASET_FORMATS)
    try:
        return ox.parse(content, format=rdf_format, base_iri=base.iri, without_named_graphs=not dataset)
    except SyntaxError as error:
        raise _as_facts_error(name, error) from error


def _drained(parser: ox.QuadParser, name: str) -> Iterator[ox.Quad]:
    try:
        yield from parser
    except SyntaxError as error:
        raise _as_facts_error(name, error) from error


def _as_facts_error(name: str, error: SyntaxError) -> FactsSyntaxError:
    reason = re.sub(r"^Parser error at line \d+ (?:column \d+|between columns \d+ and \d+)[^:]*: ", "", error.msg or "")
    return FactsSyntaxError(name, error.lineno, error.offset, f"{reason}; {_remedy(reason)}")


def _remedy(reason: str) -> str:
    """What to do about a parser's complaint: it tells what it expected, seldom what the writer forgot."""
    if "has not been declared" in reason:
        return "correct the prefix, or declare it at the head of the file with @prefix"
    return "look there and just before for a missing ; . quotation mark or bracket"


def subject_lines(text: str, base: Base, prefixes: Mapping[str, str]) -> dict[str, int]:
    """The line, from 1, on which each IRI first stands as the subject of a statement in a Turtle text that parses."""
    lines: dict[str, int] = {}
    line, seen, depth, at_start = 1, 0, 0, True
    for match in _TOKEN.finditer(text):
        line, seen = line + text.count("\n", seen, match.start()), match.start()
        kind, token = match.lastgroup, match.group()
        if kind == "comment":
            continue
        depth += (token in "[(") - (token in "])") if kind == "mark" else 0
        if at_start and depth == 0 and kind in {"iri", "word"} and not token.startswith("@"):
            lines.setdefault(_expanded(token, base, prefixes), line)
        at_start = depth == 0 and kind == "word" and token.endswith(".")
    return lines


def _expanded(token: str, base: Base, prefixes: Mapping[str, str]) -> str:
    if token.startswith("<"):
        return base.resolve(token[1:-1])
    prefix, _, local = token.partition(":")
    return prefixes.get(prefix, prefix + ":") + local
