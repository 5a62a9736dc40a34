"""IRIs of a deployment."""

import pytest

from legation.graph.errors import SettingsError
from legation.graph.identifiers import Base, is_valid_iri, thing_path

BASE = Base("https://data.example.org/dip/")


@pytest.mark.parametrize(
    "iri",
    [
        "",
        "localhost:8000/",
        "http://localhost:8000",
        "ftp://x/",
        "http:///x/",
        "http://x/?a=/",
        "http://x/#/",
        "http://x y/",
    ],
)
def test_a_base_that_cannot_work_is_refused_with_the_reason(iri: str) -> None:
    """A base must be an absolute http(s) IRI that ends in a slash."""
    with pytest.raises(SettingsError, match="must be an absolute http or https address"):
        Base(iri)


def test_things_documents_and_graphs_have_their_own_spaces() -> None:
    """Patterns of the model, section 3."""
    assert BASE.thing("organisation/nato") == "https://data.example.org/dip/id/organisation/nato"
    assert BASE.document("organisation/nato") == "https://data.example.org/dip/doc/organisation/nato"
    assert BASE.graph("reference") == "https://data.example.org/dip/graph/reference"
    assert thing_path(BASE, BASE.thing("a/b")) == "a/b"
    assert thing_path(BASE, "https://elsewhere.example/id/a") is None


def test_a_proposition_keeps_its_name_when_the_release_is_rebased() -> None:
    """The digest is taken from relative terms, so the last segment is the same under every base."""
    here, there = Base("http://localhost:8000/"), BASE
    names = [
        base.proposition(f"<{base.thing('s')}>", "<https://w3id.org/legation/ns#headcount>", '"8"').removeprefix(
            base.iri
        )
        for base in (here, there)
    ]
    assert names[0] == names[1]
    assert names[0].startswith("id/proposition/")
    assert len(names[0].rpartition("/")[2]) == 12


@pytest.mark.parametrize(
    ("iri", "valid"),
    [
        ("http://a/b", True),
        ("urn:x:y", True),
        ("http://a/é", True),
        ("relative", False),
        ("", False),
        ("http://a/b c", False),
        ("http://a/>", False),
        ('http://a/"', False),
        ("http://a/\n", False),
        ("http://a/{x}", False),
    ],
)
def test_an_iri_is_valid_where_sparql_can_write_it(iri: str, valid: bool) -> None:
    """Nothing that could end an IRIREF token is let into a query."""
    assert is_valid_iri(iri) is valid
