"""Whether sentences are true of the facts they cite: written again from values worked out a second time."""

from collections.abc import Iterable
from typing import Any

from benchmarks.account_again import account_evidence
from benchmarks.facts_again import Facts
from benchmarks.people_again import other_evidence
from models.sentence_check import check_sentence
from models.sentences import LANGUAGES, say


def untrue(rows: Iterable[dict[str, Any]], facts: Facts) -> list[str]:
    """What is wrong with each sentence of `models.reasons.explain`, by evidence code and kind of fault; empty if none.

    A sentence must cite facts, all in force and all of the tenancy; and it must be, word for word, what the facts say
    when its amount, date, count and code are worked out again without the warehouse's queries.
    """
    return [f"{row['evidence']}: {fault}" for row in rows if (fault := _fault(row, facts)) is not None]


def _fault(row: dict[str, Any], facts: Facts) -> str | None:
    tenancy = (row["landlord"], row["tenancy_no"])
    if not row["facts"]:
        return "cites nothing"
    cited = [facts.by_reference.get(reference) for reference in row["facts"]]
    if None in cited:
        return "cites a fact that is not in force"
    if not all(_concerns(fact, tenancy, facts) for fact in cited if fact is not None):
        return "cites a fact of another tenancy"
    true = account_evidence(row["evidence"], facts, tenancy) or other_evidence(row["evidence"], facts, tenancy)
    if true is None:
        return "is of a kind that nothing checks"
    for language in LANGUAGES:
        sentence = row[f"sentence_{language}"]
        if say(true, language) != sentence or check_sentence(sentence, true, language):
            return "says something else than its facts"
    return None


def _concerns(fact: dict[str, Any], tenancy: tuple[str, str], facts: Facts) -> bool:
    if fact["tenancy"] is not None:
        return fact["tenancy"] == tenancy
    return fact.get("person_id") in facts.residents.get(tenancy, ())
