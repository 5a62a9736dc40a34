"""Canonical form and digest."""

import pyoxigraph as ox

from legation.graph.canonical import canonical_n_quads, canonical_quads, digest


def quads(text: str) -> list[ox.Quad]:
    return list(ox.parse(text, format=ox.RdfFormat.TRIG))


def test_order_and_labels_do_not_matter() -> None:
    """Two writings of one dataset have one canonical form (RDFC-1.0, section 1.2)."""
    one = quads("_:x <urn:p> _:y . _:y <urn:q> 1 . <urn:g> { <urn:a> <urn:p> _:x }")
    two = quads("<urn:g> { <urn:a> <urn:p> _:b1 } _:b2 <urn:q> 1 . _:b1 <urn:p> _:b2 .")
    assert canonical_n_quads(canonical_quads(one)) == canonical_n_quads(canonical_quads(two))


def test_lines_are_in_code_point_order_and_escaped_canonically() -> None:
    """Canonical N-Quads: control characters as escapes in upper-case hexadecimal, everything else as it is."""
    content = canonical_n_quads(
        canonical_quads(quads(r'<urn:b> <urn:p> "é\u007F\u0007\t\n\"\\" . <urn:a> <urn:p> "x"@en .'))
    )
    assert content.decode().splitlines() == [
        '<urn:a> <urn:p> "x"@en .',
        r'<urn:b> <urn:p> "é\u007F\u0007\t\n\"\\" .',
    ]


def test_text_that_looks_like_a_blank_node_is_none() -> None:
    """Only a term may be a blank node; an underscore and a colon in a literal or an IRI change nothing."""
    content = canonical_n_quads(canonical_quads(quads('<urn:_:a> <urn:p> "_:b" . <urn:A> <urn:p> "x" .')))
    assert content.decode().splitlines() == ['<urn:A> <urn:p> "x" .', '<urn:_:a> <urn:p> "_:b" .']


def test_a_dataset_is_a_set() -> None:
    """A quad said twice counts once."""
    once, twice = quads("<urn:a> <urn:p> 1 ."), quads("<urn:a> <urn:p> 1 . <urn:a> <urn:p> 1 .")
    assert digest(canonical_n_quads(canonical_quads(once))) == digest(canonical_n_quads(canonical_quads(twice)))
