"""Whole answers ready to be sent, and a memory of them that is bounded in bytes."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from werkzeug.http import parse_etags

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
    """A complete answer: its body, its header fields, and what its tags begin with (None where it has none)."""

    body: bytes
    fields: list[Field]
    tag: str | None

    @property
    def bytes(self) -> int:
        """What it takes in memory, about."""
        return len(self.body) + 1024


def tags_of(tag: str) -> tuple[str, str]:
    """The entity tags of one content, in quotes: as it is, and as gzip (RFC 9110, section 8.8.3.3)."""
    return f'"{tag}"', f'"{tag}-gzip"'


def known_tag(if_none_match: str, tag: str | None) -> str | None:
    """The tag of this content that a field lists, in either coding, weakly compared (RFC 9110, section 13.1.2).

    `*` asks for any, which only a run can tell.
    """
    if not tag or tag not in if_none_match:
        return None
    listed = parse_etags(if_none_match)
    return next((mine for mine in tags_of(tag) if listed.contains_weak(mine.strip('"'))), None)


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
        if _bytes_of(key, answer) > self._bytes_max // 8:
            return
        if (old := self._kept.pop(key, None)) is not None:
            self._bytes -= _bytes_of(key, old)
        self._kept[key] = answer
        self._bytes += _bytes_of(key, answer)
        while self._bytes > self._bytes_max:
            self._bytes -= _bytes_of(*self._kept.popitem(last=False))


def _bytes_of(key: Hashable, answer: Prepared) -> int:
    """What an entry takes: its key counts, for it holds what a client wrote, up to the bounds of a request's head."""
    parts = key if isinstance(key, tuple) else ()
    return answer.bytes + sum(len(part) for part in parts if isinstance(part, str | bytes))
