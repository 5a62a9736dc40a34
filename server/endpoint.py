"""Answers SPARQL queries on the event loop: from memory where asked before, else by a query process, never cut short.

    the same request again ─> Memory ──────────────────────────────┐
    read ─ question_of ─ the same question? ─> 304 or Memory ──────┤
                         ask ─> whole: length, digest, tag ─> kept ┴─> sent at once
                             └> longer than the spool: streamed, and broken off where it fails

What is for people (a page, a problem, the service description) is left to the pages, with what went wrong; a page that
shows an answer is given it, so that no thread waits for a query and none is computed for a reader who has gone.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from legation.graph.errors import LegationError, QueryInvalid, QueryTimeout
from legation.graph.formats import HTML
from legation.graph.prefixes import PREFIXES
from legation.graph.query_pool import Answer
from legation.graph.sparql_text import describe_syntax_error

from .asking import Computed, Question, Request, question_of
from .bridge import GIVEN
from .budget import ACCOUNT, Account
from .codings import Compressor, accepts_gzip
from .conditional import known_tag, tags_of
from .pages import language_of
from .patience import Attended, Receive, Scope, Send, Stalled, patient, send_all
from .prepared import Memory, Prepared, fields_of, prepared
from .problems import ProblemRaised, with_ways_on
from .protocol import fields as fields_in
from .site import Site

T = TypeVar("T")
_LONG_BYTES = 8192
"""A longer query is read in a thread: the longest takes a good second, in which the event loop must not stand still."""
_IN_ADDRESS = frozenset({"GET", "HEAD"})
_METHODS = _IN_ADDRESS | {"POST", "QUERY"}


@dataclass(frozen=True, slots=True)
class Headers:
    """The header fields that matter to an answer; several lines of one field are joined (RFC 9110, section 5.3).

    `if_none_match` counts for GET and HEAD only.
    """

    accept: str | None
    accept_encoding: str
    accept_language: str | None
    content_type: str
    content_encoding: str
    content_length: str
    if_none_match: str

    @classmethod
    def of(cls, scope: Scope) -> Headers:
        """The fields of an ASGI scope."""
        found: dict[bytes, str] = {}
        for name, value in scope["headers"]:
            text = value.decode("latin-1")
            found[name] = f"{found[name]}, {text}" if name in found else text
        return cls(
            accept=found.get(b"accept"),
            accept_encoding=found.get(b"accept-encoding", ""),
            accept_language=found.get(b"accept-language"),
            content_type=found.get(b"content-type", ""),
            content_encoding=found.get(b"content-encoding", ""),
            content_length=found.get(b"content-length", ""),
            if_none_match=found.get(b"if-none-match", "") if scope["method"] in _IN_ADDRESS else "",
        )


class LeftToPages(Exception):
    """The request is for the pages: a page, the service description, a method that is not a query's."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question on its way: its tag, what its answer is kept under, and when it came (`time.perf_counter`)."""

    question: Question
    tag: str | None
    key: tuple[object, ...]
    headers: Headers
    gzip: bool
    began: float


