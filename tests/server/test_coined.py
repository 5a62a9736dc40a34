"""Names for what has none: no page shows the path of a proposition, a passage or a place where a reader wants words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from histories import BASE, Read, served, words
from kinds import by_class, quads_of

from legation.graph.fact_files import bundled_facts
from legation.server.speech import LANGUAGES

THINGS_A_CLASS = 4
PATH = re.compile(r"\b(?:proposition/[0-9a-f]{8,}|(?:claim|statement)/\S+/evidence/)")
ADDRESSED = frozenset({"code", "pre", "script", "style"})
"""Elements that show an address as such."""
FACTS = """
@prefix dip: <https://w3id.org/legation/ns#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .

<id/organisation/northland> a dip:Organisation ; rdfs:label "Northland"@en , "Norlande"@fr .
<id/measure/order> a dip:DiplomaticMeasure ; rdfs:label "An order"@en , "Un ordre"@fr .
<id/text/t> a schema:MediaObject ; rdfs:label "The text"@en , "Le texte"@fr .
<id/proposition/9d> a rdf:Statement ; rdf:subject <id/measure/order> ; rdf:predicate dip:takenBy ;
  rdf:object <id/organisation/northland> .
<id/claim/c1> a dip:Claim ; schema:text "It was \u202eordered"@en , "C’est ordonné"@fr ;
  dip:proposition <id/proposition/9d> ; dip:evidence <id/claim/c1/evidence/1> .
<id/claim/c1/evidence/1> a oa:SpecificResource ; oa:hasSource <id/text/t> ; oa:hasSelector <id/claim/c1/place> .
<id/claim/c1/place> a oa:TextPositionSelector ; oa:start 120 ; oa:end 158 .
<id/passage/loose> a oa:SpecificResource ; oa:hasSource <id/text/t> ; oa:hasSelector <id/passage/loose/place> .
<id/passage/loose/place> a oa:TextPositionSelector ; oa:start 7 ; oa:end 9 .
<id/passage/placeless> a oa:SpecificResource ; oa:hasSource <id/text/t> .
<id/proposition/half> a rdf:Statement ; rdf:subject <id/measure/order> .
"""


@pytest.fixture(scope="module")
def article(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, list[str]]]:
    folder = tmp_path_factory.mktemp("article")
    with served(bundled_facts(), folder) as app:
        found = by_class(quads_of(folder / "releases"), BASE, THINGS_A_CLASS)
        yield app, sorted({iri.removeprefix(f"{BASE}id/") for things in found.values() for iri in things})


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder: Path = tmp_path_factory.mktemp("invented")
    (folder / "facts").mkdir()
    (folder / "facts" / "invented.ttl").write_text(FACTS, "utf-8")
    with served(folder / "facts", folder) as app:
        yield app


def shown_paths(page: Read) -> list[str]:
    """The paths of nameless things among the words of a page."""
    main = page.root.find(".//main")
    assert main is not None
    texts = [text or "" for e in main.iter() for text in ("" if e.tag in ADDRESSED else e.text, e.tail)]
    return [found for text in texts for found in PATH.findall(text)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_the_bundled_facts_shows_the_path_of_a_nameless_thing(
    article: tuple[Flask, list[str]], language: str
) -> None:
    """Of every class some things, in both languages: lists, rows, parts and headings are in words."""
    app, things = article
    found = {thing: paths for thing in things if (paths := shown_paths(Read(app, thing, language)))}
    assert len(things) > 50
    assert found == {}


@pytest.mark.parametrize(
    ("path", "language", "name"),
    [
        ("organisation/northland", "en", "An order — taken by — Northland"),
        ("organisation/northland", "fr", "Un ordre — prise par — Norlande"),
        ("text/t", "en", "“It was ordered”, characters 120 to 158"),
        ("text/t", "fr", "« C’est ordonné », caractères 120 à 158"),
        ("text/t", "en", "Characters 7 to 9 of The text"),
        ("claim/c1/place", "en", "“It was ordered”, characters 120 to 158"),
    ],
)
def test_what_points_at_a_thing_is_named(invented: Flask, path: str, language: str, name: str) -> None:
    """A proposition by what it says, a passage by its claim and its place, each as its own page is headed."""
    found = Read(invented, path, language).section("incoming").iter("a")
    links = {plain(link): link.get("href") or "" for link in found}
    assert name in links
    target = links[name].partition("/doc/")[2].partition("?")[0]
    assert plain(next(Read(invented, target, language).root.iter("h1"))) == name


def plain(element: Element) -> str:
    """The words of an element, no-break spaces as spaces."""
    return words(element).replace("\u00a0", " ")


def test_a_place_is_named_by_the_claim_that_rests_on_it(invented: Flask) -> None:
    """Its own page says where in the text and for which claim, without the controls that would turn its direction."""
    heading = next(Read(invented, "claim/c1/place", "fr").root.iter("h1"))
    assert plain(heading) == "Caractères 120 à 158 : « C’est ordonné »"
    assert "\u202e" not in words(next(Read(invented, "claim/c1/place").root.iter("h1")))


@pytest.mark.parametrize("path", ["passage/placeless", "passage/loose/place", "proposition/half"])
def test_what_cannot_be_named_keeps_its_kind_and_path(invented: Flask, path: str) -> None:
    """Half a proposition, a passage without bounds, a place of no claim: nothing is made up."""
    assert words(next(Read(invented, path).root.iter("h1"))).endswith(f" — {path}")
