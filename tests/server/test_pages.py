"""Pages for people, over a release of invented facts: what they say, in which language, and what they refuse to run."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from legation.graph.assembly import assemble_facts
from legation.graph.description import INCOMING_MAX
from legation.graph.fact_files import bundled_facts
from legation.graph.formats import DOCUMENT_FORMATS, HTML, JSON_LD, RDF_FORMATS, RESULTS_FORMATS
from legation.graph.identifiers import Base
from legation.graph.publication import publish
from legation.graph.release import Release
from legation.graph.store import EmbeddedStore
from legation.ontology import scheme_names
from legation.server.app import create_app
from legation.server.example_queries import example_queries
from legation.server.pages import ROWS_MAX
from legation.server.problems import PROBLEMS
from legation.server.settings import Settings
from legation.server.speech import LANGUAGES, messages

BASE = "https://archive.example/data/"
ROOT = "/data/"
BIDI = "\u202egnp.exe"
FACTS = f"""
@prefix confidence: <https://w3id.org/legation/vocab/confidence#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix dip: <https://w3id.org/legation/ns#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix loc: <http://id.loc.gov/datatypes/edtf/> .
@prefix modality: <https://w3id.org/legation/vocab/modality#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix reporting-mode: <https://w3id.org/legation/vocab/reporting-mode#> .
@prefix reporting-stance: <https://w3id.org/legation/vocab/reporting-stance#> .
@prefix schema: <https://schema.org/> .
@prefix sem: <http://semanticweb.cs.vu.nl/2009/11/sem/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix time: <http://www.w3.org/2006/time#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<id/dataset/invented> a dcat:Dataset ;
  dcterms:title "Invented </script><script>alert(1)</script>"@en , "Données inventées"@fr ;
  dcterms:description "About two countries that are not."@en , "De deux pays qui n’existent pas."@fr .

<id/organisation/northland> a dip:Organisation ; rdfs:label "Northland"@en , "Norlande"@fr ;
  skos:altLabel "Die Nordmark"@de ;
  owl:sameAs <http://www.wikidata.org/entity/Q1> .
<id/organisation/southmark> a dip:Organisation ; rdfs:label "Southmark"@en , "Sudmarche"@fr .
<id/person/minister> a foaf:Person ; rdfs:label "The minister"@en , "La ministre"@fr .

<id/measure/expulsion> a dip:Expulsion ;
  rdfs:label "Northland expels three"@en , "La Norlande expulse trois personnes"@fr ;
  skos:note "Only English has this note."@en .

<id/time/day> a time:TemporalEntity ; rdfs:label "On 5 March 2030"@en , "Le 5 mars 2030"@fr ;
  rdf:value "2030-03-05"^^loc:EDTF ;
  sem:hasEarliestBeginTimeStamp "2030-03-05"^^xsd:date ;
  dip:wording "am fünften März"@de .

<id/statement/a/s1> a dip:Statement ; rdfs:label "The minister's remarks"@en , "Les propos de la ministre"@fr ;
  dip:speaker <id/person/minister> ; dip:onBehalfOf <id/organisation/northland> ;
  dip:reportingMode reporting-mode:indirect-speech ; dip:reportingStance reporting-stance:hedged .
<id/statement/a/s2> a dip:Statement ; rdfs:label "The communiqué"@en , "Le communiqué"@fr ;
  dip:speaker <id/organisation/southmark> ;
  dip:reportingMode reporting-mode:direct-quotation ; dip:reportingStance reporting-stance:neutral .
<id/statement/a/s3> a dip:Statement ; rdfs:label "The alleged notice"@en , "L’avis allégué"@fr ;
  dip:speaker <id/organisation/southmark> ; dip:reportedIn <id/statement/a/s1> ;
  dip:reportingMode reporting-mode:mention ; dip:reportingStance reporting-stance:alleged-to-exist .

<id/claim/a/c1> a dip:Claim ;
  schema:text "Northland expels three persons"@en , "La Norlande expulse trois personnes"@fr ;
  dip:assertedIn <id/statement/a/s1> ; dip:modality modality:announced ; dip:negated false ;
  dip:proposition [ a rdf:Statement ;
    rdf:subject <id/measure/expulsion> ; rdf:predicate dip:headcount ; rdf:object 3 ] ;
  dip:evidence [ a oa:SpecificResource ; oa:hasSource <id/text/t> ;
    oa:hasSelector [ a oa:TextPositionSelector ; oa:start 120 ; oa:end 158 ] ] ;
  dip:inTensionWith <id/claim/a/c2> .
<id/claim/a/c2> a dip:Claim ; schema:text "Nobody was expelled"@en , "Personne n’a été expulsé"@fr ;
  dip:assertedIn <id/statement/a/s2> ; dip:modality modality:asserted ; dip:negated true ;
  dip:proposition [ a rdf:Statement ;
    rdf:subject <id/measure/expulsion> ; rdf:predicate dip:headcount ; rdf:object 3 ] ;
  dip:inTensionWith <id/claim/a/c1> .
