"""Claims beside their passages: the right text only, every passage where the facts say, a page that is safe to open."""

from __future__ import annotations

import os
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from legation.graph.errors import FactsError
from legation.graph.evidence import Evidence, Passage, Segment, WrongText, occurrences, read_evidence, segments
from legation.graph.evidence_page import WORDS, evidence_page
from legation.graph.fact_files import bundled_facts
from legation.graph.identifiers import Base
from legation.server.cli_curation import evidence as evidence_command

BASE = Base("http://localhost:8000/")
ARTICLE = Path(os.environ.get("ARTICLE_TEXT", Path(__file__).parents[3] / "shared" / "source" / "article.txt"))
TEXT = "Norland <expels> three & “they” lied, Vell said.\r\nSudria 🕊 denies it.\n"
DIGEST = sha256(TEXT.encode()).hexdigest()
FACTS = """
@prefix dip: <https://w3id.org/legation/ns#> .
@prefix modality: <https://w3id.org/legation/vocab/modality#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix reporting-mode: <https://w3id.org/legation/vocab/reporting-mode#> .
@prefix reporting-stance: <https://w3id.org/legation/vocab/reporting-stance#> .
@prefix schema: <https://schema.org/> .
<id/article/a> a schema:NewsArticle ; rdfs:label "An <article>"@en , "Un article"@fr ; schema:encoding <id/text/t> .
<id/text/t> a schema:MediaObject ; schema:sha256 "DIGEST" ; schema:inLanguage "en" .
<id/person/vell> rdfs:label "Vell & sons"@en .
<id/statement/a/s01> a dip:Statement ; rdfs:label "The account"@en , "Le récit"@fr .
<id/statement/a/s02> a dip:Statement ; rdfs:label "Vell"@en , "Vell"@fr ; dip:speaker <id/person/vell> ;
  dip:reportingStance reporting-stance:neutral ; dip:reportingMode reporting-mode:indirect-speech ;
  dip:evidence [ a oa:SpecificResource ; oa:hasSource <id/text/t> ;
    oa:hasSelector [ a oa:TextPositionSelector ; oa:start 38 ; oa:end 47 ] ] .
<id/claim/a/c01> a dip:Claim ; dip:assertedIn <id/statement/a/s02> ; dip:modality modality:alleged ; dip:negated false ;
  schema:text "Three <b>left</b>."@en , "Trois sont partis."@fr ;
  dip:evidence [ a oa:SpecificResource ; oa:hasSource <id/text/t> ;
    oa:hasSelector [ a oa:TextPositionSelector ; oa:start 0 ; oa:end 22 ] ] .
<id/claim/a/c02> a dip:Claim ; dip:assertedIn <id/statement/a/s01> ; dip:modality modality:asserted ; dip:negated true ;
  dip:evidence [ a oa:SpecificResource ; oa:hasSource <id/text/t> ;
    oa:hasSelector [ a oa:TextPositionSelector ; oa:start 8 ; oa:end 47 ] ] ,
   [ a oa:SpecificResource ; oa:hasSource <id/text/t> ;
    oa:hasSelector [ a oa:TextPositionSelector ; oa:start 50 ; oa:end 68 ] ] .
<id/claim/a/c03> a dip:Claim ; dip:evidence [ a oa:SpecificResource ; oa:hasSource <id/text/another> ;
    oa:hasSelector [ a oa:TextPositionSelector ; oa:start 0 ; oa:end 9999 ] ] .
""".replace("DIGEST", DIGEST)


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    """A folder with the invented facts."""
    folder = tmp_path / "facts"
    folder.mkdir()
    (folder / "a.ttl").write_text(FACTS, "utf-8")
    return folder


@pytest.fixture
def found(facts: Path) -> Evidence:
    return read_evidence(facts, BASE, TEXT.encode(), "en")


