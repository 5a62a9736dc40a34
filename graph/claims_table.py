"""The claims table: one row a claim, for spreadsheets and R, and the codebook that says what each column holds.

`COLUMNS` is both: a column's meaning, its type, its values and how it is read stand side by side, and the table and its
codebook are written from them. CSV as RFC 4180 has it: UTF-8, a header row, CR LF, quotation marks doubled. A cell with
several values separates them by ` | `; those of `subject`, `predicate` and `object` run in parallel.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import pyoxigraph as ox
from rdflib import RDF
from rdflib.namespace import DCTERMS, TIME

from legation.ontology.terms import DIP, OA, SCHEMA, SCHEMES, SEM

from .claims import Claim, read_claims
from .identifiers import Base, thing_path
from .node_index import NodeIndex, Term
from .prefixes import PREFIXES

SEPARATOR = " | "


class Kind(Enum):
    """What a cell's values are; each value of the enumeration is its name in the codebook."""

    IDENTIFIER = "identifier"
    IRI = "IRI"
    TEXT = "text"
    PROPERTY = "property"
    CODE = "code"
    BOOLEAN = "boolean"
    DATE = "date"
    EDTF = "EDTF"
    INTERVAL = "interval"


@dataclass(frozen=True, slots=True)
class Row:
    """One claim with everything that its cells are read from, and the ways in which a term is shown in a cell."""

    claim: Claim
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


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its meaning in both languages, the kind of its values, their codes if closed, and how it is read."""

    name: str
    kind: Kind
    meaning_en: str
    meaning_fr: str
    read: Callable[[Row], Iterable[str]]
    codes: tuple[str, ...] = ()
    several: bool = False


# Reading -----------------------------------------------------------------------------------------------------------


Show = Callable[[Row, Term], str]
Read = Callable[[Row], Iterable[str]]


def _of_claim(predicate: str, show: Show = Row.label) -> Read:
    return lambda row: [show(row, value) for value in row.index.values(row.claim.node, predicate)]


def _of_statement(predicate: str, show: Show = Row.label) -> Read:
    return lambda row: [show(row, value) for value in row.index.values(row.claim.statement, predicate)]


def _gist(language: str) -> Read:
    return lambda row: [row.index.text(row.claim.node, SCHEMA.text, language)]


def _embedding(row: Row) -> Iterable[str]:
    outwards = (*row.claim.chain[1:], *([row.claim.document] if row.claim.document else []))
    return map(row.id, outwards)


def _part(position: int) -> Read:
    return lambda row: [row.label(proposition[position]) for proposition in row.claim.propositions]


def _predicates(row: Row) -> Iterable[str]:
    return [_compact(proposition.predicate.value) for proposition in row.claim.propositions]


def _compact(iri: str) -> str:
    namespace = iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
    prefix = next((prefix for prefix, known in PREFIXES.items() if known == namespace), None)
    return iri if prefix is None else f"{prefix}:{iri.removeprefix(namespace)}"


def _said(predicate: str, show: Show = Row.text) -> Read:
    """A property of the time at which the statement was made."""
    return lambda row: [show(row, v) for v in _through(row, row.claim.statement, TIME.hasTime, predicate)]


def _content(predicate: str, show: Show = Row.text) -> Read:
    """A property of the time of which the claim speaks."""
    return lambda row: [show(row, v) for v in _through(row, row.claim.node, DCTERMS.temporal, predicate)]


def _through(row: Row, node: Term | None, link: str, predicate: str) -> list[Term]:
    return row.index.values(row.index.node(node, link), predicate)


def _evidence(row: Row) -> Iterable[str]:
    nodes = row.index.nodes(row.claim.node, DIP.evidence)
    selectors = [selector for node in nodes for selector in row.index.nodes(node, OA.hasSelector)]
    spans = [(row.index.text(selector, OA.start), row.index.text(selector, OA.end)) for selector in selectors]
    return [f"[{start},{end})" for start, end in sorted(spans, key=lambda span: (len(span[0]), span))]


# Columns -----------------------------------------------------------------------------------------------------------


def _codes(scheme: str) -> tuple[str, ...]:
    names = (*SCHEMES[scheme].__annotations__, *SCHEMES[scheme]._extras)
    return tuple(sorted(name for name in names if not name.startswith("_")))


def _times(which: str, en: str, fr: str, of: Callable[..., Read]) -> tuple[Column, ...]:
    """The seven columns of one time: wording, EDTF, basis and four bounds."""

    def column(name: str, kind: Kind, what_en: str, what_fr: str, read: Read, codes: tuple[str, ...] = ()) -> Column:
        return Column(f"{which}_{name}", kind, f"{en}: {what_en}", f"{fr} : {what_fr}", read, codes)

    return (
        column("wording", Kind.TEXT, "the source’s own few words",
               "les quelques mots de la source", of(DIP.wording)),
        column("edtf", Kind.EDTF, "value in Extended Date/Time Format",
               "valeur au format EDTF", of(RDF.value)),
        column("basis", Kind.CODE, "how the date was fixed",
               "fondement de la date", of(DIP.dateBasis, Row.code), _codes("date-basis")),
        column("earliest_begin", Kind.DATE, "begins on this day at the earliest; empty where nothing supports a bound",
               "commence ce jour au plus tôt ; vide si rien n’étaye de borne", of(SEM.hasEarliestBeginTimeStamp)),
        column("latest_begin", Kind.DATE, "begins on this day at the latest",
               "commence ce jour au plus tard", of(SEM.hasLatestBeginTimeStamp)),
        column("earliest_end", Kind.DATE, "ends on this day at the earliest",
               "finit ce jour au plus tôt", of(SEM.hasEarliestEndTimeStamp)),
        column("latest_end", Kind.DATE, "ends on this day at the latest",
               "finit ce jour au plus tard", of(SEM.hasLatestEndTimeStamp)),
    )  # fmt: skip


COLUMNS: tuple[Column, ...] = (
    Column("id", Kind.IDENTIFIER, "The claim: article and number (c: of the article, i: inferred by the curators)",
           "L’assertion : article et numéro (c : de l’article, i : inférée par les curateurs)",
           lambda row: [row.id(row.claim.node)]),
    Column("iri", Kind.IRI, "The claim’s IRI, which leads to its description",
           "L’IRI de l’assertion, qui mène à sa description", lambda row: [row.claim.node.value]),
    Column("statement", Kind.IDENTIFIER, "The statement in which the claim is put forward",
           "La déclaration dans laquelle l’assertion est avancée", _of_claim(DIP.assertedIn, Row.id)),
    Column("speaker", Kind.TEXT, "Who makes the statement (English label)",
           "Qui fait la déclaration (libellé anglais)", _of_statement(DIP.speaker)),
    Column("on_behalf_of", Kind.TEXT, "For whom the speaker speaks (English label)",
           "Au nom de qui parle le locuteur (libellé anglais)", _of_statement(DIP.onBehalfOf), several=True),
    Column("relayed_by", Kind.TEXT, "The news organisation credited as relay (English label)",
           "L’organisation de presse créditée comme relais (libellé anglais)", _of_statement(DIP.relayedBy),
           several=True),
    Column("embedded_in", Kind.IDENTIFIER,
           "The statement that reports the claim’s statement, the one that reports that, and so on; last the document",
           "La déclaration qui rapporte celle de l’assertion, celle qui rapporte celle-ci, etc. ; puis le document",
           _embedding, several=True),
    Column("mode", Kind.CODE, "How the statement is reported", "Comment la déclaration est rapportée",
           _of_statement(DIP.reportingMode, Row.code), _codes("reporting-mode")),
    Column("stance", Kind.CODE, "Whether the document vouches that the statement was made",
           "Si le document se porte garant que la déclaration a été faite",
           _of_statement(DIP.reportingStance, Row.code), _codes("reporting-stance")),
    Column("modality", Kind.CODE, "With what force the content is put forward",
           "Avec quelle force le contenu est avancé", _of_claim(DIP.modality, Row.code), _codes("modality")),
    Column("confidence", Kind.CODE, "How sure the curators are of an inference; empty for a source’s claim",
           "Degré de certitude d’une inférence des curateurs ; vide pour une assertion d’une source",
           _of_claim(DIP.confidence, Row.code), _codes("confidence")),
    Column("negated", Kind.BOOLEAN, "true where the claim denies the triples in subject, predicate, object",
           "true si l’assertion nie les triplets de subject, predicate, object", _of_claim(DIP.negated),
           ("false", "true")),
    Column("gist_en", Kind.TEXT, "What the claim says, in our words, in English",
           "Ce que dit l’assertion, dans nos mots, en anglais", _gist("en")),
    Column("gist_fr", Kind.TEXT, "What the claim says, in our words, in French",
           "Ce que dit l’assertion, dans nos mots, en français", _gist("fr")),
    Column("about", Kind.TEXT, "Whom or what the claim concerns (English labels)",
           "Qui ou ce que concerne l’assertion (libellés anglais)", _of_claim(SCHEMA.about), several=True),
    Column("subject", Kind.TEXT, "Subject of each triple that the claim affirms or denies (English label)",
           "Sujet de chaque triplet que l’assertion affirme ou nie (libellé anglais)", _part(0), several=True),
    Column("predicate", Kind.PROPERTY, "Property of each triple, prefix and name",
           "Propriété de chaque triplet, préfixe et nom", _predicates, several=True),
    Column("object", Kind.TEXT, "Object of each triple: a value or an English label",
           "Objet de chaque triplet : une valeur ou un libellé anglais", _part(2), several=True),
    *_times("said", "When the statement was made", "Date de la déclaration", _said),
    *_times("content", "When what is claimed holds", "Date de ce qui est avancé", _content),
    Column("evidence", Kind.INTERVAL, "Passages in the source, in code points: start included, end excluded",
           "Passages dans la source, en points de code : début inclus, fin exclue", _evidence, several=True),
    Column("in_tension_with", Kind.IDENTIFIER, "Claims that cannot easily be held together with this one",
           "Assertions difficiles à tenir avec celle-ci", _of_claim(DIP.inTensionWith, Row.id), several=True),
    Column("restates", Kind.IDENTIFIER, "The claim that this one says again",
           "L’assertion que celle-ci redit", _of_claim(DIP.restates, Row.id), several=True),
)  # fmt: skip
"""The columns in order."""


# Writing -----------------------------------------------------------------------------------------------------------


def claims_table(index: NodeIndex, base: Base) -> bytes:
    """The table as CSV, in the order of the claims' IRIs."""
    rows = (Row(claim, index, base) for claim in read_claims(index))
    return _csv(
        [column.name for column in COLUMNS],
        ([SEPARATOR.join(column.read(row)) for column in COLUMNS] for row in rows),
    )


def codebook() -> bytes:
    """The codebook as CSV: one row a column of the table."""
    entries = [_codebook_entry(column) for column in COLUMNS]
    return _csv(list(entries[0]), (list(entry.values()) for entry in entries))


def _codebook_entry(column: Column) -> Mapping[str, str]:
    return {
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
