"""What the facts say: every act, claim and inference of the article, and every trap that a hasty reader falls into.

The numbers X1 to X21 are those of docs/decisions/0002-what-the-facts-record.md.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from legation.graph.assembly import assemble_facts
from legation.graph.identifiers import Base

FACTS = Path(__file__).parents[2] / "graph" / "facts"
SPANS = Path(__file__).with_name("article_spans.tsv")
CLAIMS = Path(__file__).with_name("article_claims.tsv")
TIMES = Path(__file__).with_name("article_times.tsv")
BASE = "http://localhost:8000/"
ARTICLE = "55ee074e7567bb82"

PREFIXES = {
    "accreditation": f"{BASE}id/accreditation/",
    "characterisation": "https://w3id.org/legation/vocab/characterisation#",
    "claim": f"{BASE}id/claim/{ARTICLE}/",
    "confidence": "https://w3id.org/legation/vocab/confidence#",
    "dcterms": "http://purl.org/dc/terms/",
    "dip": "https://w3id.org/legation/ns#",
    "event": f"{BASE}id/event/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "group": f"{BASE}id/group/",
    "measure": f"{BASE}id/measure/",
    "measure-type": "https://w3id.org/legation/vocab/measure-type#",
    "mission": f"{BASE}id/mission/",
    "modality": "https://w3id.org/legation/vocab/modality#",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "organisation": f"{BASE}id/organisation/",
    "organisation-type": "https://w3id.org/legation/vocab/organisation-type#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "person": f"{BASE}id/person/",
    "place": f"{BASE}id/place/",
    "post": f"{BASE}id/post/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "reporting-mode": "https://w3id.org/legation/vocab/reporting-mode#",
    "reporting-stance": "https://w3id.org/legation/vocab/reporting-stance#",
    "schema": "https://schema.org/",
    "sem": "http://semanticweb.cs.vu.nl/2009/11/sem/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "statement": f"{BASE}id/statement/{ARTICLE}/",
    "text": f"{BASE}id/text/",
    "time": "http://www.w3.org/2006/time#",
    "when": f"{BASE}id/time/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
PROLOGUE = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
EXPULSION = "measure:2021-10-nato-expels-eight"
HALT = "measure:2021-10-russia-halts-its-mission-to-nato"
LIAISON = "measure:2021-10-russia-suspends-liaison-mission"
DIPLOMATIC = "measure:2021-10-russia-ends-diplomatic-mission"
WITHDRAWAL = "measure:2021-11-russia-withdraws-accreditation"
COOPERATION = "measure:nato-russia-practical-cooperation-suspended"
ACCREDITATION = "accreditation:staff-of-nato-military-liaison"


def parsed() -> Iterator[tuple[str, ox.Quad]]:
    for path in sorted(FACTS.rglob("*.ttl")):
        name = path.relative_to(FACTS).as_posix()
        yield from ((name, quad) for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE, base_iri=BASE))


def literals(predicate: str) -> Iterator[tuple[str, ox.Literal]]:
    for _, quad in parsed():
        if short(quad.predicate) == predicate and isinstance(quad.object, ox.Literal):
            yield str(quad.subject), quad.object


@cache
def written() -> ox.Store:
    """The facts as authored, without what the build derives."""
    store = ox.Store()
    store.extend(quad for _, quad in parsed())
    return store


@cache
def direct() -> ox.Store:
    """The facts as published: every node named, the direct layer derived."""
    store = ox.Store()
    quads = assemble_facts(FACTS, Base(BASE)).quads
    store.extend(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    return store


def short(term: object) -> str:
    """A term as a reader would write it: a prefixed name, or the literal's text."""
    text = str(getattr(term, "value", term))
    found = [f"{name}:{text.removeprefix(iri)}" for name, iri in PREFIXES.items() if text.startswith(iri)]
    return min(found, key=len, default=text)


def select(store: ox.Store, query: str) -> set[tuple[str, ...]]:
    solutions = store.query(PROLOGUE + query)
    assert isinstance(solutions, ox.QuerySolutions)
    return {tuple(short(value) for value in solution) for solution in solutions}


def one(store: ox.Store, query: str) -> set[str]:
    """The single column of a query."""
    return {row[0] for row in select(store, query)}


