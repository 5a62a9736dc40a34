"""Invented facts with two stories in them, and stores of facts, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from legation.graph.assembly import assemble_facts
from legation.graph.identifiers import Base
from legation.graph.publication import publish
from legation.graph.release import Release
from legation.graph.store import EmbeddedStore
from legation.server.settings import Settings

BASE = Base("https://archive.example/")
PREFIXES = """
@prefix dip: <https://w3id.org/legation/ns#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix loc: <http://id.loc.gov/datatypes/edtf/> .
@prefix mode: <https://w3id.org/legation/vocab/reporting-mode#> .
@prefix modality: <https://w3id.org/legation/vocab/modality#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix sem: <http://semanticweb.cs.vu.nl/2009/11/sem/> .
@prefix stance: <https://w3id.org/legation/vocab/reporting-stance#> .
@prefix time: <http://www.w3.org/2006/time#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def day(name: str, date: str) -> str:
    """A time that is one day."""
    bounds = ("EarliestBegin", "LatestBegin", "EarliestEnd", "LatestEnd")
    return f"<id/time/{name}> a time:TemporalEntity ; rdf:value \"{date}\"^^loc:EDTF ; " + " ; ".join(
        f'sem:has{bound}TimeStamp "{date}"^^xsd:date' for bound in bounds
    ) + " ."  # fmt: skip


def claim(name: str, act: str, subject: str, link: str, value: str, more: str = "dip:negated false") -> str:
    """A claim with one proposition."""
    return (
        f"<id/claim/{name}> a dip:Claim ; dip:assertedIn <id/statement/{act}> ; dip:modality modality:asserted ; "
        f"{more} ; "
        f"dip:proposition [ a rdf:Statement ; rdf:subject <id/{subject}> ; rdf:predicate {link} ; "
        f"rdf:object <id/{value}> ] ."
    )


FACTS = "\n".join((
    PREFIXES,
    day("march-1", "2030-03-01"), day("march-5", "2030-03-05"), day("march-9", "2030-03-09"),
    day("april-1", "2030-04-01"), day("may-1", "2031-05-01"),
    # A chain: an undated ground, an expulsion, a halt announced on an occasion, an answer.
    "<id/event/incident> a sem:Event .",
    "<id/event/earlier-quarrel> a sem:Event ; time:hasTime <id/time/march-1> .",
    "<id/event/occasion> a sem:Event ; time:hasTime <id/time/march-9> .",
    "<id/event/unheard-of> a sem:Event .",
    "<id/measure/expulsion> a dip:Expulsion ; time:hasTime <id/time/march-5> ; dip:deadline <id/time/april-1> .",
    "<id/measure/halt> a dip:DiplomaticMeasure .",
    "<id/measure/half-of-the-halt> a dip:DiplomaticMeasure ; sem:subEventOf <id/measure/halt> .",
    "<id/statement/narration> a dip:Statement ; dip:reportingMode mode:narration .",
    "<id/statement/curation> a dip:Statement ; dip:reportingMode mode:curation .",
    "<id/statement/teaser> a dip:Statement ; dip:reportingMode mode:narration .",
    "<id/statement/speech> a dip:Statement ; dip:reportedIn <id/statement/narration> .",
    "<id/statement/reply> a dip:Statement ; dip:reportedIn <id/statement/narration> ;"
    " dip:inReplyTo <id/statement/speech> .",
    "<id/statement/remark> a dip:Statement ; dip:reportedIn <id/statement/narration> .",
    "<id/statement/hearsay> a dip:Statement ; dip:reportedIn <id/statement/speech> ;"
    " dip:reportingStance stance:alleged-to-exist .",
    claim("c1", "narration", "measure/expulsion", "dip:ground", "event/incident"),
    claim("c2", "speech", "measure/halt", "dip:inResponseTo", "measure/expulsion"),
    claim("c3", "speech", "measure/halt", "dip:announcedIn", "statement/speech"),
    claim("c4", "curation", "statement/speech", "sem:subEventOf", "event/occasion"),
    claim("c5", "remark", "measure/expulsion", "dip:directedAt", "organisation/southmark"),
    claim("c6", "narration", "event/earlier-quarrel", "sem:hasActor", "organisation/southmark"),
    claim("c7", "teaser", "event/unheard-of", "sem:hasActor", "organisation/southmark"),
    claim("c8", "reply", "measure/halt", "dip:affects", "mission/southmark",
          "dip:negated true ; dip:inTensionWith <id/claim/c9>"),
    claim("c9", "teaser", "mission/southmark", "dip:sendingParty", "organisation/southmark",
          "dip:negated false ; dip:inTensionWith <id/claim/c8>"),
    # What would join two stories if a denial or hearsay could: neither does.
    "<id/measure/later> a dip:DiplomaticMeasure ; time:hasTime <id/time/may-1> .",
    "<id/measure/later-answer> a dip:DiplomaticMeasure ; dip:inResponseTo <id/measure/later> .",
    claim("d1", "narration", "measure/later", "dip:inResponseTo", "measure/halt", "dip:negated true"),
    claim("d2", "hearsay", "measure/later", "dip:inResponseTo", "measure/halt"),
    # Alone, and events without a measure: no stories.
    "<id/measure/alone> a dip:DiplomaticMeasure .",
    "<id/event/part> a sem:Event ; sem:subEventOf <id/event/whole> . <id/event/whole> a sem:Event .",
))  # fmt: skip


def published(folder: Path, facts: str) -> Release:
    """A release of these facts, as they are."""
    (folder / "invented.ttl").write_text(facts, "utf-8")
    return publish(assemble_facts(folder, BASE), folder / "releases", None).release


@contextmanager
def stored(folder: Path, facts: str) -> Iterator[EmbeddedStore]:
    """A store of these facts, published as they are."""
    store = EmbeddedStore(published(folder, facts), Settings().limits, 0)
    try:
        yield store
    finally:
        store.close()
