"""The application's answers, asked for without a socket and written down so that another server can give the same.

A resource is asked once for each choice that a client can make of it: a format, a language, a profile, by header field
or by address. What differs from resource to resource (its name, its tags, its files) is taken out of the answers, so
that a thousand documents share a few `Shape`s; what is put back in gives the very answers again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from legation.graph.formats import GRAPH_FORMATS, JSON_LD, Format

from .bridge import GIVEN, WsgiApplication, environ_of
from .library import finished
from .negotiation import JSON_LD_PROFILES
from .prepared import Prepared
from .speech import LANGUAGES

Given = Callable[[], object]
Shape = dict[str, Any]
UNACCEPTABLE = "x-none/x-none"
"""A media type that nobody offers."""
ANY = "*"
"""In a choice: whichever language or profile, the answer is the same."""
_OF_FILE = frozenset({"content-length", "date", "server", "connection"})
"""Fields that whoever sends an answer makes itself."""
_FILLED = frozenset({"etag", "repr-digest", "content-digest", "last-modified", "memento-datetime"})
"""Fields whose whole value differs from resource to resource."""
_OF_CONTENT = frozenset({b"content-type", b"content-length", b"repr-digest", b"last-modified", b"etag"})
"""Fields that a 304 of a file does without (RFC 9110, section 15.4.5); its tag is written when it is sent."""
_TAIL_CHARS_MIN = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as the application gave it."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The value of a field, the first where there are several; empty where there is none."""
        return next((value for found, value in self.headers if found.lower() == name), "")

    @property
    def media_type(self) -> str:
        """The media type, without parameters."""
        return self.header("content-type").partition(";")[0].strip().lower()


@dataclass(frozen=True)
class Asker:
    """Asks a WSGI application (PEP 3333)."""

    app: WsgiApplication

    def __call__(
        self, target: str, fields: Mapping[str, str] | None = None, *, method: str = "GET", error: object = None
    ) -> Answer:
        """The answer to a request for a target as the request line has it; `error` is what the front found wrong."""
        raw, _, query = target.partition("?")
        scope = {
            "method": method,
            "raw_path": raw.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "http_version": "1.1",
            "headers": [(name.encode(), value.encode()) for name, value in (fields or {}).items()],
            GIVEN: error,
        }
        started: list[tuple[int, tuple[tuple[str, str], ...]]] = []

        def start(status: str, headers: list[tuple[str, str]], _: object = None) -> Callable[[bytes], None]:
            started.append((int(status.partition(" ")[0]), tuple(headers)))
            return lambda _: None

        parts = self.app(environ_of(scope, b""), start)
        try:
            body = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
        return Answer(*started[-1], body)


# ── Choices ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Choosing:
    """What a resource lets a client choose between: formats by key, in the server's order; none where it is fixed.

    `refuses`: what is not offered is answered 406; else with the default.
    """

    offers: tuple[str, ...] = ()
    default: str = ""
    refuses: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """A resource: how it is chosen from, and its answer by choice.

    A choice is a format (with `#` and a JSON-LD profile; `-` where there is none; `406/` and the format of the
    problem), a language and a profile; those that the address names end in `!`.
    """

    choosing: Choosing
    answers: Mapping[str, Answer]


@dataclass(frozen=True)
class Recorder:
    """Asks for every choice of a resource.

    `documents` and `errors` are the formats that can be had, in the server's order; `profiles` are IRIs by token.
    """

    ask: Asker
    documents: tuple[Format, ...]
    errors: tuple[Format, ...]
    profiles: Mapping[str, str] = field(default_factory=dict)

    def record(self, target: str, *, whole: bool = True, method: str = "GET", error: Given | None = None) -> Recorded:
        """The resource at a target, such as `/doc/x/E?after=…`.

        `whole`: also by what else leads to the same content (language and profile named by the address), and what is
        refused; else each content once. `error` makes what the front hands to the pages with the request.
        """
        return _Recording(self, target, method, error, whole).recorded()


