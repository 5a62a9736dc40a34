"""A new article: what is begun can be checked, each step is told, and the page for newcomers does what it shows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from legation.graph.assembly import assemble_facts
from legation.graph.errors import FactsError, LegationError
from legation.graph.fact_files import bundled_facts
from legation.graph.identifiers import Base
from legation.graph.publication import check
from legation.graph.scaffold import TextIdentity, Title, begin_article, identify
from legation.graph.validation import GateError, Report
from legation.server.cli import main

BASE = Base("http://localhost:8000/")
PAGE = Path(__file__).parents[2] / "docs" / "first-article.md"
TEXT = "Élan: « Norland expelled three. »\nIt said so.\n"
TITLE = Title("An expulsion", "Une expulsion")
BLOCK = re.compile(
    r"^```(?P<language>\w+)(?: (?P<what>[a-z-]+)=(?P<name>\S+))?\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE
)
FROM_HERE = "# 1. Who speaks"


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    """A folder with one article that is begun."""
    folder = tmp_path / "facts"
    begin_article(folder, identify(TEXT.encode(), "text"), TITLE, "en")
    return folder


def judged(folder: Path) -> Report:
    return check(assemble_facts(folder, BASE), require_matches=False)


def article_file(folder: Path) -> Path:
    (path,) = folder.glob("article/*.ttl")
    return path


def test_the_identity_of_a_text_is_that_of_its_bytes() -> None:
    """Hash of the bytes, RFC 6920 name, length in code points of the decoded text, line ends as they are."""
    found = identify("à\r\n".encode(), "text")
    assert found.sha256 == sha256("à\r\n".encode()).hexdigest()
    assert found.extent == 3
    assert found.article_id == found.sha256[:16]


def test_the_ni_name_is_the_one_of_the_first_article() -> None:
    """RFC 6920, section 3: the base64url digest without padding; the first article's was made by another hand."""
    facts = (bundled_facts() / "article" / "55ee074e7567bb82.ttl").read_text("utf-8")
    known = re.search(r'"(ni:///sha-256;[^"]+)".*?"([0-9a-f]{64})"', facts, re.DOTALL)
    assert known is not None
    assert identify(b"hello world", "text").ni == "ni:///sha-256;uU0nuZNNPgilLlLX2n2r-sSE7-N6U4DukIj3rOLvzek"
    assert len(known[1]) == len(identify(b"hello world", "text").ni)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"caf\xe9", "byte 3 is not UTF-8", id="not UTF-8"),
        pytest.param(b" \n", "there is no text in it", id="empty"),
    ],
)
def test_a_file_that_is_no_text_is_refused(content: bytes, said: str) -> None:
    """The error names the file, what is wrong and what to do."""
    with pytest.raises(FactsError, match=said):
        identify(content, "article.txt")


def test_a_begun_article_lacks_just_what_its_reader_must_say(facts: Path) -> None:
    """No error of form: what is left are the rules that ask for the content of the first claim, and a date."""
    report = judged(facts)
    assert {result.rule for result in report.violations} == {"K12", "K13", "K14", "K16"}
    assert {result.rule for result in report.warnings} == {"K08"}


def test_a_missing_french_title_is_asked_for(tmp_path: Path) -> None:
    """A title in one language is a beginning; the check asks for the other."""
    begin_article(tmp_path, identify(b"text", "text"), Title('A "title" with a \\'), "fr")
    assert "K45" in {result.rule for result in judged(tmp_path).violations}


def test_nothing_of_the_text_is_in_the_file(facts: Path) -> None:
    """The text is known by hash and length alone."""
    written = article_file(facts).read_text("utf-8")
    assert not any(word in written for word in ("Élan", "Norland expelled", "It said so"))


def test_a_text_is_described_once(facts: Path) -> None:
    """Beginning again, or in a folder where another file names the text, changes nothing and says where to go on."""
    path = article_file(facts)
    before = path.read_text("utf-8")
    with pytest.raises(FactsError, match="describes this text already; go on in that file"):
        begin_article(facts, identify(TEXT.encode(), "text"), TITLE, "en")
    assert path.read_text("utf-8") == before


