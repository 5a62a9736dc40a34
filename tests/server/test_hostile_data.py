"""Hostile literals and IRIs: nothing runs, no page breaks, every serialisation says the same, no header is forged."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import hostile
import html5rdf
import pyoxigraph as ox
import pytest
from chromium import chromium, complaints, run, set_screen
from kinds import FRAME_PATHS, by_class, document_path, quads_of
from live import LiveServer, free_port, run_legation, serving
from selenium.webdriver.remote.webdriver import WebDriver
from wire import raw, send

import legation.server
from legation.graph.canonical import canonical_n_quads, canonical_quads, digest
from legation.graph.formats import GRAPH_FORMATS, HTML, JSON_LD, N_TRIPLES, RDF_XML, Format
from legation.graph.serialisation import rdf_format
from legation.ontology import context_document

PAGE_BYTES_MAX = 150_000
"""What a page of one thing may weigh, however heavy its texts."""
LANGUAGES = ("en", "fr")
TEMPLATES = "".join(
    file.read_text("utf-8") for file in sorted(Path(legation.server.__file__).parent.glob("templates/*.html"))
)
ELEMENTS = frozenset(name.lower() for name in re.findall(r"<([a-zA-Z][\w-]*)", TEMPLATES))
ATTRIBUTES = frozenset(name.lower() for name in re.findall(r"[\s}]([a-zA-Z][\w:-]*)=", TEMPLATES))
BARE = frozenset({"required", "open", "hidden", "download"})
"""What our templates write: any other element or attribute has come in from elsewhere."""
LINKS = ("href", "action", "cite", "src")


# The data, served


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The bundled facts, full of poison, and things made of nothing else, published as anybody's RDF is."""
    folder, port = tmp_path_factory.mktemp("hostile"), free_port()
    base = f"http://localhost:{port}/"
    clean = run_legation("release", "--base", base, "--releases", str(folder / "clean"))
    assert clean.returncode == 0, clean.stderr.decode()
    content = hostile.n_quads(quads_of(folder / "clean"))
    made = [*hostile.poisoned(content, base), *hostile.text_things(base), *hostile.iri_things(base)]
    (folder / "data.nq").write_bytes(hostile.n_quads(made))
    built = run_legation("release", "--data", str(folder / "data.nq"), "--without-shapes", "--base", base,
                         "--releases", str(folder / "releases"))  # fmt: skip
    assert built.returncode == 0, built.stderr.decode()
    with serving(folder / "releases", port) as server:
        yield server


@pytest.fixture(scope="module")
def quads(site: LiveServer) -> list[ox.Quad]:
    """Everything that is served."""
    return quads_of(site.releases)


@pytest.fixture(scope="module")
def documents(site: LiveServer, quads: list[ox.Quad]) -> list[str]:
    """The path of the document of two things of every class, and of every thing with an odd IRI."""
    things = {thing for found in by_class(quads, site.base, 2).values() for thing in found}
    odd = {f"{site.base}id/odd/{path}" for path in hostile.ODD_PATHS.values()}
    return sorted(document_path(thing, site.base) for thing in things | odd)


@pytest.fixture(scope="module")
def pages(site: LiveServer, documents: list[str]) -> list[str]:
    """The documents' pages, those of the frame, and those that show what a reader sent."""
    sent = quote(hostile.TEXTS["script-end"] + hostile.TEXTS["override"] + "\n\x01", safe="")
    answers = ["SELECT * { ?s ?p ?o } LIMIT 400", "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 400",
               "SELECT ?o { ?s ?p ?o FILTER(STRLEN(STR(?o)) > 900000) }"]  # fmt: skip
    shown = [f"sparql?query={quote(query)}" for query in answers]
    echoed = [f"doc/{sent}", f"id/{sent}", f"nothing/{sent}", f"sparql?query={sent}", f"dumps/{sent}", f"vocab/{sent}",
              f"doc/text/script?lang={sent}", "doc/text/script?_profile=alt", f"doc/text/override?_profile={sent}",
              "doc/odd/say-%22-%27single%27-%3C%3E?_profile=alt", f"doc/text/script?after={sent}",
              f"sparql?query=ASK%7B%7D&x={sent}", f"problems/{sent}"]  # fmt: skip
    return [*documents, *FRAME_PATHS, *shown, *echoed]


