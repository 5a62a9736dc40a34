"""Shows each claim beside its passage in a copy of the text that the reader holds.

The facts know a text by its SHA-256 and its passages by offsets. Whoever has the very same file can see the words; any
other file is refused, because the offsets would point at other words. Nothing of the text is kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib import RDF, RDFS, SKOS

from legation.ontology import ontology_files
from legation.ontology.terms import DIP, OA, SCHEMA

from .errors import FactsError, LegationError
from .fact_files import read_facts
from .identifiers import Base
from .naming import name_nodes

_UTF8_MARK = b"\xef\xbb\xbf"


class WrongText(LegationError):
    """A file that is not a text the facts cite: `found` is its SHA-256, `expected` are those of the texts cited."""

    def __init__(self, found: str, expected: Mapping[str, str], remedy: str) -> None:
        self.found, self.expected = found, tuple(expected)
        known = "; ".join(f"{digest} ({name})" for digest, name in expected.items()) or "of no text at all"
        super().__init__(
            f"this is not a text that the facts cite, so its offsets would point at other words. Expected SHA-256: "
            f"{known}; this file has {found}.{remedy}"
        )


@dataclass(frozen=True, slots=True)
class Passage:
    """A half-open interval of code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cited:
    """A claim with its passages, or a statement (speech act) with its cues; words are in the language asked for.

    `speaker`, `force` (a claim's modality, a statement's stance and mode) and `statement` are empty where the facts do
    not say them yet.
    """

    code: str
    is_claim: bool
    gist: str
    speaker: str
    force: str
    denies: bool
    statement: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A text that the facts cite, in the reader's own copy, and what cites it in the order of the text."""

    name: str
    digest: str
    language: str
    text: str
    cited: tuple[Cited, ...]

    @property
    def claims(self) -> tuple[Cited, ...]:
        """The claims among the cited."""
        return tuple(cited for cited in self.cited if cited.is_claim)

    @property
    def share(self) -> float:
        """The share of the text's characters that some claim rests on."""
        covered = {at for claim in self.claims for p in claim.passages for at in range(p.start, p.end)}
        return len(covered) / len(self.text)

    def words(self, passage: Passage) -> str:
        """The words of a passage."""
        return self.text[passage.start : passage.end]


def read_evidence(folder: Path, base: Base, content: bytes, language: str) -> Evidence:
    """What the facts of `folder` say of the text whose bytes are `content`; labels and gists in `language`, en or fr.

    Raises WrongText where no fact file cites this very text, FactsError for a passage that does not lie in it.
    """
    facts = _Facts(folder, base, language)
    digest = sha256(content).hexdigest()
    source = facts.texts.get(digest)
    if source is None:
        expected = {known: base.relative(iri) for known, iri in facts.texts.items()}
        raise WrongText(digest, expected, _remedy(content, facts.texts))
    text = content.decode("utf-8")
    cited = sorted(facts.citing(source, len(text)), key=lambda found: (found.passages[0].start, found.code))
    return Evidence(facts.article_of(source), digest, facts.value(source, SCHEMA.inLanguage), text, tuple(cited))


def _remedy(content: bytes, texts: Mapping[str, str]) -> str:
    """What would make the file one of the texts; empty where nothing simple would."""
    variants = {
        "without its byte order mark": content.removeprefix(_UTF8_MARK),
        "with LF line ends": content.replace(b"\r\n", b"\n"),
        "without the last line end": content.removesuffix(b"\n"),
        "with a line end at the end": content + b"\n",
        "with its letters composed (Unicode NFC)": _composed(content),
    }
    found = next((how for how, variant in variants.items() if sha256(variant).hexdigest() in texts), None)
    return f" It would be the right one {found}." if found else ""


def _composed(content: bytes) -> bytes:
    return unicodedata.normalize("NFC", content.decode("utf-8", "replace")).encode()


