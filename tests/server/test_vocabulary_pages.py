"""The reference of the project's words: complete, in the reader's language, linked throughout, and nothing but HTML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from rdflib import OWL, RDF, RDFS, SH, Graph, URIRef
from rdflib.namespace import SKOS

from legation.graph.assembly import assemble_facts
from legation.graph.formats import HTML
from legation.graph.identifiers import Base
from legation.graph.publication import publish
from legation.graph.store import EmbeddedStore
from legation.ontology import VERSION, load_core, load_ontology, load_scheme, scheme_names
from legation.ontology.terms import ONTOLOGY, SHAPES, VOCAB
from legation.server import vocabulary_pages
from legation.server.app import create_app
from legation.server.settings import Settings
from legation.server.site import Site
from legation.server.speech import LANGUAGES, Speech, plural_names
from legation.server.view_models import Reader
from legation.server.vocabulary_diagram import Diagram, Kind, Relation, diagram, text_width
from legation.server.vocabulary_index import cases, examples, indexed, rule_number, rules
from legation.server.vocabulary_listing import code, prose
from legation.server.vocabulary_rules import Line, applies_to, asks, path
from legation.server.vocabulary_wording import Wording
from legation.shapes import load_shapes, shapes_files

BASE = "https://archive.example/data/"
ROOT = "/data/"
FACTS = """
@prefix dip: <https://w3id.org/legation/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<id/organisation/northland> a dip:Organisation ; rdfs:label "Northland"@en , "Norlande"@fr .
"""
OURS = f"{ONTOLOGY}#"
PATHS = ("ns", "shapes", *(f"vocab/{name}" for name in scheme_names()))
VOID_ELEMENTS = frozenset({"meta", "link", "input", "br", "hr", "img", "col"})
CLOSING_P = frozenset({"div", "dl", "ul", "ol", "table", "pre", "section", "details", "nav", "figure", "p", "h2", "h3"})
"""Elements that end an open paragraph (HTML, section 13.1.2.4): inside one they would break the page."""
BLOCKS = CLOSING_P | {"dt", "dd", "li", "th", "td"}
"""Elements that begin a line of their own, and so end the word before them."""
PROPERTIES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)


@dataclass
class Node:
    """An element with its attributes, the elements around it, and the text inside."""

    tag: str
    attributes: dict[str, str]
    around: tuple[Node, ...] = field(repr=False)
    words: list[str] = field(default_factory=list, repr=False)

    @property
    def text(self) -> str:
        return tidy("".join(self.words))


@dataclass
class Page(HTMLParser):
    """A page as a browser reads it."""

    source: str = field(repr=False)
    nodes: list[Node] = field(default_factory=list, repr=False)
    unbalanced: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[Node] = []
        self.feed(self.source)
        self.unbalanced += [node.tag for node in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, tuple(self._open))
        self.nodes.append(node)
        if tag in BLOCKS:
            self.handle_data(" ")
        if tag not in VOID_ELEMENTS:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.nodes.append(Node(tag, {name: value or "" for name, value in attrs}, tuple(self._open)))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1].tag == tag:
            self._open.pop()
        else:
            self.unbalanced.append("/" + tag)

    def handle_data(self, data: str) -> None:
        for node in self._open:
            node.words.append(data)

    def all(self, tag: str, **attributes: str) -> list[Node]:
        return [n for n in self.nodes if n.tag == tag and attributes.items() <= n.attributes.items()]

    def inside(self, outer: Node, tag: str) -> list[Node]:
        return [node for node in self.nodes if node.tag == tag and any(one is outer for one in node.around)]

    @cached_property
    def ids(self) -> dict[str, Node]:
        return {node.attributes["id"]: node for node in self.nodes if "id" in node.attributes}


def tidy(text: str) -> str:
    """A text as a reader sees it: any run of spaces, no-break ones included, is one space."""
    return re.sub(r"\s+", " ", text).strip()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("facts")
    (folder / "invented.ttl").write_text(FACTS, "utf-8")
    release = publish(assemble_facts(folder, Base(BASE)), folder / "releases", None).release
    settings = Settings()
    store = EmbeddedStore(release, settings.limits, settings.memory_quads_max)
    yield create_app(settings, replace(release, manifest=replace(release.manifest, validated=True)), store)
    store.close()


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def pages(client: FlaskClient) -> dict[tuple[str, str], Page]:
    return {(path, language): read(client, path, language) for path in PATHS for language in LANGUAGES}


def read(client: FlaskClient, path: str, language: str) -> Page:
    answer = client.get(f"{ROOT}{path}?lang={language}", headers={"Accept": HTML.media_type})
    assert answer.status_code == 200
    return Page(answer.get_data(as_text=True))


@cache
def ontology() -> Graph:
    return load_ontology()


@cache
def core() -> Graph:
    return load_core()


@cache
def shapes() -> Graph:
    return load_shapes()


def said(graph: Graph, term: URIRef, predicate: URIRef, language: str) -> list[str]:
    """The texts of a term in one language, as a page sets them."""
    texts = (str(text) for text in graph.objects(term, predicate) if getattr(text, "language", None) == language)
    return [tidy(Speech(language).typeset(text)) for text in texts]


def terms_of_the_ontology() -> list[URIRef]:
    kinds = (OWL.Class, RDFS.Datatype, *PROPERTIES)
    return sorted({URIRef(t) for kind in kinds for t in core().subjects(RDF.type, kind) if str(t).startswith(OURS)})


def concepts() -> list[tuple[str, URIRef]]:
    return [
        (name, URIRef(concept))
        for name in scheme_names()
        for concept in sorted(load_scheme(name).subjects(RDF.type, SKOS.Concept))
    ]


def section(page: Page, term: str) -> Node:
    return page.ids[term.rpartition("#")[2]]


Pages = dict[tuple[str, str], Page]


# Completeness


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("term", terms_of_the_ontology(), ids=lambda term: str(term).rpartition("#")[2])
def test_every_term_of_the_ontology_has_its_section(pages: Pages, term: URIRef, language: str) -> None:
    """A class, a property or a datatype: its name, its definition and its notes, in the reader's language."""
    found = section(pages["ns", language], term)
    assert found.tag == "section"
    wanted = [t for p in (RDFS.label, SKOS.definition, SKOS.scopeNote) for t in said(ontology(), term, p, language)]
    assert len(wanted) >= 2
    assert [text for text in wanted if text not in found.text] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "concept"), concepts(), ids=lambda part: str(part).rpartition("/")[2])
