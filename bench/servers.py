"""What the benchmark of the endpoint does to servers: start and end them, ask them, load them, watch their memory."""

from __future__ import annotations

import http.client
import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

_HERE = Path(__file__).parent
_START_S = 60.0
_ANSWER_S = 60.0
_SETTLE_S = 300.0
_IDLE = 0.1
"""Processor seconds in a second, below which a server is at rest."""
_QUIET_LOOKS = 3
"""Such seconds in a row: on a busy machine a server may be kept waiting for one, or start a process in it."""
OURS = {"LEGATION_THREADS": "64", "LEGATION_QUERY_QUEUE_MAX": "48", "LEGATION_BUDGET_S": "1000000"}
"""Settings that let 32 connections of one client wait at one worker, and compute without end; the environment's own
LEGATION_ variables win."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server on a loopback port, its endpoint's path and how long it took to its first answer."""

    name: str
    port: int
    path: str
    pid: int
    ready_s: float

    def target(self, query: str) -> str:
        """The request target of a query."""
        return f"{self.path}?query={quote(query, safe='')}"


def oxigraph_program() -> str:
    """The peer's program. Ends the run, telling how to get it, where it is missing."""
    beside = Path(sys.executable).with_name("oxigraph")
    found = str(beside) if beside.is_file() else shutil.which("oxigraph")
    return found or sys.exit("oxigraph is missing: pip install oxigraph")


@contextmanager
def peer(store: Path) -> Iterator[Server]:
    """`oxigraph serve-read-only` over the very store of a release."""
    port = free_port()
    command = [oxigraph_program(), "serve-read-only", "--location", str(store), "--bind", f"127.0.0.1:{port}"]
    with running("oxigraph", command, port, "/query") as server:
        yield server


@contextmanager
def ours(releases: Path, workers: int | None = None) -> Iterator[Server]:
    """`legation serve` over the current release of a folder."""
    port = free_port()
    command = [sys.executable, "-m", "legation.server.cli", "serve", "--port", str(port), "--releases", str(releases)]
    command += ["--workers", str(workers)] if workers else []
    with running("legation", command, port, "/sparql") as server:
        yield server


def free_port() -> int:
    """A port on the loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def running(
    name: str, command: list[str], port: int, path: str, probe: Callable[[Server], object] | None = None
) -> Iterator[Server]:
    """A server of any program, from its first answer, to `probe` or else to a query, to the end of the context."""
    started = time.perf_counter()
    log = tempfile.TemporaryFile()  # noqa: SIM115 it is closed when the process is done with it
    process = subprocess.Popen(command, env=OURS | os.environ, stdout=log, stderr=log)
    server = Server(name, port, path, process.pid, 0.0)
    try:
        if not _is_ready(server, process, probe or _answers_a_query):
            log.seek(0)
            sys.exit(f"{name} did not start: {log.read()[-1000:].decode()}")
        yield Server(name, port, path, process.pid, time.perf_counter() - started)
    finally:
        process.terminate()
        process.wait(timeout=30)
        log.close()


def _answers_a_query(server: Server) -> None:
    Client(server).get("ASK {}", "application/sparql-results+json")


def _is_ready(server: Server, process: subprocess.Popen[bytes], probe: Callable[[Server], object]) -> bool:
    """Whether the server answers, within its time and before it ends."""
    until = time.monotonic() + _START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            probe(server)
        except OSError:
            time.sleep(0.01)
        else:
            return True
    return False


def machine() -> str:
    """The day, the machine and the Python of a run."""
    model = next(line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    cores = Path("/proc/cpuinfo").read_text().count("processor\t")
    return (
        f"{datetime.now(UTC):%d %B %Y}, {cores} cores ({model.partition(': ')[2]}), Python {platform.python_version()}"
    )


def settled_s(server: Server) -> float:
    """Wait until a server has done what it does on its own after its start; how many seconds that was."""
    started, before, quiet = time.monotonic(), processor_s(server), 0
    while quiet < _QUIET_LOOKS and time.monotonic() - started < _SETTLE_S:
        time.sleep(1)
        now = processor_s(server)
        quiet = quiet + 1 if now - before < _IDLE else 0
        before = now
    return time.monotonic() - started


def processor_s(server: Server) -> float:
    """Processor time of all its processes so far (proc(5), utime and stime)."""
    ticks = 0
    for pid in _tree(server.pid):
        with suppress(OSError):
            ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


class Client:
    """One kept-alive connection."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=_ANSWER_S)
        self._buffer = bytearray(1 << 18)

    def get(self, query: str, accept: str) -> bytes:
        """The whole answer. Ends the run for a status that is not 200."""
        return self._asked(query, accept).read()

    def etag(self, query: str, accept: str) -> str:
        """The entity tag of an answer; empty where it has none."""
        answer = self._asked(query, accept)
        answer.read()
        return answer.headers.get("ETag") or ""

    def seconds(self, query: str, accept: str) -> float:
        """How long a whole answer takes on a connection of its own; it is read and dropped, unparsed."""
        fields = {"Host": "localhost", "Accept": accept, "Connection": "close"}
        lines = [f"GET {self._server.target(query)} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        started = time.perf_counter()
        with socket.create_connection(("127.0.0.1", self._server.port), timeout=_ANSWER_S) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode())
            begun = connection.recv(len("HTTP/1.1 200"), socket.MSG_WAITALL)
            while connection.recv_into(self._buffer):
                pass
        taken = time.perf_counter() - started
        return taken if begun.endswith(b"200") else sys.exit(f"{self._server.name} answers {begun!r} to {query}")

    def _asked(self, query: str, accept: str) -> http.client.HTTPResponse:
        self._connection.request("GET", self._server.target(query), headers={"Accept": accept})
        answer = self._connection.getresponse()
        if answer.status != 200:
            sys.exit(f"{self._server.name} answers {answer.status} to {query}: {answer.read(500)!r}")
        return answer


