"""The words: `/ns`, `/vocab/{scheme}`, `/shapes` and the JSON-LD context, negotiated like every document."""

from __future__ import annotations

import json
from functools import cache

import pyoxigraph as ox
from flask import Blueprint, Response

from legation.graph.canonical import canonical_quads
from legation.graph.formats import JSON_LD
from legation.graph.profiles import PROFILES
from legation.ontology import VERSION, load_profiles, ontology_files, scheme_names
from legation.ontology.terms import ONTOLOGY, PROFILE, VOCAB, W3ID
from legation.shapes import shapes_files

from .alternatives import profile_page
from .documents import Document, asked_form, asked_variant, respond
from .problems import ProblemRaised
from .site import site
from .variants import Variant
from .vocabulary_pages import vocabulary_page

blueprint = Blueprint("vocabulary", __name__)


@blueprint.get("/ns")
@blueprint.get("/ns.<suffix>")
def ontology(suffix: str = "") -> Response:
    """The ontology: its terms and their alignments."""
    return _vocabulary("ns", str(ONTOLOGY), asked_form(suffix))


@blueprint.get("/ns/<name>")
def ontology_version(name: str) -> Response:
    """The ontology at the IRI of its version, where it stays."""
    version, variant = asked_variant(name)
    if version != VERSION:
        raise ProblemRaised("not-found", f'There is no version "{version}" of the ontology.', available=[VERSION])
    return _vocabulary(f"ns/{VERSION}", str(ONTOLOGY), variant)


@blueprint.get("/vocab/<name>")
def scheme(name: str) -> Response:
    """One concept scheme."""
    code, variant = asked_variant(name)
    if code not in scheme_names():
        raise ProblemRaised("not-found", f'There is no concept scheme "{code}".', available=list(scheme_names()))
    return _vocabulary(f"vocab/{code}", str(VOCAB[code]), variant)


@blueprint.get("/shapes")
@blueprint.get("/shapes.<suffix>")
def shapes(suffix: str = "") -> Response:
    """The rules that decide what is published."""
    return _vocabulary("shapes", f"{W3ID}shapes", asked_form(suffix))


@blueprint.get("/profile/<name>")
def profile(name: str) -> Response:
    """What one of our profiles holds."""
    token, variant = asked_variant(name)
    found = next((profile for profile in PROFILES if profile.iri == f"{PROFILE}{token}"), None)
    if found is None:
        known = [profile.token for profile in PROFILES if profile.iri.startswith(PROFILE)]
        raise ProblemRaised("not-found", f'There is no profile "{token}" here.', available=known)
    here = site()
    document = Document(
        stem=here.url(f"profile/{token}"),
        topic=found.iri,
        triples=lambda: _profile_triples(found.iri),
        page=lambda language: profile_page(here, found, language),
    )
    return respond(here, document, variant)


@cache
def _profile_triples(iri: str) -> list[ox.Triple]:
    """What is said of a profile, and of what it is a profile of."""
    content = load_profiles().serialize(format="nt").encode()
    triples = [quad.triple for quad in ox.parse(content, format=ox.RdfFormat.N_TRIPLES)]
    node = ox.NamedNode(iri)
    near = {node, *(triple.object for triple in triples if triple.subject == node)}
    return sorted((triple for triple in triples if triple.subject in near), key=str)


@blueprint.get("/context.jsonld")
def context() -> Response:
    """The JSON-LD context of the documents."""
    response = Response(json.dumps(site().context, ensure_ascii=False, indent=2), content_type=JSON_LD.content_type)
    response.headers["Cache-Control"] = f"public, max-age={site().settings.document_max_age_s}"
    return response


def _vocabulary(path: str, iri: str, variant: Variant | None) -> Response:
    here = site()
    triples = _terms_of(iri)
    document = Document(
        stem=here.url(path),
        topic=iri,
        triples=lambda: triples,
        page=lambda language: vocabulary_page(here, path, iri, language),
    )
    return respond(here, document, variant)


@cache
def _terms_of(iri: str) -> list[ox.Triple]:
    """The triples of the vocabulary `iri` and its terms; blank nodes, which only the shapes have, named canonically.

    With the ontology come the declarations of the foreign terms that its axioms name (OWL 2 section 5.8).
    """
    is_shapes = iri.endswith("/shapes")
    files = shapes_files() if is_shapes else ontology_files()
    quads = [q for f in files for q in ox.parse(f.read_bytes(), format=ox.RdfFormat.TURTLE)]
    return [q.triple for q in canonical_quads(quads) if is_shapes or _belongs(q.subject, iri)]


def _belongs(subject: ox.NamedNode | ox.BlankNode | ox.Triple, iri: str) -> bool:
    if not isinstance(subject, ox.NamedNode):
        return False
    is_declared_for_it = iri == str(ONTOLOGY) and not subject.value.startswith(str(W3ID))
    return is_declared_for_it or subject.value == iri or subject.value.startswith(iri + "#")