<id/claim/a/c3> a dip:Claim ; schema:text "Change is out of the question"@en , "Tout changement est exclu"@fr ;
  dip:assertedIn <id/statement/a/s3> ; dip:modality modality:asserted ; dip:negated false .
<id/text/t> a schema:MediaObject ; rdfs:label "The text"@en , "Le texte"@fr .

<id/thing/hostile> a sem:Event ;
  rdfs:label "<script>alert('x')</script>"@en , "<img src=x onerror=alert(1)>"@fr ;
  rdfs:seeAlso <javascript:alert(1)> , <data:text/html,x> , <https://elsewhere.example/?a=1&b='2'> ,
    <https://w3id.org/legation//evil.example/> , <{BASE}/evil.example/> ;
  skos:note "{BIDI}"@en , "{BIDI}"@fr ;
  dcterms:source "\\"><svg onload=alert(1)>" .
<id/thing/bidi> a sem:Event ; rdfs:label "{BIDI}"@en , "{BIDI}"@fr .
<id/thing/nameless> a sem:Event ; org:purpose "none" .
<id/thing/german> a sem:Event ; rdfs:label "Nur auf Deutsch"@de .
""" + "\n".join(
    f'<id/group/g{n:03}> a foaf:Group ; rdfs:label "Group {n}"@en , "Groupe {n}"@fr ; '
    "org:memberOf <id/organisation/northland> ."
    for n in range(INCOMING_MAX + 5)
)

PATHS = (
    "", "dumps/", "sparql", "ns", "shapes", "vocab/modality", "problems/busy", "nothing/here",
    "doc/organisation/northland", "doc/measure/expulsion", "doc/claim/a/c1", "doc/claim/a/c2",
    "doc/claim/a/c1/evidence/1", "doc/statement/a/s1", "doc/statement/a/s3", "doc/person/minister",
    "doc/time/day", "doc/thing/hostile",
    "doc/thing/bidi", "doc/thing/nameless",
    "sparql?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D%20LIMIT%203", "sparql?query=ASK%20%7B%7D",
    "sparql?query=SELECT",
)  # fmt: skip
VOID_ELEMENTS = frozenset({"meta", "link", "input", "br", "hr", "img", "col"})


@dataclass
class Page(HTMLParser):
    """A page as a browser reads it: its elements with their attributes and the text inside each."""

    status: int
    source: str
    elements: list[tuple[str, dict[str, str], list[str]]] = field(default_factory=list)
    unbalanced: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self.feed(self.source)
        self.unbalanced += [tag for tag, _, _ in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = (tag, {name: value or "" for name, value in attrs}, list[str]())
        self.elements.append(element)
        if tag not in VOID_ELEMENTS:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}, []))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            self._open.pop()
        else:
            self.unbalanced.append("/" + tag)

    def handle_data(self, data: str) -> None:
        for _, _, texts in self._open:
            texts.append(data)

    def all(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        return [found for name, found, _ in self.elements if name == tag and attributes.items() <= found.items()]

    def texts(self, tag: str, **attributes: str) -> list[str]:
        found = [texts for name, has, texts in self.elements if name == tag and attributes.items() <= has.items()]
        return [re.sub(r"[ \n]+", " ", "".join(texts)).strip() for texts in found]

    def classed(self, word: str) -> list[str]:
        found = [texts for _, has, texts in self.elements if word in has.get("class", "").split()]
        return [re.sub(r"[ \n]+", " ", "".join(texts)).strip() for texts in found]

    @property
    def main(self) -> str:
        return self.texts("main")[0]

    def section(self, label: str) -> str:
        """The text of the section that the heading with this id names; empty where there is none."""
        return "".join(self.texts("section", **{"aria-labelledby": label}))


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    folder = tmp_path_factory.mktemp("facts")
    (folder / "invented.ttl").write_text(FACTS, "utf-8")
    return publish(assemble_facts(folder, Base(BASE)), folder / "releases", None).release


@pytest.fixture(scope="module")
def store(release: Release) -> Iterator[EmbeddedStore]:
    settings = Settings()
    store = EmbeddedStore(release, settings.limits, settings.memory_quads_max)
    yield store
    store.close()


@pytest.fixture(scope="module")
def app(release: Release, store: EmbeddedStore) -> Flask:
    checked = replace(release, manifest=replace(release.manifest, validated=True))
    return create_app(Settings(), checked, store)


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def read(client: FlaskClient, path: str, accepted: str = "", **fields: str) -> Page:
    address = ROOT + path + ("&" if "?" in path else "?") + urlencode(fields)
    answer = client.get(address, headers={"Accept": HTML.media_type, "Accept-Language": accepted})
    return Page(answer.status_code, answer.get_data(as_text=True))


def fetch(client: FlaskClient, href: str) -> tuple[int, str, str]:
    """Status, content type and text of what an address of this site gives to anybody."""
    page = {"Accept": "text/html"} if "/sparql?" in href else {}  # other answers of the endpoint are not the pages'
    with client.get(href, headers=page) as answer:
        return answer.status_code, answer.content_type or "", answer.get_data(as_text=True)


def ask(client: FlaskClient, query: str, **fields: str) -> Page:
    return read(client, "sparql", query=query, **fields)


# Every page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_whole(client: FlaskClient, path: str, language: str) -> None:
    """One title, one main heading, landmarks, balanced tags, unique ids, the right language, and no empty link."""
    page = read(client, path, lang=language)
    assert page.unbalanced == []
    assert page.all("html") == [{"lang": language}]
    assert [len(page.texts(tag)) for tag in ("title", "h1", "main", "footer")] == [1, 1, 1, 1]
    assert all(page.texts("title") + page.texts("h1"))
    assert page.all("meta", name="description")[0]["content"]
    ids = Counter(attributes["id"] for _, attributes, _ in page.elements if "id" in attributes)
    assert [name for name, count in ids.items() if count > 1] == []
    assert [text for text in page.texts("a") if not text] == []


@pytest.mark.parametrize("path", PATHS)
def test_every_page_can_be_walked_without_a_mouse_or_eyes(client: FlaskClient, path: str) -> None:
    """A skip link, labels for what has none, table headers with a scope, and fields with a label."""
    page = read(client, path)
    targets = {attributes.get("id") for _, attributes, _ in page.elements}
    assert page.all("a", **{"class": "skip"})[0]["href"] == "#content"
    assert all(
        attributes["aria-labelledby"] in targets
        for _, attributes, _ in page.elements
        if "aria-labelledby" in attributes
    )
    assert all(header.get("scope") in {"col", "row"} for header in page.all("th"))
    assert {area["id"] for area in page.all("textarea")} == {label["for"] for label in page.all("label")}


@pytest.mark.parametrize("path", PATHS)
def test_no_page_needs_or_runs_a_script_or_loads_from_elsewhere(client: FlaskClient, path: str) -> None:
    """What the content security policy forbids is not in the page to begin with."""
    page = read(client, path)
    assert {script.get("type") for script in page.all("script")} <= {JSON_LD.media_type}
    names = {name for _, attributes, _ in page.elements for name in attributes}
    assert not {name for name in names if name.startswith("on") or name == "style"}
    assert page.all("style") + page.all("iframe") + page.all("object") + page.all("img") == []
    sheets = [link["href"] for link in page.all("link") if link["rel"] in {"stylesheet", "icon"}]
    assert sheets
    assert all(href.startswith(ROOT + "static/") for href in sheets)
    assert all(fetch(client, href)[0] == 200 for href in sheets)


@pytest.mark.parametrize("path", PATHS)
def test_a_link_leads_to_the_web_or_below_the_base_and_nowhere_else(client: FlaskClient, path: str) -> None:
    """No script address, no data address, and nothing outside the path of the base on this host."""
    hrefs = [a["href"] for a in read(client, path).all("a") if "href" in a]
    assert all(re.match(rf"https?://|{ROOT}|[#?]", href) for href in hrefs)


@pytest.mark.parametrize(
    "path", ["", "sparql", "vocab/modality", "doc/measure/expulsion", "doc/claim/a/c2", "doc/time/day", "ns"]
)
def test_every_link_on_this_site_leads_somewhere(client: FlaskClient, path: str) -> None:
    """No page sends its reader to a missing one, or to a missing anchor of itself."""
    page = read(client, path)
    hrefs = {a["href"] for a in page.all("a") if "href" in a}
    here = {attributes.get("id") for _, attributes, _ in page.elements}
    assert {href for href in hrefs if href.startswith("#") and href[1:] not in here} == set()
    downloads = {href for href in hrefs if "/sparql?" in href and "format=" in href}  # the endpoint's, not the pages'
    inside = {href.partition("#")[0] for href in hrefs - downloads if href.startswith(ROOT)}
    failing = {href: status for href in inside if (status := fetch(client, href)[0]) >= 400}
    assert failing == {}


def test_a_style_sheet_uses_the_readers_own_fonts_and_no_other_resource(client: FlaskClient) -> None:
    """Nothing is imported and nothing is fetched by the style sheet."""
    sheet = fetch(client, ROOT + "static/style.css")[2]
    assert "@import" not in sheet
    assert "url(" not in sheet
    assert "@font-face" not in sheet


def colours(sheet: str, scheme: str) -> dict[str, str]:
    """The custom properties that hold colours, as the dark scheme leaves them or as they are without it."""
    light, dark = re.findall(r":root \{(.*?)\}", sheet, re.DOTALL)[:2]
    found = dict(re.findall(r"--(\S+): (#[0-9a-f]{6});", light))
    return found | dict(re.findall(r"--(\S+): (#[0-9a-f]{6});", dark)) if scheme == "dark" else found


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [("ink", "paper"), ("ink", "panel"), ("soft", "paper"), ("soft", "panel"), ("accent", "paper"), ("accent", "panel"),
     ("paper", "accent"), ("paper", "denied"), ("denied", "denied-panel"), ("ink", "denied-panel"),
     ("accent", "denied-panel"), ("soft", "denied-panel"), ("caution", "caution-panel"), ("caution", "paper")],
)  # fmt: skip
def test_every_text_can_be_told_from_its_ground(client: FlaskClient, scheme: str, text: str, ground: str) -> None:
    """At least 4.5 to 1 (WCAG 2.2, success criterion 1.4.3, level AA), in the light and in the dark."""
    found = colours(fetch(client, ROOT + "static/style.css")[2], scheme)
    dim, bright = sorted((luminance(found[text]), luminance(found[ground])))
    assert (bright + 0.05) / (dim + 0.05) >= 4.5


# Languages


@pytest.mark.parametrize(
    ("accepted", "lang", "expected"),
    [
        pytest.param("", "", "en", id="N6-default"),
        pytest.param("fr", "", "fr", id="N6-header"),
        pytest.param("fr-CA, en;q=0.5", "", "fr", id="N6-range"),
        pytest.param("de", "", "en", id="N6-unknown"),
        pytest.param("fr", "en", "en", id="N6-lang-wins"),
        pytest.param("en", "FR", "fr", id="N6-case"),
        pytest.param("en", "de", "en", id="N6-unknown-lang"),
    ],
)
def test_n6_the_language_is_the_address_then_the_header_then_english(
    client: FlaskClient, accepted: str, lang: str, expected: str
) -> None:
    """`?lang=` wins, then Accept-Language, then English; the answer says which it is."""
    page = read(client, "", accepted, **({"lang": lang} if lang else {}))
    assert page.all("html") == [{"lang": expected}]


@pytest.mark.parametrize("path", ["", "doc/measure/expulsion", "sparql", "ns"])
def test_links_keep_the_language_of_the_page(client: FlaskClient, path: str) -> None:
    """Links to pages carry the page's language, however it was chosen, so that a page is the same bytes either way."""
    page = read(client, path, lang="fr")
    pages = [
        a["href"]
        for a in page.all("a")
        if "hreflang" not in a
        and re.match(rf"{ROOT}(doc/|ns$|sparql\?query|dumps/$|$)", a.get("href", "").partition("&format")[0])
    ]
    assert [
        href for href in pages if parse_qs(urlsplit(href).query).get("lang") != ["fr"] and "format=" not in href
    ] == []
    assert (
        client.get(f"{ROOT}{path}", query_string={"lang": "fr"}, headers={"Accept": "text/html"}).data
        == client.get(f"{ROOT}{path}", headers={"Accept": "text/html", "Accept-Language": "fr"}).data
    )


