"""Problem documents."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import pytest

from legation.graph import errors, sparql_text
from legation.server.problems import PROBLEMS, Problem, problem_of

MANUAL = (Path(__file__).parents[2] / "docs" / "http.md").read_text("utf-8")


@pytest.mark.parametrize("slug", PROBLEMS)
def test_every_problem_is_in_the_manual_with_its_status(slug: str) -> None:
    """A client's developer finds each `type` explained."""
    assert f"| `{slug}` | {PROBLEMS[slug].status} |" in MANUAL


@pytest.mark.parametrize("slug", PROBLEMS)
def test_every_problem_speaks_both_languages_and_says_what_to_do(slug: str) -> None:
    """Title and advice in English and French."""
    problem = PROBLEMS[slug]
    assert set(problem.title) == set(problem.advice) == {"en", "fr"}
    assert problem.title["en"] != problem.title["fr"]


def test_a_problem_document_has_the_members_of_the_standard() -> None:
    """RFC 9457, section 3.1; an extension member never shadows one of them."""
    document = json.loads(
        Problem(PROBLEMS["busy"], "All are busy.", {"status": "spoofed", "x": 1}).to_json("http://t/")
    )
    assert document["status"] == 503
    assert {"type", "title", "status", "detail", "advice", "x"} == set(document)


def test_every_error_that_a_query_can_raise_has_its_problem() -> None:
    """Nothing that a client can cause is answered as an internal error."""
    kinds = [
        kind
        for module in (errors, sparql_text)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, errors.QueryRefused | errors.QueryFailed)
        and kind not in {errors.QueryRefused, errors.QueryFailed, errors.QueryInvalid}
    ]
    for kind in kinds:
        assert problem_of(kind.__new__(kind)).type.slug != "internal", kind


def test_an_unexpected_error_says_nothing_of_the_inside() -> None:
    """No path, no engine, no message."""
    problem = problem_of(errors.FactsError("/srv/secret/facts.ttl is odd"))
    assert problem.type.status == 500
    assert "secret" not in problem.to_json("http://t/")
