"""Negotiation by profile as pure functions: one row a rule of the draft, of RFC 9110, or of our own."""

from __future__ import annotations

import time

import pytest

from legation.graph.profiles import PROFILES, SCHEMA_ORG
from legation.server.profiling import UnknownProfile, address_of, named_profile, negotiated_profile, profile_links

W3ID = "https://w3id.org/legation/profile/"
PLAIN, PROVENANCE, ALT, SCHEMA = f"<{W3ID}plain>", f"<{W3ID}provenance>", f"<{W3ID}alt>", "<https://schema.org/>"


@pytest.mark.parametrize(
    ("field", "token"),
    [
        pytest.param(None, "provenance", id="none"),
        pytest.param("", "provenance", id="empty"),
        pytest.param(PLAIN, "plain", id="one"),
        pytest.param(f"  {PLAIN}  ", "plain", id="blanks"),
        pytest.param(f"{PLAIN};q=0.5, {SCHEMA};q=0.9", "schema", id="weights"),
        pytest.param(f"{SCHEMA},{PLAIN}", "schema", id="ties-go-to-the-order-of-the-field"),
        pytest.param(f"{PLAIN} ; q=0.5 , {SCHEMA} ; Q=0.6", "schema", id="blanks-and-case-of-parameters"),
        pytest.param("<urn:example:unknown>", "provenance", id="unknown-gives-the-default"),
        pytest.param(f"<urn:example:unknown>, {PLAIN};q=0.1", "plain", id="unknown-is-passed-over"),
        pytest.param(f"{PLAIN};q=0", "provenance", id="refused"),
        pytest.param(f"{PROVENANCE};q=0", "plain", id="the-default-refused"),
        pytest.param(f"{PROVENANCE};q=0, {PLAIN};q=0, {SCHEMA};q=0, {ALT};q=0", "provenance", id="all-refused"),
        pytest.param(f"{PLAIN};q=nonsense, {SCHEMA};q=0.2", "schema", id="malformed-weight-ignored"),
        pytest.param(f"<broken, {PLAIN}", "plain", id="malformed-element-ignored"),
        pytest.param(f'"{W3ID}alt", {PLAIN}', "plain", id="quoted-string-is-no-profile"),
        pytest.param(W3ID + "plain", "plain", id="brackets-missing"),
        pytest.param("<http://schema.org/>", "schema", id="schema-org-by-http"),
        pytest.param("<http://www.w3.org/ns/dx/connegp/altr>", "alt", id="alternates-by-the-draft's-own-IRI"),
        pytest.param(f",,{ALT},", "alt", id="empty-elements"),
        pytest.param("<a,b>, " + PLAIN, "plain", id="comma-inside-brackets"),
        pytest.param(f"{PLAIN};q=1;x=y", "plain", id="other-parameters-do-nothing"),
    ],
)
def test_a_field_gives_the_profile_it_prefers(field: str | None, token: str) -> None:
    """Content Negotiation by Profile, section 7.1."""
    assert negotiated_profile(field).token == token


@pytest.mark.parametrize("field", ["<" * 100_000, "," * 100_000, f"{PLAIN}," * 50_000, ";q" * 50_000, "<x>;" * 50_000])
def test_no_field_takes_long(field: str) -> None:
    """Time linear in what is read, and no more is read than the bounds say."""
    began = time.perf_counter()
    negotiated_profile(field)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("value", "token"),
    [
        ("plain", "plain"),
        ("nope,schema", "schema"),
        (" plain , schema ", "plain"),
        (W3ID + "alt", "alt"),
        (f"<{W3ID}alt>", "alt"),
        ("https://schema.org/", "schema"),
    ],
)
def test_an_address_names_a_profile_by_token_or_iri(value: str, token: str) -> None:
    """Section 7.2: the first that there is, in the order of preference."""
    assert named_profile(value).token == token


@pytest.mark.parametrize("value", ["", ",", "PLAIN", "plain.", "nope", "<plain", "x" * 10_000])
def test_an_address_that_names_none_is_an_error(value: str) -> None:
    """Whoever wrote it meant something by it; `<plain` still has the token in it."""
    if value == "<plain":
        assert named_profile(value).token == "plain"
        return
    with pytest.raises(UnknownProfile):
        named_profile(value)


def test_an_answer_names_its_profile_and_where_the_others_are() -> None:
    """RFC 6906 and RFC 8288: one link a profile."""
    links = profile_links("https://archive.example/doc/x", SCHEMA_ORG)
    assert links[0] == '<https://schema.org/>; rel="profile"'
    assert links[1] == (f'<https://archive.example/doc/x>; rel="alternate"; formats="{W3ID}provenance"')
    assert len(links) == len(PROFILES)
    assert address_of("https://archive.example/doc/x", SCHEMA_ORG) == "https://archive.example/doc/x?_profile=schema"
