"""Sentences from evidence: Danish and English, amounts and dates as each language writes them (`sentences.toml`)."""

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from warehouse.errors import ModelError

LANGUAGES = ("da", "en")
LONGEST_SENTENCE = 140
"""Characters. What does not fit on two lines of the page is not read."""

_MONTHS = {
    "da": "januar, februar, marts, april, maj, juni, juli, august, september, oktober, november, december",
    "en": "January, February, March, April, May, June, July, August, September, October, November, December",
}


def amount_text(amount: Decimal, language: str) -> str:
    """12345 as "12.345,00 kr." in Danish and "DKK 12,345.00" in English."""
    english = f"{amount:,.2f}"
    if language == "en":
        return f"DKK {english}"
    return english.translate(str.maketrans(",.", ".,")) + " kr."


def date_text(day: date, language: str) -> str:
    """The third of March as "3. marts 2026" in Danish and "3 March 2026" in English."""
    return f"{day.day}{'.' if language == 'da' else ''} {_MONTHS[language].split(', ')[day.month - 1]} {day.year}"


def count_text(count: int, language: str) -> str:
    """A whole number with the language's mark between thousands."""
    return f"{count:,}" if language == "en" else f"{count:,}".replace(",", ".")


@dataclass(frozen=True)
class Evidence:
    """One thing that can be said of a tenancy, with the facts it rests on. What is not known is None."""

    code_name: str
    event_on: date | None = None
    amount_dkk: Decimal | None = None
    event_count: int | None = None
    code: str | None = None
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wording:
    """One way to say an evidence, in both languages; `one` is for a count of exactly one.

    `at_least` and `at_most` keep a wording for counts for which it makes sense.
    """

    da: str
    en: str
    one: bool = False
    at_least: int | None = None
    at_most: int | None = None

    def suits(self, count: int | None) -> bool:
        """Whether the wording is meant for `count` (None: not known)."""
        low, high = (1, 1) if self.one else (self.at_least, self.at_most)
        if count is None:
            return low is None and high is None
        return (low is None or count >= low) and (high is None or count <= high)

    def places(self) -> set[str]:
        """What must be known to say it."""
        return {name for _, name, _, _ in string.Formatter().parse(self.da + self.en) if name}


@dataclass(frozen=True)
class Saying:
    """Everything that `sentences.toml` says of an evidence code.

    `reason` is the code of the features whose contribution it stands for (`reason` in their table.toml): its own name,
    or, where it `speaks_against` a risk, the reason it answers.
    """

    gravity: int
    wordings: tuple[Wording, ...]
    codes: Mapping[str, Mapping[str, str]]
    explains_alone: bool = False
    reason: str = ""
    speaks_against: bool = False


@dataclass(frozen=True)
class Phrasebook:
    """All sayings by evidence code, what is said where nothing stands out, and of what changed since a list before.

    `over`: of what held before ({sentence}); `changed`: by evidence code, of an {amount} beside what it was ({before}).
    """

    sayings: Mapping[str, Saying]
    nothing: Mapping[str, str]
    over: Mapping[str, str]
    changed: Mapping[str, Mapping[str, str]]


@cache
def phrasebook() -> Phrasebook:
    """The sentences of `sentences.toml`."""
    content = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text("utf-8"))
    sayings = {name: _saying(name, entry, content["codes"]) for name, entry in content["evidence"].items()}
    return Phrasebook(sayings, content["nothing"], content["over"], content["changed"])


def _saying(name: str, entry: Mapping, codes: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Saying:
    return Saying(
        gravity=entry["gravity"],
        wordings=tuple(Wording(**wording) for wording in entry["say"]),
        codes=codes[entry["codes"]] if "codes" in entry else {},
        explains_alone=entry.get("explains_alone", False),
        reason=entry.get("against", name),
        speaks_against="against" in entry,
    )


def say(evidence: Evidence, language: str) -> str | None:
    """The sentence for `evidence` in "da" or "en"; None where too little is known to say anything.

    `ModelError` where the evidence code has no sentence.
    """
    saying = phrasebook().sayings.get(evidence.code_name)
    if saying is None:
        raise ModelError(
            expected=f"one of {', '.join(sorted(phrasebook().sayings))}",
            found=evidence.code_name,
            where="the evidence",
            remedy="Write its sentences in sentences.toml.",
        )
    known = _known(evidence, saying, language)
    wording = next((w for w in saying.wordings if _fits(w, known, evidence.event_count)), None)
    return None if wording is None else getattr(wording, language).format(**known)


def _fits(wording: Wording, known: Mapping[str, str], count: int | None) -> bool:
    return wording.places() <= known.keys() and wording.suits(count)


def _known(evidence: Evidence, saying: Saying, language: str) -> dict[str, str]:
    """The texts that may be put into a sentence: of the amount, date, count and code that are known."""
    known: dict[str, str] = {}
    if evidence.amount_dkk is not None:
        known["amount"] = amount_text(evidence.amount_dkk, language)
    if evidence.event_on is not None:
        known["date"] = date_text(evidence.event_on, language)
    if evidence.event_count:
        known["count"] = count_text(evidence.event_count, language)
    if evidence.code is not None and evidence.code in saying.codes:
        known["code"] = saying.codes[evidence.code][language]
    return known
