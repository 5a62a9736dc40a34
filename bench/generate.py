"""Invented diplomacy of any size that conforms to the shapes, for benchmarks: N-Quads from a size and a seed.

Episodes of measure and answer between made-up parties, each reported in articles: speech acts, claims with their
propositions and evidence, and the direct layer that the build would derive. Sizes are skewed as real ones are: a few
parties are in most of the news, most expulsions are small, most chains short. Memory does not grow with the size.

    python bench/generate.py TRIPLES --seed N -o FILE.nq
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import IO

from wordings import DAY_KINDS, GISTS, OPINIONS, TOPICS, Words, day_words, party_names, person_name

BASE = "http://localhost:8000/"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_NAMESPACES = {
    "dcterms": "http://purl.org/dc/terms/",
    "dip": "https://w3id.org/legation/ns#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "loc": "http://id.loc.gov/datatypes/edtf/",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sem": "http://semanticweb.cs.vu.nl/2009/11/sem/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "time": "http://www.w3.org/2006/time#",
    "xsd": _XSD,
}
_EPOCH = date(1991, 1, 1)
_DAYS = 12_000
_OUTRIGHT = {"asserted", "presupposed", "announced", "expected", "inferred"}
_VOUCHED = {"endorsed", "neutral"}
_SINGLE_VALUED = ("dip:measureType", "dip:headcount", "dip:compliance")

Pairs = Iterable[tuple[str, str]]
"""Predicates in short form, objects as N-Quads terms."""


# Terms ----------------------------------------------------------------------------------------------------------


def thing(path: str) -> str:
    """The entity at a path, as an N-Quads term."""
    return f"<{BASE}id/{path}>"


def term(short: str) -> str:
    """The term of a short name such as dip:Claim, or of a concept such as modality:asserted."""
    prefix, _, name = short.partition(":")
    return f"<{_NAMESPACES.get(prefix) or f'https://w3id.org/legation/vocab/{prefix}#'}{name}>"


def number(value: int) -> str:
    return f'"{value}"^^<{_XSD}integer>'


def both(predicate: str, words: Words) -> list[tuple[str, str]]:
    """A property in both languages."""
    return [(predicate, f'"{words.en}"@en'), (predicate, f'"{words.fr}"@fr')]


def named(kind: str, words: Words) -> list[tuple[str, str]]:
    """The class and the labels of a thing."""
    return [("rdf:type", term(kind)), *both("rdfs:label", words)]


def slug(name: str) -> str:
    return name.lower().replace(" ", "-")


class Terms(dict[str, str]):
    """Predicates by their short names, made once."""

    def __missing__(self, short: str) -> str:
        self[short] = term(short)
        return self[short]


class Sheet:
    """N-Quads on their way to a file. `triples` counts those written so far, a triple in two graphs once."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._predicates = Terms()
        self.triples = 0

    def write(self, graph: str, subject: str, pairs: Pairs, *, again: bool = False) -> None:
        """A node's triples in a graph; `again` where another graph has them already."""
        end = f" <{BASE}graph/{graph}> .\n"
        lines = [f"{subject} {self._predicates[predicate]} {value}{end}" for predicate, value in dict.fromkeys(pairs)]
        self._out.write("".join(lines))
        self.triples += 0 if again else len(lines)


# The world ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Party:
    """A state or an international organisation."""

    iri: str
    slug: str
    name: Words
    is_state: bool

    def person(self, role: str) -> str:
        return thing(f"person/{role}-of-{self.slug}")


_ROLES = {
    "foreign-minister": Words("Foreign minister of {a}", "Ministre des affaires étrangères de la {a}"),
    "spokesperson": Words("Spokesperson of {a}", "Porte-parole de la {a}"),
    "defence-adviser": Words("Defence adviser of {a}", "Conseiller de défense de la {a}"),
}
_MISSION_TYPES = ("embassy", "embassy", "embassy", "consulate-general", "high-commission", "interests-section")


