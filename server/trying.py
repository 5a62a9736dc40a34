"""Three commands that work when pasted, made from whatever a release holds."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from legation.graph.identifiers import Base
from legation.graph.release import DUMP_STEM, Release

_COUNT = "SELECT ?class (COUNT(?thing) AS ?things) { ?thing a ?class } GROUP BY ?class ORDER BY DESC(?things)"


def things_to_try(release: Release) -> Iterator[str]:
    """curl commands: one thing in Turtle, one query as CSV, one dump."""
    base = release.base
    example = _example(release, base)
    if example:
        yield f"curl -sL -H 'Accept: text/turtle' {example}"
    yield f"curl -s {base.resolve('sparql')} -H 'Accept: text/csv' --data-urlencode 'query={_COUNT}'"
    yield f"curl -sO {base.resolve(f'dumps/{DUMP_STEM}.ttl')}"


def _example(release: Release, base: Base) -> str | None:
    """The entity of the base with the most statements about it, or None for data with no entity of this base."""
    store = ox.Store.read_only(str(release.store_folder))
    query = (
        f'SELECT ?s WHERE {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{base.thing("organisation/")}")) }} '
        "GROUP BY ?s ORDER BY DESC(COUNT(*)) ?s LIMIT 1"
    )
    rows = store.query(query, use_default_graph_as_union=True)
    assert isinstance(rows, ox.QuerySolutions)
    return next((row["s"].value for row in rows if isinstance(row["s"], ox.NamedNode)), None)
