"""Stories: what belongs together, in what order it is told, and what stays in the background; of invented facts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from invented_stories import BASE, FACTS, PREFIXES, stored

from legation.graph.store import EmbeddedStore
from legation.graph.stories import (
    DEADLINE,
    MEMBERS_MAX,
    Case,
    Told,
    background_steps,
    cases,
    index_of,
    steps,
    told,
)
from legation.ontology.terms import DIP, SEM


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    with stored(tmp_path_factory.mktemp("stories"), FACTS) as store:
        yield store


@pytest.fixture(scope="module")
def story(store: EmbeddedStore) -> Told:
    return told(store, next(case for case in cases(store) if case.head.endswith("expulsion")).core)


def short(iris: tuple[str, ...] | list[str]) -> list[str]:
    return [iri.removeprefix(BASE.thing("")) for iri in iris]


def test_what_answers_rests_on_or_announces_one_another_is_one_story(store: EmbeddedStore) -> None:
    """Two stories; a denial and a statement that is only alleged join nothing, and a lone measure is none."""
    assert [short(case.core) for case in cases(store)] == [
        ["measure/later", "measure/later-answer"],
        ["event/incident", "event/occasion", "measure/expulsion", "measure/half-of-the-halt", "measure/halt",
         "statement/reply", "statement/speech"],
    ]  # fmt: skip


def test_a_story_is_named_by_its_first_measure_and_the_latest_come_first(store: EmbeddedStore) -> None:
    """The head is a measure, by date, whatever else is earlier."""
    found: tuple[Case, ...] = cases(store)
    assert short([case.head for case in found]) == ["measure/later", "measure/expulsion"]
    assert [case.bounds.earliest_begin for case in found] == ["2031-05-01", "2030-03-05"]


def test_steps_stand_in_the_order_of_dates_and_links(story: Told) -> None:
    """Undated: a ground before what rests on it, an announced measure after its announcement, a part after its whole,
    a reply after what it replies to."""
    index = index_of(story.triples)
    found = steps(story, index)
    assert short([step.iri for step in found if step.kind != DEADLINE]) == [
        "event/incident", "measure/expulsion", "event/occasion", "measure/halt", "statement/reply",
        "measure/half-of-the-halt", "statement/hearsay", "statement/remark",
    ]  # fmt: skip
    placed = {short([step.iri])[0]: (step.placed_by, step.is_before) for step in found if step.placed_by}
    assert placed == {
        "event/incident": (str(DIP.ground), True),
        "measure/halt": (str(DIP.announcedIn), False),
        "statement/reply": (str(DIP.inReplyTo), False),
        "measure/half-of-the-halt": (str(SEM.subEventOf), False),
    }


def test_a_deadline_is_a_step_of_its_own(story: Told) -> None:
    """It stands at its own date, after what happened before it."""
    found = [(step.kind, step.bounds.latest_end) for step in steps(story, index_of(story.triples))]
    assert (DEADLINE, "2030-04-01") in found
    assert found.index((DEADLINE, "2030-04-01")) > found.index(("event", "2030-03-09"))


def test_statements_of_one_occasion_are_its_parts(story: Told) -> None:
    """They are no steps of their own."""
    parts = {short([step.iri])[0]: short(step.parts) for step in steps(story, index_of(story.triples)) if step.parts}
    assert parts == {"event/occasion": ["statement/speech"]}


def test_statements_about_the_core_and_what_is_known_from_them_alone_belong_to_it(story: Told) -> None:
    """A narration and the curators are where the story is told; they are no steps."""
    assert short(story.statements) == ["statement/hearsay", "statement/remark"]
    assert short(story.reports) == ["statement/curation", "statement/narration"]


def test_the_background_is_what_the_same_reports_speak_of(story: Told) -> None:
    """Not what another report of the same release speaks of."""
    index = index_of(story.triples)
    assert short([step.iri for step in background_steps(story, index)]) == ["event/earlier-quarrel", "measure/later"]


def test_claims_in_tension_come_along_from_wherever_they_are_made(story: Told) -> None:
    """What stands against a step is never left out."""
    assert {"claim/c8", "claim/c9"} <= set(short(story.claims))


def test_a_story_is_bounded(tmp_path: Path) -> None:
    """However many measures answer one another, so many are told."""
    chain = "\n".join(
        f"<id/measure/m{n:04}> a dip:DiplomaticMeasure ; dip:inResponseTo <id/measure/m{n - 1:04}> ."
        for n in range(1, MEMBERS_MAX + 20)
    )
    with stored(tmp_path, f"{PREFIXES}<id/measure/m0000> a dip:DiplomaticMeasure .\n{chain}") as store:
        (case,) = cases(store)
        assert len(case.core) == MEMBERS_MAX + 20
        assert len(told(store, case.core).core) == MEMBERS_MAX
