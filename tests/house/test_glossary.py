"""The glossary explains the words that others meet: feeds, their keys, the stages and the columns of the list."""

import re
from pathlib import Path

import pytest

from warehouse.vocabulary import FEEDS

GLOSSARY = Path(__file__).parents[2] / "GLOSSARY.md"
# Written out and not imported: a column that is renamed in the code is still what other programs read.
STAGES = ("none", "arrears", "demand", "termination", "court", "closed")
LIST_COLUMNS = (
    "section",
    "position",
    "landlord",
    "tenancy_no",
    "stage",
    "next_deadline",
    "days_left",
    "arrears_dkk",
    "months_owed",
    "score_band",
    "reasons",
    "children",
    "freshness",
)


def _explained(text: str) -> set[str]:
    """The names in the last column of the three-column tables: those that have a Danish and an English word."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    return {name for row in rows if len(row) == 3 and all(row) for name in re.findall(r"`([^`]+)`", row[2])}


@pytest.fixture(scope="module")
def explained() -> set[str]:
    return _explained(GLOSSARY.read_text("utf-8"))


@pytest.mark.parametrize("feed", FEEDS)
def test_every_feed_and_its_key_are_explained(feed: str, explained: set[str]) -> None:
    assert {feed, *FEEDS[feed].key} - explained == set()


@pytest.mark.parametrize("feed", FEEDS)
def test_every_column_of_a_feed_is_explained(feed: str, explained: set[str]) -> None:
    assert {field.name for field in FEEDS[feed].fields} - explained == set()


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_is_explained(stage: str, explained: set[str]) -> None:
    assert stage in explained


@pytest.mark.parametrize("column", LIST_COLUMNS)
def test_every_column_of_the_worklist_is_explained(column: str, explained: set[str]) -> None:
    assert column in explained


def test_a_name_in_passing_or_without_its_danish_word_is_not_an_explanation() -> None:
    assert _explained("Said of `stage` in passing.\n|  | stage | `stage` |\n| trin | the stage |\n") == set()
    assert _explained("| trin | stage | `stage`: `none` |\n") == {"stage", "none"}
