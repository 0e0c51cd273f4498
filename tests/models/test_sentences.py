"""Sentences: every code in both languages, amounts and dates as written there, nothing beyond the evidence."""

import re
from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from models.sentence_check import check_sentence
from models.sentences import LANGUAGES, LONGEST_SENTENCE, Evidence, amount_text, count_text, date_text, phrasebook, say
from warehouse.errors import ModelError
from warehouse.vocabulary import FEEDS

CODES = sorted(phrasebook().sayings)
DAY, AMOUNT = date(2026, 9, 30), Decimal("112345.60")

EVERY_CODE = """
arrears_balance last_payment late_payments partial_payment no_payment_since repeated_arrears payment_demand termination
court_request hearing concern sanction benefit_ended benefit_drop rent_burden application_pending application_refused
support_ended support_missed shelter_stay new_tenancy rent_reduction_ends landlord_practice earlier_contact
municipal_referral arrears_change reminder_fees
account_clear arrears_falling listed_payment_plan agreement paid_on_time paid_in_full steady_account no_notice
settled_case application_granted benefit_rise rent_covered long_tenancy
"""


def _fullest(code: str, **changed: object) -> Evidence:
    words = sorted(phrasebook().sayings[code].codes)
    given = {"event_on": DAY, "amount_dkk": AMOUNT, "event_count": 27, "code": words[0] if words else None}
    return Evidence(code, **{**given, **changed})  # type: ignore[arg-type]


def test_every_evidence_has_its_sentences() -> None:
    assert set(CODES) == set(EVERY_CODE.split())


def test_amounts_dates_and_counts_are_written_as_each_language_writes_them() -> None:
    assert amount_text(Decimal("12345"), "da") == "12.345,00 kr."
    assert amount_text(Decimal("12345"), "en") == "DKK 12,345.00"
    assert amount_text(Decimal("0.5"), "da") == "0,50 kr."
    assert date_text(date(2026, 3, 3), "da") == "3. marts 2026"
    assert date_text(date(2026, 3, 3), "en") == "3 March 2026"
    assert (count_text(1234, "da"), count_text(1234, "en")) == ("1.234", "1,234")
    assert {date_text(date(2026, month, 1), "da").split()[1] for month in range(1, 13)} >= {
        "maj",
        "oktober",
        "december",
    }


@pytest.mark.parametrize("code", CODES)
def test_whatever_is_known_the_sentence_is_whole_short_and_borne_out(code: str) -> None:
    """All combinations of known and unknown, one and many, every word for a code, in both languages."""
    words = [None, *phrasebook().sayings[code].codes]
    said = 0
    for on, amount, count, word in product([DAY, None], [AMOUNT, None], [None, 0, 1, 27, 1234], words):
        evidence = Evidence(code, on, amount, count, word)
        for language in LANGUAGES:
            sentence = say(evidence, language)
            if sentence is None:
                continue
            said += 1
            assert check_sentence(sentence, evidence, language) == []
            assert len(sentence) <= LONGEST_SENTENCE
            assert sentence.endswith(".")
            assert sentence[0].isupper() or sentence[0].isdigit()
            assert not any(mark in sentence for mark in "{}")
    assert said


@pytest.mark.parametrize("code", CODES)
def test_both_languages_need_the_same_to_be_known(code: str) -> None:
    for wording in phrasebook().sayings[code].wordings:
        places = {language: getattr(wording, language).count("{") for language in LANGUAGES}
        assert places["da"] == places["en"] == len(wording.places())


@pytest.mark.parametrize("code", CODES)
def test_the_fullest_sentence_names_what_is_known(code: str) -> None:
    for language in LANGUAGES:
        wording = next(w for w in phrasebook().sayings[code].wordings if not w.one)
        sentence = say(_fullest(code), language) or ""
        texts = {"amount": amount_text(AMOUNT, language), "date": date_text(DAY, language), "count": "27"}
        assert all(texts[place] in sentence for place in wording.places() & texts.keys())


def test_every_code_that_the_contract_allows_has_a_word_in_both_languages() -> None:
    tables = {
        ("sanctions", "kind"): "sanction",
        ("benefits", "kind"): "benefit_ended",
        ("benefit_applications", "kind"): "application_pending",
        ("support_courses", "end_reason"): "support_ended",
        ("concerns", "sender"): "concern",
        ("contacts", "outcome"): "earlier_contact",
    }
    for (feed, field), code in tables.items():
        words = phrasebook().sayings[code].codes
        assert set(words) == set(FEEDS[feed].field(field).codes)
        assert all(set(word) == set(LANGUAGES) and all(word.values()) for word in words.values())


def test_no_sentence_blames_scores_or_guesses() -> None:
    banned = re.compile(
        r"\b(points?|scor|risi[ck]|risk|skyld|fault|blame|udsat|dårlig|nægte|svigt|fail|refused to|bad\b)"
    )
    for code, language in product(CODES, LANGUAGES):
        for wording in phrasebook().sayings[code].wordings:
            text = getattr(wording, language).lower().replace("udlejer bad", "")
            assert not banned.search(text), text


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Restancen er 9.999,00 kr.", ["9.999,00 kr."]),
        ("Restancen er 112.345,60 kr.; den ældste del forfaldt den 1. oktober 2026.", ["1. oktober 2026"]),
        ("Restancen er 112.345,60 kr., mindst 28 måneders husleje.", ["28"]),
        ("Restancen er 112.345,60 kr., mindst 27 måneders husleje.", []),
    ],
)
def test_the_check_finds_what_the_evidence_does_not_say(sentence: str, found: list[str]) -> None:
    assert check_sentence(sentence, _fullest("arrears_balance"), "da") == found


def test_the_check_finds_it_in_english_and_knows_its_languages() -> None:
    evidence = _fullest("arrears_balance")
    sentence = "DKK 12,345.60 is owed, at least 26 months' rent; the oldest part fell due on 30 October 2026."
    assert check_sentence(sentence, evidence, "en") == ["DKK 12,345.60", "30 October 2026", "26"]
    assert check_sentence(sentence, evidence, "sv") == ["no language sv"]


@pytest.mark.parametrize(
    ("percent", "said"),
    [(45, "45 procent af"), (100, "100 procent af"), (637, "mere end de kendte ydelser"), (None, "om måneden.")],
)
def test_a_rent_above_the_known_benefits_is_no_percentage(percent: int | None, said: str) -> None:
    assert said in (say(_fullest("rent_burden", event_count=percent), "da") or "")


def test_an_evidence_without_words_is_refused() -> None:
    with pytest.raises(ModelError, match="Write its sentences"):
        say(Evidence("horoscope"), "da")
