"""Pages of statements: the chain from the speaker to the document, stance in plain words, claims in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from histories import Read, all_facts, classed, served, words

from legation.server.chains import STEPS_MAX
from legation.server.speech import LANGUAGES

S = "statement/55ee074e7567bb82/"
INVENTED = """
@prefix dip: <https://w3id.org/legation/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<id/statement/ring/1> a dip:Statement ; rdfs:label "One"@en , "Un"@fr ; dip:reportedIn <id/statement/ring/2> .
<id/statement/ring/2> a dip:Statement ; rdfs:label "Two"@en , "Deux"@fr ; dip:reportedIn <id/statement/ring/1> .
<id/statement/bare> a dip:Statement ; rdfs:label "Bare"@en , "Nue"@fr .
""" + "\n".join(
    f'<id/statement/deep/{n}> a dip:Statement ; rdfs:label "Level {n}"@en , "Niveau {n}"@fr ; '
    f"dip:reportedIn <id/statement/deep/{n + 1}> ."
    for n in range(STEPS_MAX * 2)
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("statements")
    with served(all_facts(folder / "facts"), folder) as app:
        yield app


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Statements that no rule would let pass."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "facts").mkdir()
    (folder / "facts" / "odd.ttl").write_text(INVENTED, "utf-8")
    with served(folder / "facts", folder) as app:
        yield app


def stations(page: Read) -> list[list[Element]]:
    """The stations of each chain of a page."""
    return [classed(chain, "station") for chain in classed(page.root, "chain")]


def names(chain: list[Element]) -> list[str]:
    return [words(classed(station, "voice-name")[0]) for station in chain]


def test_the_chain_leads_from_the_speaker_over_the_agency_to_the_article(app: Flask) -> None:
    """Each station says what it does there; the list's order is the order of the words' travel."""
    (chain,) = stations(Read(app, S + "s03"))
    assert names(chain)[:3] == ["Sergey Lavrov", "RIA Novosti", "Narrator of article 55ee074e7567bb82"]
    assert names(chain)[3].startswith("News article")
    assert [words(classed(station, "role")[0]) for station in chain] == [
        "Speaks", "Passes it on", "Reports it", "Holds it",
    ]  # fmt: skip
    assert "Indirect speech" in words(chain[1])


def test_a_statement_inside_a_statement_shows_both_and_breaks_the_line_where_nobody_vouches(app: Flask) -> None:
    """NATO according to Lavrov according to the article: only the first step is in doubt, and it is said in words."""
    (chain,) = stations(Read(app, S + "s15"))
    assert names(chain)[:2] == ["NATO", "Sergey Lavrov"]
    loose = ["loose" in (station.get("class") or "") for station in chain]
    assert loose == [True, False, False, False]
    assert "Nobody vouches for this step." in words(chain[0])


def test_a_statement_that_two_report_has_a_chain_over_each(app: Flask) -> None:
    """Each chain ends at its own document."""
    page = Read(app, "statement/niger-france-2023/s07")
    chains = stations(page)
    assert {names(chain)[-1] for chain in chains} == {
        "DBM report of late August 2023",
        "TRT Afrika report of late August 2023",
    }
    assert "in 2 ways" in page.text("chain")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("s06", "does not vouch for it that Sergey Lavrov said this"),
        ("s15", "That NATO said this is known from Sergey Lavrov alone"),
        ("s02", "states that Russia said this, and takes no side"),
        ("s01", "speaks in this document itself"),
    ],
    ids=["hedged", "alleged", "neutral", "narration"],
)
def test_the_stance_is_said_in_plain_words_with_names(app: Flask, statement: str, said: str) -> None:
    """Who knows no code learns who answers for what."""
    assert said in Read(app, S + statement).text("chain")


def test_whoever_passes_words_on_does_not_answer_for_them(app: Flask) -> None:
    """The stance is that of the article, not that of the agency in between."""
    (sentence, *_) = classed(Read(app, S + "s03").root, "plain-words")
    assert words(sentence).startswith("Narrator of article")


def test_the_curators_words_are_told_from_a_sources(app: Flask) -> None:
    """An inference has no source behind it, and its page says so."""
    assert "no source says this" in Read(app, S + "curation").text("chain")


@pytest.mark.parametrize("language", LANGUAGES)
def test_claims_stand_in_the_order_of_the_text(app: Flask, language: str) -> None:
    """Sorted by where the first passage of each begins."""
    says = Read(app, S + "s01", language).section("says")
    firsts = [re.search(r"(\d+)–", words(place)) for place in classed(says, "places")]
    starts = [int(found[1]) for found in firsts if found]
    assert len(starts) > 20
    assert starts == sorted(starts)


def test_each_claim_has_its_modality_and_a_denial_its_mark(app: Flask) -> None:
    """The page of a statement shows with what force each claim is made."""
    (line,) = [words(claim) for claim in classed(Read(app, S + "s11").section("says"), "claim")]
    assert line.startswith("Denial NATO had received no official notification")
    assert "Asserted" in line
    assert "in tension with 1 claim" in line


def test_what_a_statement_announces_answers_and_reports_is_on_its_page(app: Flask) -> None:
    """Onward to the measure, back to what it replies to, inward to what it reports."""
    assert "withdraws the accreditation" in Read(app, S + "s03").text("announced")
    assert "NATO on not having been notified" in Read(app, S + "s03").text("replies")
    assert "Lavrov on the withdrawal" in Read(app, S + "s11").text("answered")
    assert "NATO’s declaration that change is impossible" in Read(app, S + "s14").text("nested")


def test_a_ring_of_reports_ends(odd: Flask) -> None:
    """Each statement of a ring stands on its chain once."""
    (chain,) = stations(Read(odd, "statement/ring/1"))
    assert len(chain) == 2
    assert names(chain) == ["somebody not named"] * 2


def test_a_chain_without_end_is_cut(odd: Flask) -> None:
    """A page draws so many stations and no more."""
    (chain,) = stations(Read(odd, "statement/deep/0"))
    assert len(chain) == STEPS_MAX


def test_a_statement_about_which_nothing_is_known_has_a_page(odd: Flask) -> None:
    """No speaker, no mode, no stance, no claim: one station and no sentence that would need a name."""
    page = Read(odd, "statement/bare")
    assert [names(chain) for chain in stations(page)] == [["somebody not named"]]
    assert classed(page.root, "plain-words") == []
