"""A server over a small release of named graphs that the tests know to the last triple."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import rdflib
from live import LiveServer, free_port, run_legation, serving

FOAF = "http://xmlns.com/foaf/0.1/"


def quads(base: str) -> str:
    """Three documents in graphs of their own names, persons in graphs under the base, and one triple in no graph."""
    documents = [f"http://data.example/{name}" for name in ("one", "two", "three")]
    people = {
        "graph/person/1": "Jane Doe",
        "http://data.example/person/1": "John Doe",
        "http://data.example/person/%31": "Alice",
    }
    lines = [f"<{iri}> a <{FOAF}Document> <{iri}> ." for iri in documents]
    for graph, name in people.items():
        iri = graph if graph.startswith("http") else base + graph
        lines.append(f'<http://data.example/somebody> <{FOAF}name> "{name}" <{iri}> .')
    lines.append(f'<http://data.example/nobody> <{FOAF}name> "Nobody" <urn:example:nobody> .')
    lines.append(f"<http://data.example/> a <{FOAF}Project> .")
    a = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    return "\n".join(lines).replace(" a ", f" {a} ") + "\n"


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder, port = tmp_path_factory.mktemp("small"), free_port()
    base = f"http://localhost:{port}/"
    (folder / "data.nq").write_text(quads(base), "utf-8")
    built = run_legation("release", "--data", str(folder / "data.nq"), "--without-shapes", "--base", base,
                         "--releases", str(folder / "releases"))  # fmt: skip
    assert built.returncode == 0, built.stderr.decode()
    with serving(folder / "releases", port, LEGATION_WORKERS="1", LEGATION_QUERY_QUEUE_MAX="12") as server:
        yield server


@pytest.fixture(scope="session")
def small_default_graph() -> rdflib.Graph:
    """What the default graph of that release holds: the union of all."""
    nquads = rdflib.Dataset(default_union=True).parse(data=quads("http://any.example/"), format="nquads")
    graph = rdflib.Graph()
    for triple in nquads.triples((None, None, None)):
        graph.add(triple)
    return graph