class World:
    """Who there is: parties, their people, their missions to one another, the news organisations."""

    def __init__(self, rng: Random, triples: int) -> None:
        self._rng = rng
        size = min(300, max(6, triples // 3000))
        names = party_names(rng, size)
        self.parties = [self._party(place, name) for place, name in enumerate(names)]
        self.pairs = self._pairs(3 * size)
        self.media = [(thing(f"organisation/{slug(n.en)}-news-agency"), n) for n in names[: max(2, size // 8)]]
        self._told: set[str] = set()

    def _party(self, place: int, name: Words) -> Party:
        is_state = place % 8 != 5
        if not is_state:
            name = Words(f"League of {name.en}", f"Ligue de la {name.fr}")
        key = slug(name.en)
        return Party(thing(f"organisation/{key}"), key, name, is_state)

    def _pairs(self, wanted: int) -> list[tuple[Party, Party]]:
        """Pairs that exchange missions, the most active first: a few parties are in most of them."""
        found: dict[tuple[int, int], None] = {(0, 1): None}
        for _ in range(4 * wanted):
            one, other = sorted((self._skewed(len(self.parties)), self._skewed(len(self.parties))))
            if one != other and len(found) < wanted:
                found[one, other] = None
        return [(self.parties[one], self.parties[other]) for one, other in found]

    def _skewed(self, below: int) -> int:
        return min(below - 1, int(self._rng.paretovariate(0.7)) - 1)

    def pair(self) -> tuple[Party, Party]:
        """Two parties in either order, the active ones most often."""
        place = self._skewed(len(self.pairs)) if self._rng.random() < 0.3 else self._rng.randrange(len(self.pairs))
        one, other = self.pairs[place]
        return (one, other) if self._rng.random() < 0.5 else (other, one)

    def tell(self, sheet: Sheet) -> None:
        """Write what does not depend on any article."""
        for party in self.parties:
            self._tell_party(sheet, party)
        for one, other in self.pairs:
            self._tell_mission(sheet, one, other)
            self._tell_mission(sheet, other, one)
        for iri, name in self.media:
            words = Words("{a} News Agency", "Agence de presse de la {a}").of(a=name)
            kind = term("organisation-type:news-organisation")
            sheet.write("reference", iri, [*named("dip:Organisation", words), ("org:classification", kind)])
        self._tell_curators(sheet)

    def _tell_party(self, sheet: Sheet, party: Party) -> None:
        kind = term("organisation-type:" + ("state" if party.is_state else "intergovernmental-organisation"))
        official = Words("Commonwealth of {a}", "Communauté de la {a}").of(a=party.name)
        pairs = [*named("dip:Organisation", party.name), *both("skos:altLabel", official), ("org:classification", kind)]
        sheet.write("reference", party.iri, pairs)
        city = Words("Seat of {a}", "Siège de la {a}").of(a=party.name)
        sheet.write("reference", thing(f"place/seat-of-{party.slug}"), named("sem:Place", city))
        for role, title in _ROLES.items():
            post = thing(f"post/{role}-of-{party.slug}")
            sheet.write("reference", post, [*named("org:Post", title.of(a=party.name)), ("org:postIn", party.iri)])
            self._tell_person(sheet, party.person(role), post, party.iri)

    def _tell_person(self, sheet: Sheet, person: str, post: str, body: str) -> None:
        name = person_name(self._rng)
        pairs = [*named("foaf:Person", Words(name, name)), ("org:holds", post), ("org:memberOf", body)]
        sheet.write("reference", person, pairs)

    def _tell_mission(self, sheet: Sheet, sender: Party, receiver: Party) -> None:
        iri, key = mission(sender, receiver), f"{sender.slug}-to-{receiver.slug}"
        words = Words("Mission of {a} to {b}", "Mission de la {a} auprès de la {b}").of(a=sender.name, b=receiver.name)
        kind = self._rng.choice(_MISSION_TYPES) if sender.is_state and receiver.is_state else "permanent-mission"
        pairs = [
            *named("dip:DiplomaticMission", words),
            ("org:classification", term("organisation-type:diplomatic-mission")),
            ("dip:missionType", term("mission-type:" + kind)),
            ("dip:sendingParty", sender.iri),
            ("dip:receivingParty", receiver.iri),
            ("schema:location", thing(f"place/seat-of-{receiver.slug}")),
        ]
        sheet.write("reference", iri, pairs)
        title = Words("Head of the mission of {a} to {b}", "Chef de la mission de la {a} auprès de la {b}")
        post = thing(f"post/head-of-mission-{key}")
        labels = named("org:Post", title.of(a=sender.name, b=receiver.name))
        sheet.write("reference", post, [*labels, ("org:postIn", iri)])
        self._tell_person(sheet, thing(f"person/head-of-mission-{key}"), post, iri)

    def _tell_curators(self, sheet: Sheet) -> None:
        curators, notes = thing("organisation/legation-curators"), thing("document/curators-notes")
        labels = named("foaf:Group", Words("Curators", "Curateurs"))
        sheet.write("curation", curators, [*labels, ("rdf:type", term("org:Organization"))])
        sheet.write("curation", notes, named("foaf:Document", Words("Curators’ notes", "Notes des curateurs")))
        pairs = [
            *named("dip:Statement", Words("The curators’ conclusions", "Les conclusions des curateurs")),
            ("dcterms:isPartOf", notes),
            ("dip:speaker", curators),
            ("dip:reportingMode", term("reporting-mode:curation")),
            ("dip:reportingStance", term("reporting-stance:endorsed")),
            ("time:hasTime", self.time(sheet, "on", _EPOCH + timedelta(_DAYS))),
        ]
        sheet.write("curation", CURATION, pairs)

    def time(self, sheet: Sheet, kind: str, day: date) -> str:
        """The time `on`, `by` or `from` a day, described when it is first needed."""
        path = day.isoformat() if kind == "on" else f"{kind}-{day.isoformat()}"
        if path not in self._told:
            self._told.add(path)
            sheet.write("reference", thing(f"time/{path}"), _time(kind, day))
        return thing(f"time/{path}")


CURATION = thing("statement/curation/s01")


def mission(sender: Party, receiver: Party) -> str:
    return thing(f"mission/{sender.slug}-to-{receiver.slug}")


def _time(kind: str, day: date) -> Pairs:
    edtf = {"on": f"{day}", "by": f"../{day}", "from": f"{day}/.."}[kind]
    bounds = {
        "on": ("EarliestBegin", "LatestBegin", "EarliestEnd", "LatestEnd"),
        "by": ("LatestEnd",),
        "from": ("EarliestBegin", "LatestBegin"),
    }[kind]
    return [
        *named("time:TemporalEntity", DAY_KINDS[kind].of(day=day_words(day))),
        ("rdf:value", f'"{edtf}"^^{term("loc:EDTF")}'),
        ("dip:dateBasis", term("date-basis:" + ("stated" if kind == "on" else "resolved"))),
        *((f"sem:has{bound}TimeStamp", f'"{day}"^^<{_XSD}date>') for bound in bounds),
    ]


# What happens and what is said of it ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fact:
    """A proposition: one triple, N-Quads terms but for the predicate's short name."""

    subject: str
    predicate: str
    value: str

    @property
    def iri(self) -> str:
        """Named by its content, as the build names it (graph.identifiers)."""
        parts = (self.subject, term(self.predicate), self.value)
        relative = "\n".join(part.replace("<" + BASE, "<") for part in parts)
        return thing("proposition/" + hashlib.sha256(relative.encode()).hexdigest()[:12])


@dataclass(slots=True)
class Measure:
    """One measure; `answers` is the one before it in the chain."""

    iri: str
    kind: str
    taker: Party
    target: Party
    day: date
    headcount: int
    answers: Measure | None

    @property
    def is_expulsion(self) -> bool:
        return self.kind == "expulsion"

    def fact(self, predicate: str, value: str) -> Fact:
        return Fact(self.iri, predicate, value)


@dataclass(slots=True)
class Claim:
    """One claim; `where` is the graph, `stance` that of its statement."""

    iri: str
    where: str
    statement: str
    stance: str
    gist: Words
    facts: list[Fact]
    modality: str
    negated: bool
    about: list[str]
    spans: list[tuple[int, int]]
    text: str
    more: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_outright(self) -> bool:
        return not self.negated and self.modality in _OUTRIGHT and self.stance in _VOUCHED


_KINDS = ("expulsion",) * 7 + (
    "mission-suspension", "accreditation-withdrawal", "staff-ceiling", "recall-for-consultations",
)  # fmt: skip
_GROUNDS = ("espionage-case", "poisoning", "explosion", "international-dispute", "military-exercise", "annexation")


class Episode:
    """A chain of measures between two parties and the articles about it, written when all of it is known."""

    def __init__(self, world: World, sheet: Sheet, rng: Random, place: int) -> None:
        self.world, self.sheet, self.rng = world, sheet, rng
        self._key = f"{place:06d}"
        self.topic = rng.choice(TOPICS)
        self.begins = _EPOCH + timedelta(rng.randrange(_DAYS - 900))
        self.event = thing(f"event/ground-{self._key}")
        self.measures = self._chain()
        self.claims: list[Claim] = []

    def _chain(self) -> list[Measure]:
        """Tit for tat: a party acts, the other answers; most chains are short."""
        one, other = self.world.pair()
        chain: list[Measure] = []
        day = self.begins
        for step in range(min(8, int(self.rng.paretovariate(1.4)))):
            taker, target = (one, other) if step % 2 == 0 else (other, one)
            kind = self.rng.choice(_KINDS)
            heads = min(300, int(3 * self.rng.paretovariate(1.1)))
            iri = thing(f"measure/{day:%Y-%m}-{taker.slug}-{kind}-{self._key}-{step + 1}")
            chain.append(Measure(iri, kind, taker, target, day, heads, chain[-1] if chain else None))
            day += timedelta(1 + int(self.rng.expovariate(0.1)))
        return chain

    def tell(self) -> None:
        """Write the episode."""
        for place, measure in enumerate(self.measures):
            for copy in range(min(4, int(self.rng.paretovariate(2)))):
                Article(self, measure, f"{self._key}{place:02d}{copy:02d}", copy).tell()
        self._infer()
        self._oppose()
        told: set[str] = set()
        for claim in self.claims:
            self._tell_claim(claim, told)
        self._tell_event()
        for measure in self.measures:
            self._tell_measure(measure)
        for fact in self._direct():
            self.sheet.write("derived", fact.subject, [(fact.predicate, fact.value)])

    def _infer(self) -> None:
        """What the curators conclude: whom a measure is meant for, where nobody says so."""
        for measure in self.measures:
            if not measure.is_expulsion:
                sources = [("prov:wasDerivedFrom", claim.iri) for claim in self.claims[:2]]
                more = [*sources, ("dip:confidence", term(f"confidence:{self.rng.choice(('high', 'medium'))}"))]
                gist = GISTS["directed"].of(a=measure.taker.name, b=measure.target.name)
                fact = measure.fact("dip:directedAt", measure.target.iri)
                iri = thing(f"claim/curation/i{self._key}{self.measures.index(measure)}")
                self.claims.append(Claim(iri, "curation", CURATION, "endorsed", gist, [fact], "inferred", False,
                                         [measure.target.iri], [], "", more))  # fmt: skip

    def _oppose(self) -> None:
        """Put claims that deny what others affirm in tension with them, on both sides."""
        affirmed = {fact: claim for claim in reversed(self.claims) if not claim.negated for fact in claim.facts}
        for claim in self.claims:
            for fact in claim.facts:
                other = affirmed.get(fact)
                if claim.negated and other is not None:
                    claim.more.append(("dip:inTensionWith", other.iri))
                    other.more.append(("dip:inTensionWith", claim.iri))

    def _direct(self) -> Iterator[Fact]:
        """The facts that reach the direct layer, by the rule of graph.derivation."""
        makers: dict[Fact, list[Claim]] = {}
        for claim in self.claims:
            for fact in claim.facts:
                if fact.subject.startswith((thing("measure/")[:-1], thing("accreditation/")[:-1])):
                    makers.setdefault(fact, []).append(claim)
        affirmed = [fact for fact, claims in makers.items() if not all(claim.negated for claim in claims)]
        slots = [(fact.subject, fact.predicate) for fact in affirmed if fact.predicate in _SINGLE_VALUED]
        for fact, claims in makers.items():
            contested = slots.count((fact.subject, fact.predicate)) > 1
            if not contested and any(c.is_outright for c in claims) and not any(c.negated for c in claims):
                yield fact

    def _tell_claim(self, claim: Claim, told: set[str]) -> None:
        pairs = [
            ("rdf:type", term("dip:Claim")),
            *both("schema:text", claim.gist),
            ("dip:assertedIn", claim.statement),
            ("dip:modality", term("modality:" + claim.modality)),
            ("dip:negated", f'"{str(claim.negated).lower()}"^^<{_XSD}boolean>'),
            *(("schema:about", iri) for iri in claim.about),
            *(("dip:proposition", fact.iri) for fact in claim.facts),
            *claim.more,
            *tell_evidence(self.sheet, claim.where, claim.iri, claim.text, claim.spans),
        ]
        self.sheet.write(claim.where, claim.iri, pairs)
        for fact in claim.facts:
            self._tell_fact(claim.where, fact, told)

    def _tell_fact(self, where: str, fact: Fact, told: set[str]) -> None:
        pairs = [
            ("rdf:type", term("rdf:Statement")),
            ("rdf:subject", fact.subject),
            ("rdf:predicate", term(fact.predicate)),
            ("rdf:object", fact.value),
        ]
        if where + fact.iri not in told:
            self.sheet.write(where, fact.iri, pairs, again=fact.iri in told)
            told.update((fact.iri, where + fact.iri))

    def _tell_event(self) -> None:
        words = Words("Affair of {topic}", "Affaire : {topic}").of(topic=self.topic)
        facts = {fact for claim in self.claims for fact in claim.facts if fact.subject == self.event}
        pairs = sorted((fact.predicate, fact.value) for fact in facts)
        self.sheet.write("reference", self.event, [*named("sem:Event", words), *pairs])

    def _tell_measure(self, measure: Measure) -> None:
        words = GISTS[measure.kind].of(a=measure.taker.name, b=measure.target.name, n=str(measure.headcount))
        label = Words(words.en.rstrip("."), words.fr.rstrip("."))
        sources = [c.iri for c in self.claims if any(fact.subject == measure.iri for fact in c.facts)]
        kind = "dip:Expulsion" if measure.is_expulsion else "dip:DiplomaticMeasure"
        pairs = [*named(kind, label), *(("dcterms:source", iri) for iri in sources)]
        self.sheet.write("reference", measure.iri, pairs)


def tell_evidence(sheet: Sheet, where: str, owner: str, text: str, spans: list[tuple[int, int]]) -> Pairs:
    """Write the evidence of a claim or statement; the links to it are returned."""
    for place, (start, end) in enumerate(spans, start=1):
        evidence = f"{owner[:-1]}/evidence/{place}"
        pairs = [("rdf:type", term("oa:TextPositionSelector")), ("oa:start", number(start)), ("oa:end", number(end))]
        sheet.write(where, evidence + "/position>", pairs)
        links = [("oa:hasSource", text), ("oa:hasSelector", evidence + "/position>")]
        sheet.write(where, evidence + ">", [("rdf:type", term("oa:SpecificResource")), *links])
        yield "dip:evidence", evidence + ">"


_SPEAKING = {
    2: Words("{a} on its measure", "La {a} sur sa mesure"),
    3: Words("{b} in reply to {a}", "La {b} en réponse à la {a}"),
    4: Words("An adviser of {a} on the background", "Un conseiller de la {a} sur le contexte"),
    5: Words("Notice that {a} says it gave to {b}", "Avis que la {a} dit avoir donné à la {b}"),
}


class Article:
    """One article about one measure. `copy` is 0 for the first; the others say the same again."""

    def __init__(self, episode: Episode, measure: Measure, key: str, copy: int) -> None:
        self.episode, self.measure, self.copy = episode, measure, copy
        self.sheet, self.rng = episode.sheet, episode.rng
        self.id = hashlib.sha256(key.encode()).hexdigest()[:16]
        digest = hashlib.sha256(b"text" + key.encode())
        self.sha256 = digest.hexdigest()
        self._ni = base64.urlsafe_b64encode(digest.digest()).decode().rstrip("=")
        self.text = thing(f"text/sha256-{self.sha256[:16]}")
        self.where = f"article/{self.id}"
        self.day = measure.day + timedelta(copy)
        self._at = 0
        self._claims = 0
        self._stances = {1: "endorsed"}

    # The article and its acts

    def tell(self) -> None:
        """Write the article; its claims go to the episode, which writes them when all are known."""
        self._tell_narration()
        self._tell_acts()
        self._claim_the_measure()
        self._claim_the_rest()
        for _ in range(min(40, int(2 * self.rng.paretovariate(1.2)))):
            self._claim_an_opinion()
        self._tell_text()

    def _statement(self, act: int) -> str:
        return thing(f"statement/{self.id}/s{act:02d}")

    def _time(self, kind: str, day: date) -> str:
        return self.episode.world.time(self.sheet, kind, day)

    def _span(self) -> tuple[int, int]:
        start = self._at + self.rng.randrange(2, 60)
        self._at = start + self.rng.randrange(12, 120)
        return start, self._at

    def _tell_narration(self) -> None:
        narrator = thing(f"group/narrator-of-{self.id}")
        words = Words("Narrator of article {id}", "Voix narrative de l’article {id}").of(id=self.id)
        self.sheet.write(self.where, narrator, named("foaf:Group", words))
        label = Words("The article’s own account ({id})", "Récit propre de l’article ({id})").of(id=self.id)
        pairs = [
            *named("dip:Statement", label),
            ("dcterms:isPartOf", thing(f"article/{self.id}")),
            ("dip:speaker", narrator),
            ("dip:reportingMode", term("reporting-mode:narration")),
            ("dip:reportingStance", term("reporting-stance:endorsed")),
            ("time:hasTime", self._time("on", self.day)),
        ]
        self.sheet.write(self.where, self._statement(1), pairs)

    def _tell_acts(self) -> None:
        """The taker speaks, the target replies, an adviser comments, and a notice is said to have been given."""
        taker, target = self.measure.taker, self.measure.target
        agency = self.rng.choice(self.episode.world.media)[0]
        relay = [("dip:relayedBy", agency)] if self.rng.random() < 0.3 else []
        self._tell_act(2, taker.person("foreign-minister"), [*relay, ("dip:onBehalfOf", taker.iri)])
        self._tell_act(3, target.person("spokesperson"), [("dip:inReplyTo", self._statement(2))])
        if self.rng.random() < 0.5:
            self._tell_act(4, taker.person("defence-adviser"), [])
        if self.rng.random() < 0.3:
            self._tell_act(5, taker.iri, [], inside=2)

    def _tell_act(self, act: int, speaker: str, more: Pairs, inside: int = 1) -> None:
        mention = inside != 1
        stance = "alleged-to-exist" if mention else self.rng.choice(("neutral",) * 4 + ("hedged",))
        mode = "mention" if mention else self.rng.choice(("direct-quotation", "indirect-speech"))
        self._stances[act] = stance
        iri = self._statement(act)
        evidence = tell_evidence(self.sheet, self.where, iri, self.text, [self._span()])
        pairs = [
            *named("dip:Statement", _SPEAKING[act].of(a=self.measure.taker.name, b=self.measure.target.name)),
            ("dip:reportedIn", self._statement(inside)),
            ("dip:speaker", speaker),
            ("dip:reportingMode", term("reporting-mode:" + mode)),
            ("dip:reportingStance", term("reporting-stance:" + stance)),
            ("time:hasTime", self._time("by" if mention else "on", self.day)),
            *more,
            *evidence,
        ]
        self.sheet.write(self.where, iri, pairs)

    def _tell_text(self) -> None:
        words = Words("Text of article {id}", "Texte de l’article {id}").of(id=self.id)
        pairs = [
            *named("schema:MediaObject", words),
            ("schema:sha256", f'"{self.sha256}"'),
            ("dcterms:identifier", f'"ni:///sha-256;{self._ni}"'),
            ("dcterms:extent", number(self._at + self.rng.randrange(1, 400))),
            ("schema:inLanguage", '"fr"'),
        ]
        self.sheet.write(self.where, self.text, pairs)
        label = Words("News article on {a} and {b} ({id})", "Article de presse sur la {a} et la {b} ({id})")
        pairs = [
            *named("schema:NewsArticle", label.of(a=self.measure.taker.name, b=self.measure.target.name, id=self.id)),
            ("schema:encoding", self.text),
            ("schema:about", self.measure.iri),
            ("schema:mentions", self.episode.event),
        ]
        self.sheet.write(self.where, thing(f"article/{self.id}"), pairs)

    # Its claims

    def _claim(self, act: int, gist: str | Words, facts: list[Fact], modality: str = "asserted", *,
               negated: bool = False, **names: Words | str) -> Claim:  # fmt: skip
        self._claims += 1
        words = GISTS[gist] if isinstance(gist, str) else gist
        taker, target = self.measure.taker, self.measure.target
        claim = Claim(
            iri=thing(f"claim/{self.id}/c{self._claims:02d}"),
            where=self.where,
            statement=self._statement(act),
            stance=self._stances[act],
            gist=words.of(**{"a": taker.name, "b": target.name, "topic": self.episode.topic} | names),
            facts=facts,
            modality=modality,
            negated=negated,
            about=[taker.iri, target.iri][: self.rng.choice((1, 2))],
            spans=[self._span() for _ in range(self.rng.choice((1, 1, 1, 2)))],
            text=self.text,
            more=[("dcterms:temporal", self._time("on", self.measure.day))],
        )
        self.episode.claims.append(claim)
        return claim

    def _claim_the_measure(self) -> None:
        measure = self.measure
        facts = [
            measure.fact("dip:measureType", term("measure-type:" + measure.kind)),
            measure.fact("dip:takenBy", measure.taker.iri),
            measure.fact("dip:affects", mission(measure.target, measure.taker)),
        ]
        if measure.is_expulsion:
            facts.append(measure.fact("dip:directedAt", measure.target.iri))
            facts.append(measure.fact("dip:headcount", number(measure.headcount)))
        claim = self._claim(1, measure.kind, facts, n=str(measure.headcount))
        if self.copy:
            first = next(c for c in self.episode.claims if c.facts == facts)
            claim.more.append(("dip:restates", first.iri))
        time = measure.fact("time:hasTime", self._time("on", measure.day))
        self._claim(1, "time", [time], "presupposed", day=day_words(measure.day))
        self._claim(2, "announced", [measure.fact("dip:announcedIn", self._statement(2))], "announced")

    def _claim_the_rest(self) -> None:
        if self.measure.answers is not None:
            self._claim_the_response(self.measure.answers)
        else:
            self._claim_the_ground()
        if self.measure.is_expulsion:
            self._claim_the_departure()
        elif not self.copy:
            {
                "mission-suspension": self._claim_the_state,
                "accreditation-withdrawal": self._claim_the_end,
                "staff-ceiling": self._claim_the_level,
            }.get(self.measure.kind, self._claim_an_opinion)()
        if 5 in self._stances:
            told = Fact(self._statement(5), "dip:addressee", self.measure.target.iri)
            self._claim(2, "informed", [told])
            self._claim(3, "uninformed", [told], negated=True)

    def _claim_the_response(self, earlier: Measure) -> None:
        fact = self.measure.fact("dip:inResponseTo", earlier.iri)
        self._claim(2, "response", [fact], "announced")
        if self.rng.random() < 0.1:
            self._claim(3, "no-response", [fact], negated=True)

    def _claim_the_ground(self) -> None:
        event = self.episode.event
        kind = term("event-type:" + _GROUNDS[len(self.episode.topic.en) % len(_GROUNDS)])
        begun = Fact(event, "time:hasTime", self._time("by", self.episode.begins))
        self._claim(1, "event", [Fact(event, "sem:eventType", kind), begun], "presupposed")
        self._claim(2, "ground", [self.measure.fact("dip:ground", event)], self.rng.choice(("alleged", "asserted")))

    def _claim_the_departure(self) -> None:
        measure, last = self.measure, self.measure.day + timedelta(self.rng.choice((2, 3, 7, 14, 30)))
        leave = measure.fact("dip:deadline", self._time("by", last))
        self._claim(1, "deadline", [leave], "expected", day=day_words(last))
        form = measure.fact("dip:legalForm", term("legal-form:persona-non-grata"))
        self._claim(2, "form", [form], "announced")
        if self.rng.random() < 0.1:
            self._claim(3, "no-form", [form], negated=True)
        if self.rng.random() < 0.15:
            rival = measure.headcount + self.rng.randrange(1, 9)
            self._claim(3, "rival", [measure.fact("dip:headcount", number(rival))], n=str(rival))
        if self.rng.random() < 0.5:
            self._claim(1, "compliance", [measure.fact("dip:compliance", term("compliance:complied"))])

    def _claim_the_state(self) -> None:
        claim = self._claim(1, "state", [])
        label = Words("{b}: mission suspended ({id})", "{b} : mission suspendue ({id})")
        pairs = [
            *named("dip:MissionState", label.of(b=self.measure.target.name, id=self.id)),
            ("dip:stateOf", mission(self.measure.target, self.measure.taker)),
            ("dip:missionStatus", term("mission-status:suspended")),
            ("time:hasTime", self._time("from", self.measure.day)),
            ("prov:wasDerivedFrom", claim.iri),
        ]
        self.sheet.write("reference", thing(f"mission-state/{self.id}"), pairs)

    def _claim_the_end(self) -> None:
        accreditation = thing(f"accreditation/{self.id}")
        claim = self._claim(2, "ended", [Fact(accreditation, "dip:endedBy", self.measure.iri)], "announced")
        staff = thing(f"group/staff-{self.id}")
        label = Words("Staff of the mission of {b} ({id})", "Personnel de la mission de la {b} ({id})")
        named_staff = label.of(b=self.measure.target.name, id=self.id)
        self.sheet.write("reference", staff, named("foaf:Group", named_staff))
        label = Words("Accreditation of: {c}", "Accréditation : {c}").of(c=named_staff)
        pairs = [
            *named("dip:Accreditation", label),
            ("dip:accreditedBy", self.measure.taker.iri),
            ("dip:holder", staff),
            ("dip:forMission", mission(self.measure.target, self.measure.taker)),
            ("prov:wasDerivedFrom", claim.iri),
        ]
        self.sheet.write("reference", accreditation, pairs)

    def _claim_the_level(self) -> None:
        heads = 5 + self.measure.headcount
        level = thing(f"staff-level/{self.id}")
        claim = self._claim(1, "level", [Fact(level, "dip:headcount", number(heads))], n=str(heads))
        label = Words("Ceiling of {n} posts for {b} ({id})", "Plafond de {n} postes pour la {b} ({id})")
        pairs = [
            *named("dip:StaffCeiling", label.of(n=str(heads), b=self.measure.target.name, id=self.id)),
            ("dip:ofMission", mission(self.measure.target, self.measure.taker)),
            ("dip:headcount", number(heads)),
            ("dip:countBasis", term("count-basis:posts")),
            ("time:hasTime", self._time("from", self.measure.day)),
            ("prov:wasDerivedFrom", claim.iri),
        ]
        self.sheet.write("reference", level, pairs)

    def _claim_an_opinion(self) -> None:
        act = self.rng.choice([act for act in self._stances if act != 5])
        years = str(self.rng.randrange(5, 60))
        claim = self._claim(act, self.rng.choice(OPINIONS), [], "evaluative", topic=self.rng.choice(TOPICS), n=years)
        if self.rng.random() < 0.3:
            note = Words("The wording leaves open how far this goes.", "La formulation en laisse ouverte la portée.")
            claim.more += both("skos:note", note)


# The command ----------------------------------------------------------------------------------------------------


def generate(triples: int, seed: int, out: IO[str]) -> int:
    """Write at least so many triples, an episode more at most; how many there are is returned."""
    rng = Random(seed)
    world, sheet = World(rng, triples), Sheet(out)
    world.tell(sheet)
    place = 0
    while sheet.triples < triples:
        Episode(world, sheet, rng, place).tell()
        place += 1
    return sheet.triples


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description="Invented diplomacy that conforms to the shapes, as N-Quads.")
    parser.add_argument("triples", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, required=True)
    asked = parser.parse_args(arguments)
    with asked.output.open("w", encoding="utf-8", newline="\n", buffering=1 << 20) as out:
        print(f"{generate(asked.triples, asked.seed, out)} triples in {asked.output}")


if __name__ == "__main__":
    main(sys.argv[1:])
