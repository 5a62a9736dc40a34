"""The program of the query processes over a foreign engine: the frames of query_process, the answers of that engine.

A query goes through Oxigraph's parser first, so that what is no SPARQL 1.1 is refused in the same words whichever
engine holds the release, and no engine sees its own extensions. Solutions are asked for as SPARQL results JSON and
triples as N-Triples, and are written again in the format of the job: engines differ most in how they write CSV, TSV and
Turtle. Being killed at the deadline, or when the client hangs up, closes the connection to the engine.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import IO, Any, ClassVar, NoReturn, cast

import pyoxigraph as ox

from .errors import (
    AnswerIncomplete,
    EngineRefused,
    EngineTimeout,
    EngineUnavailable,
    LegationError,
    NotExpressible,
    QueryInvalid,
)
from .formats import N_TRIPLES, RESULTS_JSON
from .query_process import FORMATS, Frames, ProgramOptions, jobs, run_template, write
from .remote_engine import Engine, EngineAnswer, RowCap, endpoint_with_account
from .remote_text import Dataset, TermRefused, for_engine
from .sandbox import confine

_LOG = logging.getLogger(__name__)
_KINDS = {
    QueryInvalid: "invalid",
    NotExpressible: "not-expressible",
    TermRefused: "term",
    EngineTimeout: "timeout",
    EngineRefused: "refused",
    EngineUnavailable: "unavailable",
    AnswerIncomplete: "incomplete",
}
_ASK_VARIABLE = "__ASK_RETVAL"
"""Virtuoso 7.2.5 answers ASK with a row of this one variable, or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteOptions(ProgramOptions):
    """How a template over a foreign engine is to work; a command line has no room for an account."""

    program: ClassVar[str] = "legation.graph.remote_process"
    url: str
    is_virtuoso: bool
    by_digest: bool
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    no_graph: str
    query_timeout_s: float


def main(arguments: list[str]) -> None:
    """Run a template over an engine; `arguments[0]` has its options."""
    options = RemoteOptions(**json.loads(arguments[0]))
    run_template(lambda: partial(_child, options=options))


def _child(descriptor: int, options: RemoteOptions) -> NoReturn:
    try:
        peer = socket.socket(fileno=descriptor)
        asker = _Asker(options)
        confine(options.memory_bytes, may_connect=True)
        for job in jobs(peer):
            asker.answer(peer, job)
    except OSError:
        pass  # the asker has gone away
    finally:
        os._exit(0)


class _Asker:
    """One engine, one dataset, job after job."""

    def __init__(self, options: RemoteOptions) -> None:
        self._options = options
        self._engine = Engine(endpoint_with_account(options.url), options.is_virtuoso, options.by_digest)
        self._dataset = Dataset(tuple(options.default_graphs), tuple(options.named_graphs), options.no_graph)
        self._cap = RowCap(self._engine, self._dataset.default) if options.is_virtuoso else None
        self._parser = ox.Store()

    def answer(self, peer: socket.socket, job: dict[str, Any]) -> None:
        """Write the frames of one job. Raises OSError where nobody reads them."""
        started = time.perf_counter()
        out = Frames(peer, FORMATS[job["format"]])
        try:
            self._ask(job, out)
            out.end({"seconds": time.perf_counter() - started - out.blocked_s})
        except MemoryError:
            out.fail("memory", "")
        except LegationError as error:
            out.fail(next((kind for of, kind in _KINDS.items() if isinstance(error, of)), "engine"), _message_of(error))

    def _ask(self, job: dict[str, Any], out: Frames) -> None:
        query = for_engine(job["query"], job["base"], self._dataset, job["default_graphs"], job["named_graphs"])
        expected = self._parsed(job["query"], job["base"])
        form = N_TRIPLES if isinstance(expected, ox.QueryTriples) else RESULTS_JSON
        timeout_s = job["timeout_s"] or self._options.query_timeout_s
        with self._engine.ask(query, form, timeout_s) as answer:
            try:
                results = self._triples(answer, timeout_s) if form is N_TRIPLES else _solutions(answer, expected)
                write(results, job["format"], self._options.prefixes, out)
            except (SyntaxError, ValueError, RuntimeError) as error:
                _LOG.warning("the engine's answer cannot be read: %s", error)
                raise EngineUnavailable from None

    def _triples(self, answer: EngineAnswer, timeout_s: float) -> Iterator[ox.Triple]:
        count = 0
        for quad in ox.parse(cast("IO[bytes]", answer), ox.RdfFormat.N_TRIPLES):
            count += 1
            yield quad.triple
        if self._cap is not None:
            self._cap.refuse(count, timeout_s)

    def _parsed(self, text: str, base: str | None) -> object:
        """The query's answer over nothing, which tells its form and that it is SPARQL.

        Raises QueryInvalid, and EngineRefused for functions that are not of SPARQL 1.1.
        """
        try:
            return self._parser.query(text, base_iri=base)
        except (SyntaxError, ValueError) as error:
            raise QueryInvalid(str(error.msg if isinstance(error, SyntaxError) else error)) from None
        except RuntimeError:
            raise EngineRefused from None


def _message_of(error: LegationError) -> str:
    if isinstance(error, QueryInvalid):
        return error.message
    if isinstance(error, TermRefused):
        return error.term
    if isinstance(error, AnswerIncomplete):
        return str(error.rows_max or "")
    return str(error)


def _solutions(answer: EngineAnswer, expected: object) -> object:
    """Solutions or a boolean, as `expected`. Raises SyntaxError or ValueError where the answer is something else."""
    found = ox.parse_query_results(cast("IO[bytes]", answer), ox.QueryResultsFormat.JSON)
    if isinstance(expected, ox.QueryBoolean):
        return found if isinstance(found, ox.QueryBoolean) else _boolean(found)
    if isinstance(found, ox.QueryBoolean):
        raise ValueError("a boolean where solutions were asked for")
    return found


def _boolean(found: ox.QuerySolutions) -> object:
    if [variable.value for variable in found.variables] != [_ASK_VARIABLE]:
        raise ValueError("solutions where a boolean was asked for")
    values = [row[0].value for row in found if isinstance(row[0], ox.Literal)]
    return ox.Store().query("ASK {}" if values and values[0] != "0" else "ASK { FILTER(false) }")


if __name__ == "__main__":
    main(sys.argv[1:])
