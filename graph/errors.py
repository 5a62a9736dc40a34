"""What can go wrong, as facts about the data or the query. HTTP statuses are the server's business.

LegationError
├── SettingsError           a setting or an argument that cannot be used
├── FactsError              a fact file that cannot be read or published
│   ├── FactsSyntaxError    not RDF: file, line, column
│   ├── UnnamedNode         a blank node the build has no name for
│   ├── NameRefused         an entity whose IRI could not be dereferenced
│   └── LiteralRewritten    a literal the store would not keep as written
├── GateError               the shapes themselves cannot be trusted (graph.validation)
├── PublicationRefused      the facts break a rule of severity Violation
├── ReleaseError            a release that is missing, damaged or of another kind
├── NotExpressible          triples that a format cannot carry
├── PageKeyMalformed        a page asked for by what is no key (graph.incoming)
├── QueryRefused            a query refused before any engine saw it (graph.sparql_text)
└── QueryFailed             a query that did not come to its end
    ├── QueryInvalid
    ├── QueryTimeout
    ├── QueryAbandoned
    ├── QueryMemory
    ├── QueryCrashed
    ├── EngineUnavailable   the foreign engine that holds the release cannot be asked
    │   └── EngineRejectsAccount
    ├── EngineRefused       … does not take a query that is valid SPARQL
    ├── EngineTimeout       … gave up after its own time
    ├── AnswerIncomplete    … answered a part
    └── StoreBusy
"""

from __future__ import annotations

from typing import Any


class LegationError(Exception):
    """Any error of ours: its text is one plain sentence for the person who can mend it."""


class SettingsError(LegationError):
    """A setting, an option or an environment variable that cannot be used."""


class FactsError(LegationError):
    """Facts that cannot be read or published."""


class FactsSyntaxError(FactsError):
    """A file that is not in its RDF format. `line` and `column` count from 1 and are None where not known."""

    def __init__(self, file: str, line: int | None, column: int | None, reason: str) -> None:
        self.file, self.line, self.column, self.reason = file, line, column, reason
        place = ":".join(str(part) for part in (file, line, column) if part is not None)
        super().__init__(f"{place}: {reason}")


class UnnamedNode(FactsError):
    """A blank node that the build cannot name; publishing it would make data nobody can cite."""


class NameRefused(FactsError):
    """An entity whose IRI is not one that can be published: outside `id/`, or not lower-case ASCII."""


class LiteralRewritten(FactsError):
    """A literal that the store would silently change: `written` becomes `kept`."""

    def __init__(self, place: str, written: str, kept: str) -> None:
        self.place, self.written, self.kept = place, written, kept
        super().__init__(f"{place}: the literal {written} would be stored as {kept}; write it as {kept}")


class PublicationRefused(LegationError):
    """The facts break rules of severity Violation: nothing was written."""


class ReleaseError(LegationError):
    """A release that is missing, incomplete or damaged."""


class NotExpressible(LegationError):
    """Triples that a format cannot carry, such as a predicate RDF/XML has no element name for."""


class PageKeyMalformed(LegationError):
    """What should say where a page of links begins, and does not."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__("the key of a page is a property and a subject, with a space between them")


class QueryRefused(LegationError):
    """A query that is refused before an engine sees it."""


class QueryFailed(LegationError):
    """A query that was begun and did not come to its end."""


class QueryInvalid(QueryFailed):
    """The engine's own parser refuses the query; `message` is the engine's, for translation, never for strangers."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__("the query is not valid SPARQL")


class QueryTimeout(QueryFailed):
    """The deadline passed and the query's process was ended."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"the query was stopped after {seconds:g} seconds")


class QueryMemory(QueryFailed):
    """The query asked for more memory than one query may have, and its process was ended."""

    def __init__(self, bytes_max: int) -> None:
        self.bytes_max = bytes_max
        super().__init__(f"the query needed more than {bytes_max // 2**20} MiB of memory")


class QueryCrashed(QueryFailed):
    """The query's process ended by itself; other queries are not touched."""


class QueryAbandoned(QueryFailed):
    """Whoever asked has hung up: nobody waits for the answer any more."""

    def __init__(self) -> None:
        super().__init__("the client has closed its side of the connection")


class EngineUnavailable(QueryFailed):
    """The foreign engine that holds the release cannot be reached, fails, or answers what cannot be read."""

    def __init__(self, reason: str = "the engine that holds the release cannot be asked") -> None:
        self.retry_after_s = 5
        super().__init__(reason)


class EngineRejectsAccount(EngineUnavailable):
    """The foreign engine wants an account, or another one."""


class EngineRefused(QueryFailed):
    """The foreign engine does not take a query that is valid SPARQL 1.1."""

    def __init__(self) -> None:
        super().__init__("the engine that holds the release cannot evaluate this query, though it is valid SPARQL")


class EngineTimeout(QueryFailed):
    """The foreign engine gave up before our own deadline; a store knows the deadline and raises QueryTimeout."""

    def __init__(self) -> None:
        super().__init__("the engine that holds the release gave up on the query")


class AnswerIncomplete(QueryFailed):
    """The foreign engine would answer a part only; `rows_max` is its bound in rows, None where it does not say."""

    def __init__(self, rows_max: int | None = None) -> None:
        self.rows_max = rows_max
        bound = f"after {rows_max} rows" if rows_max is not None else "early"
        super().__init__(f"the engine that holds the release cuts this answer off {bound}")


class StoreBusy(QueryFailed):
    """Every query process is working and the queue is full, or stayed full for as long as this query may wait."""

    def __init__(self, retry_after_s: int, reason: str = "all query processes are busy") -> None:
        self.retry_after_s = retry_after_s
        super().__init__(reason)


class ReaderTooSlow(StoreBusy):
    """The answer was broken off: its reader kept a query process waiting for which other queries waited in turn."""

    def __init__(self) -> None:
        super().__init__(1, "the answer was read too slowly while other queries waited")


def facts_of(error: LegationError) -> dict[str, Any]:
    """The public attributes of an error: what a problem document may say beside its sentence."""
    return {name: value for name, value in vars(error).items() if not name.startswith("_")}
