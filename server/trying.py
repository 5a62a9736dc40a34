"""Three commands that work when pasted, made from whatever a release holds."""

from __future__ import annotations

from collections.abc import Iterator

from legation.graph.formats import RESULTS_CSV, TURTLE
from legation.graph.release import DUMP_STEM, Release

_COUNT = "SELECT ?class (COUNT(?thing) AS ?things) { ?thing a ?class } GROUP BY ?class ORDER BY DESC(?things)"


def things_to_try(release: Release) -> Iterator[str]:
    """curl commands: one thing in Turtle, where the release has an example; one query as CSV; one dump."""
    base = release.base
    if release.manifest.example:
        yield f"curl -sL -H 'Accept: {TURTLE.media_type}' {release.manifest.example}"
    accept = f"-H 'Accept: {RESULTS_CSV.media_type}'"
    yield f"curl -s {base.resolve('sparql')} {accept} --data-urlencode 'query={_COUNT}'"
    yield f"curl -sO {base.resolve(f'dumps/{DUMP_STEM}.{TURTLE.extension}')}"
