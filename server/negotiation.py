"""Content negotiation (RFC 9110, section 12), pure: header strings in, a choice out.

Nothing in a header can raise, reading one takes time linear in its length, and no more of it is read or remembered than
the bounds below say. An element that is malformed is ignored, with two indulgences that HTTP libraries' own defaults
need: a lone `*` is read as `*/*`, and `.2` as a weight.
Several lines of one field are joined with ", " by the caller (section 5.3). No media type is written here: the formats
of `legation.graph.formats` bring their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from legation.graph.formats import Format, by_key
from legation.graph.jsonld import COMPACTED, EXPANDED, FLATTENED

JSON_LD_PROFILES = frozenset({EXPANDED, COMPACTED, FLATTENED})
"""The profiles of JSON-LD 1.1 (section 6.3 of its IANA considerations) that can be asked for."""
ELEMENTS_MAX = 200
"""Elements of one header field that are read; real clients send fewer than 40."""
FIELD_CHARS_MAX = 8192
"""Characters of one header field that are read; an element that reaches this far is not. Real ones have under 500."""
LANGUAGE_CHARS_MAX = 35
"""Characters of a language range that is looked up: the longest tag without extensions (RFC 5646, section 4.4.1)."""
_FIELDS_REMEMBERED = 64
_REMEMBERED_CHARS_MAX = 512

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z\-]++"  # section 5.6.2
_QUOTED = r'"(?:[^"\\]|\\.)*+"'  # section 5.6.4
_PARAMETER = rf"{_TOKEN}=(?:{_TOKEN}|{_QUOTED})"
_PARAMETERS = rf"(?:[ \t]*+;[ \t]*+(?:{_PARAMETER})?+)*+"  # section 5.6.6
# A quotation mark without its partner takes the rest with it: looking for the partner from each would be quadratic.
_ELEMENT = re.compile(r'(?:[^,"]++|"(?:[^"\\]++|\\.)*+(?:"|\\?\Z))++', re.DOTALL)
_RANGE = re.compile(rf"[ \t]*+(?:({_TOKEN})/({_TOKEN})|\*)({_PARAMETERS})[ \t]*+", re.DOTALL)
_ITEM = re.compile(rf"[ \t]*+({_TOKEN})({_PARAMETERS})[ \t]*+", re.DOTALL)
_NAME_AND_VALUE = re.compile(rf";[ \t]*+({_TOKEN})=({_TOKEN}|{_QUOTED})", re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_WEIGHT = re.compile(r"0(?:\.[0-9]*+)?+|\.[0-9]++|1(?:\.0*+)?+")  # section 12.4.2
GRAMMAR = {
    "element": _ELEMENT.pattern,
    "range": _RANGE.pattern,
    "item": _ITEM.pattern,
    "parameter": _NAME_AND_VALUE.pattern,
    "weight": _WEIGHT.pattern,
}
"""The same for those who read the fields in another language (server/static_twin)."""

_ANYTHING, _ANY_SUBTYPE, _ALIAS, _EXACT, _PROFILED = range(5)
"""How exactly a media range names a format, from */* up; the more exact range decides (section 12.5.1)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen: a format, the JSON-LD profile asked for, and the alias it was asked by, None where by none."""

    format: Format
    profile: str | None = None
    alias: str | None = None

    @property
    def content_type(self) -> str:
        """The truthful `Content-Type`: the format's own media type, never the alias, and the profile that is served."""
        return f'{self.format.content_type}; profile="{self.profile}"' if self.profile else self.format.content_type


# ── Formats ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def negotiate(accept: str | None, offered: Sequence[Format], *, default: Format) -> Choice | None:
    """The offered format that an Accept field prefers, or None when it excludes them all (406).

    No field, an empty one and one without a readable element give `default`. Otherwise the highest weight wins; among
    equal weights what the field names goes before what a wildcard covers, then the order of `offered` decides (under
    wildcards `default` comes first). A format is named by its own media type or, where that is not mentioned, by
    an alias; `q=0` excludes. A charset must be UTF-8; a known JSON-LD profile is honoured; other parameters do nothing.
    """
    read = _ranges if len(accept or "") <= _REMEMBERED_CHARS_MAX else _read_ranges
    ranges = read(accept or "")
    if not ranges:
        return Choice(default)
    order = sorted(offered, key=lambda form: form != default)
    offers = [
        (weight, rank >= _ALIAS, -(offered if rank >= _ALIAS else order).index(form), rank, choice)
        for form in offered
        for weight, rank, choice in _offers(ranges, form)
        if weight > 0
    ]
    return max(offers, key=lambda offer: offer[:-1])[-1] if offers else None


@dataclass(frozen=True, slots=True)
class _Range:
    """One media range of an Accept field: `*` stands for any type or subtype; names are in small letters."""

    type: str
    subtype: str
    weight: float
    parameters: Mapping[str, str]

    @property
    def name(self) -> str:
        return f"{self.type}/{self.subtype}"

    def rank(self, form: Format) -> int | None:
        """How exactly this range names a format; None where it does not. Refusing an alias refuses no format."""
        if self.parameters.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
            return None
        if self.subtype == "*":
            fits = self.type in {"*", form.media_type.partition("/")[0]}
            return (_ANYTHING if self.type == "*" else _ANY_SUBTYPE) if fits else None
        if self.name == form.media_type:
            return _EXACT
        return _ALIAS if self.name in form.aliases and self.weight > 0 else None

    def profile(self, form: Format) -> str | None:
        """The first profile named that the format knows, None for an unknown one (JSON-LD 1.1: to be ignored)."""
        named = self.parameters.get("profile", "").split() if "profile" in form.parameters else []
        return next((profile for profile in named if profile in JSON_LD_PROFILES), None)


def _offers(ranges: Sequence[_Range], form: Format) -> Iterator[tuple[float, int, Choice]]:
    """A format's weight and rank: once for each profile asked for, once without, as the most exact range says."""
    plain: list[tuple[int, float, str | None]] = []
    for found in ranges:
        rank = found.rank(form)
        if rank is None:
            continue
        alias = found.name if rank == _ALIAS else None
        if profile := found.profile(form):
            yield found.weight, _PROFILED, Choice(form, profile, alias)
        else:
            plain.append((rank, found.weight, alias))
    if plain:
        rank, weight, alias = max(plain, key=lambda match: match[:2])
        yield weight, rank, Choice(form, alias=alias)


def _read_ranges(accept: str) -> tuple[_Range, ...]:
    return tuple(_readable_ranges(accept))


# Only short fields are remembered, so that what the cache holds stays below a few megabytes whatever clients send.
_ranges = lru_cache(_FIELDS_REMEMBERED)(_read_ranges)


def _readable_ranges(accept: str) -> Iterator[_Range]:
    for element in _elements(accept):
        named = _RANGE.fullmatch(element)
        if named is None or (named[1] == "*" and named[2] != "*"):
            continue
        parameters = _parameters(named[3])
        weight = _weight(parameters)
        if weight is not None:
            yield _Range((named[1] or "*").lower(), (named[2] or "*").lower(), weight, parameters)


def format_by_name(name: str | None, offered: Sequence[Format]) -> Format | None:
    """The offered format that `?format=` names; None where it names none.

    Names are short names and file extensions, then media types and aliases, whole or by their subtype, so that what
    SPARQL clients send (`json`, `json-ld`, `rdf+xml`) is understood; letter case and hyphens do not matter, and a space
    is the plus sign that it was before a form was decoded.
    """
    wanted = (name or "").strip().lower().replace(" ", "+")
    if not wanted:
        return None
    named = by_key(wanted, tuple(offered))
    return named or next((form for form in offered if wanted.replace("-", "") in names_of(form)), None)


def names_of(form: Format) -> set[str]:
    types = (form.media_type, *form.aliases)
    return {name.replace("-", "") for name in (form.key, *types, *(name.partition("/")[2] for name in types))}


# ── Languages and codings ────────────────────────────────────────────────────────────────────────────────────────────


def negotiate_language(accept_language: str | None, offered: Sequence[str] = ("en", "fr"), default: str = "en") -> str:
    """The offered language that an Accept-Language field prefers (RFC 4647, section 3.4, lookup), or else `default`.

    A language refused with `q=0` is not the answer while another is left.
    """
    weighted = {tag: weight for tag, weight in _weighted(accept_language).items() if len(tag) <= LANGUAGE_CHARS_MAX}
    refused = {tag for tag, weight in weighted.items() if weight == 0}
    left = [tag for tag in (default, *offered) if tag.lower() not in refused] or [default]
    for wanted in sorted((tag for tag, weight in weighted.items() if weight > 0), key=lambda tag: -weighted[tag]):
        found = left[0] if wanted == "*" else _looked_up(wanted, left)
        if found:
            return found
    return left[0]


def _looked_up(wanted: str, offered: Sequence[str]) -> str | None:
    """The offered tag equal to a language range or to its longest beginning that is offered."""
    beginnings = [tag for tag in offered if f"{wanted}-".startswith(f"{tag.lower()}-")]
    return max(beginnings, key=len, default=None)


def negotiate_encoding(accept_encoding: str | None, offered: Sequence[str] = ("gzip",)) -> str | None:
    """The offered content coding that an Accept-Encoding field prefers, None for none (section 12.5.3).

    A coding needs to be named, itself or by `*`; it goes before `identity` unless that has a higher weight.
    """
    weighted = {name.removeprefix("x-"): weight for name, weight in _weighted(accept_encoding).items()}
    others = weighted.get("*", 0.0)
    best = max(offered, key=lambda coding: weighted.get(coding, others), default=None)
    weight = weighted.get(best, others) if best else 0.0
    return best if weight > 0 and weight >= weighted.get("identity", 0.0) else None


# ── Header fields ────────────────────────────────────────────────────────────────────────────────────────────────────


def _elements(value: str) -> Iterator[str]:
    """The elements of a comma-separated list, of which commas in quoted strings make no two (section 5.6.1)."""
    found = _ELEMENT.finditer(value, 0, FIELD_CHARS_MAX)
    whole = (element[0] for element in found if element.end() < FIELD_CHARS_MAX or len(value) == element.end())
    return islice(whole, ELEMENTS_MAX)


def _parameters(text: str) -> dict[str, str]:
    """Parameters by name in small letters; of a name given twice the first counts."""
    found: dict[str, str] = {}
    for name, value in _NAME_AND_VALUE.findall(text):
        plain = _QUOTED_PAIR.sub(r"\1", value[1:-1]) if value.startswith('"') else value
        found.setdefault(name.lower(), plain)
    return found


def _weight(parameters: Mapping[str, str]) -> float | None:
    """The weight among parameters: 1 where there is none, None where it is malformed."""
    text = parameters.get("q", "1")
    return float(text) if _WEIGHT.fullmatch(text) else None


def weight_of(parameters: str) -> float | None:
    """The weight among the parameters of an element: 1 where there is none, None where it is malformed."""
    return _weight(_parameters(parameters))


def _weighted(value: str | None) -> dict[str, float]:
    """The readable elements of a list of plain names, in small letters, with their weights, in the field's order."""
    found: dict[str, float] = {}
    for element in _elements(value or ""):
        named = _ITEM.fullmatch(element)
        weight = _weight(_parameters(named[2])) if named else None
        if named and weight is not None:
            found.setdefault(named[1].lower(), weight)
    return found
