"""The page of a story and the list of stories, over invented facts: what is told, in what order, on whose word."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient
from invented_stories import BASE, FACTS, PREFIXES, claim, published
from rdflib import Graph
from rdflib.namespace import DCTERMS, FOAF
from rdflib.term import URIRef

from legation.graph.formats import DOCUMENT_FORMATS, HTML, JSON_LD, TURTLE, Format
from legation.graph.release import Release
from legation.graph.store import EmbeddedStore
from legation.ontology import context_document
from legation.server.app import create_app
from legation.server.settings import Settings
from legation.server.speech import LANGUAGES, messages
from legation.server.story import STORIES_MAX

NAMES = "\n".join(
    f'<id/{path}> rdfs:label "{english}"@en , "{french}"@fr .'
    for path, english, french in (
        ("event/incident", "The incident", "L’incident"),
        ("event/earlier-quarrel", "An earlier quarrel", "Une querelle antérieure"),
        ("event/occasion", "A day of speeches", "Une journée de discours"),
        ("measure/expulsion", "Northland expels three", "La Norlande expulse trois personnes"),
        ("measure/halt", "Southmark halts its mission", "La Sudmarche arrête sa mission"),
        ("measure/half-of-the-halt", "Half of it", "Sa moitié"),
        ("measure/later", "A later measure", "Une mesure ultérieure"),
        ("statement/speech", "The speech", "Le discours"),
        ("statement/reply", "The reply", "La réponse"),
        ("statement/remark", "The remark", "La remarque"),
        ("statement/hearsay", "The hearsay", "Le ouï-dire"),
        ("statement/narration", "The article’s own account", "Le récit de l’article"),
        ("organisation/southmark", "Southmark", "Sudmarche"),
        ("person/minister", "The minister", "La ministre"),
    )
)
GISTS = "\n".join(
    f'<id/claim/c{n}> schema:text "Gist {n}"@en , "Résumé {n}"@fr .' for n in range(1, 10)
)  # fmt: skip
MORE = f"{FACTS}\n{NAMES}\n{GISTS}\n<id/statement/speech> dip:speaker <id/person/minister> ." + (
    "<id/measure/expulsion> dip:directedAt <id/organisation/southmark> ."
)
EXPULSION = "story/measure/expulsion"
OUTRIGHT = "\n".join((
    MORE,
    "<id/statement/narration> dip:reportingStance stance:neutral .",
    "<id/statement/curation> dip:reportingStance stance:endorsed .",
    claim("e1", "narration", "measure/expulsion", "dip:deadline", "time/april-1").replace("asserted ;", "expected ;"),
    claim("e2", "curation", "measure/expulsion", "dip:directedAt", "organisation/nato")
    .replace("asserted ;", "inferred ;"),
    claim("e3", "narration", "measure/expulsion", "dip:takenBy", "organisation/northland"),
    "<id/measure/expulsion> dip:directedAt <id/organisation/nato> ; dip:takenBy <id/organisation/northland> .",
))  # fmt: skip
"""The same, and values that a vouched statement gives: one as expected, one as inferred, one as asserted."""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return published(tmp_path_factory.mktemp("facts"), MORE)


@pytest.fixture(scope="module")
def client(release: Release) -> Iterator[FlaskClient]:
    store = EmbeddedStore(release, Settings().limits, 0)
    yield create_app(Settings(), release, store).test_client()
    store.close()


def page(client: FlaskClient, path: str, language: str = "en") -> str:
    answer = client.get(f"/{path}", query_string={"lang": language}, headers={"Accept": HTML.media_type})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def steps_of(html: str) -> list[str]:
    """The steps as HTML, at their numbers."""
    return re.split(r'<li class="step" id="step-\d+">', html.split('id="background"')[0])


def step(html: str, number: int) -> str:
    """The text of one step."""
    return text_of(steps_of(html)[number])


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_step_says_when_and_why_it_stands_there(client: FlaskClient, language: str) -> None:
    """A dated one with its date, an undated one with what places it, in the page's language."""
    html, words = page(client, EXPULSION, language), messages(language)
    assert words["when_unknown"] in step(html, 1)
    assert words["story_before_answer"] in step(html, 1)
    assert ("5 March 2030" if language == "en" else "5 mars 2030") in step(html, 2).replace("\xa0", " ")
    assert words["story_after_announcement"] in step(html, 4)
    assert words["story_kind"] in html


