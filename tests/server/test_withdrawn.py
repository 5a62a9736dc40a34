"""Rule D5 for what is gone: 410 with a tombstone for what was withdrawn, 308 for what was merged; of invented facts."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from invented_stories import BASE, PREFIXES, published
from rdflib import Graph
from rdflib.namespace import DCTERMS, FOAF, PROV, RDFS, SKOS
from rdflib.term import Literal, URIRef

from legation.graph.assembly import assemble_facts
from legation.graph.fact_files import bundled_facts
from legation.graph.formats import DOCUMENT_FORMATS, HTML, JSON_LD, RDF_XML, TURTLE, Format
from legation.graph.publication import check
from legation.graph.store import EmbeddedStore
from legation.graph.withdrawals import gone_things
from legation.ontology import context_document
from legation.server.app import create_app
from legation.server.settings import Settings
from legation.server.speech import LANGUAGES, messages

TOMBSTONES = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix sem: <http://semanticweb.cs.vu.nl/2009/11/sem/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<id/event/rumour> prov:invalidatedAtTime "2030-05-01T09:00:00Z"^^xsd:dateTime ;
  skos:changeNote "Its only source was <b>retracted</b>."@en , "Sa seule source a été rétractée."@fr .
<id/event/quarrel> prov:invalidatedAtTime "2030-05-02T09:00:00Z"^^xsd:dateTime ;
  skos:changeNote "It was two things, now apart."@en , "C’était deux choses, désormais séparées."@fr ;
  dcterms:isReplacedBy REMAINING , REMAINING2 .
<id/event/same-dispute> dcterms:isReplacedBy REMAINING .
"""
FACTS = (
    PREFIXES
    + TOMBSTONES.replace("REMAINING2", "<id/event/affair>").replace("REMAINING", "<id/event/dispute>")
    + """
<id/event/dispute> a sem:Event ; rdfs:label "The dispute"@en , "Le différend"@fr .
<id/event/affair> a sem:Event ; rdfs:label "The affair"@en , "L’affaire"@fr .
<id/event/edited> a sem:Event ; dcterms:isReplacedBy <id/event/dispute> .
<id/event/unclear> dcterms:isReplacedBy <id/event/dispute> , <id/event/affair> .
"""
)
RUMOUR, QUARREL, MERGED = "event/rumour", "event/quarrel", "event/same-dispute"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    release = published(tmp_path_factory.mktemp("facts"), FACTS)
    store = EmbeddedStore(release, Settings().limits, 0)
    store.release = release  # type: ignore[attr-defined]
    yield store
    store.close()


@pytest.fixture(scope="module")
def client(store: EmbeddedStore) -> FlaskClient:
    return create_app(Settings(), store.release, store).test_client()  # type: ignore[attr-defined]


def graph_of(content: bytes, form: Format) -> Graph:
    if form is JSON_LD:
        content = json.dumps(json.loads(content) | {"@context": context_document()["@context"]}).encode()
    return Graph().parse(data=content, format={JSON_LD: "json-ld", RDF_XML: "xml"}.get(form, form.extension))


@pytest.mark.parametrize("space", ["id", "doc"])
@pytest.mark.parametrize("form", [form for form in DOCUMENT_FORMATS if form is not HTML], ids=lambda form: form.key)
def test_a_withdrawn_thing_is_gone_with_a_tombstone_in_the_negotiated_format(
    client: FlaskClient, space: str, form: Format
) -> None:
    """When, why in both languages, replaced by what under which names; the same at the thing and at its document."""
    answer = client.get(f"/{space}/{QUARREL}", headers={"Accept": form.media_type})
    assert (answer.status_code, answer.mimetype) == (410, form.media_type)
    assert "Accept" in answer.headers["Vary"]
    found, thing = graph_of(answer.get_data(), form), URIRef(BASE.thing(QUARREL))
    assert [str(when)[:19] for when in found.objects(thing, PROV.invalidatedAtTime)] == ["2030-05-02T09:00:00"]
    assert {text.language for text in found.objects(thing, SKOS.changeNote) if isinstance(text, Literal)} == {
        "en",
        "fr",
    }
    dispute = URIRef(BASE.thing("event/dispute"))
    assert dispute in set(found.objects(thing, DCTERMS.isReplacedBy))
    assert Literal("Le différend", "fr") in set(found.objects(dispute, RDFS.label))
    assert (URIRef(BASE.document(QUARREL)), FOAF.primaryTopic, thing) in found