def ask(store: ox.Store, pattern: str) -> bool:
    return bool(store.query(f"{PROLOGUE}ASK {{ {pattern} }}"))


def claims(*numbers: int) -> set[str]:
    return {f"claim:c{number:02}" for number in numbers}


def claiming(subject: str, predicate: str, value: str, negated: str = "false") -> set[str]:
    """The claims that hold a triple as their proposition."""
    proposition = f"rdf:subject {subject} ; rdf:predicate {predicate} ; rdf:object {value}"
    return one(written(), f"SELECT ?c {{ ?c dip:negated {negated} ; dip:proposition [ {proposition} ] }}")


# Completeness


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        pytest.param("?x dip:reportedIn|dcterms:isPartOf ?y . ?x dip:speaker ?z", 18, id="17 acts and the curators'"),
        pytest.param("?x a dip:Claim ; dip:evidence ?y", 61, id="61 claims with evidence"),
        pytest.param("?x a dip:Claim ; dip:modality modality:inferred", 8, id="8 inferences"),
        pytest.param("?x a dip:Claim", 69, id="and no other claim"),
        pytest.param("?x a dip:Expulsion", 1, id="1 expulsion"),
        pytest.param("?x a dip:DiplomaticMeasure", 5, id="5 other measures"),
        pytest.param("?x a dip:Accreditation", 1, id="1 accreditation"),
        pytest.param("?x a dip:DiplomaticMission", 3, id="3 missions"),
        pytest.param("?x a org:Post", 4, id="4 posts"),
        pytest.param("?x a dip:StaffLevel", 2, id="2 staff levels"),
    ],
)
def test_everything_is_there(pattern: str, expected: int) -> None:
    """Each kind of thing is there as often as the reading of the article found it."""
    assert len(one(written(), f"SELECT DISTINCT ?x {{ {pattern} }}")) == expected


def test_claims_and_acts_are_numbered_without_a_gap() -> None:
    """S01 to S17, C01 to C61 and I1 to I8: a number cites one thing for ever."""
    assert one(written(), "SELECT ?c { ?c a dip:Claim ; dip:evidence ?e }") == claims(*range(1, 62))
    inferred = one(written(), "SELECT ?c { ?c dip:modality modality:inferred }")
    assert inferred == {f"claim:i{number}" for number in range(1, 9)}
    acts = one(written(), "SELECT ?s { ?s a dip:Statement }")
    assert acts == {f"statement:s{number:02}" for number in range(1, 18)} | {"statement:curation"}


@pytest.mark.parametrize(
    ("speaker", "acts", "count"),
    [
        pytest.param("group:narrator-of-" + ARTICLE, "statement:s01", 26, id="the narrator, of the article"),
        pytest.param("group:narrator-of-" + ARTICLE, "statement:s05", 4, id="the narrator, of the teaser"),
        pytest.param("person:sergey-lavrov", "?act", 21, id="Lavrov"),
        pytest.param("organisation:nato", "?act", 3, id="NATO"),
        pytest.param("organisation:russia", "?act", 3, id="Russia"),
        pytest.param("person:oana-lungescu", "?act", 2, id="Lungescu"),
        pytest.param("person:unnamed-nato-official", "?act", 2, id="the unnamed official"),
        pytest.param("organisation:legation-curators", "?act", 8, id="the curators"),
    ],
)
def test_a_speaker_makes_so_many_claims(speaker: str, acts: str, count: int) -> None:
    """Claims per speaker add up to 61, and the curators' inferences stand beside them."""
    query = f"SELECT ?c {{ ?c dip:assertedIn {acts} . {acts} dip:speaker {speaker} }}"
    assert len(one(written(), query)) == count


def test_a_gist_is_given_in_both_languages() -> None:
    """Every claim has one gist in English and one in French, of at most 200 characters and without quotation marks."""
    gists = list(literals("schema:text"))
    assert Counter(literal.language for _, literal in gists) == {"en": 69, "fr": 69}
    assert len({(subject, literal.language) for subject, literal in gists}) == 138
    assert [g.value for _, g in gists if len(g.value) > 200 or set(g.value) & set('«»“”"')] == []