def test_a_form_keeps_the_language_of_the_page(client: FlaskClient) -> None:
    """Running a query does not change the reader's language."""
    assert read(client, "sparql", "fr").all("input", name="lang")[0]["value"] == "fr"


def test_the_other_language_shows_the_same_page(client: FlaskClient) -> None:
    """The toggle changes ?lang= alone: a query and its answer stay; on a document nothing else of an address counts."""
    page = ask(client, "ASK {}", lang="en")
    toggle = next(a for a in page.all("a") if a.get("hreflang") == "fr")
    assert parse_qs(urlsplit(toggle["href"]).query) == {"query": ["ASK {}"], "lang": ["fr"]}
    assert urlsplit(toggle["href"]).path == f"{ROOT}sparql"
    thing = read(client, "doc/measure/expulsion", utm="x")
    assert [a["href"] for a in thing.all("a") if a.get("hreflang") == "fr"] == [f"{ROOT}doc/measure/expulsion?lang=fr"]


def test_a_text_of_another_language_says_which(client: FlaskClient) -> None:
    """A screen reader pronounces a German name as German, and a page's own language is not repeated."""
    page = read(client, "doc/time/day")
    assert page.texts("bdi", lang="de") == ["am fünften März"]
    assert page.all("bdi", lang="en") == []
    assert read(client, "doc/thing/german").all("h1")[0]["lang"] == "de"


