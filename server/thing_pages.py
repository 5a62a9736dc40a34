"""Pages of things: a kind of page for each class that is read in its own way, one for everything else.

A kind is a template that extends `thing.html` and a function that gives what it shows in addition.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox
from rdflib import RDF, URIRef
from rdflib.namespace import FOAF, ORG

from legation.graph.description import INCOMING_MAX, Description
from legation.graph.identifiers import thing_path
from legation.graph.incoming import PageKey, page_address
from legation.ontology.terms import DIP, SCHEMA, SEM

from . import (
    accreditation_page,
    actor_page,
    article_page,
    claim_page,
    event_page,
    measure_page,
    mission_page,
    mission_part_pages,
    proposition_page,
    statement_page,
)
from .browsing import ABOUT, LENT, MADE, TENSION, claims
from .document_card import STRUCTURED_TYPE, card_of, structured
from .pages import reader_of, render, variants_of
from .site import Site
from .subjects import SHOWN_APART, Subject
from .view_models import NOTING, Row, signals


@dataclass(frozen=True, slots=True)
class Kind:
    """How the things of some classes are shown; of several kinds that fit, the first in `KINDS` is taken."""

    classes: tuple[URIRef, ...]
    template: str
    shown: Callable[[Subject], dict[str, object]]

    def fits(self, subject: Subject) -> bool:
        """Whether the thing is of one of these classes."""
        return not subject.classes.isdisjoint(map(str, self.classes))


def _nothing_more(_: Subject) -> dict[str, object]:
    return {}


KINDS = (
    Kind((DIP.DiplomaticMeasure, DIP.Expulsion), "measure.html", measure_page.shown),
    Kind((DIP.DiplomaticMission,), "mission.html", mission_page.shown),
    Kind((DIP.Accreditation,), "dated.html", accreditation_page.shown),
    Kind((DIP.AccreditationRequest,), "dated.html", accreditation_page.shown_of_request),
    Kind((DIP.StaffLevel, DIP.StaffCeiling), "staff_level.html", mission_part_pages.shown_of_level),
    Kind((DIP.MissionState,), "dated.html", mission_part_pages.shown_of_state),
    Kind((DIP.Claim,), "claim.html", claim_page.shown),
    Kind((DIP.Statement,), "statement.html", statement_page.shown),
    Kind((RDF.Statement,), "proposition.html", proposition_page.shown),
    Kind((DIP.Organisation, FOAF.Person, FOAF.Group, ORG.Post), "actor.html", actor_page.shown),
    Kind((SCHEMA.NewsArticle, FOAF.Document), "article.html", article_page.shown),
    Kind((SEM.Event,), "event.html", event_page.shown),
    Kind((SEM.Place,), "place.html", event_page.shown_of_place),
)  # fmt: skip
"""The kinds of pages, the most telling first."""
_ANY = Kind((), "thing.html", _nothing_more)
_LINKS = Kind((), "thing_links.html", lambda subject: {"first_page": _links_page(subject, None).partition("#")[0]})


def thing_page(here: Site, description: Description, language: str) -> str:
    """The page of one thing."""
    subject = Subject(reader_of(here, language), description)
    kind = _LINKS if description.after else next((kind for kind in KINDS if kind.fits(subject)), _ANY)
    shown: dict[str, Any] = _of_any(subject) | kind.shown(subject)
    after, base = description.after, here.base
    canonical, keeps = page_address(subject.document, base, after), after is not None
    return render(kind.template, subject.reader, title=subject.title, canonical=canonical, keeps_fields=keeps, **shown)


def _of_any(subject: Subject) -> dict[str, object]:
    """What the page of every thing shows."""
    display, own, parts, iri = subject.display, subject.own, subject.parts, subject.iri
    following = subject.description.next
    return {
        "iri": iri,
        "kinds": subject.kinds,
        "trail": subject.trail,
        "texts": subject.texts,
        "notes": display.texts(own, NOTING),
        "signals": signals(display, own, has_proposition=bool(parts.propositions)),
        "rows": display.rows(own, hidden=SHOWN_APART),
        "propositions": parts.propositions,
        "passages": parts.passages,
        "parts": parts.others,
        "tensions": claims(display, TENSION, iri),
        "about": claims(display, ABOUT, iri),
        "made": claims(display, MADE, iri),
        "lent": claims(display, LENT, iri),
        "incoming": _incoming(subject),
        "incoming_count": subject.description.incoming_count,
        "incoming_max": INCOMING_MAX,
        "incoming_shown": len(subject.description.incoming),
        "incoming_first": _links_page(subject, None) if subject.description.after else None,
        "incoming_next": _links_page(subject, following) if following else None,
        "variants": variants_of(subject.document),
        "card": card_of(subject),
        "structured": structured(subject),
        "structured_type": STRUCTURED_TYPE,
    }


def _links_page(subject: Subject, after: PageKey | None) -> str:
    """The address of the page of links behind a key, at the place of the page where they are."""
    base, path = subject.site.base, f"doc/{thing_path(subject.site.base, subject.iri)}"
    return subject.reader.page(path, **({"after": after.written(base)} if after else {})) + "#incoming"


def _incoming(subject: Subject) -> tuple[Row, ...]:
    """What points at the thing, grouped by the property that does."""
    turned = [ox.Triple(t.object, t.predicate, t.subject) for t in subject.description.incoming]  # type: ignore[arg-type]
    return subject.display.rows(turned, hidden=(), inverse=True)
