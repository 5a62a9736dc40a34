"""The sentences of the pages: complete in both languages, all in use, and rightly put."""

from __future__ import annotations

import re
import string
import tomllib
from importlib import resources
from typing import Any

import pytest

from legation.graph.prefixes import PREFIXES
from legation.ontology import load_ontology
from legation.server.example_queries import example_queries
from legation.server.speech import LANGUAGES, Speech, inverse_names, messages, word_names

SERVER = resources.files("legation.server")
TABLES = ("text", "names", "plural", "sentences", "inverse", "calendar")
WITHOUT_PREFIX = {"bibo", "dc", "vann"}
"""Prefixes that only describe vocabularies: pages know them, the data do not use them."""


def catalogue(language: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((SERVER / "messages" / f"{language}.toml").read_text("utf-8"))


def sources() -> str:
    """Every template and module that may name a sentence."""
    files = [*(SERVER / "templates").iterdir(), *SERVER.iterdir()]
    return "\n".join(file.read_text("utf-8") for file in files if file.name.endswith((".html", ".py")))


def stem(key: str) -> str:
    return re.sub("_(one|other)$", "", key)


def facts_in(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("table", TABLES)
def test_every_language_has_the_same_keys(table: str) -> None:
    """Nothing is said to the readers of one language only."""
    keys = [set(catalogue(language)[table]) for language in LANGUAGES]
    assert all(one == keys[0] for one in keys)
    assert set(catalogue("en")) == set(TABLES)


@pytest.mark.parametrize("key", messages("en"))
def test_a_sentence_takes_the_same_facts_in_every_language(key: str) -> None:
    """A fact that is put into one language's sentence is put into the other's."""
    assert facts_in(messages("en")[key]) == facts_in(messages("fr")[key])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty(language: str) -> None:
    """A page never has a hole where a sentence should be."""
    assert [key for key, sentence in messages(language).items() if not sentence.strip()] == []


def test_every_sentence_is_used_and_every_used_one_is_there() -> None:
    """The files hold what the pages say, no more and no less."""
    used = set(re.findall(r"""\bsay(?:\.count)?\(\s*["'](\w+)["']""", sources()))
    known = {stem(key) for key in messages("en")} | set(messages("en"))
    assert used <= known
    quoted = set(re.findall(r"""["'](\w+)["']""", sources()))
    assert {key for key in messages("en") if key not in quoted and stem(key) not in quoted} == set()


def test_every_example_has_its_question_in_every_language() -> None:
    """The query page names each of its examples."""
    assert all(key in messages(language) for language in LANGUAGES for key, _ in example_queries(language))


@pytest.mark.parametrize("table", ["names", "plural", "inverse"])
def test_a_named_word_has_a_prefix_that_pages_know(table: str) -> None:
    """A key that no IRI shortens to would never be found."""
    prefixes = {name.partition(":")[0] for name in catalogue("en")[table]}
    assert prefixes <= set(PREFIXES) | WITHOUT_PREFIX


def test_our_own_words_are_named_by_the_ontology_alone() -> None:
    """A label stands in one place: the messages name other people's words only."""
    assert [name for name in word_names("en") if name.startswith("dip:")] == []


def test_every_word_read_from_the_other_side_is_a_word() -> None:
    """An inverse name belongs to a property that exists: ours in the ontology, others among the named ones."""
    ours = {str(subject).rpartition("#")[2] for subject in load_ontology().subjects()}
    unknown = {name for name in inverse_names("en") if name not in word_names("en")}
    assert {name for name in unknown if name.removeprefix("dip:") not in ours} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_months_are_twelve(language: str) -> None:
    """A date never runs out of months."""
    assert len(set(catalogue(language)["calendar"]["months"])) == 12


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("en", 0, "0 rows"),
        ("en", 1, "1 row"),
        ("en", 12_345, "12,345 rows"),
        ("fr", 0, "0 ligne"),
        ("fr", 1, "1 ligne"),
        ("fr", 12_345, "12\u202f345 lignes"),
    ],
)
def test_counting_follows_the_grammar(language: str, number: int, said: str) -> None:
    """One row, two rows; in French none is singular."""
    assert Speech(language).count("sparql_rows", number) == said


@pytest.mark.parametrize(
    ("language", "size", "said"),
    [
        ("en", 0, "0\u00a0bytes"),
        ("en", 999, "999\u00a0bytes"),
        ("en", 1000, "1.0\u00a0kB"),
        ("fr", 337_248, "337,2\u00a0ko"),
        ("en", 999_950, "1.0\u00a0MB"),
        ("fr", 2_500_000_000, "2,5\u00a0Go"),
    ],
)
def test_sizes_are_in_powers_of_a_thousand(language: str, size: int, said: str) -> None:
    """Kilo is a thousand (IEC 80000-13), and rounding never gives a thousand of anything."""
    assert Speech(language).size(size) == said


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en", "2021-10-06", "6\u00a0October 2021"),
        ("fr", "2021-11-01", "1er\u00a0novembre 2021"),
        ("fr", "2021-08-02", "2\u00a0août 2021"),
        ("en", "2026-11-23T08:40:00+00:00", "23\u00a0November 2026"),
        ("en", "2021-13-01", "2021-13-01"),
        ("en", "2021", "2021"),
        ("en", "soon", "soon"),
    ],
)
def test_dates_are_written_in_words_and_other_texts_stay(language: str, text: str, said: str) -> None:
    """A date reads as in a letter; what is no date is left alone."""
    assert Speech(language).date(text) == said


def test_french_punctuation_never_begins_a_line() -> None:
    """High punctuation and guillemets are held by no-break spaces, in French only."""
    assert Speech("fr").typeset("Quoi ? « Rien » : non") == "Quoi\u00a0? «\u00a0Rien\u00a0»\u00a0: non"
    assert Speech("en").typeset("What ? « Nothing »") == "What ? « Nothing »"


def test_an_unknown_sentence_is_an_error() -> None:
    """A misspelt key fails where it is written."""
    with pytest.raises(KeyError):
        Speech("en")("no_such_sentence")
