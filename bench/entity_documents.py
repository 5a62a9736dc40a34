"""Documents of entities against Debian's nginx serving the same bytes as files, on the same machine in the same run.

Needs wrk and nginx (Debian's packages of those names). Ours is asked as clients ask it: the document's own address, the
form by Accept; nginx is asked for a file a form. Both must give the same bytes before anything is measured, both run
the same number of workers, and neither writes an access log.

    python bench/entity_documents.py [--quick] [--runs 5] [--seconds 2] [--things 20] [--folder FOLDER]

Two ratios a row: 200 with the whole body, and 304 for the tag that each side gave itself.
"""

from __future__ import annotations

import argparse
import http.client
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from servers import Server, free_port, load, machine, ours, running, settled_s

from legation.graph.formats import HTML, JSON_LD, TURTLE, Format
from legation.graph.release import current_release
from legation.graph.store import EmbeddedStore
from legation.server.settings import Settings

WORKERS = 2
FORMATS = (HTML, TURTLE, JSON_LD)
_CONNECTIONS = (1, 32)
_AIMS = {200: 0.5, 304: 0.7}
_NGINX = """\
daemon off; user root; worker_processes {workers}; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 768; }}
http {{
  sendfile on; tcp_nopush on; access_log off; keepalive_requests 100000000; types {{ {types} }}
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port} backlog=1024; root {folder}/files; charset utf-8; charset_types *; }}
}}
"""


@dataclass(frozen=True, slots=True)
class Target:
    """One document in one form: where each side has it, and under which tag."""

    form: Format
    path: str
    ours_tag: str
    nginx_tag: str

    @property
    def file(self) -> str:
        """The path of the file that holds the same bytes."""
        return f"{self.path}.{self.form.extension}"


@dataclass(slots=True)
class Row:
    """Requests a second of both sides, run by run."""

    form: Format
    status: int
    connections: int
    theirs: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    errors: int = 0

    @property
    def ratio(self) -> float:
        """The median of the runs' ratios."""
        return statistics.median(mine / other for mine, other in zip(self.ours, self.theirs, strict=True))

    def cells(self) -> list[str]:
        """The row of the table, the ratio last."""
        reached = "" if self.ratio >= _AIMS[self.status] else " ✗"
        failed = f" ({self.errors} errors)" if self.errors else ""
        figures = (f"{statistics.median(found):,.0f}" for found in (self.theirs, self.ours))
        name = f"{self.form.label}, {self.status}{failed}"
        return [name, str(self.connections), *figures, f"≥ {_AIMS[self.status]}", f"{self.ratio:.2f}{reached}"]


# The two sides --------------------------------------------------------------------------------------------------


@contextmanager
def nginx(folder: Path) -> Iterator[Server]:
    """Debian's nginx over `folder`/files."""
    port, types = free_port(), " ".join(f"{form.media_type} {form.extension};" for form in FORMATS)
    (folder / "nginx.conf").write_text(_NGINX.format(workers=WORKERS, folder=folder, port=port, types=types))
    command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with running("nginx", command, port, "/", lambda server: fetched(server, "/ready.html", HTML)) as server:
        yield server


