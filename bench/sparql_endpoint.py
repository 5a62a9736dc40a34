"""The SPARQL endpoint against `oxigraph serve-read-only`: same engine, same store on disk, same machine, same run.

Needs wrk (Debian's package of that name) and oxigraph (`pip install oxigraph`). Both sides must give equal answers
before anything is measured; then each query kind is asked of both in turn, several times over.

    python bench/sparql_endpoint.py [--quick] [--sizes 100000,1000000] [--runs 3] [--seconds 2] [--folder FOLDER]

`--folder` keeps the generated data and their releases for the next run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from queries import JSON, KINDS, LOOK_UP, REPEATED, RUN, Entities, Kind, entities, first
from servers import Client, Server, Watch, load, machine, ours, peer, processor_s, settled_s

_HERE = Path(__file__).parent
_SEED = 1
_CHECKED = 20
_REPEATED = 10
_HEAVY_REQUESTS = 2
_CONNECTIONS = (1, 32)
_WATCHED_ROWS = (1_000, 10_000, 100_000, 1_000_000)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure."""

    runs: int
    seconds: int


@dataclass(slots=True)
class Row:
    """Requests a second of both sides, run by run, and the microseconds of processor time that each request took."""

    name: str
    connections: int
    targets: tuple[float, ...]
    theirs: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    work: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    errors: int = 0

    @property
    def ratio(self) -> float:
        """The median of the runs' ratios."""
        return statistics.median(mine / other for mine, other in zip(self.ours, self.theirs, strict=True))

    def cells(self) -> list[str]:
        """The row of the table, the ratio last."""
        wanted = ", then ".join(f"≥ {target}" for target in self.targets)
        reached = "" if self.ratio >= self.targets[0] else " **short**"
        failed = f" ({self.errors} errors)" if self.errors else ""
        figures = (f"{statistics.median(found):,.1f}" for found in (self.theirs, self.ours))
        work = " : ".join(f"{statistics.median(found):,.0f}" if found else "–" for found in self.work)
        return [self.name + failed, str(self.connections), *figures, work, wanted, f"{self.ratio:.2f}{reached}"]


# The data -------------------------------------------------------------------------------------------------------