def test_every_concept_has_its_section(pages: Pages, name: str, concept: URIRef, language: str) -> None:
    """A concept is told with its name, its definition and each of its codes, in the reader's language."""
    found = section(pages[f"vocab/{name}", language], concept)
    wanted = [t for p in (SKOS.prefLabel, SKOS.definition) for t in said(ontology(), concept, p, language)]
    assert len(wanted) == 2
    wanted += [str(notation) for notation in ontology().objects(concept, SKOS.notation)]
    assert [text for text in wanted if text not in found.text] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", scheme_names())
def test_a_scheme_is_told_with_its_definition_once_and_its_notes(pages: Pages, name: str, language: str) -> None:
    """The description and the definition are one sentence, and its reader meets it once."""
    told = pages[f"vocab/{name}", language].ids["content"].text
    (definition,) = said(ontology(), VOCAB[name], SKOS.definition, language)
    (note,) = said(ontology(), VOCAB[name], SKOS.scopeNote, language)
    assert told.partition(Speech(language)("vocabulary_header"))[0].count(definition) == 1
    assert note in told


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule).rpartition("#")[2])
def test_every_rule_has_its_section(pages: Pages, rule: str, language: str) -> None:
    """A rule is told with its number, sentence, reason, severity and message, in the reader's language."""
    page, shape = pages["shapes", language], URIRef(rule)
    found = section(page, rule)
    wanted = [t for p in (RDFS.label, RDFS.comment, SH.message) for t in said(shapes(), shape, p, language)]
    assert len(wanted) == 3
    assert [text for text in wanted if text not in found.text] == []
    assert found.text.partition(" ")[0]
    severity = {SH.Violation: "severity_violation", SH.Warning: "severity_warning", SH.Info: "severity_info"}
    (key,) = (severity[URIRef(s)] for s in shapes().objects(shape, SH.severity))
    assert Speech(language)(key) in found.text
    assert f"K{rule_number(rule):02}" in found.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_query_of_a_rule_is_folded_away_in_its_section(pages: Pages, language: str) -> None:
    """Plain words come first; whoever wants the SPARQL opens it."""
    page = pages["shapes", language]
    folded = [tidy(pre.text) for pre in page.all("pre") if any(node.tag == "details" for node in pre.around)]
    queries = {tidy(str(text)) for text in shapes().objects(None, SH.select)}
    assert queries - set(folded) == set()


