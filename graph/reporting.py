"""Turns a validation report into what a curator can act on: where, what, by which rule, and how grave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from rdflib.term import Node

from .assembly import Assembly
from .validation import Report, Result


@dataclass(frozen=True, slots=True)
class Finding:
    """One result, placed: `place` is `file:line` or empty, the terms are in short form, relative to the base."""

    rule: str
    severity: str
    place: str
    focus: str
    path: str | None
    value: str | None
    messages: dict[str, str]
    shape: str


def findings(report: Report, assembly: Assembly) -> Iterator[Finding]:
    """The results of a report in its order, each with the place where its focus node is authored."""
    for result in report.results:
        yield _finding(result, assembly)


def _finding(result: Result, assembly: Assembly) -> Finding:
    place = assembly.place_of(str(result.focus))
    return Finding(
        rule=result.rule,
        severity=result.severity.value,
        place=str(place) if place else "",
        focus=_short(result.focus, assembly) or "",
        path=_short(result.path, assembly),
        value=_short(result.value, assembly),
        messages=dict(result.messages),
        shape=result.shape,
    )


def _short(term: Node | None, assembly: Assembly) -> str | None:
    return None if term is None else assembly.base.relative(str(term))


def report_document(report: Report | None, assembly: Assembly) -> str:
    """The report as the JSON text of `report.json`; for data that no shape has seen it says just that."""
    if report is None:
        document: dict[str, object] = {"validated": False, "reason": "published with --without-shapes"}
    else:
        document = {
            "validated": True,
            "conforms": report.conforms,
            "findings": [asdict(finding) for finding in findings(report, assembly)],
            "coverage": {entry.shape: entry.nodes for entry in report.coverage},
            "unmet": {rule: assembly.unmet.get(rule, "") for rule in report.unmet},
        }
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
