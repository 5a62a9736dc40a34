"""The program of the query processes: a template that forks, and the confined children that evaluate queries.

The template is started once a store (`python -m legation.graph.query_process`), opens the release, stays
single-threaded and answers two orders on its control socket: fork a child on the socket it is handed, and end a child.
Being the parent it can end and reap a child without a race. A child reads a job, writes frames, and waits for the next.

    order    S + a descriptor        reply  pid (8 bytes)
    order    K + pid (8 bytes)       reply  wait status (8 bytes)
    job      length (4 bytes) + JSON
    frame    D data | E end | X error, length (4 bytes), content

A small release is loaded into memory before forking, and the children share it (copy on write); a large one is opened
from disk by each child, read-only. Which of the two is the caller's choice (bench/README.md has the measurement).
"""

from __future__ import annotations

import gc
import json
import os
import re
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import IO, Any, ClassVar, NoReturn, cast

import pyoxigraph as ox

from .errors import NotExpressible
from .formats import RDF_FORMATS, RESULTS_FORMATS, RESULTS_XML, Format
from .sandbox import confine, die_with_parent
from .serialisation import kept_in_xml, rdf_format, serialise, with_prefixes_in_order

SPAWN, KILL = b"S", b"K"
DATA, END, ERROR = b"D", b"E", b"X"
NUMBER = struct.Struct("!q")
LENGTH = struct.Struct("!I")
HEADER = struct.Struct("!cI")
FRAME_BYTES = _RECV_BYTES = 1 << 16
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
"""What XML 1.0 excludes (section 2.2, production 2); the engine writes it raw."""
FORMATS = {form.key: form for form in (*RDF_FORMATS, *RESULTS_FORMATS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramOptions:
    """How a template is to work; one JSON object on its command line. `program` is the module to run."""

    program: ClassVar[str]
    memory_bytes: int
    prefixes: dict[str, str]

    def to_json(self) -> str:
        """The options as a command-line argument."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(ProgramOptions):
    """How a template that holds a release is to work."""

    program: ClassVar[str] = "legation.graph.query_process"
    store: str
    in_memory: bool


Child = Callable[[int], NoReturn]
"""What a forked child does with the descriptor of its socket."""


def main(arguments: list[str]) -> None:
    """Run a template over a release; `arguments[0]` has its options."""
    options = Options(**json.loads(arguments[0]))
    run_template(lambda: partial(_child, options=options, store=_load(options.store) if options.in_memory else None))


def run_template(prepare: Callable[[], Child]) -> None:
    """Serve orders on standard input until the other side hangs up. What `prepare` loads, the children share."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    control = socket.socket(fileno=os.dup(0))
    if sys.platform == "linux":
        die_with_parent()
    child = prepare()
    gc.freeze()  # shared pages stay shared: no collection touches what the template holds
    control.sendall(NUMBER.pack(os.getpid()))
    serve_orders(control, child)


def _load(path: str) -> ox.Store:
    store = ox.Store()
    store.bulk_extend(ox.Store.read_only(path))
    return store


def serve_orders(control: socket.socket, child: Child) -> None:
    """Fork and end children until the other side hangs up; `child` is given the descriptor of its socket."""
    children: set[int] = set()
    while True:
        order, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if order == SPAWN and descriptors:
            pid = os.fork()
            if pid == 0:
                control.close()
                child(descriptors[0])
            os.close(descriptors[0])
            children.add(pid)
            control.sendall(NUMBER.pack(pid))
        elif order == KILL:
            (pid,) = NUMBER.unpack(control.recv(NUMBER.size, socket.MSG_WAITALL))
            control.sendall(NUMBER.pack(_end(pid) if pid in children else 0))
            children.discard(pid)
        else:
            for pid in children:
                _end(pid)
            return


def _end(pid: int) -> int:
    os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


def _child(descriptor: int, options: Options, store: ox.Store | None) -> NoReturn:
    """Serve jobs until the other side hangs up. Never returns: a child has nothing to go back to."""
    try:
        peer = socket.socket(fileno=descriptor)
        store = store or ox.Store.read_only(options.store)
        confine(options.memory_bytes)
        for job in jobs(peer):
            _answer(peer, store, job, options)
    except OSError:
        pass  # the asker has gone away
    finally:
        os._exit(0)


def jobs(peer: socket.socket) -> Iterator[dict[str, Any]]:
    """The jobs that come, until the other side hangs up. A small one takes one system call."""
    waiting = bytearray()
    while content := peer.recv(_RECV_BYTES):
        waiting += content
        while len(waiting) >= LENGTH.size and len(waiting) >= (end := LENGTH.size + LENGTH.unpack_from(waiting)[0]):
            job: dict[str, Any] = json.loads(waiting[LENGTH.size : end])
            del waiting[:end]
            yield job


def _answer(peer: socket.socket, store: ox.Store, job: dict[str, Any], options: Options) -> None:
    started = time.perf_counter()
    out = Frames(peer, FORMATS[job["format"]])
    try:
        results = _evaluate(store, job)
        write(results, job["format"], options.prefixes, out)
        out.end({"seconds": time.perf_counter() - started - out.blocked_s})
    except (SyntaxError, ValueError) as error:
        out.fail("invalid", str(error.msg if isinstance(error, SyntaxError) else error))
    except NotExpressible as error:
        out.fail("not-expressible", str(error))
    except MemoryError:
        out.fail("memory", "")
    except BrokenPipeError:
        raise
    except (OSError, RuntimeError) as error:
        out.fail("engine", type(error).__name__)


def _evaluate(store: ox.Store, job: dict[str, Any]) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    defaults, named = job["default_graphs"], job["named_graphs"]
    explicit = bool(defaults or named)
    return store.query(
        job["query"],
        base_iri=job["base"],
        default_graph=[ox.NamedNode(iri) for iri in defaults] if explicit else None,
        named_graphs=[ox.NamedNode(iri) for iri in named] if explicit else None,
    )


def write(results: Any, key: str, prefixes: Mapping[str, str], out: Frames) -> None:
    """Write solutions, a boolean or triples in the format of this key. Raises what `results` and `out` raise."""
    form = FORMATS[key]
    if isinstance(results, ox.QuerySolutions | ox.QueryBoolean):
        results.serialize(cast("IO[bytes]", out), format=ox.QueryResultsFormat.from_media_type(form.media_type))
    elif form.key == "rdfxml":
        out.write(serialise(_distinct(results), form, prefixes))
    else:
        ox.serialize(results, cast("IO[bytes]", out), format=rdf_format(form), prefixes=dict(prefixes))


def _distinct(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    return list(dict.fromkeys(triples))


class Frames:
    """A file to write an answer to: it leaves as frames, the last of which says whether the answer is whole.

    `blocked_s` are the seconds spent in waiting for whoever reads them.
    """

    def __init__(self, peer: socket.socket, form: Format) -> None:
        self._form = form
        self._begun = False
        self._send: Callable[[bytes], None] = peer.sendall
        self._waiting = bytearray()
        self.blocked_s = 0.0

    def write(self, content: bytes) -> int:
        self._waiting += content
        while len(self._waiting) >= FRAME_BYTES:
            frame, ready = self._frame(), time.perf_counter()
            self._send(frame)
            self.blocked_s += time.perf_counter() - ready
        return len(content)

    def flush(self) -> None:
        """Nothing: frames leave when they are full, and at the end."""

    def end(self, facts: dict[str, Any]) -> None:
        last = self._frame() if self._waiting else b""
        content = json.dumps(facts).encode()
        self._send(last + HEADER.pack(END, len(content)) + content)

    def fail(self, kind: str, message: str) -> None:
        content = json.dumps({"kind": kind, "message": message}).encode()
        self._send(HEADER.pack(ERROR, len(content)) + content)

    def _frame(self) -> bytes:
        content = bytes(self._waiting[:FRAME_BYTES])
        if self._form is RESULTS_XML and _NOT_XML.search(content):
            raise NotExpressible("XML cannot carry a control character of this answer; ask for JSON")
        if self._form is RESULTS_XML:
            content = kept_in_xml(content)
        if not self._begun:
            content, self._begun = with_prefixes_in_order(content, self._form), True
        del self._waiting[:FRAME_BYTES]
        return HEADER.pack(DATA, len(content)) + content


if __name__ == "__main__":
    main(sys.argv[1:])
