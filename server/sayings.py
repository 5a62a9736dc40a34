"""Claims with all that a reader needs to weigh them: force, denial, contents as sentences, passages and tensions."""

from __future__ import annotations

import string
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox
from rdflib import RDF
from rdflib.namespace import PROV

from legation.graph.store import Store
from legation.ontology.terms import DIP, OA, SCHEMA, Modality

from .lookups import BY_TEXT, Found, nodes, properties_of
from .speech import Speech, sentence_forms
from .view_models import Display, Passage, Signal, Value, beginning, compact, force

_OF_CLAIMS = (
    DIP.assertedIn,
    DIP.modality,
    DIP.negated,
    DIP.confidence,
    DIP.proposition,
    DIP.evidence,
    DIP.inTensionWith,
    DIP.restates,
    SCHEMA.text,
    PROV.wasDerivedFrom,
)
_OF_PARTS = (RDF.subject, RDF.predicate, RDF.object, OA.hasSource, OA.hasSelector, OA.start, OA.end)
_PLAIN = str(Modality.asserted)
_TRUE = ox.Literal(True)
Pieces = tuple[str | Value, ...]
"""Words and values in turn: a sentence whose values are links, each with a direction of its own."""
GIST_CHARS_MAX = 200
"""Characters of a gist, as many as rule K15 allows; unchecked data may have longer ones."""
LAST = 1 << 62
"""Where a claim without a passage stands in the order of a text: behind every passage."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A content in words: texts and values in turn, the values being links."""

    pieces: Pieces
    subject: Value
    predicate: Value
    object: Value
    href: str | None
    is_fact: bool = False
    """Whether the release holds it as a plain triple too, and not only as what somebody claims."""


@dataclass(frozen=True, slots=True)
class Saying:
    """A claim as a page shows it."""

    iri: str
    claim: Value
    statement: str | None
    is_denied: bool
    signals: tuple[Signal, ...]
    sentences: tuple[Sentence, ...]
    passages: tuple[Passage, ...]
    tensions: int
    is_plain: bool = False
    """Whether it is simply asserted, so that a list need not say so."""

    @property
    def place(self) -> tuple[int, int, str]:
        """Where it stands in the order of the text."""
        first = self.passages[0] if self.passages else None
        return (int(first.start), int(first.end), self.iri) if first else (LAST, LAST, self.iri)


@dataclass(frozen=True, slots=True)
class Claims:
    """What was found of some claims: the claims themselves, and their propositions, evidence and selectors."""

    claims: Found
    parts: Found
    facts: frozenset[str]

    def mentioned(self) -> set[str]:
        """Everything that a page will call by its name."""
        found = set(self.claims.things) | self.claims.every(str(DIP.assertedIn))
        for predicate in (RDF.subject, RDF.object, OA.hasSource):
            found |= self.parts.every(str(predicate))
        return found


def claims_of(store: Store, iris: Iterable[str], *, with_parts: bool = True) -> Claims:
    """These claims, with their parts in three queries or without them in one."""
    claims = properties_of(store, iris, _OF_CLAIMS)
    if not with_parts:
        return Claims(claims, Found(), frozenset())
    propositions, evidence = claims.every(str(DIP.proposition)), claims.every(str(DIP.evidence))
    parts = _parts_of(store, propositions | evidence)
    return Claims(claims, parts, _facts_among(store, propositions))


def _parts_of(store: Store, iris: set[str]) -> Found:
    things, asked = nodes(iris), " ".join(f"<{predicate}>" for predicate in _OF_PARTS)
    if not things:
        return Found()
    return Found(
        store.select(
            f"SELECT ?s ?p ?o WHERE {{ VALUES ?part {{ {things} }} ?part <{OA.hasSelector}>? ?s "
            f"VALUES ?p {{ {asked} }} ?s ?p ?o }} {BY_TEXT}"
        )
    )


def _facts_among(store: Store, propositions: set[str]) -> frozenset[str]:
    """Those propositions that the release also states as plain triples."""
    things = nodes(propositions)
    if not things:
        return frozenset()
    rows = store.select(
        f"SELECT DISTINCT ?said WHERE {{ VALUES ?said {{ {things} }} ?said <{RDF.subject}> ?s ; <{RDF.predicate}> ?p ; "
        f"<{RDF.object}> ?o . ?s ?p ?o }}"
    )
    return frozenset(term.value for (term,) in rows if isinstance(term, ox.NamedNode))


