"""A real debt process as deliveries in the standard layout: the road fines of an Italian town, 2000-2013.

A fine is a tenancy, its amounts are the ledger, its letters are notices, and being sent to collection is the court
request. Published by de Leoni and Mannhardt (2015, doi:10.4121/uuid:270fd440-1057-4fb9-89a9-b699b47990f5).
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl

from warehouse.intake import find_deliveries, settle, take_in
from warehouse.layouts import read_layouts
from warehouse.store import open_warehouse
from warehouse.vault import Vault

LANDLORD = "fines"
CENT_DKK = 0.005
FEEDS = ("tenancies", "rent_postings", "notices", "contacts")
LAST_DAY = date(2013, 7, 1)
"""The day of delivery, after every event; what was known when is told by each row."""
SEALED_WITH = bytes(range(32))

_LETTERS = {"Insert Fine Notification": "payment_demand", "Add penalty": "payment_demand"}
_ANSWERS = (
    "Insert Date Appeal to Prefecture",
    "Send Appeal to Prefecture",
    "Receive Result Appeal from Prefecture",
    "Notify Result Appeal to Offender",
    "Appeal to Judge",
)
"""An appeal and what became of it: the driver was heard from and does not agree."""

_COLLECTION = {"Send for Credit Collection": "court_request"}


def find_fines() -> Path | None:
    """The log beside the project, where it is; it is not part of the project."""
    found = Path(__file__).resolve().parents[3] / "shared" / "data" / "traffic_fines.parquet"
    return found if found.is_file() else None


@contextmanager
def taken_in(log: pl.DataFrame, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse in `folder` that took in the events of `log`; every row of every delivery is taken."""
    deliver(log, folder / "inbox")
    layouts = read_layouts(folder / "layouts")
    with (
        Vault(folder / "vault.sqlite", SEALED_WITH) as vault,
        closing(open_warehouse(folder / "warehouse.duckdb")) as connection,
    ):
        for delivery in find_deliveries(folder / "inbox"):
            report = take_in(delivery, connection, vault, layouts, today=LAST_DAY)
            assert (report.status, report.quarantined) == ("taken", 0), report
        settle(connection, FEEDS)
        yield connection


def notified_on(log: pl.DataFrame) -> pl.DataFrame:
    """The fines that were notified and the day: case_id, notified_on."""
    letters = log.filter(pl.col("activity") == "Insert Fine Notification")
    return letters.group_by("case_id").agg(notified_on=pl.col("date").min())


def paid_before(connection: duckdb.DuckDBPyConnection, days: Sequence[date]) -> pl.DataFrame:
    """What the ledger's payments came to before each day: as_of, tenancy_no, paid_dkk; fines with a payment only."""
    payments = connection.table("fact_rent_postings").filter("kind = 'payment'").pl()
    return pl.concat(
        payments.filter(pl.col("known_on") < day)
        .group_by("tenancy_no")
        .agg(paid_dkk=-pl.col("amount_dkk").cast(pl.Float64).sum())
        .select("tenancy_no", "paid_dkk", as_of=pl.lit(day))
        for day in days
    )


def deliver(log: pl.DataFrame, inbox: Path) -> None:
    """Write the events of `log` as one delivery a feed into `inbox`; each row is known on its event's day."""
    events = log.sort("case_id", "event_no")
    for feed, rows in zip(
        FEEDS, (_tenancies(events), _postings(events), _notices(events), _contacts(events)), strict=True
    ):
        (inbox / feed).mkdir(parents=True)
        rows.write_parquet(inbox / feed / f"{LAST_DAY}_fines.parquet")


def _tenancies(events: pl.DataFrame) -> pl.DataFrame:
    """A fine begins when it is created; the amount then is its rent."""
    return events.filter(pl.col("activity") == "Create Fine").select(
        landlord=pl.lit(LANDLORD),
        tenancy_no="case_id",
        name=pl.lit("A driver"),
        address=pl.lit("Road 1"),
        postal_code=pl.lit("8900"),
        moved_in_on="date",
        monthly_rent_dkk="amount",
        registered_on="date",
    )


def _postings(events: pl.DataFrame) -> pl.DataFrame:
    """What each event added to the balance: `amount` is the new total, `totalPaymentAmount` all that was paid."""
    added = events.with_columns(
        charged=_difference("amount"),
        fee=pl.col("expense").fill_null(0.0),
        paid=-_difference("totalPaymentAmount"),
    ).unpivot(("charged", "fee", "paid"), index=("case_id", "event_no", "activity", "date"), value_name="amount_dkk")
    kind = (
        pl.when((pl.col("variable") == "paid") & (pl.col("amount_dkk") < 0))
        .then(pl.lit("payment"))
        .when((pl.col("activity") == "Create Fine") & (pl.col("amount_dkk") > 0))
        .then(pl.lit("charge"))
        .when(pl.col("variable").is_in(["fee", "charged"]) & (pl.col("amount_dkk") > 0))
        .then(pl.lit("fee"))
        .otherwise(pl.lit("adjustment"))
    )
    return added.filter(pl.col("amount_dkk").abs() > CENT_DKK).select(
        landlord=pl.lit(LANDLORD),
        posting_no=pl.format("{}-{}-{}", "case_id", "event_no", "variable"),
        tenancy_no="case_id",
        posted_on="date",
        kind=kind,
        amount_dkk=pl.col("amount_dkk").round(2),
        registered_on="date",
    )


def _difference(total: str) -> pl.Expr:
    """What an event added to a running total of its case; 0 where it tells none."""
    known = pl.col(total).forward_fill().over("case_id").fill_null(0.0)
    return known - known.shift(1).over("case_id").fill_null(0.0)


def _notices(events: pl.DataFrame) -> pl.DataFrame:
    """Notification is a demand, the penalty for not paying is another, and collection is the court request."""
    kinds = _LETTERS | _COLLECTION
    return events.filter(pl.col("activity").is_in(list(kinds))).select(
        source=pl.lit("landlord"),
        notice_no=pl.format("{}-{}", "case_id", "event_no"),
        kind=pl.col("activity").replace_strict(kinds),
        issued_on="date",
        ground=pl.lit("arrears"),
        landlord=pl.lit(LANDLORD),
        tenancy_no="case_id",
        registered_on="date",
    )


def _contacts(events: pl.DataFrame) -> pl.DataFrame:
    """The fine sent by post reaches nobody yet; an appeal is an answer that declines. Nobody counts as helped."""
    answered = pl.col("activity").is_in(_ANSWERS)
    return events.filter(answered | (pl.col("activity") == "Send Fine")).select(
        contact_no=pl.format("{}-{}", "case_id", "event_no"),
        landlord=pl.lit(LANDLORD),
        tenancy_no="case_id",
        contacted_on="date",
        channel=pl.lit("letter"),
        reached=answered,
        intervention=pl.lit("none"),
        outcome=pl.when(answered).then(pl.lit("declined")).otherwise(pl.lit("not_reached")),
        registered_on="date",
    )


def created_within(log: pl.DataFrame, as_of: date, days: int = 365) -> pl.DataFrame:
    """The fines created in the `days` days before `as_of`, as rows that can be asked for."""
    created = log.filter(
        (pl.col("activity") == "Create Fine")
        & (pl.col("date") >= as_of - timedelta(days=days))
        & (pl.col("date") < as_of)
    )
    return created.select(as_of=pl.lit(as_of), landlord=pl.lit(LANDLORD), tenancy_no="case_id")
