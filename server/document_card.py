"""What every page of a thing says of itself: where it comes from, how to cite it, and which other forms it has.

Nothing here names a release: a release that leaves the thing alone leaves its page alone (rule D3 of the contract).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace

from rdflib import PROV
from rdflib.namespace import DCTERMS

from legation.graph.formats import JSON_LD, N_TRIPLES, Format
from legation.graph.identifiers import thing_path
from legation.graph.jsonld import written
from legation.graph.prefixes import PREFIXES
from legation.graph.profiles import ALT, PROFILES
from legation.graph.schema_org import in_schema_org, schema_org_context
from legation.graph.serialisation import serialise

from .addresses import as_uri
from .alternatives import query_of
from .pages import variants_of
from .profiling import ARGUMENT
from .subjects import Subject
from .view_models import Row, Value

_TOLD = (DCTERMS.isPartOf, DCTERMS.license, DCTERMS.publisher, DCTERMS.creator, PROV.wasDerivedFrom)
_LICENCES = {
    "https://creativecommons.org/licenses/by/4.0": "CC BY 4.0",
    "https://creativecommons.org/licenses/by-sa/4.0": "CC BY-SA 4.0",
    "https://creativecommons.org/publicdomain/zero/1.0": "CC0 1.0",
}
STRUCTURED_TYPE = JSON_LD.media_type
STRUCTURED_CHARS_MAX = 30_000
"""Characters of schema.org that a page carries; the profile of that name has all of it."""
STRUCTURED_CLAIMS_MAX = 10
_BROKEN = tuple((sign, f"\\u{ord(sign):04x}") for sign in "<>&\u2028\u2029")
"""What would end a script element or a line of one, as JSON writes it too (RFC 8259, section 7)."""


@dataclass(frozen=True, slots=True)
class ProfileForms:
    """A profile of the document, what it holds, and its forms."""

    label: str
    comment: str
    forms: tuple[tuple[Format, str], ...]


@dataclass(frozen=True, slots=True)
class Card:
    """What a page says of the document it shows; `digest` is that of its N-Triples, as they are served."""

    about: tuple[Row, ...]
    profiles: tuple[ProfileForms, ...]
    all_forms: str
    digest: str
    triples_address: str
    dataset: Value | None


def card_of(subject: Subject) -> Card:
    """The card of a thing's document."""
    reader, description = subject.reader, subject.description
    stem = as_uri(subject.document)
    path = f"doc/{thing_path(subject.site.base, subject.iri)}"
    about = [t for t in description.document if getattr(t.subject, "value", "") == subject.document]
    told = [t for t in about if t.predicate.value in set(map(str, _TOLD))]
    rows = subject.display.rows(told, hidden=())
    language = reader.language
    datasets = [t.object for t in about if t.predicate.value == str(DCTERMS.isPartOf)]
    return Card(
        about=tuple(replace(row, values=tuple(map(_licence_named, row.values))) for row in rows),
        profiles=tuple(
            ProfileForms(
                profile.label(language),
                reader.say.typeset(profile.comment(language)),
                tuple(variants_of(stem, query_of(profile))),
            )
            for profile in PROFILES
            if profile != ALT
        ),
        all_forms=reader.page(path, **{ARGUMENT: ALT.token}),
        digest=hashlib.sha256(serialise(description.triples, N_TRIPLES, PREFIXES)).hexdigest(),
        triples_address=f"{stem}.{N_TRIPLES.extension}",
        dataset=subject.display.value(datasets[0]) if datasets else None,
    )


def _licence_named(value: Value) -> Value:
    """The licence of the data by the name that people know it by."""
    name = _LICENCES.get((value.iri or "").removesuffix("/"))
    return replace(value, text=name) if name else value


def structured(subject: Subject) -> str:
    """The thing in schema.org's words as one line of JSON-LD that cannot end the script element it stands in.

    Of a thing with many claims it says what it is, and not who claims what; where even that is long, it says nothing.
    """
    description = subject.description
    if description.claims_count > STRUCTURED_CLAIMS_MAX:
        description = replace(description, claims=())
    said = in_schema_org(description, as_uri(subject.document))
    told = json.loads(written(said, description.iri, schema_org_context()))
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    for broken, whole in _BROKEN:
        text = text.replace(broken, whole)
    return text if len(text) <= STRUCTURED_CHARS_MAX else ""
