"""Reads a sentence back: every amount, date and number in it must be one of the evidence it cites."""

import re
from datetime import date
from decimal import Decimal

from models.sentences import LANGUAGES, Evidence, amount_text, count_text, date_text, phrasebook

_AMOUNT = {
    "da": re.compile(r"-?\d{1,3}(?:\.\d{3})*,\d{2} kr\."),
    "en": re.compile(r"DKK -?\d{1,3}(?:,\d{3})*\.\d{2}"),
}
_DATE = {
    "da": re.compile(r"\b\d{1,2}\. [a-zæøå]+ \d{4}\b"),
    "en": re.compile(r"\b\d{1,2} [A-Z][a-z]+ \d{4}\b"),
}
_NUMBER = re.compile(r"\d[\d.,]*\d|\d")


def check_sentence(sentence: str, evidence: Evidence, language: str) -> list[str]:
    """What `sentence` says that `evidence` does not: each amount, date or number that is none of its own.

    Empty where all is borne out. Numbers that the wording itself writes ("12 måneder") belong to what is counted.
    """
    if language not in LANGUAGES:
        return [f"no language {language}"]
    rest = sentence
    unfounded = []
    for pattern, own in ((_AMOUNT, _own_amount(evidence, language)), (_DATE, _own_date(evidence, language))):
        unfounded += [found for found in pattern[language].findall(rest) if found != own]
        rest = pattern[language].sub(" ", rest)
    allowed = _written_numbers(evidence, language)
    if evidence.event_count is not None:
        allowed.add(count_text(evidence.event_count, language))
    return unfounded + [found for found in _NUMBER.findall(rest) if found not in allowed]


def _own_amount(evidence: Evidence, language: str) -> str | None:
    amount: Decimal | None = evidence.amount_dkk
    return None if amount is None else amount_text(amount, language)


def _own_date(evidence: Evidence, language: str) -> str | None:
    day: date | None = evidence.event_on
    return None if day is None else date_text(day, language)


def _written_numbers(evidence: Evidence, language: str) -> set[str]:
    """The numbers in the wordings of this evidence and in the word for its code."""
    saying = phrasebook().sayings[evidence.code_name]
    words = [getattr(wording, language) for wording in saying.wordings]
    if evidence.code is not None and evidence.code in saying.codes:
        words.append(saying.codes[evidence.code][language])
    return {number for text in words for number in _NUMBER.findall(text)}
