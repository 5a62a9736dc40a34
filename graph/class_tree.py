"""Which classes are kinds of which, as the ontology says; read once."""

from __future__ import annotations

from functools import cache

from rdflib import RDFS, Graph, URIRef

from legation.ontology import load_ontology


@cache
def _ontology() -> Graph:
    return load_ontology()


@cache
def below(class_: str) -> tuple[str, ...]:
    """A class and everything that is a kind of it, sorted."""
    found = _ontology().transitive_subjects(RDFS.subClassOf, URIRef(class_))
    return tuple(sorted({str(class_), *(str(kind) for kind in found if isinstance(kind, URIRef))}))


@cache
def narrower(class_: str) -> tuple[str, ...]:
    """The same within one vocabulary.

    Kinds that another vocabulary adds are not among them: a measure is an event, but nobody looks for it there.
    """
    return tuple(kind for kind in below(class_) if kind.startswith(_space(class_)))


@cache
def wider(class_: str) -> tuple[str, ...]:
    """A class and everything in the same vocabulary that it is a kind of, sorted."""
    above = _ontology().transitive_objects(URIRef(class_), RDFS.subClassOf)
    return tuple(sorted({class_, *(str(kind) for kind in above if str(kind).startswith(_space(class_)))}))


def _space(class_: str) -> str:
    """The namespace of a class."""
    return class_.removesuffix(class_.replace("#", "/").rpartition("/")[2])