class Endpoint:
    """`/sparql` and `/graph-store` of one release."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._memory = Memory[Prepared](site.settings.answer_memory_bytes)
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="reader")
        self._graph_store = f"{site.path}graph-store"
        self._methods = {f"{site.path}sparql": _METHODS, self._graph_store: _IN_ADDRESS}

    def close(self) -> None:
        """Let the thread end when it has nothing to do."""
        self._reader.shutdown(wait=False)

    def answers(self, scope: Scope) -> bool:
        """Whether a request is the endpoint's: by its path and method."""
        return scope["method"] in self._methods.get(scope["path"], ())

    async def answer(self, scope: Scope, headers: Headers, body: bytes, receive: Receive, send: Send) -> None:
        """Answer one request, or raise before anything is sent.

        Raises LeftToPages, ProblemRaised, and the errors of the graph; Stalled for a client that stopped reading.
        """
        again = self._again(scope, headers)
        kept = self._memory.get(again) if again else None
        if kept is not None:
            await _send(kept, headers, send)
        else:
            await self._answer_anew(scope, headers, body, receive, send)

    def _again(self, scope: Scope, headers: Headers) -> tuple[object, ...] | None:
        """What two requests that mean the same have in common, without reading them; None for one with a body."""
        if scope["method"] not in _IN_ADDRESS:
            return None
        return (scope["path"], scope["query_string"], headers.accept, headers.accept_encoding)

    async def _answer_anew(self, scope: Scope, headers: Headers, body: bytes, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        question = await self._question(scope, headers, body)
        if question.format is HTML and self._has_page(question, scope, headers):
            raise LeftToPages
        gzip = accepts_gzip(headers.accept_encoding)
        tag = question.tag(self._site.release.digest) if question.format is not HTML else None
        asked = _Asked(question, tag, self._again(scope, headers) or (tag, gzip), headers, gzip, began)
        kept = self._memory.get(asked.key) if tag else None
        if kept is None and known_tag(headers.if_none_match, tag):
            kept = Prepared(b"", fields_of(_fields(question, tag).items()), tag)
        if kept is not None:
            await _send(kept, headers, send)
            return
        account: Account = scope[ACCOUNT]
        account.admit(lambda: question.ways_on(self._site.release))
        guarded_s = time.perf_counter() - began
        try:
            if question.format is HTML:
                scope[GIVEN] = await self._computed(question, account, receive)
                raise LeftToPages
            now = self._site.store.answer_now(question.job(self._site.base.iri, question.format), question.query.chain)
            if now is None:
                await self._attend(asked, guarded_s, account, scope, receive, send)
            else:
                account.charge(now.seconds)
                await _send(self._made(asked, now.head, guarded_s, now.seconds), headers, send)
        except QueryTimeout as error:
            raise with_ways_on(error, question.ways_on(self._site.release)) from error
        except QueryInvalid as error:
            told = partial(describe_syntax_error, question.query.written, error.message, PREFIXES)
            raise await self._in_thread(told) from error

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._reader, work)

    def _has_page(self, question: Question, scope: Scope, headers: Headers) -> bool:
        """Whether the client has the page that shows this answer; then the pages say so, and nothing is computed."""
        wanted = next((value for name, value in fields_in(scope["query_string"]) if name == "lang"), "")
        tag = question.tag(self._site.release.digest, language_of(wanted, headers.accept_language))
        return known_tag(headers.if_none_match, tag) is not None

    async def _computed(self, question: Question, account: Account, receive: Receive) -> Computed:
        """What a page is to show. Raises Stalled where its reader has gone."""
        async with Attended(receive):
            job = question.job(self._site.base.iri, question.form_for_page)
            answer = await self._site.store.ask(job, question.asked.timeout_s, account.charge)
            answer.close()
            return Computed(answer.head.decode() if answer.complete else None)
        raise Stalled

    async def _attend(
        self, asked: _Asked, guarded_s: float, account: Account, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer by a query process, for as long as the client is there."""
        question = asked.question
        async with Attended(receive):
            job = question.job(self._site.base.iri, question.format)
            answer = await self._site.store.ask(job, question.asked.timeout_s, account.charge)
            try:
                if answer.complete:
                    await _send(self._made(asked, answer.head, guarded_s, answer.seconds), asked.headers, send)
                else:
                    await self._stream(question, answer, asked.tag, scope, send, gzip=asked.gzip)
            finally:
                answer.close()

    async def _question(self, scope: Scope, headers: Headers, body: bytes) -> Question:
        request = Request(
            method=scope["method"],
            query_string=scope["query_string"],
            accept=headers.accept,
            content_type=headers.content_type,
            body=body,
            of_graph_store=scope["path"] == self._graph_store,
        )
        read = partial(question_of, request, self._site.release, self._site.guard)
        question = read() if len(body) <= _LONG_BYTES else await self._in_thread(read)
        if question is None:
            raise LeftToPages
        return question

    def _made(self, asked: _Asked, body: bytes, guarded_s: float, engine_s: float) -> Prepared:
        """A whole answer made ready, and kept where the next would be the same."""
        all_s = time.perf_counter() - asked.began
        spent = f"guard;dur={guarded_s * 1e3:.2f}, query;dur={engine_s * 1e3:.2f}, all;dur={all_s * 1e3:.2f}"
        fields = _fields(asked.question, asked.tag) | {"Server-Timing": spent}
        ready = prepared(body, fields, asked.tag, gzip=asked.gzip)
        if asked.tag is not None:
            self._memory.keep(asked.key, ready)
        return ready

    async def _stream(
        self, question: Question, answer: Answer, tag: str | None, scope: Scope, send: Send, *, gzip: bool
    ) -> None:
        """An answer in parts. It ends only when it is whole: else the last chunk is missing (RFC 9112, section 8)."""
        _refuse_where_an_end_cannot_be_told(scope["http_version"], self._site.settings.spool_bytes)
        fields = _fields(question, tag)
        if gzip:
            fields["Content-Encoding"] = "gzip"
        if tag:
            fields["ETag"] = tags_of(tag)[gzip]
        try:
            async with asyncio.timeout(self._site.settings.stream_seconds_max):
                await send({"type": "http.response.start", "status": 200, "headers": fields_of(fields.items())})
                await _send_parts(
                    answer, patient(send, self._site.settings.socket_timeout_s), Compressor() if gzip else None
                )
        except (LegationError, TimeoutError, Stalled):
            return


def _fields(question: Question, tag: str | None) -> dict[str, str]:
    return {"Content-Type": question.format.content_type, **question.fields(tag)}


async def _send(ready: Prepared, headers: Headers, send: Send) -> None:
    """The whole answer, or 304 where the client has it; `*` asks for any, which only a run can tell."""
    known = known_tag(headers.if_none_match, ready.tag)
    await send_all(send, ready.whole if known is None else ready.unchanged(known))


def _refuse_where_an_end_cannot_be_told(http_version: str, spool_bytes: int) -> None:
    if http_version in {"1", "1.0"}:
        raise ProblemRaised(
            "http-version",
            f"The answer is longer than {spool_bytes} bytes. HTTP/1.0 has no way to tell its end from a failure.",
            bytes_max=spool_bytes,
        )


async def _send_parts(answer: Answer, send: Send, compressor: Compressor | None) -> None:
    async for part in answer:
        content = compressor.part(part) if compressor else part
        if content:
            await send({"type": "http.response.body", "body": content, "more_body": True})
    await send({"type": "http.response.body", "body": compressor.end() if compressor else b""})