def test_every_shape_has_an_anchor(pages: Pages) -> None:
    """The IRI of a part of rules leads to words about it, too."""
    named = {str(s).rpartition("#")[2] for s in shapes().subjects() if str(s).startswith(str(SHAPES))}
    assert named - set(pages["shapes", "en"].ids) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_example_is_shown_whole_and_once(pages: Pages, language: str) -> None:
    """Each file of examples stands on the page of the ontology: its prefixes and all the rest."""
    page = pages["ns", language]
    shown = Counter("".join(pre.words).strip() for pre in page.all("pre"))
    assert examples()
    assert {source.name: shown[source.body] for source in examples()} == {source.name: 1 for source in examples()}
    assert all(shown[source.prefixes] for source in examples() if source.prefixes)


@pytest.mark.parametrize("source", examples(), ids=lambda source: source.name)
def test_an_example_named_for_a_class_stands_with_it(pages: Pages, source: object) -> None:
    """The reader of a class finds its example there; files named otherwise stand at the end."""
    page, stem = pages["ns", "en"], getattr(source, "stem", "")
    classes = {str(c).rpartition("#")[2] for c in core().subjects(RDF.type, OWL.Class) if str(c).startswith(OURS)}
    named = next((name for name in classes if name.lower() == stem.replace("-", "")), None)
    around = page.ids[f"example-{stem}"].around
    home = (
        page.ids[named] if named else next(n for n in around if n.attributes.get("aria-labelledby") == "part-examples")
    )
    assert any(node is home for node in around)


def test_every_property_shows_its_use(pages: Pages) -> None:
    """Each property of the ontology is seen in at least one triple of an example."""
    page = pages["ns", "en"]
    used = {str(t) for t in terms_of_the_ontology() if set(PROPERTIES) & set(core().objects(t, RDF.type))}
    without = [
        term
        for term in used
        if not any(p.attributes.get("class") == "use" for p in page.inside(section(page, term), "p"))
    ]
    assert without == []


def test_every_scheme_tells_which_property_takes_its_codes(pages: Pages) -> None:
    """Nobody has to guess where a code belongs."""
    for name in scheme_names():
        page = pages[f"vocab/{name}", "en"]
        assert any(node.attributes.get("id") == "part-use" for node in page.nodes), name
    assert f"{ROOT}ns?lang=en#modality" in {a.attributes["href"] for a in pages["vocab/modality", "en"].all("a")}
    assert "sem:eventType" in pages["vocab/event-type", "en"].source


