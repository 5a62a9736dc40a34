"""Debian's nginx on an export, as an unprivileged process of its own: the static twin of a live server."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from live import LiveServer

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")
JAVASCRIPT = Path("/usr/lib/nginx/modules/ngx_http_js_module.so")
IS_INSTALLED = NGINX is not None and JAVASCRIPT.exists()
UNPRIVILEGED = "www-data"
"""The account that nginx answers as where the tests run as root; it is in every Debian."""
START_S = 20.0


@contextmanager
def twin_of(folder: Path, port: int) -> Iterator[LiveServer]:
    """nginx in the foreground on an export that names this port."""
    log = folder / "run" / "error.log"
    command = [str(NGINX), "-e", "stderr", "-p", f"{folder}/", "-c", "nginx.conf", "-g", "daemon off;"]
    account = {}
    if os.geteuid() == 0:
        account = {"user": UNPRIVILEGED, "group": UNPRIVILEGED, "extra_groups": []}
        shutil.chown(folder / "run", UNPRIVILEGED, UNPRIVILEGED)
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, **account)  # type: ignore[call-overload]
    try:
        _wait(port, process, log)
        yield LiveServer(f"http://localhost:{port}/", folder, process, log)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text() or "nginx did not start")