def test_a_text_that_only_the_other_language_has_is_shown_in_it(client: FlaskClient) -> None:
    """A note without a French version is better in English than not at all."""
    page = read(client, "doc/measure/expulsion", lang="fr")
    assert page.texts("p", lang="en") == ["Only English has this note."]
    assert "Northland expels three" not in page.main


# Frame


def test_data_that_no_rule_has_checked_say_so_on_every_page(release: Release, store: EmbeddedStore) -> None:
    """The banner stands on the pages of an unvalidated release."""
    client = create_app(Settings(), release, store).test_client()
    assert all(messages("en")["unvalidated"] in read(client, path).classed("banner") for path in PATHS)
    assert messages("en")["home_rule_unchecked"] in read(client, "").main


def test_a_checked_release_has_no_banner(client: FlaskClient) -> None:
    """Nothing warns where nothing is amiss."""
    assert read(client, "").classed("banner") == []


def test_the_foot_names_the_release_and_the_base_and_lends_no_licence(client: FlaskClient, release: Release) -> None:
    """Whoever prints the front page can say which release it was; a thing's page names none, so that it lasts."""
    page = read(client, "")
    assert release.digest in {code.get("title") for code in page.all("code")}
    assert release.digest[:12] not in read(client, "doc/measure/expulsion").source
    assert BASE in page.texts("footer")[0]
    assert page.all("a", rel="license") == []
    assert messages("en")["footer_no_licence"] in page.texts("footer")[0]


