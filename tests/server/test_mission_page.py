"""Pages of missions, and of what belongs to them: numbers by how each is known, what touched them, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pyoxigraph as ox
import pytest
from flask import Flask
from histories import SVG, Read, all_facts, classed, pictures, served, words

from legation.graph.times import Bounds
from legation.server.accreditation_page import before_begin
from legation.server.mission_page import Number, letter_of
from legation.server.mission_page import pictures as pictures_of
from legation.server.speech import LANGUAGES, Speech
from legation.server.testimony import Reading
from legation.server.view_models import Value

SAY = Speech("en")
TO_NATO = "mission/russia-to-nato"
IN_RIYADH = "mission/iranian-embassy-in-riyadh"
IN_WASHINGTON = "mission/soviet-embassy-in-washington"
LIAISON = "mission/nato-military-liaison-to-russia"
PAGES = (
    TO_NATO, IN_RIYADH, IN_WASHINGTON, LIAISON, "mission/russian-embassy-in-prague",
    "accreditation/staff-of-nato-military-liaison", "accreditation/seven-of-russias-mission-to-nato-2018",
    "request/three-for-russias-mission-to-nato-2018", "staff-level/russia-to-nato-before-the-departures",
    "staff-level/russia-to-nato-ceiling-from-2018", "mission-state/iranian-embassy-in-riyadh-open-again",
)  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("histories")
    with served(all_facts(folder / "facts"), folder) as found:
        yield found


def rows(page: Read, section: str) -> list[str]:
    """The rows of the tables in a section, heads left out."""
    return [words(row) for body in page.section(section).iter("tbody") for row in body.iter("tr")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_every_page_refers_to_its_sources_and_names_its_pictures(app: Flask, path: str, language: str) -> None:
    """References lead to sources, each is led to, ids are single, pictures have names, and nothing has a style."""
    page = Read(app, path, language)
    wanted = {mark.get("href") for mark in classed(page.root, "reference-mark")}
    listed = {f"#{item.get('id')}" for item in page.root.iter("li") if (item.get("id") or "").startswith("source-")}
    assert wanted == listed
    ids = [element.get("id") for element in page.root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert all(words(next(picture.iter(SVG + "title"))) for picture in pictures(page.root))
    assert [element.tag for element in page.root.iter() if element.get("style")] == []


def test_a_mission_is_sent_by_one_party_to_another(app: Flask) -> None:
    """Both parties head the page; its seat stands with the source that names it."""
    page = Read(app, TO_NATO)
    sender, receiver = classed(page.section("who"), "party")
    assert words(classed(sender, "value")[0]).endswith("Russia")
    assert words(classed(receiver, "value")[0]).endswith("NATO")
    (seat,) = (one for one in classed(page.section("who"), "holding") if "Brussels" in words(one))
    assert "Narrator" in words(seat)


def test_numbers_are_told_apart_by_shape_and_word(app: Flask) -> None:
    """Ten that are expected and eighteen that are inferred: another shape each, and the word beside the number."""
    page = Read(app, TO_NATO)
    _, persons = classed(page.section("staff"), "chart")
    levels = {words(classed(level, "figure")[0]).split(" ")[0]: level for level in classed(persons, "level")}
    assert set(levels) == {"18", "10"}
    assert SAY("standing_inferred") in words(levels["18"])
    assert SAY("standing_expected") in words(levels["10"])
    shapes = [
        [path.get("d") for path in level.iter(SVG + "path") if path.get("class") == "hollow"]
        for level in levels.values()
    ]
    assert all(len(drawn) == 1 for drawn in shapes)
    assert shapes[0] != shapes[1]


def test_a_picture_of_numbers_reads_as_a_table_too(app: Flask) -> None:
    """Each number stands in the table with what it counts, when, and who says so; the picture's text says the same."""
    page = Read(app, TO_NATO)
    table = rows(page, "staff")
    assert len(table) == 5
    (inferred,) = (row for row in table if row.startswith("18"))
    assert all(part in inferred for part in ("Persons", "Before the departures", "inferred", "Curators of Legation"))
    described = " ".join(words(text) for text in page.section("staff").iter(SVG + "desc"))
    assert len(re.findall(r"\((?:stated|inferred|expected)\)", described)) == 5


def test_posts_and_persons_are_never_on_one_scale(app: Flask) -> None:
    """A ceiling of posts has its own picture, and its numbers say that they are limits."""
    posts, persons = classed(Read(app, TO_NATO).section("staff"), "chart")
    assert "Posts" in words(posts)
    assert "Persons" in words(persons)
    figures = [words(figure) for figure in classed(posts, "figure")]
    assert [figure.split(" Until")[0].split(" From")[0] for figure in figures] == [
        "at most 30", "at most 20", "at most 10",
    ]  # fmt: skip
    assert "at most" not in "".join(words(figure) for figure in classed(persons, "figure"))


