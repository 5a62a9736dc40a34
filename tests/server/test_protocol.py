"""Reading protocol requests: pure, one row a rule (SPARQL 1.1 Protocol, section 2.1; S1, S2, S5 of the contract)."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legation.server.problems import ProblemRaised
from legation.server.protocol import FIELDS_MAX, Asked, fields, read_request

FORM, QUERY = "application/x-www-form-urlencoded", "application/sparql-query"
ASK = "ASK%20%7B%7D"


@pytest.mark.parametrize(
    ("method", "query_string", "content_type", "body", "expected"),
    [
        pytest.param("GET", "", "", b"", Asked(None), id="S4 nothing asked"),
        pytest.param("GET", f"query={ASK}", "", b"", Asked("ASK {}"), id="S1 GET"),
        pytest.param("GET", "query=ASK+%7B%7D", "", b"", Asked("ASK {}"), id="S1 plus is a space in a form"),
        pytest.param("GET", "query=ASK%2B", "", b"", Asked("ASK+"), id="S1 decoded exactly once"),
        pytest.param("GET", "query=ASK%2525", "", b"", Asked("ASK%25"), id="S1 never twice"),
        pytest.param("POST", "", FORM, f"query={ASK}".encode(), Asked("ASK {}"), id="S1 POST form"),
        pytest.param("POST", "", FORM + "; charset=UTF-8", f"query={ASK}".encode(), Asked("ASK {}"), id="S1 charset"),
        pytest.param("POST", "", QUERY, "ASK {'é'}".encode(), Asked("ASK {'é'}"), id="S1 POST direct"),
        pytest.param(
            "POST", "", 'Application/SPARQL-query;charset="utf-8"', b"ASK {}", Asked("ASK {}"), id="S1 letter case"
        ),
        pytest.param("QUERY", "", QUERY, b"ASK {}", Asked("ASK {}"), id="S1 QUERY"),
        pytest.param(
            "GET",
            f"query={ASK}&default-graph-uri=urn:a&default-graph-uri=urn:b&named-graph-uri=urn:c",
            "",
            b"",
            Asked("ASK {}", ("urn:a", "urn:b"), ("urn:c",)),
            id="S2 dataset",
        ),
        pytest.param("POST", "default-graph-uri=urn:a", QUERY, b"ASK {}", Asked("ASK {}", ("urn:a",)), id="S2 direct"),
        pytest.param(
            "GET", f"query={ASK}&format=csv&timeout=1.5", "", b"", Asked("ASK {}", (), (), ("csv",), 1.5), id="S12"
        ),
    ],
)
def test_a_request_is_read_as_the_protocol_says(
    method: str, query_string: str, content_type: str, body: bytes, expected: Asked
) -> None:
    """Each way of asking gives the same question."""
    assert read_request(method, query_string.encode(), content_type, body) == expected


@pytest.mark.parametrize(
    ("method", "query_string", "content_type", "body", "slug"),
    [
        pytest.param("GET", "query=ASK&query=ASK", "", b"", "query-parameters", id="S1 two queries"),
        pytest.param("GET", "query=", "", b"", "query-parameters", id="S1 empty query"),
        pytest.param("GET", "query=%20%0A", "", b"", "query-parameters", id="S1 blank query"),
        pytest.param("GET", "query=ASK&update=x", "", b"", "query-parameters", id="S1 query with update"),
        pytest.param("GET", "update=x", "", b"", "update-refused", id="S5 update by GET"),
        pytest.param("POST", "", FORM, b"update=CLEAR+ALL", "update-refused", id="S5 update form"),
        pytest.param("POST", "", "application/sparql-update", b"CLEAR ALL", "update-refused", id="S5 update direct"),
        pytest.param("POST", "query=ASK", QUERY, b"ASK {}", "query-parameters", id="S1 query twice over"),
        pytest.param("POST", "", QUERY + ";charset=latin1", b"ASK {}", "media-type", id="S1 other charset"),
        pytest.param("POST", "", "text/plain", b"ASK {}", "media-type", id="S1 other type"),
        pytest.param("POST", "", "", b"ASK {}", "media-type", id="S1 no type"),
        pytest.param("POST", "", QUERY, b"ASK {'\xe9'}", "bad-request", id="body not UTF-8"),
        pytest.param("GET", "query=%FF", "", b"", "bad-request", id="parameter not UTF-8"),
        pytest.param("GET", "a=1&" * (FIELDS_MAX + 1), "", b"", "bad-request", id="a flood of parameters"),
        pytest.param("GET", "query=ASK&default-graph-uri=a%3E", "", b"", "query-parameters", id="S2 graph is no IRI"),
        pytest.param(
            "GET", "query=ASK&default-graph-uri=relative", "", b"", "query-parameters", id="S2 relative graph"
        ),
        pytest.param("GET", "query=ASK&timeout=soon", "", b"", "query-parameters", id="S8 timeout no number"),
        pytest.param("GET", "query=ASK&timeout=-1", "", b"", "query-parameters", id="S8 negative timeout"),
        pytest.param("GET", "query=ASK&timeout=nan", "", b"", "query-parameters", id="S8 timeout not a number"),
    ],
)
def test_a_request_that_contradicts_the_protocol_is_a_named_problem(
    method: str, query_string: str, content_type: str, body: bytes, slug: str
) -> None:
    """Every refusal is a problem of its own type, with a sentence that says what was wrong."""
    with pytest.raises(ProblemRaised) as caught:
        read_request(method, query_string.encode(), content_type, body)
    assert caught.value.problem.type.slug == slug
    assert caught.value.problem.detail.endswith(".")


@given(
    st.lists(st.sampled_from(["%0A", "%3d", "%20", "%C3%A9", "%", "%g", "=", "\n", "\r\n", " ", "a", "_", "\t", "é"]))
)
def test_s1_a_value_is_decoded_as_the_url_standard_says(parts: list[str]) -> None:
    """Whatever other codings read in it: `=` and line ends mean something in quoted-printable."""
    text = "a" + "".join(parts)
    expected = unquote_to_bytes(text.replace("+", " "))
    assert fields(f"x={text}".encode()) == [("x", expected.decode())]