@pytest.mark.parametrize("path", ["doc/measure/expulsion", "ns", "vocab/modality"])
def test_a_page_names_its_variants_and_its_canonical_address(client: FlaskClient, path: str) -> None:
    """A program that lands on the page finds the data, and every variant answers."""
    page = read(client, path, lang="fr")
    assert page.all("link", rel="canonical")[0]["href"] == BASE + path
    variants = {link["type"]: link["href"] for link in page.all("link", rel="alternate") if "type" in link}
    assert set(variants) == {form.media_type for form in DOCUMENT_FORMATS if form is not HTML}
    assert all(fetch(client, urlsplit(href).path)[1].startswith(kind) for kind, href in variants.items())


@pytest.mark.parametrize("path", ["", "catalogue", "class/", "class/index", "doc/measure/expulsion"])
def test_a_page_and_its_header_name_one_canonical_address(client: FlaskClient, path: str) -> None:
    """Whoever reads the one is told what whoever reads the other is."""
    answer = client.get(ROOT + path, headers={"Accept": HTML.media_type})
    named = Page(answer.status_code, answer.get_data(as_text=True)).all("link", rel="canonical")
    assert [link["href"] for link in named] == re.findall('<([^>]*)>; rel="canonical"', answer.headers["Link"])


# Things


def test_a_measure_shows_what_is_recorded_and_who_says_so(client: FlaskClient) -> None:
    """Claims about a measure stand on its page, each with its speaker, its force and what casts doubt on it."""
    page = read(client, "doc/measure/expulsion")
    assert page.texts("h1") == ["Northland expels three"]
    sources = page.section("sources")
    assert "The minister for Northland, in The minister's remarks" in sources
    assert "Announced" in sources
    assert "Hedged" in sources
    assert "Nobody was expelled" in sources


def test_a_denial_cannot_be_missed(client: FlaskClient) -> None:
    """On its own page and in every list a denying claim is marked in words; an affirming one is not."""
    word = messages("en")["thing_denied"]
    denial, affirmation = read(client, "doc/claim/a/c2"), read(client, "doc/claim/a/c1")
    assert any(text.startswith(word) for text in denial.classed("signal"))
    assert messages("en")["thing_proposition_denied"] in denial.section("proposition")
    assert not any(text.startswith(word) for text in affirmation.classed("signal"))
    assert messages("en")["thing_proposition_denied"] not in affirmation.main
    assert affirmation.section("tensions").count(word) == 1


def test_a_claim_says_who_makes_it_with_what_force_and_on_what_evidence(client: FlaskClient) -> None:
    """Speaker and statement, modality and stance with their meaning, the content as data, and the place in the text."""
    page = read(client, "doc/claim/a/c1", lang="fr")
    assert page.classed("byline") == [
        "Avancée par La ministre au nom de\u00a0: Norlande, dans Les propos de la ministre"
    ]
    assert [text.split(" ")[0] for text in page.classed("signal")] == ["Annoncée", "Sous"]
    assert "La Norlande expulse trois personnes" in page.section("proposition")
    assert "effectif chiffré" in page.section("proposition")
    assert "Caractères 120 à 158 de Le texte" in page.section("evidence")


def test_a_hedged_statement_shows_its_stance_and_what_that_means(client: FlaskClient) -> None:
    """A reader who knows no code learns that the attribution is uncertain."""
    page = read(client, "doc/statement/a/s1")
    assert any(text.startswith("Hedged The reporter marks") for text in page.classed("caution"))
    assert "Northland expels three persons" in page.section("says")


