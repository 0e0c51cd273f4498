"""What changed between two lists: new, gone, moved, another section or deadline; and nothing where nothing did."""

from datetime import date
from typing import Any

import polars as pl

from worklist.changes import MOVED_PLACES, compare
from worklist.wording import CHANGE_HEADINGS, CHANGES, WHY_CHANGED

TYPES = {"next_deadline": pl.Date, "deadline_kind": pl.String, "exploration": pl.Boolean, "position": pl.Int32}


def _list(*rows: tuple[str, int, str, date | None]) -> pl.DataFrame:
    columns: dict[str, list[Any]] = {
        "section": [row[0] for row in rows],
        "position": [row[1] for row in rows],
        "landlord": ["L"] * len(rows),
        "tenancy_no": [row[2] for row in rows],
        "next_deadline": [row[3] for row in rows],
        "deadline_kind": [None if row[3] is None else "court_hearing" for row in rows],
        "exploration": [False] * len(rows),
    }
    return pl.DataFrame(columns, schema_overrides=TYPES)


def _ranks(**ranks: int) -> pl.DataFrame:
    names = {"landlord": ["L"] * len(ranks), "tenancy_no": list(ranks)}
    schema = {"landlord": pl.String, "tenancy_no": pl.String, "rank": pl.Int64}
    return pl.DataFrame({**names, "rank": list(ranks.values())}, schema=schema)


def _codes(before: pl.DataFrame, now: pl.DataFrame, ranks_before: pl.DataFrame, ranks: pl.DataFrame) -> dict[str, str]:
    return dict(compare(before, now, ranks_before, ranks).select("tenancy_no", "change").iter_rows())


def test_who_is_new_and_who_is_gone_in_the_order_of_the_list() -> None:
    before = _list(("early_warning", 1, "a", None), ("early_warning", 2, "b", None))
    now = _list(("early_warning", 1, "c", None), ("early_warning", 2, "b", None))
    found = compare(before, now, _ranks(a=1, b=2, c=9), _ranks(c=1, b=2))
    assert found.select("tenancy_no", "change", "position_before", "position", "rank_before", "rank").rows() == [
        ("c", "new", None, 1, 9, 1),
        ("a", "gone", 1, None, 1, None),
    ]


def test_moves_count_in_ranks_and_from_so_many_places_on() -> None:
    both = _list(("early_warning", 1, "a", None), ("early_warning", 2, "b", None), ("early_warning", 3, "c", None))
    ranks_before = _ranks(a=1, b=30, c=5)
    ranks = _ranks(a=1 + MOVED_PLACES, b=30 - MOVED_PLACES, c=5 + MOVED_PLACES - 1)
    assert _codes(both, both, ranks_before, ranks) == {"a": "down", "b": "up"}


def test_another_section_and_another_date_are_changes_and_a_rank_among_deadlines_is_not() -> None:
    hearing, later = date(2026, 2, 1), date(2026, 3, 1)
    before = _list(("deadline", 1, "a", hearing), ("deadline", 2, "b", hearing), ("early_warning", 1, "c", None))
    now = _list(("deadline", 1, "a", hearing), ("deadline", 2, "b", later), ("deadline", 3, "c", later))
    ranks = _ranks(a=90, b=1, c=2)
    assert _codes(before, now, _ranks(a=1, b=1, c=2), ranks) == {"b": "deadline", "c": "section"}


def test_the_same_list_twice_has_no_changes() -> None:
    rows = _list(("deadline", 1, "a", date(2026, 2, 1)), ("early_warning", 1, "b", None))
    assert compare(rows, rows, _ranks(a=1, b=2), _ranks(a=1, b=2)).is_empty()
    assert compare(rows.clear(), rows.clear(), _ranks(), _ranks()).is_empty()


def test_every_change_has_its_words_with_the_same_blanks_in_both_languages() -> None:
    for words in (*CHANGES.values(), *CHANGE_HEADINGS.values(), *WHY_CHANGED.values()):
        assert set(words) == {"da", "en"}
        assert words["da"].count("{") == words["en"].count("{")
