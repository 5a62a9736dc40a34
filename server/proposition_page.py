"""The page of a proposition: what it says, whether the release states it, and who affirms and who denies it."""

from __future__ import annotations

from rdflib.namespace import TIME

from legation.ontology.terms import DIP

from .chains import acts_of, mentioned
from .claim_page import voiced
from .lookups import display_of, listed, times_of
from .sayings import claims_of, sentences_of
from .subjects import Subject

CLAIMS_MAX = 60


def shown(subject: Subject) -> dict[str, object]:
    """What `proposition.html` shows beside what every thing has."""
    store, iri = subject.site.store, subject.iri
    making, total = listed(store, "claim", f"?claim <{DIP.proposition}> <{iri}>", CLAIMS_MAX)
    claims = claims_of(store, making)
    acts = acts_of(store, claims.claims.every(str(DIP.assertedIn)))
    times = times_of(store, acts.things)
    display = display_of(subject, {*mentioned(acts), *claims.mentioned(), *times.every(str(TIME.hasTime))})
    makers = voiced(display, claims, acts, making)
    return {
        "sentences": sentences_of(display, store, [iri]),
        "affirming": [said for said in makers if not said.claims[0].is_denied],
        "denying": [said for said in makers if said.claims[0].is_denied],
        "makers_total": total,
    }
