"""The choice of the list: properties over made-up rankings first, then the examples a team would ask about."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worklist.selection import Capacity, choose

AS_OF = date(2026, 3, 10)
STAGES = ("none", "arrears", "demand", "termination", "court", "closed")
SCORES = {
    "landlord": pl.String,
    "tenancy_no": pl.String,
    "stage": pl.String,
    "rank": pl.Int64,
    "arrears_dkk": pl.Decimal(12, 2),
    "oldest_due_days": pl.Float64,
}
DEADLINES = {"landlord": pl.String, "tenancy_no": pl.String, "deadline_on": pl.Date, "kind": pl.String}
CONTACTS = {
    "landlord": pl.String,
    "tenancy_no": pl.String,
    "contacted_on": pl.Date,
    "reached": pl.Boolean,
    "outcome": pl.String,
}


def _scores(stages: list[str]) -> pl.DataFrame:
    rows = [("Birkely", f"T{n}", stage, n + 1, 100 * n, float(n)) for n, stage in enumerate(stages)]
    return pl.DataFrame(rows, schema=SCORES, orient="row")


def _deadlines(*rows: tuple[int, int, str]) -> pl.DataFrame:
    told = [("Birkely", f"T{n}", AS_OF + timedelta(days=days), kind) for n, days, kind in rows]
    return pl.DataFrame(told, schema=DEADLINES, orient="row")


def _contacts(*rows: tuple[int, int, bool, str | None]) -> pl.DataFrame:
    told = [("Birkely", f"T{n}", AS_OF - timedelta(days=ago), reached, outcome) for n, ago, reached, outcome in rows]
    return pl.DataFrame(told, schema=CONTACTS, orient="row")


def _section(listed: pl.DataFrame, name: str) -> list[str]:
    return listed.filter(pl.col("section") == name)["tenancy_no"].to_list()


towns = st.lists(st.sampled_from(STAGES), min_size=0, max_size=30)
clocks = st.lists(
    st.tuples(
        st.integers(0, 29), st.integers(-20, 60), st.sampled_from(["court_hearing", "payment_demand", "acute_concern"])
    ),
    max_size=12,
)


@given(towns, clocks, st.integers(0, 12), st.integers(0, 4), st.randoms(use_true_random=False))
def test_every_list_keeps_its_promises(stages, deadlines, places, slots, shuffler) -> None:
    scores, clock = _scores(stages), _deadlines(*deadlines)
    capacity = Capacity(places, slots)
    listed = choose(scores, clock, _contacts(), capacity=capacity, as_of=AS_OF)
    assert listed.select("landlord", "tenancy_no").is_unique().all()
    early, timed = _section(listed, "early_warning"), _section(listed, "deadline")
    stage_of = dict(zip(scores["tenancy_no"], scores["stage"], strict=True))
    assert {stage_of[one] for one in early} <= {"none", "arrears", "demand"}
    assert len(early) <= places
    hard = {f"T{n}" for n, _, kind in deadlines if kind != "payment_demand"} & set(stage_of)
    acute = {f"T{n}" for n, _, kind in deadlines if kind == "acute_concern"} & set(stage_of)
    must = (
        acute
        | {one for one in hard if stage_of[one] != "closed"}
        | {one for one, stage in stage_of.items() if stage in ("termination", "court")}
    )
    assert set(timed) == must
    order = list(range(scores.height))
    shuffler.shuffle(order)
    again = choose(scores[order], clock.reverse(), _contacts(), capacity=capacity, as_of=AS_OF)
    assert again.equals(listed)


@given(st.integers(6, 40), st.integers(1, 3))
def test_the_drawn_ones_come_from_below_the_cut_with_the_probability_recorded(active: int, slots: int) -> None:
    listed = choose(
        _scores(["arrears"] * active), _deadlines(), _contacts(), capacity=Capacity(5, slots), as_of=AS_OF
    ).filter(pl.col("section") == "early_warning")
    drawn = listed.filter("exploration")
    assert drawn.height == min(slots, active - 5)
    certain = listed.filter(~pl.col("exploration"))["tenancy_no"].to_list()
    assert certain == [f"T{n}" for n in range(5 - drawn.height)]
    # All but the last ones are near the cut; with a pair further down one of two or three is drawn there.
    near = min(15, active - len(certain))
    far = active - len(certain) - near
    there = sum(int(one[1:]) >= 5 - drawn.height + near for one in drawn["tenancy_no"])
    assert there == (1 if drawn.height > 1 and far > 1 else 0)
    chances = [(drawn.height - there) / near] * (drawn.height - there) + [there / max(far, 1)] * there
    assert drawn["exploration_probability"].to_list() == chances


def test_the_draw_hangs_on_the_day_and_the_seed_text_and_not_on_row_order_or_the_rank_within_a_tier() -> None:
    def drawn(scores: pl.DataFrame, as_of: date, seed_text: str) -> set[str]:
        listed = choose(scores, _deadlines(), _contacts(), capacity=Capacity(4, 2), as_of=as_of, seed_text=seed_text)
        return set(listed.filter("exploration")["tenancy_no"])

    scores = _scores(["none"] * 40)
    # Two stay above the cut; the ranks of the twelve near it, and of those further down, are turned round.
    rank = pl.col("rank")
    turned_rank = pl.when(rank <= 2).then(rank).when(rank <= 14).then(17 - rank).otherwise(55 - rank)
    turned = scores.with_columns(turned_rank.alias("rank"))
    first = drawn(scores, AS_OF, "Randby")
    assert drawn(turned.reverse(), AS_OF, "Randby") == first
    others = [drawn(scores, AS_OF + timedelta(days=n), "Randby") for n in range(1, 4)]
    others += [drawn(scores, AS_OF, f"Randby {n}") for n in range(3)]
    assert any(one != first for one in others[:3])
    assert any(one != first for one in others[3:])


def test_equal_deadlines_go_by_amount_then_by_waiting_then_by_a_lot_that_no_number_wins() -> None:
    count = 40
    level = _scores(["court"] * count).with_columns(
        pl.lit(500).cast(pl.Decimal(12, 2)).alias("arrears_dkk"), pl.lit(9.0).alias("oldest_due_days")
    )
    clock = _deadlines(*[(n, 5, "court_hearing") for n in range(count)])
    owes_more = pl.col("tenancy_no") == "T30"
    waits_longer = pl.col("tenancy_no") == "T31"
    scores = level.with_columns(
        pl.when(owes_more).then(501).otherwise("arrears_dkk").cast(pl.Decimal(12, 2)).alias("arrears_dkk"),
        pl.when(waits_longer).then(10.0).otherwise("oldest_due_days").alias("oldest_due_days"),
    )
    listed = choose(scores, clock, _contacts(), capacity=Capacity(0), as_of=AS_OF)["tenancy_no"].to_list()
    assert listed[:2] == ["T30", "T31"]
    by_number = sorted(listed[2:], key=lambda one: int(one[1:]))
    assert listed[2:] not in (by_number, by_number[::-1], sorted(listed[2:]))


def test_over_many_days_each_tenancy_of_a_tier_is_drawn_about_as_often() -> None:
    drawn: dict[str, int] = {}
    for day in range(600):
        listed = choose(
            _scores(["none"] * 22),
            _deadlines(),
            _contacts(),
            capacity=Capacity(4, 2),
            as_of=AS_OF + timedelta(days=day),
        )
        for one in listed.filter("exploration")["tenancy_no"]:
            drawn[one] = drawn.get(one, 0) + 1
    assert len(drawn) == 20
    # 600 draws of 1 among 12 near the cut, and of 1 among 8 further down: 50 and 75 each, standard deviations 6.8 and
    # 8.1; four of them either way.
    assert all(22 < drawn[f"T{n}"] < 78 for n in range(2, 14))
    assert all(42 < drawn[f"T{n}"] < 108 for n in range(14, 22))


def test_nobody_far_below_the_cut_is_drawn() -> None:
    scores = _scores(["none"] * 60)
    for day in range(50):
        as_of = AS_OF + timedelta(days=day)
        listed = choose(scores, _deadlines(), _contacts(), capacity=Capacity(2, 2), as_of=as_of)
        drawn = listed.filter("exploration").sort("exploration_probability")
        assert drawn["exploration_probability"].to_list() == [1 / 14, 1 / 6]
        assert 6 <= int(drawn["tenancy_no"][0][1:]) < 20
        assert int(drawn["tenancy_no"][1][1:]) < 6


def test_deadlines_go_by_date_and_never_by_score() -> None:
    scores = _scores(["court", "termination", "none", "court"])
    clock = _deadlines((0, 9, "court_hearing"), (1, 2, "termination"), (2, 5, "acute_concern"))
    listed = choose(scores, clock, _contacts(), capacity=Capacity(5), as_of=AS_OF)
    assert _section(listed, "deadline") == ["T1", "T2", "T0", "T3"]
    assert listed["days_left"].to_list() == [2, 5, 9, None]


def test_of_passed_dates_only_a_duty_still_owed_is_the_next() -> None:
    clock = _deadlines(
        (0, -3, "court_request"),
        (0, 12, "onsite_scheduled"),
        (1, -3, "court_request"),
        (2, -3, "duty_to_act_14_days"),
        (2, 9, "court_hearing"),
        (3, -31, "duty_to_act_14_days"),
    )
    listed = choose(_scores(["court"] * 4), clock, _contacts(), capacity=Capacity(0), as_of=AS_OF)
    assert listed["tenancy_no"].to_list()[:2] == ["T2", "T0"]
    assert dict(zip(listed["tenancy_no"], listed["days_left"], strict=True)) == {
        "T2": -3,
        "T0": 12,
        "T1": None,
        "T3": None,
    }


def test_an_ended_tenancy_is_listed_for_an_acute_concern_and_for_nothing_else() -> None:
    clock = _deadlines((0, 1, "acute_concern"), (1, 1, "court_hearing"))
    listed = choose(_scores(["closed"] * 3), clock, _contacts(), capacity=Capacity(5), as_of=AS_OF)
    assert listed.select("section", "tenancy_no").rows() == [("deadline", "T0")]


def test_an_acute_concern_is_not_hidden_by_an_earlier_demand() -> None:
    clock = _deadlines((0, 1, "payment_demand"), (0, 3, "acute_concern"))
    listed = choose(_scores(["demand"]), clock, _contacts(), capacity=Capacity(0), as_of=AS_OF)
    assert _section(listed, "deadline") == ["T0"]


@pytest.mark.parametrize(
    ("contact", "listed_again"),
    [
        ((0, 5, True, "not_reached"), False),
        ((0, 31, True, "declined"), True),
        ((0, 80, False, "agreed"), False),
        ((0, 91, True, "agreed"), True),
        ((0, 5, False, "not_reached"), True),
        ((0, 5, True, "wrong_person"), True),
    ],
)
def test_who_was_reached_or_agreed_lately_is_left_in_peace(contact, listed_again: bool) -> None:
    listed = choose(_scores(["arrears"]), _deadlines(), _contacts(contact), capacity=Capacity(5), as_of=AS_OF)
    assert (_section(listed, "early_warning") == ["T0"]) is listed_again


def test_who_was_reached_still_shows_with_a_court_date() -> None:
    clock = _deadlines((0, 4, "court_hearing"))
    listed = choose(_scores(["court"]), clock, _contacts((0, 1, True, "agreed")), capacity=Capacity(5), as_of=AS_OF)
    assert _section(listed, "deadline") == ["T0"]
