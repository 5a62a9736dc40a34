"""Byte ranges (RFC 9110, section 14), pure: a header field in, the part to send out.

A field of another unit, of several ranges, or that is none is ignored, as section 14.2 allows: the whole is sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes `start` to `stop`, half-open, of a whole of `length` bytes."""

    start: int
    stop: int
    length: int

    @property
    def content_range(self) -> str:
        """The value of Content-Range (section 14.4)."""
        return f"bytes {self.start}-{self.stop - 1}/{self.length}"


class Unsatisfiable(Exception):
    """A well-formed range that begins behind the end."""


def part_of(field: str | None, length: int) -> Part | None:
    """The one part that a Range field asks for; None for the whole. Raises Unsatisfiable."""
    asked = _RANGE.fullmatch(field or "")
    if asked is None or not (asked[1] or asked[2]):
        return None
    if not asked[1]:
        return _last(int(asked[2]), length)
    start, stop = int(asked[1]), int(asked[2]) + 1 if asked[2] else length
    if stop <= start and asked[2]:
        return None
    if start >= length:
        raise Unsatisfiable
    return Part(start, min(stop, length), length)


def _last(count: int, length: int) -> Part:
    if count == 0 or length == 0:
        raise Unsatisfiable
    return Part(max(0, length - count), length, length)
