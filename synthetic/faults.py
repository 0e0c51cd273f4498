"""What may go wrong in a town from one day on, so that a watch can be asked whether it finds it, and when.

Each fault changes what senders deliver and nothing of what happens: people live on as they would have.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from zlib import crc32

import polars as pl

from synthetic.calendar import month_after

Kind = Literal[
    "missing_landlord",
    "doubled_month",
    "times_hundred",
    "recoded_benefit",
    "new_sender",
    "level_shift",
    "late_outcomes",
    "under_reported",
    "reached_less",
]

LATE_DAYS = 60
"""How much later the court's letters come."""

UNPAID_SHARE = 0.2
"""The share of a district's tenancies whose payments are no more booked."""

MISSED_SHARE = 0.75
"""The share of a group's successful contacts that would have failed."""


@dataclass(frozen=True)
class Fault:
    """A fault of `kind` from the day `on`; `whose` is the landlord, postal code or sex that it strikes."""

    kind: Kind
    on: date
    whose: str = ""


@dataclass(frozen=True)
class People:
    """Who and where: tenants' CPR numbers by sex, tenancies by sex of the tenant and by postal code."""

    sex_of_cpr: Mapping[str, str]
    sex_of: pl.DataFrame
    district_of: pl.DataFrame


def people_of(persons: pl.DataFrame, tenancies: pl.DataFrame) -> People:
    """From everything that is delivered of persons and of tenancies."""
    sexes = persons.select("cpr", "sex").drop_nulls().unique("cpr", keep="last", maintain_order=True)
    homes = tenancies.unique(["landlord", "tenancy_no"], keep="last", maintain_order=True)
    sex_of = homes.join(sexes, on="cpr", how="inner", maintain_order="left").select("landlord", "tenancy_no", "sex")
    return People(dict(sexes.iter_rows()), sex_of, homes.select("landlord", "tenancy_no", "postal_code"))


def struck(feed: str, rows: pl.DataFrame, faults: Sequence[Fault], people: People) -> pl.DataFrame:
    """The rows of a feed as they are delivered where `faults` strike."""
    for fault in faults:
        if feed in _STRIKES.get(fault.kind, {}):
            rows = _STRIKES[fault.kind][feed](rows, fault, people)
    return rows


Strike = Callable[[pl.DataFrame, Fault, People], pl.DataFrame]


def _since(fault: Fault) -> pl.Expr:
    return pl.col("registered_on") >= fault.on


def _in_month(fault: Fault) -> pl.Expr:
    return _since(fault) & (pl.col("registered_on") < month_after(fault.on, 1))


def _missing_landlord(rows: pl.DataFrame, fault: Fault, _people: People) -> pl.DataFrame:
    return rows.filter(~(_since(fault) & (pl.col("landlord") == fault.whose)))


def _new_sender(rows: pl.DataFrame, fault: Fault, _people: People) -> pl.DataFrame:
    return rows.filter(_since(fault) | (pl.col("landlord") != fault.whose))


def _doubled_month(rows: pl.DataFrame, fault: Fault, _people: People) -> pl.DataFrame:
    again = rows.filter(_in_month(fault) & (pl.col("landlord") == fault.whose))
    return pl.concat([rows, again.with_columns(posting_no=pl.format("{}-2", "posting_no"))])


def _times_hundred(rows: pl.DataFrame, fault: Fault, _people: People) -> pl.DataFrame:
    wrong = _in_month(fault) & (pl.col("landlord") == fault.whose)
    return rows.with_columns(amount_dkk=pl.when(wrong).then(pl.col("amount_dkk") * 100).otherwise("amount_dkk"))


def _recoded(rows: pl.DataFrame, fault: Fault, _people: People) -> pl.DataFrame:
    wrong = _since(fault) & (pl.col("kind") == "cash_benefit")
    return rows.with_columns(kind=pl.when(wrong).then(pl.lit("other")).otherwise("kind"))


def _level_shift(rows: pl.DataFrame, fault: Fault, people: People) -> pl.DataFrame:
    there = people.district_of.filter(pl.col("postal_code") == fault.whose)
    unlucky = [crc32("/".join(key).encode()) % 1000 < 1000 * UNPAID_SHARE for key in there.select(_KEY).iter_rows()]
    gone = rows.join(there.filter(pl.Series(unlucky, dtype=pl.Boolean)), on=_KEY, how="semi")
    gone = gone.filter(_since(fault) & (pl.col("kind") == "payment")).select("landlord", "posting_no")
    return rows.join(gone, on=["landlord", "posting_no"], how="anti", maintain_order="left")


def _late_outcomes(rows: pl.DataFrame, fault: Fault, _people: People) -> pl.DataFrame:
    late = _since(fault) & (pl.col("source") == "bailiff_court")
    later = pl.col("registered_on") + timedelta(days=LATE_DAYS)
    return rows.with_columns(registered_on=pl.when(late).then(later).otherwise("registered_on"))


def _under_reported(rows: pl.DataFrame, fault: Fault, people: People) -> pl.DataFrame:
    """What landlords tell of the group's debts is left out: charges, lists, demands, terminations. The rest comes."""
    group = people.sex_of.filter(sex=fault.whose).with_columns(struck=pl.lit(True))
    marked = rows.join(group.select(*_KEY, "struck"), on=_KEY, how="left", maintain_order="left")
    of_debts = pl.col("kind").is_in(_TOLD_OF_DEBTS) if "kind" in rows.columns else pl.lit(True)
    gone = (pl.col("struck").fill_null(False) & _since(fault) & of_debts).fill_null(False)
    return marked.filter(~gone).drop("struck")


def _reached_less(rows: pl.DataFrame, fault: Fault, people: People) -> pl.DataFrame:
    group = people.sex_of.filter(sex=fault.whose).select(*_KEY).with_columns(by_home=pl.lit(True))
    marked = rows.join(group, on=_KEY, how="left", maintain_order="left")
    by_person = [people.sex_of_cpr.get(cpr) == fault.whose for cpr in rows["cpr"].fill_null("")]
    unlucky = [crc32(number.encode()) % 1000 < 1000 * MISSED_SHARE for number in rows["contact_no"]]
    struck = (pl.col("by_home").fill_null(False) | pl.Series(by_person)) & pl.Series(unlucky) & _since(fault)
    missed = {"reached": pl.lit(False), "intervention": pl.lit("none"), "outcome": pl.lit("not_reached")}
    told = {name: pl.when(struck).then(value).otherwise(name) for name, value in missed.items()}
    return marked.with_columns(**told).drop("by_home")


_KEY = ("landlord", "tenancy_no")
_TOLD_OF_DEBTS = ("charge", "fee", "payment_demand", "termination")
_STRIKES: Mapping[str, Mapping[str, Strike]] = {
    "missing_landlord": {"rent_postings": _missing_landlord, "arrears": _missing_landlord},
    "new_sender": {"rent_postings": _new_sender},
    "doubled_month": {"rent_postings": _doubled_month},
    "times_hundred": {"rent_postings": _times_hundred},
    "recoded_benefit": {"benefits": _recoded},
    "level_shift": {"rent_postings": _level_shift},
    "late_outcomes": {"notices": _late_outcomes},
    "under_reported": {"rent_postings": _under_reported, "arrears": _under_reported, "notices": _under_reported},
    "reached_less": {"contacts": _reached_less},
}
