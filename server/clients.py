"""Whose request it is: the client's address, behind proxies that are trusted too, and what counts as one client.

    the connection ─ not a trusted proxy? ─> its address
                   └ trusted ─ what it was told, from the right ─> the first address that is no trusted proxy

Only the right-most addresses of a field were written by our own proxies; what stands left of the first stranger is the
stranger's word (RFC 7239, section 8.1), and is never read. `Host` and `X-Forwarded-Host` matter nowhere: the public
base is part of the release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
FIELDS = ("X-Forwarded-For", "Forwarded")
"""The fields in which a proxy may tell whom it heard: the custom, and RFC 7239."""


@dataclass(frozen=True, slots=True)
class Networks:
    """Networks of addresses, such as those of the proxies in front of the server; none by default."""

    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, text: str) -> Networks:
        """The networks in a text, parted by commas or spaces. Raises ValueError that names what is none."""
        return cls(tuple(ip_network(part) for part in re.split(r"[,\s]+", text) if part))

    def __contains__(self, address: Address) -> bool:
        return any(address in network for network in self.networks)

    def __bool__(self) -> bool:
        return bool(self.networks)

    def __str__(self) -> str:
        return ", ".join(map(str, self.networks)) or "(none)"


NOBODY = Networks()


def client_address(peer: str, told: Iterable[str], is_forwarded: bool, trusted: Networks) -> Address | None:
    """The nearest address that is not a trusted proxy's; None for a connection that has no address.

    `told` are the lines of the field that the proxies write, in order; `is_forwarded` says whether it is `Forwarded`.
    Where a trusted proxy has told nothing that is an address, the proxy itself is the client.
    """
    nearest = _address(peer)
    if nearest is None or nearest not in trusted:
        return nearest
    for element in _from_the_right(",".join(told)):
        heard = _address(_for(element) if is_forwarded else element)
        if heard is None:
            return nearest
        nearest = heard
        if nearest not in trusted:
            break
    return nearest


def counted(address: Address | None) -> bytes:
    """What counts as one client: an IPv4 address (4 bytes), an IPv6 network of 64 bits (8 bytes), for a host may take
    any address of its network (RFC 4291, section 2.5.4); all connections without an address together."""
    return b"" if address is None else address.packed[:8]


def _from_the_right(text: str) -> Iterator[str]:
    """The elements of a list, the last first. A quoted comma cuts, too: an address holds none, so the worst is that
    an element is not understood, whereas an open quotation mark of a stranger must not swallow what a proxy added."""
    while text:
        text, _, element = text.rpartition(",")
        yield element


_FOR = re.compile(r'(?:^|;)[ \t]*for[ \t]*=[ \t]*("?)([^;"]*)\1[ \t]*(?:;|$)', re.IGNORECASE)
_WITH_PORT = re.compile(r"\[([^\]]*)\](?::\d+)?|([\d.]+):\d+")


def _for(element: str) -> str:
    """The node that `for=` names in an element of `Forwarded` (RFC 7239, section 5.2); empty where there is none."""
    found = _FOR.search(element)
    return found[2] if found else ""


def _address(node: str) -> Address | None:
    """An address with or without brackets and port (RFC 7239, section 6); None for `unknown`, `_names` and the rest."""
    node = node.strip()
    if found := _WITH_PORT.fullmatch(node):
        node = found[1] or found[2]
    try:
        address = ip_address(node)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