def test_a_note_is_given_in_both_languages() -> None:
    """Whoever reads only one of the two languages gets every note."""
    notes: dict[str, list[str]] = {}
    for subject, note in literals("skos:note"):
        notes.setdefault(subject, []).append(str(note.language))
    assert {subject: found for subject, found in notes.items() if sorted(found) != ["en", "fr"]} == {}


def test_evidence_is_where_it_was_read() -> None:
    """The offsets in the facts are those of article_spans.tsv, act by act and claim by claim."""
    with SPANS.open(encoding="utf-8") as lines:
        noted = {(row["id"], row["start"], row["end"]) for row in csv.DictReader(lines, delimiter="\t")}
    query = "SELECT ?x ?a ?b { ?x dip:evidence/oa:hasSelector ?s . ?s oa:start ?a ; oa:end ?b }"
    assert {(x.partition(":")[2], a, b) for x, a, b in select(written(), query)} == noted


def read(table: Path) -> list[list[str]]:
    """The rows of a table of what was read in the article, without its heading."""
    with table.open(encoding="utf-8") as lines:
        return list(csv.reader(lines, delimiter="\t"))[1:]


@pytest.mark.parametrize(("name", "act", "modality", "negated", "when", "about"), read(CLAIMS), ids=lambda value: value)
def test_a_claim_is_recorded_as_it_was_read(
    name: str, act: str, modality: str, negated: str, when: str, about: str
) -> None:
    """Act, force, polarity, time and participants of every claim are those of article_claims.tsv."""
    query = f"""SELECT ?act ?modality ?negated ?when {{
      claim:{name} dip:assertedIn ?act ; dip:modality ?modality ; dip:negated ?negated .
      OPTIONAL {{ claim:{name} dcterms:temporal ?when }} }}"""
    row = (f"statement:{act}", f"modality:{modality}", negated, f"when:{when}" if when else "None")
    assert select(written(), query) == {row}
    assert one(written(), f"SELECT ?x {{ claim:{name} schema:about ?x }}") == set(about.split())


def test_every_claim_says_whom_or_what_it_is_about() -> None:
    """Participants are given even where no proposition is: of 61 claims and of the curators' eight."""
    assert one(written(), "SELECT ?c { ?c a dip:Claim FILTER NOT EXISTS { ?c schema:about ?x } }") == set()
    assert [row[0] for row in read(CLAIMS)] == [f"c{number:02}" for number in range(1, 62)]


BOUNDS = ("hasEarliestBegin", "hasLatestBegin", "hasEarliestEnd", "hasLatestEnd")


@pytest.mark.parametrize(("name", "edtf", "basis", "bounds"), [(*r[:3], r[3:]) for r in read(TIMES)], ids=str)
def test_a_time_has_its_expression_its_basis_and_its_bounds(
    name: str, edtf: str, basis: str, bounds: list[str]
) -> None:
    """Each bound that can be defended is there, and none beyond: an open end has no bound (article_times.tsv)."""
    stated = dict(sorted(select(written(), f"SELECT ?p ?o {{ when:{name} ?p ?o }}")))
    assert (stated["rdf:value"], stated["dip:dateBasis"].rpartition("#")[2]) == (edtf, basis)
    assert [stated.get(f"sem:{bound}TimeStamp", "") for bound in BOUNDS] == bounds


def test_every_time_of_the_facts_was_read() -> None:
    """No time is used or left over that article_times.tsv does not have."""
    assert one(written(), "SELECT ?t { ?t a time:TemporalEntity }") == {f"when:{row[0]}" for row in read(TIMES)}


@pytest.mark.parametrize(
    ("when", "acts"),
    [
        pytest.param("2021-10-18-to-2021-10-31", {1}, id="the article itself"),
        pytest.param("2021-10-18", {2}, id="the day the text names"),
        pytest.param("2021-10-18-occasion", {3, 6, 7, 9, 10, 14, 16}, id="Lavrov, by inference I3"),
        pytest.param("2021-10-06", {4}, id="the unnamed official"),
        pytest.param("until-2021-10-18", {8, 15}, id="acts that are only alleged"),
        pytest.param("on-or-after-2021-10-18", {11, 12}, id="NATO's replies"),
    ],
)
def test_an_act_has_its_time(when: str, acts: set[int]) -> None:
    """When each act was made; S05, S13 and S17 are undated."""
    expected = {f"statement:s{number:02}" for number in acts}
    assert one(written(), f"SELECT ?s {{ ?s a dip:Statement ; time:hasTime when:{when} }}") == expected


