"""Faulty queries at the endpoint itself: every mistake gets its problem document, and no text an internal error."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from live import LiveServer
from mistakes import ROWS, damaged

SECONDS_MAX = 1.0


@pytest.fixture(scope="module")
def connection(live: LiveServer) -> Iterator[http.client.HTTPConnection]:
    found = http.client.HTTPConnection("127.0.0.1", urlsplit(live.base).port or 80, timeout=20)
    yield found
    found.close()


def posted(connection: http.client.HTTPConnection, text: str) -> tuple[int, str, bytes]:
    """Status, content type and body of the answer to a query in the body of a POST."""
    fields = {"Content-Type": "application/sparql-query", "Accept": "*/*"}
    connection.request("POST", "/sparql", text.encode("utf-8", "surrogatepass"), fields)
    answer = connection.getresponse()
    return answer.status, str(answer.headers["Content-Type"]).partition(";")[0], answer.read()


def test_s7_every_mistake_gets_its_problem_document(connection: http.client.HTTPConnection) -> None:
    """Line, column and hint of each row; the members that the manual names, and nothing of the inside."""
    for text, line, column, hint in ROWS:
        status, content_type, body = posted(connection, text)
        document = json.loads(body)
        assert (status, content_type) == (400, "application/problem+json"), text
        assert document["type"].endswith("/problems/query-syntax")
        assert (document["line"], document["column"], document["hint"]) == (line, column, hint)
        assert {"reason", "excerpt", "expected", "detail", "advice"} <= set(document)
        assert b"Traceback" not in body
        assert b"oxigraph" not in body


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=damaged() | st.text(max_size=40))
def test_s7_any_text_is_answered_or_is_a_problem_of_the_clients_making(
    text: str, connection: http.client.HTTPConnection
) -> None:
    """Within a second; a query that is still valid runs (and may be told that it needs too long or too much)."""
    began = time.monotonic()
    status, content_type, body = posted(connection, text)
    if status == 200:
        return
    document = json.loads(body)
    assert content_type == "application/problem+json"
    assert status in {400, 403} or document["type"].endswith(("/query-timeout", "/query-memory", "/query-crashed"))
    if status < 500:
        assert time.monotonic() - began < 5 * SECONDS_MAX  # shared machines; the guard's own second is tested with it
