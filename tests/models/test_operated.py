"""As operated: a municipality of six tenancies and four nights, worked out by hand; then what must hold of any."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from models.operated import Operation, episodes, events, operated, replay
from warehouse.errors import ModelError

NIGHTS = tuple(date(2025, month, 1) for month in (1, 2, 3, 4))
TWO = Operation(places=2, quiet_days=45, helped_days=60, horizon_days=182)

# tenancy: score (the same every night), event_on, helped_on
HAND = {
    "a": (6.0, date(2025, 2, 20), None),  # listed on 1 January, 50 days before its event
    "b": (5.0, None, date(2025, 1, 10)),  # listed on 1 January, helped after it
    "c": (4.0, date(2025, 2, 11), None),  # listed on 1 February, ten days before its event
    "d": (3.0, None, None),  # listed on 1 February
    "e": (2.0, date(2025, 6, 1), None),  # listed on 1 March
    "f": (1.0, date(2025, 6, 20), None),  # never reached
}


def _hand() -> pl.DataFrame:
    """Each night's rows; a tenancy's stage is "court" from its event on, and its label is of that night's horizon."""
    rows = []
    for night in NIGHTS:
        for name, (score, event_on, helped_on) in HAND.items():
            coming = event_on is not None and night <= event_on < night + timedelta(days=182)
            soon = helped_on is not None and night <= helped_on
            rows.append(
                {
                    "as_of": night,
                    "landlord": "A",
                    "tenancy_no": name,
                    "stage": "court" if event_on and event_on < night else "arrears",
                    "label_state": "positive" if coming else "treated" if soon else "negative",
                    "event_on": event_on if coming else None,
                    "helped_on": helped_on if soon else None,
                    "model": score,
                }
            )
    return pl.DataFrame(rows, schema_overrides={"event_on": pl.Date, "helped_on": pl.Date})


def _listed(rows: pl.DataFrame, operation: Operation = TWO) -> dict[date, list[str]]:
    listings = replay(rows, "model", operation)
    nights = listings.group_by("as_of", maintain_order=True).agg("tenancy_no")
    return dict(nights.iter_rows())


def test_nights_by_hand() -> None:
    assert _listed(_hand()) == {
        NIGHTS[0]: ["a", "b"],
        NIGHTS[1]: ["c", "d"],  # a and b were issued 31 days ago; b is in help besides
        NIGHTS[2]: ["e", "f"],  # a and c are in court, b is still in help, d was issued 28 days ago
        NIGHTS[3]: ["b", "d"],  # b's quiet days and help are over, d's quiet days too; e and f were just issued
    }


def test_episodes_by_hand() -> None:
    found = episodes(replay(_hand(), "model", TWO), TWO)
    rows = {row["tenancy_no"]: row for row in found.iter_rows(named=True)}
    assert found.height == 6
    assert {name: row["lead_days"] for name, row in rows.items()} == {
        "a": 50, "b": None, "c": 10, "d": None, "e": 92, "f": 111,
    }  # fmt: skip
    assert (rows["b"]["listings"], rows["d"]["listings"], rows["d"]["listed_on"]) == (2, 2, NIGHTS[1])
    assert rows["b"]["label_state"] == "treated"


def test_measures_by_hand() -> None:
    table = operated(_hand(), ("model",), TWO, draws=50)
    value = dict(table.select("measure", "value").iter_rows())
    assert (value["listed"], value["counted"], value["listed_treated"], value["listed_negative"]) == (6, 5, 1, 1)
    assert value["found_per_100_listed"] == pytest.approx(80)
    # The five counted were issued six times, since d was listed twice; b, who was helped, is in neither number.
    assert value["contacts"] == 6
    assert value["found_per_hour"] == pytest.approx(4 / 6)
    assert value["found_30_days_per_100_listed"] == pytest.approx(60)
    assert value["found_60_days_per_100_listed"] == pytest.approx(40)
    assert (value["recall"], value["recall_30_days"], value["recall_60_days"]) == pytest.approx((1, 0.75, 0.5))
    assert value["lead_days_median"] == (50 + 92) / 2


def test_minutes_per_contact_scale_what_is_found_per_hour_and_nothing_else() -> None:
    hour, quarter = (
        operated(_random(), ("good", "coin"), Operation(places=10, minutes_per_contact=m), reference="coin", draws=50)
        for m in (60, 15)
    )
    numbers = ["value", "low", "high", "more", "more_low", "more_high"]
    assert hour.filter(pl.col("measure") != "found_per_hour").equals(
        quarter.filter(pl.col("measure") != "found_per_hour")
    )
    before, after = (each.filter(measure="found_per_hour").select(numbers) for each in (hour, quarter))
    assert before.height == 2
    assert (4 * before.to_numpy()).flatten() == pytest.approx(after.to_numpy().flatten())
    good = hour.filter(ranking="good", measure="found_per_hour").row(0, named=True)
    assert 0 < good["low"] < good["value"] < good["high"]
    assert good["more_low"] > 0


