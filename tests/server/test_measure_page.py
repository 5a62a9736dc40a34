"""Pages of measures: every value with its sources, disputes side by side, silence said to be silence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from histories import SVG, Read, all_facts, classed, pictures, served, words

from legation.server.speech import LANGUAGES, Speech
from legation.server.testimony import STANDINGS

SAY = Speech("en")
EXPULSION = "measure/2021-10-nato-expels-eight"
HALT = "measure/2021-10-russia-halts-its-mission-to-nato"
WITHDRAWAL = "measure/2021-11-russia-withdraws-accreditation"
COOPERATION = "measure/nato-russia-practical-cooperation-suspended"
MEASURES = (
    EXPULSION, HALT, WITHDRAWAL, COOPERATION, "measure/2023-iran-reopens-its-embassy",
    "measure/1986-10-us-caps-soviet-missions", "measure/2021-04-czechia-caps-russian-embassy",
    "measure/2023-08-cnsp-expels-ambassador",
)  # fmt: skip

INVENTED = """
@prefix dip: <https://w3id.org/legation/ns#> .
@prefix modality: <https://w3id.org/legation/vocab/modality#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix reporting-mode: <https://w3id.org/legation/vocab/reporting-mode#> .
@prefix reporting-stance: <https://w3id.org/legation/vocab/reporting-stance#> .
@prefix schema: <https://schema.org/> .
@prefix sem: <http://semanticweb.cs.vu.nl/2009/11/sem/> .
@prefix time: <http://www.w3.org/2006/time#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<id/organisation/northland> a dip:Organisation ; rdfs:label "Northland"@en , "Norlande"@fr .
<id/organisation/southmark> a dip:Organisation ; rdfs:label "Southmark"@en , "Sudmarche"@fr .
<id/person/envoy> rdfs:label "The envoy"@en , "L’envoyé"@fr .
<id/measure/order> a dip:Expulsion ; rdfs:label "An order to leave"@en , "Un ordre de partir"@fr .
<id/time/nonsense> a time:TemporalEntity ; rdfs:label "One of these days"@en , "Un de ces jours"@fr ;
  sem:hasEarliestBeginTimeStamp "soon" .
<id/statement/n> a dip:Statement ; rdfs:label "Northland’s note"@en , "La note de la Norlande"@fr ;
  dip:speaker <id/organisation/northland> ; dip:reportingStance reporting-stance:endorsed .
<id/statement/s> a dip:Statement ; rdfs:label "Southmark’s reply"@en , "La réponse de la Sudmarche"@fr ;
  dip:speaker <id/organisation/southmark> ; dip:reportingStance reporting-stance:endorsed .
<id/statement/e> a dip:Statement ; rdfs:label "The envoy’s words"@en , "Les mots de l’envoyé"@fr ;
  dip:speaker <id/person/envoy> ; dip:reportedIn <id/statement/s> ; dip:reportingStance reporting-stance:neutral .

<id/claim/c1> a dip:Claim ; schema:text "Northland expels one person."@en ; dip:assertedIn <id/statement/n> ;
  dip:modality modality:asserted ; dip:negated false ; dip:proposition <id/p/takenby> , <id/p/one> , <id/p/when> .
<id/claim/c2> a dip:Claim ; schema:text "Southmark denies that it is one person."@en ; dip:assertedIn <id/statement/s> ;
  dip:modality modality:asserted ; dip:negated true ; dip:proposition <id/p/one> .
<id/claim/c3> a dip:Claim ; schema:text "No embassy is affected."@en ; dip:assertedIn <id/statement/e> ;
  dip:modality modality:asserted ; dip:negated true ; dip:proposition <id/p/embassy> .
<id/p/takenby> a rdf:Statement ; rdf:subject <id/measure/order> ; rdf:predicate dip:takenBy ;
  rdf:object <id/organisation/northland> .
<id/p/one> a rdf:Statement ; rdf:subject <id/measure/order> ; rdf:predicate dip:headcount ; rdf:object 1 .
<id/p/when> a rdf:Statement ; rdf:subject <id/measure/order> ; rdf:predicate time:hasTime ;
  rdf:object <id/time/nonsense> .
<id/p/embassy> a rdf:Statement ; rdf:subject <id/measure/order> ; rdf:predicate dip:affects ;
  rdf:object <id/mission/embassy> .