def test_blank_nodes_are_of_the_three_kinds() -> None:
    """Only propositions, evidence and selectors are written blank: the build can name those."""
    kinds = {
        short(quad.object)
        for _, quad in parsed()
        if isinstance(quad.subject, ox.BlankNode) and short(quad.predicate) == "rdf:type"
    }
    assert kinds == {"rdf:Statement", "oa:SpecificResource", "oa:TextPositionSelector"}
    untyped = "SELECT ?x { ?x ?p ?o FILTER(isBlank(?x) && NOT EXISTS { ?x a ?kind }) }"
    assert one(written(), untyped) == set()


@pytest.mark.parametrize("name", [f"s{number:02}" for number in range(1, 18)])
def test_every_act_leads_to_the_article(name: str) -> None:
    """From each act the chain of reporting ends at the document."""
    assert ask(written(), f"statement:{name} dip:reportedIn*/dcterms:isPartOf <{BASE}id/article/{ARTICLE}>")


# The three layers are kept apart


def test_nothing_is_stated_of_a_measure_but_its_name() -> None:
    """Who, whom, what and when of a measure is never typed by hand; it is derived from claims."""
    query = "SELECT DISTINCT ?p { ?m ?p ?o . ?m a ?kind FILTER(?kind IN (dip:Expulsion, dip:DiplomaticMeasure)) }"
    assert one(written(), query) == {"rdf:type", "rdfs:label", "skos:note", "dcterms:source"}


def test_what_is_stated_of_an_event_is_affirmed() -> None:
    """An event's type, actors, place and time are each affirmed by a claim that is neither alleged nor hedged."""
    query = """SELECT ?e ?p ?o { ?e a sem:Event ; ?p ?o .
      FILTER(?p IN (sem:eventType, sem:hasActor, sem:hasPlace, time:hasTime))
      FILTER NOT EXISTS {
        ?c dip:proposition [ rdf:subject ?e ; rdf:predicate ?p ; rdf:object ?o ] ; dip:negated false ; dip:modality ?m ;
          dip:assertedIn/dip:reportingStance ?s .
        FILTER(?m NOT IN (modality:alleged, modality:evaluative, modality:conditional))
        FILTER(?s IN (reporting-stance:endorsed, reporting-stance:neutral)) } }"""
    assert select(written(), query) == set()


def test_evaluations_have_no_proposition() -> None:
    """A judgement fits no triple: it has a gist and its evidence, and no more."""
    query = "SELECT ?c { ?c dip:modality modality:evaluative ; dip:proposition ?p }"
    assert one(written(), query) == set()


def test_a_denial_denies_something() -> None:
    """Negated is said of exactly the two claims that deny a proposition."""
    assert one(written(), "SELECT ?c { ?c dip:negated true ; dip:proposition ?p }") == claims(35, 37)
    assert one(written(), "SELECT ?c { ?c dip:negated true }") == claims(35, 37)


def test_inferences_are_the_curators() -> None:
    """Inferences stand in the curators' file, in the curators' own act, each with its confidence."""
    files = {name for name, quad in parsed() if short(quad.object) == "modality:inferred"}
    assert files == {"curation.ttl"}
    rows = select(written(), "SELECT ?c ?g { ?c dip:assertedIn statement:curation ; dip:confidence ?g }")
    high, rest = {3, 4, 5, 6, 8}, {1: "certain", 2: "medium", 7: "external"}
    expected = dict.fromkeys(high, "high") | rest
    assert rows == {(f"claim:i{number}", f"confidence:{name}") for number, name in expected.items()}


def test_sources_and_curators_do_not_share_a_file() -> None:
    """Tensions and near-identities are the curators' judgement, so they stand in their file alone."""
    judged = {"dip:inTensionWith", "skos:closeMatch", "dip:confidence"}
    assert {name for name, quad in parsed() if short(quad.predicate) in judged} == {"curation.ttl"}


