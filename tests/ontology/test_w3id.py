"""The redirect rules for w3id.org: every permanent IRI of a document is sent to the path that the server answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rdflib import FOAF, OWL, RDF
from rdflib.namespace import PROF

from legation.ontology import load_core, load_profiles, scheme_names
from legation.ontology.terms import DIP, ONTOLOGY, PROFILE, SCHEMES, SHAPES, VOCAB, W3ID

RULES_FILE = Path(__file__).parents[2] / "ontology" / "w3id" / ".htaccess"
HOST = "https://legation.example/"
RULES = [
    line.split()[1:4] for line in RULES_FILE.read_text(encoding="utf-8").splitlines() if line.startswith("RewriteR")
]
DOCUMENTS = [
    str(ONTOLOGY),
    str(load_core().value(ONTOLOGY, OWL.versionIRI)),
    str(SHAPES).removesuffix("#"),
    *(str(VOCAB[name]) for name in scheme_names()),
    *(str(profile) for profile in load_profiles().subjects(RDF.type, PROF.Profile) if profile in PROFILE),
    str(W3ID["context.jsonld"]),
    str(W3ID),
]


def target(iri: str) -> str | None:
    """Where the first rule that matches sends an IRI, as Apache's mod_rewrite does in a folder's .htaccess."""
    path = iri.removeprefix(str(W3ID))
    for pattern, substitution, _ in RULES:
        if found := re.search(pattern, path):
            return found.expand(substitution.replace("$1", r"\1"))
    return None


@pytest.mark.parametrize("iri", DOCUMENTS)
def test_a_permanent_iri_leads_to_the_same_path_on_the_host(iri: str) -> None:
    """The path after the permanent prefix is the path on the publisher's host."""
    assert target(iri) == iri.replace(str(W3ID), HOST)


def test_the_logo_leads_to_the_picture_that_the_site_has() -> None:
    """Catalogues show it; its IRI outlives the file's name."""
    assert target(str(load_core().value(ONTOLOGY, FOAF.logo))) == f"{HOST}static/favicon.svg"
    assert (RULES_FILE.parents[2] / "server" / "static" / "favicon.svg").is_file()


@pytest.mark.parametrize("path", ["id/organisation/nato", "ns/latest", "vocab/", "vocab/x/y", "shapes/K01", "sparql"])
def test_nothing_else_is_redirected(path: str) -> None:
    """Entities live under the deployment's own base and never under w3id.org."""
    assert target(str(W3ID[path])) is None


def test_redirects_are_temporary_and_stop_the_rules() -> None:
    """A permanent redirect would be remembered by clients when the host moves."""
    assert {flags for _, _, flags in RULES} == {"[R=302,L]"}


def test_every_namespace_of_terms_has_its_document() -> None:
    """A term's IRI without its fragment is one of the redirected documents."""
    for namespace in (DIP, SHAPES, *SCHEMES.values()):
        assert str(namespace).removesuffix("#") in DOCUMENTS
