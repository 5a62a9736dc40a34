"""Terms of our vocabulary that a query names and that do not exist.

Such a query is valid and runs; but its answer is likely to be empty, and an empty answer says nothing of the reason.

    unknown_terms ─ the names and IRIs of a query that lie in our namespaces and are no terms ─> UnknownTerm

The vocabulary is closed (ontology.terms), so a name in it is either a term or a mistake.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rdflib.namespace import DefinedNamespace

from legation.graph.prefixes import PREFIXES
from legation.graph.sparql_tokens import Kind, Token, place
from legation.ontology.terms import DIP, ONTOLOGY, SCHEMES, VOCAB, W3ID

TERMS_MAX = 5
"""Unknown terms that are told of one query."""
_CHARS_MAX = 80
ROOT = str(W3ID).partition(":")[2]
"""What every IRI of our vocabulary has in it, whatever its scheme."""
_PLACES = tuple(str(place).partition(":")[2] for place in (ONTOLOGY, VOCAB))


@dataclass(frozen=True, slots=True)
class UnknownTerm:
    """A term that does not exist: as written (80 characters at most), its place, and the term that was likely meant.

    `line` and `column` count from 1, columns by code point. `meant` is written as the query would write it, with its
    own prefix or as an IRI between < and >; None where nothing is near.
    """

    written: str
    line: int
    column: int
    meant: str | None

    def __str__(self) -> str:
        asked = f"; did you mean {self.meant}?" if self.meant else ""
        return f"{self.written} is not a term of the vocabulary{asked}"


def may_name_terms(text: str) -> bool:
    """Whether the text has our vocabulary's root in it at all: without it, no name can lie in our namespaces."""
    return ROOT in text


def unknown_terms(text: str, tokens: Sequence[Token], namespaces: Mapping[str, str]) -> tuple[UnknownTerm, ...]:
    """The first five terms that do not exist, each once; `tokens` follow the prologue that declares `namespaces`."""
    ours = {label: iri for label, iri in namespaces.items() if ROOT in iri}
    found: dict[str, UnknownTerm] = {}
    for token, iri in _named(tokens, ours):
        if iri not in _terms() and iri not in found and _is_judged(iri):
            meant = _written(_meant(iri[: 2 * _CHARS_MAX]), ours, token.kind)
            found[iri] = UnknownTerm(token.text[:_CHARS_MAX], *place(text, token.offset), meant)
            if len(found) == TERMS_MAX:
                break
    return tuple(found.values())


def _named(tokens: Sequence[Token], ours: Mapping[str, str]) -> Iterator[tuple[Token, str]]:
    """The names and IRIs in our part of the web, and what they are in full."""
    for token in tokens:
        if token.kind is Kind.NAME:
            label, _, local = token.text.partition(":")
            if local and label in ours:
                yield token, ours[label] + local.replace("\\", "")
        elif token.kind is Kind.IRI and ROOT in token.text:
            yield token, token.text[1:-1]


@cache
def _terms() -> Mapping[str, str]:
    """Every term of the ontology and of the concept schemes, and its local name."""
    vocabularies: tuple[type[DefinedNamespace], ...] = (DIP, *SCHEMES.values())
    return {
        str(vocabulary._NS) + name: name
        for vocabulary in vocabularies
        for name in (*vocabulary.__annotations__, *vocabulary._extras)
    }


def _is_judged(iri: str) -> bool:
    """Whether an IRI was to be a term: what lies below the ontology or a scheme and is no document of theirs."""
    scheme, _, rest = iri.partition(":")
    if scheme not in {"http", "https"} or not rest.startswith(_PLACES):
        return False
    return "#" in rest or (rest.startswith(_PLACES[0] + "/") and _name(rest) in _terms().values())


@lru_cache(maxsize=1000)
def _meant(iri: str) -> str | None:
    """The term that is nearest: of the same name, of the same name but for letter case, or nearly so spelt."""
    place, name = iri[: -len(_name(iri))], _name(iri)
    near = {term: local for term, local in _terms().items() if term.startswith(place)} or _terms()
    for candidates in (near, _terms()):
        for term, local in candidates.items():
            if local.lower() == name.lower():
                return term
    close = difflib.get_close_matches(name, near.values(), n=1, cutoff=0.7)
    return next((term for term, local in near.items() if [local] == close), None)


def _name(iri: str) -> str:
    return iri[max(iri.rfind("#"), iri.rfind("/")) + 1 :]


def _written(iri: str | None, ours: Mapping[str, str], kind: Kind) -> str | None:
    """A term as the query would write it."""
    if iri is None or kind is Kind.IRI:
        return f"<{iri}>" if iri else None
    local = _terms()[iri]
    label = next((label for label, namespace in ours.items() if namespace + local == iri), None)
    if label is not None:
        return f"{label}:{local}"
    label = next((label for label, namespace in PREFIXES.items() if namespace + local == iri), None)
    return f"{label}:{local} with PREFIX {label}: <{PREFIXES[label]}>" if label is not None else f"<{iri}>"
