"""W3C's test suites as data: read from TOML, run against a live server, each test with one outcome.

A test passes when every answer is as expected; it is refused as documented when a write that it expects to succeed gets
the problem that docs/http.md names, and everything else is as it must be when nothing was written.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import rdflib
from live import LiveServer
from rdflib.compare import isomorphic
from wire import Reply, send

from legation.graph.formats import RDF_FORMATS, RESULTS_FORMATS

FOLDER = Path(__file__).parent / "conformance"
_FOAF = "@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"
_KINDS = {
    "tabular": {form.media_type for form in RESULTS_FORMATS},
    "boolean": {form.media_type for form in RESULTS_FORMATS if form.key in {"json", "xml"}},
    "RDF": {form.media_type for form in RDF_FORMATS},
}


class Outcome(Enum):
    """How a test ended; the value is the local name of its EARL outcome (EARL 1.0 Schema, section 2.6)."""

    PASSED = "passed"
    REFUSED = "inapplicable"
    FAILED = "failed"


@dataclass(frozen=True)
class Test:
    """One test of a suite: an IRI, a sentence, and what to send and to expect."""

    __test__ = False

    iri: str
    about: str
    exchanges: tuple[dict[str, Any], ...]
    note: str = ""

    @property
    def name(self) -> str:
        return self.iri.rpartition("#")[2]

    @property
    def expects_writes(self) -> bool:
        return any("refused" in exchange for exchange in self.exchanges)


@dataclass(frozen=True)
class Suite:
    """One suite: `page` is its standard, `reason` why its writes are refused."""

    key: str
    title: str
    page: str
    reason: str
    tests: tuple[Test, ...]


@dataclass(frozen=True)
class Result:
    """What came of one test; `faults` says in words what was not as expected."""

    test: Test
    faults: tuple[str, ...] = field(default=())

    @property
    def outcome(self) -> Outcome:
        if self.faults:
            return Outcome.FAILED
        return Outcome.REFUSED if self.test.expects_writes else Outcome.PASSED


def read_suite(key: str) -> Suite:
    """The suite of a TOML file; its number of tests is part of the data, so that none is left out."""
    data = tomllib.loads((FOLDER / f"{key}.toml").read_text("utf-8"))
    tests = tuple(
        Test(data["suite"] + test["name"], test["about"], tuple(test.get("exchange", ())), test.get("note", ""))
        for test in data["test"]
    )
    assert len({test.iri for test in tests}) == data["tests"]
    return Suite(key, data["title"], data["page"], data.get("reason", ""), tests)


def run(server: LiveServer, test: Test, default_graph: rdflib.Graph) -> Result:
    """Send what a test sends, in its order."""
    return Result(test, tuple(fault for exchange in test.exchanges for fault in _run(server, exchange, default_graph)))


def _run(server: LiveServer, exchange: dict[str, Any], default_graph: rdflib.Graph) -> Iterator[str]:
    method, _, target = exchange["send"].partition(" ")
    if "parameters" in exchange:
        target += "?" + "&".join(exchange["parameters"])
    body = exchange["body"].encode(exchange.get("encoding", "utf-8")) if "body" in exchange else None
    got = send(server, target, method, body, Content_Type=exchange.get("type"), Accept=exchange.get("accept"))
    for expected in exchange:
        if expected in _CHECKS and not _CHECKS[expected](got, exchange[expected]):
            yield f"{exchange['send']}: {expected} {exchange[expected]} expected, got {got.status} {got.type}"
    if exchange.get("default_graph") and not isomorphic(_graph(got.text), default_graph):
        yield f"{exchange['send']}: another default graph than expected"


def _has_status(got: Reply, expected: str) -> bool:
    return str(got.status).startswith(expected.rstrip("x"))


def _is_answer(got: Reply, expected: bool) -> bool:
    return bool(got.json["boolean"] is expected)


def _graph(turtle: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=turtle, format="turtle")


_CHECKS: dict[str, Callable[[Reply, Any], bool]] = {
    "status": _has_status,
    "refused": lambda got, status: got.status == status,
    "problem": lambda got, slug: got.problem == slug,
    "kind": lambda got, kind: got.type in _KINDS[kind],
    "media": lambda got, media_type: got.type == media_type,
    "answer": _is_answer,
    "triples": lambda got, turtle: isomorphic(_graph(got.text), _graph(_FOAF + turtle)),
}
