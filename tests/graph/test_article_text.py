"""What can be checked only by whoever holds the article's text: every offset, every hash, and that no words leaked.

The text is under copyright and no part of the project. `ARTICLE_TEXT` names the file; without it, it is looked
for beside the project. Where it is absent these tests are skipped and say so; only offsets and hashes stand here.
"""

from __future__ import annotations

import csv
import os
import re
from functools import cache
from hashlib import sha256
from pathlib import Path

import pyoxigraph as ox
import pytest

ROOT = Path(__file__).parents[2]
FACTS = ROOT / "graph" / "facts"
TEXT = Path(os.environ.get("ARTICLE_TEXT", ROOT.parent / "shared" / "source" / "article.txt"))
SPANS = Path(__file__).with_name("article_spans.tsv")

SHA256 = "1ab44756160b352013439c895db51c3a271c9744fc47531a3a676db43e907465"
CODE_POINTS = 4565
FURNITURE = ((290, 310), (4526, 4554), (4556, 4565))
"""Photo credit and newsletter buttons: on the page, but not said by the article."""
BODY_END = 4524
CONDITIONAL = "aurait"
"""The one word form that hedges an attribution in this article."""
COPY_MAX = 40
"""Characters, white space folded: a shared run this long would be a copy, not a paraphrase."""
PUBLISHED = re.compile(r"\.(ttl|md|py|tsv|csv|toml|html|js|css|json|jsonld|cff|rq|txt|conf|xml|svg)\Z")
"""Names of the project's text files."""

OA = "http://www.w3.org/ns/oa#"
DIP = "https://w3id.org/legation/ns#"

if not TEXT.is_file():
    pytest.skip(
        "the article's text is not here: it is under copyright and not part of the project; "
        "set ARTICLE_TEXT to a copy of it to check offsets and hashes",
        allow_module_level=True,
    )
pytestmark = pytest.mark.text


def article() -> str:
    return TEXT.read_bytes().decode("utf-8")


def rows() -> list[tuple[str, int, int, str]]:
    with SPANS.open(encoding="utf-8") as lines:
        table = csv.reader(lines, delimiter="\t")
        next(table)
        return [(name, int(start), int(end), check) for name, start, end, check in table]


@cache
def facts() -> list[ox.Quad]:
    """Parsed once: each parse gives blank nodes names of its own."""
    paths, base = sorted(FACTS.rglob("*.ttl")), "http://localhost:8000/"
    return [quad for path in paths for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE, base_iri=base)]


def pairs(predicate: str) -> list[tuple[str, str]]:
    """Subject and object, as text, of each fact with the predicate."""
    found = [(q.subject, q.object) for q in facts() if q.predicate.value == predicate]
    return [(str(s).strip("<>"), str(o).strip("<>") if isinstance(o, ox.Triple) else o.value) for s, o in found]


def values(predicate: str) -> list[str]:
    return [value for _, value in pairs(predicate)]


def intervals() -> list[tuple[int, int]]:
    """Start and end of each selector in the facts."""
    ends = dict(pairs(OA + "end"))
    return [(int(start), int(ends[selector])) for selector, start in pairs(OA + "start")]


def folded(text: str) -> str:
    """One space for any white space, one apostrophe for both, no letter case: the same words to a reader."""
    return re.sub(r"\s+", " ", text).replace("’", "'").casefold()


def runs(text: str) -> frozenset[str]:
    return frozenset(text[i : i + COPY_MAX] for i in range(len(text) - COPY_MAX + 1))


_NOT_OURS = frozenset({"build", "dist", "node_modules", "screenshots", "__pycache__"})


def published_files() -> list[Path]:
    """The project's own text files; hidden folders hold none, built ones only copies."""
    found: list[Path] = []
    for folder, below, names in os.walk(ROOT):
        below[:] = [name for name in below if not name.startswith(".") and name not in _NOT_OURS]
        found += [Path(folder, name) for name in names if PUBLISHED.search(name)]
    return sorted(found)


def test_the_text_is_the_one_that_the_facts_cite() -> None:
    """The file has the hash and the length that the facts give for their source."""
    assert sha256(TEXT.read_bytes()).hexdigest() == SHA256
    assert len(article()) == CODE_POINTS
    assert values("https://schema.org/sha256") == [SHA256]
    assert values("http://purl.org/dc/terms/extent") == [str(CODE_POINTS)]


@pytest.mark.parametrize(("name", "start", "end", "check"), rows(), ids=lambda value: str(value))
def test_a_span_has_the_words_that_were_read(name: str, start: int, end: int, check: str) -> None:
    """The words between two offsets have the hash noted when the claim or cue was read."""
    assert sha256(article()[start:end].encode()).hexdigest()[:6] == check, name


def test_evidence_lies_in_the_body() -> None:
    """No offset of the facts leaves the article's body."""
    assert [pair for pair in intervals() if not 0 <= pair[0] < pair[1] <= BODY_END] == []


def test_no_evidence_touches_page_furniture() -> None:
    """Credits and buttons of the page are nobody's claim."""
    touching = [(a, b) for a, b in intervals() for start, end in FURNITURE if a < end and start < b]
    assert touching == []


def test_only_the_cue_of_a_hedged_act_has_the_conditional() -> None:
    """A hedge is read off the words: the hearsay conditional stands in the cue of each hedged act and of no other."""
    stances = pairs(DIP + "reportingStance")
    hedged = {act.rsplit("/", 1)[-1] for act, stance in stances if stance.endswith("#hedged")}
    cues = {name for name, start, end, _ in rows() if name.startswith("s") and CONDITIONAL in article()[start:end]}
    assert cues == hedged == {"s06"}


def test_the_wording_of_a_time_is_the_articles() -> None:
    """A wording is a few of the article's own words, white space apart."""
    text = folded(article())
    assert [wording for wording in values(DIP + "wording") if folded(wording) not in text] == []


def test_no_literal_of_the_facts_copies_the_text() -> None:
    """Gists, labels and notes are our own words: no literal shares a long run of characters with the text."""
    known = runs(folded(article()))
    literals = {quad.object.value for quad in facts() if isinstance(quad.object, ox.Literal)}
    assert sorted(literal for literal in literals if runs(folded(literal)) & known) == []


def test_no_file_of_the_project_copies_the_text() -> None:
    """The article never enters the project, not even in a document or a test."""
    known = runs(folded(article()))
    copying = [path for path in published_files() if runs(folded(path.read_text("utf-8"))) & known]
    assert [str(path.relative_to(ROOT)) for path in copying] == []
