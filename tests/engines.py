"""Real engines with a release in them, each in a folder and on ports of its own, ended by their process."""

from __future__ import annotations

import random
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from live import free_port

START_S = 60.0
ROWS_MAX = 9000
"""The bound that the Virtuoso of the tests keeps; the release of the bundled facts is smaller."""
SECRET = "http://elsewhere.example/secret"
"""A graph of somebody else's in the same engine."""
_PORTS = range(20_000, 32_000)
"""Virtuoso 7.2.5 cannot listen for HTTP above 32 767."""
_INI = """[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
CheckpointInterval = 0
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
DirsAllowed = {folder}, {dumps}
SchedulerInterval = 10
ThreadsPerQuery = 1
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 10
[SPARQL]
ResultSetMaxRows = {rows_max}
MaxQueryExecutionTime = 10
"""


def low_port() -> int:
    for port in random.sample(_PORTS, 50):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    raise AssertionError("no free port")


@contextmanager
def virtuoso(folder: Path, release: Path, base: str) -> Iterator[str]:
    """Virtuoso with the release in `release`, loaded by its own bulk loader; gives `host:port` of HTTP."""
    assert shutil.which("virtuoso-t"), "Virtuoso is missing: run make test, or apt-get install virtuoso-opensource"
    sql, http = low_port(), low_port()
    secret = folder / "secret.nq"
    secret.write_text(f"<urn:secret> <urn:secret> <urn:secret> <{SECRET}> .\n", "ascii")
    text = _INI.format(folder=folder, dumps=release / "dumps", sql=sql, http=http, rows_max=ROWS_MAX)
    (folder / "virtuoso.ini").write_text(text, "ascii")
    command = ["virtuoso-t", "+wait", "+foreground", "+configfile", str(folder / "virtuoso.ini")]
    with _running(command, folder, f"http://127.0.0.1:{http}/sparql?query=ASK%7B%7D"):
        statements = [
            f"ld_dir('{folder}', 'secret.nq', 'urn:unused');",
            f"ld_dir('{release}/dumps', 'legation.nq', 'urn:unused');",
            f"ld_dir('{release}/dumps', 'legation.nt', '{base}sparql#default-graph');",
            "rdf_loader_run();",
            "checkpoint;",
        ]
        isql(sql, *statements)
        yield f"127.0.0.1:{http}"


def isql(port: int, *statements: str) -> None:
    """Statements, a line each, as the administrator of a fresh Virtuoso."""
    done = subprocess.run(
        ["isql-vt", f"127.0.0.1:{port}", "dba", "dba"],
        input="\n".join(statements), capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert "Error" not in done.stdout + done.stderr, done.stdout + done.stderr


@contextmanager
def oxigraph(folder: Path, release: Path, base: str) -> Iterator[str]:
    """An Oxigraph server with the release in `release`, loaded by its own bulk loader; gives `host:port` of HTTP."""
    program = str(Path(sys.executable).with_name("oxigraph"))
    secret = folder / "secret.nq"
    secret.write_text(f"<urn:secret> <urn:secret> <urn:secret> <{SECRET}> .\n", "ascii")
    union = ["--graph", f"{base}sparql#default-graph"]
    for file, graph in ((release / "dumps/legation.nq", []), (release / "dumps/legation.nt", union), (secret, [])):
        load = [program, "load", "--location", str(folder / "db"), "--file", str(file), *graph]
        subprocess.run(load, check=True, capture_output=True, timeout=120)
    address = f"127.0.0.1:{free_port()}"
    command = [program, "serve-read-only", "-l", str(folder / "db"), "-b", address, "--timeout-s", "10"]
    with _running(command, folder, f"http://{address}/query?query=ASK%7B%7D"):
        yield address


@contextmanager
def _running(command: list[str], folder: Path, ready: str) -> Iterator[None]:
    log = folder / "engine.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd=folder)
    try:
        _wait(process, ready, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], ready: str, log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text("utf-8", "replace")
        try:
            urllib.request.urlopen(ready, timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{ready} did not answer within {START_S} s: {log.read_text('utf-8', 'replace')}")
