"""Named graphs: `/graph/{name}` answers with the triples of that graph, negotiated like every document."""

from __future__ import annotations

from flask import Blueprint, Response

from legation.graph.formats import RESULTS_JSON
from legation.graph.query_pool import Job

from .addresses import as_uri, spellings
from .documents import Document, asked_variant, respond
from .pages import answer_page
from .problems import ProblemRaised
from .resources import asked_path
from .site import Site, site

blueprint = Blueprint("graphs", __name__)
TRIPLES_MAX = 100_000
"""A larger graph is not answered as one document; the dumps hold it."""
ROWS_SHOWN = 100


@blueprint.get("/graph/<path:_>")
def graph(_: str) -> Response:
    """The triples of one named graph of the release."""
    here = site()
    stem, variant = asked_variant(asked_path())
    names, counts = [here.base.graph(name) for name in spellings(stem)], here.release.graphs
    iri = next((name for name in names if name in counts), None)
    if iri is None:
        raise ProblemRaised("not-found", f'This release has no graph "{names[0]}".', available=list(counts))
    if counts[iri] > TRIPLES_MAX:
        return Response(status=303, headers={"Location": here.url("dumps/")})
    document = Document(
        stem=as_uri(iri),
        topic=iri,
        triples=lambda: here.store.construct(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}"),
        page=lambda language: _page(here, iri, language),
    )
    return respond(here, document, variant)


def _page(here: Site, iri: str, language: str) -> str:
    """The query page with the first triples of the graph, ready to be asked for more."""
    query = (
        "SELECT ?subject ?predicate ?object\n"
        f"WHERE {{ GRAPH <{iri}> {{ ?subject ?predicate ?object }} }}\n"
        f"ORDER BY ?subject ?predicate ?object\nLIMIT {ROWS_SHOWN}"
    )
    with here.store.run(Job(query, RESULTS_JSON.key, here.base.iri)) as answer:
        return answer_page(here, query, RESULTS_JSON, answer.head.decode(), language)
