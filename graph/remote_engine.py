"""A client of the SPARQL 1.1 Protocol for an engine that the publisher runs: asks, and believes only whole answers.

What may go wrong is told apart here: an engine that cannot be reached or answers amiss (EngineUnavailable), one that
gave up after its own time (EngineTimeout), and one that answered a part (AnswerIncomplete). Their texts are for clients
and name neither address nor account; what an operator needs goes to the log, without the account either.
"""

from __future__ import annotations

import logging
import os
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from typing import Any, Self
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit, urlunsplit

from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper
from SPARQLWrapper.Wrapper import CONSTRUCT, SELECT

from .errors import (
    AnswerIncomplete,
    EngineRefused,
    EngineRejectsAccount,
    EngineTimeout,
    EngineUnavailable,
    SettingsError,
)
from .formats import N_TRIPLES, RESULTS_JSON, Format
from .remote_text import RemoteQuery

_LOG = logging.getLogger(__name__)
_SCHEMES = {"sparql+http": "http", "sparql+https": "https"}
_READ_BYTES = 1 << 16
_PROBE_ROWS = 1000
_ERROR_BYTES = 300
"""Bytes of an engine's own error message that the log shows."""
_REPAIRS = (
    (b'"type": "bnode", "value": "nodeID://', b'"type": "bnode", "value": "'),
    (b'XMLSchema#boolean", "value": "0"', b'XMLSchema#boolean", "value": "false"'),
    (b'XMLSchema#boolean", "value": "1"', b'XMLSchema#boolean", "value": "true"'),
    (b'"0"^^<http://www.w3.org/2001/XMLSchema#boolean>', b'"false"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
    (b'"1"^^<http://www.w3.org/2001/XMLSchema#boolean>', b'"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
)
"""What Virtuoso writes and what it means. No string of a document can hold these bytes: its quotes are escaped."""
_REPAIR_BYTES = max(len(wrong) for wrong, _ in _REPAIRS)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an engine answers queries, and as whom to ask it; the account is in no text made of this."""

    url: str
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, setting: str) -> Self:
        """The endpoint of `sparql+http://user:password@host:port/path`. Raises SettingsError, without the account."""
        try:
            parts = urlsplit(setting)
            scheme, host, port = _SCHEMES[parts.scheme], parts.hostname, parts.port
        except (KeyError, ValueError):
            host = None
        if not host or parts.fragment:
            raise SettingsError(
                "LEGATION_STORE must be embedded, or the address of a SPARQL endpoint such as "
                "sparql+http://localhost:8890/sparql"
            )
        place = f"[{host}]" if ":" in host else host
        url = urlunsplit((scheme, place + (f":{port}" if port else ""), parts.path or "/", parts.query, ""))
        account = [unquote(part) if part is not None else None for part in (parts.username, parts.password)]
        return cls(url, *account)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """An engine that sends its client elsewhere would send the account along."""

    def redirect_request(self, *_: Any) -> None:
        """Refuse."""


class _Client(SPARQLWrapper):
    """SPARQLWrapper without its guess at the form of a query, its process-wide openers, proxies and redirects."""

    def __init__(self, engine: Engine, query: RemoteQuery, form: Format, timeout_s: float) -> None:
        endpoint = engine.endpoint
        super().__init__(endpoint.url, agent="Legation")
        tabular = form is RESULTS_JSON
        self.queryString, self.queryType = query.text, SELECT if tabular else CONSTRUCT
        self.setReturnFormat(JSON if tabular else TURTLE)
        self.setMethod(POST)
        self.setOnlyConneg(True)
        self.addCustomHttpHeader("Accept", form.media_type)
        self.timeout = timeout_s  # type: ignore[assignment]  # any number that a socket takes
        for name, graphs in (
            ("default-graph-uri", query.default_graphs),
            ("named-graph-uri", query.named_graphs),
        ):
            for graph in graphs:
                self.addParameter(name, graph)
        self._handlers: list[Any] = [urllib.request.ProxyHandler({}), _NoRedirects]
        if engine.by_digest:
            accounts = urllib.request.HTTPPasswordMgrWithDefaultRealm()
            accounts.add_password(None, endpoint.url, endpoint.user or "", endpoint.password or "")
            self._handlers.append(urllib.request.HTTPDigestAuthHandler(accounts))
        elif endpoint.user is not None:
            self.setCredentials(endpoint.user, endpoint.password or "")

    def _query(self) -> tuple[HTTPResponse, str]:
        opener = urllib.request.build_opener(*self._handlers)
        return opener.open(self._createRequest(), timeout=self.timeout), self.returnFormat


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine as it has shown itself. Virtuoso ends a query after its parameter `timeout`, in milliseconds.

    `by_digest`: it knows an account by Digest (RFC 7616), not by Basic (RFC 7617).
    """

    endpoint: Endpoint
    is_virtuoso: bool = False
    by_digest: bool = False

    def ask(self, query: RemoteQuery, form: Format, timeout_s: float) -> EngineAnswer:
        """Begin a query; `form` is SPARQL results JSON or N-Triples, `timeout_s` what a read may wait in seconds.

        Raises EngineUnavailable, EngineRefused, EngineTimeout or AnswerIncomplete, as far as the header shows.
        """
        client = _Client(self, query, form, timeout_s)
        if self.is_virtuoso:
            client.addParameter("timeout", str(max(1, round(timeout_s * 1000))))
        try:
            response: HTTPResponse = client.query().response
        except HTTPError as error:
            with error:
                raise _error_of_status(error) from None
        except TimeoutError:
            raise EngineTimeout from None
        except (OSError, HTTPException, ValueError) as error:
            raise _unavailable("the engine cannot be reached", getattr(error, "reason", error)) from None
        return EngineAnswer(response, form)


class RowCap:
    """The bound in rows that an engine keeps for itself, found out when it matters.

    Virtuoso names its bound (ResultSetMaxRows) beside solutions that reach it, and cuts triples off at it in silence.
    """

    def __init__(self, engine: Engine, graphs: tuple[str, ...]) -> None:
        self._engine, self._graphs = engine, graphs
        self._rows_max: int | None = None
        self._proven = 0

    def refuse(self, count: int, timeout_s: float) -> None:
        """Raise AnswerIncomplete where an answer of `count` triples may be a part, for the bound is no higher."""
        if self._rows_max is None and count > self._proven:
            self._find(max(2 * count, _PROBE_ROWS), timeout_s)
        if self._rows_max is not None and count >= self._rows_max:
            raise AnswerIncomplete(self._rows_max)

    def _find(self, rows: int, timeout_s: float) -> None:
        text = f"SELECT (1 AS ?n) WHERE {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }} LIMIT {rows}"
        try:
            self._engine.ask(RemoteQuery(text, self._graphs, self._graphs), RESULTS_JSON, timeout_s).close()
        except AnswerIncomplete as error:
            self._rows_max = error.rows_max
        else:
            self._proven = rows - 1


class EngineAnswer:
    """The bytes of an answer as a file to read from, and `server`, the engine's name for itself.

    Reading raises EngineUnavailable where the answer breaks off, and EngineTimeout where it stalls. Close it.
    """

    def __init__(self, response: HTTPResponse, form: Format) -> None:
        self._response = response
        self.server = response.headers.get("Server", "")
        try:
            self._check(form)
        except BaseException:
            self.close()
            raise
        self._parts = _mended(self._received())
        self._ready = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check(self, form: Format) -> None:
        headers = self._response.headers
        if state := headers.get("X-SQL-State") or headers.get("X-SQL-Message"):
            _LOG.warning("the engine marks its answer as partial: %s", state)
            raise EngineTimeout if state.startswith("S1TA") else AnswerIncomplete
        if rows := headers.get("X-SPARQL-MaxRows"):
            raise AnswerIncomplete(int(rows) if rows.isdigit() else None)
        if headers.get_content_type() != form.media_type:
            raise _unavailable("the engine answers in another format", headers.get_content_type())
        if form is N_TRIPLES and self._response.length is None and not self._response.chunked:
            raise _unavailable("the engine does not say where its answer ends", "no Content-Length, no chunks")

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; none at the end. A negative size reads on to the next part."""
        while not self._ready and (part := next(self._parts, None)) is not None:
            self._ready = part
        end = size if size >= 0 else len(self._ready)
        taken, self._ready = self._ready[:end], self._ready[end:]
        return taken

    def _received(self) -> Iterator[bytes]:
        try:
            while part := self._response.read1(_READ_BYTES):
                yield part
        except TimeoutError:
            raise EngineTimeout from None
        except (OSError, HTTPException, ValueError) as error:
            raise _unavailable("the engine broke its answer off", error) from None
        if self._response.length:
            raise _unavailable("the engine broke its answer off", f"{self._response.length} bytes are missing")

    def close(self) -> None:
        """Let go of the connection."""
        self._response.close()


def _mended(parts: Iterable[bytes]) -> Iterator[bytes]:
    held = b""
    for part in parts:
        held += part
        for wrong, right in _REPAIRS:
            held = held.replace(wrong, right)
        yield held[:-_REPAIR_BYTES]
        held = held[-_REPAIR_BYTES:]
    yield held


def _error_of_status(error: HTTPError) -> Exception:
    said = error.read(_ERROR_BYTES).decode("utf-8", "replace") if error.fp else ""
    _LOG.warning("the engine answered %s: %s", error.code, " ".join(said.split()))
    if error.code == 401:
        return EngineRejectsAccount("the engine that holds the release cannot be asked")
    if error.code in {408, 504} or "S1T00" in said:
        return EngineTimeout()
    if error.code in {400, 422, 501} or (error.code == 500 and said.startswith("Virtuoso ")):
        return EngineRefused()
    return EngineUnavailable("the engine that holds the release answers with an error")


def _unavailable(what: str, why: object) -> EngineUnavailable:
    _LOG.warning("%s: %s", what, why)
    return EngineUnavailable("the engine that holds the release cannot be asked")


_ACCOUNT = "LEGATION_ENGINE_ACCOUNT"


def account_to_environment(endpoint: Endpoint) -> dict[str, str]:
    """The account for a child's environment, which only its own user may read; a command line anybody may."""
    return {} if endpoint.user is None else {_ACCOUNT: f"{endpoint.user}\n{endpoint.password or ''}"}


def endpoint_with_account(url: str) -> Endpoint:
    """The endpoint at `url` with the account that `account_to_environment` left."""
    user, separator, password = os.environ.get(_ACCOUNT, "").partition("\n")
    return Endpoint(url, user, password) if separator else Endpoint(url)
