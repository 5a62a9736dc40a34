"""Writes triples and quads in any format of the table, and says so when a format cannot carry them.

Oxigraph's writers do the work. Its RDF/XML writer makes malformed XML of a predicate or class without a usable local
name and of control characters, so those are refused here (RDF/XML 1.1, section 5.2: not every graph can be serialised).
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

import pyoxigraph as ox

from .errors import NotExpressible
from .formats import N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE, Format

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TYPE = ox.NamedNode(_RDF + "type")
_PREFIX = b"@prefix "
_NAME_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_ELEMENT_NAME = re.compile(f"[{_NAME_START}][-.0-9\u00b7\u0300-\u036f\u203f\u2040{_NAME_START}]*\\Z")
"""NCName of Namespaces in XML 1.0, section 3: what may stand for a predicate or class after its prefix."""
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML_NAMESPACES = ("http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/")
_SYNTAX_NAMES = frozenset(
    _RDF + name
    for name in ("RDF", "ID", "about", "aboutEach", "aboutEachPrefix", "bagID", "parseType", "resource", "nodeID",
                 "datatype", "Description", "li")
)  # fmt: skip
"""Names that RDF/XML keeps for its own syntax (section 5.1)."""


def rdf_format(form: Format) -> ox.RdfFormat:
    """Oxigraph's name for an RDF format of the table."""
    found = ox.RdfFormat.from_media_type(form.media_type)
    assert found is not None, form.key
    return found


def serialise(statements: Sequence[ox.Triple] | Sequence[ox.Quad], form: Format, prefixes: Mapping[str, str]) -> bytes:
    """The statements in `form`, with those of the prefixes that they use; the same statements give the same bytes.

    Raises NotExpressible where RDF/XML has no way to write one.
    """
    used = {} if form in (N_TRIPLES, N_QUADS) else prefixes_in_use(namespaces(statements), prefixes)
    return write(statements, form, used)


def write(statements: Sequence[ox.Triple] | Sequence[ox.Quad], form: Format, used: Mapping[str, str]) -> bytes:
    """As `serialise`, with prefixes that are known to be in use: many forms of the same are asked only once."""
    if form is RDF_XML:
        _refuse_inexpressible(statements)
    content = ox.serialize(statements, format=rdf_format(form), prefixes=dict(used))
    assert content is not None
    return kept_in_xml(content) if form is RDF_XML else with_prefixes_in_order(content, form)


def kept_in_xml(content: bytes) -> bytes:
    """XML whose carriage returns a parser keeps: raw, as the engine writes them, it must turn them into line feeds.

    XML 1.0, section 2.11.
    """
    return content.replace(b"\r", b"&#13;")


def with_prefixes_in_order(content: bytes, form: Format) -> bytes:
    """The beginning of a document with its prefix lines sorted: the engine writes them in an order that varies."""
    if form not in (TURTLE, TRIG):
        return content
    end = 0
    while content.startswith(_PREFIX, end) and (newline := content.find(b"\n", end)) >= 0:
        end = newline + 1
    return b"".join(sorted(content[:end].splitlines(keepends=True))) + content[end:]


def prefixes_in_use(namespaces: Collection[str], prefixes: Mapping[str, str]) -> dict[str, str]:
    """The prefixes that stand for one of the namespaces."""
    return {prefix: namespace for prefix, namespace in prefixes.items() if namespace in namespaces}


def namespaces(statements: Iterable[ox.Triple] | Iterable[ox.Quad]) -> set[str]:
    """What the IRIs of the statements, datatypes among them, begin with: up to the last `#` or `/`."""
    terms: set[object] = set()
    for statement in statements:
        terms.update(statement)
    return {_namespace(iri) for term in terms for iri in _iris(term)}


def _iris(term: object) -> Iterator[str]:
    if isinstance(term, ox.NamedNode):
        yield term.value
    elif isinstance(term, ox.Literal):
        yield term.datatype.value
    elif isinstance(term, ox.Triple):
        for part in term:
            yield from _iris(part)


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def _refuse_inexpressible(statements: Sequence[ox.Triple] | Sequence[ox.Quad]) -> None:
    """Every name and value is looked at once, in the order in which they come."""
    classes = (statement.object for statement in statements if statement.predicate == _TYPE)
    for name in dict.fromkeys(chain((statement.predicate for statement in statements), classes)):
        if isinstance(name, ox.NamedNode) and not _is_element_name(name.value):
            raise NotExpressible(f"RDF/XML cannot name <{name.value}> as an element; ask for Turtle or JSON-LD")
    for value in dict.fromkeys(statement.object for statement in statements):
        if isinstance(value, ox.Triple):
            raise NotExpressible("RDF/XML cannot carry a triple as a value; ask for Turtle or N-Triples")
        if isinstance(value, ox.Literal) and _NOT_XML.search(value.value):
            raise NotExpressible("RDF/XML cannot carry a control character in a literal; ask for Turtle or JSON-LD")


def _is_element_name(iri: str) -> bool:
    usable = iri not in _SYNTAX_NAMES and not iri.startswith(_XML_NAMESPACES)
    return usable and _ELEMENT_NAME.search(re.split(r"[/#:?]", iri)[-1]) is not None


def union(quads: Iterable[ox.Quad]) -> list[ox.Triple]:
    """The triples of all graphs together, each once, in the order in which the quads come."""
    return list(dict.fromkeys(quad.triple for quad in quads))
