"""Reports of what the W3C suites found: EARL in Turtle for machines, a page with tables for people."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from w3c import Outcome, Result, Suite

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "conformance.md"
REWRITE = "REWRITE_REPORTS"
"""The environment variable that has the reports written anew instead of compared."""
_DATE = re.compile(r'"\d{4}-\d\d-\d\d"\^\^xsd:date')
_PREFIXES = """@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix doap: <http://usefulinc.com/ns/doap#> .
@prefix earl: <http://www.w3.org/ns/earl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
_PARTIES = """
<#legation> a doap:Project, earl:Software, earl:TestSubject ;
  doap:name "Legation" ;
  doap:description "A service that publishes one curated graph as linked data"@en .

<#tests> a earl:Assertor, earl:Software ;
  dcterms:title "The conformance tests of Legation"@en ;
  dcterms:description "tests/conformance, run against a live server"@en .
"""
_WORDS = {Outcome.PASSED: "passed", Outcome.REFUSED: "refused as documented", Outcome.FAILED: "failed"}
_INTRODUCTION = f"""# Conformance

The test suites of the W3C, run by `tests/conformance/` against a live server and written down as found; a test fails
when this page or a report differs from what a run finds (dates apart). `{REWRITE}=1 pytest tests/conformance` writes
them anew. The tests are told in our own words in `tests/conformance/*.toml`. In the reports, written in
[EARL](https://www.w3.org/TR/EARL10-Schema/), a write that is refused as documented has the outcome `inapplicable`.
"""


def report(suite: Suite, results: Sequence[Result]) -> str:
    """The EARL report of one suite (EARL 1.0 Schema), dated today."""
    today = datetime.now(UTC).date().isoformat()
    assertions = (_assertion(suite, result, today) for result in results)
    return _PREFIXES + _PARTIES + "".join(assertions)


def _assertion(suite: Suite, result: Result, day: str) -> str:
    info = f' ;\n    earl:info "{note}"@en' if (note := note_on(suite, result)) else ""
    return f"""
[] a earl:Assertion ;
  earl:assertedBy <#tests> ;
  earl:subject <#legation> ;
  earl:test <{result.test.iri}> ;
  earl:mode earl:automatic ;
  earl:result [
    a earl:TestResult ;
    earl:outcome earl:{result.outcome.value} ;
    dcterms:date "{day}"^^xsd:date{info}
  ] .
"""


def note_on(suite: Suite, result: Result) -> str:
    """What a reader should know of one result: why a write was refused, or what was not as expected."""
    if result.outcome is Outcome.FAILED:
        return "; ".join(result.faults).replace('"', "'")
    return suite.reason if result.outcome is Outcome.REFUSED else result.test.note


def page(found: Sequence[tuple[Suite, Sequence[Result]]]) -> str:
    """The page for people: the counts of every suite, then each with its tests."""
    head = "\n| suite | tests | passed | refused as documented | failed | report |\n|---|---|---|---|---|---|\n"
    rows = "".join(_row(suite, results) for suite, results in found)
    return _INTRODUCTION + head + rows + "".join(_section(suite, results) for suite, results in found)


def _row(suite: Suite, results: Sequence[Result]) -> str:
    counts = Counter(result.outcome for result in results)
    numbers = " | ".join(str(counts[outcome]) for outcome in Outcome)
    name = report_path(suite).relative_to(DOCS)
    return f"| [{suite.title}]({suite.page}) | {len(results)} | {numbers} | [EARL]({name}) |\n"


def _section(suite: Suite, results: Sequence[Result]) -> str:
    why = f"{suite.reason} Such tests are marked.\n\n" if suite.reason else ""
    rows = "".join(
        f"| `{result.test.name}` | {result.test.about}{' ' * bool(result.test.note)}{result.test.note} "
        f"| {_WORDS[result.outcome]} |\n"
        for result in results
    )
    return f"\n## {suite.title}\n\n{why}| test | what it asks | outcome |\n|---|---|---|\n{rows}"


def report_path(suite: Suite) -> Path:
    return DOCS / "conformance" / f"earl-{suite.key}.ttl"


def is_as_committed(path: Path, text: str) -> bool:
    """Whether a file in docs/ says the same, dates apart; with REWRITE_REPORTS set, it does from now on."""
    if os.environ.get(REWRITE):
        path.write_text(text, "utf-8")
    return path.is_file() and _DATE.sub("", path.read_text("utf-8")) == _DATE.sub("", text)