@dataclass(frozen=True, slots=True)
class Load:
    """What a load generator saw."""

    per_second: float
    errors: int
    p99_ms: float


def load(
    server: Server,
    requests: Path,
    run: str,
    accept: str,
    connections: int,
    seconds: int,
    *,
    prefix: str | None = None,
) -> Load:
    """Ask the requests of a file in turn over so many kept-alive connections, for so long.

    What a line holds is the query, or whatever else follows `prefix` in a target.
    """
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s",
               str(_HERE / "requests.lua"), f"http://127.0.0.1:{server.port}", "--", str(requests),
               f"{server.path}?query=" if prefix is None else prefix, run, accept]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + 60)
    if done.returncode:
        sys.exit(f"wrk failed on {server.name}: {done.stdout[-500:]}{done.stderr[-500:]}")
    seen = json.loads(done.stdout.strip().splitlines()[-1])
    return Load(seen["requests"] / seen["seconds"], seen["errors"], seen["p99_ms"])


class Watch:
    """Samples the private memory (RssAnon and RssShmem, proc(5)) of a server's processes while it is a context.

    `growth` is then the most that any process of a role has grown by, in bytes, since it was first seen: roles are
    `query process` and `server`.
    """

    def __init__(self, server: Server) -> None:
        self._root = server.pid
        self._done = threading.Event()
        self._first: dict[int, int] = {}
        self.growth = {"query process": 0, "server": 0}

    def __enter__(self) -> Watch:
        self._look()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self._look()

    def _sample(self) -> None:
        while not self._done.wait(0.01):
            self._look()

    def _look(self) -> None:
        for pid in _tree(self._root):
            with suppress(OSError):  # it has ended
                private, role = _private(pid), _role(pid)
                grown = private - self._first.setdefault(pid, private)
                self.growth[role] = max(grown, self.growth[role])


def _tree(root: int) -> list[int]:
    """A process and all below it."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _role(pid: int) -> str:
    return "query process" if b"query_process" in Path(f"/proc/{pid}/cmdline").read_bytes() else "server"


def _private(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return 1024 * sum(int(kilobytes) for kilobytes in re.findall(r"^Rss(?:Anon|Shmem):\s+(\d+)", status, re.MULTILINE))
