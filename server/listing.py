"""Parts of a long list: a page holds so many entries, the next begins after the key of the last. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """One part of a list of `total` entries; `after` is the key it begins behind, `following` where the next begins."""

    entries: tuple[T, ...]
    total: int
    after: str = ""
    following: str | None = None

    @property
    def query(self) -> str:
        """What of an address tells this part from the others."""
        return urlencode({"after": self.after}) if self.after else ""


def part_of(entries: Sequence[T], key: Callable[[T], str], after: str, size: int) -> Part[T]:
    """The part of a whole list, in its own order, behind the entry with the key `after`; of an unknown key, none."""
    keys = [key(entry) for entry in entries]
    start = 0 if not after else keys.index(after) + 1 if after in keys else len(keys)
    shown = tuple(entries[start : start + size])
    following = keys[start + size - 1] if start + size < len(keys) else None
    return Part(shown, len(keys), after, following)


def cut(found: Sequence[T], key: Callable[[T], str], total: int, after: str, size: int) -> Part[T]:
    """The part that a query gave, asked for one entry more than fits: the one too many tells that there is more."""
    following = key(found[size - 1]) if len(found) > size else None
    return Part(tuple(found[:size]), total, after, following)
