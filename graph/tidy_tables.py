"""Tidy tables of the things themselves: measures, expulsions, accreditations, missions, staff levels, statements.

One row a thing, one column a property. What a row says directly is what the release says directly (the direct layer);
`affirmed_by` and `denied_by` name the claims behind it, so that no row hides that somebody says otherwise. An
identifier is the path below `id/`, without the type for a statement or a claim, and joins the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pyoxigraph as ox
from rdflib import RDFS, SKOS
from rdflib.namespace import TIME

from legation.ontology.terms import DIP, SCHEMA

from .claims import read_claims
from .claims_table import CLAIMS
from .identifiers import Base
from .node_index import NodeIndex
from .tables import Cells, Column, Kind, Read, Show, Table, codes, text_of, through, times, values_of


@dataclass(frozen=True, slots=True)
class Described(Cells):
    """A thing, with the claims that affirm something of it and those that deny something of it."""

    affirming: tuple[ox.NamedNode, ...]
    denying: tuple[ox.NamedNode, ...]


def _things_of(*classes: str) -> Callable[[NodeIndex, Base], Iterable[Described]]:
    """The rows of the things of any of these classes, in the order of their IRIs."""

    def rows(index: NodeIndex, base: Base) -> Iterable[Described]:
        said: dict[tuple[ox.NamedNode, bool], list[ox.NamedNode]] = {}
        for claim in read_claims(index):
            for subject in {triple.subject for triple in claim.propositions}:
                if isinstance(subject, ox.NamedNode):
                    said.setdefault((subject, claim.negated), []).append(claim.node)
        nodes = {node for class_ in classes for node in index.instances(class_)}
        for node in sorted(nodes, key=str):
            yield Described(node, index, base, tuple(said.get((node, False), ())), tuple(said.get((node, True), ())))

    return rows


# Columns -----------------------------------------------------------------------------------------------------------


def _first(en: str, fr: str) -> tuple[Column, ...]:
    return (
        Column("id", Kind.IDENTIFIER, en, fr, lambda row: [row.id(row.node)]),
        Column("iri", Kind.IRI, "Its IRI, which leads to its description", "Son IRI, qui mène à sa description",
               lambda row: [row.node.value]),
        Column("label_en", Kind.TEXT, "Its English label", "Son libellé anglais", text_of(RDFS.label, "en")),
        Column("label_fr", Kind.TEXT, "Its French label", "Son libellé français", text_of(RDFS.label, "fr")),
    )  # fmt: skip


def _modalities(row: Described) -> Iterable[str]:
    found = {value for claim in row.affirming for value in row.index.values(claim, DIP.modality)}
    return sorted(map(row.code, found))


_LAST = (
    Column("modalities", Kind.CODE, "With what force the claims that affirm something of it put it forward",
           "Avec quelle force les assertions qui en affirment quelque chose l’avancent", _modalities,
           codes("modality"), several=True),
    Column("affirmed_by", Kind.IDENTIFIER, "Claims that affirm something of it; none for what the curators record",
           "Assertions qui en affirment quelque chose ; aucune pour ce que les curateurs consignent",
           lambda row: map(row.id, row.affirming), several=True),
    Column("denied_by", Kind.IDENTIFIER, "Claims that deny something of it",
           "Assertions qui en nient quelque chose", lambda row: map(row.id, row.denying), several=True),
    Column("note_en", Kind.TEXT, "What a reader must know about it, in English",
           "Ce qu’il faut savoir à son sujet, en anglais", text_of(SKOS.note, "en")),
    Column("note_fr", Kind.TEXT, "What a reader must know about it, in French",
           "Ce qu’il faut savoir à son sujet, en français", text_of(SKOS.note, "fr")),
)  # fmt: skip


def _node(name: str, predicate: str, en: str, fr: str, *, several: bool = True) -> tuple[Column, Column]:
    """Two columns for what a property leads to: its identifier, and its English label."""
    return (
        Column(name, Kind.IDENTIFIER, en, fr, values_of(predicate, Cells.id), several=several),
        Column(f"{name}_label", Kind.TEXT, f"{en} (English label)", f"{fr} (libellé anglais)", values_of(predicate),
               several=several),
    )  # fmt: skip


def _code(name: str, predicate: str, en: str, fr: str, scheme: str) -> Column:
    return Column(name, Kind.CODE, en, fr, values_of(predicate, Cells.code), codes(scheme))


def _count(en: str, fr: str) -> tuple[Column, Column]:
    return (
        Column("headcount", Kind.INTEGER, en, fr, values_of(DIP.headcount, Cells.text)),
        _code("count_basis", DIP.countBasis, "What the number counts", "Ce que compte le nombre", "count-basis"),
    )


def _own_time(predicate: str, show: Show = Cells.text) -> Read:
    return through(TIME.hasTime, predicate, show)


def _deadline(predicate: str, show: Show = Cells.text) -> Read:
    return through(DIP.deadline, predicate, show)


_MEASURE = (
    _code("type", DIP.measureType, "What kind of measure; empty where the sources differ or do not say",
          "Genre de mesure ; vide si les sources divergent ou ne le disent pas", "measure-type"),
    *_node("taken_by", DIP.takenBy, "Who takes it", "Qui la prend"),
    *_node("directed_at", DIP.directedAt, "Against whom", "Contre qui"),
    *_node("affects", DIP.affects, "Whom or what it affects", "Qui ou ce qu’elle touche"),
    *_count("How many people it affects, where one number is affirmed",
            "Combien de personnes elle touche, si un seul nombre est affirmé"),
    *_node("ground", DIP.ground, "On what ground", "Pour quel motif"),
    *_node("in_response_to", DIP.inResponseTo, "In response to what", "En réponse à quoi"),
    *_node("announced_in", DIP.announcedIn, "The statement that announces it", "La déclaration qui l’annonce"),
    *times("time", "When it holds", "Date de la mesure", _own_time),
    *times("deadline", "By when it is to be carried out", "Échéance", _deadline),
)  # fmt: skip

MEASURES = Table(
    "measures", {"en": "Diplomatic measures", "fr": "Mesures diplomatiques"},
    (*_first("The measure", "La mesure"), *_MEASURE, *_LAST),
    _things_of(DIP.DiplomaticMeasure, DIP.Expulsion), {},
)  # fmt: skip
EXPULSIONS = Table(
    "expulsions", {"en": "Expulsions", "fr": "Expulsions"},
    (*_first("The expulsion, a measure too", "L’expulsion, aussi une mesure"), *_MEASURE, *_LAST),
    _things_of(DIP.Expulsion), {"id": "measures"},
)  # fmt: skip
ACCREDITATIONS = Table(
    "accreditations", {"en": "Accreditations", "fr": "Accréditations"},
    (
        *_first("The accreditation", "L’accréditation"),
        *_node("holder", DIP.holder, "Who is accredited", "Qui est accrédité"),
        *_node("accredited_by", DIP.accreditedBy, "By whom", "Par qui"),
        *_node("mission", DIP.forMission, "For which mission", "Pour quelle mission", several=False),
        *_node("ended_by", DIP.endedBy, "The measure that ends it", "La mesure qui y met fin"),
        _code("kind", DIP.accreditationKind, "What kind of accreditation", "Genre d’accréditation",
              "accreditation-kind"),
        *times("time", "When it holds", "Date de l’accréditation", _own_time),
        *_LAST,
    ),
    _things_of(DIP.Accreditation), {"mission": "missions"},
)  # fmt: skip
MISSIONS = Table(
    "missions", {"en": "Diplomatic missions", "fr": "Missions diplomatiques"},
    (
        *_first("The mission", "La mission"),
        _code("type", DIP.missionType, "What kind of mission", "Genre de mission", "mission-type"),
        *_node("sending_party", DIP.sendingParty, "Whose mission it is", "De qui est la mission"),
        *_node("receiving_party", DIP.receivingParty, "To whom it is accredited", "Auprès de qui elle est accréditée"),
        *_node("host_state", DIP.hostState, "In which state", "Dans quel État"),
        *_node("location", SCHEMA.location, "Where", "Où"),
        *_LAST,
    ),
    _things_of(DIP.DiplomaticMission), {},
)  # fmt: skip
STAFF_LEVELS = Table(
    "staff-levels", {"en": "Staff levels", "fr": "Effectifs"},
    (
        *_first("The staff level", "L’effectif"),
        *_node("mission", DIP.ofMission, "Of which mission", "De quelle mission", several=False),
        *_count("How many", "Combien"),
        *times("time", "When it holds", "Date de l’effectif", _own_time),
        *_LAST,
    ),
    _things_of(DIP.StaffLevel, DIP.StaffCeiling), {"mission": "missions"},
)  # fmt: skip
STATEMENTS = Table(
    "statements", {"en": "Statements", "fr": "Déclarations"},
    (
        *_first("The statement: article and number", "La déclaration : article et numéro"),
        *_node("speaker", DIP.speaker, "Who makes it", "Qui la fait", several=False),
        *_node("on_behalf_of", DIP.onBehalfOf, "For whom", "Au nom de qui"),
        *_node("addressee", DIP.addressee, "To whom", "À qui"),
        *_node("relayed_by", DIP.relayedBy, "The news organisation credited as relay",
               "L’organisation de presse créditée comme relais"),
        *_node("reported_in", DIP.reportedIn, "The statement that reports it", "La déclaration qui la rapporte",
               several=False),
        *_node("in_reply_to", DIP.inReplyTo, "The statement that it replies to",
               "La déclaration à laquelle elle répond"),
        _code("mode", DIP.reportingMode, "How it is reported", "Comment elle est rapportée", "reporting-mode"),
        _code("stance", DIP.reportingStance, "Whether the document vouches that it was made",
              "Si le document se porte garant qu’elle a été faite", "reporting-stance"),
        *times("time", "When it was made", "Date de la déclaration", _own_time),
        *_LAST,
    ),
    _things_of(DIP.Statement), {"reported_in": "statements"},
)  # fmt: skip

TABLES: tuple[Table, ...] = (MEASURES, EXPULSIONS, ACCREDITATIONS, MISSIONS, STAFF_LEVELS, STATEMENTS, CLAIMS)
"""Every table, those that others point into before them where possible."""
