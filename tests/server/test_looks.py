"""Pages as they look: one of every kind, in both languages, light and dark, wide and narrow, in headless Chromium.

Pictures go to `screenshots/`, which git ignores, to be looked at. The things shown are the richest of each class of the
release, so that a class or a page kind that is new comes in by itself.
"""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import node
import pytest
from chromium import chromium, complaints, run, run_async, set_screen
from kinds import document_path, quads_of, richest_by_class
from live import LiveServer, free_port, run_legation, serving
from rdflib import XSD
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from wire import send

from legation.graph.formats import HTML

pytestmark = pytest.mark.browser
PICTURES = Path(__file__).parents[2] / "screenshots"
HEIGHT_MAX = 3_500
"""Of a picture, in CSS pixels: longer pages repeat themselves."""
LANGUAGES, SCHEMES, WIDTHS = ("en", "fr"), ("light", "dark"), (1280, 360)
SEEN = (Path(__file__).parents[1] / "looks.js").read_text("utf-8")
AXE = """
const done = arguments[arguments.length - 1];
axe.run({exclude: arguments[1]}, arguments[0]).then(
  found => done(found.violations.map(v => [v.impact, v.id, v.help, v.nodes.map(n => n.target.join(" ")).slice(0, 4)])),
  error => done([["critical", "axe", String(error), []]]));
"""
ALL_RULES: dict[str, object] = {"resultTypes": ["violations"]}
RULES: dict[tuple[int, str], dict[str, object]] = {
    (WIDTHS[0], "light"): ALL_RULES,
    (WIDTHS[0], "dark"): ALL_RULES | {"runOnly": ["color-contrast", "link-in-text-block"]},
    (WIDTHS[1], "light"): ALL_RULES | {"runOnly": ["scrollable-region-focusable", "target-size"]},
}
"""What axe-core looks for on each screen: everything once, then what can differ."""
INLINE = [".refs", ".see"]
"""Not measured for fingers: numbers within a line of text, which WCAG 2.2 exempts (2.5.8, inline)."""
ASKED = {
    "answer-table": "SELECT ?kind (COUNT(?s) AS ?n) WHERE {{ ?s a ?kind }} GROUP BY ?kind ORDER BY DESC(?n)",
    "answer-graph": "DESCRIBE <{base}id/organisation/nato>",
    "answer-boolean": "ASK {{ ?s ?p ?o }}",
    "problem-query": "SELECT * WHERE {{ ?s ?p",
}