def test_an_event_ends_the_episode_and_a_later_listing_begins_another() -> None:
    rows = _hand().filter(tenancy_no="a").with_columns(stage=pl.lit("arrears"))
    found = episodes(replay(rows, "model", TWO), TWO)
    assert found.select("listed_on", "listings", "found").rows() == [(NIGHTS[0], 1, True), (NIGHTS[2], 1, False)]


def test_an_event_counts_once_though_every_night_saw_it_coming() -> None:
    assert events(_hand())["tenancy_no"].to_list() == ["a", "c", "e", "f"]


def test_who_was_helped_is_passed_over_only_from_the_day_after() -> None:
    long = Operation(places=6, quiet_days=0, helped_days=10_000)
    listed = _listed(_hand(), long)
    assert "b" in listed[NIGHTS[0]]
    assert all("b" not in listed[night] for night in NIGHTS[1:])


def _random(seed: int = 0, tenancies: int = 150) -> pl.DataFrame:
    generator = np.random.default_rng(seed)
    risk = generator.normal(size=tenancies)
    waits = [None if z < 0.8 else int(generator.integers(5, 300)) for z in risk]
    rows = []
    for number, (z, wait) in enumerate(zip(risk, waits, strict=True)):
        event_on = None if wait is None else NIGHTS[0] + timedelta(days=wait)
        for night in NIGHTS:
            coming = event_on is not None and night <= event_on < night + timedelta(days=182)
            known = {"event_on": event_on if coming else None, "label_state": "positive" if coming else "negative"}
            stage = "court" if event_on and event_on < night else "none"
            key = {"as_of": night, "landlord": f"L{number % 3}", "tenancy_no": f"{number:03}", "stage": stage}
            rows.append({**key, **known, "good": z + 0.1, "coin": float(number * 7919 % 101), "flat": 0.0})
    frame = pl.DataFrame(rows, schema_overrides={"event_on": pl.Date}, infer_schema_length=None)
    return frame.with_columns(helped_on=pl.lit(None, pl.Date))


def test_no_night_has_more_than_its_places_and_nobody_is_issued_again_too_soon() -> None:
    listings = replay(_random(), "good", Operation(places=20, quiet_days=60))
    assert listings.group_by("as_of").len()["len"].to_list() == [20] * 4
    again = listings.sort("as_of").with_columns(
        since=pl.col("as_of").diff().dt.total_days().over("landlord", "tenancy_no")
    )
    assert again["since"].drop_nulls().min() >= 60  # type: ignore[operator]
    assert not listings["stage"].is_in(["court"]).any()


def test_a_good_order_finds_more_than_a_coin_and_the_gain_is_paired() -> None:
    table = operated(_random(), ("good", "coin"), Operation(places=10), reference="coin", draws=200)
    gain = table.filter(ranking="good", measure="recall").row(0, named=True)
    assert 0 < gain["more_low"] < gain["more"] < gain["more_high"]
    assert gain["low"] < gain["value"] < gain["high"]
    none = table.filter(ranking="coin", measure="recall").row(0, named=True)
    assert (none["more"], none["more_low"], none["more_high"]) == (0, 0, 0)


def test_hits_with_more_lead_are_fewer() -> None:
    value = dict(operated(_random(), ("good",), Operation(places=10), draws=5).select("measure", "value").iter_rows())
    assert value["recall_60_days"] <= value["recall_30_days"] <= value["recall"] <= 1


def test_rows_in_another_order_give_the_same_lists_and_ties_are_drawn_by_lot() -> None:
    rows, operation = _random(), Operation(places=7)
    shuffled = rows.sample(fraction=1.0, shuffle=True, seed=3)
    assert replay(shuffled, "flat", operation).equals(replay(rows, "flat", operation))
    assert not replay(rows, "flat", operation, seed=1).equals(replay(rows, "flat", operation))


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ModelError, match="no column helped_on"):
        replay(_random().drop("helped_on"), "good", TWO)
    undated = _random().with_columns(event_on=pl.lit(None, pl.Date))
    with pytest.raises(ModelError, match="the date of every positive's event"):
        episodes(replay(undated, "good", TWO), TWO)
