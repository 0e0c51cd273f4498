"""Persons, tenancies and benefits as they are delivered: a first version, another when something ends or changes."""

import numpy as np
import polars as pl

from synthetic.addresses import elsewhere
from synthetic.feeds.rows import coded, day, finish, later, since_agreement
from synthetic.register import PROTECTED_NAME, Register
from synthetic.slots import INCOMES, NEVER
from synthetic.world import History

_LEFT_MUNICIPALITY, _DIED = 0.55, 0.4
_NOT_A_BENEFIT = (INCOMES.index("work"), INCOMES.index("student"))
_WITHOUT_CPR = {"Vestergade": 1.0, "Østerlund": 0.04}


def visible_from(history: History, register: Register) -> dict[str, int]:
    """The day from which each landlord delivers: the private one joins late."""
    span = register.until - register.start
    return {one.name: register.start + int(span * (1 - one.visible_share)) for one in history.setting.landlords}


def persons(rng: np.random.Generator, history: History, register: Register) -> pl.DataFrame:
    """The population register's rows: at moving in, at a divorce, at leaving or dying."""
    moves = register.tenancies.select("spell", "person", "address", "postal_code", "since", "left")
    divorces = history.log.frame("divorce")
    arrived = _arrivals(rng, register, moves)
    gone = _departures(rng, register, moves)
    apart = _separations(rng, register, moves, divorces)
    versions = pl.concat([arrived, gone, apart], how="diagonal").sort("known", "person", maintain_order=True)
    return finish("persons", _as_registered(versions, register, divorces), register.until, "Folkeregister")


def _arrivals(rng: np.random.Generator, register: Register, moves: pl.DataFrame) -> pl.DataFrame:
    known = since_agreement(rng, later(rng, moves, "since", -10, 5), register.start)
    tenants = moves.select("person", "address", "postal_code", known=known)
    partners = _with_partner(tenants, register).unique("person", keep="first", maintain_order=True)
    return pl.concat([tenants, partners])


def _with_partner(rows: pl.DataFrame, register: Register) -> pl.DataFrame:
    """The same rows for the partners of those persons who have one."""
    partners = rows.with_columns(pl.col("person") + 10_000_000)
    return partners.filter(pl.col("person").is_in(register.partners["person"].implode()))


def _departures(rng: np.random.Generator, register: Register, moves: pl.DataFrame) -> pl.DataFrame:
    """What becomes of those whose last tenancy ended: gone from the municipality, in another home, or dead."""
    last = (
        moves.sort("since", maintain_order=True)
        .unique("person", keep="last", maintain_order=True)
        .filter(pl.col("left").is_not_null())
    )
    last = last.join(register.persons.select("person", "birth"), on="person", maintain_order="left")
    known = later(rng, last, "left", 2, 12)
    address, postal_code = elsewhere(rng, last.height)
    old = (last["left"] - last["birth"]) > 74 * 365
    died = pl.Series(rng.random(last.height) < _DIED) & old
    away = pl.Series(rng.random(last.height) < _LEFT_MUNICIPALITY) & ~died
    before = later(rng, last, "left", -40, -5)
    tenants = last.select(
        "person",
        known=known,
        address=pl.when(away).then(None).otherwise(pl.Series(address, dtype=pl.String)),
        postal_code=pl.when(away).then(None).otherwise(pl.Series(postal_code, dtype=pl.String)),
        left_municipality_on=day(pl.when(away).then(pl.col("left"))),
        deceased_on=day(pl.when(died).then(before)),
    )
    return pl.concat([tenants, _with_partner(tenants.drop("deceased_on"), register)], how="diagonal")


def _separations(
    rng: np.random.Generator, register: Register, moves: pl.DataFrame, divorces: pl.DataFrame
) -> pl.DataFrame:
    """At a divorce the tenant stays in the home, and the partner moves elsewhere."""
    apart = divorces.select("person", known=later(rng, divorces, "on", 5, 25)).sort("known", maintain_order=True)
    homes = moves.select("person", "address", "postal_code", known="since").sort("known", maintain_order=True)
    stays = apart.join_asof(homes, on="known", by="person", check_sortedness=False).drop_nulls("address")
    partners = _with_partner(stays, register)
    address, postal_code = elsewhere(rng, partners.height)
    partners = partners.with_columns(
        pl.Series("address", address, dtype=pl.String), pl.Series("postal_code", postal_code, dtype=pl.String)
    )
    return pl.concat([stays, partners], how="diagonal")


def _as_registered(versions: pl.DataFrame, register: Register, divorces: pl.DataFrame) -> pl.DataFrame:
    """Name, birth date and household beside each version; a protected person's name and address are withheld."""
    people = pl.concat([register.persons, register.partners]).drop("income", "is_partner")
    changes = divorces.select("person", new_household="household", new_children="children", known="on").sort(
        "known", maintain_order=True
    )
    rows = versions.join(people, on="person", maintain_order="left")
    rows = rows.join_asof(changes, on="known", by="person", check_sortedness=False)
    after = coded("new_household", ("single", "single_with_children"))
    return rows.with_columns(
        household=pl.coalesce(after, "household"),
        children=pl.coalesce("new_children", "children"),
        birth_date=pl.col("birth").cast(pl.Int32).cast(pl.Date),
        name=pl.when("protected").then(pl.lit(PROTECTED_NAME)).otherwise("name"),
        address=pl.when(~pl.col("protected")).then("address"),
        postal_code=pl.when(~pl.col("protected")).then("postal_code"),
    )


