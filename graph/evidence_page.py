"""Writes the page for reading side by side: claims on the left, the reader's own copy of the text on the right.

One file, no script, nothing loaded from anywhere. It holds the whole text, so it is for its reader and not to be passed
on; the page says so itself.
"""

from __future__ import annotations

from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined

from .evidence import Evidence, Passage, Segment, segments

WORDS = {
    "en": {
        "title": "Claims beside their passages",
        "warning": "This page holds the whole text. It is for your own reading: do not publish it or pass it on.",
        "claims": "Claims and speech acts",
        "text": "The text",
        "summary": "{claims} claims, {acts} speech acts with a cue, {passages} passages; "
        "claims cite {share} of the characters.",
        "hint": "A passage of a claim is shaded, the cue of a speech act is underlined. Follow a link to highlight.",
        "denies": "denies",
        "no_gist": "(no gist yet)",
        "speech_act": "speech act",
        "digest": "SHA-256 of the text",
    },
    "fr": {
        "title": "Les assertions en regard de leurs passages",
        "warning": "Cette page contient le texte entier. Elle est pour votre lecture : ne la diffusez pas.",
        "claims": "Assertions et actes de parole",
        "text": "Le texte",
        "summary": "{claims} assertions, {acts} actes de parole pourvus d’un indice, {passages} passages ; "
        "les assertions citent {share} des caractères.",
        "hint": "Le passage d’une assertion est ombré, l’indice d’un acte de parole souligné. "
        "Suivez un lien pour surligner.",
        "denies": "nie",
        "no_gist": "(pas encore de résumé)",
        "speech_act": "acte de parole",
        "digest": "SHA-256 du texte",
    },
}


def evidence_page(evidence: Evidence, language: str) -> str:
    """The page as HTML; `language`, en or fr, is that of its own words and should be that of the evidence."""
    template = (resources.files(__package__) / "evidence_page.html.j2").read_text("utf-8")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    return environment.from_string(template).render(
        evidence=evidence,
        language=language,
        words=WORDS[language],
        summary=summary(evidence, language),
        stretches=_stretches(evidence),
    )


def summary(evidence: Evidence, language: str) -> str:
    """How much of the text is cited, in one sentence."""
    passages = sum(len(cited.passages) for cited in evidence.cited)
    share = f"{evidence.share:.0%}" if language == "en" else f"{evidence.share:.0%}".replace("%", " %")
    acts = len(evidence.cited) - len(evidence.claims)
    return WORDS[language]["summary"].format(claims=len(evidence.claims), acts=acts, passages=passages, share=share)


def _stretches(evidence: Evidence) -> list[dict[str, Any]]:
    """What the template needs of each segment: its words, what covers it, and the passages that begin with it."""
    owners: list[tuple[int, int]] = []
    passages: list[Passage] = []
    for number, cited in enumerate(evidence.cited):
        for which, passage in enumerate(cited.passages):
            owners.append((number, which))
            passages.append(passage)
    return [_stretch(evidence, segment, owners) for segment in segments(len(evidence.text), passages)]


def _stretch(evidence: Evidence, segment: Segment, owners: list[tuple[int, int]]) -> dict[str, Any]:
    covering = sorted({owners[passage][0] for passage in segment.covering})
    return {
        "words": evidence.text[segment.start : segment.end],
        "covering": covering,
        "claims": [number for number in covering if evidence.cited[number].is_claim],
        "acts": [number for number in covering if not evidence.cited[number].is_claim],
        "beginning": [owners[passage] for passage in segment.beginning],
    }
