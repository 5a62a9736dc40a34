"""One query on a release, outside HTTP: the same guard and the same query processes as the endpoint."""

from __future__ import annotations

from collections.abc import Iterator

from legation.graph.errors import LegationError, QueryInvalid
from legation.graph.formats import RDF_FORMATS, RESULTS_CSV, RESULTS_FORMATS, TURTLE, by_key
from legation.graph.prefixes import PREFIXES
from legation.graph.query_pool import Job
from legation.graph.release import Release
from legation.graph.sparql_text import Form, describe_syntax_error, examine
from legation.graph.store import EmbeddedStore

from .settings import Settings


def run_query(release: Release, settings: Settings, text: str, key: str | None) -> Iterator[bytes]:
    """The answer in parts. Raises QueryRefused, QueryFailed, or LegationError for a format that cannot be."""
    query = examine(text, chars_max=settings.query_chars_max, depth_max=settings.query_depth_max)
    tabular = query.form in {Form.SELECT, Form.ASK}
    offered = RESULTS_FORMATS if tabular else RDF_FORMATS
    form = by_key(key, offered) if key else (RESULTS_CSV if tabular else TURTLE)
    if form is None:
        fitting = ", ".join(f.key for f in offered)
        raise LegationError(f"a {query.form.name} query cannot be answered as {key}; choose one of {fitting}")
    store = EmbeddedStore(release, settings.limits, settings.memory_quads_max)
    try:
        with store.run(Job(query.text, form.key, release.base.iri)) as answer:
            yield from answer
    except QueryInvalid as error:
        raise describe_syntax_error(query.written, error.message, PREFIXES) from error
    finally:
        store.close()
