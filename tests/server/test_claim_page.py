"""Pages of claims, propositions and articles: contents in words, tensions side by side, places in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from histories import Read, all_facts, classed, served, words
from rdflib import RDF

from legation.graph.fact_files import bundled_facts
from legation.server.sayings import LAST
from legation.server.site import Site
from legation.server.speech import LANGUAGES, messages, sentence_forms
from legation.server.strips import MARK_MIN, WIDTH
from legation.server.view_models import compact

C = "claim/55ee074e7567bb82/"
ARTICLE = "article/55ee074e7567bb82"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("claims")
    with served(all_facts(folder / "facts"), folder) as app:
        yield app


def asked(app: Flask, query: str) -> list[tuple[str, ...]]:
    here = app.extensions["legation"]
    assert isinstance(here, Site)
    return [tuple(getattr(term, "value", "") for term in row) for row in here.store.select(query)]


def path_of(iri: str) -> str:
    return iri.partition("/id/")[2]


def test_claims_in_tension_stand_side_by_side(app: Flask) -> None:
    """This claim in one column, those beside it in the other, each with speaker, content and place in the text."""
    tensions = Read(app, C + "c30").section("tensions")
    this, others = classed(tensions, "column")
    (here,), there = classed(this, "side"), classed(others, "side")
    assert "Sergey Lavrov" in words(here)
    assert "here" in (here.get("class") or "")
    assert len(there) == 2
    assert any("Oana Lungescu on behalf of NATO" in words(side) for side in there)
    assert all("Denial" in words(side) and "denied" in (side.get("class") or "") for side in there)
    assert all(re.search(r"characters \d+–\d+", words(side)) for side in (here, *there))
    assert "International Staff of NATO" in words(here)


def test_every_tension_is_on_the_page_of_both_claims(app: Flask) -> None:
    """Whoever reads one side is led to the other."""
    pairs = asked(app, "SELECT ?a ?b WHERE { ?a <https://w3id.org/legation/ns#inTensionWith> ?b }")
    assert len(pairs) > 10
    for one, other in pairs:
        hrefs = {a.get("href") for a in Read(app, path_of(one)).section("tensions").iter("a")}
        assert f"/data/doc/{path_of(other)}?lang=en" in hrefs


def test_a_claim_without_tension_has_no_such_section(app: Flask) -> None:
    """Nothing is set against what nothing stands against."""
    assert not Read(app, C + "c42").has("tensions")


def test_the_content_is_said_in_sentences_and_as_a_table(app: Flask) -> None:
    """Subject, property and value make a sentence, with the values as links."""
    page = Read(app, C + "c13")
    sentences = [words(found) for found in page.section("content-words").iter("li")]
    assert "The number in “NATO expels eight members of the Russian mission” is 8. a plain triple too" in sentences
    assert "headcount" in page.text("proposition").casefold()


def test_a_denied_content_is_said_to_be_denied_in_every_sentence(app: Flask) -> None:
    """A sentence read alone does not turn into its opposite."""
    denied = [words(found) for found in Read(app, C + "c35").section("content-words").iter("li")]
    assert denied
    assert all(line.startswith(messages("en")["thing_proposition_denied"]) for line in denied)


def test_a_sentence_says_whether_the_release_states_it_as_fact(app: Flask) -> None:
    """Plain triple or claim only, as the store has it: tried on every seventh proposition there is."""
    rows = asked(
        app,
        f"SELECT DISTINCT ?said ?fact WHERE {{ ?said <{RDF.subject}> ?s ; <{RDF.predicate}> ?p ; <{RDF.object}> ?o "
        "BIND(EXISTS { ?s ?p ?o } AS ?fact) } ORDER BY ?said",
    )
    marks = {"true": messages("en")["sentence_fact"], "false": messages("en")["sentence_claimed"]}
    assert {fact for _, fact in rows[::7]} == set(marks)
    for said, fact in rows[::7]:
        (line,) = [words(found) for found in Read(app, path_of(said)).section("content-words").iter("li")]
        assert line.endswith(marks[fact]), said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_property_of_a_proposition_has_a_form_of_words(app: Flask, language: str) -> None:
    """No content of the facts or the cases falls back on subject, property and a colon."""
    used = {
        compact(predicate) for (predicate,) in asked(app, f"SELECT DISTINCT ?p WHERE {{ ?said <{RDF.predicate}> ?p }}")
    }
    assert used
    assert used - set(sentence_forms(language)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_of_words_takes_subject_and_value_once_each(language: str) -> None:
    """Nothing of a proposition is lost in its sentence."""
    wrong = {
        name for name, form in sentence_forms(language).items() if (form.count("{s}"), form.count("{o}")) != (1, 1)
    }
    assert wrong == set()


def test_who_affirms_and_who_denies_a_proposition_stand_side_by_side(app: Flask) -> None:
    """Contested competence: the authors of the coup on one side, France on the other."""
    ((said,),) = asked(app, f"SELECT ?said WHERE {{ ?said <{RDF.predicate}> <https://w3id.org/legation/ns#actsFor> }}")
    affirmed, denied = classed(Read(app, path_of(said)).section("makers"), "column")
    assert words(affirmed).startswith("Affirmed")
    assert words(denied).startswith("Denied")
    assert "France" in words(denied)


def test_a_claim_on_the_same_content_is_shown_even_where_it_denies(app: Flask) -> None:
    """Others who speak to the same proposition are one step away."""
    shared = Read(app, "claim/niger-france-2023/c03").section("shared")
    assert [words(claim).startswith("Denial") for claim in classed(shared, "claim")] == [True]


def test_an_inference_shows_what_it_rests_on_and_that_shows_what_is_inferred(app: Flask) -> None:
    """Ten and eight are eighteen: there and back, with the confidence in words."""
    inference = Read(app, C + "i2")
    gists = [words(classed(claim, "gist")[0]) for claim in classed(inference.section("premises"), "claim")]
    assert len(gists) == 2
    assert any(words(signal).startswith("Medium") for signal in classed(inference.root, "signal"))
    assert "Before the departures there were 18 people" in Read(app, C + "c13").text("inferred")


def test_a_hedge_anywhere_on_the_way_is_told_at_the_top(app: Flask) -> None:
    """The signals hold modality and whatever stance does not vouch; the chain shows where."""
    signals = [words(signal) for signal in classed(Read(app, C + "c61").root, "signal")]
    assert signals[0].startswith("Asserted")
    assert signals[1].startswith("Alleged to exist")


def test_the_places_are_told_drawn_and_checkable(app: Flask) -> None:
    """Offsets in words, a mark at the right height of the text, and the command that shows the passage."""
    evidence = Read(app, C + "c02").section("evidence")
    assert "Characters 131 to 223" in words(evidence)
    assert "legation evidence --text" in words(evidence)
    marks = [(int(m.get("x") or ""), int(m.get("width") or "")) for m in classed(evidence, "mark")]
    assert marks == [(131 * WIDTH // 4565, -(-92 * WIDTH // 4565)), (1469 * WIDTH // 4565, -(-92 * WIDTH // 4565))]
    (picture,) = classed(evidence, "strip")
    assert "2 passages" in (picture.get("aria-label") or "")


def test_a_mark_is_never_too_thin_to_see_nor_outside_the_text(app: Flask) -> None:
    """Every mark of the article's own strip."""
    marks = [
        (int(m.get("x") or ""), int(m.get("width") or "")) for m in classed(Read(app, ARTICLE).section("text"), "mark")
    ]
    assert len(marks) > 60
    assert all(width >= MARK_MIN and 0 <= left <= WIDTH - MARK_MIN for left, width in marks)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_article_lists_its_claims_in_the_order_of_the_text(app: Flask, language: str) -> None:
    """All 61 of them, each once, by the beginning of its first passage."""
    lines = Read(app, ARTICLE, language).section("lines")
    firsts = [re.match(r"(\d+)–", words(at)) for at in classed(lines, "at")]
    starts = [int(found[1]) if found else LAST for found in firsts]
    claims = asked(
        app, f"SELECT ?c WHERE {{ ?c a <https://w3id.org/legation/ns#Claim> FILTER(CONTAINS(STR(?c), '{C}c')) }}"
    )
    assert len(starts) == len(claims)
    assert starts == sorted(starts)


