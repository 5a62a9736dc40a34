"""The page of a statement: who speaks, how it reached the reader, what it puts forward, and what answers it."""

from __future__ import annotations

import string

from legation.ontology.terms import DIP, ReportingMode, ReportingStance

from .chains import Chain, acts_of, chains, mentioned
from .deeds import deeds
from .lookups import Found, display_of, listed
from .said import said_in
from .sayings import Pieces, claims_of, pieces, sayings
from .subjects import Subject
from .view_models import Display, Value

CLAIMS_MAX = 200
_AROUND = {
    "nested": f"?act <{DIP.reportedIn}> <%s>",
    "replies": f"?act <{DIP.inReplyTo}> <%s>",
    "answered": f"<%s> <{DIP.inReplyTo}> ?act",
}
_PLAIN_MODES = {str(ReportingMode.narration): "plain_narration", str(ReportingMode.curation): "plain_curation"}
_PLAIN = {
    str(ReportingStance.neutral): "plain_neutral",
    str(ReportingStance.hedged): "plain_hedged",
    str(ReportingStance["alleged-to-exist"]): "plain_alleged",
    str(ReportingStance.endorsed): "plain_endorsed",
    str(ReportingMode["direct-quotation"]): "plain_direct",
    str(ReportingMode["indirect-speech"]): "plain_indirect",
    str(ReportingMode.mention): "plain_mention",
}


def shown(subject: Subject) -> dict[str, object]:
    """What `statement.html` shows beside what every thing has."""
    store, iri = subject.site.store, subject.iri
    acts = acts_of(store, [iri])
    made, total = listed(store, "claim", f"?claim <{DIP.assertedIn}> <{iri}>", CLAIMS_MAX)
    claims = claims_of(store, made)
    display = display_of(subject, {*mentioned(acts), *claims.mentioned()})
    ways = chains(display, acts, iri, here=iri)
    return {
        "chains": ways,
        "plain": plain_words(display, acts, iri, ways),
        "says": sayings(display, claims, made),
        "says_total": total,
        "announced": deeds(subject, (DIP.announcedIn,)),
        **said_in(subject, {name: pattern.replace("%s", iri) for name, pattern in _AROUND.items()}),
    }


def plain_words(display: Display, acts: Found, statement: str, ways: tuple[Chain, ...]) -> tuple[Pieces, ...]:
    """How a statement is reported, in sentences that name who speaks and who reports it."""
    say = display.reader.say
    modes = acts.iris(statement, str(DIP.reportingMode))
    codes = [*acts.iris(statement, str(DIP.reportingStance)), *modes]
    keys = [_PLAIN_MODES[mode] for mode in modes if mode in _PLAIN_MODES]
    keys = keys or [_PLAIN[code] for code in codes if code in _PLAIN]
    values = _named(ways)
    forms = [say(key) for key in keys]
    return tuple(pieces(say, form, **values) for form in forms if values.keys() >= _fields(form))


def _named(ways: tuple[Chain, ...]) -> dict[str, Value]:
    """Who speaks, and who answers for the report: whoever speaks in the outer statement, else the document."""
    steps = [step for step in ways[0].steps if step.role != "chain_relay"] if ways else []
    return {name: step.voices[0] for name, step in zip(("s", "r"), steps, strict=False) if step.voices}


def _fields(form: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(form) if field}
