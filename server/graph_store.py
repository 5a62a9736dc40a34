"""The Graph Store HTTP Protocol, read side (SPARQL 1.1): which graph a request names, and the query that answers it.

Graphs are identified indirectly, `?default` or `?graph=IRI` (section 4.2), at `/graph-store` and at the endpoint; those
under the base directly too (section 4.1), which `graphs` answers. Nothing is ever written.
"""

from __future__ import annotations

from legation.graph.identifiers import is_valid_iri
from legation.graph.release import Release

from .problems import ProblemRaised
from .protocol import GRAPH_PARAMETERS, fields

_TRIPLES = "?subject ?predicate ?object"


def graph_query(query_string: bytes, release: Release) -> str | None:
    """The CONSTRUCT query for the graph that a query string names; None where it names none.

    Raises ProblemRaised: query-parameters for more than one graph or one that is no absolute IRI (section 4.2),
    not-found for a graph that the release does not have (section 5.2), bad-request.
    """
    named = [(name, value) for name, value in fields(query_string) if name in GRAPH_PARAMETERS]
    if not named:
        return None
    if len(named) > 1:
        raise ProblemRaised("query-parameters", "More than one graph is named; name one.")
    name, iri = named[0]
    pattern = _TRIPLES if name == "default" else f"GRAPH <{_known(iri, release)}> {{ {_TRIPLES} }}"
    return f"CONSTRUCT {{ {_TRIPLES} }}\nWHERE {{ {pattern} }}"


def no_graph_named(release: Release) -> ProblemRaised:
    """The problem of a request to the graph store that names no graph."""
    return ProblemRaised(
        "query-parameters", "No graph is named; send ?default or ?graph=IRI.", available=list(release.graphs)
    )


def _known(iri: str, release: Release) -> str:
    if not is_valid_iri(iri):
        raise ProblemRaised("query-parameters", f"The graph {iri!r} is not an absolute IRI.")
    if iri not in release.graphs:
        raise ProblemRaised("not-found", f"This release has no graph {iri!r}.", available=list(release.graphs))
    return iri
