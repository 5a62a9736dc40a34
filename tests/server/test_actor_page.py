"""Pages of actors, over the bundled facts with the cases beside them, and over invented ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from histories import Read, all_facts, classed, served, words

from legation.server.deeds import DEEDS_MAX
from legation.server.speech import LANGUAGES, messages

ARTICLE = "55ee074e7567bb82"
PREFIXES = """
@prefix dip: <https://w3id.org/legation/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sem: <http://semanticweb.cs.vu.nl/2009/11/sem/> .
@prefix time: <http://www.w3.org/2006/time#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("actors")
    with served(all_facts(folder / "facts"), folder) as app:
        yield app


def deeds(page: Read, section: str) -> list[str]:
    """What stands in the lines of a list of deeds."""
    return [words(deed) for deed in classed(page.section(section), "deed")]


def statements(page: Read, section: str) -> list[str]:
    return [words(said) for said in classed(page.section(section), "said")]


def test_what_an_actor_did_stands_with_who_says_so(app: Flask) -> None:
    """A measure is followed by everybody whose claim carries it."""
    (line,) = [line for line in deeds(Read(app, "organisation/nato"), "did") if "expels eight" in line]
    assert "took it" in line
    assert "Unnamed NATO official" in line
    assert "Narrator" in line


def test_deeds_come_in_order_of_time_and_the_undated_last(app: Flask) -> None:
    """1986 stands before 2018; what has no date stands behind all that have one."""
    did = deeds(Read(app, "organisation/russia"), "did")
    places = [next(place for place, line in enumerate(did) if year in line) for year in ("2014", "2018", "2021")]
    assert places == sorted(places)
    undated = [line.startswith(messages("en")["when_unknown"]) for line in did]
    assert any(undated)
    assert undated == sorted(undated)


def test_a_measure_without_a_date_stands_at_its_announcement_and_says_so(app: Flask) -> None:
    """The day of the saying is not passed off as the day of the measure."""
    (line,) = [line for line in deeds(Read(app, "organisation/russia"), "did") if "halts its own mission" in line]
    assert line.startswith("announced: 18 October 2021")


def test_what_is_only_alleged_of_an_actor_is_marked(app: Flask) -> None:
    """An allegation stands among the deeds as an allegation."""
    did = deeds(Read(app, "organisation/nato"), "did")
    (alleged,) = [line for line in did if "Provocative activities" in line]
    assert messages("en")["deed_claimed"] in alleged
    assert "Russia Alleged" in alleged
    (expulsion,) = [line for line in did if "expels eight" in line]
    assert messages("en")["deed_claimed"] not in expulsion


def test_what_is_done_to_a_body_of_an_actor_is_done_to_the_actor(app: Flask) -> None:
    """A measure that affects a state's mission is on the page of the state, with the mission named."""
    suffered = deeds(Read(app, "organisation/russia"), "suffered")
    assert any("affects Permanent mission of Russia to NATO" in line for line in suffered)
    assert any("NATO expels eight" in line and "is its target" in line for line in suffered)


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_that_others_lend_an_actor_are_told_apart_from_its_own(app: Flask, language: str) -> None:
    """A statement known only from somebody else is not among what the actor said, in either language."""
    page = Read(app, "organisation/nato", language)
    link = f"statement/{ARTICLE}/s15"
    inside = {name: page.section(name) for name in ("said", "lent")}
    hrefs = {name: [a.get("href") or "" for a in section.iter("a")] for name, section in inside.items()}
    assert any(link in href for href in hrefs["lent"])
    assert not any(link in href or f"claim/{ARTICLE}/c61" in href for href in hrefs["said"])
    assert messages(language)["actor_lent_how"].replace("\u00a0", " ") in page.text("lent").replace("\u00a0", " ")


def test_what_is_said_on_an_actors_behalf_is_among_its_words_with_the_speaker(app: Flask) -> None:
    """A spokesperson's statement is found under the organisation and under the person."""
    assert any("Oana Lungescu on behalf of NATO" in line for line in statements(Read(app, "organisation/nato"), "said"))
    assert "Lungescu’s press release" in Read(app, "person/oana-lungescu").text("said")


def test_a_denial_among_an_actors_claims_is_marked(app: Flask) -> None:
    """No reader takes what is denied for what is said."""
    denied = [words(claim) for claim in classed(Read(app, "organisation/nato").section("said"), "denied")]
    assert any(line.startswith("Denial NATO had received no official notification") for line in denied)


def test_what_an_agency_passed_on_is_not_its_own_word(app: Flask) -> None:
    """A relayed statement has a place of its own, with the speaker named."""
    page = Read(app, "organisation/ria-novosti")
    assert not page.has("said")
    assert "Sergey Lavrov, through RIA Novosti" in page.text("relayed")


def test_posts_missions_and_members_stand_together_with_who_holds_a_post(app: Flask) -> None:
    """From a state to its minister in one step, and back."""
    related = Read(app, "organisation/russia").text("related")
    assert "Minister of Foreign Affairs of Russia held by Sergey Lavrov" in related
    assert "Permanent mission of Russia to NATO" in related
    assert "Minister of Foreign Affairs" in Read(app, "person/sergey-lavrov").text("related")
    assert "Sergey Lavrov" in Read(app, "post/russian-foreign-minister").text("related")


def test_a_long_page_begins_with_what_it_holds(app: Flask) -> None:
    """The overview leads to sections of the page and counts them as they do."""
    page = Read(app, "organisation/russia")
    (overview,) = classed(page.root, "overview-of")
    targets = {(a.get("href") or "").removeprefix("#") for a in overview.iter("a")}
    assert {"did", "suffered", "said"} <= targets
    assert all(page.has(target) for target in targets)
    assert f"What it did {len(deeds(page, 'did'))}" in words(overview)


def test_more_deeds_than_a_page_shows_are_counted(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A busy actor's page says how many measures there are and how many of them it lists."""
    folder = tmp_path_factory.mktemp("busy")
    (folder / "facts").mkdir()
    head = '<id/organisation/northland> a dip:Organisation ; rdfs:label "Northland"@en , "Norlande"@fr .'
    made = [
        f'<id/measure/m{n:03}> a dip:DiplomaticMeasure ; rdfs:label "Measure {n}"@en , "Mesure {n}"@fr ; '
        f"dip:takenBy <id/organisation/northland> ; time:hasTime <id/time/t{n:03}> .\n"
        f'<id/time/t{n:03}> a time:TemporalEntity ; rdfs:label "Day {n}"@en , "Jour {n}"@fr ; '
        f'sem:hasEarliestBeginTimeStamp "20{99 - n:02}-03-05"^^xsd:date .'
        for n in range(DEEDS_MAX + 7)
    ]
    (folder / "facts" / "busy.ttl").write_text("\n".join([PREFIXES, head, *made]), "utf-8")
    with served(folder / "facts", folder) as app:
        page = Read(app, "organisation/northland")
        listed = deeds(page, "did")
        assert len(listed) == DEEDS_MAX
        assert f"What it did {DEEDS_MAX + 7}" in page.text("did")
        assert messages("en")["thing_claims_shown"].format(n=DEEDS_MAX) in page.text("did")
        assert listed[0].startswith(f"Day {DEEDS_MAX - 1} ")
