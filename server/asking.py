"""From a request to a question that can be put to a store: pure, for the endpoint and for the page alike."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from legation.graph.formats import HTML, RDF_FORMATS, RESULTS_FORMATS, RESULTS_JSON, TURTLE, Format
from legation.graph.query_pool import Job
from legation.graph.release import Release
from legation.graph.sparql_guard import Guard
from legation.graph.sparql_text import Form, Query

from .documents import VARY
from .graph_store import graph_query, no_graph_named
from .hints import hint_field
from .negotiation import format_by_name, negotiate
from .problems import ProblemRaised
from .protocol import Asked, read_request
from .settings import VERSION
from .ways_on import WayOn, ways_on

TABULAR = frozenset({Form.SELECT, Form.ASK})
_REMEMBERED_CHARS_MAX = 512
_OFFERED = {form: (*(RESULTS_FORMATS if form in TABULAR else RDF_FORMATS), HTML) for form in Form}


@dataclass(frozen=True, slots=True)
class Request:
    """What of an HTTP request a question depends on. `accept` is every Accept line as one, None where there is none."""

    method: str
    query_string: bytes
    accept: str | None
    content_type: str = ""
    body: bytes = b""
    of_graph_store: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A query that may be given to an engine, and the format that its answer is to have."""

    asked: Asked
    query: Query
    format: Format

    def job(self, base: str, form: Format) -> Job:
        """The question for a store, to be answered in `form`."""
        return Job(self.query.text, form.key, base, self.asked.default_graphs, self.asked.named_graphs)

    @property
    def form_for_page(self) -> Format:
        """The format of the answer that a page is made from."""
        return RESULTS_JSON if self.query.form in TABULAR else TURTLE

    def tag(self, digest: str, language: str = "") -> str | None:
        """The same for the same release, question, format and language (RFC 9110, 8.8.3); None where answers differ."""
        if self.query.is_volatile:
            return None
        asked = self.asked
        parts = (
            VERSION,
            digest,
            self.query.written,
            asked.default_graphs,
            asked.named_graphs,
            self.format.key,
            language,
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]

    def ways_on(self, release: Release) -> tuple[WayOn, ...]:
        """Where to read on when the query is not run, or not to its end."""
        chosen = self.asked.default_graphs + self.asked.named_graphs
        return ways_on(self.query.written, release.graphs, release.base, chosen)

    def fields(self, tag: str | None) -> dict[str, str]:
        """The header fields of its answer that do not depend on the bytes."""
        fields = {
            "Cache-Control": "public, no-cache" if tag else "no-store",
            "Vary": f"{VARY}, Accept-Encoding",
        }
        return fields | {"Legation-Hint": hint_field(self.query.unknown_terms)} if self.query.unknown_terms else fields


@dataclass(frozen=True, slots=True)
class Computed:
    """An answer that a page is to show, in `Question.form_for_page`; None where it is too long for a page."""

    content: str | None


def question_of(request: Request, release: Release, guard: Guard) -> Question | None:
    """The question that a request asks; None where it asks for the service itself.

    Raises ProblemRaised for what is no request of the SPARQL 1.1 Protocol or the Graph Store HTTP Protocol, and the
    guard's QueryRefused.
    """
    asked = _asked(request, release)
    if asked.query is None:
        return None
    query = guard.examine(asked.query)
    return Question(asked, query, _format_of(asked, query, request.accept))


def _asked(request: Request, release: Release) -> Asked:
    """What is asked; a graph that is named (Graph Store Protocol) is asked for by a query of ours."""
    asked = read_request(request.method, request.query_string, request.content_type, request.body)
    if asked.query is not None and not request.of_graph_store:
        return asked
    if request.method not in {"GET", "HEAD"}:
        raise ProblemRaised("query-parameters", "The request carries no query parameter.")
    query = graph_query(request.query_string, release)
    if query is None and request.of_graph_store:
        raise no_graph_named(release)
    return Asked(query, formats=asked.formats, timeout_s=asked.timeout_s)


def _format_of(asked: Asked, query: Query, accept: str | None) -> Format:
    """The format of the answer: by `format=` or else by Accept, among those that fit the query's form."""
    offered = _OFFERED[query.form]
    if asked.formats:
        return named_format(asked.formats, offered)
    choose = _remembered_choice if len(accept or "") <= _REMEMBERED_CHARS_MAX else _choice
    found = choose(accept, query.form)
    if found is None:
        available = [form.media_type for form in offered]
        raise ProblemRaised(
            "not-acceptable", "Available are " + ", ".join(available) + ".", headers={"Vary": VARY}, available=available
        )
    return found


def _choice(accept: str | None, form: Form) -> Format | None:
    choice = negotiate(accept, _OFFERED[form], default=_OFFERED[form][0])
    return choice.format if choice else None


_remembered_choice = lru_cache(256)(_choice)


def named_format(names: tuple[str, ...], offered: tuple[Format, ...]) -> Format:
    """The first format that one of the names means: SPARQLWrapper sends a short name and a media type together.

    Raises ProblemRaised: unknown-format, with the names that are known.
    """
    found = next((form for name in names if (form := format_by_name(name, offered))), None)
    if found is None:
        known = [form.key for form in offered]
        raise ProblemRaised(
            "unknown-format", f"{' and '.join(names)!r} is none of {', '.join(known)}.", available=known
        )
    return found
