"""The list of the forms of a document (Content Negotiation by Profile, section 6.3: Alternate Representations)."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
from rdflib import RDF, RDFS
from rdflib.namespace import DCTERMS, FOAF, PROF

from legation.graph.description import Description
from legation.graph.formats import TURTLE
from legation.graph.identifiers import thing_path
from legation.graph.profiles import ALT, DEFAULT, PROFILES, Profile
from legation.ontology.terms import ALTR

from .addresses import as_uri
from .pages import reader_of, render, variants_of
from .profiling import ARGUMENT
from .site import Site
from .speech import LANGUAGES
from .subjects import Subject
from .variants import VARIANTS, Variant
from .view_models import Value


def alternatives(stem: str, topic: str) -> list[ox.Triple]:
    """The forms of the document at `stem` with their addresses, formats, languages and profiles."""
    document = ox.NamedNode(stem)
    said = [
        _said(document, RDF.type, ox.NamedNode(str(FOAF.Document))),
        _said(document, FOAF.primaryTopic, ox.NamedNode(topic)),
        _said(document, ALTR.hasDefaultRepresentation, ox.NamedNode(Variant(TURTLE).address(stem))),
    ]
    for profile in PROFILES:
        said += _profile(profile)
        for variant in VARIANTS:
            form = ox.NamedNode(variant.address(stem, query_of(profile)))
            said.append(_said(document, ALTR.hasRepresentation, form))
            said += _form(form, variant, profile)
    return said


def query_of(profile: Profile) -> str:
    """What an address says of a profile."""
    return "" if profile == DEFAULT else f"{ARGUMENT}={profile.token}"


def _profile(profile: Profile) -> Iterator[ox.Triple]:
    node = ox.NamedNode(profile.iri)
    yield _said(node, RDF.type, ox.NamedNode(str(PROF.Profile)))
    yield _said(node, PROF.hasToken, ox.Literal(profile.token))
    for language in LANGUAGES:
        yield _said(node, RDFS.label, ox.Literal(profile.label(language), language=language))


def _form(form: ox.NamedNode, variant: Variant, profile: Profile) -> Iterator[ox.Triple]:
    yield _said(form, RDF.type, ox.NamedNode(str(ALTR.Representation)))
    yield _said(form, DCTERMS.conformsTo, ox.NamedNode(profile.iri))
    yield _said(form, DCTERMS.format, ox.Literal(variant.format.media_type))
    if variant.language:
        yield _said(form, DCTERMS.language, ox.Literal(variant.language))


def _said(subject: ox.NamedNode, predicate: object, value: ox.NamedNode | ox.Literal) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(str(predicate)), value)


def alternatives_page(here: Site, description: Description, language: str) -> str:
    """The same for people: a table of profiles and formats."""
    reader = reader_of(here, language)
    title = Subject(reader, description).title
    path = f"doc/{thing_path(here.base, description.iri)}"
    stem = as_uri(here.base.document(thing_path(here.base, description.iri) or ""))
    rows = [
        (profile, reader.page(path, **({ARGUMENT: profile.token} if profile != DEFAULT else {})),
         variants_of(stem, query_of(profile)))
        for profile in PROFILES
    ]  # fmt: skip
    return render(
        "alternatives.html", reader,
        title=title,
        rows=rows,
        back=reader.page(path),
        canonical=f"{stem}?{query_of(ALT)}",
    )  # fmt: skip


def profile_page(here: Site, profile: Profile, language: str) -> str:
    """The page of one profile: what it holds and how it is asked for."""
    address = here.url(f"profile/{profile.token}")
    return render(
        "profile.html", reader_of(here, language),
        title=Value(profile.label(language)),
        profile=profile,
        variants=variants_of(address),
        canonical=address,
    )  # fmt: skip