<id/mission/embassy> a dip:DiplomaticMission ; rdfs:label "The embassy"@en , "L’ambassade"@fr .
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("histories")
    with served(all_facts(folder / "facts"), folder) as found:
        yield found


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("invented")
    (folder / "facts").mkdir()
    (folder / "facts" / "invented.ttl").write_text(INVENTED, "utf-8")
    with served(folder / "facts", folder) as found:
        yield found


def readings(page: Read, section: str) -> dict[str, str]:
    """The values in a section, each with its classes."""
    found = classed(page.section(section), "holding")
    return {words(classed(one, "value")[0]): one.get("class") or "" for one in found}


@pytest.mark.parametrize("path", MEASURES)
def test_every_reference_leads_to_a_source_and_every_source_is_referred_to(app: Flask, path: str) -> None:
    """The numbers run from one without a gap, and each source names its claim, its speaker and its statement."""
    page = Read(app, path)
    wanted = {mark.get("href") for mark in classed(page.root, "reference-mark")}
    listed = [item for item in page.section("sources").iter("li") if (item.get("id") or "").startswith("source-")]
    assert [item.get("id") for item in listed] == [f"source-{n + 1}" for n in range(len(listed))]
    assert wanted == {f"#{item.get('id')}" for item in listed}
    for item in listed:
        links = [link.get("href") or "" for link in item.iter("a")]
        assert any("/doc/claim/" in href for href in links)
        assert any("/doc/statement/" in href for href in links)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", MEASURES)
def test_pictures_are_named_and_carry_no_style(app: Flask, path: str, language: str) -> None:
    """The policy of the pages allows no style of an element; a picture that is not hidden says what it shows."""
    page = Read(app, path, language)
    assert [element.tag for element in page.root.iter() if element.get("style")] == []
    shown = pictures(page.root)
    assert all(words(next(picture.iter(SVG + "title"))) for picture in shown)
    hidden = [svg for svg in page.root.iter(SVG + "svg") if svg.get("aria-hidden") == "true"]
    told = {inner for svg in (*shown, *hidden) for inner in svg.iter(SVG + "svg")}
    assert set(page.root.iter(SVG + "svg")) == told


@pytest.mark.parametrize("path", MEASURES)
def test_the_legend_explains_what_occurs_and_no_more(app: Flask, path: str) -> None:
    """Every standing of a value on the page is in the legend."""
    page = Read(app, path)
    occurring = {
        standing
        for glyph in classed(page.root, "glyph")
        for standing in STANDINGS
        if standing in (glyph.get("class") or "").split()
    }
    legend = page.text("legend")
    assert {s for s in STANDINGS if SAY(f"standing_{s}_how") in legend} == occurring


def test_who_does_what_to_whom_is_said_with_who_says_so(app: Flask) -> None:
    """Both parties of the expulsion, each with those who name it."""
    page = Read(app, EXPULSION)
    taken, directed = classed(page.section("who"), "party")
    assert "NATO" in words(taken)
    assert "Narrator of article" in words(taken)
    assert "Unnamed NATO official" in words(taken)
    assert "Russia" in words(directed)
    assert "Narrator of article" not in words(directed)
    assert "stated 8" in readings(page, "what")


def test_a_line_for_search_engines_holds_no_mere_claim(app: Flask) -> None:
    """It says who did what to whom; the contested type of the halt is not in it."""
    lines = [
        next(
            meta.get("content") or "" for meta in Read(app, path).root.iter("meta") if meta.get("name") == "description"
        )
        for path in (EXPULSION, HALT)
    ]
    assert "taken by: NATO; directed at: Russia; measure type: Expulsion of mission members" in lines[0]
    assert "Between 1 and 6 October 2021" in lines[0]
    assert "directed at: NATO" in lines[1]
    assert "Suspension" not in lines[1]


def test_a_contested_value_stands_as_two_claims_side_by_side(app: Flask) -> None:
    """Suspended or ended: both are shown as only claimed, in one box of a dispute, and neither as fact."""
    page = Read(app, HALT)
    (box,) = classed(page.section("what"), "disputed")
    one, other = (words(value) for value in classed(box, "value"))
    assert one.startswith("only claimed Suspension of a mission")
    assert other.startswith("only claimed Termination of a mission")
    assert SAY("account_disputed") in page.text("what")
    pairs = [words(pair) for pair in classed(page.section("tensions"), "pair")]
    assert "suspending its mission" in pairs[0]
    assert "put an end" in pairs[0]


