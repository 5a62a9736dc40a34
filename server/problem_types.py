"""The pages that the `type` of a problem document leads to (RFC 9457, section 3.1.1)."""

from __future__ import annotations

from flask import Blueprint, Response

from legation.graph.formats import HTML

from .pages import page_language, problem_type_page
from .problems import PROBLEMS, Problem, ProblemRaised
from .site import site

blueprint = Blueprint("problem_types", __name__)


@blueprint.get("/problems/<slug>")
def problem_type(slug: str) -> Response:
    """What one type of problem means and what to do about it."""
    if slug not in PROBLEMS:
        raise ProblemRaised("not-found", f'There is no problem type "{slug}".', available=sorted(PROBLEMS))
    language = page_language()
    response = Response(
        problem_type_page(site(), Problem(PROBLEMS[slug], ""), language), content_type=HTML.content_type
    )
    response.headers["Content-Language"] = language
    response.headers["Vary"] = "Accept-Language"
    return response
