"""Runs the front under granian: worker processes with an event loop each, a graceful stop."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from legation.graph.errors import SettingsError
from legation.graph.release import open_release

from .front import Front
from .ledger import Ledger
from .settings import Settings
from .stores import refuse_other_engine

_BACKLOG = 1024
_BUFFER_BYTES = 1 << 17
"""Bytes of a request's head that the HTTP parser holds; more is answered 431 by it, without a problem document."""
_KILL_S = 15
"""Seconds that a worker may take to answer what it has begun, once it is told to stop."""


def serve(settings: Settings, release_folder: Path, on_ready: Callable[[], None]) -> None:
    """Serve a release until interrupted; `on_ready` is called once when connections are accepted.

    Raises SettingsError where the address cannot be listened on, and what `refuse_other_engine` raises.
    """
    _refuse_address_in_use(settings.host, settings.port)
    refuse_other_engine(open_release(release_folder), settings)
    logging.getLogger("_granian").setLevel(logging.WARNING)
    server = Server(
        "legation",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        websockets=False,
        backlog=_BACKLOG,
        backpressure=_BACKLOG,
        http1_settings=HTTP1Settings(
            header_read_timeout=settings.socket_timeout_s * 1000, max_buffer_size=_BUFFER_BYTES
        ),
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=_KILL_S,
    )
    server.on_startup(on_ready)
    server.serve(target_loader=partial(_front, settings, release_folder, Ledger()), wrap_loader=False)


def _front(settings: Settings, release_folder: Path, ledger: Ledger) -> Front:
    """The application of one worker, made in its own process; the ledger is the same for all."""
    return Front(settings, release_folder, ledger)


def _refuse_address_in_use(host: str, port: int) -> None:
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise SettingsError(
            f"cannot listen on {host}:{port}: {(error.strerror or str(error)).lower()}; choose another with --port"
        ) from error