@pytest.mark.parametrize(
    ("title", "language", "said"),
    [
        pytest.param(Title(" "), "en", "the title is empty", id="no title"),
        pytest.param(TITLE, "French", "no language tag", id="no language tag"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is(
    tmp_path: Path, title: Title, language: str, said: str
) -> None:
    """An error leaves the folder as it was."""
    with pytest.raises(FactsError, match=said):
        begin_article(tmp_path / "facts", TextIdentity("0" * 64, "ni:", 4), title, language)
    assert not (tmp_path / "facts").exists()


# Every error on the way says what to do -------------------------------------------------------------------------

SLIPS = {
    "full-stop-lost": (
        "schema:encoding text:sha256-{id} .",
        "schema:encoding text:sha256-{id}",
        r"\.ttl:\d+.*a missing ;",
    ),
    "prefix-lost": ("@prefix dcterms: <http://purl.org/dc/terms/> .\n", "", r"\.ttl:\d+.*declare it at the head"),
    "typographic-quotes": ('"en" ;\n  schema:encoding', "“en” ;\n  schema:encoding", r"\.ttl:\d+"),
    "property-misspelt": ("dip:assertedIn", "dip:assertdIn", "assertdIn> is used .* did you mean <.*assertedIn>"),
    "class-of-no-kind": ("a foaf:Group", "a schema:Person", "no shape targets it"),
    "blank-node": ("dip:speaker group:narrator-of-{id}", "dip:speaker [ a foaf:Group ]", "give this node an IRI"),
    "number-with-zeros": ("dcterms:extent 46", 'dcterms:extent "046"^^xsd:integer', "write it as"),
}


@pytest.mark.parametrize(("old", "new", "said"), SLIPS.values(), ids=SLIPS)
def test_a_slip_in_the_file_is_refused_with_a_remedy(facts: Path, old: str, new: str, said: str) -> None:
    """What stops a check outright names the place or the word, and what to do about it."""
    path = article_file(facts)
    old, new = (part.replace("{id}", path.stem) for part in (old, new))
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(LegationError, match=said) as refused:
        judged(facts)
    assert isinstance(refused.value, FactsError | GateError)


def test_a_check_that_passes_names_the_command_that_publishes_those_very_facts(facts: Path) -> None:
    """Without its options the command would publish the bundled facts."""
    path = article_file(facts)
    path.write_text(path.read_text("utf-8").partition("\nclaim:c01")[0], "utf-8")
    result = CliRunner().invoke(main, ["check", "--facts", str(facts), "--allow-unmet", "--base", "https://a.example/"])
    assert f"Next: legation release --facts {facts} --base https://a.example/ --allow-unmet\n" in result.output


# The page for newcomers -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of the page: what is to be done with it, and the file it is for."""

    language: str
    what: str
    name: str
    body: str


def blocks() -> Iterator[Block]:
    for match in BLOCK.finditer(PAGE.read_text("utf-8")):
        yield Block(match["language"], match["what"] or "", match["name"] or "", match["body"])


def written(block: Block, before: str) -> str:
    """The file after the reader has done what the page says."""
    match block.what:
        case "file":
            return block.body
        case "append":
            return f"{before}\n{block.body}"
        case "from-here":
            return before[: before.index(FROM_HERE)] + block.body
        case "replace":
            first, _, _ = block.body.partition(" ,\n")
            assert f"{first} ;\n" in before
            return before.replace(f"{first} ;\n", block.body, 1)
    raise AssertionError(f"the page has a block for {block.name} and does not say what to do with it")


def ran(command: str) -> Result:
    program, *arguments = shlex.split(command)
    assert program == "legation"
    return CliRunner().invoke(main, arguments)


def shown(expected: str) -> re.Pattern[str]:
    """What a console block shows, as a pattern: a line of … stands for any lines, … in a line for any characters."""
    lines = (
        "(?:.*\n)*" if line == "…" else re.escape(line).replace("…", ".*") + "\n" for line in expected.splitlines()
    )
    return re.compile("".join(lines))


def test_the_page_for_newcomers_does_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the text to a release: each file is written as the page says, each command prints what the page shows."""
    monkeypatch.chdir(tmp_path)
    for block in blocks():
        if block.language in {"text", "turtle"}:
            path = Path(block.name)
            path.write_text(written(block, path.read_text("utf-8") if path.exists() else ""), "utf-8")
        elif block.language == "console":
            for step in block.body.split("$ ")[1:]:
                command, _, expected = step.partition("\n")
                result = ran(command)
                assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
                assert shown(expected).match(result.stdout), f"{command}\n{result.output}"
    assert list(Path("releases").glob("*/manifest.json"))
