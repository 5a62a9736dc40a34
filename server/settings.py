"""The one settings object: read once, from environment and command line, refused loudly when it cannot be used."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from dataclasses import field as field_of
from importlib import metadata
from pathlib import Path
from typing import Any, Self

from legation.graph.errors import SettingsError
from legation.graph.query_pool import Limits
from legation.graph.remote_engine import Endpoint

from .clients import FIELDS, NOBODY, Networks

VERSION = metadata.version("legation")
PREFIX = "LEGATION_"
INTEGER_MAX = 999_999_999_999_999
"""The largest integer that a header field can carry (RFC 9651, section 3.3.1)."""
EMBEDDED = "embedded"
"""The store setting of a release that is read from its own folder."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, with its unit in its name where it has one; docs/settings.md describes each.

    The environment variable of a field is LEGATION_ and its name in capitals.
    """

    releases: Path = Path("releases")
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    threads: int = 8
    query_processes: int = 4
    query_queue_max: int = 64
    query_timeout_s: float = 10.0
    query_memory_bytes: int = 1 << 30
    query_chars_max: int = 100_000
    query_depth_max: int = 100
    budget_s: int = 60
    budget_window_s: int = 60
    proxies_trusted: Networks = NOBODY
    proxies_field: str = FIELDS[0]
    body_bytes_max: int = 1 << 20
    spool_bytes: int = 1 << 20
    answer_memory_bytes: int = 1 << 26
    page_memory_bytes: int = 1 << 26
    stream_seconds_max: float = 120.0
    socket_timeout_s: int = 10
    memory_quads_max: int = 3_000_000
    worker_quads_max: int = 1_500_000
    document_max_age_s: int = 300
    store: str = field_of(default=EMBEDDED, repr=False)  # may hold an account

    def __post_init__(self) -> None:
        object.__setattr__(self, "releases", self.releases.absolute())
        if self.store != EMBEDDED:
            Endpoint.parse(self.store)
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int | float) and value <= 0:
                raise SettingsError(f"{variable(field.name)}={value}: must be more than 0")
        if self.port > 65_535:
            raise SettingsError(f"{variable('port')}={self.port}: a port is a number from 1 to 65535")
        if max(self.budget_s, self.budget_window_s) > INTEGER_MAX:
            raise SettingsError(f"{variable('budget_s')} and {variable('budget_window_s')} are at most {INTEGER_MAX}")
        if self.proxies_field not in FIELDS:
            raise SettingsError(f"{variable('proxies_field')}={self.proxies_field}: must be {' or '.join(FIELDS)}")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, **given: Any) -> Self:
        """The settings of the environment; `given` options that are not None win. Raises SettingsError, with the name.

        A LEGATION_ variable that is no setting is refused: it is nearly always a misspelt one.
        """
        known = {variable(field.name): field for field in fields(cls)}
        unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
        if unknown:
            raise SettingsError(f"unknown setting {unknown[0]}; known are {', '.join(sorted(known))}")
        read: dict[str, Any] = {
            field.name: _read(name, field.default, environment[name])
            for name, field in known.items()
            if name in environment
        }
        return cls(**read | {name: value for name, value in given.items() if value is not None})

    @property
    def limits(self) -> Limits:
        """What one query may take; the processes are shared out among the workers."""
        return Limits(
            processes=max(1, -(-self.query_processes // self.workers)),
            queue_max=self.query_queue_max,
            query_timeout_s=self.query_timeout_s,
            query_memory_bytes=self.query_memory_bytes,
            spool_bytes=self.spool_bytes,
        )


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def _read(name: str, default: object, text: str) -> object:
    if isinstance(default, Networks):
        return _read_networks(name, text)
    kind = type(default) if not isinstance(default, Path) else Path
    try:
        return kind(text)  # type: ignore[call-arg]
    except ValueError as error:
        raise SettingsError(f"{name}={text!r} cannot be read as {kind.__name__}") from error


def _read_networks(name: str, text: str) -> Networks:
    try:
        return Networks.of(text)
    except ValueError as error:
        raise SettingsError(
            f"{name}={text!r}: {error}; give networks such as 127.0.0.1, 10.0.0.0/8, fd00::/8"
        ) from error
