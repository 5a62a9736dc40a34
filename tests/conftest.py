"""A real server process over a release of the bundled facts, started once for all tests that need one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings
from live import LiveServer, free_port, run_legation, serving

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")  # what is slow on a busy machine is not wrong


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder, port = tmp_path_factory.mktemp("live"), free_port()
    built = run_legation("release", "--base", f"http://localhost:{port}/", "--releases", str(folder))
    assert built.returncode == 0, built.stderr.decode()
    with serving(folder, port, LEGATION_QUERY_TIMEOUT_S="2", LEGATION_SOCKET_TIMEOUT_S="2") as server:
        yield server