PAIRS = [(30, 35), (30, 37), (2, 32), (1, 7), (25, 7), (31, 8), (23, 50)]


def test_tensions_are_these_and_go_both_ways() -> None:
    """Seven pairs of claims cannot easily be held together, and each says so of the other."""
    pairs = {(f"claim:c{a:02}", f"claim:c{b:02}") for pair in PAIRS for a, b in (pair, pair[::-1])}
    assert select(written(), "SELECT ?a ?b { ?a dip:inTensionWith ?b }") == pairs


# The traps


@pytest.mark.parametrize(
    ("subject", "predicate", "value", "negated", "expected"),
    [
        pytest.param(
            "statement:s08", "dip:addressee", "organisation:nato-international-staff", "false", claims(30),
            id="X1 Lavrov: the Secretariat was informed",
        ),
        pytest.param(
            "statement:s08", "dip:addressee", "organisation:nato", "true", claims(35, 37), id="X1 NATO: not told",
        ),
        pytest.param("statement:s08", "dip:addressee", "organisation:nato", "false", set(), id="X1 nobody says it was"),
        pytest.param(ACCREDITATION, "dip:endedBy", WITHDRAWAL, "false", claims(2, 32), id="X2 one measure, two tenses"),
        pytest.param(WITHDRAWAL, "time:hasTime", "when:from-2021-11-01", "false", claims(3, 33), id="X2 one date"),
        pytest.param(
            HALT, "dip:measureType", "measure-type:mission-suspension", "false", claims(1, 25), id="X3 suspend",
        ),
        pytest.param(HALT, "dip:measureType", "measure-type:mission-termination", "false", claims(7), id="X3 or end"),
        pytest.param(LIAISON, "dip:measureType", "?any", "false", claims(31), id="X4 liaison mission: suspended"),
        pytest.param(DIPLOMATIC, "dip:measureType", "?any", "false", claims(8), id="X4 diplomatic mission: ended"),
        pytest.param(HALT, "time:hasTime", "?any", "false", set(), id="X5 no start of the halt"),
        pytest.param(HALT, "dip:deadline", "?any", "false", set(), id="X5 nor an end"),
        pytest.param(EXPULSION, "dip:deadline", "when:by-2021-10-31", "false", claims(40), id="X6 departures expected"),
        pytest.param(
            "group:eight-members-of-the-russian-mission", "dip:characterisedAs",
            "characterisation:undeclared-intelligence-officer", "false", claims(14), id="X9 an allegation",
        ),
        pytest.param(
            EXPULSION, "time:hasTime", "?any", "false", claims(11) | {"claim:i6"}, id="X10 a claim and an inference",
        ),
        pytest.param(EXPULSION, "time:hasTime", "when:2021-10-06", "false", set(), id="X10 the 6th is the saying's"),
        pytest.param(WITHDRAWAL, "dip:inResponseTo", EXPULSION, "false", claims(4), id="X12 in return"),
        pytest.param(HALT, "dip:inResponseTo", EXPULSION, "false", claims(27), id="Q38 the halt, through a hedge"),
        pytest.param(LIAISON, "dip:inResponseTo", "?any", "false", set(), id="Q38 no response link"),
        pytest.param(
            COOPERATION, "dip:affects", "event:nato-russia-practical-cooperation", "false", claims(57),
            id="X13 the cooperation",
        ),
        pytest.param("?any", "dip:affects", "organisation:nato-russia-council", "false", set(), id="X13 no Council"),
        pytest.param(COOPERATION, "dip:takenBy", "?any", "false", set(), id="X13 by whom is not said"),
        pytest.param(
            "organisation:ria-novosti", "dip:characterisedAs", "characterisation:broadcast-channel", "false", claims(6),
            id="X14 a channel, says the article",
        ),
        pytest.param("statement:s15", "dip:speaker", "organisation:nato", "false", claims(49), id="X19 says Lavrov"),
        pytest.param("?any", "dip:addressee", "?all", "false", claims(30), id="nobody else is said to be told"),
    ],
)  # fmt: skip
def test_a_content_is_claimed_by_these_only(
    subject: str, predicate: str, value: str, negated: str, expected: set[str]
) -> None:
    """Each disputed or easily misread content is the proposition of exactly these claims."""
    assert claiming(subject, predicate, value, negated) == expected