class PageText(HTMLParser):
    """The text as the page shows it, without the links put into it, and the tags that the page uses."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.shown, self.marked, self._open = "", [""], []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "div" in self._open and "a" not in self._open:
            self.shown += data


def test_passages_come_in_the_order_of_the_text(found: Evidence) -> None:
    """What cites the text is listed by its first passage; what cites another text is left out."""
    assert [(cited.code, cited.passages[0].start) for cited in found.cited] == [("C01", 0), ("C02", 8), ("S02", 38)]


def test_offsets_count_code_points_of_the_bytes_as_they_are(found: Evidence) -> None:
    """Line ends stay, and a character outside the BMP counts once (Web Annotation Data Model, 4.2.5)."""
    assert found.words(found.cited[1].passages[1]) == "Sudria 🕊 denies it"
    assert found.text == TEXT


def test_a_claim_is_shown_with_its_speaker_force_and_polarity(found: Evidence) -> None:
    """Labels are those of the language asked for; what the facts do not say yet is empty."""
    first, second, act = found.cited
    assert (first.gist, first.speaker, first.force, first.denies) == (
        "Three <b>left</b>.",
        "Vell & sons",
        "Alleged",
        False,
    )
    assert (second.gist, second.speaker, second.denies, second.statement) == ("", "", True, "S01")
    assert (act.is_claim, act.force) == (False, "Neutral, Indirect speech")


def test_another_text_is_refused_by_its_hash(facts: Path) -> None:
    """The error says which hash was expected, of which text, and which the file has."""
    with pytest.raises(WrongText) as refused:
        read_evidence(facts, BASE, b"another text", "en")
    assert (refused.value.expected, refused.value.found) == ((DIGEST,), sha256(b"another text").hexdigest())
    assert all(part in str(refused.value) for part in (DIGEST, "id/text/t", refused.value.found))


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        pytest.param(b"\xef\xbb\xbf" + TEXT.encode(), "without its byte order mark", id="byte order mark"),
        pytest.param(TEXT.encode() + b"\n", "without the last line end", id="a line end more"),
        pytest.param(TEXT.encode()[:-1], "with a line end at the end", id="a line end less"),
    ],
)
def test_a_text_that_differs_in_form_only_is_told_how(facts: Path, content: bytes, remedy: str) -> None:
    """What an editor or a mail program did to the file is named, where undoing it gives the right text."""
    with pytest.raises(WrongText, match=f"It would be the right one {remedy}"):
        read_evidence(facts, BASE, content, "en")


def test_facts_without_any_text_say_so(tmp_path: Path) -> None:
    """A folder that cites no text expects none."""
    (tmp_path / "a.ttl").write_text("<id/x> a <https://schema.org/NewsArticle> .", "utf-8")
    with pytest.raises(WrongText, match="of no text at all"):
        read_evidence(tmp_path, BASE, TEXT.encode(), "en")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param("0", "71", id="past the end"),
        pytest.param("22", "22", id="empty"),
        pytest.param('"x"', "22", id="no number"),
    ],
)
def test_a_passage_that_does_not_lie_in_the_text_is_refused(facts: Path, start: str, end: str) -> None:
    """The error names the claim, the offsets, and how long the text is."""
    spoilt = FACTS.replace("oa:start 0 ; oa:end 22", f"oa:start {start} ; oa:end {end}")
    (facts / "a.ttl").write_text(spoilt, "utf-8")
    with pytest.raises(FactsError, match=r"id/claim/a/c01: .* oa:end at most 70"):
        read_evidence(facts, BASE, TEXT.encode(), "en")


@pytest.mark.parametrize(
    ("passages", "expected"),
    [
        pytest.param([], [Segment(0, 9, (), ())], id="none"),
        pytest.param(
            [Passage(2, 4)],
            [Segment(0, 2, (), ()), Segment(2, 4, (0,), (0,)), Segment(4, 9, (), ())],
            id="one",
        ),
        pytest.param(
            [Passage(0, 5), Passage(3, 9)],
            [Segment(0, 3, (0,), (0,)), Segment(3, 5, (0, 1), (1,)), Segment(5, 9, (1,), ())],
            id="overlapping",
        ),
        pytest.param(
            [Passage(0, 9), Passage(3, 5)],
            [Segment(0, 3, (0,), (0,)), Segment(3, 5, (0, 1), (1,)), Segment(5, 9, (0,), ())],
            id="one inside the other",
        ),
        pytest.param([Passage(0, 9), Passage(0, 9)], [Segment(0, 9, (0, 1), (0, 1))], id="the same twice"),
    ],
)
def test_a_text_is_cut_wherever_a_passage_begins_or_ends(passages: list[Passage], expected: list[Segment]) -> None:
    """Passages may overlap, nest or coincide; together the segments are the whole text."""
    assert segments(9, passages) == expected


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_shows_the_text_to_the_letter(facts: Path, language: str) -> None:
    """Whatever stands in text, gists and labels is shown and never becomes markup; nothing is run or loaded."""
    page = evidence_page(read_evidence(facts, BASE, TEXT.encode(), language), language)
    shown = PageText(page)
    assert shown.shown == TEXT
    assert not {"script", "b", "img", "link", "iframe", "expels", "article"} & shown.tags
    assert "http://" not in page
    assert f'<html lang="{language}">' in page
    assert WORDS[language]["warning"] in page


def test_cues_are_marked_apart_from_claims(found: Evidence) -> None:
    """A stretch that a claim cites is of class claim, the cue of a speech act of class act; both may hold of one."""
    page = evidence_page(found, "en")
    assert '<mark class="claim c0">Norland </mark>' in page
    assert '<mark class="claim more c0 c1">&lt;expels&gt; three</mark>' in page
    assert '<mark class="claim act c1 c2">Vell said</mark>' in page


def test_the_words_of_the_page_are_there_in_both_languages() -> None:
    """Neither language lacks a word that the other has."""
    assert WORDS["en"].keys() == WORDS["fr"].keys()


def test_words_are_found_whatever_white_space_is_between_them() -> None:
    """A line end or a no-break space counts as a space; no words are nowhere."""
    assert list(occurrences("a b\u00a0c a\nb", "a b")) == [Passage(0, 3), Passage(6, 9)]
    assert list(occurrences("a b", " ")) == []


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        pytest.param([], 0, "8–47: <expels> three & “they” lied, Vell said", id="beside each other"),
        pytest.param(["--find", "they lied"], 1, "does not have the words", id="words that are not there"),
        pytest.param(["--find", "denies it"], 0, "oa:start 59 ; oa:end 68    denies it", id="offsets of words"),
        pytest.param(["--lang", "fr"], 0, "2 assertions, 1 actes de parole", id="in French"),
    ],
)
def test_the_command_tells(facts: Path, tmp_path: Path, options: list[str], code: int, said: str) -> None:
    """Claims beside passages on the terminal; offsets for those who write facts."""
    text = tmp_path / "text.txt"
    text.write_bytes(TEXT.encode())
    result = CliRunner().invoke(evidence_command, ["--text", str(text), "--facts", str(facts), *options])
    assert (result.exit_code, said in result.output) == (code, True), result.output


def test_a_text_of_ones_own_facts_is_sent_to_their_folder(tmp_path: Path) -> None:
    """Without --facts the bundled facts are asked, and know nothing of it."""
    text = tmp_path / "text.txt"
    text.write_bytes(TEXT.encode())
    result = CliRunner().invoke(evidence_command, ["--text", str(text)])
    assert (result.exit_code, "--facts names a folder of your own" in result.output) == (1, True), result.output


def test_the_command_writes_the_page_only_where_it_is_told(facts: Path, tmp_path: Path) -> None:
    """One file is written; a folder that is not there is an error with a remedy, not a trace."""
    text = tmp_path / "text.txt"
    text.write_bytes(TEXT.encode())
    before = sorted(tmp_path.rglob("*"))
    arguments = ["--text", str(text), "--facts", str(facts), "--html"]
    assert CliRunner().invoke(evidence_command, [*arguments, str(tmp_path / "page.html")]).exit_code == 0
    assert sorted(tmp_path.rglob("*")) == sorted([*before, tmp_path / "page.html"])
    refused = CliRunner().invoke(evidence_command, [*arguments, str(tmp_path / "none" / "page.html")])
    assert (refused.exit_code, "name another file" in refused.output) == (1, True)


@pytest.mark.text
@pytest.mark.skipif(
    not ARTICLE.is_file(),
    reason="the article's text is not here: it is under copyright and not part of the project; "
    "set ARTICLE_TEXT to a copy of it to see its claims beside it",
)
def test_every_passage_of_the_article_is_where_the_facts_say() -> None:
    """All claims of the article, and each speech act with a cue, have words in the text; the page shows it whole."""
    found = read_evidence(bundled_facts(), BASE, ARTICLE.read_bytes(), "en")
    assert len(found.claims) == 61
    assert len(found.cited) - len(found.claims) == 15
    assert all(found.words(passage).strip() for cited in found.cited for passage in cited.passages)
    assert PageText(evidence_page(found, "en")).shown == found.text
