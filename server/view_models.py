"""What templates are given: plain frozen data, made from terms and triples for one reader.

Texts are as the data have them; escaping is Jinja's work and isolating (`bdi`) the templates'.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from unicodedata import category
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from rdflib import RDF, RDFS, XSD, URIRef
from rdflib.namespace import DC, DCTERMS, SKOS, VANN

from legation.graph.description import LABELS
from legation.graph.identifiers import is_valid_iri, thing_path
from legation.graph.prefixes import PREFIXES
from legation.ontology import load_ontology
from legation.ontology.terms import DIP, LOC, SCHEMA, W3ID, WIKIDATA

from .site import Site
from .speech import LANGUAGES, Speech, inverse_names, word_names

DESCRIBING = tuple(map(str, (DCTERMS.description, SKOS.definition, SCHEMA.text, RDFS.comment)))
"""Properties whose texts say what a thing is; pages show them below the title."""
NOTING = tuple(map(str, (SKOS.note, SKOS.scopeNote, SKOS.editorialNote, SKOS.changeNote, SKOS.historyNote)))
NAMING = frozenset({str(RDF.type), *map(str, LABELS), str(DCTERMS.title)})
_FIRST = (
    "rdf:subject", "rdf:predicate", "rdf:object", "dip:measureType", "dip:missionType", "org:classification",
    "sem:eventType", "dip:takenBy", "dip:sendingParty", "dip:receivingParty", "dip:directedAt", "dip:affects",
    "dip:headcount", "dip:countBasis", "dip:ofMission", "dip:accreditedBy", "dip:holder", "dip:forMission",
    "dip:endedBy", "dip:ground", "dip:inResponseTo", "dip:announcedIn", "time:hasTime", "dip:deadline", "dip:speaker",
    "dip:onBehalfOf", "dip:addressee", "dip:assertedIn", "dip:reportedIn", "dip:relayedBy", "dip:inReplyTo",
    "dip:reportingMode", "dip:reportingStance", "dip:modality", "dip:negated", "dip:confidence", "dip:restates",
    "dip:inTensionWith", "rdf:value", "sem:hasEarliestBeginTimeStamp", "sem:hasLatestBeginTimeStamp",
    "sem:hasEarliestEndTimeStamp", "sem:hasLatestEndTimeStamp", "dip:dateBasis", "dip:wording", "sem:hasActor",
    "sem:hasPlace", "sem:subEventOf", "schema:location", "org:holds", "org:postIn", "org:role", "org:memberOf",
    "org:subOrganizationOf", "org:purpose", "rdfs:subClassOf", "rdfs:subPropertyOf", "rdfs:domain",
    "schema:domainIncludes", "rdfs:range", "schema:rangeIncludes", "sh:targetClass", "sh:targetSubjectsOf",
    "sh:targetObjectsOf", "sh:path",
)  # fmt: skip
_LAST = (
    "dcterms:source",
    "prov:wasDerivedFrom",
    "dcterms:isPartOf",
    "skos:closeMatch",
    "owl:sameAs",
    "rdfs:seeAlso",
    "rdfs:isDefinedBy",
)
_RANKS = {name: rank for rank, name in enumerate(_FIRST)} | {name: 1000 + rank for rank, name in enumerate(_LAST)}
_PREFIXES = {
    **PREFIXES,
    "bibo": "http://purl.org/ontology/bibo/",
    "dc": str(DC),
    "vann": str(VANN),
    "wd": str(WIKIDATA),
}
"""What pages shorten IRIs with: beside the data's own prefixes, those of words that only describe vocabularies."""
_DATES = frozenset(map(str, (XSD.date, XSD.dateTime)))
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
NAME_CHARS_MAX = 300
"""Characters of a name that a page shows: names stand in links, lists and titles."""
TEXT_CHARS_MAX = 3000
"""Characters of any other text that a page shows; the data in other formats hold it whole."""
LINK_CHARS_MAX = 8190
"""Characters of an address that a page links: what servers take (RFC 9110, section 4.1, asks for 8000)."""
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Mn", "Me"})
_NESTING_MAX = 6
"""How deep blank nodes are shown inside one another; deeper ones are elided, so a cycle ends."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value as shown.

    `language` is set where it is another than the page's; `href` is where the value leads and `iri` what it is; `code`
    is a short technical form; `machine` is a date as written in the data; `rows` and `items` are the inside of an
    unnamed node and of a list; `whole_chars` counts the characters of a text of which only the beginning is shown.
    """

    text: str
    language: str | None = None
    href: str | None = None
    iri: str | None = None
    code: str | None = None
    machine: str | None = None
    is_verbatim: bool = False
    rows: tuple[Row, ...] = ()
    items: tuple[Value, ...] = ()
    whole_chars: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A property and its values."""

    name: Value
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Signal:
    """How something is said: a short word, what it means, and its tone: plain, caution or denied."""

    label: Value
    meaning: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Proposition:
    """A content as subject, property and value."""

    subject: Value
    predicate: Value
    object: Value
    href: str | None


@dataclass(frozen=True, slots=True)
class Passage:
    """A place in a text: code points from `start` up to, not including, `end`."""

    start: str
    end: str
    source: Value
    href: str | None


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A claim in a list: its gist, who makes it and in which statement, and what a reader must not miss about it."""

    claim: Value
    statement: Value
    speaker: Value | None
    signals: tuple[Signal, ...]
    is_denied: bool


