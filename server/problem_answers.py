"""Problems as answers, in the type that the client reads: problem+json (RFC 9457), a page, or RDF for RDF clients.

As RDF a problem is a node of the type that its own IRI names, with the same words: its title and advice in every
language, its members as properties below that IRI.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
from flask import Response, g
from rdflib import RDF, RDFS, XSD
from rdflib.namespace import DCTERMS

from legation.graph.errors import NotExpressible
from legation.graph.formats import GRAPH_FORMATS, HTML, PROBLEM_JSON, Format
from legation.graph.jsonld import EXPANDED, written
from legation.graph.prefixes import PREFIXES
from legation.graph.serialisation import serialise

from .documents import accept, language_of_page, varies
from .negotiation import negotiate
from .pages import problem_page
from .problems import Problem
from .site import Site, site
from .variants import Variant

HYDRA = "http://www.w3.org/ns/hydra/core#"
PROBLEM_FORMATS = (PROBLEM_JSON, HTML, *GRAPH_FORMATS)
"""The order settles ties; the first answers whoever accepts none of them (RFC 9110, section 15.5.7 allows it)."""


def answer_problem(problem: Problem) -> Response:
    """The problem as a document. An address that names a form is answered in it, any other by Accept."""
    here, variant = site(), _variant()
    language = language_of_page()
    form = variant.format if variant else _accepted()
    try:
        body = _body(here, problem, form, language)
    except NotExpressible:
        form = PROBLEM_JSON
        body = _body(here, problem, form, language)
    response = Response(body, status=problem.type.status, content_type=form.content_type)
    response.headers["Cache-Control"] = "no-store" if problem.type.status >= 500 else "no-cache"
    if vary := varies(variant):
        response.headers["Vary"] = vary
    if form not in GRAPH_FORMATS:
        response.headers["Content-Language"] = language
    response.headers.update(problem.headers)
    return response


def _variant() -> Variant | None:
    found: Variant | None = g.get("variant")
    return found


def _accepted() -> Format:
    choice = negotiate(accept(), PROBLEM_FORMATS, default=PROBLEM_JSON)
    return choice.format if choice else PROBLEM_JSON


def _body(here: Site, problem: Problem, form: Format, language: str) -> str | bytes:
    type_iri = here.url(f"problems/{problem.type.slug}")
    if form is HTML:
        return problem_page(here, problem, language)
    if form is PROBLEM_JSON:
        return problem.to_json(type_iri, language)
    triples = list(dict.fromkeys(triples_of(problem, type_iri)))
    if form.parameters:
        return written(triples, "", here.json_context, EXPANDED)
    return serialise(triples, form, {**PREFIXES, "hydra": HYDRA})


def triples_of(problem: Problem, type_iri: str) -> Iterator[ox.Triple]:
    """The problem as RDF. The node is blank: it stands for this one failure, which nobody can ask for again."""
    this = ox.BlankNode("problem")
    said: list[tuple[str, ox.NamedNode | ox.Literal]] = [
        (str(RDF.type), ox.NamedNode(HYDRA + "Error")),
        (str(RDF.type), ox.NamedNode(type_iri)),
        (HYDRA + "statusCode", _literal(problem.type.status)),
        (str(DCTERMS.description), ox.Literal(problem.detail, language="en")),
        *((str(RDFS.label), ox.Literal(text, language=code)) for code, text in problem.type.title.items()),
        *((str(RDFS.comment), ox.Literal(text, language=code)) for code, text in problem.type.advice.items()),
    ]
    for member, value in problem.facts.items():
        values = value if isinstance(value, list | tuple) else [value]
        said += [(f"{type_iri}#{member}", _literal(one)) for one in values if isinstance(one, str | int | float)]
    return (ox.Triple(this, ox.NamedNode(predicate), object_) for predicate, object_ in said)


def _literal(value: str | int | float) -> ox.Literal:
    if isinstance(value, bool):
        return ox.Literal(str(value).lower(), datatype=ox.NamedNode(str(XSD.boolean)))
    kinds = {int: XSD.integer, float: XSD.decimal}
    kind = kinds.get(type(value))
    return ox.Literal(str(value), datatype=ox.NamedNode(str(kind))) if kind else ox.Literal(str(value))
