"""The profiles of a document: how much of a thing it tells, and in whose words.

Content Negotiation by Profile (W3C Working Draft, 2 October 2023) has clients name them by IRI, in `Accept-Profile`, or
by token, in `_profile=`. What each holds is said in ontology/profiles.ttl, which is also what their IRIs lead to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rdflib import RDFS, Literal, URIRef

from legation.ontology import load_profiles
from legation.ontology.terms import ALTR, PROFILE, SCHEMA


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile: its token, its IRI, and what else clients call it."""

    token: str
    iri: str
    aliases: tuple[str, ...] = ()

    def label(self, language: str) -> str:
        """Its name in a language."""
        return _text(self.iri, str(RDFS.label), language)

    def comment(self, language: str) -> str:
        """What it holds, in a language."""
        return _text(self.iri, str(RDFS.comment), language)


PROVENANCE = Profile("provenance", str(PROFILE["provenance"]))
PLAIN = Profile("plain", str(PROFILE["plain"]))
SCHEMA_ORG = Profile("schema", str(SCHEMA._NS), ("https://schema.org", "http://schema.org/", "http://schema.org"))
ALT = Profile("alt", str(PROFILE["alt"]), (str(ALTR._NS).removesuffix("#"), str(ALTR._NS)))
PROFILES = (PROVENANCE, PLAIN, SCHEMA_ORG, ALT)
"""The order is the server's own preference; the first is the default."""
DEFAULT = PROVENANCE


def profile_named(name: str, offered: Sequence[Profile] = PROFILES) -> Profile | None:
    """The profile of this token or IRI; None where there is none."""
    return next((found for found in offered if name in {found.token, found.iri, *found.aliases}), None)


def _text(iri: str, predicate: str, language: str) -> str:
    found = load_profiles().objects(URIRef(iri), URIRef(predicate))
    texts = {text.language: str(text) for text in found if isinstance(text, Literal)}
    return texts.get(language) or texts["en"]