@dataclass
class Look:
    """One page in one language on one screen, and what is wrong with it, by kind of fault."""

    page: str
    faults: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    with chromium(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


def pages(live: LiveServer) -> dict[str, str]:
    """Paths by name: the richest thing of each class, what the front page and lists link, and what readers meet."""
    things = richest_by_class(quads_of(live.releases), live.base)
    found = {f"thing-{name}": document_path(thing, live.base) for name, thing in things.items()}
    for start in ("", "class/"):
        page = send(live, f"/{start}?lang=en", Accept=HTML.media_type).text
        for path in re.findall(r'href="/([^"?#.]*)[?#"]', page):
            if not path.startswith(("doc/", "id/", "static/")):
                first, _, more = path.partition("/")
                found.setdefault(f"frame-{first or 'home'}{'-one' if more else ''}", path)
    asked = {name: f"sparql?query={quote(query.format(base=live.base))}" for name, query in ASKED.items()}
    alternates = f"{document_path(live('id/organisation/nato'), live.base)}?_profile=alt"
    return found | asked | {"problem-404": "doc/organisation/atlantis", "problem-type": "problems/query-syntax",
                            "alternates": alternates}  # fmt: skip


TOMBSTONE = """
<{0}> <http://www.w3.org/ns/prov#invalidatedAtTime> "2030-05-01T09:00:00Z"^^<{xsd}dateTime> .
<{0}> <http://www.w3.org/2004/02/skos/core#changeNote> "Its only source was retracted."@en .
<{0}> <http://www.w3.org/2004/02/skos/core#changeNote> "Sa seule source a été rétractée."@fr .
<{0}> <http://purl.org/dc/terms/isReplacedBy> <{1}> .
<{1}> <http://www.w3.org/2000/01/rdf-schema#label> "The dispute"@en .
<{1}> <http://www.w3.org/2000/01/rdf-schema#label> "Le différend"@fr .
"""


@pytest.fixture(scope="module")
def gone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the document of a thing that was withdrawn, in a small release of its own."""
    folder, port = tmp_path_factory.mktemp("gone"), free_port()
    base = f"http://localhost:{port}/"
    (folder / "data.nq").write_text(
        TOMBSTONE.format(f"{base}id/event/rumour", f"{base}id/event/dispute", xsd=str(XSD)), "utf-8"
    )
    built = run_legation("release", "--data", str(folder / "data.nq"), "--without-shapes", "--base", base,
                         "--releases", str(folder / "releases"))  # fmt: skip
    assert built.returncode == 0, built.stderr.decode()
    with serving(folder / "releases", port, LEGATION_WORKERS="1") as server:
        assert send(server, "/doc/event/rumour").status == 410
        yield f"{base}doc/event/rumour"


@pytest.fixture(scope="module")
def looks(live: LiveServer, gone: str, browser: WebDriver) -> list[Look]:
    """Every page on every screen: looked at, and a picture of it kept."""
    PICTURES.mkdir(exist_ok=True)
    for old in PICTURES.glob("*.png"):
        old.unlink()
    axe = node.source("axe-core", "axe.min.js")
    found: list[Look] = []
    addresses = {name: live(path) for name, path in pages(live).items()} | {"tombstone": gone}
    for name, plain in addresses.items():
        for language in LANGUAGES:
            address = f"{plain}{'&' if '?' in plain else '?'}lang={language}"
            found += look_at(browser, axe, f"{name} {language}", address)
    told = {look.page: {kind: some for kind, some in look.faults.items() if some} for look in found}
    (PICTURES / "faults.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
    return found


def look_at(browser: WebDriver, axe: str, name: str, address: str) -> Iterator[Look]:
    """The page at an address on each screen; what axe-core looks for is in `RULES`."""
    set_screen(browser, WIDTHS[0])
    browser.get(address)
    run(browser, axe)
    for width in WIDTHS:
        for scheme in SCHEMES:
            set_screen(browser, width, scheme=scheme)
            look = Look(f"{name} {scheme} {width}", run(browser, f"return {SEEN}"))
            if rules := RULES.get((width, scheme)):
                look.faults["axe"] = [str(one) for one in run_async(browser, AXE, rules, INLINE if width < 500 else [])]
            look.faults["console"] = [one for one in complaints(browser) if "responded with a status of 4" not in one]
            picture = take_picture(browser, width)
            look.faults["empty picture"] = ["empty"] if len(picture) < 4_000 else []
            (PICTURES / f"{look.page.replace(' ', '.')}.png").write_bytes(picture)
            yield look


def take_picture(browser: WebDriver, width: int) -> bytes:
    """The page from its top, at most `HEIGHT_MAX` of it."""
    height = run(browser, "return document.documentElement.scrollHeight")
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, HEIGHT_MAX), "scale": 1}
    wanted = {"format": "png", "captureBeyondViewport": True, "optimizeForSpeed": True, "clip": clip}
    return base64.b64decode(browser.execute_cdp_cmd("Page.captureScreenshot", wanted)["data"])


def faults(looks: list[Look], kind: str) -> dict[str, list[str]]:
    return {look.page: look.faults[kind] for look in looks if look.faults.get(kind)}


# ── Every page ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_kind_of_page_is_looked_at(looks: list[Look]) -> None:
    """In both languages, both schemes and both widths."""
    names = Counter(look.page.partition(" ")[0] for look in looks)
    assert set(names.values()) == {len(LANGUAGES) * len(SCHEMES) * len(WIDTHS)}
    kinds = {
        "thing-dip-Claim",
        "thing-dip-Expulsion",
        "thing-foaf-Person",
        "thing-dip-StaffLevel",
        "frame-home",
        "frame-sparql",
        "frame-ns",
    }
    assert kinds <= set(names)
    assert len(names) > 30


@pytest.mark.parametrize("kind", ["sideways", "clipped", "overlapping", "tiny", "blank", "console", "empty picture"])
def test_no_page_is(looks: list[Look], kind: str) -> None:
    """Scrolled sideways, cut off, written over, too small to read, blank, or against its own policy."""
    assert faults(looks, kind) == {}


def test_axe_finds_nothing_serious(looks: list[Look]) -> None:
    """Every rule of axe-core in light, those of colour in dark."""
    serious = {page: [one for one in found if re.match(r"\['(serious|critical)'", one)]
               for page, found in faults(looks, "axe").items()}  # fmt: skip
    assert {page: found for page, found in serious.items() if found} == {}


BROKEN = """<!doctype html><html lang=en><meta charset=utf-8><title>Broken</title><body style="margin:0">
<h1>A page with every fault that is looked for, so that the looking is known to find them</h1>
<p style="position:absolute;top:200px">Written over something else</p>
<p style="position:absolute;top:202px">Something else is written over</p>
<div style="width:60px;overflow:hidden;white-space:nowrap;margin-top:300px">This does not fit into its box at all</div>
<p style="font-size:7px">Too small for anybody</p><div style="width:3000px">Too wide</div>
<p style="color:#aaa;background:#fff">Too pale to be read</p><input></body></html>"""


def test_the_looking_finds_what_it_looks_for(browser: WebDriver) -> None:
    """A page made with each fault has it; a plain one has none."""
    browser.get("data:text/html," + quote(BROKEN))
    set_screen(browser, 360)
    found = run(browser, f"return {SEEN}")
    assert {kind for kind, some in found.items() if some} == {"sideways", "clipped", "overlapping", "tiny"}
    run(browser, node.source("axe-core", "axe.min.js"))
    rules = {one[1] for one in run_async(browser, AXE, ALL_RULES, [])}
    assert {"color-contrast", "label"} <= rules
    browser.get("data:text/html," + quote("<!doctype html><title>x</title>"))
    assert run(browser, f"return {SEEN}")["blank"]


# ── By keyboard ──────────────────────────────────────────────────────────────────────────────────────────────────────

FOCUSED = """
const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
const all = [...document.querySelectorAll("*")];
return {at: all.indexOf(e), tag: e.tagName, text: e.textContent.trim().slice(0, 40), href: e.getAttribute("href"),
  outline: s.outlineStyle === "none" ? 0 : parseFloat(s.outlineWidth), width: r.width, height: r.height,
  inside: r.top >= -1 && r.left >= -1 && r.right <= innerWidth + 1 && r.top < innerHeight,
  place: e.closest("header.site nav") ? "nav" : e.closest("main") ? "main" : e.closest("footer") ? "foot" : "head"};
"""


def tab(browser: WebDriver) -> dict[str, Any]:
    """What has the focus after the next press of the tabulator key."""
    ActionChains(browser).send_keys(Keys.TAB).perform()
    return dict(run(browser, FOCUSED))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["", "doc/measure/2021-10-nato-expels-eight", "sparql?query=ASK%7B%7D"])
def test_a_page_is_walked_by_keyboard(live: LiveServer, browser: WebDriver, path: str, width: int) -> None:
    """The way past the bar first, then the bar, the content and the foot, as the page has them; each stop is seen."""
    set_screen(browser, width)
    browser.get(live(path))
    stops = []
    for _ in range(400):
        stop = tab(browser)
        if stop["tag"] in {"BODY", "HTML"} or stops[:1] == [stop]:
            break
        stops.append(stop)
    else:
        pytest.fail("the focus never leaves the page")
    assert stops[0]["href"] == "#content"
    assert [stop["at"] for stop in stops] == sorted({stop["at"] for stop in stops})
    assert list(dict.fromkeys(stop["place"] for stop in stops)) in [["head", "nav", "head", "main", "foot"],
                                                                    ["head", "nav", "main", "foot"]]  # fmt: skip
    assert [stop for stop in stops if stop["outline"] < 2 or not stop["inside"] or stop["height"] < 8] == []


def test_the_way_past_the_bar_leads_to_the_content(live: LiveServer, browser: WebDriver) -> None:
    """Enter on the first stop, and the next one is in the content."""
    set_screen(browser, 1280)
    browser.get(live("doc/organisation/nato"))
    assert tab(browser)["href"] == "#content"
    ActionChains(browser).send_keys(Keys.ENTER).perform()
    assert tab(browser)["place"] == "main"


# ── On paper ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_page_can_be_printed(live: LiveServer, browser: WebDriver) -> None:
    """Without what works on a screen only; links can be followed in the PDF, and other sites' addresses be read."""
    set_screen(browser, 1280)
    browser.get(live("doc/organisation/nato"))
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69})
    pdf = base64.b64decode(printed["data"])
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / "paper.pdf").write_bytes(pdf)
    assert pdf.startswith(b"%PDF-")
    assert 1 <= len(re.findall(rb"/Type /Page\b", pdf)) <= 12
    assert b"/URI (http://www.wikidata.org/entity/Q7184)" in pdf
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        shown = run(
            browser,
            "return [getComputedStyle(document.querySelector('main a[href*=wikidata]'), '::after').content,"
            " getComputedStyle(document.querySelector('header.site nav')).display,"
            " getComputedStyle(document.body).backgroundColor]",
        )
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert "http://www.wikidata.org/entity/Q7184" in shown[0]
    assert shown[1:] == ["none", "rgb(255, 255, 255)"]


# ── Screens that readers have set up ─────────────────────────────────────────────────────────────────────────────────


def test_without_a_wish_for_dark_pages_are_light(live: LiveServer, browser: WebDriver) -> None:
    """And the browser is told that both are there, so that its own parts follow."""
    grounds = []
    for scheme in SCHEMES:
        set_screen(browser, 1280, scheme=scheme)
        browser.get(live(""))
        grounds.append(run(browser, "return getComputedStyle(document.body).backgroundColor"))
    light, dark = (sum(map(int, re.findall(r"\d+", ground))) for ground in grounds)
    assert light > 600 > 200 > dark
    assert browser.find_element(By.CSS_SELECTOR, "meta[name=color-scheme]").get_attribute("content") == "light dark"
