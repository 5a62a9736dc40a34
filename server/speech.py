"""What the pages say in each language: the sentences of `messages/*.toml`, and how numbers, dates and sizes are put.

A file has six tables with the same keys in every language:
  text      sentences; `{…}` holds a fact. A counted sentence is two keys, ending in `_one` and `_other`.
  names     names of the words of other vocabularies, by prefixed name (or by IRI where we have no prefix for it);
  plural    the same for many, as the heads of lists;
  sentences a proposition in words, by the prefixed name of its property: `{s}` is the subject, `{o}` the value;
  inverse   a property read from its object's side: what points at a thing by it;
  calendar  the names of the months, in full and as short as an axis needs them.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = ("en", "fr")
"""The languages of the pages; the first is the default."""
_DATE = re.compile(r"(-?\d{4,})-(\d\d)-(\d\d)(?=$|[TZ+-])")
_UNITS = ("bytes", "kilobytes", "megabytes", "gigabytes")
_SPACED = re.compile(r" (?=[;!?»:])|(?<=«) ")


@cache
def _catalogue(language: str) -> Mapping[str, Mapping[str, Any]]:
    text = (resources.files(__package__) / "messages" / f"{language}.toml").read_text("utf-8")
    return tomllib.loads(text)


def messages(language: str) -> Mapping[str, str]:
    """The sentences of the pages by key."""
    return _catalogue(language)["text"]


def word_names(language: str) -> Mapping[str, str]:
    """Names of the words of other vocabularies by prefixed name."""
    return _catalogue(language)["names"]


def plural_names(language: str) -> Mapping[str, str]:
    """Names of classes in the plural, as heads of lists, by prefixed name."""
    return _catalogue(language)["plural"]


def inverse_names(language: str) -> Mapping[str, str]:
    """What points at a thing, by the prefixed name of the property that does."""
    return _catalogue(language)["inverse"]


def sentence_forms(language: str) -> Mapping[str, str]:
    """How a proposition is said in a sentence, by the prefixed name of its property."""
    return _catalogue(language)["sentences"]


@dataclass(frozen=True, slots=True)
class Speech:
    """One language of the pages; called with a key it says that sentence."""

    language: str

    def __call__(self, key: str, **facts: object) -> str:
        """The sentence of `key` with its facts put in. Raises KeyError for a key or a fact that is not there."""
        sentence = messages(self.language)[key]
        return self.typeset(sentence.format(**facts) if facts else sentence)

    def count(self, key: str, number: int, **facts: object) -> str:
        """The counted sentence of `key`; French counts none as one."""
        is_one = number == 1 or (self.language == "fr" and number == 0)
        return self(f"{key}_{'one' if is_one else 'other'}", n=self.number(number), **facts)

    def number(self, number: int) -> str:
        """Groups of three digits: 12,345 in English, a narrow no-break space between them in French."""
        return f"{number:,}".replace(",", "," if self.language == "en" else "\u202f")

    def size(self, size: int) -> str:
        """A number of bytes for people, in powers of 1000 (IEC 80000-13) with one decimal."""
        scaled, unit = float(size), 0
        while scaled >= 999.95 and unit < len(_UNITS) - 1:
            scaled, unit = scaled / 1000, unit + 1
        digits = f"{scaled:.1f}" if unit else f"{size}"
        return f"{digits if self.language == 'en' else digits.replace('.', ',')}\u00a0{self(_UNITS[unit])}"

    def date(self, text: str) -> str:
        """The day of an ISO 8601 date or time in words; a text that is neither comes back as it is."""
        found = _DATE.match(text)
        if not found:
            return text
        year, month, day = found[1], int(found[2]), int(found[3])
        names = _catalogue(self.language)["calendar"]["months"]
        if not 1 <= month <= len(names):
            return text
        first = "1er" if self.language == "fr" and day == 1 else str(day)
        return f"{first}\u00a0{names[month - 1]} {year}"

    def month(self, year: str, month: str) -> str:
        """A month of a year, each in digits."""
        return f"{_catalogue(self.language)['calendar']['months'][int(month) - 1]} {year}"

    def tick(self, day: datetime.date, unit: str) -> str:
        """A day on an axis, as finely as `unit` says (day, month or year) and without its year unless that is all."""
        month: str = _catalogue(self.language)["calendar"]["short_months"][day.month - 1]
        first = "1er" if self.language == "fr" and day.day == 1 else str(day.day)
        return {"day": f"{first}\u00a0{month}", "month": month}.get(unit, str(day.year))

    def typeset(self, text: str) -> str:
        """French sentences get the no-break spaces that go before high punctuation and inside guillemets."""
        return _SPACED.sub("\u00a0", text) if self.language == "fr" else text