def test_an_article_shows_who_speaks_inside_whose_words(app: Flask) -> None:
    """What Lavrov says that NATO declared stands inside what Lavrov said, and that inside the article's account."""
    speaking = Read(app, ARTICLE).section("speaking")
    outermost = next(item for item in classed(speaking, "said"))
    lavrov = next(item for item in classed(outermost, "said") if words(item).startswith("Lavrov on equal dialogue"))
    assert [words(item)[:18] for item in classed(lavrov, "said")[1:]] == ["NATO’s declaration"]


def test_an_article_names_its_digest_and_keeps_its_text_to_itself(app: Flask) -> None:
    """Whoever holds the text can tell that it is this one."""
    text = Read(app, ARTICLE).text("text")
    facts = next((bundled_facts() / "article").glob("*.ttl")).read_text("utf-8")
    digest = re.search(r'schema:sha256 "([0-9a-f]{64})"', facts)
    assert digest
    assert digest[1] in text
    assert "4,565 characters" in text


def test_a_cited_document_lists_its_claims_without_places(app: Flask) -> None:
    """The cases hold no texts: no strip, no offsets, the claims all the same."""
    page = Read(app, "document/pressafrik-2023-08-25")
    assert not page.has("text")
    assert messages("en")["article_nowhere"] in page.text("lines")


def test_what_happened_at_a_place_and_what_is_part_of_an_event(app: Flask) -> None:
    """A place leads to events and missions there, an event to its parts and to what answers it."""
    assert "Meeting of NATO defence ministers" in Read(app, "place/brussels").text("happened")
    assert "Permanent mission of Russia to NATO" in Read(app, "place/brussels").text("happened")
    assert "Lavrov on equal dialogue" in Read(app, "event/russian-declarations-of-2021-10-18").text("within")
    assert "expels 23" in Read(app, "event/poisoning-in-salisbury").text("answers")


def test_values_of_a_sentence_are_links(app: Flask) -> None:
    """From a content to what it speaks of."""
    hrefs = {a.get("href") for a in Read(app, C + "c13").section("content-words").iter("a")}
    assert "/data/doc/measure/2021-10-nato-expels-eight?lang=en" in hrefs
