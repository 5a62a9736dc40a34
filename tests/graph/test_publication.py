"""From facts to a frozen release."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib import SH, Literal, URIRef
from rdflib.compare import isomorphic

from legation.graph.assembly import Assembly, assemble_data, assemble_facts
from legation.graph.errors import LiteralRewritten, PublicationRefused, ReleaseError
from legation.graph.fact_files import bundled_facts
from legation.graph.formats import RDF_FORMATS
from legation.graph.identifiers import Base
from legation.graph.publication import check, publish
from legation.graph.release import current_release, find_release, open_release, switch
from legation.graph.reporting import findings
from legation.shapes import load_shapes

BASE = Base("http://localhost:8000/")


@pytest.fixture(scope="module")
def assembly() -> Assembly:
    return assemble_facts(bundled_facts(), BASE)


@pytest.fixture(scope="module")
def releases(assembly: Assembly, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("releases")
    published = publish(assembly, folder, check(assembly))
    switch(folder, published.release.digest)
    return folder


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """A copy of the bundled facts, to spoil."""
    return Path(shutil.copytree(bundled_facts(), tmp_path / "facts"))


def replace_in(folder: Path, old: str, new: str) -> str:
    """Replace the first `old` of the fact files and tell its `file:line`."""
    for path in sorted(folder.rglob("*.ttl")):
        text = path.read_text("utf-8")
        if old in text:
            path.write_text(text.replace(old, new, 1), "utf-8")
            return str(path.relative_to(folder))
    raise AssertionError(f"{old!r} is in no fact file")


def test_the_bundled_facts_conform(assembly: Assembly) -> None:
    """No rule of severity Violation is broken."""
    assert check(assembly).violations == ()


def test_a_rule_counts_no_node_that_has_nothing_for_it(assembly: Assembly) -> None:
    """A rule about a property that these facts never use looks at none of them, save where it forbids the property."""
    used = {quad.predicate.value for quad in assembly.quads if assembly.graph_name(quad) not in {"ontology", "shapes"}}
    shapes = load_shapes()
    for entry in check(assembly).coverage:
        path = shapes.value(URIRef(entry.shape), SH.path)
        forbids = (URIRef(entry.shape), SH.maxCount, Literal(0)) in shapes
        assert path is None or str(path) in used or forbids or not entry.nodes, entry


def test_a_report_says_why_a_rule_looked_at_nothing(releases: Path) -> None:
    """The reason stands in the facts' own unmet.txt, rule by rule."""
    report = json.loads((find_release(releases, None).folder / "report.json").read_text("utf-8"))
    unmet = {iri.rpartition("#")[2][:3] for iri, nodes in report["coverage"].items() if not nodes and "#K" in iri}
    assert set(report["unmet"]) == unmet
    assert all(report["unmet"].values())


def test_no_entity_of_a_release_is_a_blank_node(assembly: Assembly) -> None:
    """Published facts have no blank node; only the shapes, whose syntax needs them, do."""
    blank = {
        assembly.graph_name(quad) for quad in assembly.quads if "_:" in (str(quad.subject)[:2], str(quad.object)[:2])
    }
    assert blank <= {"shapes"}


def test_a_digest_is_the_sha256_of_the_n_quads_dump(releases: Path) -> None:
    """Anybody can check a release with one command: sha256sum."""
    release = find_release(releases, None)
    assert hashlib.sha256(release.dump("nq").read_bytes()).hexdigest() == release.digest == release.folder.name


def test_the_same_facts_give_the_same_bytes(assembly: Assembly, releases: Path, tmp_path: Path) -> None:
    """Another build, elsewhere: the same digest and the same dumps."""
    first = find_release(releases, None)
    second = publish(assemble_facts(bundled_facts(), BASE), tmp_path, check(assembly)).release
    assert [(d.name, d.sha256) for d in first.manifest.dumps] == [(d.name, d.sha256) for d in second.manifest.dumps]


def test_the_turtle_and_json_ld_dumps_are_isomorphic(releases: Path) -> None:
    """Read by another library, both dumps say the same."""
    release = find_release(releases, None)
    turtle = rdflib.Graph().parse(release.dump("ttl"), format="turtle")
    json_ld = rdflib.Graph().parse(release.dump("jsonld"), format="json-ld")
    assert len(turtle) == release.manifest.triples
    assert isomorphic(turtle, json_ld)


