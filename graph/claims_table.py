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
    """One claim with everything that its cells are read from."""

    claim: Claim
    index: NodeIndex
    base: Base

    def id(self, node: ox.NamedNode) -> str:
        """A node's short name: its path below `id/`, without the type for a claim or a statement."""
        path = thing_path(self.base, node.value)
        return node.value if path is None else path.removeprefix("claim/").removeprefix("statement/")

    def name(self, term: Term) -> str:
        """A term as people read it: a literal's text, a node's English label, or else its short name."""
        if isinstance(term, ox.Literal):
            return term.value
        assert isinstance(term, ox.NamedNode), "a release has no blank node and no triple term"
        return self.index.label(term, "en") or self.id(term)


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


def _of_claim(predicate: str) -> Callable[[Row], Iterable[str]]:
    return lambda row: [row.name(value) for value in row.index.values(row.claim.node, predicate)]


def _of_statement(predicate: str) -> Callable[[Row], Iterable[str]]:
    return lambda row: [row.name(value) for value in row.index.values(row.claim.statement, predicate)]


def _ids_of_claim(predicate: str) -> Callable[[Row], Iterable[str]]:
    return lambda row: [row.id(node) for node in row.index.nodes(row.claim.node, predicate)]


def _code_of_claim(predicate: str) -> Callable[[Row], Iterable[str]]:
    return lambda row: map(_code, row.index.nodes(row.claim.node, predicate))


def _code_of_statement(predicate: str) -> Callable[[Row], Iterable[str]]:
    return lambda row: map(_code, row.index.nodes(row.claim.statement, predicate))


def _code(concept: ox.NamedNode) -> str:
    return concept.value.rpartition("#")[2]


def _gist(language: str) -> Callable[[Row], Iterable[str]]:
    return lambda row: [row.index.text(row.claim.node, SCHEMA.text, language)]


def _statement(row: Row) -> Iterable[str]:
    return [row.id(row.claim.statement)] if row.claim.statement else []


def _embedding(row: Row) -> Iterable[str]:
    document = [row.claim.document] if row.claim.document else []
    return [row.id(node) for node in (*row.claim.chain[1:], *document)]


def _part(position: int) -> Callable[[Row], Iterable[str]]:
    return lambda row: [row.name(proposition[position]) for proposition in row.claim.propositions]


def _predicates(row: Row) -> Iterable[str]:
    return [_compact(proposition.predicate.value) for proposition in row.claim.propositions]


def _compact(iri: str) -> str:
    namespace = iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
    prefix = next((prefix for prefix, known in PREFIXES.items() if known == namespace), None)
    return iri if prefix is None else f"{prefix}:{iri.removeprefix(namespace)}"


def _time(predicate_to_time: str, predicate: str, *, of_statement: bool) -> Callable[[Row], Iterable[str]]:
    def read(row: Row) -> Iterable[str]:
        time = row.index.node(row.claim.statement if of_statement else row.claim.node, predicate_to_time)
        return map(_plain, row.index.values(time, predicate))

    return read


def _plain(term: Term) -> str:
    return _code(term) if isinstance(term, ox.NamedNode) else term.value if isinstance(term, ox.Literal) else str(term)


def _evidence(row: Row) -> Iterable[str]:
    nodes = row.index.nodes(row.claim.node, DIP.evidence)
    selectors = [selector for node in nodes for selector in row.index.nodes(node, OA.hasSelector)]
    spans = sorted((int(row.index.text(s, OA.start)), int(row.index.text(s, OA.end))) for s in selectors)
    return [f"[{start},{end})" for start, end in spans]


# Columns -----------------------------------------------------------------------------------------------------------


def _codes(scheme: str) -> tuple[str, ...]:
    namespace = SCHEMES[scheme]
    return tuple(sorted(str(concept).rpartition("#")[2] for concept in dir(namespace) if "#" in str(concept)))


