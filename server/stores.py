"""Which store a release is read from, by the settings: its own folder, or a foreign engine."""

from __future__ import annotations

import asyncio

from legation.graph.release import Release
from legation.graph.remote_engine import Endpoint
from legation.graph.remote_store import RemoteStore, verified
from legation.graph.store import EmbeddedStore, Store

from .settings import EMBEDDED, Settings


def open_store(release: Release, settings: Settings, loop: asyncio.AbstractEventLoop | None = None) -> Store:
    """The store of a release, for callers on `loop`. Raises ReleaseError, or what `refuse_other_engine` raises."""
    if settings.store == EMBEDDED:
        return EmbeddedStore(
            release, settings.limits, settings.memory_quads_max, loop, own_quads_max=settings.worker_quads_max
        )
    return RemoteStore(release, verified(Endpoint.parse(settings.store), release), settings.limits, loop)


def refuse_other_engine(release: Release, settings: Settings) -> None:
    """Ask a foreign engine once whether it holds the release, before any worker does.

    Raises ReleaseError with what to do where it does not, EngineUnavailable where it does not answer.
    """
    if settings.store != EMBEDDED:
        verified(Endpoint.parse(settings.store), release)
