"""IRIs: what is minted under a deployment's base, and how a thing, its document and its named graph relate.

Patterns are those of the model's section 3. A base is an absolute http(s) IRI that ends in a slash.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import pyoxigraph as ox

from .errors import SettingsError

DEFAULT_BASE = "http://localhost:8000/"
PROPOSITION_DIGITS = 12
_FORBIDDEN = re.compile(r'[\x00-\x20<>"{}|\\^`]')


@dataclass(frozen=True, slots=True)
class Base:
    """The base IRI of a deployment, and every IRI that is made from it."""

    iri: str

    def __post_init__(self) -> None:
        parts = urlsplit(self.iri)
        usable = parts.scheme in {"http", "https"} and parts.netloc and not parts.query and not parts.fragment
        if not usable or _FORBIDDEN.search(self.iri) or not self.iri.endswith("/"):
            raise SettingsError(
                f"the base IRI {self.iri!r} cannot be used: it must be an absolute http or https address that ends in "
                f"a slash, such as {DEFAULT_BASE}"
            )

    def resolve(self, relative: str) -> str:
        """The absolute IRI of a path under this base; an absolute path or IRI is none of ours and stays as it is."""
        return relative if "://" in relative else self.iri + relative.lstrip("/")

    def relative(self, iri: str) -> str:
        """The part of `iri` after the base; `iri` itself where it is not under the base."""
        return iri.removeprefix(self.iri)

    def holds(self, iri: str) -> bool:
        """Whether `iri` is under this base."""
        return iri.startswith(self.iri)

    def thing(self, path: str) -> str:
        """The IRI of the thing at `path`, such as `organisation/nato`."""
        return f"{self.iri}id/{path}"

    def document(self, path: str) -> str:
        """The IRI of the document that describes the thing at `path`."""
        return f"{self.iri}doc/{path}"

    def graph(self, name: str) -> str:
        """The IRI of a named graph of the release."""
        return f"{self.iri}graph/{name}"

    def proposition(self, subject: str, predicate: str, object_: str) -> str:
        """A proposition's IRI from its terms in N-Triples form, taken relative: a rebased release keeps it."""
        relative = "\n".join(term.replace("<" + self.iri, "<") for term in (subject, predicate, object_))
        return self.thing("proposition/" + hashlib.sha256(relative.encode()).hexdigest()[:PROPOSITION_DIGITS])


def thing_path(base: Base, iri: str) -> str | None:
    """The path of an entity IRI below `id/`; None where the IRI is not an entity of this base."""
    prefix = base.iri + "id/"
    return iri.removeprefix(prefix) if iri.startswith(prefix) else None


def is_valid_iri(iri: str) -> bool:
    """Whether the text is an absolute IRI (RFC 3987), without a character that SPARQL's IRIREF (rule 139) excludes."""
    if _FORBIDDEN.search(iri):
        return False
    try:
        ox.NamedNode(iri)
    except ValueError:
        return False
    return True
