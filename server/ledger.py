"""A table of fixed size in memory that all workers share: for each client, when its budget will be full again.

    keys      8 bytes a slot    a keyed hash of the client, 0 for none
    full_at   8 bytes a slot    seconds of the clock that all processes share; in the past: the slot is free

A client's slot is one of the few that its hash leads to. There is no lock, for a process that died with it would stop
all others: each number is written whole, and two workers that charge one client within the same microsecond may lose
one of the two charges, never more. No address is in it: the key of the hash is made anew at each start, and written
nowhere.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import secrets
import tempfile
from collections.abc import Callable
from multiprocessing.reduction import DupFd
from typing import Any

SLOTS = 1 << 16
"""Clients that can have less than a full budget at a time: 1 MiB."""
_WAYS = 8
"""Slots that a client may take; when all are taken, the client that needs its slot least long loses it."""


class Ledger:
    """The table. A worker that is started gets the same one, whether it is forked or spawned."""

    def __init__(self, descriptor: int | None = None, secret: bytes | None = None, slots: int = SLOTS) -> None:
        self._slots = slots
        self._secret = secret or secrets.token_bytes(16)
        self._descriptor = _memory(16 * slots) if descriptor is None else descriptor
        whole = memoryview(mmap.mmap(self._descriptor, 16 * slots))
        self._keys, self._full_at = whole[: 8 * slots].cast("Q"), whole[8 * slots :].cast("d")

    def __reduce__(self) -> tuple[Callable[..., Ledger], tuple[Any, ...]]:
        return _of_parent, (DupFd(self._descriptor), self._secret, self._slots)

    def key(self, client: bytes) -> int:
        """The key of a client, from 1 on."""
        return int.from_bytes(hashlib.blake2b(client, digest_size=8, key=self._secret).digest(), "little") or 1

    def full_at(self, key: int) -> float:
        """When the budget of a client will be full; 0.0 for one that is not in the table: its budget is full."""
        at = self._find(key)
        return 0.0 if at is None else self._full_at[at]

    def put(self, key: int, full_at: float, now: float) -> None:
        """Note when a client's budget will be full."""
        at = self._find(key)
        if at is None:
            at = min(self._ways(key), key=lambda slot: max(now, self._full_at[slot]))
            self._keys[at] = key
        self._full_at[at] = full_at

    def _find(self, key: int) -> int | None:
        for at in self._ways(key):
            if self._keys[at] == key:
                return at
        return None

    def _ways(self, key: int) -> range:
        first = key % self._slots // _WAYS * _WAYS
        return range(first, first + _WAYS)


def _of_parent(descriptor: Any, secret: bytes, slots: int) -> Ledger:
    return Ledger(descriptor.detach(), secret, slots)


def _memory(size: int) -> int:
    """A descriptor of memory without a name: it goes when the last process that has it goes."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("legation-budgets")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.truncate(descriptor, size)
    return descriptor