@pytest.mark.parametrize(
    ("number", "modality", "act"),
    [
        pytest.param(2, "announced", "s03", id="X2 will be withdrawn"),
        pytest.param(32, "asserted", "s09", id="X2 has been withdrawn"),
        pytest.param(14, "alleged", "s04", id="X9 intelligence officers"),
        pytest.param(39, "expected", "s01", id="X6 are to leave"),
        pytest.param(53, "presupposed", "s01", id="X16 Crimea is the narrator's"),
        pytest.param(54, "presupposed", "s01", id="X16 so is the support for separatists"),
        pytest.param(52, "announced", "s17", id="X16 the commitment is NATO's"),
        pytest.param(61, "asserted", "s15", id="X19 impossible, inside Lavrov's quotation"),
        pytest.param(46, "evaluative", "s14", id="X20 stated flatly"),
        pytest.param(48, "conditional", "s14", id="X20 if so"),
        pytest.param(28, "conditional", "s07", id="an offer"),
        pytest.param(44, "alleged", "s13", id="an accusation"),
    ],
)
def test_a_claim_has_its_force_and_its_act(number: int, modality: str, act: str) -> None:
    """Force and attribution of the claims that are easily given to somebody else."""
    (claim,) = claims(number)
    assert select(written(), f"SELECT ?m ?s {{ {claim} dip:modality ?m ; dip:assertedIn ?s }}") == {
        (f"modality:{modality}", f"statement:{act}")
    }


