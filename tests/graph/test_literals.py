"""Literals that the store would rewrite."""

import pyoxigraph as ox
import pytest

from legation.graph.literals import rewritten_literals

XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize(
    ("written", "datatype", "kept"),
    [
        ("01", "integer", "1"),
        ("2.20", "decimal", "2.2"),
        ("5", "int", "5"),
        ("1", "integer", None),
        ("2021-10-06", "date", None),
        ("true", "boolean", None),
        ("any text", "string", None),
    ],
)
def test_a_literal_that_would_change_is_found(written: str, datatype: str, kept: str | None) -> None:
    """What the store would keep is told, so that the curator can write it so."""
    literal = ox.Literal(written, datatype=ox.NamedNode(XSD + datatype))
    quad = ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), literal)
    assert [found.value for _, found in rewritten_literals([quad])] == ([kept] if kept else [])