@dataclass(frozen=True, slots=True)
class ClaimList:
    """Some claims; `total` counts all there are."""

    claims: tuple[ClaimLine, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a vocabulary; `number` is a rule's, empty for other words, and `rows` is what is not told apart."""

    anchor: str
    iri: str
    code: str
    number: str
    kinds: tuple[str, ...]
    label: Value
    definition: tuple[Value, ...]
    notes: tuple[Value, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of an answer; `total` counts all of them, `rows` holds those shown."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value | None, ...], ...]
    total: int


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a page is made for: a site and a language."""

    site: Site
    language: str

    @property
    def say(self) -> Speech:
        """The sentences of the reader's language."""
        return Speech(self.language)

    def page(self, path: str, **fields: str) -> str:
        """The address of a page of this site in the reader's language, below the path of the base.

        The language always goes along, so that the bytes of a page do not depend on how its language was chosen.
        """
        stem, hash_, anchor = path.partition("#")
        return f"{self.site.path}{stem}?{urlencode(fields | {'lang': self.language})}{hash_}{anchor}"

    def href(self, iri: str) -> str | None:
        """Where a link for this IRI leads: our things and words to their pages, other web addresses as they are."""
        if len(iri) > LINK_CHARS_MAX:
            return None
        path = thing_path(self.site.base, iri)
        if path and not {"?", "#"}.intersection(path):
            return self.page(f"doc/{path}")
        if iri.startswith((f"{W3ID}ns", f"{W3ID}vocab/", f"{W3ID}shapes")):
            return self.page(iri.removeprefix(str(W3ID)))
        if iri.startswith(self.site.url("catalogue#")):
            return self.page("catalogue")  # its page has no place for each part of the dataset
        if self.site.base.holds(iri):
            return self.site.path + self.site.base.relative(iri).lstrip("/")
        return iri if iri.startswith(str(W3ID)) else self.site.href(iri)


@cache
def _vocabulary_texts(predicates: tuple[str, ...]) -> Mapping[str, Mapping[str, str]]:
    """Texts of the project's own words by IRI and language."""
    found: dict[str, dict[str, str]] = {}
    ontology = load_ontology()
    for predicate in map(URIRef, predicates):
        for subject, text in ontology.subject_objects(predicate):
            found.setdefault(str(subject), {}).setdefault(getattr(text, "language", None) or "", str(text))
    return found


def meaning(iri: str, language: str) -> str:
    """The definition of one of the project's own words; empty for any other IRI."""
    return _vocabulary_texts((str(SKOS.definition),)).get(iri, {}).get(language, "")


def compact(iri: str) -> str:
    """The IRI with its prefix, as foreign words are called in the messages; else the IRI itself."""
    fitting = [(len(space), prefix) for prefix, space in _PREFIXES.items() if iri.startswith(space)]
    length, prefix = max(fitting, default=(0, ""))
    return f"{prefix}:{iri[length:]}" if prefix else iri


def undirected(text: str) -> str:
    """A text for a place that cannot be set apart, as in a picture: without what would turn the direction around it."""
    return _DIRECTIONS.sub("", text)


def beginning(value: Value, most: int) -> Value:
    """The value with the beginning of its text where that has more than `most` characters."""
    if len(value.text) <= most:
        return value
    return replace(value, text=value.text[:most].rstrip() + "…", whole_chars=len(value.text))


def is_readable(text: str) -> bool:
    """Whether a reader would see anything of a name: letters, signs, but not spaces and controls alone."""
    return any(not char.isspace() and category(char) not in _UNSEEN for char in text)


def class_path(iri: str) -> str:
    """The path of the list of a class: our own by their names, others by prefix and name, or else by their IRIs."""
    code = compact(iri)
    return "class/" + (code.removeprefix("dip:") if code != iri else quote(iri, safe=""))


def class_named(name: str) -> str | None:
    """The class that a path, decoded once, names; None where it names none."""
    prefix, _, local = name.partition(":") if ":" in name else ("dip", ":", name)
    iri = _PREFIXES[prefix] + local if prefix in _PREFIXES else name
    return iri if is_valid_iri(iri) and class_path(iri) in {f"class/{name}", "class/" + quote(name, safe="")} else None


class Display:
    """Turns terms into values for one reader, with the names that some triples give, or that were coined for want."""

    def __init__(
        self, reader: Reader, triples: Iterable[ox.Triple] = (), coined: Mapping[str, Value] | None = None
    ) -> None:
        self.reader = reader
        self._coined = coined or {}
        self._names: dict[str, dict[str, str]] = {}
        self._inside: dict[str, list[ox.Triple]] = {}
        known = {str(name): rank for rank, name in enumerate(LABELS)}
        named: list[tuple[int, ox.Triple]] = []
        for triple in triples:
            if triple.predicate.value in known:
                named.append((known[triple.predicate.value], triple))
            if isinstance(triple.subject, ox.BlankNode):
                self._inside.setdefault(triple.subject.value, []).append(triple)
        for _, triple in sorted(named, key=lambda pair: pair[0]):
            if isinstance(triple.object, ox.Literal):
                texts = self._names.setdefault(key_of(triple.subject), {})
                texts.setdefault(triple.object.language or "", triple.object.value)

    def name(self, iri: str) -> Value | None:
        """The name of an IRI in the reader's language, or else in another one; None where no name is known."""
        language = self.reader.language
        own = _vocabulary_texts((str(RDFS.label), str(SKOS.prefLabel)))
        texts = self._names.get(iri) or own.get(iri) or {}
        for tag in (language, "", *LANGUAGES, *texts):
            if is_readable(texts.get(tag, "")):
                return beginning(Value(texts[tag], tag if tag not in {"", language} else None), NAME_CHARS_MAX)
        if iri in self._coined:
            return self._coined[iri]
        foreign = word_names(language).get(compact(iri))
        return Value(self.reader.say.typeset(foreign)) if foreign else None

    def value(self, term: object, depth: int = 0) -> Value:
        """Any term as a value."""
        if isinstance(term, ox.NamedNode):
            return self._of_iri(term.value)
        if isinstance(term, ox.Literal):
            return self._of_literal(term)
        if isinstance(term, ox.BlankNode) and term.value in self._inside and depth < _NESTING_MAX:
            return self._of_node(term, depth)
        if isinstance(term, ox.BlankNode):
            return Value(self.reader.say("thing_other"))
        return beginning(Value(str(term)), TEXT_CHARS_MAX)

    def _of_iri(self, iri: str) -> Value:
        named, href = self.name(iri), self.reader.href(iri)
        base = self.reader.site.base
        path = thing_path(base, iri)
        short = path or (base.relative(iri) if base.holds(iri) else compact(iri)) or iri
        code = short if path is None and short != iri else None
        if named is None:
            return beginning(Value(short, None, href, iri), NAME_CHARS_MAX)
        return replace(named, href=href, iri=iri, code=code)

    def _of_literal(self, literal: ox.Literal) -> Value:
        say, text, datatype = self.reader.say, literal.value, literal.datatype.value
        if datatype == str(XSD.boolean) and text in {"true", "false"}:
            return Value(say("yes" if text == "true" else "no"), machine=None)
        if datatype in _DATES and say.date(text) != text:
            return Value(say.date(text), machine=text)
        if datatype == str(XSD.anyURI):
            return beginning(Value(text, href=self.reader.href(text), iri=text), NAME_CHARS_MAX)
        other = literal.language if literal.language != self.reader.language else None
        value = Value(text, other, is_verbatim=datatype == str(LOC.EDTF) or "\n" in text)
        return beginning(value, TEXT_CHARS_MAX)

    def _of_node(self, node: ox.BlankNode, depth: int) -> Value:
        items = self._items(node, depth)
        if items:
            return Value("", items=items)
        return Value("", rows=self.rows(self._inside[node.value], depth=depth + 1))

    def _items(self, node: ox.BlankNode, depth: int) -> tuple[Value, ...]:
        """The members of the list that begins at `node`; none where it is no list."""
        found: list[Value] = []
        seen: set[str] = set()
        at: object = node
        while isinstance(at, ox.BlankNode) and at.value not in seen:
            seen.add(at.value)
            cell = {t.predicate.value: t.object for t in self._inside.get(at.value, [])}
            if str(RDF.first) not in cell:
                break
            found.append(self.value(cell[str(RDF.first)], depth + 1))
            at = cell.get(str(RDF.rest))
        return tuple(found)

    def rows(
        self, triples: Iterable[ox.Triple], *, hidden: Iterable[str] = NAMING, depth: int = 0, inverse: bool = False
    ) -> tuple[Row, ...]:
        """Triples of one subject as rows, a property a row, the telling ones first; `inverse` names them by object."""
        skipped = frozenset(hidden)
        grouped: dict[str, list[object]] = {}
        for triple in triples:
            if triple.predicate.value not in skipped:
                grouped.setdefault(triple.predicate.value, []).append(triple.object)
        rows = [
            Row(self.property(iri, inverse=inverse), tuple(self.value(t, depth) for t in self.fitting(terms)))
            for iri, terms in grouped.items()
        ]
        return tuple(sorted(rows, key=_rank))

    def property(self, iri: str, *, inverse: bool = False) -> Value:
        """A property as the head of a row; one without a name is called by its prefixed name or its last part."""
        code = compact(iri)
        turned = inverse_names(self.reader.language).get(code) if inverse else None
        named = Value(self.reader.say.typeset(turned)) if turned else self.name(iri)
        short = code if code != iri else iri.rstrip("/#").replace("#", "/").rpartition("/")[2] or iri
        text = named.text if named else short
        return Value(text, named.language if named else None, self.reader.href(iri), iri, short)

    def fitting(self, terms: Sequence[object]) -> list[object]:
        """The terms without texts in another language, where there are texts in the reader's own."""
        language = self.reader.language
        tags = {term.language for term in terms if isinstance(term, ox.Literal)}
        others = set(LANGUAGES) - {language} if language in tags else set()
        return [term for term in terms if not (isinstance(term, ox.Literal) and term.language in others)]

    def texts(self, triples: Iterable[ox.Triple], predicates: Sequence[str]) -> tuple[Value, ...]:
        """The texts under these properties, in the order of the properties; what two of them say alike, once."""
        by_predicate: dict[str, list[object]] = {predicate: [] for predicate in predicates}
        for triple in triples:
            if triple.predicate.value in by_predicate and isinstance(triple.object, ox.Literal):
                by_predicate[triple.predicate.value].append(triple.object)
        found = [self.value(term) for terms in by_predicate.values() for term in self.fitting(terms)]
        different = {(value.text, value.language): value for value in found}.values()
        return tuple(
            value if value.language else replace(value, text=self.reader.say.typeset(value.text)) for value in different
        )


def key_of(node: object) -> str:
    """What a subject is called in an index: its IRI, or its blank node's label."""
    return node.value if isinstance(node, ox.NamedNode | ox.BlankNode) else str(node)


def _rank(row: Row) -> tuple[int, str]:
    iri = row.name.iri or ""
    return _RANKS.get(compact(iri), 500), row.name.text.casefold()


_CAUTION = frozenset({"alleged", "alleged-to-exist", "hedged", "conditional", "inferred"})
_TRUE = ox.Literal(True)
_FORCE = tuple(map(str, (DIP.modality, DIP.reportingStance, DIP.reportingMode, DIP.confidence)))


def signals(display: Display, own: Iterable[ox.Triple], *, has_proposition: bool = False) -> tuple[Signal, ...]:
    """How a claim or a statement is said: a denial first, then each code with what it means."""
    triples = list(own)
    negated = any(t.predicate.value == str(DIP.negated) and t.object == _TRUE for t in triples)
    found = [_denial(display.reader.say, has_proposition)] if negated else []
    for predicate in _FORCE:
        codes = (t.object for t in triples if t.predicate.value == predicate)
        found += [force(display, code.value) for code in codes if isinstance(code, ox.NamedNode)]
    return tuple(found)


def force(display: Display, iri: str) -> Signal:
    """A code of modality, stance, mode or confidence."""
    tone = "caution" if iri.rpartition("#")[2] in _CAUTION else "plain"
    text = display.reader.say.typeset(meaning(iri, display.reader.language))
    return Signal(display.value(ox.NamedNode(iri)), text, tone)


def _denial(say: Speech, has_proposition: bool) -> Signal:
    how = say("thing_denied_how" if has_proposition else "thing_denied_bare")
    return Signal(Value(say("thing_denied")), how, "denied")
