"""Says which mutants no rule is meant to catch, and why; every other one counts.

A rule over the facts alone knows what must be there and of what form it is. It does not know the text. So a right value
replaced by a wrong one of the same form, or the loss of what was optional, is left to readers of the text. The reasons
stand here, one row each, so that they can be disputed; a mutant without a row is one that a rule must catch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .mutants import Kind, Mutant

_WORDS_FOR_READERS = frozenset(
    {"skos:note", "skos:altLabel", "foaf:name", "schema:inLanguage", "schema:encodingFormat"}
)
_BOUNDS = frozenset(f"sem:has{which}{end}TimeStamp" for which in ("Earliest", "Latest") for end in ("Begin", "End"))
_OPTIONAL = frozenset(
    {
        "dcterms:temporal",
        "dip:addressee",
        "dip:inReplyTo",
        "dip:onBehalfOf",
        "dip:relayedBy",
        "dip:restates",
        "dip:wording",
        "org:holds",
        "org:linkedTo",
        "org:memberOf",
        "org:postIn",
        "org:purpose",
        "org:role",
        "org:subOrganizationOf",
        "owl:sameAs",
        "schema:about",
        "schema:location",
        "schema:mentions",
        "sem:hasActor",
        "sem:hasPlace",
        "sem:subEventOf",
        "skos:closeMatch",
    }
)
_SEVERAL = frozenset(
    {
        "dcterms:source",
        "dip:addressee",
        "dip:holder",
        "dip:inReplyTo",
        "dip:reportedIn",
        "dip:restates",
        "dip:wording",
        "org:holds",
        "org:memberOf",
        "org:purpose",
        "org:role",
        "prov:wasDerivedFrom",
        "schema:about",
        "schema:location",
        "schema:mentions",
        "sem:eventType",
        "sem:hasActor",
    }
)
_SOURCES = frozenset({"prov:wasDerivedFrom", "dcterms:source"})
_RESTS_ON_CLAIMS = frozenset({"dip:Accreditation", "dip:StaffLevel", "dip:Claim"})
_WARNED = frozenset({"dip:missionType", "org:classification", "sem:eventType", "time:hasTime"})
_ANYTHING = frozenset({"org:purpose", "schema:about", "schema:mentions"})
_ORDERED_BY_THE_TEXT = frozenset(
    {"dip:inReplyTo", "dip:restates", "org:subOrganizationOf", "prov:wasDerivedFrom", "skos:closeMatch"}
)


@dataclass(frozen=True, slots=True)
class Beyond:
    """A reason why no rule is meant to catch some mutants, and which they are."""

    reason: str
    holds: Callable[[Mutant], bool]


BEYOND = (
    Beyond(
        "words for human readers, which no rule demands: a note, another name, the language of a file",
        lambda m: m.predicate in _WORDS_FOR_READERS and m.kind is not Kind.MISSPELT,
    ),
    Beyond(
        "another value is as well formed as the right one: who speaks, with what force, of what, where in the text, is "
        "known to readers of the text (legation evidence) and to the checksums of its passages, not to a rule",
        lambda m: m.kind is Kind.OTHER_VALUE and not _is_said_twice(m),
    ),
    Beyond(
        "it was optional: that a text gives it can be seen in the text only",
        lambda m: m.kind is Kind.DELETED and m.predicate in _OPTIONAL,
    ),
    Beyond(
        "it may be missing if that is explained: the rule is a warning, on purpose",
        lambda m: m.kind is Kind.DELETED and m.predicate in _WARNED and m.of != "dip:StaffLevel",
    ),
    Beyond(
        "something else still gives it: another passage, another source, another claim with the same proposition",
        lambda m: (
            m.kind is Kind.DELETED and m.spare > 0 and m.predicate in {*_SOURCES, "dip:evidence", "dip:proposition"}
        ),
    ),
    Beyond(
        "only inferences, accreditations and staff levels must name what they rest on",
        lambda m: m.kind is Kind.DELETED and m.predicate in _SOURCES and m.of not in _RESTS_ON_CLAIMS,
    ),
    Beyond(
        "only a hedged statement must show its cue",
        lambda m: m.kind is Kind.DELETED and m.predicate == "dip:evidence" and m.of == "dip:Statement",
    ),
    Beyond(
        "there may be several of them",
        lambda m: m.kind is Kind.SECOND_VALUE and m.predicate in _SEVERAL,
    ),
    Beyond(
        "a text may be about anything that is described, and a body may serve any purpose",
        lambda m: m.kind in {Kind.WRONG_CLASS, Kind.WRONG_SCHEME} and m.predicate in _ANYTHING,
    ),
    Beyond(
        "which of the two came first, or rests on the other, is in the text",
        lambda m: m.kind is Kind.REVERSED and m.predicate in _ORDERED_BY_THE_TEXT,
    ),
    Beyond(
        "an article may be in any language, and so its wording of a time",
        lambda m: m.kind is Kind.OTHER_LANGUAGE and m.predicate == "dip:wording",
    ),
    Beyond(
        "a claim affirms it outright and none denies it: of a statement it may be stated directly",
        lambda m: m.kind is Kind.STATED_OUTRIGHT and m.of == "dip:Statement",
    ),
)


def _is_said_twice(mutant: Mutant) -> bool:
    """Values that other facts repeat: an event's in propositions, the bounds of a time in its EDTF expression."""
    said_in_propositions = mutant.predicate.startswith(("sem:", "time:")) and mutant.of == "sem:Event"
    return said_in_propositions or mutant.predicate in {*_BOUNDS, "rdf:value", "schema:sha256"}