class _Facts:
    """What the facts say, by subject and predicate, and the labels of the concepts; in one language."""

    def __init__(self, folder: Path, base: Base, language: str) -> None:
        self._base, self._language = base, language
        self._said: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        quads = [quad for file in read_facts(folder, base) for quad in file.quads]
        terms = (ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE) for file in ontology_files())
        for quad in (*name_nodes(quads, base), *chain.from_iterable(terms)):
            if isinstance(quad.subject, ox.NamedNode):
                self._said[quad.subject.value][quad.predicate.value].append(quad.object)

    @property
    def texts(self) -> dict[str, str]:
        """SHA-256 to IRI of every text that the facts describe."""
        described = [iri for iri, said in self._said.items() if str(SCHEMA.sha256) in said]
        return {self.value(iri, SCHEMA.sha256): iri for iri in sorted(described)}

    def value(self, subject: str, predicate: str) -> str:
        """The first value; empty where there is none."""
        return next((term.value for term in self._said[subject][str(predicate)]), "")

    def worded(self, subject: str, *predicates: str) -> str:
        """The text in the language asked for, or else in any; empty where there is none."""
        literals = [term for predicate in predicates for term in self._said[subject][str(predicate)]]
        return next((t.value for t in literals if t.language == self._language), literals[0].value if literals else "")

    def name_of(self, iri: str) -> str:
        """A thing's or a concept's label, or else the last part of its IRI."""
        return self.worded(iri, RDFS.label, SKOS.prefLabel) or iri.rpartition("/")[2]

    def article_of(self, source: str) -> str:
        """The label of the article that the text encodes, or else of the text."""
        encoding = ox.NamedNode(source)
        articles = (iri for iri, said in self._said.items() if encoding in said.get(str(SCHEMA.encoding), ()))
        return self.name_of(min(articles, default=source))

    def citing(self, source: str, length: int) -> Iterator[Cited]:
        """Whatever has evidence in the text."""
        for iri in list(self._said):
            passages = tuple(sorted(self._passages(iri, source, length), key=lambda p: (p.start, p.end)))
            if passages:
                yield self._cited(iri, passages)

    def _cited(self, iri: str, passages: tuple[Passage, ...]) -> Cited:
        is_claim = str(DIP.Claim) in {term.value for term in self._said[iri][str(RDF.type)]}
        statement = self.value(iri, DIP.assertedIn) if is_claim else iri
        forces = (DIP.modality,) if is_claim else (DIP.reportingStance, DIP.reportingMode)
        speaker = self.value(statement, DIP.speaker)
        return Cited(
            code=_code(iri),
            is_claim=is_claim,
            gist=self.worded(iri, SCHEMA.text if is_claim else RDFS.label),
            speaker=self.name_of(speaker) if speaker else "",
            force=", ".join(self.name_of(self.value(iri, force)) for force in forces if self.value(iri, force)),
            denies=self.value(iri, DIP.negated) == "true",
            statement=_code(statement),
            passages=passages,
        )

    def _passages(self, iri: str, source: str, length: int) -> Iterator[Passage]:
        for evidence in self._said[iri][str(DIP.evidence)]:
            if self.value(evidence.value, OA.hasSource) == source:
                selector = self.value(evidence.value, OA.hasSelector)
                yield self._passage(iri, self.value(selector, OA.start), self.value(selector, OA.end), length)

    def _passage(self, iri: str, start: str, end: str, length: int) -> Passage:
        if start.isdigit() and end.isdigit() and int(start) < int(end) <= length:
            return Passage(int(start), int(end))
        raise FactsError(
            f"{self._base.relative(iri)}: no passage of the text goes from {start or 'nowhere'} to {end or 'nowhere'}: "
            f"oa:start must be less than oa:end, and oa:end at most {length}"
        )


def _code(iri: str) -> str:
    return iri.rpartition("/")[2].upper()


def occurrences(text: str, words: str) -> Iterator[Passage]:
    """Where the words stand in the text, any white space counting as one space."""
    pattern = r"\s+".join(map(re.escape, words.split()))
    return (Passage(*match.span()) for match in re.finditer(pattern, text)) if pattern else iter(())


# Side by side ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text that the same passages cover: their numbers in the order given, and those that begin here."""

    start: int
    end: int
    covering: tuple[int, ...]
    beginning: tuple[int, ...]


def segments(length: int, passages: Iterable[Passage]) -> list[Segment]:
    """The whole text cut wherever a passage begins or ends, so that overlapping passages need not nest."""
    numbered = list(enumerate(passages))
    cuts = sorted({0, length, *(at for _, p in numbered for at in (p.start, p.end))})
    return [
        Segment(
            start,
            end,
            tuple(number for number, p in numbered if p.start <= start and end <= p.end),
            tuple(number for number, p in numbered if p.start == start),
        )
        for start, end in pairwise(cuts)
    ]
