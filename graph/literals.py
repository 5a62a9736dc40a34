"""Finds literals that the store would not keep as written.

Oxigraph's store normalises some literals when it loads them (`"01"^^xsd:integer` becomes `1`), so that two triples can
merge and an answer can differ from the dump. Facts with such a literal are refused, and told how to write it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

_PROBE = "urn:literal:"
_STRING = ox.NamedNode("http://www.w3.org/2001/XMLSchema#string")
"""The one datatype whose every lexical form is canonical (XML Schema 1.1 Datatypes, section 3.3.1)."""


def rewritten_literals(quads: Iterable[ox.Quad]) -> Iterator[tuple[ox.Quad, ox.Literal]]:
    """Each quad whose object would be stored differently, with the literal that the store would keep instead."""
    first = {quad.object: quad for quad in quads if isinstance(quad.object, ox.Literal)}
    written = [literal for literal in first if literal.datatype != _STRING]
    subject = {f"{_PROBE}{number}": literal for number, literal in enumerate(written)}
    store = ox.Store()
    store.bulk_extend(
        ox.Quad(ox.NamedNode(name), ox.NamedNode(_PROBE + "is"), literal) for name, literal in subject.items()
    )
    for probe in store:
        literal = subject[probe.subject.value]
        if probe.object != literal and isinstance(probe.object, ox.Literal):
            yield first[literal], probe.object