@dataclass
class _Recording:
    """One resource while it is asked for; nothing is asked twice."""

    recorder: Recorder
    target: str
    method: str
    error: Given | None
    whole: bool
    _asked: dict[tuple[tuple[str, str], ...], Answer] = field(default_factory=dict)

    def recorded(self) -> Recorded:
        plain, refused = self._ask(), self._ask(Accept=UNACCEPTABLE)
        refuses = refused.status == 406 != plain.status
        is_error = plain.status >= 400 and plain.status != 410
        order = self.recorder.errors if is_error else self.recorder.documents
        default = next((form for form in order if form.media_type == plain.media_type), None)
        offered = [form for form in order if self._first(form).media_type == form.media_type] if default else []
        if default is None or not (refuses or len(offered) > 1):
            return Recorded(Choosing(), dict(self._contents("-", None, speaks=True)))
        answers: dict[str, Answer] = {}
        for form in offered:
            answers.update(self._in_format(form))
        if refuses and self.whole:
            for form in self.recorder.errors:
                if form not in offered:
                    answers.update(_collapsed(f"406/{form.key}", self._spoken(form.media_type, speaks=True), ANY))
        return Recorded(Choosing(tuple(form.key for form in offered), default.key, refuses), answers)

    @cached_property
    def _profiles(self) -> Mapping[str, str]:
        """The profiles that can be asked for; none where they make no difference."""
        plain, profiles = self._ask(), self.recorder.profiles
        return profiles if any(self._ask(profile=token) != plain for token in profiles) else {}

    def _ask(self, *, lang: str = "", profile: str = "", **fields: str) -> Answer:
        given = (*sorted(fields.items()), ("", lang), (" ", profile))
        if given not in self._asked:
            named = "&".join(part for part in (lang and f"lang={lang}", profile and f"_profile={profile}") if part)
            target = self.target + ("&" if "?" in self.target else "?") + named if named else self.target
            named_fields = {name.replace("_", "-"): value for name, value in fields.items()}
            error = self.error() if self.error else None
            self._asked[given] = self.recorder.ask(target, named_fields, method=self.method, error=error)
        return self._asked[given]

    def _first(self, form: Format) -> Answer:
        return self._ask(Accept=form.media_type, Accept_Language=LANGUAGES[0])

    def _in_format(self, form: Format) -> Iterator[tuple[str, Answer]]:
        speaks = form not in GRAPH_FORMATS
        yield from self._contents(form.key, form.media_type, speaks=speaks)
        if form is JSON_LD:
            for profile in sorted(JSON_LD_PROFILES):
                accept = f'{form.media_type};profile="{profile}"'
                yield from self._contents(f"{form.key}#{profile}", accept, speaks=False)

    def _contents(self, name: str, accept: str | None, *, speaks: bool) -> Iterator[tuple[str, Answer]]:
        """One format in every language and profile. RDF carries every language (N6), so it is not asked for in each."""
        found = {"": self._spoken(accept, speaks=speaks)}
        for token, iri in self._profiles.items():
            found[token] = self._spoken(accept, speaks=speaks, Accept_Profile=f"<{iri}>")
            if self.whole:
                found[f"{token}!"] = self._spoken(accept, speaks=speaks, profile=token)
        if all(spoken == found[""] for spoken in found.values()):
            yield from _collapsed(name, found[""], ANY)
        else:
            for profile, spoken in found.items():
                yield from _collapsed(name, spoken, profile)

    def _spoken(self, accept: str | None, *, speaks: bool, **more: str) -> dict[str, Answer]:
        found = {}
        if accept is not None:
            more["Accept"] = accept
        for language in LANGUAGES:
            if speaks or language == LANGUAGES[0]:
                found[language] = self._ask(Accept_Language=language, **more)
            if self.whole and (speaks or language == LANGUAGES[0]):
                found[f"{language}!"] = self._ask(lang=language, **more)
        if not speaks:
            first = LANGUAGES[0]
            found |= {name.replace(first, other): got for name, got in found.items() for other in LANGUAGES[1:]}
        return found


def _collapsed(name: str, spoken: Mapping[str, Answer], profile: str) -> Iterator[tuple[str, Answer]]:
    """Choices by language; a single one where the language makes no difference."""
    first = next(iter(spoken.values()))
    if all(answer == first for answer in spoken.values()):
        yield f"{name} {ANY} {profile}", first
    else:
        for language, answer in spoken.items():
            yield f"{name} {language} {profile}", answer


