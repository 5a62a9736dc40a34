"""The lists of things by class: complete, in order, part by part, with what one asks of each thing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from invented_stories import BASE, FACTS, published
from rdflib import RDF, Graph
from rdflib.namespace import VOID
from rdflib.term import Literal, URIRef

from legation.graph.classes import COLUMNS
from legation.graph.formats import HTML, TURTLE
from legation.graph.store import EmbeddedStore
from legation.ontology import load_ontology
from legation.ontology.terms import DIP
from legation.server.app import create_app
from legation.server.classes import THINGS_MAX
from legation.server.settings import Settings
from legation.server.speech import LANGUAGES, messages, plural_names
from legation.server.view_models import class_named, class_path, compact

FOREIGN = "https://elsewhere.example/words/Gadget"
MANY = "\n".join(
    f'<id/group/g{n:04}> a foaf:Group ; rdfs:label "Group {n}"@en , "Groupe {n}"@fr .'
    for n in range(2 * THINGS_MAX + 7)
)
MORE = f"""{FACTS}
{MANY}
<id/gadget/g> a <{FOREIGN}> ; rdfs:label "<script>alert(1)</script>"@en , "Un gadget"@fr .
<id/ceiling/c> a dip:StaffCeiling ; rdfs:label "A ceiling"@en , "Un plafond"@fr .
<id/mission/m> a dip:DiplomaticMission ; rdfs:label "A mission"@en , "Une mission"@fr .
<id/organisation/o> a dip:Organisation ; rdfs:label "An organisation"@en , "Une organisation"@fr .
<id/statement/speech> dip:speaker <id/organisation/o> .
<https://elsewhere.example/thing> a foaf:Group .
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    release = published(tmp_path_factory.mktemp("facts"), MORE)
    store = EmbeddedStore(release, Settings().limits, 0)
    yield create_app(Settings(), release, store).test_client()
    store.close()


def page(client: FlaskClient, path: str, language: str = "en") -> str:
    answer = client.get(f"/{path}", query_string={"lang": language}, headers={"Accept": HTML.media_type})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def graph(client: FlaskClient, path: str) -> Graph:
    answer = client.get(path, headers={"Accept": TURTLE.media_type})
    assert answer.status_code == 200
    return Graph().parse(data=answer.get_data(), format="turtle")


def test_every_class_of_the_release_has_a_list_and_a_number(client: FlaskClient) -> None:
    """The list of classes links each; the number on it is that of the list, narrower classes included."""
    html = page(client, "class/")
    found = dict(
        re.findall(r'<a href="/(class/[^?"]+)\?lang=en"><bdi>[^<]*</bdi></a> <span class="count">([\d,]+)<', html)
    )
    assert found["class/DiplomaticMeasure"] == "6"
    assert found["class/StaffLevel"] == found["class/StaffCeiling"] == "1"
    assert found["class/Expulsion"] == "1"
    assert found["class/Organisation"] == "2"
    assert found[class_path(FOREIGN)] == "1"
    for path, number in found.items():
        assert f"{number} thing" in page(client, path), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_tells_what_one_asks_of_each_thing(client: FlaskClient, language: str) -> None:
    """Statements with their speaker and date; what is not stated is left empty, and said so to screen readers."""
    html = page(client, "class/Statement", language)
    row = next(row for row in re.findall("<tr>.*?</tr>", html, re.DOTALL) if "statement/speech" in row)
    assert ("An organisation" if language == "en" else "Une organisation") in row
    assert messages(language)["class_none"] in row
    assert plural_names(language)["dip:Statement"] in html


def test_narrower_classes_are_listed_with_their_kind(client: FlaskClient) -> None:
    """An expulsion is among the measures, a mission among the organisations."""
    html = page(client, "class/DiplomaticMeasure")
    assert "measure/expulsion" in html
    assert re.search(r'data-label="Kind"><div><bdi>Expulsion</bdi>', html)
    assert "mission/m" in page(client, "class/Organisation")


def test_kinds_that_another_vocabulary_adds_are_not(client: FlaskClient) -> None:
    """Measures are events to a machine; nobody looks for them in the list of events."""
    assert "measure/expulsion" not in page(client, "class/sem:Event")


def test_parts_hold_everything_once_in_order(client: FlaskClient) -> None:
    """Following the links from the first part meets every thing, and only things of this base."""
    met: list[str] = []
    address: str | None = "/class/foaf:Group"
    while address:
        answer = client.get(address, headers={"Accept": TURTLE.media_type})
        found = Graph().parse(data=answer.get_data(), format="turtle")
        things = [str(thing) for thing in found.subjects(RDF.type, URIRef("http://xmlns.com/foaf/0.1/Group"))]
        assert len(things) <= THINGS_MAX
        met += sorted(things)
        following = re.search(r'<([^>]*)>; rel="next"', answer.headers["Link"])
        address = following and following[1]
    assert met == sorted(met)
    assert len(met) == len(set(met)) == 2 * THINGS_MAX + 7


def test_the_page_of_a_part_links_the_next_and_the_first(client: FlaskClient) -> None:
    """As the header does; the forms are those of the same part."""
    html = page(client, "class/foaf:Group")
    following = re.search(r'<a rel="next" href="([^"]*)"', html)
    assert following
    assert 'rel="first"' not in html
    second = client.get(following[1].replace("&amp;", "&"), headers={"Accept": HTML.media_type}).get_data(as_text=True)
    assert 'rel="first"' in second
    assert "Group 0<" not in second
    assert re.search(r'href="[^"]*class/foaf:Group.ttl\?after=group', second)


def test_the_number_is_told_as_data(client: FlaskClient) -> None:
    """As the entities of the class partition (VoID, section 4.4), on the list and in the list of lists."""
    part = URIRef(BASE.resolve("class/Expulsion"))
    for found in (graph(client, "/class/Expulsion"), graph(client, "/class/")):
        assert (part, VOID.entities, Literal(1)) in found
        assert (part, VOID["class"], DIP.Expulsion) in found


@pytest.mark.parametrize("name", ["Nope", "foaf:Nope", "nope:Person", "Claim/x", quote("https://x.example/y", safe="")])
def test_a_class_that_nothing_is_of_is_not_found(client: FlaskClient, name: str) -> None:
    """Whatever its name looks like."""
    assert client.get(f"/class/{name}").status_code == 404


@pytest.mark.parametrize("key", ['x"y', "a b", "<", "\\"])
def test_a_key_that_can_be_no_path_is_refused(client: FlaskClient, key: str) -> None:
    """Nothing of an address reaches a query."""
    assert client.get("/class/Claim", query_string={"after": key}).status_code == 400


def test_names_are_shown_and_not_run(client: FlaskClient) -> None:
    """A hostile name in a list is text."""
    html = page(client, class_path(FOREIGN))
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


@pytest.mark.parametrize("iri", [str(DIP.Claim), "http://xmlns.com/foaf/0.1/Person", FOREIGN, "urn:x:y"])
def test_the_path_of_a_class_names_it_again(iri: str) -> None:
    """Own classes by name, known ones by prefix, all others by IRI."""
    decoded = {compact(iri), compact(iri).removeprefix("dip:"), iri}
    assert iri in {class_named(name) for name in decoded}


def test_columns_are_properties_of_the_ontology_or_reused_ones() -> None:
    """A list asks nothing that no vocabulary says; every class of ours that has columns is one."""
    ours = set(load_ontology().subjects())
    for class_, columns in COLUMNS.items():
        assert not class_.startswith(str(DIP._NS)) or URIRef(class_) in ours
        for column in columns:
            assert not str(column.link).startswith(str(DIP._NS)) or column.link in ours
