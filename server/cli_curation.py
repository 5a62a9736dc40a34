"""The curators' commands: begin an article, see claims beside the text, try the gate with mutants of the facts."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from legation.graph.errors import LegationError
from legation.graph.fact_files import bundled_facts
from legation.graph.identifiers import DEFAULT_BASE, Base

from .cli_options import EXIT_REFUSED, base_option, facts_option, language_option, reports_errors, say

if TYPE_CHECKING:
    from legation.graph.evidence import Cited, Evidence
    from legation.graph.mutation import Verdict

text_option = click.option(
    "--text",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help="The article's text, as plain UTF-8 text. It is read, and stored nowhere.",
)


@click.group()
def new() -> None:
    """Begin something new."""


@new.command()
@text_option
@click.option("--title", required=True, help="A short English name for the article, in your own words.")
@click.option("--title-fr", default="", help="The same in French; it can be written into the file later.")
@click.option("--language", default="en", show_default=True, help="Language of the text, as a BCP 47 tag.")
@click.option("--facts", type=click.Path(path_type=Path, file_okay=False), default=Path("facts"), show_default=True,
              help="Folder of fact files; made if it is not there.")  # fmt: skip
@reports_errors
def article(text: Path, title: str, title_fr: str, language: str, facts: Path) -> None:
    """Begin the fact file of another article: its text is described, the rest is to be filled in."""
    from legation.graph.scaffold import Title, begin_article, identify

    identity = identify(text.read_bytes(), str(text))
    path = begin_article(facts, identity, Title(title, title_fr), language)
    click.echo(f"wrote {path}: {identity.extent} characters, SHA-256 {identity.sha256}")
    click.echo(f"Keep {text} as it is, to the byte: offsets count its characters. It is stored nowhere else.")
    click.echo(f"Next: open {path}, fill in what its comments ask for, and see what is left:")
    click.echo(f"  legation check --facts {facts} --allow-unmet")


@click.command()
@text_option
@facts_option
@base_option
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page for reading side by side.")
@click.option("--find", "words", metavar="WORDS", help="Tell the offsets of these words, and nothing else.")
@language_option
@reports_errors
def evidence(text: Path, facts: Path | None, base: str | None, html: Path | None, words: str | None, lang: str) -> None:
    """Show each claim beside its passage in your own copy of the text; another text is refused by its hash."""
    from legation.graph.evidence import WrongText, read_evidence

    try:
        found = read_evidence(facts or bundled_facts(), Base(base or DEFAULT_BASE), text.read_bytes(), lang)
    except WrongText as error:
        own = "" if facts else " Those are the bundled facts; --facts names a folder of your own."
        raise LegationError(f"{error}{own}") from error
    if words is not None:
        _tell_offsets(found, words)
    elif html is not None:
        _write_page(found, html, lang)
    else:
        for line in _beside(found, lang):
            click.echo(line)


def _tell_offsets(found: Evidence, words: str) -> None:
    from legation.graph.evidence import occurrences

    passages = list(occurrences(found.text, words))
    if not passages:
        raise LegationError(f"the text does not have the words {words!r}; copy a few of them from the file itself")
    for passage in passages:
        click.echo(f"oa:start {passage.start} ; oa:end {passage.end}    {found.words(passage)}")


def _write_page(found: Evidence, html: Path, lang: str) -> None:
    from legation.graph.evidence_page import evidence_page, summary

    try:
        html.write_text(evidence_page(found, lang), "utf-8")
    except OSError as error:
        raise LegationError(f"{html}: cannot be written: {error.strerror}; name another file") from error
    click.echo(summary(found, lang))
    click.echo(f"wrote {html}: it holds the whole text, so keep it to yourself", err=True)


def _beside(found: Evidence, lang: str) -> Iterator[str]:
    from legation.graph.evidence_page import summary

    yield found.name
    for cited in found.cited:
        yield ""
        yield from _cited_lines(found, cited, lang)
    yield ""
    yield summary(found, lang)


def _cited_lines(found: Evidence, cited: Cited, lang: str) -> Iterator[str]:
    from legation.graph.evidence_page import WORDS

    words = WORDS[lang]
    kind = "" if cited.is_claim else words["speech_act"]
    denies = words["denies"] if cited.denies else ""
    yield f"{click.style(cited.code, bold=True)}  {cited.gist or words['no_gist']}"
    parts = (kind, cited.speaker, cited.force, denies, cited.statement if cited.is_claim else "")
    yield "     " + " · ".join(filter(None, parts))
    for passage in cited.passages:
        yield f"     {passage.start}–{passage.end}: {' '.join(found.words(passage).split())}"


@click.command()
@facts_option
@base_option
@click.option("--sample", type=click.IntRange(min=1), help="Judge only so many, chosen at random. [default: all]")
@click.option("--seed", type=int, default=1, show_default=True, help="What the choice of a sample begins with.")
@click.option("--processes", type=click.IntRange(min=1), default=2, show_default=True, help="Processes to use.")
@reports_errors
def mutants(facts: Path | None, base: str | None, sample: int | None, seed: int, processes: int) -> None:
    """Try the gate: spoil the facts in thousands of ways, and tell which mistakes would have been published.

    Exit code 1 when less than 95 % of those that a rule is meant to catch are caught.
    """
    from legation.graph.mutation_report import SHARE_MIN, report_lines, tally

    begun, own = time.monotonic(), Base(base or DEFAULT_BASE)
    found = tally(_verdicts(facts or bundled_facts(), own, sample, seed, processes))
    for line in report_lines(found, own):
        click.echo(line)
    click.echo(f"\n{time.monotonic() - begun:.0f} seconds on {processes} processes")
    if found.share < SHARE_MIN:
        sys.exit(EXIT_REFUSED)


def _verdicts(folder: Path, base: Base, sample: int | None, seed: int, processes: int) -> list[Verdict]:
    from legation.graph.mutation import bench, run

    say("making mutants of the facts")
    count = len(bench(folder, base).mutants)
    numbers = list(range(count))
    if sample is not None and sample < count:
        numbers = sorted(random.Random(seed).sample(numbers, sample))  # noqa: S311 - a choice, not a secret
    with click.progressbar(length=len(numbers), label="  judging", file=sys.stderr) as bar:
        return run(folder, base, numbers, processes, lambda done, _: bar.update(done - bar.pos))
