"""The claims table: one row a claim. Of `subject`, `predicate` and `object` the values run in parallel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rdflib.namespace import DCTERMS, TIME

from legation.ontology.terms import DIP, OA, SCHEMA

from .claims import Claim, read_claims
from .identifiers import Base
from .node_index import NodeIndex
from .prefixes import PREFIXES
from .tables import Cells, Column, Kind, Read, Show, Table, codes, text_of, through, times, values_of


@dataclass(frozen=True, slots=True)
class Row(Cells):
    """One claim with everything that its cells are read from."""

    claim: Claim


def _of_statement(predicate: str, show: Show = Cells.label) -> Read:
    return lambda row: [show(row, value) for value in row.index.values(row.claim.statement, predicate)]


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


def _said(predicate: str, show: Show = Cells.text) -> Read:
    """A property of the time at which the statement was made."""

    def read(row: Row) -> Iterable[str]:
        time = row.index.node(row.claim.statement, TIME.hasTime)
        return [show(row, value) for value in row.index.values(time, predicate)]

    return read


def _content(predicate: str, show: Show = Cells.text) -> Read:
    """A property of the time of which the claim speaks."""
    return through(DCTERMS.temporal, predicate, show)


def _evidence(row: Row) -> Iterable[str]:
    nodes = row.index.nodes(row.node, DIP.evidence)
    selectors = [selector for node in nodes for selector in row.index.nodes(node, OA.hasSelector)]
    spans = [(row.index.text(selector, OA.start), row.index.text(selector, OA.end)) for selector in selectors]
    return [f"[{start},{end})" for start, end in sorted(spans, key=lambda span: (len(span[0]), span))]


COLUMNS: tuple[Column, ...] = (
    Column("id", Kind.IDENTIFIER, "The claim: article and number (c: of the article, i: inferred by the curators)",
           "L’assertion : article et numéro (c : de l’article, i : inférée par les curateurs)",
           lambda row: [row.id(row.node)]),
    Column("iri", Kind.IRI, "The claim’s IRI, which leads to its description",
           "L’IRI de l’assertion, qui mène à sa description", lambda row: [row.node.value]),
    Column("statement", Kind.IDENTIFIER, "The statement in which the claim is put forward",
           "La déclaration dans laquelle l’assertion est avancée", values_of(DIP.assertedIn, Cells.id)),
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
           _of_statement(DIP.reportingMode, Cells.code), codes("reporting-mode")),
    Column("stance", Kind.CODE, "Whether the document vouches that the statement was made",
           "Si le document se porte garant que la déclaration a été faite",
           _of_statement(DIP.reportingStance, Cells.code), codes("reporting-stance")),
    Column("modality", Kind.CODE, "With what force the content is put forward",
           "Avec quelle force le contenu est avancé", values_of(DIP.modality, Cells.code), codes("modality")),
    Column("confidence", Kind.CODE, "How sure the curators are of an inference; empty for a source’s claim",
           "Degré de certitude d’une inférence des curateurs ; vide pour une assertion d’une source",
           values_of(DIP.confidence, Cells.code), codes("confidence")),
    Column("negated", Kind.BOOLEAN, "true where the claim denies the triples in subject, predicate, object",
           "true si l’assertion nie les triplets de subject, predicate, object", values_of(DIP.negated),
           ("false", "true")),
    Column("gist_en", Kind.TEXT, "What the claim says, in our words, in English",
           "Ce que dit l’assertion, dans nos mots, en anglais", text_of(SCHEMA.text, "en")),
    Column("gist_fr", Kind.TEXT, "What the claim says, in our words, in French",
           "Ce que dit l’assertion, dans nos mots, en français", text_of(SCHEMA.text, "fr")),
    Column("about", Kind.TEXT, "Whom or what the claim concerns (English labels)",
           "Qui ou ce que concerne l’assertion (libellés anglais)", values_of(SCHEMA.about), several=True),
    Column("subject", Kind.TEXT, "Subject of each triple that the claim affirms or denies (English label)",
           "Sujet de chaque triplet que l’assertion affirme ou nie (libellé anglais)", _part(0), several=True),
    Column("predicate", Kind.PROPERTY, "Property of each triple, prefix and name",
           "Propriété de chaque triplet, préfixe et nom", _predicates, several=True),
    Column("object", Kind.TEXT, "Object of each triple: a value or an English label",
           "Objet de chaque triplet : une valeur ou un libellé anglais", _part(2), several=True),
    *times("said", "When the statement was made", "Date de la déclaration", _said),
    *times("content", "When what is claimed holds", "Date de ce qui est avancé", _content),
    Column("evidence", Kind.INTERVAL, "Passages in the source, in code points: start included, end excluded",
           "Passages dans la source, en points de code : début inclus, fin exclue", _evidence, several=True),
    Column("in_tension_with", Kind.IDENTIFIER, "Claims that cannot easily be held together with this one",
           "Assertions difficiles à tenir avec celle-ci", values_of(DIP.inTensionWith, Cells.id), several=True),
    Column("restates", Kind.IDENTIFIER, "The claim that this one says again",
           "L’assertion que celle-ci redit", values_of(DIP.restates, Cells.id), several=True),
)  # fmt: skip
"""The columns in order."""


def _rows(index: NodeIndex, base: Base) -> Iterable[Row]:
    return (Row(claim.node, index, base, claim) for claim in read_claims(index))


CLAIMS = Table("claims", {"en": "Claims", "fr": "Assertions"}, COLUMNS, _rows, {"statement": "statements"})