def test_words_are_not_put_in_a_mouth(client: FlaskClient) -> None:
    """A statement that is only alleged to exist is not among what its supposed speaker put forward."""
    page = read(client, "doc/organisation/southmark")
    assert "Change is out of the question" not in page.section("said")
    assert "Nobody was expelled" in page.section("said")
    assert "Change is out of the question" in page.section("lent")


def test_what_is_said_on_behalf_of_a_party_is_on_its_page(client: FlaskClient) -> None:
    """A minister's claim is found under the country, with the minister as its speaker."""
    assert "The minister on behalf of Northland" in read(client, "doc/organisation/northland").section("said")


def test_links_that_lead_to_a_thing_are_counted_even_where_they_are_not_all_shown(client: FlaskClient) -> None:
    """The number is that of all links, and the page says how many of them it lists."""
    text = read(client, "doc/organisation/northland").section("incoming")
    count = INCOMING_MAX + 5 + 2  # the groups, the minister's statement, and the dataset that gives it as an example
    assert messages("en")["thing_incoming_other"].format(n=count) in text
    assert messages("en")["thing_incoming_shown"].format(n=INCOMING_MAX) in text


def test_dates_and_codes_are_readable_and_exact(client: FlaskClient) -> None:
    """A date is in words for people and as written for programs; an EDTF expression stays as it is."""
    page = read(client, "doc/time/day", lang="fr")
    assert page.texts("time", datetime="2030-03-05") == ["5\u00a0mars 2030"]
    assert "2030-03-05" in page.texts("code")