def prepared(folder: Path, triples: int) -> tuple[Path, Path]:
    """The data file and the folder with its release, made where they are not there yet."""
    data, releases = folder / f"{triples}.nq", folder / f"releases-{triples}"
    if not data.exists():
        _run([sys.executable, str(_HERE / "generate.py"), str(triples), "--seed", str(_SEED), "-o", str(data)])
    if not (releases / "current").exists():
        started = time.perf_counter()
        command = [sys.executable, "-m", "legation.server.cli", "release", "--data", str(data), "--without-shapes"]
        _run([*command, "--releases", str(releases)])
        print(f"release of {triples} triples built in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return data, releases


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


# Equal answers --------------------------------------------------------------------------------------------------


def check(kind: Kind, found: Entities, servers: tuple[Server, Server]) -> None:
    """End the run where the two sides answer a query differently, or where nearly all the answers are empty."""
    number = 3 if kind.heavy else _CHECKED
    filled = 0
    for query in first(kind, found, number, "check"):
        theirs, mine = (comparable(Client(server).get(query, kind.accept), kind) for server in servers)
        if theirs != mine:
            sys.exit(f"the answers to {query} differ:\n{str(theirs)[:500]}\n{str(mine)[:500]}")
        filled += bool(theirs)
    if filled < number / 4 and kind.name != "ASK":
        sys.exit(f"{kind.name}: only {filled} of {number} answers have a row")


def comparable(answer: bytes, kind: Kind) -> object:
    """What two equal answers have in common: rows in order only where the query orders them."""
    if kind.accept != JSON:
        return sorted(set(answer.splitlines()))
    content = json.loads(answer)
    if "boolean" in content:
        return content["boolean"]
    rows = content["results"]["bindings"]
    if kind.counted_only:
        return len(rows)
    written = [json.dumps(row, sort_keys=True) for row in rows]
    return written if kind.name == "filter + order" else sorted(written)


# Measuring ------------------------------------------------------------------------------------------------------


def measure(found: Entities, servers: tuple[Server, Server], plan: Plan, folder: Path) -> Iterator[Row]:
    """Every row of the table for one size."""
    light = [kind for kind in KINDS if not kind.heavy]
    look_ups = {}
    for kind in light:
        file = _requests(folder, kind, found)
        for connections in _CONNECTIONS:
            row = _measure_light(kind, file, servers, plan, connections)
            if kind is LOOK_UP:
                look_ups[connections] = row
            yield row
    for kind in KINDS:
        if kind.heavy:
            yield _measure_heavy(kind, found, servers, plan)
    for connections, look_up in look_ups.items():
        for name, tagged in (("any query asked again", False), ("any query with If-None-Match", True)):
            file = _repeated(folder, found, servers[1], tagged=tagged)
            yield _measure_again(name, file, servers[1], plan, connections, look_up)


def _requests(folder: Path, kind: Kind, found: Entities) -> Path:
    file = folder / "requests.txt"
    texts = first(kind, found, kind.texts, RUN)
    file.write_text("".join(quote(text, safe="") + "\n" for text in texts))
    return file


def _measure_light(kind: Kind, file: Path, servers: tuple[Server, Server], plan: Plan, connections: int) -> Row:
    row = Row(kind.name, connections, kind.targets)
    for run in range(plan.runs):
        for server, figures, work in zip(servers, (row.theirs, row.ours), row.work, strict=True):
            before = processor_s(server)
            seen = load(server, file, f"{connections}n{run}", kind.accept, connections, plan.seconds)
            figures.append(seen.per_second)
            work.append((processor_s(server) - before) * 1e6 / (seen.per_second * plan.seconds))
            row.errors += seen.errors
    return row


def _measure_heavy(kind: Kind, found: Entities, servers: tuple[Server, Server], plan: Plan) -> Row:
    row = Row(kind.name, 1, kind.targets)
    clients = [Client(server) for server in servers]
    texts = iter(first(kind, found, (plan.runs + 1) * _HEAVY_REQUESTS, "heavy"))
    for run in range(plan.runs + 1):
        asked = [next(texts) for _ in range(_HEAVY_REQUESTS if run else 1)]
        for client, figures in zip(clients, (row.theirs, row.ours), strict=True):
            taken = sum(client.seconds(text, kind.accept) for text in asked)
            if run:
                figures.append(len(asked) / taken)
    return row


def _repeated(folder: Path, found: Entities, server: Server, *, tagged: bool) -> Path:
    """Requests to repeat, each asked once before, with the entity tag of its answer where that is wanted."""
    file, lines = folder / "repeated.txt", []
    for kind in REPEATED:
        for text in first(kind, found, _REPEATED, "again"):
            tag = Client(server).etag(text, kind.accept)
            lines.append(quote(text, safe="") + (f" {tag}" if tagged else "") + "\n")
    file.write_text("".join(lines))
    return file


def _measure_again(name: str, file: Path, server: Server, plan: Plan, connections: int, look_up: Row) -> Row:
    """Beside the peer's point look-up, which it answers about as fast at every asking."""
    row = Row(name, connections, (1.0,), theirs=look_up.theirs)
    for _ in range(plan.runs):
        seen = load(server, file, "again", JSON, connections, plan.seconds)
        row.ours.append(seen.per_second)
        row.errors += seen.errors
    return row


def memory(server: Server) -> Iterator[str]:
    """How much the processes of our server grow by while they send so many rows."""
    for number, rows in enumerate(_WATCHED_ROWS):
        with Watch(server) as watch:
            seconds = Client(server).seconds(f"SELECT ?s ?p ?m{number} {{ ?s ?p ?m{number} }} LIMIT {rows}", JSON)
        grown = ", ".join(f"{role} +{bytes_ / 1e6:.1f} MB" for role, bytes_ in sorted(watch.growth.items()))
        yield f"{rows:,} rows in {seconds:.2f} s: {grown}"


# The report -----------------------------------------------------------------------------------------------------


def table(rows: list[Row]) -> str:
    head = ["query", "connections", "oxigraph server", "legation", "µs of processor", "to reach", "ratio"]
    cells = [head, ["---"] * len(head), *(row.cells() for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in cells)


def bench(kept: Path, temporary: Path, triples: int, plan: Plan) -> None:
    """Measure one size and print its table; `kept` is for data and releases, `temporary` for the requests."""
    data, releases = prepared(kept, triples)
    found = entities(data, _SEED)
    with peer(releases / "current" / "store") as other, ours(releases) as mine:
        print(f"\n### {triples:,} triples\n\n{machine()}; medians of {plan.runs} interleaved runs, requests a second.")
        ready = f"oxigraph {other.ready_s:.2f} s, legation {mine.ready_s:.2f} s, at rest {settled_s(mine):.0f} s later"
        print(f"Ready after: {ready}.\n", flush=True)
        for kind in KINDS:
            check(kind, found, (other, mine))
        rows = []
        for row in measure(found, (other, mine), plan, temporary):
            rows.append(row)
            print(" ".join(row.cells()), file=sys.stderr, flush=True)
        print("Private memory while rows stream:\n" + "\n".join(f"- {line}" for line in memory(mine)) + "\n")
        print(table(rows), flush=True)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description="The SPARQL endpoint against oxigraph serve-read-only.")
    parser.add_argument("--quick", action="store_true", help="100 000 triples only, shorter runs: under two minutes")
    parser.add_argument("--sizes", default="100000,1000000")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2, help="length of each load")
    parser.add_argument("--folder", type=Path, help="where to keep data and releases for the next run")
    asked = parser.parse_args(arguments)
    plan = Plan(asked.runs, 1 if asked.quick else asked.seconds)
    sizes = [100_000] if asked.quick else [int(size) for size in asked.sizes.split(",")]
    with tempfile.TemporaryDirectory() as temporary:
        kept = asked.folder or Path(temporary)
        kept.mkdir(parents=True, exist_ok=True)
        for triples in sizes:
            bench(kept, Path(temporary), triples, plan)


if __name__ == "__main__":
    main(sys.argv[1:])
