"""The landlords' ledgers, and the arrears lists of the one that sends no ledger."""

import numpy as np
import polars as pl

from synthetic.feeds.people import visible_from
from synthetic.feeds.rows import coded, day, finish, later
from synthetic.payments import ADJUSTMENT, PAYMENT, WRITE_OFF
from synthetic.register import Register
from synthetic.world import History

KINDS = ("charge", "payment", "fee", "adjustment", "write_off")
_CORRECTED, _RETRACTED = 0.0004, 0.0002


def rent_postings(rng: np.random.Generator, history: History, register: Register) -> pl.DataFrame:
    """Every posting of the landlords that send their ledger, with some corrections and retractions."""
    ledgers = [one.name for one in history.setting.landlords if one.sends_ledger]
    known_to = register.tenancies.select("spell", "landlord", "tenancy_no").filter(pl.col("landlord").is_in(ledgers))
    postings = pl.concat([_postings(history), _openings(history), _after_leaving(rng, history)])
    postings = postings.join(known_to, on="spell", maintain_order="left").sort(
        "posted", "spell", "kind", maintain_order=True
    )
    postings = _since_visible(postings, visible_from(history, register))
    lag = pl.Series(rng.integers(1, 5, postings.height), dtype=pl.Int64)
    postings = postings.with_columns(
        known=pl.col("posted") + lag,
        posting_no=pl.int_range(1, pl.len() + 1).over("landlord").cast(pl.String).str.zfill(8),
        kind=coded("kind", KINDS),
        posted_on=day("posted"),
        due_on=day("due"),
        amount_dkk="oere",
        from_sender="landlord",
    )
    return finish("rent_postings", _with_second_thoughts(rng, postings), register.until)


def _postings(history: History) -> pl.DataFrame:
    return history.log.frame("posting").select(
        *(pl.col(name).cast(pl.Int64) for name in ("spell", "posted", "due", "kind", "oere"))
    )


def _openings(history: History) -> pl.DataFrame:
    """What was owed when the history begins, as one adjustment."""
    opening = history.log.frame("opening")
    return opening.select(
        "spell", posted="on", due=pl.lit(-1, pl.Int64), kind=pl.lit(ADJUSTMENT, pl.Int64), oere="oere"
    )


def _after_leaving(rng: np.random.Generator, history: History) -> pl.DataFrame:
    """What is still owed at moving out is paid by some and written off for the others; too much paid is given back."""
    ends = history.log.frame("end")
    ends = ends.filter((pl.col("balance") != 0) & (pl.col("on") >= history.start))
    pays = pl.Series(rng.random(ends.height) < 0.45)
    soon, late = later(rng, ends, "on", 14, 50), later(rng, ends, "on", 100, 260)
    owes = pl.col("balance") > 0
    return ends.select(
        "spell",
        posted=pl.when(owes & ~pays).then(late).otherwise(soon),
        due=pl.lit(-1, pl.Int64),
        kind=pl.when(~owes).then(ADJUSTMENT).when(pays).then(PAYMENT).otherwise(WRITE_OFF).cast(pl.Int64),
        oere=-pl.col("balance"),
    )


def _since_visible(postings: pl.DataFrame, visible: dict[str, int]) -> pl.DataFrame:
    """A landlord that joins late begins with each account's balance on that day."""
    since = pl.col("landlord").replace_strict(visible, return_dtype=pl.Int64)
    before = postings.filter(pl.col("posted") < since).group_by("spell", "landlord", "tenancy_no", maintain_order=True)
    carried = before.agg(pl.col("oere").sum()).filter(pl.col("oere") != 0)
    carried = carried.with_columns(posted=since, due=pl.lit(-1, pl.Int64), kind=pl.lit(ADJUSTMENT, pl.Int64))
    kept = postings.filter(pl.col("posted") >= since)
    return pl.concat([carried.select(kept.columns), kept]).sort("posted", maintain_order=True)


def _with_second_thoughts(rng: np.random.Generator, postings: pl.DataFrame) -> pl.DataFrame:
    """A few payments are first posted with a wrong amount and corrected; a few are posted twice and one withdrawn."""
    payment = postings["kind"] == "payment"
    wrong = payment & pl.Series(rng.random(postings.height) < _CORRECTED)
    right = postings.filter(wrong)
    right = right.with_columns(known=later(rng, right, "known", 4, 25))
    first = pl.when(wrong).then(pl.col("amount_dkk") - 90_000).otherwise("amount_dkk")
    twice = postings.filter(payment & pl.Series(rng.random(postings.height) < _RETRACTED))
    twice = twice.with_columns(posting_no=pl.format("9{}", pl.col("posting_no").str.slice(1)), retracted=None)
    withdrawn = twice.with_columns(known=later(rng, twice, "known", 2, 15), retracted=pl.lit(True))
    every = [postings.with_columns(amount_dkk=first), right, twice, withdrawn]
    return pl.concat(every, how="diagonal_relaxed")


def arrears(rng: np.random.Generator, history: History, register: Register) -> pl.DataFrame:
    """The monthly lists of accounts in arrears, known the day after they are drawn up."""
    listed = history.log.frame("arrears")
    listed = listed.filter(pl.col("on") >= register.start)
    listed = listed.join(
        register.tenancies.select("spell", "landlord", "tenancy_no"), on="spell", maintain_order="left"
    )
    rows = listed.with_columns(
        known=pl.col("on") + 1,
        stated_on=day("on"),
        arrears_dkk="oere",
        oldest_due_on=day("oldest"),
        payment_plan="plan",
        from_sender="landlord",
    )
    return finish("arrears", rows, register.until)