def test_every_dump_is_there_with_its_size_and_hash(releases: Path) -> None:
    """The manifest can be held against the files."""
    release = find_release(releases, None)
    for dump in release.manifest.dumps:
        content = (release.folder / "dumps" / dump.name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (dump.bytes, dump.sha256)
    assert len(release.manifest.dumps) == len(RDF_FORMATS)


def test_publishing_again_changes_nothing(assembly: Assembly, releases: Path) -> None:
    """A release that is there is left alone."""
    published = publish(assembly, releases, check(assembly))
    assert not published.is_new
    assert published.release.digest == find_release(releases, None).digest


def test_facts_without_a_speaker_are_refused_by_name_and_place(edited: Path, tmp_path: Path) -> None:
    """Exit of the gate: the rule, the statement, the file and line, and nothing written."""
    path = edited / replace_in(edited, "dip:speaker", "rdfs:comment")
    text = path.read_text("utf-8")
    if "@prefix rdfs:" not in text:
        path.write_text("@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n" + text, "utf-8")
    spoilt = assemble_facts(edited, BASE)
    report = check(spoilt)
    found = [finding for finding in findings(report, spoilt) if finding.rule == "K01"]
    assert len(found) == 1
    assert "id/statement/" in found[0].focus
    assert found[0].place.startswith(path.name) or ":" in found[0].place
    assert set(found[0].messages) == {"en", "fr"}
    with pytest.raises(PublicationRefused, match="nothing was published"):
        publish(spoilt, tmp_path / "releases", report)
    assert not (tmp_path / "releases").exists()


def test_a_literal_the_store_would_change_is_refused_with_its_place(edited: Path) -> None:
    """Two triples that merge in the store would make answers and dumps differ."""
    replace_in(edited, "oa:start 13 ", "oa:start 013 ")
    with pytest.raises(LiteralRewritten, match="write it as"):
        assemble_facts(edited, BASE)


def test_an_interrupted_build_leaves_no_release(
    assembly: Assembly, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole or not at all: a failure half-way leaves the folder as it was."""
    monkeypatch.setattr("legation.graph.publication._index", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        publish(assembly, tmp_path, check(assembly))
    assert list(tmp_path.iterdir()) == []


def test_anybodys_data_are_published_as_they_are_and_marked(tmp_path: Path) -> None:
    """--without-shapes: named graphs, blank nodes and literals stay, and the manifest says nobody checked them."""
    data = tmp_path / "x.trig"
    data.write_text('<http://a/g> { <http://a/s> <http://a/p> "01"^^<http://www.w3.org/2001/XMLSchema#integer>, [] }')
    release = publish(assemble_data([data], BASE), tmp_path / "releases", None).release
    assert release.manifest.validated is False
    assert release.manifest.graphs == {"http://a/g": 2}
    assert '"01"^^' in release.dump("nq").read_text()
    assert json.loads((release.folder / "report.json").read_text())["validated"] is False


_GROUND = """
<urn:a> <urn:p> "é\\n"@fr .
<urn:g> { <urn:a> <urn:p> "é\\n"@fr , <urn:b> }
<urn:h> { <urn:a> <urn:p> <urn:b> }
"""


@pytest.mark.parametrize("union", [True, False], ids=["union", "own"])
@pytest.mark.parametrize("more", ["", "_:x <urn:p> _:y ."], ids=["ground", "with blank nodes"])
def test_the_store_holds_every_quad_and_the_union(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, union: bool, more: str
) -> None:
    """Data without blank nodes are loaded from the dumps, in parts; data with them quad by quad, their labels kept."""
    monkeypatch.setattr("legation.graph.publication._PART_BYTES", 1)
    data = tmp_path / "x.trig"
    data.write_text(_GROUND + more)
    assembly = assemble_data([data], BASE)
    release = publish(assembly, tmp_path / "releases", None, union_default_graph=union).release
    together = {ox.Quad(quad.subject, quad.predicate, quad.object) for quad in assembly.quads} if union else set()
    assert set(ox.Store.read_only(str(release.store_folder))) == set(assembly.quads) | together


def test_data_that_rdf_xml_cannot_carry_lack_only_that_dump(tmp_path: Path) -> None:
    """One format's limit does not stop a release."""
    data = tmp_path / "x.nt"
    data.write_text("<http://a/s> <http://a/1> <http://a/o> .")
    release = publish(assemble_data([data], BASE), tmp_path / "releases", None).release
    assert not release.dump("rdf").exists()
    assert len(release.manifest.dumps) == len(RDF_FORMATS) - 1


@pytest.mark.parametrize("damage", ["missing dump", "cut dump", "no manifest", "bad manifest", "no store"])
def test_a_damaged_release_is_never_opened(releases: Path, tmp_path: Path, damage: str) -> None:
    """A clear error in the place of half an answer."""
    folder = Path(shutil.copytree(find_release(releases, None).folder, tmp_path / "damaged"))
    spoil = {
        "missing dump": lambda: (folder / "dumps" / "legation.ttl").unlink(),
        "cut dump": lambda: (folder / "dumps" / "legation.ttl").write_bytes(b""),
        "no manifest": lambda: (folder / "manifest.json").unlink(),
        "bad manifest": lambda: (folder / "manifest.json").write_text("{}"),
        "no store": lambda: shutil.rmtree(folder / "store"),
    }
    spoil[damage]()
    with pytest.raises(ReleaseError):
        open_release(folder)


def test_the_pointer_is_switched_and_read(releases: Path, tmp_path: Path) -> None:
    """A folder without a release has no current one; a name must fit exactly one release."""
    assert current_release(tmp_path) is None
    with pytest.raises(ReleaseError, match="run: legation release"):
        find_release(tmp_path, None)
    digest = find_release(releases, None).digest
    assert find_release(releases, digest[:8]).digest == digest
    with pytest.raises(ReleaseError, match="0 releases"):
        find_release(releases, "ffffffff" if not digest.startswith("f") else "0000000")


def test_every_file_stands_beside_itself_as_gzip(releases: Path) -> None:
    """With neither name nor time in it, so that the same facts give the same bytes; Parquet is compressed in itself."""
    release = find_release(releases, None)
    plain = {name for name in release.files if not name.endswith((".gz", ".parquet"))}
    assert {f"{name}.gz" for name in plain} == {dump.name for dump in release.manifest.compressed}
    for name in plain:
        content = release.files[f"{name}.gz"][0].read_bytes()
        assert gzip.decompress(content) == release.files[name][0].read_bytes()
        assert content[3:8] == bytes(5), "no flags and no time (RFC 1952, section 2.3)"
