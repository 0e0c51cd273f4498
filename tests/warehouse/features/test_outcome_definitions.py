"""What counts as the outcome, who is in the cohort, and what is said where the outcome cannot be known."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from warehouse.building import build, tables_towards
from warehouse.definitions import DEFAULT_OUTCOME, EVERYBODY, OUTCOME_KINDS, CohortDefinition, OutcomeDefinition
from warehouse.door import bind
from warehouse.errors import SettingsError
from warehouse.features import bind_cohort, build_as_of, build_outcomes, read_cohort, read_matrix
from warehouse.vocabulary import FEEDS

AS_OF = date(2025, 7, 1)
DAY = AS_OF + timedelta(days=50)
END = AS_OF + timedelta(days=182)
STATES = {"positive", "negative", "not_yet_mature", "treated", "moved_or_died", "unlinked"}
MOVED_IN = date(2024, 1, 1)


def _cohort(town: Any, days: list[date], cohort: CohortDefinition = EVERYBODY) -> duckdb.DuckDBPyConnection:
    """The town with the cohorts of `days`, without the features that no outcome asks for."""
    connection: duckdb.DuckDBPyConnection = town.settled()
    bind_cohort(connection, cohort)
    bind(connection, days, frozenset())
    build(connection, tables_towards(frozenset({"cohort_tenancy"})))
    return connection


def _outcomes(town: Any, definition: OutcomeDefinition = DEFAULT_OUTCOME) -> pl.DataFrame:
    return build_outcomes(_cohort(town, [AS_OF]), [AS_OF], END, definition)


def _states(town: Any, definition: OutcomeDefinition = DEFAULT_OUTCOME) -> dict[str, str]:
    return {row["tenancy_no"]: row["label_state"] for row in _outcomes(town, definition).to_dicts()}


def _contact(town: Any, tenancy_no: str, on: date, **more: Any) -> None:
    number = f"c{len(town.rows['contacts'])}"
    columns = {"channel": "visit", "reached": True, "outcome": "agreed", "intervention": "payment_plan"} | more
    known_on = columns.pop("known_on", on)
    town.add("contacts", known_on, contact_no=number, landlord="A", tenancy_no=tenancy_no, contacted_on=on, **columns)


@pytest.fixture
def noticed(town: Any) -> Any:
    """One tenancy for each kind and ground of a notice 50 days after the as-of date."""
    for kind in OUTCOME_KINDS:
        for ground in ("arrears", "conduct", None):
            town.tenancy("A", f"{kind} {ground}", MOVED_IN)
            town.notice(kind, DAY, tenancy_no=f"{kind} {ground}", ground=ground)
    town.notice("payment_demand", AS_OF)
    return town


@pytest.mark.parametrize(
    ("definition", "positive"),
    [
        (OutcomeDefinition(), ["court_request None", "court_request arrears", "evicted None", "evicted arrears"]),
        (OutcomeDefinition(kinds=("termination",)), ["termination None", "termination arrears"]),
        (OutcomeDefinition(kinds=("evicted",), grounds=("conduct",)), ["evicted conduct"]),
        (
            OutcomeDefinition(kinds=("evicted",), grounds=("conduct", "arrears")),
            ["evicted None", "evicted arrears", "evicted conduct"],
        ),
        (OutcomeDefinition(grounds=("other",)), []),
        (OutcomeDefinition(horizon_days=50), []),
        (OutcomeDefinition(kinds=("evicted",), horizon_days=51), ["evicted None", "evicted arrears"]),
    ],
)
def test_the_definition_says_what_is_positive(noticed: Any, definition: OutcomeDefinition, positive: list[str]) -> None:
    states = _states(noticed, definition)
    assert sorted(name for name, state in states.items() if state == "positive") == positive
    assert set(states.values()) <= {"positive", "negative"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"kinds": ("paid",)}, "kinds: of payment_demand.*found paid"),
        ({"kinds": ()}, "kinds: .*found none"),
        ({"grounds": ("rent",)}, "grounds: of arrears"),
        ({"horizon_days": 0}, "at least one day"),
    ],
)
def test_an_outcome_that_cannot_be_is_refused(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        OutcomeDefinition(**wrong)


def test_a_cohort_of_codes_that_do_not_exist_is_refused() -> None:
    for name in ("tenures", "dwellings", "without_stages"):
        with pytest.raises(SettingsError, match=f"{name}: of .*found castle"):
            CohortDefinition(**{name: ("castle",)})


@pytest.mark.parametrize(
    ("cohort", "inside"),
    [
        ({}, {"family", "young", "private", "unsaid", "owes"}),
        ({"tenures": ("non_profit",)}, {"family", "young", "unsaid", "owes"}),
        ({"tenures": ("private", "municipal")}, {"private"}),
        ({"dwellings": ("family",)}, {"family", "unsaid", "owes"}),
        ({"landlords": ("B",)}, {"private"}),
        ({"landlords": ("nobody",)}, set()),
        ({"without_stages": ("arrears", "court")}, {"family", "young", "private", "unsaid"}),
        ({"tenures": ("non_profit",), "dwellings": ("youth",)}, {"young", "unsaid"}),
    ],
)
def test_the_cohort_leaves_out_whom_it_says(town: Any, cohort: dict[str, tuple[str, ...]], inside: set[str]) -> None:
    town.tenancy("A", "family", MOVED_IN, dwelling="family", tenure="non_profit")
    town.tenancy("A", "young", MOVED_IN, dwelling="youth")
    town.tenancy("B", "private", MOVED_IN, dwelling="elderly", tenure="private")
    town.tenancy("A", "unsaid", MOVED_IN)
    town.tenancy("A", "owes", MOVED_IN, dwelling="family")
    town.post("charge", AS_OF - timedelta(days=20), 6000, tenancy_no="owes")
    connection = town.settled()
    build_as_of(connection, [AS_OF], with_results=False, cohort=CohortDefinition(**cohort))
    assert set(build_outcomes(connection, [AS_OF], END)["tenancy_no"]) == inside
    assert set(read_matrix(connection, [AS_OF])["tenancy_no"]) == inside
    assert set(read_cohort(connection, [AS_OF])["tenancy_no"]) == inside
    everybody = read_matrix(connection, [AS_OF], outside_too=True)
    assert everybody.height == 5
    assert everybody["landlord_tenancies_count"].to_list() == [4, 4, 4, 4, 1], "leaving some out changes no feature"


def test_help_is_told_with_its_day_whatever_the_state(town: Any) -> None:
    for tenancy_no in ("before the event", "after the event", "twice", "earlier", "too late", "moved", "refused"):
        town.tenancy("A", tenancy_no, MOVED_IN)
    for tenancy_no in ("unsaid help", "unsaid answer", "no help"):
        town.tenancy("A", tenancy_no, MOVED_IN)
    for tenancy_no in ("before the event", "after the event"):
        town.notice("court_request", DAY, tenancy_no=tenancy_no, ground="arrears")
    _contact(town, "before the event", AS_OF)
    _contact(town, "after the event", DAY + timedelta(days=5))
    _contact(town, "twice", DAY + timedelta(days=9))
    _contact(town, "twice", DAY)
    _contact(town, "earlier", AS_OF - timedelta(days=1))
    _contact(town, "too late", END)
    _contact(town, "moved", DAY)
    town.tenancy("A", "moved", MOVED_IN, moved_out_on=DAY, known_on=DAY)
    _contact(town, "refused", DAY, outcome="declined")
    _contact(town, "unsaid help", DAY, intervention=None)
    _contact(town, "unsaid answer", DAY, outcome=None)
    _contact(town, "no help", DAY, outcome=None, intervention=None)
    told = {row["tenancy_no"]: row for row in _outcomes(town).to_dicts()}
    assert {name: (row["label_state"], row["event_on"], row["helped_on"]) for name, row in told.items()} == {
        "before the event": ("positive", DAY, AS_OF),
        "after the event": ("positive", DAY, DAY + timedelta(days=5)),
        "twice": ("treated", None, DAY),
        "earlier": ("negative", None, None),
        "too late": ("negative", None, None),
        "moved": ("treated", None, DAY),
        "refused": ("negative", None, None),
        "unsaid help": ("treated", None, DAY),
        "unsaid answer": ("treated", None, DAY),
        "no help": ("negative", None, None),
    }


def _heard_landlord(town: Any, tenancies: int, cases: int) -> None:
    """A landlord "A" whose cases the town hears of."""
    for number in range(tenancies):
        town.tenancy("A", f"a{number}", MOVED_IN)
    for number in range(cases):
        town.notice("court_request", DAY, tenancy_no=f"a{number}", ground="arrears")


@pytest.mark.parametrize(
    ("own", "tenancies", "state"),
    [
        (None, 40, "unlinked"),  # like the others it would have had eight cases
        (None, 10, "negative"),  # it would have had two: it may just be quiet
        ("demand", 40, "negative"),  # it tells of what it does, and did nothing of the kind
        ("delivery", 40, "negative"),
        ("demand too late", 40, "unlinked"),
        ("letter of the court", 40, "negative"),
    ],
)
def test_a_landlord_that_nothing_is_ever_heard_of_is_unlinked(
    town: Any, own: str | None, tenancies: int, state: str
) -> None:
    _heard_landlord(town, 40, 8)
    for number in range(tenancies):
        town.tenancy("B", f"b{number}", MOVED_IN)
    earlier = AS_OF - timedelta(days=400)
    if own == "demand":
        town.notice("payment_demand", earlier, landlord="B", tenancy_no="b3")
    if own == "demand too late":
        town.notice("payment_demand", END, landlord="B", tenancy_no="b3", known_on=END - timedelta(days=1))
    if own == "delivery":
        town.deliveries.append(("notices", "B", earlier))
    if own == "letter of the court":
        town.notice("evicted", earlier, source="bailiff_court", landlord="B", tenancy_no="b3")
    states = _states(town)
    assert {states[f"b{number}"] for number in range(tenancies)} == {state}
    assert sorted({states[f"a{number}"] for number in range(40)}) == ["negative", "positive"]


def test_nothing_is_negative_while_no_notice_could_be_told(town: Any) -> None:
    town.tenancy("A", "1", MOVED_IN)
    assert _states(town) == {"1": "unlinked"}
    town.deliveries.append(("notices", "standard", AS_OF - timedelta(days=1)))
    assert _states(town) == {"1": "unlinked"}, "the feed fell silent before the window"
    town.deliveries.append(("notices", "standard", AS_OF))
    assert _states(town) == {"1": "negative"}


def test_a_letter_that_waits_makes_its_own_address_unlinked_and_no_other(town: Any) -> None:
    for tenancy_no in ("named", "other", "filed too"):
        town.tenancy("A", tenancy_no, MOVED_IN, home_id=f"home {tenancy_no}")
    letter = {"source": "bailiff_court", "landlord": None, "tenancy_no": None}
    town.notice("evicted", DAY, **letter, home_id="home named")
    town.notice("evicted", DAY, **letter, home_id="home filed too")
    town.notice("court_request", DAY, tenancy_no="filed too")
    town.notice("onsite_scheduled", DAY, **letter, home_id="home other")
    town.notice("evicted", AS_OF - timedelta(days=1), **letter, home_id="home other")
    town.notice("evicted", DAY, **letter, home_id="home other", ground="conduct")
    assert _states(town) == {"named": "unlinked", "other": "negative", "filed too": "positive"}
    number = next(row["notice_no"] for row in town.rows["notices"] if row.get("home_id") == "home named")
    town.links.append({"feed": "notices", "record_key": f"bailiff_court/{number}", "landlord": "A",
                       "tenancy_no": "other", "confidence": 1.0, "method": "person", "known_on": DAY})  # fmt: skip
    assert _states(town) == {"named": "negative", "other": "positive", "filed too": "positive"}


@pytest.mark.parametrize("seed", [3, 4])
def test_states_partition_the_cohort_and_days_lie_in_the_window(
    new_town: Callable[[], Any], any_row: Callable[..., Any], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    town = new_town()
    for feed in FEEDS:
        rows = {"tenancies": 120, "notices": 200, "contacts": 80}.get(feed, 30)
        town.rows[feed] = [any_row(rng, feed, AS_OF) for _ in range(rows)]
    for number, row in enumerate(town.rows["tenancies"] + town.rows["notices"] + town.rows["contacts"]):
        row["landlord"], row["tenancy_no"] = "A", str(rng.integers(120))
        happened = AS_OF + timedelta(days=int(rng.integers(-90, 200)))
        for name in ("issued_on", "contacted_on"):
            if name in row:
                row |= {name: happened, "known_on": happened, "notice_no": str(number), "contact_no": str(number)}
    for row in town.rows["tenancies"]:
        row["moved_out_on"] = None if rng.random() < 0.7 else AS_OF + timedelta(days=int(rng.integers(200)))
    days = [AS_OF - timedelta(days=90), AS_OF]
    connection = _cohort(town, days)
    seen = set()
    for definition in (OutcomeDefinition(), OutcomeDefinition(kinds=("payment_demand",), horizon_days=100)):
        told = build_outcomes(connection, days, AS_OF + timedelta(days=100), definition)
        assert told.select("as_of", "landlord", "tenancy_no").equals(
            read_cohort(connection, days).select("as_of", "landlord", "tenancy_no")
        )
        assert set(told["label_state"]) <= STATES
        seen |= set(told["label_state"])
        mature = told.filter(pl.col("label_state") != "not_yet_mature")
        assert mature.filter((pl.col("label_state") == "positive") != pl.col("event_on").is_not_null()).is_empty()
        assert told.filter((pl.col("label_state") == "treated") & pl.col("helped_on").is_null()).is_empty()
        for name in ("event_on", "helped_on"):
            since = (pl.col(name) - pl.col("as_of")).dt.total_days()
            assert told.filter((since < 0) | (since >= definition.horizon_days)).is_empty()
            assert told[name].drop_nulls().len() > 0
    assert seen >= {"positive", "negative", "not_yet_mature", "treated"}
