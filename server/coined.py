"""Names for what has none of its own: propositions, passages that claims rest on, and places in a text.

Pages name everything that they link. These are parts of claims and statements and have no label; they are called by
what they are made of, in the reader's language: two queries for all of a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyoxigraph as ox
from rdflib import RDF

from legation.graph.store import Store
from legation.ontology.terms import DIP, OA

from .lookups import BY_TEXT, Found, names_of, nodes
from .sayings import GIST_CHARS_MAX
from .view_models import NAME_CHARS_MAX, Display, Reader, Value, beginning, undirected

_PLACE = (OA.start, OA.end)
_OF_PARTS = (RDF.subject, RDF.predicate, RDF.object, OA.hasSource, OA.hasSelector, *_PLACE)


def coined_names(reader: Reader, store: Store, iris: Iterable[str]) -> dict[str, Value]:
    """What these nameless things are called; those that are none of the three kinds get no name."""
    asked = sorted(set(iris))
    if not asked:
        return {}
    found = Found(store.select(_query(asked)))
    mentioned = {*found.things, *(iri for p in (RDF.subject, RDF.object, OA.hasSource) for iri in found.every(str(p)))}
    display = Display(reader, names_of(store, mentioned.difference(asked)))
    holders = _holders(found)
    made = ((iri, _proposition(display, found, iri) or _place(display, found, holders, iri)) for iri in asked)
    return {iri: beginning(Value(undirected(text)), NAME_CHARS_MAX) for iri, text in made if text}


def _query(iris: Iterable[str]) -> str:
    """What the things are made of, the place that a passage has, and what a passage or place belongs to."""
    things = nodes(iris)
    parts, place = (" ".join(f"<{predicate}>" for predicate in found) for found in (_OF_PARTS, _PLACE))
    return (
        f"SELECT ?s ?p ?o WHERE {{ {{ VALUES ?s {{ {things} }} VALUES ?p {{ {parts} }} ?s ?p ?o }} UNION "
        f"{{ VALUES ?passage {{ {things} }} VALUES ?p {{ {place} }} ?passage <{OA.hasSelector}> ?s . ?s ?p ?o }} UNION "
        f"{{ VALUES ?o {{ {things} }} VALUES ?p {{ <{DIP.evidence}> <{OA.hasSelector}> }} ?s ?p ?o }} UNION "
        f"{{ VALUES ?place {{ {things} }} VALUES ?p {{ <{DIP.evidence}> }} ?o <{OA.hasSelector}> ?place . ?s ?p ?o }} "
        f"}} {BY_TEXT}"
    )


def proposition_name(subject: Value, predicate: Value, object_: Value) -> str:
    """What a proposition is called: what it says, and not as a sentence, for nobody need hold that it is so."""
    return undirected(f"{subject.text} — {predicate.text} — {object_.text}")


def _proposition(display: Display, found: Found, iri: str) -> str:
    subjects, objects = found.values(iri, str(RDF.subject)), found.values(iri, str(RDF.object))
    predicate = found.iri(iri, str(RDF.predicate))
    if not subjects or not objects or predicate is None:
        return ""
    return proposition_name(display.value(subjects[0]), display.property(predicate), display.value(objects[0]))


def _holders(found: Found) -> Mapping[str, str]:
    """What each passage and each place belongs to, the first by IRI."""
    held: dict[str, str] = {}
    for thing in found.things:
        for predicate in (DIP.evidence, OA.hasSelector):
            for part in found.iris(thing, str(predicate)):
                held.setdefault(part, thing)
    return held


def _place(display: Display, found: Found, holders: Mapping[str, str], iri: str) -> str:
    """A passage by the claim or statement that rests on it, a place by that of its passage, each with its bounds."""
    say, selector = display.reader.say, found.iri(iri, str(OA.hasSelector))
    bounds = [found.values(selector or iri, str(bound)) for bound in _PLACE]
    start, end = (next((str(t.value) for t in terms if isinstance(t, ox.Literal)), "") for terms in bounds)
    holder = holders.get(iri if selector else holders.get(iri, ""))
    named = display.name(holder) if holder else None
    if not start or not end:
        return ""
    if named is None:
        source = next(iter(found.values(iri, str(OA.hasSource))), None)
        return f"{say('thing_passage', start=start, end=end)} {display.value(source).text}" if source else ""
    said = beginning(named, GIST_CHARS_MAX).text
    return say("name_passage" if selector else "name_place", said=said, start=start, end=end)
