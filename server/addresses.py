"""Paths as clients write them (RFC 3986, RFC 3987), pure: every escape is decoded once or not at all.

`%2F` is a character of a name and `/` parts names, so a name is never looked at decoded. Spellings of one name that
RFC 3987 calls equivalent (section 5.3.2: the case of escapes, characters escaped without need) lead to the same thing.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_NO_ESCAPE = re.compile(b"%(?![0-9A-Fa-f]{2})")
_ESCAPES = re.compile("(?:%[0-9A-Fa-f]{2})+")
_UNRESERVED = re.compile("[A-Za-z0-9._~-]")
_URI_CHARACTERS = "/:@!$&'()*+,;=-._~%"
"""What a path may hold beside letters and digits (RFC 3986, section 3.3)."""


class BadAddress(ValueError):
    """A path that is no text once its escapes are decoded; its words are for the client."""


def path_of(raw: str, segments: int) -> str:
    """What a raw path says after its first `segments` segments, as text with its escapes as they are.

    `raw` holds the bytes of the request line as Latin-1 (PEP 3333). Raises BadAddress for a path with NUL, with a `%`
    that begins no escape, or with bytes that are not UTF-8, escaped or not.
    """
    written = "/".join(raw.partition("?")[0].split("/")[segments + 1 :]).encode("latin-1")
    if _NO_ESCAPE.search(written):
        raise BadAddress("The address has a % that begins no escape.")
    try:
        decoded, text = unquote_to_bytes(written).decode(), written.decode()
    except UnicodeDecodeError:
        raise BadAddress("The address is not UTF-8 text once its escapes are decoded.") from None
    if "\0" in decoded:
        raise BadAddress("The address holds a NUL.")
    return text


def leaves_its_space(path: str) -> bool:
    """Whether a segment is a dot segment (RFC 3986, section 3.3), escaped or not."""
    return any(normal(segment) in {".", ".."} for segment in path.split("/"))


def as_uri(iri: str) -> str:
    """An IRI or a path as header fields carry it: in ASCII, its own escapes as they are (RFC 3987, section 3.1)."""
    return quote(iri, safe=_URI_CHARACTERS + "?#[]")


def spellings(path: str) -> tuple[str, ...]:
    """The names that a path may mean: as it is spelt, with fewest escapes, in ASCII, and that with small letters."""
    if path.isascii() and "%" not in path:
        return (path,)
    plain = normal(path)
    uri = as_uri(plain)
    capital = _ESCAPE.sub(lambda escape: escape[0].upper(), uri)
    small = _ESCAPE.sub(lambda escape: escape[0].lower(), uri)
    return tuple(dict.fromkeys((path, plain, capital, small)))


def normal(path: str) -> str:
    """The path with nothing escaped that needs no escape in an IRI (RFC 3987, section 5.3.2.3)."""
    return _ESCAPES.sub(lambda run: _decoded(run[0]), path)


def _decoded(escapes: str) -> str:
    text = unquote_to_bytes(escapes).decode()
    return "".join(c if _UNRESERVED.match(c) or c > "\x9f" else f"%{ord(c):02X}" for c in text)
