"""Conditional requests (RFC 9110, section 13), pure: header fields and what there is in, what to answer out.

One content has a tag for each coding it is sent in (section 8.8.3.3). Whoever has it in one coding need not be sent it
in another, so either tag counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache

from werkzeug.http import parse_date, parse_etags

_REMEMBERED_CHARS_MAX = 256


class Outcome(Enum):
    """What a condition makes of a request that would be answered 200."""

    SEND = 200
    NOT_MODIFIED = 304
    FAILED = 412


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions of a request, field by field; None or empty for what it does not carry."""

    if_match: str = ""
    if_none_match: str = ""
    if_modified_since: str = ""
    if_unmodified_since: str = ""

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> Conditions:
        """From header fields by name, several lines of one field joined."""
        return cls(
            fields.get("If-Match", ""),
            fields.get("If-None-Match", ""),
            fields.get("If-Modified-Since", ""),
            fields.get("If-Unmodified-Since", ""),
        )

    def outcome(self, tag: str | None, modified: datetime | None) -> Outcome:
        """What to answer for content of this tag, without quotes and coding, by the precedence of section 13.2.2."""
        if self.if_match:
            if not _lists(self.if_match, tag, weakly=False):
                return Outcome.FAILED
        elif self.if_unmodified_since and _is_newer(modified, self.if_unmodified_since):
            return Outcome.FAILED
        if self.if_none_match:
            return Outcome.NOT_MODIFIED if _lists(self.if_none_match, tag, weakly=True) else Outcome.SEND
        if self.if_modified_since and _is_newer(modified, self.if_modified_since) is False:
            return Outcome.NOT_MODIFIED
        return Outcome.SEND


def tags_of(tag: str) -> tuple[str, str]:
    """The entity tags of one content, in quotes: as it is, and as gzip (RFC 9110, section 8.8.3.3)."""
    return f'"{tag}"', f'"{tag}-gzip"'


def known_tag(if_none_match: str, tag: str | None) -> str | None:
    """The tag of this content that a field lists, in either coding, weakly compared (section 13.1.2); not for `*`."""
    if not tag or tag not in if_none_match:
        return None
    plain, coded = tags_of(tag)
    if if_none_match in (plain, coded):
        return if_none_match
    return next((mine for mine in (plain, coded) if parse_etags(if_none_match).contains_weak(mine.strip('"'))), None)


def _lists(field: str, tag: str | None, *, weakly: bool) -> bool:
    if field.strip() == "*":
        return True
    if tag is None:
        return False
    listed = parse_etags(field)
    contains = listed.contains_weak if weakly else listed.contains
    return any(contains(mine.strip('"')) for mine in tags_of(tag))


def _is_newer(modified: datetime | None, field: str) -> bool | None:
    """Whether content was modified after the moment of a field; None for a field that is no date (to be ignored)."""
    since = _date(field) if len(field) <= _REMEMBERED_CHARS_MAX else None
    if modified is None or since is None:
        return None
    return modified.replace(microsecond=0) > since


@lru_cache(256)
def _date(field: str) -> datetime | None:
    try:
        found = parse_date(field)
    except (ValueError, OverflowError):
        return None
    return found.astimezone(UTC) if found else None
