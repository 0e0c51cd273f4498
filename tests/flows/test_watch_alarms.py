"""Alarms in words: one for a measure and a way of changing, the day it was first told, and deliveries before drift."""

from datetime import date

import polars as pl

from flows.watch_alarms import ACT, LOOK, alarms_of, group_in_words, told_alarms
from monitoring.deliveries import Fault
from monitoring.shifts import Shift

DAY = date(2026, 3, 1)
FRESHNESS = pl.DataFrame(
    {"feed": ["arrears"], "sender": ["Nordhavn"], "status": ["late"], "last_delivery_on": [date(2026, 1, 1)],
     "age_days": [59], "expected_every_days": [31]}
)  # fmt: skip
NOBODY = pl.DataFrame(schema={"feed": pl.String, "sender": pl.String, "delivered_on": pl.Date})
NONE_LATE = FRESHNESS.clear()


def _shift(group: str, p: float = 1e-6, value: float = 0.1, measure: str = "recall_at_capacity") -> Shift:
    return Shift(measure, "listed", group, date(2026, 2, 1), 1, value, 0.5, 0.3, 0.7, p)


def test_the_groups_of_a_change_are_one_alarm_and_the_surest_is_named_first() -> None:
    found = alarms_of(NONE_LATE, NOBODY, [], [_shift("sex=F"), _shift("age_band=18-24", 1e-4)], {}, DAY)
    (told,) = told_alarms(found, [], DAY)
    assert (told["grade"], told["group"], told["since"]) == (ACT, "sex=F", "2026-02-01")
    assert told["da"]["what"].endswith("Køn: kvinder; også Alder: 18-24")
    assert "1 af 1.000.000 måneder" in told["da"]["how_sure"]
    assert "1 of 1,000,000 months" in told["en"]["how_sure"]


def test_an_alarm_keeps_the_day_on_which_it_was_first_told_and_holds_no_count() -> None:
    found = alarms_of(NONE_LATE, NOBODY, [], [_shift("sex=F")], {}, DAY)
    before = [{"key": found[0].key, "since": "2025-12-01"}]
    (told,) = told_alarms(found, before, DAY)
    assert told["since"] == "2025-12-01"
    assert not {"hits", "counted", "value", "numerator"} & set(told)


def test_who_came_often_is_late_by_habit_and_who_came_seldom_by_the_register() -> None:
    (seldom,) = alarms_of(FRESHNESS, NOBODY, [], [], {}, DAY)
    assert (seldom.kind, seldom.grade, seldom.since) == ("late", LOOK, date(2026, 2, 2))
    days = [date(2025, month, 1) for month in range(6, 12)]
    often = pl.DataFrame({"feed": "arrears", "sender": "Nordhavn", "delivered_on": days})
    assert alarms_of(FRESHNESS, often, [], [], {}, DAY) == []
    late = Fault("late", "arrears", "Nordhavn", "", 40.0, 31.0)
    (told,) = told_alarms(alarms_of(FRESHNESS, often, [late], [], {}, DAY), [], DAY)
    assert told["da"]["what"] == "Nordhavn: Restanceliste er ikke leveret i 40 dage; det plejer at komme inden for 31"


def test_drift_is_no_call_to_train_and_the_work_of_a_delivery_where_one_is_faulty() -> None:
    kinds = {}
    fault = Fault("unit_shifted", "rent_postings", "Birkely", "charge", 650_000.0, 6_500.0)
    for name, faults, shifts in (("alone", [], []), ("faulty", [fault], []), ("missed", [], [_shift("")])):
        told = told_alarms(alarms_of(NONE_LATE, NOBODY, faults, shifts, {"arrears_dkk": 3.0}, DAY), [], DAY)
        (drift,) = [one for one in told if one["measure"] == "feature_drift"]
        kinds[name] = drift["kind"]
        assert told[0]["grade"] == (LOOK if name == "alone" else ACT)
    assert kinds == {"alone": "drift", "faulty": "drift_after_delivery", "missed": "drift_and_missed"}


def test_groups_are_told_in_words_those_counted_together_joined() -> None:
    assert group_in_words("sex=F", "da") == "Køn: kvinder"
    assert group_in_words("landlord=Birkely", "en") == "Landlord: Birkely"
    assert group_in_words("", "da") == "alle"
    assert group_in_words("age_band=18-24+25-39", "da") == "Alder: 18-24 + 25-39"