def sayings(display: Display, found: Claims, iris: Iterable[str]) -> tuple[Saying, ...]:
    """These claims as a page shows them, in the order of the text and then of their IRIs."""
    made = (_saying(display, found, iri) for iri in iris)
    return tuple(sorted(made, key=lambda saying: saying.place))


def _saying(display: Display, found: Claims, iri: str) -> Saying:
    claims, propositions = found.claims, found.claims.iris(iri, str(DIP.proposition))
    codes = (*claims.iris(iri, str(DIP.modality)), *claims.iris(iri, str(DIP.confidence)))
    return Saying(
        iri=iri,
        claim=beginning(display.value(ox.NamedNode(iri)), GIST_CHARS_MAX),
        statement=claims.iri(iri, str(DIP.assertedIn)),
        is_denied=claims.says(iri, str(DIP.negated), _TRUE),
        signals=tuple(force(display, code) for code in codes),
        sentences=tuple(
            said for node in propositions if (said := sentence(display, found.parts, node, is_fact=node in found.facts))
        ),
        passages=_passages(display, found, claims.iris(iri, str(DIP.evidence))),
        is_plain=set(codes) == {_PLAIN},
        tensions=len(claims.iris(iri, str(DIP.inTensionWith))),
    )


def _passages(display: Display, found: Claims, evidence: Iterable[str]) -> tuple[Passage, ...]:
    made = (passage for node in evidence if (passage := _passage(display, found.parts, node)))
    return tuple(sorted(made, key=lambda passage: (int(passage.start), int(passage.end))))


def _passage(display: Display, parts: Found, node: str) -> Passage | None:
    source, selector = parts.values(node, str(OA.hasSource)), parts.iri(node, str(OA.hasSelector))
    start, end = (_number(parts, selector or "", str(bound)) for bound in (OA.start, OA.end))
    if not source or start is None or end is None:
        return None
    return Passage(start, end, display.value(source[0]), display.reader.href(node))


def _number(parts: Found, selector: str, bound: str) -> str | None:
    found = (term.value for term in parts.values(selector, bound) if isinstance(term, ox.Literal))
    return next((text for text in found if text.isascii() and text.isdigit()), None)


# Sentences


def sentences_of(display: Display, store: Store, propositions: Iterable[str]) -> tuple[Sentence, ...]:
    """Propositions in words, in two queries."""
    asked = set(propositions)
    parts, facts = _parts_of(store, asked), _facts_among(store, asked)
    made = (sentence(display, parts, node, is_fact=node in facts) for node in sorted(asked))
    return tuple(said for said in made if said is not None)


def sentence(display: Display, parts: Found, node: str, *, is_fact: bool = False) -> Sentence | None:
    """The proposition `node` in words; None for one that is not whole."""
    subjects, predicates, objects = (parts.values(node, str(part)) for part in (RDF.subject, RDF.predicate, RDF.object))
    if not subjects or not objects or not predicates or not isinstance(predicates[0], ox.NamedNode):
        return None
    subject, object_ = display.value(subjects[0]), display.value(objects[0])
    property_ = display.property(predicates[0].value)
    said = _pieces(display, predicates[0].value, subject, property_, object_)
    return Sentence(said, subject, property_, object_, display.reader.href(node), is_fact)


def _pieces(display: Display, predicate: str, subject: Value, named: Value, object_: Value) -> Pieces:
    """The form of words that fits the property, with the values put in; a colon where no form is known."""
    say = display.reader.say
    form = sentence_forms(say.language).get(compact(predicate)) or say("thing_sentence")
    return pieces(say, form, s=subject, p=named, o=object_)


def pieces(say: Speech, form: str, **values: Value) -> Pieces:
    """A form of words with values in the places of its fields."""
    found: list[str | Value] = []
    for text, field, _, _ in string.Formatter().parse(say.typeset(form)):
        found += [text] if text else []
        found += [values[field]] if field else []
    return tuple(found)