def test_what_is_only_said_is_marked_and_what_is_established_is_not(client: FlaskClient) -> None:
    """The direct layer decides; here nothing vouches for the narration, so its ground is only said."""
    html = page(client, EXPULSION)
    rows = dict(re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", steps_of(html)[2], re.DOTALL))
    told = {text_of(name).strip().lower(): messages("en")["story_only_said"] in value for name, value in rows.items()}
    assert told == {"directed at": False, "ground": True, "time": False, "deadline": False}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_expected_or_inferred_is_marked(tmp_path_factory: pytest.TempPathFactory, language: str) -> None:
    """Although the direct layer holds it, beside a value that is stated; the legend says what the marks mean."""
    words = messages(language)
    with told(tmp_path_factory, OUTRIGHT) as client:
        html = page(client, EXPULSION, language)
    marks = {word: f'">{words[f"standing_{word}"]}</span>' for word in ("expected", "inferred")}
    found = {
        path: [word for word, mark in marks.items() if mark in value]
        for path, value in re.findall(r'<p>\s*<a href="/doc/([^"?]+)(.*?)</p>', steps_of(html)[2], re.DOTALL)
    }
    assert found["time/april-1"] == ["expected"]
    assert found["organisation/nato"] == ["inferred"]
    assert found["organisation/northland"] == []
    assert all(text_of(words[f"standing_{word}_how"]) in text_of(html) for word in marks)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_heading_of_a_deadline_says_so(client: FlaskClient, language: str) -> None:
    """In the words of the time line, behind the title of the measure; the measure itself has its bare title."""
    steps, due = steps_of(page(client, EXPULSION, language)), f"({messages(language)['story_deadline']})"
    headings = [text_of(re.findall("<h3>.*?</h3>", one, re.DOTALL)[0]).strip() for one in steps[1:]]
    measure = "Northland expels three" if language == "en" else "La Norlande expulse trois personnes"
    assert [one.removeprefix(measure).strip() for one in headings if one.startswith(measure)] == ["", due]


def test_what_is_denied_is_said_to_be_denied(client: FlaskClient) -> None:
    """A value that only a denial has stands under the mark of a denial."""
    assert re.search(r"affects mission/southmark denied", step(page(client, EXPULSION), 4), re.IGNORECASE)


def test_contradictions_stand_side_by_side(client: FlaskClient) -> None:
    """Both gists are beside the step, with the sentence that nobody decides."""
    opposed = re.findall(r'<div class="opposed".*?</div>\s*</div>\s*</div>', page(client, EXPULSION), re.DOTALL)
    assert [re.findall(r"Gist \d", text_of(group)) for group in opposed] == [["Gist 8", "Gist 9"]]


def test_every_value_leads_to_the_claims_it_rests_on(client: FlaskClient) -> None:
    """The small numbers are anchors that exist."""
    html = page(client, EXPULSION)
    assert set(re.findall(r'href="#(step-[\d-]+)"', html)) <= set(re.findall(r'id="(step-[\d-]+)"', html))
    assert re.search(r'href="#step-4-1"', html)


def test_answers_are_linked_both_ways(client: FlaskClient) -> None:
    """The halt leads to the expulsion that it answers, and the expulsion to what followed."""
    html = page(client, EXPULSION)
    assert "Southmark halts its mission" in step(html, 2).split(messages("en")["story_followed"])[1]
    assert messages("en")["story_see_step"].format(n=2) in step(html, 4)


def test_the_picture_has_words_beside_it(client: FlaskClient) -> None:
    """Each line of the time line names its step and says when; the drawing itself is hidden from screen readers."""
    figure = re.search(r'<figure class="chronicle">.*?</figure>', page(client, EXPULSION), re.DOTALL)
    assert figure
    assert len(re.findall(r'<span class="when">', figure[0])) == len(re.findall("<li>", figure[0])) == 9
    assert not re.findall(r"<svg(?![^>]*aria-hidden)", figure[0].replace('<svg class="point"', "<g"))


def test_the_background_is_told_apart(client: FlaskClient) -> None:
    """Without a number, with its date and who speaks of it."""
    background = page(client, EXPULSION).split('id="background"')[1]
    assert "An earlier quarrel" in background
    assert "Gist 6" in background
    assert "A later measure" in background


def test_a_page_is_the_same_bytes_however_its_language_was_chosen(client: FlaskClient) -> None:
    """By the address or by Accept-Language."""
    chosen = client.get(f"/{EXPULSION}", headers={"Accept": HTML.media_type, "Accept-Language": "fr"}).get_data()
    assert chosen.decode() == page(client, EXPULSION, "fr")


@pytest.mark.parametrize("form", [form for form in DOCUMENT_FORMATS if form is not HTML], ids=lambda form: form.key)
def test_the_data_say_what_the_page_tells(client: FlaskClient, form: Format) -> None:
    """In every format: the things of the story as topics of the document, and where it is told."""
    extension = form.extension
    answer = client.get(f"/{EXPULSION}.{extension}")
    assert answer.status_code == 200
    if form is JSON_LD:
        content = json.loads(answer.get_data()) | {"@context": context_document()["@context"]}
        graph = Graph().parse(data=json.dumps(content), format="json-ld")
    else:
        graph = Graph().parse(data=answer.get_data(), format={"rdf": "xml"}.get(extension, extension))
    document = URIRef(BASE.resolve(EXPULSION))
    assert URIRef(BASE.thing("measure/halt")) in set(graph.objects(document, FOAF.topic))
    assert URIRef(BASE.thing("statement/narration")) in set(graph.objects(document, DCTERMS.source))
    assert (URIRef(BASE.thing("claim/c8")), None, None) in graph


def test_any_thing_of_a_story_leads_to_it(client: FlaskClient) -> None:
    """303 to the address of its first measure, form and language kept."""
    answer = client.get("/story/statement/speech.ttl?lang=fr")
    assert (answer.status_code, answer.headers["Location"]) == (303, BASE.resolve(f"{EXPULSION}.ttl?lang=fr"))


@pytest.mark.parametrize("path", ["story/measure/alone", "story/nothing", "story/event/part"])
def test_what_is_in_no_story_is_not_found(client: FlaskClient, path: str) -> None:
    """With the problem in the negotiated type."""
    answer = client.get(f"/{path}", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert json.loads(answer.get_data())["status"] == 404


def test_several_stories_are_listed_the_latest_first(client: FlaskClient) -> None:
    """Each with its date and a link."""
    html = page(client, "story")
    assert re.findall(r'href="/(story/measure/[^?"]+)\?', html) == ["story/measure/later", EXPULSION]
    assert "1 May 2031" in text_of(html).replace("\xa0", " ")


def test_one_story_is_told_at_once_and_none_is_said_to_be_none(tmp_path_factory: pytest.TempPathFactory) -> None:
    """`/story` needs no list of one."""
    one = f"{PREFIXES}<id/measure/a> a dip:DiplomaticMeasure . <id/measure/b> a dip:DiplomaticMeasure ; " + (
        'dip:inResponseTo <id/measure/a> ; rdfs:label "B"@en , "B"@fr .'
    )
    with told(tmp_path_factory, one) as client:
        html = page(client, "story")
        assert 'rel="canonical" href="https://archive.example/story/measure/a"' in html
        fields = client.get("/story", headers={"Accept": "text/html"}).headers
        assert '<https://archive.example/story/measure/a>; rel="canonical"' in fields["Link"]
        assert "step-2" in html
    with told(tmp_path_factory, f"{PREFIXES}<id/measure/a> a dip:DiplomaticMeasure .") as client:
        assert messages("en")["stories_none"] in page(client, "story")


def test_many_stories_come_part_by_part(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every story is on one part, the parts are linked, and a key of no story begins nowhere."""
    pairs = "\n".join(
        f"<id/measure/a{n:03}> a dip:DiplomaticMeasure . "
        f"<id/measure/b{n:03}> a dip:DiplomaticMeasure ; dip:inResponseTo <id/measure/a{n:03}> ."
        for n in range(STORIES_MAX + 3)
    )
    with told(tmp_path_factory, PREFIXES + pairs) as client:
        first = client.get("/story", headers={"Accept": TURTLE.media_type})
        following = re.search(r'<([^>]*)>; rel="next"', first.headers["Link"])
        assert following
        second = client.get(following[1], headers={"Accept": TURTLE.media_type})
        heads = [set(re.findall(r"id/measure/a\d+", part.get_data(as_text=True))) for part in (first, second)]
        assert [len(found) for found in heads] == [STORIES_MAX, 3]
        assert heads[0].isdisjoint(heads[1])
        assert 'rel="first"' in second.headers["Link"]
        assert first.get_etag() != second.get_etag() or first.get_data() != second.get_data()
        assert not re.findall("id/measure/a", client.get("/story.nt?after=nowhere").get_data(as_text=True))


@contextmanager
def told(factory: pytest.TempPathFactory, facts: str) -> Iterator[FlaskClient]:
    folder = factory.mktemp("told")
    release = published(folder, facts)
    store = EmbeddedStore(release, Settings().limits, 0)
    try:
        yield create_app(Settings(), release, store).test_client()
    finally:
        store.close()