def page(site: LiveServer, path: str, language: str) -> str:
    """A page as text; redirects of things are followed."""
    reply = send(site, address(path, language), Accept=HTML.media_type)
    if reply.status in {301, 303, 308}:
        reply = send(site, reply.headers["Location"].removeprefix(site.base.rstrip("/")), Accept=HTML.media_type)
    assert reply.type == HTML.media_type, (path, reply.status, reply.type)
    assert reply.status < 500, path
    return reply.body.decode("utf-8", "strict")


def address(path: str, language: str) -> str:
    return f"/{path}" if "lang=" in path else f"/{path}{'&' if '?' in path else '?'}lang={language}"


# Well-formed, and only what the templates write


def faults(text: str) -> list[str]:
    """What an HTML page holds that our templates do not write: parse errors, elements, attributes, links that run."""
    parser = html5rdf.HTMLParser(tree=html5rdf.getTreeBuilder("etree"))
    tree = parser.parse(text)
    found = [f"{code} {facts} at {place}" for place, code, facts in parser.errors]
    for element in tree.iter():
        if not isinstance(element.tag, str):
            found.append(f"a comment {element.text!r}")
            continue
        name = element.tag.rpartition("}")[2].lower()
        if name not in ELEMENTS:
            found.append(f"<{name}>")
        found += [f"{name} {attribute}" for attribute in element.attrib if not is_ours(str(attribute).lower())]
        links = [str(element.attrib[attribute]) for attribute in LINKS if attribute in element.attrib]
        found += [f"{name} leads to {link[:60]}" for link in links if not leads_somewhere(link)]
        if name == "script" and not is_data(element.attrib.get("type"), element.text):
            found.append("a script")
        if name == "meta" and "http-equiv" in element.attrib:
            found.append("meta http-equiv")
    return found


def is_ours(attribute: str) -> bool:
    """Whether the templates write this attribute; none of those runs anything."""
    return attribute in ATTRIBUTES | BARE and not attribute.startswith("on") and attribute not in {"style", "src"}


def leads_somewhere(link: str) -> bool:
    """Whether an address is of the web or of this site."""
    return urlsplit(link).scheme in {"http", "https", ""} and not link.startswith(("//", "\\"))


def is_data(kind: object, text: str | None) -> bool:
    """Whether a script element holds JSON-LD and nothing that could run."""
    return kind == JSON_LD.media_type and json.loads(text or "") is not None


@pytest.mark.parametrize(
    "page",
    [
        "<p onclick=x>", "<iframe></iframe>", "<a href=javascript:x>x</a>", "<p>\x01</p>", "<b>x</i>",
        "<script>x</script>", "<!-- x -->", "<p style='x'>", "<a href='//evil.example'>x</a>", "&nosuch;",
    ],
)  # fmt: skip
def test_the_check_of_pages_finds_what_it_looks_for(page: str) -> None:
    """A page without the fault has none, with it one."""
    whole = "<!doctype html><html lang=en><head><title>x</title></head><body>{}</body></html>"
    assert faults(whole.format("<p>x</p>")) == []
    assert faults(whole.format(page))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_well_formed_and_holds_only_what_templates_write(
    site: LiveServer, pages: list[str], language: str
) -> None:
    """No element, attribute or link comes from the data or from what a reader sent."""
    found = {path: faults(page(site, path, language)) for path in pages[:: 1 if language == "en" else 3]}
    assert {path[:100]: some[:5] for path, some in found.items() if some} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_a_thing_is_heavy(site: LiveServer, documents: list[str], language: str) -> None:
    """Long texts, names and addresses are shown by their beginning."""
    weights = {path[:100]: len(page(site, path, language).encode()) for path in documents}
    assert {path: weight for path, weight in weights.items() if weight > PAGE_BYTES_MAX} == {}


@pytest.mark.parametrize("name", sorted(hostile.TEXTS))
def test_a_text_is_shown_as_it_is(site: LiveServer, name: str) -> None:
    """Nothing in it is taken for markup, template or Markdown; what HTML cannot hold has a sign in its place."""
    tree = html5rdf.parse(page(site, f"doc/text/{name}", "en"), namespaceHTMLElements=False)
    texts = {unspaced("".join(element.itertext())) for element in tree.iter() if isinstance(element.tag, str)}
    text = hostile.TEXTS[name]
    shown = text if len(text) < 3000 else text[:3000] + "…"
    assert unspaced(as_html(shown)) in texts