def test_what_only_a_hedged_attribution_says_is_marked_as_claimed(app: Flask) -> None:
    """The envoy is affected only if the minister did say what he is said to have said."""
    (envoy,) = (one for one in classed(Read(app, HALT).section("what"), "holding") if "envoy" in words(one))
    assert "claimed" in (envoy.get("class") or "")
    assert SAY("standing_claimed") in words(envoy)
    assert "Hedged" in words(envoy)


def test_what_curators_conclude_is_no_source_s_word(app: Flask) -> None:
    """The party aimed at is inferred."""
    _, directed = classed(Read(app, HALT).section("who"), "party")
    assert words(classed(directed, "value")[0]) == "inferred NATO"
    assert "Curators of Legation" in words(directed)


def test_the_chain_of_reporting_is_told(app: Flask) -> None:
    """Said by the minister, passed on by an agency, in an article."""
    page = Read(app, WITHDRAWAL)
    assert "Sergey Lavrov through RIA Novosti" in page.text("what")
    assert "from News article" in page.text("sources")
    assert "for NATO" not in page.text("sources")


def test_silence_is_said(app: Flask) -> None:
    """No source gives the halt a beginning or a ground, nor says who suspended the cooperation, or against whom."""
    page = Read(app, HALT)
    rows = {words(row.find("th")): words(row) for row in page.section("when").iter("tr") if row.find("th") is not None}
    assert SAY("not_stated") in rows["Takes effect"]
    assert SAY("not_stated") in page.text("why")
    assert Read(app, COOPERATION).text("who").count(SAY("not_stated")) == 2


def test_an_open_end_is_drawn_open_and_said(app: Flask) -> None:
    """The withdrawal takes effect on 1 November; no source says until when."""
    page = Read(app, WITHDRAWAL)
    (row,) = (row for row in page.section("when").iter("tr") if words(row).startswith("Takes effect"))
    (picture,) = pictures(row)
    assert words(next(picture.iter(SVG + "title"))).replace("\u00a0", " ") == "from 1 November 2021 on"
    assert SAY("time_end_unstated") in words(row)
    assert SAY("time_begin_unstated") not in words(row)
    assert len(classed(picture, "open")) == 1
    assert len(classed(picture, "fence")) == 1
    assert classed(picture, "certain") == []


def test_what_it_answers_and_what_answers_it_stand_on_the_axis(app: Flask) -> None:
    """In the order of time; an answer that is only claimed is marked so, and dated by its announcement."""
    page = Read(app, EXPULSION)
    followed = [words(value) for value in classed(page.section("then"), "value")]
    assert followed == [
        "stated Russia withdraws the accreditation of the liaison mission’s staff",
        "only claimed Russia halts its own mission to NATO",
    ]
    beside = [words(row) for row in classed(page.section("when"), "beside")]
    assert [text.split("What answers it ")[1][:12] for text in beside] == ["Russia halts", "Russia withd"]
    assert SAY("timeline_announced") in beside[0]
    assert [SAY("standing_claimed") in text for text in beside] == [True, False]


def test_affirmed_by_one_and_denied_by_another_is_a_dispute(invented: Flask) -> None:
    """The value is no fact; who affirms and who denies stand under it."""
    page = Read(invented, "measure/order")
    (number,) = (one for one in classed(page.section("what"), "holding") if words(one).startswith("disputed"))
    assert words(classed(number, "value")[0]) == "disputed 1"
    affirmed, denied = words(number).split(SAY("denied_by"))
    assert "Northland" in affirmed
    assert "Southmark" not in affirmed
    assert "Southmark" in denied
    assert page.text("sources").count(SAY("thing_denied")) == 2


def test_what_is_only_denied_is_struck_and_said_to_be(invented: Flask) -> None:
    """A denial of what nobody affirms makes nothing a fact; one quoted by another is heard through that one."""
    page = Read(invented, "measure/order")
    (embassy,) = (one for one in classed(page.section("what"), "holding") if "embassy" in words(one))
    assert "denied" in (embassy.get("class") or "").split()
    assert "The envoy through Southmark" in words(embassy)


def test_a_date_that_is_none_is_shown_in_words_and_not_drawn(invented: Flask) -> None:
    """No axis is made for a bound that is no day."""
    page = Read(invented, "measure/order")
    assert "One of these days" in page.text("when")
    assert pictures(page.section("when")) == []
    assert classed(page.section("when"), "tick") == []


def test_a_measure_without_a_party_aimed_at_says_so(invented: Flask) -> None:
    """Nobody states at whom the order is directed."""
    _, directed = classed(Read(invented, "measure/order").section("who"), "party")
    assert SAY("not_stated") in words(directed)
