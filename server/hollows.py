"""Answers that repeat what the client wrote, turned into templates: a hollow where the client's words stood.

A template is made by asking for words that occur nowhere else, and looking for every way in which an answer may have
written them: as they came, decoded, with escapes in capitals; in JSON, in HTML, in a string of Turtle.
`static_twin/legation.js` writes other words in the same ways (`WRITTEN` there).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from urllib.parse import quote, unquote
from xml.sax import saxutils

from markupsafe import escape

from .addresses import as_uri, normal

SENTINEL = 'zq%c3%a9%22%3c%7e%20&"qz'
"""Words that read differently in each way of writing them."""
OTHER_SENTINEL = "other%c3%b4(%7Ewords)'"
METHOD_SENTINEL = "ZQMETHODQZ"
_SOURCES: Mapping[str, Callable[[str], str]] = {
    "w": str,
    "u": as_uri,
    "n": normal,
    "v": lambda words: as_uri(normal(words)),
    "d": unquote,
    "q": lambda words: quote(unquote(words), safe="/:@!$&'()*+,;=-._~"),
}
"""Which words: as written, as a URI, without needless escapes, that as a URI, decoded, decoded and escaped anew."""
_TARGETS: Mapping[str, Callable[[str], str]] = {
    "x": lambda text: str(escape(text)),
    "j": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "t": lambda text: text.replace("\\", "\\\\").replace('"', '\\"'),
    "y": lambda text: saxutils.escape(text, {'"': "&quot;", "'": "&apos;"}),
    "p": str,
}
"""In which notation: HTML, JSON, Turtle, the text of XML, none."""


def mark(code: str) -> str:
    """The hollow of a code."""
    return f"\x01{code}\x02"


def written(code: str, words: str) -> str:
    """Words as a hollow of this code is filled with them."""
    return METHOD_SENTINEL if code == "m" else _TARGETS[code[1]](_SOURCES[code[0]](words))


def hollowed(text: str, words: str = SENTINEL, *, notation: str) -> str:
    """The text with a hollow in the place of the words, looked for in one notation first, then in any other."""
    targets = [notation, *(target for target in _TARGETS if target != notation)]
    for target in targets:
        for source in _SOURCES:
            text = text.replace(written(source + target, words), mark(source + target))
    return text.replace(METHOD_SENTINEL, mark("m"))


def filled(text: str, words: str) -> str:
    """The text with its hollows filled again."""
    for source in _SOURCES:
        for target in _TARGETS:
            code = source + target
            text = text.replace(mark(code), written(code, words))
    return text.replace(mark("m"), METHOD_SENTINEL)


def is_hollow(text: str) -> bool:
    """Whether a text has a hollow."""
    return "\x01" in text