def test_codes_of_other_books_are_named(pages: Pages) -> None:
    """161 alone says nothing: the book that it is a code of is named, and its name leads to what it means."""
    page = pages["vocab/measure-type", "en"]
    found = section(page, "#expulsion")
    assert re.search(r"CAMEO code 161 PLOVER code SANCTION/expel", found.text)
    assert f"{ROOT}ns?lang=en#CameoCode" in {a.attributes["href"] for a in page.inside(found, "a")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_file_of_rules_has_a_name_for_readers(language: str) -> None:
    """The contents group the rules under words, not under names of files."""
    stems = {file.name.removesuffix(".ttl") for file in shapes_files()}
    assert {stem for stem in stems if f"shapes:{stem}" not in plural_names(language)} == set()


def test_the_contents_of_the_rules_list_each_once_below_its_concern(pages: Pages) -> None:
    """Whoever writes claims reads the rules on claims in one place."""
    page = pages["shapes", "en"]
    (nav,) = (n for n in page.all("nav") if "concerns" in n.attributes.get("class", ""))
    listed = [a.attributes["href"] for a in page.inside(nav, "a")]
    assert sorted(listed) == sorted([*("#" + rule.rpartition("#")[2] for rule in rules()), "#part-parts"])
    claims = page.ids["concern-claims"].around[-1]
    assert {"K11", "K20", "K55"} <= {word for word in claims.text.split() if word.startswith("K")}


def test_the_cases_of_a_rule_are_shown_where_the_installation_has_them(pages: Pages) -> None:
    """What passes and what fails stands with the rule, in full."""
    page = pages["shapes", "en"]
    shown = {"".join(pre.words).strip() for pre in page.all("pre")}
    found = [case for rule in rules() for case in cases(rule_number(rule) or 0)]
    assert found
    assert [case.name for case in found if case.body not in shown] == []


def test_without_cases_the_rules_are_told_all_the_same(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wheel may come without the cases; the page then leaves them out."""
    monkeypatch.setattr(vocabulary_pages, "cases", lambda number: ())
    with app.test_request_context(f"{ROOT}shapes"):
        page = Page(vocabulary_pages.vocabulary_page(app.extensions["legation"], "shapes", str(SHAPES)[:-1], "en"))
    assert "fails-" not in page.source
    assert {rule.rpartition("#")[2] for rule in rules()} <= set(page.ids)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_head_of_the_ontology_tells_what_one_looks_for(pages: Pages, language: str) -> None:
    """Title, abstract, version and its IRI, licence, makers, prefix, citation and downloads."""
    page, own = pages["ns", language], URIRef(ONTOLOGY)
    (head,) = page.all("dl", **{"class": "head"})
    for wanted in (VERSION, f"{ONTOLOGY}/{VERSION}", "CC BY 4.0", "The Legation maintainers", "dip", OURS, "Turtle"):
        assert wanted in head.text
    (citation,) = core().objects(own, URIRef("http://purl.org/dc/terms/bibliographicCitation"))
    assert tidy(str(citation)) in head.text
    assert f"{ROOT}ns/{VERSION}?lang={language}" in {a.attributes["href"] for a in page.inside(head, "a")}
    assert page.all("h1")[0].text in said(ontology(), own, URIRef("http://purl.org/dc/terms/title"), language)
    assert any("@prefix dip:" in pre.text for pre in page.all("pre"))


# Links


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_and_anchor_resolves(client: FlaskClient, pages: Pages, language: str) -> None:
    """No link of the reference leads to a missing page, or to a missing place on a page."""
    kept = {f"{ROOT}{one}?lang={language}": pages[one, language] for one in PATHS}
    statuses: dict[str, int] = {}
    for here in PATHS:
        for href in {a.attributes["href"] for a in pages[here, language].all("a") if "href" in a.attributes}:
            address, _, anchor = href.partition("#")
            page = pages[here, language] if not address else kept.get(address)
            if page is not None:
                assert not anchor or anchor in page.ids, (here, href)
            elif address.startswith(ROOT) and address not in statuses:
                with client.get(address) as answer:
                    statuses[address] = answer.status_code
    assert statuses
    assert {address for address, status in statuses.items() if status >= 400} == set()


@pytest.mark.parametrize("path", PATHS)
def test_terms_of_others_are_prefixed_names_that_lead_out(pages: Pages, path: str) -> None:
    """A link that leaves the site is never a bare IRI where a prefix or a name is known."""
    page = pages[path, "en"]
    sections = [s for s in page.all("section") if "term" in s.attributes.get("class", "").split()]
    links = [a for s in sections for a in page.inside(s, "a") if urlsplit(a.attributes.get("href", "")).scheme]
    assert {a.text for a in links if "://" in a.text} == set()


def test_a_foreign_superclass_leads_to_its_own_home(pages: Pages) -> None:
    """org:Organization is shown so, and its link is the W3C's."""
    page = pages["ns", "en"]
    links = {a.text: a.attributes["href"] for a in page.inside(section(page, "#Organisation"), "a")}
    assert links["org:Organization"] == "http://www.w3.org/ns/org#Organization"
    assert links["sem:Actor"] == "http://semanticweb.cs.vu.nl/2009/11/sem/Actor"
    assert links["Diplomatic mission"] == "#DiplomaticMission"


@pytest.mark.parametrize(
    ("term", "words"),
    [
        pytest.param("#Organisation", "Close to schema:Organization sem:Actor", id="close"),
        pytest.param("#Expulsion", "Related to wd:Q183424", id="related"),
        pytest.param("#speaker", "Narrower than schema:agent", id="broader-match-reads-narrower-than"),
        pytest.param("#inTensionWith", "symmetric: it holds in both directions", id="symmetric"),
        pytest.param("#negated", "its values are texts, numbers or truth values", id="literal"),
        pytest.param("#evidence", "Of, among others Claim Statement", id="domain-includes"),
        pytest.param("#modality", "Values are codes of Modality", id="scheme"),
        pytest.param("#takenBy", "Narrows prov:wasAssociatedWith", id="superproperty"),
        pytest.param("#DiplomaticMission", "Inherits acts for", id="inherited"),
        pytest.param("#MissionState", "Is never also Organisation", id="disjoint-on-the-other-side"),
        pytest.param(
            "#actsFor", "For example, as what a claim says ex:committee dip:actsFor", id="only-in-propositions"
        ),
    ],
)
def test_a_term_is_told_in_plain_words(pages: Pages, term: str, words: str) -> None:
    """Alignments, characteristics, domains and the rest read as sentences do."""
    assert words in section(pages["ns", "en"], term).text


# Language and form


@cache
def english() -> frozenset[str]:
    """Every English definition, note, reason and message of the ontology and the rules."""
    predicates = (SKOS.definition, SKOS.scopeNote, RDFS.comment, SH.message)
    found = ((g, URIRef(s), p) for g in (ontology(), shapes()) for p in predicates for s in g.subjects(p))
    return frozenset(text for graph, subject, p in found for text in said(graph, subject, p, "en"))


@pytest.mark.parametrize("path", PATHS)
def test_the_french_page_is_french(pages: Pages, path: str) -> None:
    """No English definition, note or message stands on a French page; English are only code and a cited title there."""
    page = pages[path, "fr"]
    assert page.all("html")[0].attributes["lang"] == "fr"
    texts = {node.text for node in page.nodes if node.tag in {"p", "dd", "li", "h3"}}
    assert english() & texts == set()
    marked = [node for node in page.nodes if node.attributes.get("lang") == "en"]
    allowed = {"pre", "code", "header", "table"}
    foreign = {node.tag for node in marked if not {node.tag, *(one.tag for one in node.around)} & allowed}
    assert foreign == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PATHS)
def test_the_html_is_well_formed(pages: Pages, path: str, language: str) -> None:
    """Balanced tags, unique ids, paragraphs with nothing in them that would end them, headings in order."""
    page = pages[path, language]
    assert page.unbalanced == []
    ids = Counter(node.attributes["id"] for node in page.nodes if "id" in node.attributes)
    assert [name for name, count in ids.items() if count > 1] == []
    broken = [node.tag for node in page.nodes if node.tag in CLOSING_P and any(one.tag == "p" for one in node.around)]
    assert broken == []
    levels = [int(node.tag[1]) for node in page.nodes if re.fullmatch("h[1-6]", node.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("path", PATHS)
def test_nothing_needs_what_the_policy_forbids(pages: Pages, path: str) -> None:
    """No script, no inline style, no handler, no image: the pictures are SVG in the page."""
    page = pages[path, "en"]
    assert {node.tag for node in page.nodes} & {"script", "style", "img", "iframe", "object"} == set()
    names = {name for node in page.nodes for name in node.attributes}
    assert {name for name in names if name == "style" or name.startswith("on")} == set()


@pytest.mark.parametrize("path", PATHS)
def test_a_reader_without_a_mouse_reaches_what_scrolls(pages: Pages, path: str) -> None:
    """Whatever scrolls by itself can be focused and has a name."""
    page = pages[path, "en"]
    scrolling = [n for n in page.nodes if {"text", "scroll"} & set(n.attributes.get("class", "").split())]
    assert scrolling
    assert all(
        node.attributes.get("tabindex") == "0" and node.attributes.get("role") in {"region", "group"}
        for node in scrolling
    )
    named = [node.attributes.get("aria-label") or node.attributes.get("aria-labelledby") for node in scrolling]
    assert all(named)


# The diagram


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_diagram_names_every_class_and_is_told_in_words(pages: Pages, language: str) -> None:
    """The picture has a name, a summary, a box for each class that leads to it, and the same below it as a list."""
    page = pages["ns", language]
    (svg,) = [node for node in page.all("svg") if "aria-describedby" in node.attributes]
    assert {svg.attributes["aria-labelledby"], svg.attributes["aria-describedby"]} <= set(page.ids)
    classes = [t for t in terms_of_the_ontology() if (t, RDF.type, OWL.Class) in core()]
    boxes = {a.attributes["href"]: a.text for a in page.inside(svg, "a")}
    assert set(boxes) == {"#" + term.rpartition("#")[2] for term in classes}
    assert all(
        boxes["#" + t.rpartition("#")[2]].casefold() == said(ontology(), t, RDFS.label, language)[0].casefold()
        for t in classes
    )
    (words,) = page.all("ul", **{"class": "in-words"})
    told = {a.attributes["href"] for a in page.inside(words, "a")}
    assert set(boxes) <= told
    drawn = {node.text for node in page.inside(svg, "text")}
    assert all(label in words.text or label == "↻" or ":" in label for label in drawn - set(boxes.values()))


def test_subclasses_stand_below_their_superclass_with_an_arrow() -> None:
    """A kind of thing is drawn under the thing."""
    found = diagram([Kind("a", "A", "#a"), Kind("b", "B", "#b", parent="a"), Kind("c", "C", "#c", parent="a")])
    a, b, c = found.boxes
    assert a.bottom < b.y < b.bottom < c.y
    assert found.kinds.lines.count("M") == 2
    assert found.relations.lines == ""


@st.composite
def ontologies(draw: st.DrawFn) -> list[Kind]:
    """Classes with parents among the earlier ones and properties between any two of them."""
    keys = [f"c{n}" for n in range(draw(st.integers(1, 9)))]
    kinds = []
    for n, key in enumerate(keys):
        parent = draw(st.sampled_from([None, None, *keys[:n]]))
        others = [other for other in keys if other != key]
        targets = st.lists(st.sampled_from(others), max_size=3, unique=True) if others else st.just([])
        relations = draw(st.lists(targets, max_size=4))
        kinds.append(
            Kind(key, key.upper(), f"#{key}", parent, tuple(Relation("leads to", tuple(t)) for t in relations))
        )
    return kinds


@given(ontologies())
def test_boxes_never_overlap_and_no_line_runs_through_one(kinds: list[Kind]) -> None:
    """Whatever terms are added, the picture stays readable."""
    found = diagram(kinds)
    assert found == diagram(kinds)
    boxes = found.boxes
    for n, one in enumerate(boxes):
        assert 0 <= one.x <= one.right <= found.width
        assert 0 <= one.y <= one.bottom <= found.height
        assert all(apart(one, other) for other in boxes[n + 1 :])
    for (x1, y1), (x2, y2) in segments(found):
        for box in boxes:
            inside_x = max(min(x1, x2), box.x) < min(max(x1, x2), box.right) or box.x < x1 == x2 < box.right
            inside_y = max(min(y1, y2), box.y) < min(max(y1, y2), box.bottom) or box.y < y1 == y2 < box.bottom
            assert not (inside_x and inside_y)


def apart(one: object, other: object) -> bool:
    a, b = one, other
    return bool(a.right <= b.x or b.right <= a.x or a.bottom <= b.y or b.bottom <= a.y)  # type: ignore[attr-defined]


def segments(found: Diagram) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """The straight parts of the properties' lines."""
    parts = []
    for line in re.findall(r"M[^M]+", found.relations.lines):
        numbers = [tuple(map(float, pair.split())) for pair in re.findall(r"[-\d.e+]+ [-\d.e+]+", line)]
        points = [(x, y) for x, y in numbers]
        parts += list(pairwise(points))
    return parts


def test_every_text_fits_its_box(pages: Pages) -> None:
    """A box is wide enough for its name and its rows in the widest of the usual fonts."""
    wide = Kind("a", "W" * 20, "#a", None, (Relation("m" * 30, (), "x" * 20),))
    (box,) = diagram([wide]).boxes
    assert box.width >= text_width("W" * 20, 15)
    assert box.width >= text_width("m" * 30, 13) + text_width("x" * 20, 12)


def test_no_classes_make_an_empty_diagram() -> None:
    """An ontology without a class has an empty picture and no error."""
    assert diagram([]).boxes == ()


# Rules in words

HEADER = """
@prefix dip: <https://w3id.org/legation/ns#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shapes: <https://w3id.org/legation/shapes#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix other: <https://other.example/> .
"""


ONE, TWO = "of the class other:One", "on other:p (at least 1 value)"
"""What the parts `shapes:one` and `shapes:two` ask, in words."""


def wording_of(app: Flask, turtle: str) -> Wording:
    here: Site = app.extensions["legation"]
    return Wording(Reader(here, "en"), str(SHAPES)[:-1], indexed([("some", HEADER + turtle)]))


def in_words(line: Line) -> str:
    inside = " / ".join(map(in_words, line.inside))
    parts = [
        line.text,
        ", ".join(v.text for v in line.values),
        f"({inside})" if inside else "",
        "?" if line.query else "",
    ]
    return " ".join(part for part in parts if part)


@pytest.mark.parametrize(
    ("constraint", "words"),
    [
        pytest.param("sh:minCount 1", ["at least 1 value"], id="minCount"),
        pytest.param("sh:minCount 0", [], id="minCount-0-asks-nothing"),
        pytest.param("sh:maxCount 2", ["at most 2 values"], id="maxCount"),
        pytest.param("sh:minCount 1 ; sh:maxCount 1", ["exactly 1 value"], id="exact-count"),
        pytest.param("sh:class other:Thing", ["of the class other:Thing"], id="class"),
        pytest.param("sh:datatype xsd:date", ["of the datatype xsd:date"], id="datatype"),
        pytest.param("sh:nodeKind sh:IRI", ["of the kind: IRI"], id="nodeKind"),
        pytest.param('sh:hasValue "x"', ["the value x"], id="hasValue"),
        pytest.param("sh:in ( other:a other:b )", ["one of other:a, other:b"], id="in"),
        pytest.param('sh:languageIn ( "en" "fr" )', ["in one of the languages en, fr"], id="languageIn"),
        pytest.param("sh:uniqueLang true", ["no two texts in one language"], id="uniqueLang"),
        pytest.param("sh:uniqueLang false", [], id="uniqueLang-false-asks-nothing"),
        pytest.param('sh:pattern "^a"', ["in the form of the regular expression ^a"], id="pattern"),
        pytest.param("sh:minLength 2 ; sh:maxLength 2", ["exactly 2 characters"], id="length"),
        pytest.param("sh:maxLength 1", ["at most 1 character"], id="maxLength"),
        pytest.param("sh:minInclusive 0", ["no less than 0"], id="minInclusive"),
        pytest.param("sh:maxInclusive 9", ["no more than 9"], id="maxInclusive"),
        pytest.param("sh:minExclusive 0", ["more than 0"], id="minExclusive"),
        pytest.param("sh:maxExclusive 9", ["less than 9"], id="maxExclusive"),
        pytest.param("sh:equals other:p", ["the same values as other:p"], id="equals"),
        pytest.param("sh:disjoint other:p", ["no value in common with other:p"], id="disjoint"),
        pytest.param("sh:lessThan other:p", ["less than every value of other:p"], id="lessThan"),
        pytest.param("sh:lessThanOrEquals other:p", ["no more than any value of other:p"], id="lessThanOrEquals"),
        pytest.param("sh:or ( shapes:one shapes:two )", [f"at least one of these: ({ONE} / {TWO})"], id="or"),
        pytest.param("sh:xone ( shapes:one )", ["exactly one of these: (of the class other:One)"], id="xone"),
        pytest.param("sh:not shapes:one", ["not this: (of the class other:One)"], id="not"),
        pytest.param("sh:and ( shapes:one shapes:two )", [ONE, TWO], id="and"),
        pytest.param("sh:node shapes:one", ["of the class other:One"], id="node"),
        pytest.param("sh:property shapes:two", [TWO], id="property"),
        pytest.param("sh:and ( shapes:in-x )", ["a code of other:scheme"], id="scheme"),
        pytest.param(
            "sh:qualifiedValueShape shapes:one ; sh:qualifiedMinCount 2",
            [f"at least 2 values that are: ({ONE})"],
            id="qualified",
        ),
        pytest.param(
            "sh:closed true ; sh:ignoredProperties ( rdf:type ) ; sh:property shapes:two",
            [TWO, "no property but rdf:type, other:p"],
            id="closed",
        ),
        pytest.param("sh:sparql shapes:query", ["that a query finds no fault ?"], id="sparql"),
        pytest.param("sh:deactivated true", ["sh:deactivated true"], id="unknown-words-are-not-lost"),
    ],
)  # fmt: skip
def test_a_constraint_is_told_in_words(app: Flask, constraint: str, words: list[str]) -> None:
    """Each constraint component of SHACL (sections 4 and 5) reads as a sentence would; none is passed over."""
    turtle = f"""
    shapes:K99-x a sh:PropertyShape ; sh:path other:q ; {constraint} .
    shapes:one a sh:NodeShape ; sh:class other:One .
    shapes:two a sh:PropertyShape ; sh:path other:p ; sh:minCount 1 .
    shapes:in-x a sh:PropertyShape ; sh:path skos:inScheme ; sh:hasValue other:scheme .
    shapes:query sh:select "SELECT $this WHERE {{ $this other:p $this }}" .
    """
    with app.test_request_context(ROOT):
        assert [in_words(line) for line in asks(wording_of(app, turtle), f"{SHAPES}K99-x")] == words


def test_a_shape_that_holds_itself_comes_to_an_end(app: Flask) -> None:
    """Nobody can hang the page with a circle of shapes."""
    with app.test_request_context(ROOT):
        found = asks(wording_of(app, "shapes:a a sh:NodeShape ; sh:not shapes:a ."), f"{SHAPES}a")
    assert in_words(found[0]).startswith("not this: (not this: (")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        pytest.param("other:p", "other:p", id="predicate"),
        pytest.param("[ sh:inversePath other:p ]", "^other:p", id="inverse"),
        pytest.param("( other:p other:q )", "other:p/other:q", id="sequence"),
        pytest.param("[ sh:alternativePath ( other:p other:q ) ]", "(other:p|other:q)", id="alternative"),
        pytest.param("( [ sh:zeroOrMorePath other:p ] other:q )", "other:p*/other:q", id="zero-or-more"),
        pytest.param("[ sh:oneOrMorePath other:p ]", "other:p+", id="one-or-more"),
        pytest.param("[ sh:zeroOrOnePath other:p ]", "other:p?", id="zero-or-one"),
    ],
)
def test_a_path_is_shown_as_sparql_writes_it(app: Flask, written: str, shown: str) -> None:
    """Property paths of SHACL (section 2.3.1) read as property paths of SPARQL do."""
    with app.test_request_context(ROOT):
        found = path(wording_of(app, f"shapes:K99-x sh:path {written} ."), f"{SHAPES}K99-x")
    assert found is not None
    assert found.text == shown


def test_a_rule_on_a_property_looks_where_the_shape_that_gathers_it_looks(pages: Pages) -> None:
    """K11 has no target of its own: the shape of claims gives it one."""
    assert (
        "Looks at everything of the class Claim And there at asserted in"
        in section(pages["shapes", "en"], "#K11-one-statement").text
    )


def test_a_target_is_told_in_words(app: Flask) -> None:
    """Each kind of target of SHACL (section 2.1.3) is told; only the installed rules are asked for theirs."""
    with app.test_request_context(ROOT):
        here: Site = app.extensions["legation"]
        wording = Wording(Reader(here, "en"), str(SHAPES)[:-1])
        told = {line.text for rule in rules() for line in applies_to(wording, rule)}
    assert {"everything of the class", "whatever has a value of", "every value of"} <= told


# Listings


def leads(name: str) -> str | None:
    return "/" + name if name.startswith(("dip:", "<https:")) else None


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        pytest.param("ex:a a dip:Claim .", ["dip:Claim"], id="a-name-with-a-home"),
        pytest.param('ex:a rdfs:label "a dip:Claim" .', [], id="nothing-inside-a-text"),
        pytest.param('ex:a rdfs:label """a\ndip:Claim "x" """ .', [], id="nothing-inside-a-long-text"),
        pytest.param("# a dip:Claim\n", [], id="nothing-inside-a-comment"),
        pytest.param("dip:a/dip:b*", ["dip:a", "dip:b"], id="steps-of-a-path"),
        pytest.param(
            "ex:a dip:b <https://x.example/#dip:c> .", ["dip:b", "<https://x.example/#dip:c>"], id="an-iri-whole"
        ),
        pytest.param("FILTER(?a < ?b && dip:c > 1)", ["dip:c"], id="less-than-is-no-iri"),
    ],
)
def test_names_in_code_are_linked(text: str, linked: list[str]) -> None:
    """Terms lead to where they are told; what only looks like one stays text."""
    assert [piece.text for piece in code(text, leads) if piece.href] == linked


@given(st.text(alphabet='ab:#<>"\\\n dip/-.'))
def test_a_listing_loses_nothing(text: str) -> None:
    """The pieces of a text, put together, are the text."""
    assert "".join(piece.text for piece in code(text, leads)) == text
    assert "".join(piece.text for piece in prose(text, leads)) == text


def test_a_name_in_a_sentence_is_linked_and_an_address_is_not() -> None:
    """Notes name terms; an IRI written out in a sentence is left alone."""
    found = prose("Use dip:speaker, see http://x.example/dip:no.", leads)
    assert [piece.text for piece in found if piece.href] == ["dip:speaker"]
