"""The prefixes that dumps, documents and the query page share; the editor and the hints offer the same ones."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from rdflib import OWL, RDF, RDFS, SH, XSD
from rdflib.namespace import DCAT, DCTERMS, FOAF, ORG, PROV, SKOS, TIME, VOID

from legation.ontology.terms import DIP, LOC, OA, SCHEMA, SCHEMES, SEM, SHAPES

if TYPE_CHECKING:
    from collections.abc import Mapping

_VOCABULARIES = {
    "dcat": DCAT,
    "dcterms": DCTERMS,
    "dip": DIP,
    "foaf": FOAF,
    "loc": LOC,
    "oa": OA,
    "org": ORG,
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "sem": SEM,
    "sh": SH,
    "skos": SKOS,
    "time": TIME,
    "void": VOID,
    "xsd": XSD,
}

PREFIXES: Mapping[str, str] = MappingProxyType(
    {name: str(vocabulary._NS) for name, vocabulary in _VOCABULARIES.items()}
    | {name: str(scheme._NS) for name, scheme in SCHEMES.items()}
    | {"shapes": str(SHAPES)}
)
"""Prefix to namespace IRI: the project's vocabularies, its concept schemes and the vocabularies it reuses."""