def test_a_property_is_called_by_its_name_with_its_prefixed_name_beside(client: FlaskClient) -> None:
    """Readers get words, those who write queries find the term."""
    page = read(client, "doc/statement/a/s1", lang="fr")
    assert any(text.startswith("locuteur") and "dip:speaker" in text for text in page.texts("th"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_thing_without_a_name_has_a_title_all_the_same(client: FlaskClient, language: str) -> None:
    """Kind and path stand in for a name."""
    kind = {"en": "Event", "fr": "Événement"}[language]
    assert read(client, "doc/thing/nameless", lang=language).texts("h1") == [f"{kind} — thing/nameless"]


# Hostile texts


def test_markup_in_a_name_is_text(client: FlaskClient) -> None:
    """A name that looks like a script is shown, not run."""
    page = read(client, "doc/thing/hostile")
    assert page.texts("h1") == ["<script>alert('x')</script>"]
    assert {script["type"] for script in page.all("script")} <= {JSON_LD.media_type}
    assert page.all("svg", onload="alert(1)") == []
    assert read(client, "doc/thing/hostile", lang="fr").all("img") == []


def test_an_address_that_would_run_is_no_link(client: FlaskClient) -> None:
    """javascript: and data: stay text; a web address is a link, quoted; no link leaves by a double slash."""
    page = read(client, "doc/thing/hostile")
    assert {a.get("href", "").partition(":")[0] for a in page.all("a")}.isdisjoint({"javascript", "data"})
    assert [a["href"] for a in page.all("a") if a.get("href", "").startswith("//")] == []
    assert "javascript:alert(1)" in page.main
    assert "https://elsewhere.example/?a=1&b='2'" in {a.get("href") for a in page.all("a")}


def test_direction_controls_stay_inside_their_text(client: FlaskClient) -> None:
    """A text that turns the writing round is isolated, and the title of the window has no such control."""
    page = read(client, "doc/thing/bidi")
    assert BIDI not in page.texts("title")[0]
    assert page.all("h1")[0]["dir"] == "auto"
    assert all(p["dir"] == "auto" for p in page.all("p") if "gnp" in p)
    listed = ask(client, 'SELECT ?l { <https://archive.example/data/id/thing/bidi> ?p ?l FILTER(LANG(?l) = "en") }')
    assert BIDI in listed.texts("bdi")


def test_a_title_cannot_close_the_description_for_search_engines(client: FlaskClient) -> None:
    """The front page holds one JSON-LD block, and it is whole JSON with the title as it is."""
    page = read(client, "")
    (block,) = re.findall(r"<script[^>]*>(.*?)</script>", page.source, re.DOTALL)
    described = json.loads(block)
    assert described["name"] == "Invented </script><script>alert(1)</script>"
    assert {d["encodingFormat"] for d in described["distribution"]} <= {form.media_type for form in RDF_FORMATS}


# The front page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_front_page_speaks_of_the_data_in_the_datas_own_words(client: FlaskClient, language: str) -> None:
    """Title and description come from the catalogue; what the software is, is said beside."""
    page = read(client, "", lang=language)
    assert {"en": "About two countries that are not.", "fr": "De deux pays qui n’existent pas."}[language] in page.main
    assert page.texts("h1") == [
        {"en": "Invented </script><script>alert(1)</script>", "fr": "Données inventées"}[language]
    ]


def test_the_front_page_offers_three_things_to_try_with_commands_on_the_base(client: FlaskClient) -> None:
    """A thing, a question and a dump; each as a link and as a line for a terminal."""
    page = read(client, "")
    commands = page.classed("command")
    assert len(commands) == 3
    assert all(command.startswith("curl ") and BASE in command for command in commands)
    assert len([text for text in page.classed("go") if text]) == 3


def test_the_front_page_leads_to_the_list_of_each_class_and_counts_it(client: FlaskClient) -> None:
    """The central classes first; what only belongs to other things is no way in."""
    page = read(client, "")
    ways = [text for text in page.texts("li") if re.fullmatch(r".* [\d,]+", text)]
    assert ways[:2] == ["Diplomatic measures 1", "Expulsions 1"]
    assert f"Groups {INCOMING_MAX + 5}" in ways
    assert not any("Proposition" in text for text in ways)
    assert any(a.get("href", "").startswith(f"{ROOT}class/foaf:Group?") for a in page.all("a"))


def test_the_front_page_shows_what_is_in_dispute(client: FlaskClient) -> None:
    """Both sides of the contradiction, the denial marked as one."""
    disputed = read(client, "").section("disputes")
    assert "Northland expels three persons" in disputed
    assert f"{messages('en')['thing_denied']} Nobody was expelled" in disputed


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_front_page_of_the_bundled_facts_tells_the_story(article: FlaskClient, language: str) -> None:
    """The steps with their dates, each a link into the story; the picture is beside words."""
    answer = article.get("/", query_string={"lang": language}, headers={"Accept": HTML.media_type})
    page = Page(answer.status_code, answer.get_data(as_text=True))
    story = page.section("story").replace("\xa0", " ")
    assert {"en": "between 1 and 6 October 2021", "fr": "entre le 1er et le 6 octobre 2021"}[language] in story
    assert messages(language)["home_story_whole"] in story
    steps = [a["href"] for a in page.all("a") if "#step-" in a.get("href", "")]
    assert steps[0] == f"/story?lang={language}#step-1"
    told = article.get("/story", query_string={"lang": language}, headers={"Accept": HTML.media_type})
    assert len(steps) == told.get_data(as_text=True).count('<li class="step"')


@pytest.fixture(scope="module")
def article(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    assembly = assemble_facts(bundled_facts(), Base("https://archive.example/"))
    release = publish(assembly, tmp_path_factory.mktemp("article"), None).release
    store = EmbeddedStore(release, Settings().limits, 0)
    yield create_app(Settings(), release, store).test_client()
    store.close()


# The query page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("index", range(len(example_queries("en"))))
def test_every_example_runs(client: FlaskClient, language: str, index: int) -> None:
    """An example is valid SPARQL; its link is on the page and shows an answer."""
    key, query = example_queries(language)[index]
    page = ask(client, query, lang=language)
    assert page.status == 200
    assert page.texts("textarea")
    assert page.section("answer-title")
    assert messages(language)[key] in {text.replace("\u00a0", " ") for text in page.texts("a")}


def test_an_answer_says_how_many_rows_there_are_and_how_many_are_shown(client: FlaskClient) -> None:
    """A long answer is not mistaken for a short one; the downloads hold all of it."""
    digits = "VALUES ?%s { 0 1 2 3 4 5 6 7 8 9 }"
    page = ask(client, "SELECT * { " + " ".join(digits % name for name in "abc") + " }")
    assert "1,000 rows; the first 500 are shown" in page.section("answer-title")
    assert len(page.texts("td")) == 3 * ROWS_MAX
    formats = {
        parse_qs(urlsplit(a["href"]).query)["format"][0] for a in page.all("a") if "format=" in a.get("href", "")
    }
    assert formats == {form.key for form in RESULTS_FORMATS}


def test_a_value_that_is_not_bound_is_told_from_an_empty_one(client: FlaskClient) -> None:
    """An empty cell says to a screen reader that there is no value."""
    page = ask(client, 'SELECT ?a ?b { VALUES (?a ?b) { (UNDEF "") } }')
    assert page.texts("td") == [messages("en")["sparql_unbound"], ""]


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("ASK {}", "sparql_true"),
        ("ASK { <x:a> <x:b> <x:c> }", "sparql_false"),
        ("SELECT ?s { <x:a> <x:b> ?s }", "sparql_no_rows"),
        ("CONSTRUCT { ?s ?p 1 } WHERE { <x:a> ?p ?s }", "sparql_empty_graph"),
    ],
    ids=["true", "false", "no-rows", "no-triples"],
)
def test_a_short_answer_is_said_in_words(client: FlaskClient, query: str, key: str) -> None:
    """Yes, no, and nothing found are sentences."""
    assert messages("en")[key] in ask(client, query).section("answer-title")


def test_a_graph_is_shown_as_turtle(client: FlaskClient) -> None:
    """The text of a graph keeps its lines and cannot break out of its frame."""
    page = ask(
        client,
        "DESCRIBE <https://archive.example/data/id/thing/hostile>",
    )
    (text,) = page.classed("text")
    assert "<script>alert('x')</script>" in text
    assert page.all("script") == []


def test_an_answer_too_long_for_a_page_is_offered_whole(client: FlaskClient) -> None:
    """A reader is sent to the file, not given a part of it."""
    wide = " ".join(f"VALUES ?{name} {{ 0 1 2 3 4 5 6 7 8 9 }}" for name in "abcdef")
    page = ask(client, f"SELECT * {{ {wide} }}")
    assert messages("en")["sparql_too_long"] in page.section("answer-title")
    assert page.all("td") == []


def test_the_query_stays_in_the_form(client: FlaskClient) -> None:
    """What was asked can be changed and asked again, to the character, on the answer's page and on an error's."""
    for query in ("SELECT * {}\n# </textarea><script>", "SELECT nonsense </textarea>"):
        page = ask(client, query)
        assert "".join(next(texts for tag, _, texts in page.elements if tag == "textarea")).strip("\n") == query
        assert page.all("script") == []


# Dumps, vocabularies, problems


def test_the_dumps_are_listed_with_size_checksum_and_link(client: FlaskClient, release: Release) -> None:
    """Each file can be fetched and checked."""
    page = read(client, "dumps/")
    assert {dump.sha256 for dump in release.manifest.dumps} <= set(page.texts("code"))
    hrefs = {a["href"] for a in page.all("a") if "download" in a}
    assert hrefs == {f"{ROOT}dumps/{name}" for name in release.files}
    assert f"{ROOT}dumps/SHA256SUMS" in {a.get("href") for a in page.all("a")}


@pytest.mark.parametrize("path", ["ns", "shapes", *(f"vocab/{name}" for name in scheme_names())])
def test_d6_every_term_of_a_vocabulary_has_an_anchor_a_name_and_a_place_in_the_contents(
    client: FlaskClient, path: str
) -> None:
    """The IRI of a term leads to the words about it."""
    page = read(client, path, lang="fr")
    terms = [section["id"] for section in page.all("section", **{"class": "term"})]
    assert terms
    listed = [a["href"][1:] for a in page.all("a") if a.get("href", "").startswith("#")]
    assert set(terms) <= set(listed)
    assert "_:" not in page.main


def test_d6_the_rules_stand_in_the_order_of_their_numbers(client: FlaskClient) -> None:
    """Whoever is sent to rule K23 finds it between K22 and K24."""
    terms = [s["id"] for s in read(client, "shapes").all("section", **{"class": "term"})]
    numbers = [int(found[1]) for term in terms if (found := re.match(r"K(\d+)-", term))]
    assert len(numbers) > 40
    assert numbers == sorted(numbers)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", PROBLEMS)
def test_every_kind_of_problem_has_a_page_with_advice(client: FlaskClient, slug: str, language: str) -> None:
    """The IRI in a problem document leads to plain words."""
    page = read(client, f"problems/{slug}", lang=language)
    assert page.status == 200
    assert PROBLEMS[slug].advice[language].replace("\u00a0", " ") in page.main.replace("\u00a0", " ")
    assert f"{BASE}problems/{slug}" in page.texts("code")


def test_an_error_is_a_page_that_leads_on(client: FlaskClient) -> None:
    """What happened, what to do, and a way back; search engines are asked to leave it out."""
    page = read(client, "nothing/here", lang="fr")
    assert page.status == 404
    assert page.all("meta", name="robots")[0]["content"] == "noindex"
    assert {ROOT + "?lang=fr", ROOT + "problems/not-found?lang=fr"} <= {a.get("href") for a in page.all("a")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_faulty_query_is_shown_with_the_place_and_what_could_stand_there(client: FlaskClient, language: str) -> None:
    """S7: the line with its caret, what was expected, and the query to mend, in either language."""
    page = ask(client, "SELECT *\nWHER { ?s ?p ?o }", lang=language)
    said = messages(language)
    assert said["problem_place"] in page.texts("h2")
    assert "<code>WHER { ?s ?p ?o }\n^</code>" in page.source
    assert "did you mean WHERE?" in page.main
    assert "WHERE" in page.texts("li")
    assert page.texts("textarea") == ["SELECT * WHER { ?s ?p ?o }"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_name_that_is_no_term_is_told_beside_the_answer(client: FlaskClient, language: str) -> None:
    """An empty answer does not leave its reader to guess."""
    query = "PREFIX dip: <https://w3id.org/legation/ns#> SELECT ?m { ?m dip:takenby ?o }"
    told = ask(client, query, lang=language).section("answer-title")
    assert "dip:takenby" in told
    assert "dip:takenBy" in told
    assert "dip:takenby" not in ask(client, query.replace("takenby", "takenBy"), lang=language).section("answer-title")
