"""What every page of a thing says of its document: provenance, citation, forms, and itself in schema.org's words."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from histories import BASE, Read, classed, served, words
from kinds import by_class

from legation.graph.description import INCOMING_MAX
from legation.graph.fact_files import bundled_facts
from legation.graph.formats import DOCUMENT_FORMATS, HTML, JSON_LD
from legation.graph.profiles import PROFILES
from legation.server.document_card import STRUCTURED_CHARS_MAX
from legation.server.site import Site
from legation.server.speech import LANGUAGES

HOSTILE = "</script><script>alert(1)</script><!--<script>\u2028"
INVENTED = f"""
@prefix dip: <https://w3id.org/legation/ns#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<id/organisation/hostile> a dip:Organisation ; rdfs:label "{HOSTILE}"@en , "{HOSTILE}"@fr ;
  skos:note "&amp; <b>"@en .
<id/organisation/heavy> a dip:Organisation ; rdfs:label "{"heavy " * 20_000}"@en .
<id/organisation/northland> a dip:Organisation ; rdfs:label "Northland"@en , "Norlande"@fr .
""" + "\n".join(
    f'<id/group/g{n:03}> a foaf:Group ; rdfs:label "Group {n}"@en ; org:memberOf <id/organisation/northland> .'
    for n in range(INCOMING_MAX + 5)
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with served(bundled_facts(), tmp_path_factory.mktemp("card")) as app:
        yield app


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("odd")
    (folder / "facts").mkdir()
    (folder / "facts" / "odd.ttl").write_text(INVENTED, "utf-8")
    with served(folder / "facts", folder) as app:
        yield app


def things(app: Flask) -> list[str]:
    """The path of one thing of every class."""
    here = app.extensions["legation"]
    assert isinstance(here, Site)
    quads = here.store.construct("CONSTRUCT { ?s a ?c } WHERE { ?s a ?c }")
    found = by_class((t for t in quads), BASE, 1).values()  # type: ignore[arg-type]
    return sorted({members[0].removeprefix(f"{BASE}id/") for members in found})


def block(page: Read) -> str:
    """The text of the one data block of a page, as a browser cuts it out."""
    scripts = list(page.root.iter("script"))
    assert [script.get("type") for script in scripts] == [JSON_LD.media_type]
    return "".join(scripts[0].itertext())


def test_every_kind_of_thing_is_told_in_schema_orgs_words(app: Flask) -> None:
    """One block a page, JSON, about the thing itself, with a type of schema.org and its name or text."""
    for path in things(app):
        told = json.loads(block(Read(app, path)))
        assert told["@context"]["@vocab"] == "https://schema.org/", path
        nodes = told.get("@graph", [told])
        (itself,) = [node for node in nodes if node.get("@id") == f"{BASE}id/{path}"]
        assert itself["@type"], path


def test_no_text_ends_the_block(odd: Flask) -> None:
    """A name that closes a script element is text in the block, whole, and nothing comes after it."""
    page = Read(odd, "organisation/hostile")
    text = block(page)
    assert not set("<>&\u2028").intersection(text)
    assert HOSTILE in json.dumps(json.loads(text), ensure_ascii=False).replace('\\"', '"')


def test_a_long_block_is_left_out(odd: Flask) -> None:
    """A page does not carry what only machines read when that is heavy."""
    page = Read(odd, "organisation/heavy")
    blocks = ["".join(script.itertext()) for script in page.root.iter("script")]
    assert all(len(text) <= STRUCTURED_CHARS_MAX for text in blocks)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_digest_is_that_of_the_triples_as_they_are_served(app: Flask, language: str) -> None:
    """Whoever fetches the N-Triples and hashes them gets what the page says, in both languages."""
    for path in ("organisation/nato", "claim/55ee074e7567bb82/c30"):
        page = Read(app, path, language)
        (digest,) = [words(code) for code in classed(page.section("cite"), "digest")]
        served_bytes = app.test_client().get(f"/data/doc/{path}.nt").data
        assert digest == hashlib.sha256(served_bytes).hexdigest()
        assert f"{BASE}doc/{path}.nt" in page.text("cite")


def test_a_page_can_be_cited_without_its_release(app: Flask) -> None:
    """Title, dataset and permanent address; no release, so that the page outlives it."""
    page = Read(app, "organisation/nato")
    here = app.extensions["legation"]
    assert isinstance(here, Site)
    assert "NATO. Diplomatic relations, claim by claim. " + f"{BASE}id/organisation/nato" in page.text("cite")
    assert here.release.digest[:12] not in page.source


def test_a_page_says_where_its_document_comes_from(app: Flask) -> None:
    """Dataset, licence, publisher, and the documents that its claims are drawn from."""
    about = Read(app, "organisation/nato").text("about-document")
    assert "CC BY 4.0" in about
    assert "Curators of Legation" in about
    assert "News article on the halt of Russia’s mission to NATO" in about


def test_every_profile_and_format_can_be_downloaded(app: Flask) -> None:
    """Each link of the list gives what it says, and one more leads to all forms."""
    formats = Read(app, "organisation/nato").section("formats")
    links = [(a.get("type"), a.get("href") or "") for a in formats.iter("a") if a.get("type")]
    assert len(links) == (len(PROFILES) - 1) * (len(DOCUMENT_FORMATS) - 1)
    for media_type, href in links:
        answer = app.test_client().get(href.removeprefix(BASE.removesuffix("/data/")))
        assert (answer.status_code, answer.mimetype) == (200, media_type), href
    assert any("_profile=alt" in (a.get("href") or "") for a in formats.iter("a"))


def test_search_engines_are_led_to_each_language_and_each_form(app: Flask) -> None:
    """Canonical, hreflang with x-default, and the data: all of them absolute addresses that answer."""
    page = Read(app, "claim/55ee074e7567bb82/c30", "fr")
    links = [link.attrib for link in page.root.iter("link")]
    document = f"{BASE}doc/claim/55ee074e7567bb82/c30"
    assert [link["href"] for link in links if link["rel"] == "canonical"] == [document]
    assert {link["hreflang"]: link["href"] for link in links if "hreflang" in link} == {
        "en": f"{document}?lang=en",
        "fr": f"{document}?lang=fr",
        "x-default": document,
    }
    forms = {link["type"]: link["href"] for link in links if link["rel"] == "alternate" and "type" in link}
    assert set(forms) == {form.media_type for form in DOCUMENT_FORMATS if form is not HTML}
    assert all(href.startswith(document + ".") for href in forms.values())


def test_links_beyond_the_first_page_are_one_step_away(odd: Flask) -> None:
    """The next page lists the rest and leads back; it does not repeat the whole thing."""
    first = Read(odd, "organisation/northland")
    (following,) = [a.get("href") or "" for a in first.root.iter("a") if a.get("rel") == "next"]
    answer = odd.test_client().get(following.partition("#")[0], headers={"Accept": HTML.media_type})
    text = answer.get_data(as_text=True)
    groups = set(re.findall(r"Group \d+", text))
    assert len(groups) + len(set(re.findall(r"Group \d+", first.source))) == INCOMING_MAX + 5
    assert 'rel="first"' in text
    assert 'id="facts"' not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_trail_leads_up_to_the_list_of_its_class(app: Flask, language: str) -> None:
    """Home, all classes, the class: each answers, and the list has the thing on it."""
    for path in things(app):
        page = Read(app, path, language)
        (trail,) = classed(page.root, "trail")
        hrefs = [a.get("href") or "" for a in trail.iter("a")]
        kinds = [a.get("href") or "" for found in classed(page.root, "kinds") for a in found.iter("a")]
        for href in (*hrefs, *(kind for kind in kinds if kind.startswith("/"))):
            assert app.test_client().get(href, headers={"Accept": HTML.media_type}).status_code == 200, (path, href)
        assert len(hrefs) == 3 or kinds, path
