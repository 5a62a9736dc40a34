"""The front page: what this is, the story, what is in dispute, the ways in by class, and three things to try."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox
from rdflib import RDFS
from rdflib.namespace import SKOS

from legation.graph.classes import listed
from legation.graph.formats import DATASET_FORMATS, GRAPH_FORMATS, JSON_LD, RESULTS_CSV, TURTLE
from legation.graph.identifiers import is_valid_iri
from legation.graph.release import DUMP_STEM
from legation.graph.stories import names_of
from legation.ontology import scheme_names
from legation.ontology.terms import DIP, SCHEMA, VOCAB

from .browsing import claims
from .class_pages import ClassEntry, class_entries
from .example_queries import example_queries
from .pages import accepting, curl, reader_of, render, variants_of
from .site import Site
from .speech import LANGUAGES, messages
from .story import every_story, tell
from .story_page import StoryEntry, StoryView, grouped, story_entry, story_view
from .view_models import NAME_CHARS_MAX, TEXT_CHARS_MAX, ClaimLine, Display, Reader, Value, beginning

STORIES_SHOWN = 5
DISPUTES_SHOWN = 3
CLASSES_SHOWN = 12
_NAMES = frozenset(map(str, (RDFS.label, SKOS.prefLabel, SCHEMA.text)))
_CENTRAL = tuple(map(str, (DIP.DiplomaticMeasure, DIP.DiplomaticMission, DIP.Statement, DIP.Claim)))


@dataclass(frozen=True, slots=True)
class Told:
    """The story that there is, or the latest of several."""

    one: StoryView | None
    several: tuple[StoryEntry, ...]
    total: int


def home_page(here: Site, language: str) -> str:
    """The front page."""
    reader = reader_of(here, language)
    entries = class_entries(reader)
    example = _example(reader, entries)
    title = here.titles.get(language) or next(iter(here.titles.values()), messages(language)["site_name"])
    about = here.abouts.get(language) or next(iter(here.abouts.values()), "")
    title, about = (beginning(Value(text), TEXT_CHARS_MAX).text for text in (title, about))
    return render(
        "home.html", reader,
        title=beginning(Value(title), NAME_CHARS_MAX),
        about=about,
        told=_told(reader),
        disputes=disputes(reader),
        entries=entries[:CLASSES_SHOWN],
        classes=len(entries),
        figures=[entry for entry in entries if entry.name.iri in _CENTRAL],
        example=example,
        commands=_commands(here, example),
        query=example_queries(language)[0][1],
        schemes=[Display(reader).value(ox.NamedNode(str(VOCAB[name]))) for name in scheme_names()],
        structured=_structured(here, title, about),
        structured_type=JSON_LD.media_type,
        variants=variants_of(here.url("catalogue")),
        canonical=here.url(""),
        names_release=True,
    )  # fmt: skip


def _told(reader: Reader) -> Told:
    found = every_story(reader.site)
    if len(found) == 1:
        return Told(story_view(reader, tell(reader.site, found[0]), found[0].head), (), 1)
    latest = found[:STORIES_SHOWN]
    display = Display(reader, names_of(reader.site.store, [case.head for case in latest]))
    return Told(None, tuple(story_entry(display, case) for case in latest), len(found))


def disputes(reader: Reader) -> list[tuple[ClaimLine, ...]]:
    """The largest groups of claims that contradict one another, as far as there is room for them."""
    rows = reader.site.store.select(f"SELECT DISTINCT ?a ?b WHERE {{ ?a <{DIP.inTensionWith}> ?b }}")
    pairs = ((a.value, b.value) for a, b in rows if isinstance(a, ox.NamedNode) and isinstance(b, ox.NamedNode))
    groups = sorted(grouped(filter(_are_valid, pairs)), key=lambda group: (-len(group), group))[:DISPUTES_SHOWN]
    return [_lines(reader, group) for group in groups]


def _are_valid(pair: Iterable[str]) -> bool:
    return all(map(is_valid_iri, pair))


def _lines(reader: Reader, group: Iterable[str]) -> tuple[ClaimLine, ...]:
    nodes = " ".join(f"<{iri}>" for iri in group)
    return claims(Display(reader), f"VALUES ?claim {{ {nodes} }}", "").claims


def _example(reader: Reader, entries: Iterable[ClassEntry]) -> Value | None:
    """A thing to show first: the first of the most central class that has one with a name."""
    here = reader.site
    for entry in entries:
        found = listed(here.store, here.base, entry.name.iri or "", "", 20)
        named = {t.subject for t in found.triples if t.predicate.value in _NAMES}
        for iri in found.things:
            if ox.NamedNode(iri) in named:
                return Display(reader, found.triples).value(ox.NamedNode(iri))
    return None


def _commands(here: Site, example: Value | None) -> dict[str, str]:
    """What to type in a terminal for each of the three things to try."""
    count = "query=SELECT ?class (COUNT(?thing) AS ?things)\nWHERE { ?thing a ?class }\nGROUP BY ?class"
    endpoint, dump = shlex.quote(here.url("sparql")), shlex.quote(here.url(f"dumps/{DUMP_STEM}.{TURTLE.extension}"))
    found = {
        "query": curl("-s " + endpoint, accepting(RESULTS_CSV), "--data-urlencode " + shlex.quote(count)),
        "dump": curl("-sO " + dump),
    }
    if example is not None and example.iri:
        found["thing"] = curl("-sL " + shlex.quote(example.iri), accepting(TURTLE))
    return found


def _structured(here: Site, title: str, about: str) -> dict[str, object]:
    """The dataset in schema.org's words, for search engines."""
    formats = {form.extension: form for form in (*GRAPH_FORMATS, *DATASET_FORMATS)}
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": title,
        "description": about or title,
        "url": here.url(""),
        **({"license": here.licence} if here.licence else {}),
        "inLanguage": list(LANGUAGES),
        "isAccessibleForFree": True,
        "version": here.release.digest,
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": formats[dump.name.rpartition(".")[2]].media_type,
                "contentUrl": here.url(f"dumps/{dump.name}"),
                "contentSize": f"{dump.bytes} B",
            }
            for dump in here.release.manifest.dumps
            if dump.name.rpartition(".")[2] in formats
        ],
    }