# ── Shapes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Fills:
    """What is put into a shape: strings, named in it by their number between two control characters.

    `tail` is what names the resource in its address; empty where it is too short to be found again. `keep` puts a body
    away, as an answer has it or coded, and says where.
    """

    tail: str
    keep: Callable[[Answer, bytes], str]
    is_page: bool = True
    values: list[str] = field(default_factory=list)

    def mark(self, value: str) -> str:
        """The mark that stands for a value."""
        if value not in self.values:
            self.values.append(value)
        return f"\x01{self.values.index(value)}\x02"

    def shaped(self, recorded: Recorded) -> Shape:
        """A resource with marks in the place of what is its alone."""
        numbers: dict[Answer, int] = {}
        answers: list[Shape] = []
        grid: dict[str, int] = {}
        for choice, answer in recorded.answers.items():
            if answer not in numbers:
                numbers[answer] = len(answers)
                answers.append(self._answer(answer))
            grid[choice] = numbers[answer]
        choosing = recorded.choosing
        return {
            "offers": list(choosing.offers), "default": choosing.default, "refuses": choosing.refuses,
            "profiled": any(not choice.endswith(f" {ANY}") for choice in grid),
            "grid": grid, "answers": answers,
        }  # fmt: skip

    def _answer(self, answer: Answer) -> Shape:
        plain, coded = self._finished(answer)
        modified = answer.header("last-modified")
        ranges = not self.is_page and "bytes" in answer.header("accept-ranges")
        return {
            "status": answer.status,
            "tag": self.mark(plain.tag) if plain.tag and (self.is_page or ranges) else None,
            "modified": self.mark(modified) if modified and (self.is_page or ranges) else None,
            "ranges": ranges,
            "plain": self._form(answer, plain),
            "coded": self._form(answer, coded) if coded else None,
            "unchanged": self._fields(self._unchanged(plain)) if answer.status == 200 else [],
        }

    def _unchanged(self, plain: Prepared) -> list[tuple[bytes, bytes]]:
        """The fields of a 304, without the tag: of a file, those that do not describe its content."""
        if self.is_page:
            return plain.shared
        return [(name, value) for name, value in plain.fields if name not in _OF_CONTENT]

    def _finished(self, answer: Answer) -> tuple[Prepared, Prepared | None]:
        """The answer as the front sends it: pages with a digest and as gzip too, everything else as it is."""
        fields = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
        if self.is_page:
            made = finished(answer.status, fields, answer.body)
            return made.plain, made.coded
        tag = answer.header("etag").strip('"') or None
        return Prepared(answer.body, fields, tag, answer.status), None

    def _form(self, answer: Answer, form: Prepared) -> Shape:
        """One coding of an answer."""
        is_kept = bool(form.body)
        return {
            "fields": self._fields(form.fields),
            "length": self.mark(str(len(form.body))),
            "body": self.mark(self.keep(answer, form.body)) if is_kept else "",
        }

    def _fields(self, fields: Iterable[tuple[bytes, bytes]]) -> list[list[str]]:
        told = [(name.decode(), value.decode("latin-1")) for name, value in fields]
        return [
            [name, self.mark(value) if name in _FILLED else self._marked(value)]
            for name, value in told
            if name not in _OF_FILE
        ]

    def _marked(self, value: str) -> str:
        return value.replace(self.tail, self.mark(self.tail)) if self.tail and self.tail in value else value


@dataclass
class Shapes:
    """The shapes that entries share; beyond `SHARED_MAX` an entry brings its own."""

    shapes: list[Shape] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    SHARED_MAX = 2000

    def number(self, shape: Shape) -> int | Shape:
        """The number of a shape among those that are shared, or the shape itself."""
        text = json.dumps(shape)
        if text not in self._numbers:
            if len(self.shapes) >= self.SHARED_MAX:
                return shape
            self._numbers[text] = len(self.shapes)
            self.shapes.append(shape)
        return self._numbers[text]


def tail_of(path: str) -> str:
    """What names the resource below the first segment of its path; empty where that is too short to be found again."""
    tail = "/".join(path.split("/")[2:])
    return tail if len(tail) >= _TAIL_CHARS_MIN else ""


def key_of(path: str) -> str:
    """The name of a path's entry: a hash, so that nothing that a client writes becomes the name of a file."""
    return hashlib.sha256(path.encode()).hexdigest()