def tenancies(rng: np.random.Generator, history: History, register: Register) -> pl.DataFrame:
    """The landlords' rows: at moving in, when a rent reduction has ended, at moving out."""
    spells = register.tenancies
    visible = spells["landlord"].replace_strict(visible_from(history, register), return_dtype=pl.Int64)
    known = since_agreement(rng, later(rng, spells, "since", -12, 6), visible.to_numpy())
    spells = _described(rng, spells.with_columns(known=known, visible=visible))
    changes = history.log.frame("rent_change")
    raised = spells.join(changes.select("spell", "on", new_rent="rent"), on="spell", maintain_order="left")
    raised = raised.with_columns(monthly_rent_dkk="new_rent", known=later(rng, raised, "on", -25, -2))
    ended = spells.join(changes.select("spell", new_rent="rent"), on="spell", how="left", maintain_order="left")
    ended = ended.filter(pl.col("left").is_not_null()).with_columns(
        moved_out_on=day("left"), monthly_rent_dkk=pl.coalesce("new_rent", "monthly_rent_dkk")
    )
    ended = ended.with_columns(known=_told_of_leaving(rng, history, ended))
    later_ones = pl.concat([raised, ended], how="diagonal").filter(pl.col("known") > pl.col("visible"))
    already = ended.filter(pl.col("known") <= pl.col("visible")).select("spell")
    versions = pl.concat(
        [spells.join(already, on="spell", how="anti", maintain_order="left"), later_ones], how="diagonal"
    )
    return finish("tenancies", versions, register.until)


def _told_of_leaving(rng: np.random.Generator, history: History, ended: pl.DataFrame) -> pl.Series:
    """Notice is given ahead of an ordinary move; who leaves during a case is known to be gone some days later."""
    notices = history.log.frame("notice").filter(pl.col("kind") >= 8)
    during_case = ended["spell"].is_in(notices["spell"].implode())
    days = np.where(during_case, rng.integers(1, 11, ended.height), rng.integers(-35, 4, ended.height))
    return pl.Series(np.maximum(ended["left"].to_numpy() + days, ended["known"].to_numpy() + 1), dtype=pl.Int64)


def _described(rng: np.random.Generator, spells: pl.DataFrame) -> pl.DataFrame:
    share = spells["landlord"].replace_strict(_WITHOUT_CPR, default=0.0, return_dtype=pl.Float64)
    without = pl.Series(rng.random(spells.height)) < share
    ends = (pl.col("reduction_ends") < NEVER) & (pl.col("reduction_ends") > pl.col("since"))
    protected = pl.col("protected") & (pl.col("landlord") != "Vestergade")
    return spells.with_columns(
        cpr=pl.when(~without).then("cpr"),
        name=pl.when(protected).then(pl.lit(PROTECTED_NAME)).otherwise("name"),
        moved_in_on=day("since"),
        monthly_rent_dkk="rent",
        municipal_referral=pl.col("referral").cast(pl.Boolean),
        rent_reduction_ends_on=day(pl.when(ends).then("reduction_ends")),
        from_sender="landlord",
    )


def benefits(rng: np.random.Generator, history: History, register: Register) -> pl.DataFrame:
    """Benefits as the payment system delivers them: when they begin, and again when they end."""
    lived = register.tenancies.select("spell", "left")
    housing = history.log.frame("housing_benefit")
    housing = housing.join(lived, on="spell", maintain_order="left").select(
        "person", "since", kind=pl.lit("housing_benefit"), until=pl.col("left").fill_null(-1), oere="oere"
    )
    paid = history.log.frame("benefit").filter(~pl.col("kind").is_in(_NOT_A_BENEFIT))
    paid = paid.select(
        "person", "since", kind=coded("kind", INCOMES), until="until", oere=(pl.col("dkk") * 100).cast(pl.Int64)
    )
    rows = pl.concat([paid, housing]).filter((pl.col("until") < 0) | (pl.col("until") >= pl.col("since")))
    rows = rows.unique(["person", "kind", "since"], keep="last", maintain_order=True)
    rows = rows.filter((pl.col("until") < 0) | (pl.col("until") >= register.start))
    rows = rows.join(register.persons.select("person", "cpr"), on="person", maintain_order="left")
    rows = rows.with_columns(valid_from=day("since"), monthly_dkk="oere", valid_to=pl.lit(None, dtype=pl.Date))
    known = since_agreement(rng, later(rng, rows, "since", 3, 20), register.start)
    begun = rows.with_columns(known=known)
    ended = begun.filter(pl.col("until") >= 0).with_columns(valid_to=day("until"))
    ended = ended.with_columns(known=np.maximum(later(rng, ended, "until", 3, 20), ended["known"] + 1))
    return finish("benefits", pl.concat([begun, ended]), register.until, "Ydelser")
