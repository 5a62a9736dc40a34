"""What one server serves: settings, a release, a store over it, and the addresses of its pages."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from threading import Lock
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import pyoxigraph as ox
from flask import current_app

from legation.graph.description import Describer
from legation.graph.identifiers import Base
from legation.graph.jsonld_compaction import Context
from legation.graph.release import Release
from legation.graph.sparql_guard import Guard
from legation.graph.store import Store
from legation.ontology import context_document
from legation.ontology.terms import W3ID

from .settings import Settings

_WORD = re.compile(re.escape(str(W3ID)) + r"(\w[\w./-]*(?:#[^\s]*)?)")
_LICENCE_QUERY = (
    "SELECT ?l WHERE { ?d a <http://rdfs.org/ns/void#Dataset> ; <http://purl.org/dc/terms/license> ?l } "
    "ORDER BY ?d STR(?l) LIMIT 1"
)
_DATASET_QUERY = (
    "SELECT ?d ?title ?about WHERE { ?d a <http://rdfs.org/ns/void#Dataset> ; <http://purl.org/dc/terms/title> ?title "
    "OPTIONAL { ?d <http://purl.org/dc/terms/description> ?about FILTER(LANG(?about) = LANG(?title)) } }"
)


T = TypeVar("T")
REMEMBERED_MAX = 64
"""Descriptions and bodies that one worker keeps for the other forms of the document just asked for; finished answers
are kept by the front, by their bytes."""


@dataclass(frozen=True)
class Site:
    """Everything a view needs; one a worker, made by `create_app`."""

    settings: Settings
    release: Release
    store: Store
    switched: datetime | None = None
    context: Mapping[str, Any] = field(default_factory=context_document)
    _memory: OrderedDict[Hashable, object] = field(default_factory=OrderedDict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    @cached_property
    def guard(self) -> Guard:
        """What looks at every query before an engine does."""
        return Guard(self.settings.query_chars_max, self.settings.query_depth_max)

    @cached_property
    def base(self) -> Base:
        """The public base IRI, whatever Host a request names."""
        return self.release.base

    @cached_property
    def since(self) -> datetime:
        """The moment of Last-Modified: when the pointer was set to this release, or else when it was made.

        One release cannot tell when a description last changed, so this is the latest moment at which it may have. The
        day of making alone would not do: after a step back to an older release it would lie in the past, and whoever
        asked by `If-Modified-Since` would keep what was withdrawn.
        """
        made = datetime.fromisoformat(self.release.manifest.created)
        made = made if made.tzinfo else made.replace(tzinfo=UTC)
        return max(made, self.switched or made)

    @cached_property
    def path(self) -> str:
        """The path of the base, with its slash at the end: where this site's addresses begin on its host."""
        return urlsplit(self.base.iri).path

    def remembered(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, made once: a release never changes, so neither does what is made from it."""
        with self._lock:
            if key in self._memory:
                self._memory.move_to_end(key)
                return cast("T", self._memory[key])
        made = make()
        with self._lock:
            self._memory[key] = made
            while len(self._memory) > REMEMBERED_MAX:
                self._memory.popitem(last=False)
        return made

    def url(self, path: str) -> str:
        """The absolute address of a page of this site."""
        return self.base.resolve(path)

    def href(self, iri: str) -> str | None:
        """Where a reader is sent for an IRI: our things and words on this site, other http(s) IRIs as they are."""
        if word := _WORD.fullmatch(iri):
            return self.path + word[1]
        return iri if re.match(r"https?://", iri, re.IGNORECASE) else None

    @cached_property
    def describer(self) -> Describer:
        """What makes the descriptions of this release."""
        return Describer(self.store, self.base)

    @cached_property
    def json_context(self) -> Context:
        """The published JSON-LD context with its address, by which documents name it."""
        return Context(self.context["@context"], self.url("context.jsonld"))

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """The dataset's title by language, from its catalogue; empty for data that describe no dataset."""
        return {literal.language: literal.value for _, literal, _ in self._dataset if literal.language}

    @cached_property
    def abouts(self) -> Mapping[str, str]:
        """The dataset's description by language."""
        return {text.language: text.value for _, _, text in self._dataset if text is not None and text.language}

    @cached_property
    def licence(self) -> str | None:
        """The IRI of the licence that the dataset names; None for data that name none."""
        rows = self.store.select(_LICENCE_QUERY)
        return rows[0][0].value if rows and isinstance(rows[0][0], ox.NamedNode) else None

    @cached_property
    def dataset(self) -> str | None:
        """The IRI of the dataset that the release describes; None where it describes none."""
        return next((iri.value for iri, _, _ in self._dataset), None)

    @cached_property
    def _dataset(self) -> list[tuple[ox.NamedNode, ox.Literal, ox.Literal | None]]:
        return cast("list[tuple[ox.NamedNode, ox.Literal, ox.Literal | None]]", self.store.select(_DATASET_QUERY))


def site() -> Site:
    """The site of the application that answers the present request."""
    return cast(Site, current_app.extensions["legation"])