def as_html(text: str) -> str:
    """The text with the signs that stand for what HTML cannot hold."""
    pictures = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n\r\f"}
    replaced = dict.fromkeys([*range(0x80, 0xA0), 0xFFFE, 0xFFFF, 0x10FFFF], 0xFFFD)
    return text.translate(pictures | replaced | {0x7F: 0x2421, 0x85: 0x2424})


def unspaced(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def test_a_long_text_is_shown_by_its_beginning_with_a_way_to_the_whole(site: LiveServer) -> None:
    """The page says how long it is and links the formats that hold it; these hold it to the last character."""
    text = page(site, "doc/text/long", "en")
    assert text.count("1,000,021 characters") >= 3
    assert 'href="#formats"' in text
    assert 'id="formats"' in text
    whole = send(site, "/doc/text/long.nt").body
    assert whole.count(hostile.LONG.encode()) >= 9


# In a browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    with chromium(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


HARM = f"""
return [
  window.{hostile.CANARY} !== undefined && "a script ran",
  document.querySelector("#{hostile.CANARY}, iframe, object, embed, img, base, style, frame, math, template")
    && "an element came in",
  [...document.scripts].some(s => s.type !== "{JSON_LD.media_type}") && "a script",
  [...document.querySelectorAll("*")].some(e => [...e.attributes].some(a => a.name.startsWith("on"))) && "a handler",
  document.documentElement.scrollWidth > innerWidth && "wider than the screen",
  [...document.querySelectorAll("[href]")].some(
    a => !/^https?:$/.test(new URL(a.getAttribute("href"), location).protocol)) && "a link that runs",
  document.cookie && "a cookie",
].filter(Boolean)"""

LOOSE = r"""
const controls = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const apart = /^(isolate|plaintext|isolate-override)$/;
const found = [];
for (const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); walk.nextNode();) {
  if (!controls.test(walk.currentNode.data)) continue;
  let box = walk.currentNode.parentElement;
  if (box.closest("script, textarea, pre")) continue;
  while (box && !apart.test(getComputedStyle(box).unicodeBidi)) box = box.parentElement;
  const text = (box || document.body).textContent.replace(/\s+/g, " ").trim();
  if (!box || !arguments[0].includes(text.replace(/…$/, ""))) found.push(`${box && box.tagName}: ${text.slice(0, 90)}`);
}
return found"""
"""Texts with direction controls whose nearest isolated element holds anything but one text of the data."""


@pytest.mark.browser
def test_nothing_runs_and_nothing_comes_in(site: LiveServer, browser: WebDriver, pages: list[str]) -> None:
    """A dialog would end the run; the console would tell of anything that the policy had to stop."""
    set_screen(browser, 360)
    found = {}
    for path in pages:
        browser.get(site.base.rstrip("/") + address(path, "en"))
        harm = [*run(browser, HARM), *complaints(browser)]
        found[path[:100]] = [one for one in harm if "404 (Not Found)" not in one and "400 (Bad Request)" not in one]
    assert {path: harm for path, harm in found.items() if harm} == {}


@pytest.mark.browser
def test_direction_controls_reorder_nothing_beside_them(
    site: LiveServer, browser: WebDriver, pages: list[str], quads: list[ox.Quad]
) -> None:
    """Each stands in an isolated element that holds one text of the data and nothing of ours (UAX 9, section 5.2)."""
    whole = {unspaced(quad.object.value) for quad in quads if isinstance(quad.object, ox.Literal)}
    iris = {node.value for quad in quads for node in (quad.subject, quad.predicate, quad.object)
            if isinstance(node, ox.NamedNode)}  # fmt: skip
    controls = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
    parts = {iri.removeprefix(site.base + "id/") for iri in iris} | {iri.rpartition("/")[2] for iri in iris}
    texts = sorted(text for text in whole | iris | parts if controls.search(text))
    found = {}
    for path in pages:
        browser.get(site.base.rstrip("/") + address(path, "en"))
        found[path[:100]] = run(browser, LOOSE, texts)
    assert {path: loose for path, loose in found.items() if loose} == {}


# RDF


def named_digest(body: bytes, form: Format) -> str:
    """The RDFC-1.0 digest of a document; JSON-LD with our own context put in its place."""
    if form is JSON_LD:
        document = json.loads(body)
        assert document["@context"].endswith("/context.jsonld")
        body = json.dumps(document | {"@context": context_document()["@context"]}).encode()
    return digest(canonical_n_quads(canonical_quads(ox.parse(body, format=rdf_format(form)))))


def is_expressible_in_xml(triples: list[ox.Quad]) -> bool:
    """Whether XML names every predicate and class, and holds every character (XML 1.0; Namespaces in XML 1.0)."""
    names = {t.predicate.value for t in triples} | {t.object.value for t in triples
             if t.predicate == hostile.TYPE and isinstance(t.object, ox.NamedNode)}  # fmt: skip
    texts = [t.object.value for t in triples if isinstance(t.object, ox.Literal)]
    wrong = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
    return all(re.search(r"[/#:?][^\W\d][\w.-]*\Z", name) for name in names) and not any(map(wrong.search, texts))


def test_every_serialisation_says_the_same_or_says_that_it_cannot(site: LiveServer, documents: list[str]) -> None:
    """By RDFC-1.0; a document that RDF/XML cannot write is refused as `not-expressible`, and no other is."""
    refused = []
    for path in documents:
        triples = send(site, f"/{path}.nt").body
        expected = named_digest(triples, N_TRIPLES)
        for form in GRAPH_FORMATS:
            reply = send(site, f"/{path}.{form.extension}")
            if form is RDF_XML and not is_expressible_in_xml(list(ox.parse(triples, format=ox.RdfFormat.N_TRIPLES))):
                assert (reply.status, b"/problems/not-expressible" in reply.body) == (406, True), path
                refused.append(path)
                continue
            assert (reply.status, reply.type) == (200, form.media_type), path
            assert named_digest(reply.body, form) == expected, (path, form.key)
    assert 0 < len(refused) < len(documents)


def test_a_document_holds_what_was_published_of_its_thing(
    site: LiveServer, documents: list[str], quads: list[ox.Quad]
) -> None:
    """Every triple with the thing as subject, to the character."""
    for path in documents:
        said = {t.triple for t in ox.parse(send(site, f"/{path}.nt").body, format=ox.RdfFormat.N_TRIPLES)}
        published = {q.triple for q in quads if document_path(getattr(q.subject, "value", ""), site.base) == path}
        assert published, path
        assert published <= said, path


# Header fields


def test_no_header_field_is_forged_or_torn(site: LiveServer, documents: list[str]) -> None:
    """On the wire every field is one ASCII line, links are whole, and nothing sets a cookie."""
    harmless = ("doc/organisation/nato", "doc/organisation/nato.ttl", "id/organisation/nato")
    known = {name.lower() for path in harmless for name in send(site, f"/{path}").headers} | {"connection"}
    for path in documents:
        for target in (f"/{path}.ttl", f"/{path}", f"/{path.replace('doc/', 'id/', 1)}"):
            request = f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            lines = raw(site, request.encode()).partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")
            fields = [line.partition(": ") for line in lines[1:]]
            assert lines[0] in {"HTTP/1.1 200 OK", "HTTP/1.1 303 See Other"}, target
            assert {name.lower() for name, _, _ in fields} <= known, target
            assert all(re.fullmatch("[ -~]*", value) for _, _, value in fields), target
            link = next((value for name, _, value in fields if name.lower() == "link"), "")
            assert re.fullmatch(r'(<[^<>"{}|\\^`\s]+>(; [a-z]+="[^"]*")+(, |\Z))*', link), target


def test_a_thing_with_an_odd_iri_leads_to_its_document(site: LiveServer) -> None:
    """303 to its document's address, which answers; the escapes are what they were."""
    for path in hostile.ODD_PATHS.values():
        asked = document_path(f"{site.base}id/{path}", site.base).removeprefix("doc/")
        moved = send(site, f"/id/odd/{asked}")
        assert (moved.status, moved.headers["Location"]) == (303, f"{site.base}doc/odd/{asked}")
        found = send(site, f"/doc/odd/{asked}.nt")
        assert found.status == 200
        assert f"<{site.base}id/odd/{path}>" in found.text