def test_measures_stand_in_order_with_the_letters_of_the_picture(app: Flask) -> None:
    """What touched the mission, from the earliest, each with what of it was touched and on whose word."""
    page = Read(app, TO_NATO)
    touching = rows(page, "touching")
    assert [row[0] for row in touching] == list("abcdef")
    assert "27 March 2018" in touching[0]
    assert "NATO expels eight" in touching[3]
    assert "by way of The eight members of the Russian mission" in touching[3]
    assert "Russia halts its own mission" in touching[5]
    assert "by way of" not in touching[5]
    pins = {words(letter) for letter in classed(classed(page.section("staff"), "chart")[0], "letter")}
    assert pins == set("abcdef")


def test_a_mission_without_numbers_or_measures_says_so(app: Flask) -> None:
    """Silence is said where a reader would look."""
    page = Read(app, "mission/czech-embassy-in-moscow")
    assert page.text("staff").endswith(SAY("not_stated"))
    assert page.text("touching").endswith(SAY("mission_untouched"))


def test_states_stand_in_order_with_the_dates_that_are_only_claimed(app: Flask) -> None:
    """Closed, then open: the curators' bounds, and beside them the three days that three sources give."""
    page = Read(app, IN_RIYADH)
    states = rows(page, "states")
    assert [row.split(" ")[0] for row in states] == ["Closed", "Open", "Open", "Open", "Open"]
    assert "inferred" in states[1]
    assert all("only claimed" in row for row in states[2:])
    closed = pictures(page.section("states"))[0]
    assert len(classed(closed, "certain")) == 1
    assert classed(closed, "open") == []
    assert page.text("tensions").count("The embassy opened on 12 April.") == 2


def test_accreditations_and_requests_stand_with_what_became_of_them(app: Flask) -> None:
    """Seven were withdrawn; three were never granted and are no accreditations."""
    page = Read(app, TO_NATO)
    assert "NATO withdraws seven accreditations" in page.text("accreditations")
    assert "three" not in page.text("accreditations").lower()
    assert "Refused" in page.text("requests")


def test_an_accreditation_is_in_force_until_what_ends_it_begins(app: Flask) -> None:
    """Withdrawn from 1 November: its last day is 31 October, and since when is not stated."""
    page = Read(app, "accreditation/staff-of-nato-military-liaison")
    in_force, ended = rows(page, "when")
    assert "until 31 October 2021" in in_force
    assert SAY("time_begin_unstated") in in_force
    assert ended.startswith("Ended by")
    assert "inferred Russia" in page.text("what")


@pytest.mark.parametrize(
    ("begins", "last"),
    [
        (("2021-11-01", "2021-11-01"), ("2021-10-31", "2021-10-31")),
        (("2021-03-01", "2021-03-05"), ("2021-02-28", "2021-03-04")),
        (("2021-11-01", ""), ("2021-10-31", "")),
        (("", "2021-11-01"), ("", "2021-10-31")),
        (("soon", "0001-01-01"), ("", "")),
    ],
)
def test_what_lasts_until_something_begins_ends_the_day_before(begins: tuple[str, str], last: tuple[str, str]) -> None:
    """An uncertain begin makes an uncertain end; no end is made up."""
    assert before_begin(Bounds(*begins)) == ("", "", *last)


def test_a_number_stands_among_the_others_of_its_mission(app: Flask) -> None:
    """A ceiling, with the measure that set it and the earlier and later numbers."""
    page = Read(app, "staff-level/russia-to-nato-ceiling-from-2018")
    assert "NATO lowers the ceiling" in page.text("when")
    assert len(rows(page, "staff")) == 5


def test_a_level_without_a_number_is_not_drawn() -> None:
    """A ceiling by parity may have none: nothing is drawn for it, nor for what is no number that fits a picture."""
    day = Bounds("2021-10-01", "2021-10-01", "2021-10-01", "2021-10-01")
    level = Number(Value("Level"), None, None, None, None, day, "1 October 2021", is_limit=True)
    assert level.number is None
    assert pictures_of([level]) == ()
    for text in ("-3", "many", "99999999999999999999", "٣"):
        reading = Reading(Value(text), ox.Literal(text), "stated")
        assert replace(level, reading=reading).number is None
    seven = replace(level, reading=Reading(Value("7"), ox.Literal(7), "stated"))
    assert pictures_of([seven, replace(seven, bounds=Bounds())])[0].numbers == (seven,)


@pytest.mark.parametrize(("number", "letter"), [(0, "a"), (25, "z"), (26, "aa"), (51, "az"), (52, "ba"), (702, "aaa")])
def test_letters_do_not_run_out(number: int, letter: str) -> None:
    """A long list goes on with two letters."""
    assert letter_of(number) == letter
