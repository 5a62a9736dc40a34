"""Pages over the histories that the tests know: the bundled facts, the cases beside them, and invented ones."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from xml.etree.ElementTree import Element

import html5rdf
from flask import Flask

from legation.graph.assembly import assemble_facts
from legation.graph.fact_files import bundled_facts
from legation.graph.identifiers import Base
from legation.graph.publication import publish
from legation.graph.store import EmbeddedStore
from legation.server.app import create_app
from legation.server.settings import Settings

BASE = "https://archive.example/data/"
SVG = "{http://www.w3.org/2000/svg}"
CASES = Path(__file__).parent / "cases" / "facts"


@contextmanager
def served(facts: Path, folder: Path) -> Iterator[Flask]:
    """The application over a release of the facts in a folder."""
    release = publish(assemble_facts(facts, Base(BASE)), folder / "releases", None).release
    settings = Settings()
    store = EmbeddedStore(release, settings.limits, settings.memory_quads_max)
    try:
        yield create_app(settings, release, store)
    finally:
        store.close()


def all_facts(folder: Path) -> Path:
    """The bundled facts and every case, in one folder."""
    shutil.copytree(bundled_facts(), folder)
    shutil.copy(CASES / "reference.ttl", folder / "case-reference.ttl")
    shutil.copytree(CASES / "case", folder / "case")
    return folder


class Read:
    """A page as a browser's parser reads it."""

    def __init__(self, app: Flask, path: str, language: str = "en") -> None:
        answer = app.test_client().get(
            f"/data/doc/{path}", query_string={"lang": language}, headers={"Accept": "text/html"}
        )
        assert answer.status_code == 200, path
        self.source = answer.get_data(as_text=True)

    @cached_property
    def root(self) -> Element:
        """The document."""
        return html5rdf.parse(self.source, namespaceHTMLElements=False)  # type: ignore[no-any-return]

    def section(self, label: str) -> Element:
        """The section that the heading with this id names."""
        found = [section for section in self.root.iter("section") if section.get("aria-labelledby") == label]
        assert len(found) == 1, label
        return found[0]

    def has(self, label: str) -> bool:
        """Whether there is such a section."""
        return any(section.get("aria-labelledby") == label for section in self.root.iter("section"))

    def text(self, label: str) -> str:
        """The words of such a section."""
        return words(self.section(label))


def words(element: Element) -> str:
    """The text inside an element, spaces made one."""
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def pictures(element: Element) -> list[Element]:
    """The pictures inside an element that are read as such; parts of pictures are none."""
    return [found for found in element.iter(SVG + "svg") if found.get("role") == "img"]


def classed(element: Element, name: str) -> list[Element]:
    """The elements inside with this class."""
    return [found for found in element.iter() if name in (found.get("class") or "").split()]
