"""A budget of computing time for each client: seconds that engines worked on its queries, given back as time passes.

    Front ─ Budgets.account(scope) ─> Account ─ admit? ─> 429, or the query
                                              ├ charge <─ the query pool, when the query ends, however it ends
                                              └ announced: RateLimit fields on the answer

A budget is a bucket that runs full again at a steady rate, kept as one number: the moment at which it will be full
(the generic cell rate algorithm). It may be overdrawn, for what a query costs is known at its end only; then nothing is
admitted until the debt is paid off.
Fields are those of draft-ietf-httpapi-ratelimit-headers-10. Moments are seconds of `time.monotonic`, which all
processes of a machine share.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from .clients import client_address, counted
from .ledger import Ledger
from .patience import Message, Scope, Send
from .prepared import Field
from .problems import ProblemRaised
from .settings import Settings
from .ways_on import WayOn

ACCOUNT = "legation.account"
"""Where the front puts the account of a request's client, in the ASGI scope and in the WSGI environment."""
POLICY = "compute"
_REMEMBERED_MAX = 4096
_TOLD_CHARS_MAX = 200
"""What proxies tell is remembered up to this length, so that nobody fills the memory with it."""


class Standing(NamedTuple):
    """`remaining`: seconds of computing left, rounded up, 0 where nothing is admitted; `wait_s`: whole seconds after
    which it will be more, 0 where the budget is full."""

    remaining: int
    wait_s: int


@dataclass(frozen=True, slots=True)
class Policy:
    """`seconds` of computing that every `window_s` seconds give back, and that may be saved up."""

    seconds: int
    window_s: int

    @property
    def field(self) -> str:
        """The value of RateLimit-Policy (section 3); the registry of units has no time yet, its default is requests."""
        return f'"{POLICY}";q={self.seconds};qu="seconds";w={self.window_s}'

    def charged(self, full_at: float, now: float, seconds: float) -> float:
        """When the budget will be full after `seconds` more were used."""
        return max(full_at, now) + seconds * self.window_s / self.seconds

    def standing(self, full_at: float, now: float) -> Standing:
        """What is left. A client that waits for `wait_s` is admitted."""
        if full_at <= now:
            return Standing(self.seconds, 0)
        level = self.seconds - (full_at - now) * self.seconds / self.window_s
        remaining = max(0, math.ceil(level))
        return Standing(remaining, math.floor((remaining - level) * self.window_s / self.seconds) + 1)


class Budgets:
    """The budgets of all clients. Every worker has one of these over the same ledger."""

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self.policy = Policy(settings.budget_s, settings.budget_window_s)
        self.ledger = ledger
        self.policy_field: Field = (b"ratelimit-policy", self.policy.field.encode())
        self._trusted = settings.proxies_trusted
        self._told_in = settings.proxies_field.lower().encode()
        self._key = lru_cache(_REMEMBERED_MAX)(self._key_of)

    def account(self, scope: Scope) -> Account:
        """The account of the client that sent a request."""
        client = scope.get("client")
        peer = client[0] if client else ""
        if not self._trusted:
            return Account(self, self._key(peer))
        told = tuple(value.decode("latin-1") for name, value in scope["headers"] if name == self._told_in)
        key = self._key if sum(map(len, told)) <= _TOLD_CHARS_MAX else self._key_of
        return Account(self, key(peer, told))

    def _key_of(self, peer: str, told: tuple[str, ...] = ()) -> int:
        return self.ledger.key(counted(client_address(peer, told, self._told_in == b"forwarded", self._trusted)))


class Account:
    """One client's budget, for the time of one request."""

    __slots__ = ("_budgets", "_key")

    def __init__(self, budgets: Budgets, key: int) -> None:
        self._budgets, self._key = budgets, key

    @property
    def standing(self) -> Standing:
        """What is left now."""
        return self._budgets.policy.standing(self._budgets.ledger.full_at(self._key), time.monotonic())

    def charge(self, seconds: float) -> None:
        """Seconds that an engine has worked for this client."""
        ledger, now = self._budgets.ledger, time.monotonic()
        ledger.put(self._key, self._budgets.policy.charged(ledger.full_at(self._key), now, seconds), now)

    def admit(self, ways: Callable[[], Iterable[WayOn]]) -> None:
        """Raise ProblemRaised rate-limited where nothing is left, with the ways on that the query has."""
        standing = self.standing
        if not standing.remaining:
            raise _spent_up(self._budgets.policy, standing.wait_s, tuple(ways()))

    def fields(self) -> tuple[Field, Field]:
        """RateLimit-Policy and RateLimit as they are now."""
        remaining, wait_s = self.standing
        return self._budgets.policy_field, (b"ratelimit", b'"%b";r=%d;t=%d' % (POLICY.encode(), remaining, wait_s))

    def announced(self, send: Send) -> Send:
        """`send`, saying in the header of the answer what is left when it begins."""

        async def announcing(message: Message) -> None:
            if "headers" in message:
                message = {**message, "headers": [*message["headers"], *self.fields()]}
            await send(message)

        return announcing


def _spent_up(policy: Policy, wait_s: int, ways: tuple[WayOn, ...]) -> ProblemRaised:
    """The answer 429 (RFC 6585, section 4), which no cache may keep."""
    sentences = (
        f"Your queries have used up their {policy.seconds} seconds of computing time; "
        f"each {policy.window_s} seconds give as much back.",
        f"Ask again in {wait_s} seconds." if wait_s > 1 else "Ask again in a second.",
        *(way.sentence for way in ways),
    )
    return ProblemRaised(
        "rate-limited",
        " ".join(sentences),
        headers={"Retry-After": str(wait_s), "Cache-Control": "no-store"},
        retry_after_s=wait_s,
        budget_s=policy.seconds,
        budget_window_s=policy.window_s,
        instead=[way.address for way in ways],
        **{"violated-policies": [POLICY]},
    )