@pytest.mark.parametrize(
    ("act", "speaker", "mode", "stance", "inside"),
    [
        ("s02", "organisation:russia", "indirect-speech", "neutral", "s01"),
        ("s03", "person:sergey-lavrov", "indirect-speech", "neutral", "s01"),
        ("s04", "person:unnamed-nato-official", "indirect-speech", "neutral", "s01"),
        ("s06", "person:sergey-lavrov", "direct-quotation", "hedged", "s01"),
        ("s07", "person:sergey-lavrov", "direct-quotation", "neutral", "s01"),
        ("s08", "organisation:russia", "mention", "alleged-to-exist", "s07"),
        ("s09", "person:sergey-lavrov", "direct-quotation", "neutral", "s01"),
        ("s10", "person:sergey-lavrov", "indirect-speech", "neutral", "s01"),
        ("s11", "organisation:nato", "indirect-speech", "neutral", "s01"),
        ("s12", "person:oana-lungescu", "direct-quotation", "neutral", "s01"),
        ("s13", "organisation:russia", "indirect-speech", "neutral", "s01"),
        ("s14", "person:sergey-lavrov", "direct-quotation", "neutral", "s01"),
        ("s15", "organisation:nato", "mention", "alleged-to-exist", "s14"),
        ("s16", "person:sergey-lavrov", "direct-quotation", "neutral", "s01"),
        ("s17", "organisation:nato", "indirect-speech", "neutral", "s01"),
    ],
    ids=lambda value: str(value) if str(value).startswith("s") else "",
)
def test_an_act_is_reported_so(act: str, speaker: str, mode: str, stance: str, inside: str) -> None:
    """Each act has its speaker, its form, the reporter's distance to it, and the act it stands in."""
    query = f"""SELECT ?a ?m ?s ?i {{
      statement:{act} dip:speaker ?a ; dip:reportingMode ?m ; dip:reportingStance ?s ; dip:reportedIn ?i }}"""
    row = (speaker, f"reporting-mode:{mode}", f"reporting-stance:{stance}", f"statement:{inside}")
    assert select(written(), query) == {row}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("?x dip:reportingStance reporting-stance:hedged", {"statement:s06"}, id="X15 one act is hedged"),
        pytest.param("?x dip:relayedBy organisation:ria-novosti", {"statement:s03"}, id="X15 one act is relayed"),
        pytest.param("?y dip:relayedBy ?x", {"organisation:ria-novosti"}, id="X15 and nobody else relays"),
        pytest.param(
            "?x dip:assertedIn/dip:reportingStance reporting-stance:hedged", claims(23, 24, 25, 26, 27),
            id="Q26 what hangs on the hedge",
        ),
        pytest.param(
            "?x dip:assertedIn/dip:speaker ?s . ?s a foaf:Person FILTER NOT EXISTS { ?s foaf:name ?n }", claims(13, 14),
            id="Q28 what rests on an anonymous source",
        ),
        pytest.param(
            "{ ?a dip:speaker organisation:nato } UNION { ?a dip:onBehalfOf organisation:nato } "
            "UNION { ?a dip:speaker/org:memberOf organisation:nato } ?x dip:assertedIn ?a . "
            "?a dip:reportingStance ?s FILTER(?s != reporting-stance:alleged-to-exist)", claims(13, 14, 35, 36, 37, 52),
            id="X19 Q25 what NATO said",
        ),
        pytest.param("?x dip:restates claim:c03", claims(33), id="C33 restates C03"),
        pytest.param("?x dip:restates claim:c24", claims(51), id="X8 C51 restates C24"),
        pytest.param("claim:c17 dip:proposition ?x", set(), id="X11 no proposition where the antecedent is open"),
        pytest.param("statement:s04 time:hasTime ?x", {"when:2021-10-06"}, id="X10 the saying has the date"),
        pytest.param(
            "mission:nato-diplomatic-mission-in-moscow skos:closeMatch ?x", {"mission:nato-military-liaison-to-russia"},
            id="X4 near",
        ),
        pytest.param("?y a dip:DiplomaticMission ; owl:sameAs ?x", set(), id="X4 but never the same"),
        pytest.param("?y skos:exactMatch ?x", set(), id="X4 nor exactly the same"),
        pytest.param(
            "organisation:ria-novosti org:classification ?x", {"organisation-type:news-organisation"},
            id="X14 an agency",
        ),
        pytest.param("?x dip:characterisedAs ?y", set(), id="X9 nobody is characterised directly"),
        pytest.param("event:recent-russian-exercises sem:hasPlace ?x", set(), id="X17 no place for the exercises"),
        pytest.param("?x a dip:Accreditation", {ACCREDITATION}, id="Q23 never one for the eight"),
        pytest.param(
            "?y owl:sameAs ?x",
            {f"http://www.wikidata.org/entity/{item}" for item in ("Q7184", "Q159", "Q58217")},
            id="links are the three that were checked",
        ),
        pytest.param("?x schema:publisher|schema:author|schema:datePublished ?y", set(), id="I7 no imprint as a fact"),
        pytest.param(
            f"<{BASE}id/article/{ARTICLE}> schema:mentions ?x",
            {
                "event:annexation-of-crimea", "event:support-for-separatists-in-ukraine", COOPERATION,
                "event:nato-russia-council-meetings", "event:recent-russian-exercises",
            },
            id="Q18 the background",
        ),
        pytest.param("?x dip:assertedIn statement:s05", claims(19, 20, 21, 22), id="Q40 of another article"),
    ],
)  # fmt: skip
def test_a_trap_is_avoided(query: str, expected: set[str]) -> None:
    """What is easily got wrong: exactly this is in the facts."""
    assert one(written(), f"SELECT DISTINCT ?x {{ {query} }}") == expected


def test_staff_levels_are_two_and_one_is_inferred() -> None:
    """Ten people are said to stay; that there were eighteen is the curators' sum, in their own file (X7)."""
    query = "SELECT ?n ?c { ?l a dip:StaffLevel ; dip:headcount ?n ; prov:wasDerivedFrom ?c ; dip:countBasis ?b }"
    assert select(written(), query) == {("10", "claim:c41"), ("18", "claim:i2")}
    eighteen = {name for name, quad in parsed() if short(quad.object) == "18"}
    assert eighteen == {"curation.ttl"}


@pytest.mark.parametrize("word", ["aukus", "afp", "agence france"])
def test_what_the_text_never_says_is_not_in_the_facts(word: str) -> None:
    """Outside knowledge does not slip in: no pact, no agency that the text does not name (X18, I7)."""
    terms = {str(term).casefold() for _, quad in parsed() for term in (quad.subject, quad.object)}
    assert [term for term in terms if word in term] == []


