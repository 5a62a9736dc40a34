"""Whole answers ready to be sent, and a memory of them that is bounded in bytes."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from .codings import GZIP_BYTES_MIN, compressed
from .headers import ON_EVERY_ANSWER, repr_digest

Field = tuple[bytes, bytes]
"""One header field as ASGI has it: a name in small letters, and a value."""
EVERY_ANSWER: tuple[Field, ...] = tuple(
    (name.lower().encode(), value.encode()) for name, value in ON_EVERY_ANSWER.items()
)


def fields_of(headers: Iterable[tuple[str, str]]) -> list[Field]:
    """Header fields as ASGI has them, with those of every answer."""
    return [*((name.lower().encode(), value.encode("latin-1")) for name, value in headers), *EVERY_ANSWER]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A complete answer: its body, its header fields, and its entity tag in quotes (None where it has none)."""

    body: bytes
    fields: list[Field]
    tag: str | None

    @property
    def bytes(self) -> int:
        """What it takes in memory, about."""
        return len(self.body) + 1024

    @property
    def fields_unchanged(self) -> list[Field]:
        """The fields of a 304 (RFC 9110, section 15.4.5): none that speaks of a body."""
        return [field for field in self.fields if field[0] not in _OF_A_BODY]


_OF_A_BODY = frozenset({b"content-type", b"content-length", b"content-encoding", b"repr-digest", b"server-timing"})


def prepared(body: bytes, headers: dict[str, str], tag: str | None, *, gzip: bool) -> Prepared:
    """An answer made ready: coded where that helps, with its length and digest; each coding has a tag of its own."""
    headers = dict(headers)
    if gzip and len(body) >= GZIP_BYTES_MIN:
        body = compressed(body)
        headers["Content-Encoding"] = "gzip"
        tag = tag and f"{tag}-gzip"
    quoted = tag and f'"{tag}"'
    if quoted:
        headers["ETag"] = quoted
    headers["Content-Length"] = str(len(body))
    headers["Repr-Digest"] = repr_digest(hashlib.sha256(body).digest())
    return Prepared(body, fields_of(headers.items()), quoted)


class Memory:
    """Prepared answers by key, the least recently used going first when they take more than `bytes_max`."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._bytes = 0
        self._kept: OrderedDict[Hashable, Prepared] = OrderedDict()

    def get(self, key: Hashable) -> Prepared | None:
        """The answer kept under a key."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def keep(self, key: Hashable, answer: Prepared) -> None:
        """Keep an answer, unless it alone would take an eighth of the memory."""
        if answer.bytes > self._bytes_max // 8:
            return
        if (old := self._kept.pop(key, None)) is not None:
            self._bytes -= old.bytes
        self._kept[key] = answer
        self._bytes += answer.bytes
        while self._bytes > self._bytes_max:
            self._bytes -= self._kept.popitem(last=False)[1].bytes
