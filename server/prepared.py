"""Whole answers ready to be sent, and a memory of them that is bounded in bytes."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Generic, Protocol, TypeVar

from werkzeug.http import parse_date

from .codings import GZIP_BYTES_MIN, compressed
from .conditional import tags_of
from .headers import ON_EVERY_ANSWER, repr_digest
from .patience import Message

Field = tuple[bytes, bytes]
"""One header field as ASGI has it: a name in small letters, and a value."""
Messages = tuple[Message, Message]
"""The two messages of ASGI that send an answer at once; they are sent as they are, again and again."""
_NO_BODY: Message = {"type": "http.response.body", "body": b""}
EVERY_ANSWER: tuple[Field, ...] = tuple(
    (name.lower().encode(), value.encode()) for name, value in ON_EVERY_ANSWER.items()
)
_NOT_REPEATED = frozenset(
    {b"content-type", b"content-length", b"content-encoding", b"content-language", b"repr-digest", b"server-timing",
     b"last-modified", b"etag", b"link", b"content-security-policy", b"referrer-policy", b"x-content-type-options"}
)  # fmt: skip
"""Fields that a 304 leaves to the answer that the client has (RFC 9110, section 15.4.5); its ETag is the one named."""


def fields_of(headers: Iterable[tuple[str, str]]) -> list[Field]:
    """Header fields as ASGI has them, with those of every answer."""
    return [*((name.lower().encode(), value.encode("latin-1")) for name, value in headers), *EVERY_ANSWER]


@dataclass(frozen=True)
class Prepared:
    """A complete answer: its body, its header fields, and what its tags begin with (None where it has none)."""

    body: bytes
    fields: list[Field]
    tag: str | None
    status: int = 200

    @property
    def bytes(self) -> int:
        """What it takes in memory, about."""
        return len(self.body) + 1024

    @cached_property
    def shared(self) -> list[Field]:
        """The fields that a 304 repeats, but for its tag."""
        return [field for field in self.fields if field[0] not in _NOT_REPEATED]

    @cached_property
    def etag(self) -> str:
        """The tag of this very coding, in quotes; empty where there is none."""
        return next((value.decode() for name, value in self.fields if name == b"etag"), "")

    @cached_property
    def modified(self) -> datetime | None:
        """The moment of Last-Modified; None where it is not told."""
        return parse_date(next((value.decode() for name, value in self.fields if name == b"last-modified"), None))

    @cached_property
    def whole(self) -> Messages:
        """What ASGI is to send of the whole answer."""
        start = {"type": "http.response.start", "status": self.status, "headers": self.fields}
        return start, {"type": "http.response.body", "body": self.body}

    @cached_property
    def head(self) -> Messages:
        """The same for HEAD: without the body (RFC 9110, section 9.3.2)."""
        return self.whole[0], _NO_BODY

    @cached_property
    def _unchanged(self) -> Messages:
        return self._unchanged_as(self.etag)

    def unchanged(self, known: str = "") -> Messages:
        """304: the client has it, under the tag `known` that it named, or under this one."""
        return self._unchanged_as(known) if known and known != self.etag else self._unchanged

    def _unchanged_as(self, etag: str) -> Messages:
        fields = [*self.shared, (b"etag", etag.encode())] if etag else self.shared
        return {"type": "http.response.start", "status": 304, "headers": fields}, _NO_BODY


def prepared(body: bytes, headers: dict[str, str], tag: str | None, *, gzip: bool) -> Prepared:
    """An answer made ready: coded where that helps, with its length and digest; each coding has a tag of its own."""
    headers = dict(headers)
    is_coded = gzip and len(body) >= GZIP_BYTES_MIN
    if is_coded:
        body = compressed(body)
        headers["Content-Encoding"] = "gzip"
    if tag:
        headers["ETag"] = tags_of(tag)[is_coded]
    headers["Content-Length"] = str(len(body))
    headers["Repr-Digest"] = repr_digest(hashlib.sha256(body).digest())
    return Prepared(body, fields_of(headers.items()), tag)


class Sized(Protocol):
    """Something that knows what it takes in memory."""

    @property
    def bytes(self) -> int:
        """Bytes, about."""
        ...


T = TypeVar("T", bound=Sized)


class Memory(Generic[T]):
    """Answers by key, the least recently used going first when they take more than `bytes_max`."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._bytes = 0
        self._kept: OrderedDict[Hashable, T] = OrderedDict()

    @property
    def largest(self) -> int:
        """Bytes of the largest answer that is kept: it must not crowd out all others."""
        return self._bytes_max // 8

    def get(self, key: Hashable) -> T | None:
        """The answer kept under a key."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def keep(self, key: Hashable, answer: T) -> None:
        """Keep an answer, unless it alone would take an eighth of the memory."""
        if _bytes_of(key, answer) > self.largest:
            return
        if (old := self._kept.pop(key, None)) is not None:
            self._bytes -= _bytes_of(key, old)
        self._kept[key] = answer
        self._bytes += _bytes_of(key, answer)
        while self._bytes > self._bytes_max:
            self._bytes -= _bytes_of(*self._kept.popitem(last=False))


def _bytes_of(key: Hashable, answer: Sized) -> int:
    """What an entry takes: its key counts, for it holds what a client wrote, up to the bounds of a request's head."""
    parts = key if isinstance(key, tuple) else ()
    return answer.bytes + sum(len(part) for part in parts if isinstance(part, str | bytes))
