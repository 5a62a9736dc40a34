"""The tables that the static twin negotiates by, made from the Python modules so that there is one truth."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import unquote

from flask import Flask
from werkzeug.routing import Rule

from legation.graph.errors import LegationError
from legation.graph.formats import DOCUMENT_FORMATS, HTML, JSON_LD, N_TRIPLES, PROBLEM_JSON, RDF_XML, TURTLE
from legation.graph.profiles import DEFAULT, PROFILES

from . import negotiation
from .codings import GZIP_BYTES_MIN
from .datasets import beyond_the_end
from .front import coded_body, too_large
from .hollows import METHOD_SENTINEL, OTHER_SENTINEL, SENTINEL, filled, hollowed, is_hollow
from .librarian import condition_failed, is_page
from .oversized import HEADER_BYTES, REQUEST_LINE_BYTES, refuse_oversized
from .problem_answers import PROBLEM_FORMATS
from .problems import ProblemRaised
from .profiling import ARGUMENT, ELEMENT, MEDIA_TYPE_ARGUMENT
from .recording import Answer, Asker, Fills, Recorded, Recorder, Shape, Shapes
from .site import Site
from .speech import LANGUAGES
from .thing_documents import AFTER, unknown_media_type, unknown_profile
from .variants import VARIANTS

SUFFIXES = tuple(sorted((variant.suffix for variant in VARIANTS), key=lambda suffix: (-len(suffix), suffix)))
"""What the address of a variant ends with, the longest first."""
_VARIABLE = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
_AS_WRITTEN = ("doc/", "graph/", "id/")
"""Where a path is looked up as it is spelled (server/addresses.py); elsewhere decoded."""
_NOT_TEXT = {"nul": "%00", "escape": "%zz", "utf8": "%ff", "dots": "../"}
"""What makes a path no address, and how to write one that is none for that reason."""
_NOTATIONS = {
    HTML.media_type: "x", RDF_XML.media_type: "y", TURTLE.media_type: "t", N_TRIPLES.media_type: "t",
    PROBLEM_JSON.media_type: "j", JSON_LD.media_type: "j",
}  # fmt: skip


class NotCopied(LegationError):
    """An answer that a static copy could not give in the same way; a defect of the export."""


def recorder_for(ask: Asker) -> Recorder:
    """What asks for everything that the application offers."""
    return Recorder(ask, DOCUMENT_FORMATS, PROBLEM_FORMATS, {profile.token: profile.iri for profile in PROFILES})


@dataclass(frozen=True)
class Tables:
    """Everything that is not of one resource: formats, grammar, routes, problems, shapes."""

    app: Flask
    site: Site
    recorder: Recorder
    shapes: Shapes
    keep: Callable[[Answer, bytes], str]

    def made(self, parameters: list[str]) -> dict[str, Any]:
        """The tables as JSON has them."""
        return {
            "base": self.site.base.iri,
            "root": self.site.path,
            "languages": list(LANGUAGES),
            "suffixes": list(SUFFIXES),
            "parameters": parameters,
            "profiles": [
                {"token": p.token, "names": [p.token, p.iri, *p.aliases], "is_default": p == DEFAULT} for p in PROFILES
            ],
            "kept": [ARGUMENT, MEDIA_TYPE_ARGUMENT, AFTER],
            "format_names": _format_names(),
            "json_ld_profiles": sorted(negotiation.JSON_LD_PROFILES),
            "problem_formats": [form.key for form in PROBLEM_FORMATS],
            "formats": {form.key: self._format(form) for form in (*DOCUMENT_FORMATS, *PROBLEM_FORMATS)},
            "grammar": {**negotiation.GRAMMAR, "profile": ELEMENT.pattern},
            "limits": {
                "elements": negotiation.ELEMENTS_MAX,
                "field": negotiation.FIELD_CHARS_MAX,
                "language": negotiation.LANGUAGE_CHARS_MAX,
                "target": REQUEST_LINE_BYTES,
                "head": HEADER_BYTES,
                "body": self.site.settings.body_bytes_max,
                "gzip": GZIP_BYTES_MIN,
            },
            "preflight": [list(field) for field in self._preflight().headers],
            "routes": list(self._routes()),
            "problems": dict(self._problems()),
            **_interned(self.shapes.shapes),
        }

    @staticmethod
    def _format(form: Any) -> dict[str, Any]:
        return {"media_type": form.media_type, "aliases": list(form.aliases), "parameters": list(form.parameters)}

    def _preflight(self) -> Answer:
        fields = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": SENTINEL}
        return self._hollow(self.recorder.ask(self.site.path, fields, method="OPTIONS"), SENTINEL)

    # ── Problems that no address has ─────────────────────────────────────────────────────────────────────────────────

    def _problems(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, error in self._errors().items():
            yield name, self._kept(self.recorder.record(self.site.path, error=error), self.site.path, "")
        range_ = self._hollowed(
            lambda words: self.recorder.record(self.site.path, error=partial(beyond_the_end, words))
        )
        yield "range", self._kept(range_, f"{self.site.path}dumps/any", "GET")
        for name, made in (("profile", unknown_profile), ("media_type", unknown_media_type)):
            yield name, self._kept(self._hollowed(partial(self._raised, made)), self.site.path, "GET")

    def _raised(self, made: Callable[[str], ProblemRaised], words: str) -> Recorded:
        return self.recorder.record(self.site.path, error=lambda: made(words))

    def _errors(self) -> Mapping[str, Callable[[], ProblemRaised]]:
        body_max = self.site.settings.body_bytes_max
        return {
            "target": lambda: _oversized(b"x" * (REQUEST_LINE_BYTES + 1), 0),
            "head": lambda: _oversized(b"/", HEADER_BYTES + 1),
            "body": lambda: too_large(body_max),
            "coding": coded_body,
            "condition": condition_failed,
            "static": lambda: ProblemRaised(
                "static-copy",
                "This copy of the site is files: it computes no answer, and has only the pages that others link to.",
                instead=[self.site.url("dumps/")],
            ),
        }

    # ── Routes ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _routes(self) -> Iterator[dict[str, Any]]:
        """What is at an address that no resource is at, the first pattern that fits; exact ones come first."""
        rules: dict[str, list[Rule]] = {}
        for rule in self.app.url_map.iter_rules():
            rules.setdefault(rule.rule, []).append(rule)
        for path in sorted(rules, key=_static_first):
            yield self._route(path, sorted(set().union(*(rule.methods or () for rule in rules[path]))))
        yield self._route(f"{self.site.path}<path:rest>", [])

    def _route(self, path: str, methods: list[str]) -> dict[str, Any]:
        has_words = _VARIABLE.search(path) is not None
        before = _VARIABLE.split(path)[0]
        route: dict[str, Any] = {
            "pattern": _pattern(path) if methods else r"[\s\S]*",
            "before": before,
            "methods": methods,
            "as_written": before.removeprefix(self.site.path) in _AS_WRITTEN,
            "computes": any(method in methods for method in ("POST", "QUERY")) or path.endswith("graph-store"),
        }
        if methods:
            route["options"] = self._template(lambda w: _at(path, w), "OPTIONS")
            route["wrong"] = self._template(lambda w: _at(path, w), METHOD_SENTINEL)
        if has_words:
            suffixes = ("", *SUFFIXES) if methods else ("",)
            route["missing"] = {suffix: self._template(partial(_with_suffix, path, suffix)) for suffix in suffixes}
        if route["as_written"]:
            route["not_text"] = {name: self._template((before + sign).__add__) for name, sign in _NOT_TEXT.items()}
        return route

    def _template(self, target: Callable[[str], str], method: str = "GET") -> dict[str, Any]:
        """What is kept of what is answered at a target made of any words."""
        recorded = self._hollowed(lambda words: self._asked(target(words), method))
        return self._kept(recorded, unquote(target(SENTINEL)), method)

    def _asked(self, target: str, method: str = "GET") -> Recorded:
        return self.recorder.record(target.encode().decode("latin-1"), method=method)

    def _hollowed(self, asked: Callable[[str], Recorded]) -> Recorded:
        """What is answered to any words, as a template. Raises NotCopied where a template would not give the same."""
        first, second = asked(SENTINEL), asked(OTHER_SENTINEL)
        template = replace(first, answers={c: self._hollow(a, SENTINEL) for c, a in first.answers.items()})
        again = {choice: _filled(answer, OTHER_SENTINEL) for choice, answer in template.answers.items()}
        if again != {choice: _normalised(answer) for choice, answer in second.answers.items()}:
            raise NotCopied(f"what is answered to {SENTINEL} and to {OTHER_SENTINEL} differs in more than these words")
        return template

    @staticmethod
    def _hollow(answer: Answer, words: str) -> Answer:
        headers = tuple((name, hollowed(value, words, notation="p")) for name, value in _normalised(answer).headers)
        body = hollowed(answer.body.decode(), words, notation=_NOTATIONS.get(answer.media_type, "p"))
        return replace(answer, headers=headers, body=body.encode())

    def _kept(self, recorded: Recorded, path: str, method: str) -> dict[str, Any]:
        fills = Fills("", self.keep, is_page(self.site.path, method, path))
        shape: Shape = fills.shaped(recorded)
        for answer, found in zip(dict.fromkeys(recorded.answers.values()), shape["answers"], strict=True):
            found["is_hollow"], found["is_page"] = is_hollow(answer.body.decode()), fills.is_page
        return {"fills": fills.values, "shape": self.shapes.number({"": shape})}


def _oversized(path: bytes, header_bytes: int) -> ProblemRaised:
    try:
        refuse_oversized({"raw_path": path, "query_string": b""}, header_bytes)
    except ProblemRaised as problem:
        return problem
    raise NotCopied("the front refuses nothing for its size")


def _normalised(answer: Answer) -> Answer:
    return replace(answer, headers=tuple((n, v) for n, v in answer.headers if n.lower() != "content-length"))


def _filled(answer: Answer, words: str) -> Answer:
    headers = tuple((name, filled(value, words)) for name, value in answer.headers)
    return replace(answer, headers=headers, body=filled(answer.body.decode(), words).encode())


def _at(path: str, words: str) -> str:
    return _VARIABLE.sub(lambda _: words, path)


def _interned(shapes: list[Shape]) -> dict[str, Any]:
    """The shapes with numbers in the place of header fields, and the fields by number: most occur in every shape."""
    numbers: dict[tuple[str, str], int] = {}
    forms = (answer for shape in shapes for resource in shape.values() for answer in resource["answers"])
    for answer in forms:
        for holder, name in ((answer["plain"], "fields"), (answer["coded"], "fields"), (answer, "unchanged")):
            if holder:
                pairs = [(field, value) for field, value in holder[name]]
                holder[name] = [numbers.setdefault(pair, len(numbers)) for pair in pairs]
    return {"shapes": shapes, "fields": list(numbers)}


def _format_names() -> dict[str, str]:
    """What `_mediatype` may name, without hyphens, and the key of the format that it names."""
    names = {name: form.key for form in reversed(DOCUMENT_FORMATS) for name in sorted(negotiation.names_of(form))}
    return names | {name.replace("-", ""): form.key for form in DOCUMENT_FORMATS for name in (form.key, form.extension)}


def _with_suffix(path: str, suffix: str, words: str) -> str:
    return _at(path, words) + suffix


def _pattern(path: str) -> str:
    """A rule of werkzeug as a regular expression on a decoded path."""
    parts = _VARIABLE.split(path)
    found = re.escape(parts[0])
    for converter, after in zip(parts[1::3], parts[3::3], strict=True):
        found += (r"([^/][\s\S]*)" if converter == "path" else "([^/]+)") + re.escape(after)
    return found


def _static_first(path: str) -> tuple[int, int, str]:
    """Sorts rules as werkzeug weighs them: those without variables, then those with the longest beginning."""
    return len(_VARIABLE.findall(path)), -len(_VARIABLE.split(path)[0]), path
