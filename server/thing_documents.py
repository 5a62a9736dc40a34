"""The document of a thing in the profile and from the page of links that a request asks for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from urllib.parse import quote, urlencode

from flask import request

from legation.graph.description import Description
from legation.graph.formats import DOCUMENT_FORMATS
from legation.graph.identifiers import thing_path
from legation.graph.incoming import PageKey, page_key
from legation.graph.profiles import ALT, DEFAULT, PLAIN, PROFILES, SCHEMA_ORG, Profile
from legation.graph.schema_org import in_schema_org, schema_org_context

from .addresses import as_uri
from .alternatives import alternatives, alternatives_page
from .documents import Document
from .links import link
from .negotiation import format_by_name
from .problems import ProblemRaised
from .profiling import ARGUMENT, MEDIA_TYPE_ARGUMENT, UnknownProfile, named_profile, negotiated_profile, profile_links
from .site import Site
from .thing_pages import thing_page
from .variants import Variant

AFTER = "after"


@dataclass(frozen=True, slots=True)
class View:
    """What of a description is asked for: in which profile, chosen by the address or not, and behind which key."""

    profile: Profile
    is_in_address: bool
    after: PageKey | None

    def query(self, here: Site) -> str:
        """What of an address names this view, empty for the first page of the default profile."""
        fields = [f"{AFTER}={quote(self.after.written(here.base), safe='/:')}"] if self.after else []
        return "&".join([*fields, *([f"{ARGUMENT}={self.profile.token}"] if self.profile != DEFAULT else [])])


def asked_view(here: Site, variant: Variant | None) -> View:
    """The view that a request asks for: by `_profile`, or where no suffix fixes the form by Accept-Profile.

    Raises ProblemRaised: unknown-profile, with the tokens; PageKeyMalformed for an `after` that is no key.
    """
    named, after = request.args.getlist(ARGUMENT), request.args.get(AFTER)
    profile = DEFAULT
    if named:
        profile = _named(",".join(named))
    elif variant is None:
        profile = negotiated_profile(", ".join(request.headers.getlist("Accept-Profile")))
    return View(profile, bool(named) or variant is not None, page_key(after, here.base) if after is not None else None)


def _named(value: str) -> Profile:
    try:
        return named_profile(value)
    except UnknownProfile as error:
        raise unknown_profile(str(error)) from None


def unknown_profile(name: str) -> ProblemRaised:
    """The problem of an address that names no profile of ours."""
    tokens = [profile.token for profile in PROFILES]
    return ProblemRaised("unknown-profile", f'"{name}" is none of {", ".join(tokens)}.', available=tokens)


def asked_media_type() -> Variant | None:
    """The form that `_mediatype` names (Content Negotiation by Profile, section 7.2); None where there is none.

    Raises ProblemRaised: unknown-format, with the media types.
    """
    named = request.args.get(MEDIA_TYPE_ARGUMENT)
    if named is None:
        return None
    found = format_by_name(named, DOCUMENT_FORMATS)
    if found is None:
        raise unknown_media_type(named[:100])
    return Variant(found)


def unknown_media_type(name: str) -> ProblemRaised:
    """The problem of an address that names no media type of ours."""
    known = [form.media_type for form in DOCUMENT_FORMATS]
    return ProblemRaised("unknown-format", f'"{name}" is none of {", ".join(known)}.', available=known)


def kept_arguments() -> str:
    """What of the address of a thing goes on to that of its document: profile, form and page; or nothing.

    Raises ProblemRaised: unknown-profile.
    """
    if named := request.args.getlist(ARGUMENT):
        _named(",".join(named))
    names = (ARGUMENT, MEDIA_TYPE_ARGUMENT, AFTER)
    return urlencode([(name, value) for name in names if (value := request.args.get(name))], safe="/:,")


def document_of(here: Site, description: Description, view: View) -> Document:
    """The document of a thing in one view."""
    stem = as_uri(here.base.document(thing_path(here.base, description.iri) or ""))
    make = partial(
        Document,
        stem=stem,
        topic=description.iri,
        page=partial(thing_page, here, description),
        query=view.query(here),
        links=_links(here, description, view, stem),
        vary=() if view.is_in_address else ("Accept-Profile",),
    )
    if view.profile == ALT:
        return make(
            topic=stem,
            triples=partial(alternatives, stem, description.iri),
            page=partial(alternatives_page, here, description),
        )
    if view.profile == SCHEMA_ORG:
        return make(triples=partial(in_schema_org, description, stem), context=schema_org_context())
    triples = description.plain if view.profile == PLAIN else description.triples
    return make(triples=lambda: triples, incoming=lambda: description.incoming)


def _links(here: Site, description: Description, view: View, stem: str) -> list[str]:
    """The collection, the profiles, and the next page of links."""
    found = [link(here.dataset, "collection")] if here.dataset else []
    found += profile_links(stem, view.profile)
    if description.next:
        query = View(view.profile, view.is_in_address, description.next).query(here)
        found.append(link(f"{stem}?{query}", "next"))
    if view.after:
        first = View(view.profile, view.is_in_address, None).query(here)
        found.append(link(stem + (f"?{first}" if first else ""), "first"))
    return found
