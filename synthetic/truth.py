"""What nobody in the municipality knows: the true risk, the planted effects, the true links, what was broken."""

from pathlib import Path

import polars as pl

from synthetic import calibration
from synthetic.enforcement import KINDS
from synthetic.feeds.rows import day
from synthetic.mishaps import Broken
from synthetic.policy import WHY
from synthetic.register import Register
from synthetic.world import History

_PLANTED = """# The planted effects. A factor is what remains of a hazard.
horizon_days = 182

[help]                      # reached, and help accepted
court_filing_factor = {help_filing}
execution_factor = {help_execution}
lasts_days = {help_days}

[letter]                    # a letter alone
court_filing_factor = {letter_filing}

[children]                  # an executed eviction, given a court case
execution_factor = {children_factor}

[origin]                    # nothing but through income and tenancy history
court_filing_factor = 1.0

# Of the monthly hazard of a termination (as pressure: its logarithm times {pressure})
[hazard]
"""


def write_truth(
    directory: Path, history: History, register: Register, links: pl.DataFrame, broken: list[Broken]
) -> None:
    """truth/: risk, cases and links as Parquet, the planted effects as TOML, and what was broken on purpose.

    Where the team works from a list, also what was drawn each month and with which chance.
    """
    directory.mkdir(parents=True, exist_ok=True)
    risks(history, register).write_parquet(directory / "risk.parquet")
    cases(history, register).write_parquet(directory / "cases.parquet")
    links.write_parquet(directory / "links.parquet")
    pl.DataFrame(broken, schema=_BROKEN).write_parquet(directory / "broken.parquet")
    if history.log.count("assignment"):
        assignments(history, register).write_parquet(directory / "assignments.parquet")
    (directory / "effects.toml").write_text(_effects(history), encoding="utf-8")


def _effects(history: History) -> str:
    planted = _PLANTED.format(
        help_filing=history.setting.help_filing,
        help_execution=history.setting.help_execution,
        help_days=calibration.HELP_DAYS,
        letter_filing=calibration.LETTER_FILING,
        children_factor=calibration.CHILDREN_FACTOR,
        pressure=calibration.PRESSURE_PER_LOG_HAZARD,
    )
    return planted + "".join(f"{name} = {factor}\n" for name, factor in calibration.HAZARD.items())


_BROKEN = {
    "what": pl.String,
    "feed": pl.String,
    "file": pl.String,
    "defect": pl.String,
    "column": pl.String,
    "row_no": pl.Int64,
}


def risks(history: History, register: Register) -> pl.DataFrame:
    """as_of, landlord, tenancy_no, risk: one row for each tenancy that runs on the first of a month."""
    names = register.tenancies.select("spell", "landlord", "tenancy_no")
    known = history.log.frame("risk").join(names, on="spell", maintain_order="left")
    return known.select(day("as_of").alias("as_of"), "landlord", "tenancy_no", pl.col("risk").round(6))


def assignments(history: History, register: Register) -> pl.DataFrame:
    """as_of, landlord, tenancy_no, why, chance: who could be put on the list each month, and how likely that was.

    `why` is `listed` (from the top of the order), `explored` (drawn at random) or null (not contacted).
    """
    names = register.tenancies.select("spell", "landlord", "tenancy_no")
    drawn = history.log.frame("assignment").join(names, on="spell", maintain_order="left")
    why = pl.col("why").replace_strict(dict(enumerate(WHY)), return_dtype=pl.String)
    return drawn.select(day("as_of").alias("as_of"), "landlord", "tenancy_no", why=why, chance="chance")


def cases(history: History, register: Register) -> pl.DataFrame:
    """Every case before the bailiff court: landlord, tenancy_no, filed_on, ground, outcome, delivered or not."""
    found = history.log.frame("case")
    found = found.filter(pl.col("on") >= register.start).sort("on", "spell", maintain_order=True)
    found = found.join(register.tenancies.select("spell", "landlord", "tenancy_no"), on="spell", maintain_order="left")
    outcome = pl.col("outcome").replace_strict(dict(enumerate(KINDS)), return_dtype=pl.String)
    ground = pl.when(pl.col("ground") == 0).then(pl.lit("arrears")).otherwise(pl.lit("conduct"))
    return found.select("landlord", "tenancy_no", filed_on=day("on"), ground=ground, outcome=outcome)


def tenancy_links(rows: pl.DataFrame, register: Register) -> pl.DataFrame:
    """The persons behind tenancies that were delivered without a CPR number."""
    bare = rows.filter(pl.col("cpr").is_null()).select("landlord", "tenancy_no").unique(maintain_order=True)
    named = register.tenancies.select("landlord", "tenancy_no", "cpr")
    found = bare.join(named, on=["landlord", "tenancy_no"], maintain_order="left")
    key = pl.format("{}/{}", "landlord", "tenancy_no")
    return found.select(pl.lit("tenancies").alias("feed"), key.alias("record_key"), "landlord", "tenancy_no", "cpr")