def reason_beyond(mutant: Mutant) -> str | None:
    """Why no rule is meant to catch the mutant; None where one is."""
    return next((row.reason for row in BEYOND if row.holds(mutant)), None)


# What got through although a rule is meant to catch it ----------------------------------------------------------

_PARTS = frozenset({"rdf:subject", "rdf:object"})
_OTHER_PART = frozenset({Kind.REVERSED, Kind.WRONG_CLASS, Kind.WRONG_SCHEME})

_VALUE_SPOILT = frozenset({Kind.LINK_FOR_VALUE, Kind.UNTYPED, Kind.MALFORMED})
_LEFT_OUT = frozenset({"dcterms:identifier", "dip:countBasis", "schema:encoding"})

ARGUMENTS = (
    Beyond(
        "the property of this proposition has no one class, and the wrong thing is of a kind that it admits",
        lambda m: m.predicate in _PARTS and m.kind in _OTHER_PART,
    ),
    Beyond(
        "another claim affirms just that of the same event",
        lambda m: m.kind is Kind.OTHER_VALUE and m.of == "sem:Event",
    ),
    Beyond(
        "measures, accreditations, events and characterisations are held against the claims; this is none of them",
        lambda m: m.kind is Kind.STATED_OUTRIGHT,
    ),
    Beyond(
        "an open or approximate EDTF expression does not fix the inner bounds",
        lambda m: m.predicate in {*_BOUNDS, "rdf:value"} and m.kind in {Kind.OTHER_VALUE, Kind.DELETED},
    ),
    Beyond(
        "a proposition about a time repeats the time's own EDTF value, which K40 looks at where it is stated",
        lambda m: m.predicate == "rdf:object" and m.kind in _VALUE_SPOILT,
    ),
    Beyond(
        "it may be left out: the text of an article that is not held, a second name of a text, the basis of a group",
        lambda m: m.kind is Kind.DELETED and m.predicate in _LEFT_OUT,
    ),
    Beyond(
        "another class still says what it is",
        lambda m: m.predicate == "rdf:type" and m.kind is Kind.DELETED and m.spare > 0,
    ),
    Beyond(
        "a shape cannot compute a hash: it is compared with the text, by legation evidence and by the tests",
        lambda m: m.predicate == "schema:sha256" and m.kind is Kind.OTHER_VALUE,
    ),
)
"""Why a mutant may get through although a rule is meant to catch its like."""

NO_ARGUMENT = "no reason is known: a rule is missing"


def argument_for(mutant: Mutant) -> str:
    """Why it is no great harm, or which rule would be needed."""
    return next((row.reason for row in ARGUMENTS if row.holds(mutant)), NO_ARGUMENT)
