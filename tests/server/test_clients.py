"""Whose request it is."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legation.server.clients import Networks, client_address, counted

PROXIES = Networks.of("10.0.0.0/8, 127.0.0.1 fd00::/8")
STRANGER, OTHER = "203.0.113.7", "198.51.100.2"


@pytest.mark.parametrize(
    ("peer", "told", "client"),
    [
        pytest.param(STRANGER, [], STRANGER, id="direct"),
        pytest.param(STRANGER, [OTHER], STRANGER, id="a stranger's word counts nothing"),
        pytest.param("10.0.0.1", [], "10.0.0.1", id="a proxy that tells nothing"),
        pytest.param("10.0.0.1", [STRANGER], STRANGER, id="a proxy tells"),
        pytest.param("10.0.0.1", [f"{OTHER}, {STRANGER}"], STRANGER, id="what a stranger put in front is not read"),
        pytest.param("10.0.0.1", [OTHER, STRANGER], STRANGER, id="several lines"),
        pytest.param("10.0.0.1", [f"{OTHER}, {STRANGER}, 10.2.3.4"], STRANGER, id="two proxies"),
        pytest.param("10.0.0.1", ["10.9.9.9, 10.2.3.4"], "10.9.9.9", id="nobody but ours"),
        pytest.param("10.0.0.1", [f"{STRANGER}, nonsense"], "10.0.0.1", id="malformed stops at who said it"),
        pytest.param("10.0.0.1", [f"{STRANGER}, 10.2.3.4, unknown, 10.5.6.7"], "10.5.6.7", id="malformed further on"),
        pytest.param("10.0.0.1", [f"{STRANGER},"], "10.0.0.1", id="an empty element"),
        pytest.param("10.0.0.1", [f"{STRANGER}:4711"], STRANGER, id="with a port"),
        pytest.param("127.0.0.1", ["[2001:db8::7]:4711"], "2001:db8::7", id="IPv6 with a port"),
        pytest.param("127.0.0.1", ["2001:db8::7"], "2001:db8::7", id="IPv6"),
        pytest.param("::ffff:10.0.0.1", [f"::ffff:{STRANGER}"], STRANGER, id="IPv4 in IPv6"),
        pytest.param("fd00::1", [STRANGER], STRANGER, id="a proxy with IPv6"),
    ],
)
def test_the_client_is_the_nearest_address_that_no_proxy_of_ours_has(peer: str, told: list[str], client: str) -> None:
    """X-Forwarded-For, from the right."""
    assert client_address(peer, told, False, PROXIES) == ip_address(client)


@pytest.mark.parametrize(
    ("told", "client"),
    [
        pytest.param([f"for={STRANGER}"], STRANGER, id="plain"),
        pytest.param([f"For={STRANGER};proto=http;by=203.0.113.43"], STRANGER, id="letter case and others"),
        pytest.param(['proto=http; for="[2001:db8:cafe::17]:4711"'], "2001:db8:cafe::17", id="quoted IPv6 with a port"),
        pytest.param([f"for={OTHER}, for={STRANGER}"], STRANGER, id="the right-most"),
        pytest.param([f"for={OTHER}", f"for={STRANGER};by=10.0.0.1, for=10.0.0.3"], STRANGER, id="chain and lines"),
        pytest.param([f'for="evil, for={STRANGER}'], STRANGER, id="an open quotation mark swallows nothing"),
        pytest.param([f'for={OTHER};x=",", for={STRANGER}'], STRANGER, id="a quoted comma"),
        pytest.param(["for=unknown"], "10.0.0.1", id="unknown"),
        pytest.param(["for=_hidden"], "10.0.0.1", id="hidden"),
        pytest.param([STRANGER], "10.0.0.1", id="the other field's form"),
        pytest.param([f"xfor={STRANGER}"], "10.0.0.1", id="another name"),
    ],
)
def test_forwarded_is_read_as_rfc_7239_has_it(told: list[str], client: str) -> None:
    """Section 4 and 6 of RFC 7239, from the right."""
    assert client_address("10.0.0.1", told, True, PROXIES) == ip_address(client)


@given(st.text(max_size=200), st.booleans(), st.sampled_from(["10.0.0.1", STRANGER, "", "unix:"]))
def test_whatever_is_sent_nothing_is_raised_and_a_stranger_stays_himself(
    told: str, is_forwarded: bool, peer: str
) -> None:
    """Malformed fields are safe."""
    client = client_address(peer, [told], is_forwarded, PROXIES)
    assert client is not None or peer in {"", "unix:"}
    if peer == STRANGER:
        assert client == ip_address(STRANGER)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("203.0.113.7", "203.0.113.8", False),
    ],
    ids=["one /64", "two /64", "IPv4"],
)
def test_a_network_of_64_bits_counts_as_one_client(one: str, other: str, same: bool) -> None:
    """A host may take any address of it."""
    assert (counted(ip_address(one)) == counted(ip_address(other))) is same


def test_networks_are_shown_as_they_are_understood() -> None:
    """And a text that is none is refused."""
    assert str(PROXIES) == "10.0.0.0/8, 127.0.0.1/32, fd00::/8"
    with pytest.raises(ValueError, match="host bits"):
        Networks.of("10.0.0.1/8")