def test_quotations_are_never_used_as_selectors() -> None:
    """Positions only: quotations would break on the text's white space and would republish it (X21)."""
    assert not ask(written(), "?x oa:exact ?y")


# The direct layer, as derived


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param(
            f"SELECT ?n ?by ?side {{ {EXPULSION} dip:headcount ?n ; dip:takenBy ?by ; dip:directedAt ?side }}",
            {("8", "organisation:nato", "organisation:russia")},
            id="Q7 eight, by NATO, from Russia's side",
        ),
        pytest.param(
            "SELECT ?m ?by ?type { ?m dcterms:source ?c . ?m a/rdfs:subClassOf* dip:DiplomaticMeasure "
            "OPTIONAL { ?m dip:takenBy ?by } OPTIONAL { ?m dip:measureType ?type } }",
            {
                (EXPULSION, "organisation:nato", "measure-type:expulsion"),
                (WITHDRAWAL, "organisation:russia", "measure-type:accreditation-withdrawal"),
                (LIAISON, "organisation:russia", "measure-type:mission-suspension"),
                (DIPLOMATIC, "organisation:russia", "measure-type:mission-termination"),
                (HALT, "organisation:russia", "None"),
                (COOPERATION, "None", "measure-type:cooperation-suspension"),
            },
            id="Q10 measures by party and type",
        ),
        pytest.param(
            f"SELECT ?x {{ {HALT} dip:affects ?x }}", {("mission:russia-to-nato",)}, id="Q11 the envoy only in a claim"
        ),
        pytest.param(
            f"SELECT ?a ?b {{ {EXPULSION} time:hasTime ?t . ?t sem:hasEarliestBeginTimeStamp ?a ; "
            "sem:hasLatestEndTimeStamp ?b }",
            {("2021-10-01", "2021-10-06")},
            id="Q13 between 1 and 6 October",
        ),
        pytest.param(f"SELECT ?t {{ {HALT} time:hasTime ?t }}", set(), id="Q14 not stated"),
        pytest.param(
            f"SELECT ?b {{ {EXPULSION} dip:deadline/sem:hasLatestEndTimeStamp ?b }}", {("2021-10-31",)}, id="Q15"
        ),
        pytest.param(
            "SELECT ?a ?b { ?a dip:inResponseTo ?b }",
            {(WITHDRAWAL, EXPULSION)},
            id="Q38 the one response nobody hedges",
        ),
        pytest.param(
            f"SELECT ?g {{ {EXPULSION} dip:ground ?g }}",
            {("event:espionage-case-of-october-2021",)},
            id="Q9 the ground",
        ),
        pytest.param(
            "SELECT ?a ?b { ?a dip:announcedIn ?b }",
            {
                (HALT, "statement:s02"),
                (DIPLOMATIC, "statement:s02"),
                (WITHDRAWAL, "statement:s03"),
                (LIAISON, "statement:s09"),
            },
            id="announced in acts that nobody hedges",
        ),
    ],
)
def test_a_plain_question_has_its_answer(query: str, expected: set[tuple[str, ...]]) -> None:
    """The direct layer answers simple questions as the article allows, and no further."""
    assert select(direct(), query) == expected


STATUS = """SELECT ?a ?status {{ ?a a dip:Accreditation ; dip:forMission ?m .
  OPTIONAL {{ ?a dip:endedBy/time:hasTime ?t .
    ?t sem:hasEarliestBeginTimeStamp ?eb ; sem:hasLatestBeginTimeStamp ?lb }}
  BIND("{day}"^^xsd:date AS ?d)
  BIND(IF(!BOUND(?eb), "no end recorded",
    IF(?d < ?eb, "in force", IF(?d >= ?lb, "ended", "undetermined"))) AS ?status) }}
"""


@pytest.mark.parametrize(
    ("day", "status"),
    [
        pytest.param("2021-10-18", "in force", id="Q19 on the day of the announcement"),
        pytest.param("2021-10-31", "in force", id="Q20 the day before"),
        pytest.param("2021-11-01", "ended", id="Q21 as announced"),
    ],
)
def test_accreditation_on_a_day(day: str, status: str) -> None:
    """The liaison mission's staff was accredited until the end of October."""
    assert select(direct(), STATUS.format(day=day)) == {(ACCREDITATION, status)}