@pytest.mark.parametrize("suffix", [".ttl", ".jsonld", ".nt", ".rdf", ".html", ".fr.html"])
def test_every_form_of_a_withdrawn_document_is_gone(client: FlaskClient, suffix: str) -> None:
    """A suffix chooses the form of the tombstone as it chose that of the document."""
    assert client.get(f"/doc/{RUMOUR}{suffix}").status_code == 410


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reader_is_told_when_why_and_what_to_read_instead(client: FlaskClient, language: str) -> None:
    """In the page's language; a reason is text, never markup, and an engine does not list the page."""
    page, words = {"Accept": HTML.media_type}, messages(language)
    html = client.get(f"/doc/{RUMOUR}?lang={language}", headers=page).get_data(as_text=True)
    assert ("1\u00a0May 2030" if language == "en" else "1er\u00a0mai 2030") in html
    assert ("&lt;b&gt;retracted&lt;/b&gt;" if language == "en" else "rétractée") in html
    assert words["withdrawn_by_nothing"] in html
    assert 'content="noindex"' in html
    other = client.get(f"/id/{QUARREL}?lang={language}", headers=page).get_data(as_text=True)
    assert ("The affair" if language == "en" else "L’affaire") in other
    assert words["withdrawn_by_nothing"] not in other


def test_a_merged_thing_leads_to_the_thing_that_remains(client: FlaskClient) -> None:
    """308, for good, with what was asked for kept."""
    answer = client.get(f"/id/{MERGED}?lang=fr")
    assert (answer.status_code, answer.headers["Location"]) == (308, BASE.thing("event/dispute?lang=fr"))
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("suffix", ["", ".ttl", ".jsonld", ".fr.html"])
def test_a_merged_document_leads_to_the_same_form_of_the_one_that_remains(client: FlaskClient, suffix: str) -> None:
    """And that one is there."""
    answer = client.get(f"/doc/{MERGED}{suffix}")
    assert (answer.status_code, answer.headers["Location"]) == (308, BASE.document(f"event/dispute{suffix}"))
    assert client.get(answer.headers["Location"]).status_code == 200


def test_what_has_a_class_or_no_one_answer_is_not_gone(store: EmbeddedStore, client: FlaskClient) -> None:
    """Data that nobody checked may say that an edition replaces another: both are described as ever."""
    assert sorted(iri.removeprefix(BASE.thing("")) for iri in gone_things(store)) == [QUARREL, RUMOUR, MERGED]
    assert client.get("/doc/event/edited", headers={"Accept": TURTLE.media_type}).status_code == 200
    assert client.get("/doc/event/unclear", headers={"Accept": TURTLE.media_type}).status_code == 200


def test_no_list_and_no_story_shows_what_is_gone(client: FlaskClient) -> None:
    """It has no class, so nothing mistakes it for a thing."""
    html = client.get("/class/sem:Event", headers={"Accept": HTML.media_type}).get_data(as_text=True)
    assert "event/dispute" in html
    assert not re.findall(r"event/(?:rumour|quarrel|same-dispute)", html)


def test_the_gate_lets_tombstones_pass_and_stops_a_thing_that_is_both(tmp_path: Path) -> None:
    """Beside the bundled facts; there every rule about withdrawals has met a node then."""
    shutil.copytree(bundled_facts(), tmp_path, dirs_exist_ok=True)
    unmet = tmp_path / "unmet.txt"
    kept = [line for line in unmet.read_text("utf-8").splitlines() if not re.match("K(7[5-9]|80)", line)]
    unmet.write_text("\n".join(kept) + "\n", "utf-8")
    remaining = TOMBSTONES.replace("REMAINING2", "<id/organisation/russia>").replace(
        "REMAINING", "<id/organisation/nato>"
    )
    (tmp_path / "withdrawn.ttl").write_text(remaining, "utf-8")
    assert check(assemble_facts(tmp_path, BASE)).conforms
    (tmp_path / "again.ttl").write_text(
        "<id/event/rumour> a <http://semanticweb.cs.vu.nl/2009/11/sem/Event> .", "utf-8"
    )
    rules = {result.rule for result in check(assemble_facts(tmp_path, BASE)).violations}
    assert "K77" in rules