def release(folder: Path) -> Path:
    """The folder of releases, with one of the bundled facts in it."""
    releases = folder / "releases"
    if not (releases / "current").exists():
        command = [sys.executable, "-m", "legation.server.cli", "release", "--releases", str(releases)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return releases


def paths_of_things(releases: Path, number: int) -> list[str]:
    """Paths of documents: the things of most triples, which are also those that most is asked about."""
    found = current_release(releases)
    assert found is not None
    store = EmbeddedStore(found, Settings().limits, 0)
    base = found.base.iri
    rows = store.select(
        f'SELECT ?s (COUNT(*) AS ?n) WHERE {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{base}id/")) }} '
        f"GROUP BY ?s ORDER BY DESC(?n) ?s LIMIT {number}"
    )
    store.close()
    return [urlsplit(row[0].value).path.replace("/id/", "/doc/", 1) for row in rows if row[0] is not None]


def fetched(server: Server, path: str, form: Format) -> tuple[bytes, str]:
    """The bytes and the tag of one answer. Ends the run where it is not 200 or of another type."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", path, headers={"Accept": form.media_type})
    answer = connection.getresponse()
    body, kind = answer.read(), str(answer.headers["Content-Type"])
    connection.close()
    if answer.status != 200 or not kind.startswith(form.media_type):
        sys.exit(f"{server.name} answers {answer.status} {kind} to {path}")
    return body, str(answer.headers["ETag"])


def cold(server: Server, paths: Sequence[str]) -> dict[str, list[float]]:
    """Milliseconds of the first request for each document, by form; they are asked form by form within each thing."""
    taken: dict[str, list[float]] = {form.label: [] for form in FORMATS}
    for path in paths:
        for form in FORMATS:
            started = time.perf_counter()
            fetched(server, path, form)
            taken[form.label].append((time.perf_counter() - started) * 1e3)
    return taken


def targets(mine: Server, other: Server, folder: Path, paths: Sequence[str]) -> list[Target]:
    """Every document written as a file for nginx. Ends the run where nginx gives other bytes."""
    found = []
    for path in paths:
        for form in FORMATS:
            body, tag = fetched(mine, path, form)
            file = folder / "files" / f"{path.lstrip('/')}.{form.extension}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(body)
            same, their_tag = fetched(other, f"{path}.{form.extension}", form)
            if same != body:
                sys.exit(f"nginx gives other bytes for {path}.{form.extension}")
            found.append(Target(form, path, tag, their_tag))
    return found


# Measuring ------------------------------------------------------------------------------------------------------


def measure(
    found: Sequence[Target], sides: tuple[Server, Server], runs: int, seconds: int, folder: Path
) -> Iterator[Row]:
    """Every row of the table; both sides in turn within each run."""
    for form in FORMATS:
        those = [target for target in found if target.form is form]
        for status in (200, 304):
            tagged = status == 304
            files = (
                _requests(folder / "theirs.txt", [(t.file, t.nginx_tag if tagged else "") for t in those]),
                _requests(folder / "ours.txt", [(t.path, t.ours_tag if tagged else "") for t in those]),
            )
            for connections in _CONNECTIONS:
                row = Row(form, status, connections)
                for _ in range(runs):
                    for server, file, figures in zip(sides, files, (row.theirs, row.ours), strict=True):
                        seen = load(server, file, "", form.media_type, connections, seconds, prefix="")
                        figures.append(seen.per_second)
                        row.errors += seen.errors
                yield row


def _requests(file: Path, lines: Sequence[tuple[str, str]]) -> Path:
    file.write_text("".join(f"{path} {tag}".rstrip() + "\n" for path, tag in lines))
    return file


def table(rows: Sequence[Row]) -> str:
    head = ["answer", "connections", "nginx, files", "legation", "to reach", "ratio"]
    cells = [head, ["---"] * len(head), *(row.cells() for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in cells)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description="Documents of entities against nginx serving them as files.")
    parser.add_argument("--quick", action="store_true", help="two short runs: half a minute")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="length of each load")
    parser.add_argument("--things", type=int, default=20, help="how many things are asked about")
    parser.add_argument("--folder", type=Path, help="where to keep the release for the next run")
    asked = parser.parse_args(arguments)
    runs, seconds = (2, 1) if asked.quick else (asked.runs, asked.seconds)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        releases = release(asked.folder or folder)
        paths = paths_of_things(releases, asked.things)
        (folder / "files").mkdir()
        (folder / "files" / "ready.html").touch()
        with ours(releases, workers=1) as first:
            fetched(first, paths[-1], HTML)  # what is made once for all pages is not a page's own time
            taken = cold(first, paths[:-1])
        with nginx(folder) as other, ours(releases, workers=WORKERS) as mine:
            settled_s(mine)
            found = targets(mine, other, folder, paths)
            sizes = {form.label: statistics.median(len(fetched(mine, p, form)[0]) for p in paths) for form in FORMATS}
            print(f"{machine()}; {len(paths)} things, {WORKERS} workers each; medians of {runs} interleaved runs.\n")
            for form in FORMATS:
                first_ms = statistics.median(taken[form.label]), max(taken[form.label])
                print(
                    f"- {form.label}: {sizes[form.label]:,.0f} bytes in the median; the first request takes "
                    f"{first_ms[0]:.0f} ms in the median, {first_ms[1]:.0f} ms at most"
                )
            rows = []
            for row in measure(found, (other, mine), runs, seconds, folder):
                rows.append(row)
                print(" ".join(row.cells()), file=sys.stderr, flush=True)
            print("\n" + table(rows), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
