"""Our own queries behind the pages: the claims around a thing. All of them are bounded."""

from __future__ import annotations

import pyoxigraph as ox
from rdflib import RDF, RDFS

from legation.ontology.terms import DIP, SCHEMA, ReportingStance

from .view_models import (
    NAME_CHARS_MAX,
    ClaimLine,
    ClaimList,
    Display,
    Reader,
    Value,
    beginning,
    force,
    is_readable,
)

CLAIMS_MAX = 60
Row = tuple[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None, ...]
_PLAIN_STANCES = frozenset(map(str, (ReportingStance.endorsed, ReportingStance.neutral)))

ABOUT = (
    f"{{ ?p <{RDF.subject}> <%s> . ?claim <{DIP.proposition}> ?p }} UNION "
    f"{{ ?p <{RDF.object}> <%s> . ?claim <{DIP.proposition}> ?p }} UNION {{ ?claim <{DIP.proposition}> <%s> }}"
)
"""Claims whose content names the thing, or is the thing."""
_ALLEGED = f"?act <{DIP.reportingStance}> <{ReportingStance['alleged-to-exist']}>"
MADE = (
    f"{{ ?claim <{DIP.assertedIn}> <%s> }} UNION {{ ?act <{DIP.speaker}>|<{DIP.onBehalfOf}> <%s> . "
    f"?claim <{DIP.assertedIn}> ?act FILTER NOT EXISTS {{ {_ALLEGED} }} }}"
)
"""Claims put forward in a statement, by a speaker or on its behalf; not those that are only said to have been."""
LENT = f"?act <{DIP.speaker}> <%s> . ?claim <{DIP.assertedIn}> ?act . {_ALLEGED}"
"""Claims that others say a speaker put forward."""
TENSION = f"<%s> <{DIP.inTensionWith}> ?claim"
ITSELF = f"VALUES ?claim {{ <%s> }} ?claim <{DIP.assertedIn}> ?some"


def claims(display: Display, pattern: str, iri: str) -> ClaimList:
    """The claims that `pattern` finds around the thing `iri`, each with its speaker; at most `CLAIMS_MAX` of them."""
    where = pattern.replace("%s", iri)
    store, language = display.reader.site.store, display.reader.language
    found = f"SELECT DISTINCT ?claim WHERE {{ {where} }}"
    rows = store.select(
        f"SELECT ?claim ?gist ?statement ?title ?speaker ?name ?negated ?modality ?stance WHERE {{ "
        f"{{ {found} ORDER BY STR(?claim) LIMIT {CLAIMS_MAX} }} ?claim <{DIP.assertedIn}> ?statement "
        f"OPTIONAL {{ ?claim <{SCHEMA.text}> ?gist FILTER(LANG(?gist) = '{language}') }} "
        f"OPTIONAL {{ ?statement <{RDFS.label}> ?title FILTER(LANG(?title) = '{language}') }} "
        f"OPTIONAL {{ ?statement <{DIP.speaker}> ?speaker "
        f"OPTIONAL {{ ?speaker <{RDFS.label}> ?name FILTER(LANG(?name) = '{language}') }} }} "
        f"OPTIONAL {{ ?claim <{DIP.negated}> ?negated }} OPTIONAL {{ ?claim <{DIP.modality}> ?modality }} "
        f"OPTIONAL {{ ?statement <{DIP.reportingStance}> ?stance }} }} ORDER BY STR(?claim)"
    )
    by_claim: dict[str, Row] = {}
    for row in rows:
        by_claim.setdefault(str(row[0]), row)
    lines = tuple(_line(display, row) for row in by_claim.values())
    return ClaimList(lines, len(lines) if len(lines) < CLAIMS_MAX else _count(display.reader, found))


def _line(display: Display, row: Row) -> ClaimLine:
    claim, gist, statement, title, speaker, name, negated, modality, stance = row
    codes = [code.value for code in (modality, stance) if isinstance(code, ox.NamedNode)]
    return ClaimLine(
        claim=_named(display, claim, gist),
        statement=_named(display, statement, title),
        speaker=_named(display, speaker, name) if speaker is not None else None,
        signals=tuple(force(display, code) for code in codes if code not in _PLAIN_STANCES),
        is_denied=negated == ox.Literal(True),
    )


def _named(display: Display, node: object, name: object) -> Value:
    """A node under the name that the query found; else under whatever name is known."""
    if isinstance(node, ox.NamedNode) and isinstance(name, ox.Literal) and is_readable(name.value):
        return beginning(Value(name.value, None, display.reader.href(node.value), node.value), NAME_CHARS_MAX)
    return display.value(node)


def _count(reader: Reader, select: str) -> int:
    counted = reader.site.store.select(f"SELECT (COUNT(*) AS ?n) WHERE {{ {select} }}")[0][0]
    assert isinstance(counted, ox.Literal)
    return int(counted.value)
