"""The words of invented diplomacy in English and French: parties, people, days and what claims say.

Every party and person is made up, so that no invented measure is said of a real one. The French names are all feminine
and begin with a consonant: no gist needs an elision.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import product
from random import Random

_BEGINNINGS, _MIDDLES, _FORENAMES, _MONTHS_EN, _MONTHS_FR = (
    words.split()
    for words in (
        "Bal Bor Cal Cor Dal Dor Fal Gal Gor Hal Jal Kal Kor Lor Mal Mor Nor Pal Por Ral Sal Tal Tor Val Vor Zal",
        "ba de do ga ka la mi na no pe ra ri sa so ta ve",
        "Ada Anton Boris Clara Dana Emil Farah Goran Hanna Igor Jana Karim Lena Marek Nadia Omar Petra Rafael Sonia",
        "January February March April May June July August September October November December",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    )
)
_ENDINGS = (("via", "vie"), ("nia", "nie"), ("ria", "rie"), ("thia", "thie"), ("lia", "lie"))


@dataclass(frozen=True, slots=True)
class Words:
    """The same in English and in French."""

    en: str
    fr: str

    def of(self, **names: Words | str) -> Words:
        """The words with each name put in its place, in the language of its place."""
        return Words(
            self.en.format(**{key: name if isinstance(name, str) else name.en for key, name in names.items()}),
            self.fr.format(**{key: name if isinstance(name, str) else name.fr for key, name in names.items()}),
        )


def party_names(rng: Random, number: int) -> list[Words]:
    """So many names of parties, all different, such as Valdoria and Valdorie."""
    every = [(b + m, *end) for b, m, end in product(_BEGINNINGS, _MIDDLES, _ENDINGS)]
    return [Words(stem + en, stem + fr) for stem, en, fr in rng.sample(every, number)]


def person_name(rng: Random) -> str:
    """A name such as Hanna Kalvero."""
    surname = rng.choice(_BEGINNINGS) + rng.choice(_MIDDLES) + rng.choice(_MIDDLES)
    return f"{rng.choice(_FORENAMES)} {surname}"


def day_words(day: date) -> Words:
    """The day as both languages write it."""
    first = "1er" if day.day == 1 else str(day.day)
    return Words(f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}", f"{first} {_MONTHS_FR[day.month - 1]} {day.year}")


DAY_KINDS = {
    "on": Words("{day}", "{day}"),
    "by": Words("By {day}", "Le {day} au plus tard"),
    "from": Words("From {day} on", "À partir du {day}"),
}

TOPICS = tuple(
    Words(en, fr)
    for en, fr in (
        ("the maritime border", "la frontière maritime"),
        ("the treatment of minorities", "le traitement des minorités"),
        ("gas transit", "le transit du gaz"),
        ("visa quotas", "les quotas de visas"),
        ("fishing rights", "les droits de pêche"),
        ("joint exercises", "les exercices communs"),
        ("the custody of embassy grounds", "la garde des terrains d’ambassade"),
        ("an espionage trial", "un procès pour espionnage"),
        ("cyber attacks on ministries", "les attaques informatiques contre des ministères"),
        ("frozen assets", "les avoirs gelés"),
        ("an air corridor", "un couloir aérien"),
        ("the election observers", "la mission d’observation électorale"),
    )
)

OPINIONS = tuple(
    Words(en, fr)
    for en, fr in (
        ("Relations between {a} and {b} are at their lowest for {n} years.",
         "Les relations entre la {a} et la {b} sont au plus bas depuis {n} ans."),
        ("The dispute over {topic} has poisoned the talks between {a} and {b}.",
         "Le différend sur {topic} a envenimé les pourparlers entre la {a} et la {b}."),
        ("{a} has shown no interest in settling {topic} with {b}.",
         "La {a} n’a montré aucun intérêt à régler {topic} avec la {b}."),
        ("There is still room for a quiet understanding on {topic}.",
         "Il reste place pour une entente discrète sur {topic}."),
        ("{b} treats {topic} as a matter of prestige.", "La {b} fait de {topic} une affaire de prestige."),
        ("Nothing that {a} says on {topic} can be relied upon.",
         "Rien de ce que dit la {a} sur {topic} n’est fiable."),
    )
)  # fmt: skip

GISTS = {
    "expulsion": Words("{a} expels {n} members of the mission of {b}.",
                       "La {a} expulse {n} membres de la mission de la {b}."),
    "mission-suspension": Words("{a} suspends the work of the mission of {b}.",
                                "La {a} suspend le travail de la mission de la {b}."),
    "accreditation-withdrawal": Words("{a} withdraws the accreditation of staff of the mission of {b}.",
                                      "La {a} retire l’accréditation de membres de la mission de la {b}."),
    "staff-ceiling": Words("{a} limits the staff of the mission of {b}.",
                           "La {a} limite l’effectif de la mission de la {b}."),
    "recall-for-consultations": Words("{a} recalls its envoy to {b} for consultations.",
                                      "La {a} rappelle en consultation son envoyé auprès de la {b}."),
    "time": Words("The measure of {a} was taken on {day}.", "La mesure de la {a} a été prise le {day}."),
    "deadline": Words("Those concerned are to leave by {day}.",
                      "Les personnes visées doivent partir le {day} au plus tard."),
    "response": Words("{a} acts in return for the measure of {b}.", "La {a} agit en retour de la mesure de la {b}."),
    "ground": Words("{a} acts because of {topic}.", "La {a} agit en raison du dossier suivant : {topic}."),
    "form": Words("{a} has chosen the legal form of its measure with care.",
                  "La {a} a choisi avec soin la forme juridique de sa mesure."),
    "no-form": Words("{b} denies that the measure had that legal form.",
                     "La {b} nie que la mesure ait eu cette forme juridique."),
    "no-response": Words("{b} denies that its earlier measure called for an answer.",
                         "La {b} nie que sa mesure antérieure ait appelé une réponse."),
    "rival": Words("{b} counts {n} people who must leave.", "La {b} compte {n} personnes qui doivent partir."),
    "compliance": Words("Those expelled by {a} have left.", "Les personnes expulsées par la {a} sont parties."),
    "announced": Words("{a} announced the measure itself.", "La {a} a elle-même annoncé la mesure."),
    "ended": Words("The accreditation of the staff of {b} ends.", "L’accréditation du personnel de la {b} prend fin."),
    "level": Words("The mission of {b} is left with {n} posts.",
                   "La mission de la {b} ne compte plus que {n} postes."),
    "state": Words("The mission of {b} no longer works.", "La mission de la {b} ne travaille plus."),
    "event": Words("The quarrel began with {topic}.", "La querelle est partie du dossier suivant : {topic}."),
    "directed": Words("The measure of {a} is meant for {b}.", "La mesure de la {a} vise la {b}."),
    "informed": Words("{b} had been told of the measure beforehand.", "La {b} avait été prévenue de la mesure."),
    "uninformed": Words("{b} had not been told of the measure.", "La {b} n’avait pas été prévenue de la mesure."),
}  # fmt: skip
"""What claims say, in our own words: at most 200 characters and no guillemets (rule K15)."""
