"""Turtle and SPARQL for people: the text as it is, cut where a name can be a link. Nothing is coloured."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_NAMES = r"[A-Za-z][\w-]*:[A-Za-z_][\w-]*"
_CODE = re.compile(
    r"(?P<comment>#[^\n]*)|(?P<iri><[^<>\s\"{}|^`\\]*>)"
    r'|(?P<string>"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*")'
    rf"|(?<![\w:.#-])(?P<name>{_NAMES})",
    re.DOTALL,
)
_PROSE = re.compile(rf"(?<![\w:/.#-])(?P<name>{_NAMES})")
Leads = Callable[[str], str | None]
"""From a prefixed name, or an IRI in angle brackets, to where a link for it leads."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; `href` where it is a link, `is_comment` where it is a comment, which is in English."""

    text: str
    href: str | None = None
    is_comment: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A file as shown: its name, its prefixes apart from the rest, and an id to be linked by."""

    name: str
    anchor: str
    prefixes: str
    body: tuple[Piece, ...]


def code(text: str, leads: Leads) -> tuple[Piece, ...]:
    """Turtle, or SPARQL, with its names linked; texts and comments are left alone."""
    return tuple(_joined(_pieces(text, _CODE, leads)))


def prose(text: str, leads: Leads) -> tuple[Piece, ...]:
    """A sentence with the prefixed names in it linked."""
    return tuple(_joined(_pieces(text, _PROSE, leads)))


def _pieces(text: str, pattern: re.Pattern[str], leads: Leads) -> Iterator[Piece]:
    end = 0
    for found in pattern.finditer(text):
        yield Piece(text[end : found.start()])
        href = leads(found[0]) if found.lastgroup in {"name", "iri"} else None
        yield Piece(found[0], href, found.lastgroup == "comment")
        end = found.end()
    yield Piece(text[end:])


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The pieces without empty ones, plain neighbours in one."""
    plain = ""
    for piece in pieces:
        if piece.href is None and not piece.is_comment:
            plain += piece.text
            continue
        if plain:
            yield Piece(plain)
            plain = ""
        yield piece
    if plain:
        yield Piece(plain)
