"""Finished answers of the pages of one release, sent again on the event loop without asking Flask.

    (path, query) ─> an answer, or the fields that answers at this address vary by ─> (path, query, what those mean)

Requests that mean the same share an answer: fields that it does not vary by are not looked at (RFC 9111, section 4.1),
Accept counts by the formats it chooses and Accept-Language by the language. Each answer is kept plain and, where that
is shorter, as gzip. A release never changes, so nothing is ever taken back; a new release has a new library.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from legation.graph.formats import DOCUMENT_FORMATS, PROBLEM_JSON, TURTLE

from .codings import GZIP_BYTES_MIN, accepts_gzip, compressed
from .conditional import Conditions, Outcome, known_tag, tags_of
from .headers import repr_digest
from .negotiation import negotiate
from .pages import language_of
from .patience import Scope
from .prepared import Field, Memory, Messages, Prepared
from .problem_answers import PROBLEM_FORMATS
from .profiling import negotiated_profile

_FIELDS = (
    b"accept", b"accept-language", b"accept-profile", b"accept-encoding",
    b"if-none-match", b"if-match", b"if-modified-since", b"if-unmodified-since",
)  # fmt: skip
_PLACES = {name: place for place, name in enumerate(_FIELDS)}
_NEGOTIATED, _ENCODING, _IF_NONE_MATCH = 3, 3, 4
_KEPT = frozenset({200, 301, 303, 308, 410})
_INCOMPRESSIBLE = re.compile(rb"image/(?!svg)|font/|audio/|video/|application/(?:zip|gzip|octet-stream)")
_REMEMBERED_CHARS_MAX = 512
"""Longer fields are read anew, so that what is remembered of them stays small whatever clients send."""
_NOTHING: tuple[str | None, ...] = (None,) * len(_FIELDS)
_OF_THE_BODY = frozenset({b"etag", b"content-length", b"repr-digest", b"vary"})


class Wanted:
    """What of a GET or HEAD request its answer depends on: its target, and fields by their place in `_FIELDS`.

    `bytes` is what its header fields take.
    """

    __slots__ = ("bytes", "fields", "is_get", "path", "query")

    def __init__(self, scope: Scope) -> None:
        self.path: bytes = scope["raw_path"]
        self.query: bytes = scope["query_string"]
        self.is_get: bool = scope["method"] == "GET"
        self.fields = fields = list(_NOTHING)
        size, place_of = 0, _PLACES.get
        for name, value in scope["headers"]:
            size += len(name) + len(value)
            if (place := place_of(name)) is not None:
                text, before = value.decode("latin-1"), fields[place]
                fields[place] = text if before is None else f"{before}, {text}"
        self.bytes = size

    def key(self, varies_by: Iterable[int]) -> tuple[object, ...]:
        """What requests have in common that get the same answer at an address that varies so."""
        parts: list[object] = [self.path, self.query]
        for place in varies_by:
            field = self.fields[place]
            meaning = _MEANINGS[place] if field is None or len(field) <= _REMEMBERED_CHARS_MAX else _READ_ANEW[place]
            parts.append(meaning(field))
        return tuple(parts)

    @property
    def whole_key(self) -> tuple[object, ...]:
        """What requests have in common that are certain to get the same answer."""
        return self.key(range(_NEGOTIATED))

    def outcome(self, answer: Prepared) -> Outcome:
        """What the conditions of the request make of an answer; they count where it is 200 (section 13.2.1)."""
        none_match, match, since, not_since = self.fields[_IF_NONE_MATCH:]
        if answer.status != 200 or not (none_match or match or since or not_since):
            return Outcome.SEND
        if none_match and not match and not not_since and none_match == answer.etag:
            return Outcome.NOT_MODIFIED
        return Conditions(match or "", none_match or "", since or "", not_since or "").outcome(
            answer.tag, answer.modified
        )

    def answered_with(self, answer: Prepared) -> Messages | None:
        """What to send for an answer under the conditions of the request; None where one fails (412)."""
        outcome = self.outcome(answer)
        if outcome is Outcome.SEND:
            return answer.whole if self.is_get else answer.head
        if outcome is Outcome.NOT_MODIFIED:
            return answer.unchanged(known_tag(self.fields[_IF_NONE_MATCH] or "", answer.tag) or "")
        return None

    def coding_of(self, finished: Finished) -> Prepared:
        """The answer in the coding that is accepted."""
        encoding = self.fields[_ENCODING]
        return finished.coded if finished.coded and encoding and accepts_gzip(encoding) else finished.plain


@dataclass(frozen=True, slots=True)
class Finished:
    """A whole answer in each of its codings; `varies_by` holds places in `_FIELDS`, None where it varies otherwise."""

    plain: Prepared
    coded: Prepared | None
    varies_by: tuple[int, ...] | None
    may_be_kept: bool

    @property
    def bytes(self) -> int:
        """What it takes in memory, about."""
        return self.plain.bytes + (self.coded.bytes if self.coded else 0)


@dataclass(frozen=True, slots=True)
class _Varying:
    """Stands for an address whose answers vary by some fields."""

    varies_by: tuple[int, ...]
    bytes: int = 256


class Library:
    """The finished answers of one release, bounded in bytes."""

    def __init__(self, bytes_max: int) -> None:
        self._memory: Memory[Finished | _Varying] = Memory(bytes_max)

    @property
    def largest(self) -> int:
        """Bytes of the largest answer that is kept."""
        return self._memory.largest

    def find(self, wanted: Wanted) -> Finished | None:
        """The answer to a request."""
        found = self._memory.get((wanted.path, wanted.query))
        if isinstance(found, _Varying):
            found = self._memory.get(wanted.key(found.varies_by))
        return found if isinstance(found, Finished) else None

    def keep(self, wanted: Wanted, finished: Finished) -> None:
        """Keep an answer for all requests that mean the same, where that can be known and it may be kept."""
        if not finished.may_be_kept or finished.varies_by is None:
            return
        if finished.varies_by:
            self._memory.keep((wanted.path, wanted.query), _Varying(finished.varies_by))
        self._memory.keep(wanted.key(finished.varies_by), finished)


def finished(status: int, fields: list[Field], body: bytes) -> Finished:
    """An answer of the pages made ready: plain and as gzip, each with its length, tag and digest."""
    found = dict(fields)
    tag = found.get(b"etag", b"").decode().strip('"') or None
    vary = [name.strip() for name in found.get(b"vary", b"").decode().split(",") if name.strip()]
    is_coded = len(body) >= GZIP_BYTES_MIN and not _INCOMPRESSIBLE.match(found.get(b"content-type", b""))
    told = [*vary, "Accept-Encoding"] if is_coded and "Accept-Encoding" not in vary else vary
    common = [field for field in fields if field[0] not in _OF_THE_BODY]
    if told:
        common.append((b"vary", ", ".join(told).encode()))
    plain = _coding(status, common, body, tag, is_coded=False)
    coded = None
    if is_coded:
        coded = _coding(status, [*common, (b"content-encoding", b"gzip")], compressed(body), tag, is_coded=True)
    places = [_PLACES.get(name.lower().encode()) for name in vary if name.lower() != "accept-encoding"]
    known = tuple(place for place in places if place is not None and place < _NEGOTIATED)
    varies_by = known if len(known) == len(places) else None
    return Finished(plain, coded, varies_by, _may_be_kept(status, found))


def _coding(status: int, fields: list[Field], body: bytes, tag: str | None, *, is_coded: bool) -> Prepared:
    own = [(b"content-length", str(len(body)).encode())]
    if tag:
        own.append((b"etag", tags_of(tag)[is_coded].encode()))
    if body:
        own.append((b"repr-digest", repr_digest(hashlib.sha256(body).digest()).encode()))
    return Prepared(body, [*fields, *own], tag, status)


def _may_be_kept(status: int, fields: Mapping[bytes, bytes]) -> bool:
    """Whether another request may be given this answer: never what says no, nor what is not the same for everybody."""
    return status in _KEPT and b"no-store" not in fields.get(b"cache-control", b"") and b"set-cookie" not in fields


# ── What a field means ───────────────────────────────────────────────────────────────────────────────────────────────


def _formats(accept: str | None) -> object:
    """What an Accept field chooses, of the formats of documents and of those of problems: pages offer no others."""
    document = negotiate(accept, DOCUMENT_FORMATS, default=TURTLE)
    problem = negotiate(accept, PROBLEM_FORMATS, default=PROBLEM_JSON)
    return (document and (document.format.key, document.profile), problem and problem.format.key)


def _language(accept_language: str | None) -> object:
    return language_of("", accept_language)


_READ_ANEW: tuple[Callable[[str | None], object], ...] = (_formats, _language, negotiated_profile)
"""What a field means, by its place in `_FIELDS`."""
_MEANINGS = (lru_cache(256)(_formats), lru_cache(256)(_language), lru_cache(256)(negotiated_profile))
