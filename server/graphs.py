"""Named graphs: `/graph/{name}` answers with the triples of that graph, negotiated like every document."""

from __future__ import annotations

from flask import Blueprint, Response

from legation.graph.formats import DOCUMENT_FORMATS, RESULTS_JSON, by_extension
from legation.graph.query_pool import Job

from .documents import Document, respond
from .pages import answer_page
from .problems import ProblemRaised
from .site import Site, site

blueprint = Blueprint("graphs", __name__)
TRIPLES_MAX = 100_000
"""A larger graph is not answered as one document; the dumps hold it."""
ROWS_SHOWN = 100


@blueprint.get("/graph/<path:path>")
def graph(path: str) -> Response:
    """The triples of one named graph of the release."""
    here = site()
    stem, dot, extension = path.rpartition(".")
    known = bool(dot and by_extension(extension, DOCUMENT_FORMATS))
    name = stem if known else path
    iri, counts = here.base.graph(name), here.release.graphs
    if iri not in counts:
        raise ProblemRaised("not-found", f"This release has no graph {iri!r}.", available=list(counts))
    if counts[iri] > TRIPLES_MAX:
        return Response(status=303, headers={"Location": here.url("dumps/")})
    document = Document(
        stem=iri,
        topic=iri,
        triples=lambda: here.store.construct(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}"),
        page=lambda language: _page(here, iri, language),
    )
    return respond(here, document, extension if known else None)


def _page(here: Site, iri: str, language: str) -> str:
    """The query page with the first triples of the graph, ready to be asked for more."""
    query = (
        "SELECT ?subject ?predicate ?object\n"
        f"WHERE {{ GRAPH <{iri}> {{ ?subject ?predicate ?object }} }}\n"
        f"ORDER BY ?subject ?predicate ?object\nLIMIT {ROWS_SHOWN}"
    )
    with here.store.run(Job(query, RESULTS_JSON.key, here.base.iri)) as answer:
        return answer_page(here, query, RESULTS_JSON, answer.head.decode(), language)
