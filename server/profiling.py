"""Negotiation by profile, pure (Content Negotiation by Profile, W3C Working Draft 2023, sections 7.1 and 7.2).

`Accept-Profile` holds IRIs in angle brackets with weights; one that we do not have is passed over, and where none is
left the default is served. `_profile` in an address holds tokens or IRIs in the order of preference; there an unknown
name is an error, for whoever wrote the address meant something by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from legation.graph.profiles import DEFAULT, PROFILES, Profile, profile_named

from .links import link
from .negotiation import ELEMENTS_MAX, FIELD_CHARS_MAX, weight_of

ARGUMENT, MEDIA_TYPE_ARGUMENT = "_profile", "_mediatype"
ELEMENT = re.compile(r'[ \t,]*+(?:<([^<>"\s]*+)>|([^<>",;\s]++))[ \t]*+((?:;[^,<>]*+)?+)(?=,|\Z)')


class UnknownProfile(ValueError):
    """An address that names no profile of ours."""


def negotiated_profile(accept_profile: str | None, offered: Sequence[Profile] = PROFILES) -> Profile:
    """The profile that an Accept-Profile field prefers; the default where it names none that we have.

    Ties go to the order of the field. A profile of weight 0 is not served while another is left. A malformed element is
    passed over, and the brackets may be missing.
    """
    weights: dict[Profile, float] = {}
    for name, weight in _elements((accept_profile or "")[:FIELD_CHARS_MAX]):
        found = profile_named(name, offered)
        if found:
            weights.setdefault(found, weight)
    wanted = [profile for profile, weight in weights.items() if weight > 0]
    if wanted:
        return max(wanted, key=weights.__getitem__)
    return next((profile for profile in (DEFAULT, *offered) if profile not in weights), DEFAULT)


def _elements(field: str) -> Iterator[tuple[str, float]]:
    place, count = 0, 0
    while place < len(field) and count < ELEMENTS_MAX:
        found, count = ELEMENT.match(field, place), count + 1
        if found is None:
            comma = field.find(",", place)
            place = comma + 1 if comma >= 0 else len(field)
            continue
        place = found.end() + 1
        weight = weight_of(found[3])
        if weight is not None:
            yield found[1] or found[2] or "", weight


def named_profile(value: str, offered: Sequence[Profile] = PROFILES) -> Profile:
    """The first profile of a `_profile` argument that we have. Raises UnknownProfile where we have none of them."""
    names = [name.strip().removeprefix("<").removesuffix(">") for name in value.split(",")][:ELEMENTS_MAX]
    found = next((profile for name in names if (profile := profile_named(name, offered))), None)
    if found is None:
        raise UnknownProfile(value[:100])
    return found


def profile_links(document: str, served: Profile) -> list[str]:
    """Which profile an answer follows, and where the same document is in each of the others (RFC 6906, RFC 8288)."""
    others = (profile for profile in PROFILES if profile != served)
    return [
        link(served.iri, "profile"),
        *(link(address_of(document, profile), "alternate", formats=profile.iri) for profile in others),
    ]


def address_of(document: str, profile: Profile) -> str:
    """The address of a document, or of a form of it, in a profile."""
    return document if profile == DEFAULT else f"{document}?{ARGUMENT}={profile.token}"