def _times(which: str, en: str, fr: str, path: str, *, of_statement: bool) -> tuple[Column, ...]:
    """The seven columns of one time: wording, EDTF, basis and four bounds."""

    def column(name: str, kind: Kind, what_en: str, what_fr: str, term: str, codes: tuple[str, ...] = ()) -> Column:
        read = _time(path, term, of_statement=of_statement)
        return Column(f"{which}_{name}", kind, f"{en}: {what_en}", f"{fr} : {what_fr}", read, codes)

    return (
        column("wording", Kind.TEXT, "the source’s own few words", "les quelques mots de la source", DIP.wording),
        column("edtf", Kind.EDTF, "value in Extended Date/Time Format", "valeur au format EDTF", RDF.value),
        column("basis", Kind.CODE, "how the date was fixed", "fondement de la date", DIP.dateBasis, _codes("date-basis")),
        column("earliest_begin", Kind.DATE, "begins on this day at the earliest; empty where nothing supports a bound",
               "commence ce jour au plus tôt ; vide si rien n’étaye de borne", SEM.hasEarliestBeginTimeStamp),
        column("latest_begin", Kind.DATE, "begins on this day at the latest",
               "commence ce jour au plus tard", SEM.hasLatestBeginTimeStamp),
        column("earliest_end", Kind.DATE, "ends on this day at the earliest",
               "finit ce jour au plus tôt", SEM.hasEarliestEndTimeStamp),
        column("latest_end", Kind.DATE, "ends on this day at the latest",
               "finit ce jour au plus tard", SEM.hasLatestEndTimeStamp),
    )  # fmt: skip


COLUMNS: tuple[Column, ...] = (
    Column("id", Kind.IDENTIFIER, "The claim: article and number (c: of the article, i: inferred by the curators)",
           "L’assertion : article et numéro (c : de l’article, i : inférée par les curateurs)",
           lambda row: [row.id(row.claim.node)]),
    Column("iri", Kind.IRI, "The claim’s IRI, which leads to its description",
           "L’IRI de l’assertion, qui mène à sa description", lambda row: [row.claim.node.value]),
    Column("statement", Kind.IDENTIFIER, "The statement in which the claim is put forward",
           "La déclaration dans laquelle l’assertion est avancée", _statement),
    Column("speaker", Kind.TEXT, "Who makes the statement (English label)",
           "Qui fait la déclaration (libellé anglais)", _of_statement(DIP.speaker)),
    Column("on_behalf_of", Kind.TEXT, "For whom the speaker speaks (English label)",
           "Au nom de qui parle le locuteur (libellé anglais)", _of_statement(DIP.onBehalfOf), several=True),
    Column("relayed_by", Kind.TEXT, "The news organisation credited as relay (English label)",
           "L’organisation de presse créditée comme relais (libellé anglais)", _of_statement(DIP.relayedBy),
           several=True),
    Column("embedded_in", Kind.IDENTIFIER,
           "The statement that reports the claim’s statement, the one that reports that, and so on; last the document",
           "La déclaration qui rapporte celle de l’assertion, puis celle qui rapporte cette dernière, etc. ; enfin le document",
           _embedding, several=True),
    Column("mode", Kind.CODE, "How the statement is reported", "Comment la déclaration est rapportée",
           _code_of_statement(DIP.reportingMode), _codes("reporting-mode")),
    Column("stance", Kind.CODE, "Whether the document vouches that the statement was made",
           "Si le document se porte garant que la déclaration a été faite",
           _code_of_statement(DIP.reportingStance), _codes("reporting-stance")),
    Column("modality", Kind.CODE, "With what force the content is put forward",
           "Avec quelle force le contenu est avancé", _code_of_claim(DIP.modality), _codes("modality")),
    Column("confidence", Kind.CODE, "How sure the curators are of an inference; empty for a source’s claim",
           "Degré de certitude d’une inférence des curateurs ; vide pour une assertion d’une source",
           _code_of_claim(DIP.confidence), _codes("confidence")),
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
    *_times("said", "When the statement was made", "Date de la déclaration", TIME.hasTime, of_statement=True),
    *_times("content", "When what is claimed holds", "Date de ce qui est avancé", DCTERMS.temporal, of_statement=False),
    Column("evidence", Kind.INTERVAL, "Passages in the source, in code points: start included, end excluded",
           "Passages dans la source, en points de code : début inclus, fin exclue", _evidence, several=True),
    Column("in_tension_with", Kind.IDENTIFIER, "Claims that cannot easily be held together with this one",
           "Assertions difficiles à tenir avec celle-ci", _ids_of_claim(DIP.inTensionWith), several=True),
    Column("restates", Kind.IDENTIFIER, "The claim that this one says again",
           "L’assertion que celle-ci redit", _ids_of_claim(DIP.restates), several=True),
)  # fmt: skip
"""The columns in order."""


# Writing -----------------------------------------------------------------------------------------------------------


def claims_table(quads: Iterable[ox.Quad], base: Base) -> bytes:
    """The table as CSV; the header row alone where there are no claims."""
    index = NodeIndex(quads)
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
