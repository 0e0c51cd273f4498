"""Notices, concern notifications and contacts; where only a person and an address are named, the true link is kept."""

import numpy as np
import polars as pl

from synthetic.enforcement import COURT, EVICTED, HEARING, KINDS, ONSITE
from synthetic.feeds.rows import coded, day, finish, later, numbered
from synthetic.misspelling import misspelt_address, misspelt_name
from synthetic.register import Register
from synthetic.signals import CATEGORIES, SENDERS, URGENCIES
from synthetic.team import CHANNELS, INTERVENTIONS, OUTCOMES
from synthetic.world import History

BAILIFF = "Fogedret"
_LETTERS_ONLY = "Nordhavn"
"""This landlord sends letters without a tenancy number, whatever it writes about."""
_LETTER_SHARE_OF_REQUESTS = 0.5
"""Of the others' court requests: § 92 asks for name and address only (domain 1.1)."""
_TOLD = {COURT: 1.0, HEARING: 0.9}
_WITH_CPR = 0.55
_SENTENCES = {
    "rent_arrears": "Borgeren har nævnt, at huslejen ikke er betalt, og er i tvivl om, hvad der nu sker.",
    "neighbour_conflict": "Der er klager fra naboer, og borgeren svarer ikke på henvendelser.",
    "substance_use": "Vi er bekymrede for forbruget og for, om borgeren kan holde fast i boligen.",
    "mental_health": "Borgeren har det dårligt og åbner ikke sin post.",
    "divorce": "Parret er gået fra hinanden, og borgeren ved ikke, om boligen kan betales alene.",
    "discharge": "Borgeren udskrives snart og kommer hjem til en bolig med ubetalte regninger.",
    "sanction_risk": "Borgeren er udeblevet flere gange, og ydelsen er i fare.",
    "other": "Vi er bekymrede for, om borgeren kan blive boende.",
}


def notices(rng: np.random.Generator, history: History, register: Register) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(notices, true links of those without a tenancy number)."""
    rows = _told(rng, history, register)
    court = rows["from_sender"] == BAILIFF
    request = (rows["kind_no"] == COURT) & pl.Series(rng.random(rows.height) < _LETTER_SHARE_OF_REQUESTS)
    letter = court | (rows["landlord"] == _LETTERS_ONLY) | request
    rows = _as_letters(rng, rows.with_columns(is_letter=letter), postal_share=0.85)
    links = rows.filter("is_letter").select(
        pl.lit("notices").alias("feed"),
        pl.format("{}/{}", "source", "notice_no").alias("record_key"),
        "true_landlord",
        "true_tenancy_no",
        "true_cpr",
        "known",
    )
    landlord = pl.when(pl.col("from_sender") != BAILIFF).then("landlord")
    rows = rows.with_columns(landlord=landlord, tenancy_no=pl.when(~pl.col("is_letter")).then("tenancy_no"))
    return finish("notices", rows, register.until), _links(links, register)


def _told(rng: np.random.Generator, history: History, register: Register) -> pl.DataFrame:
    """The notices that reach the municipality: landlords tell most, the court its outgoing dates and executions."""
    events = history.log.frame("notice").filter(pl.col("on") >= register.start).sort("on", "spell", maintain_order=True)
    homes = register.tenancies.select("spell", "landlord", "tenancy_no", "name", "address", "postal_code", "cpr")
    events = events.join(homes, on="spell", maintain_order="left").with_columns(kind_no="kind")
    by_court = pl.col("kind_no").is_in([ONSITE, EVICTED])
    told = pl.col("kind_no").replace_strict(_TOLD, default=0.95, return_dtype=pl.Float64)
    landlords = history.setting.landlords
    demands = pl.col("landlord").replace_strict({one.name: one.tells_demands for one in landlords})
    silent = [one.name for one in landlords if not one.sends_notices]
    beyond = pl.when(by_court).then(1.0).when(pl.col("landlord").is_in(silent)).then(0.0)
    share = beyond.when(pl.col("kind_no") == 0).then(demands).otherwise(told)
    events = events.filter(pl.Series(rng.random(events.height)) < share)
    lag = np.where(
        events["kind_no"].to_numpy() == COURT, rng.integers(0, 5, events.height), rng.integers(1, 9, events.height)
    )
    return _worded(events.with_columns(known=pl.col("on") + pl.Series(lag, dtype=pl.Int64)), by_court)


def _worded(events: pl.DataFrame, by_court: pl.Expr) -> pl.DataFrame:
    """Codes, dates and numbers as the senders write them; the court says nothing of amounts, nor of arrears."""
    number = pl.int_range(1, pl.len() + 1).over("from_sender").cast(pl.String).str.zfill(5)
    events = events.with_columns(from_sender=pl.when(by_court).then(pl.lit(BAILIFF)).otherwise("landlord"))
    return events.with_columns(
        source=pl.when(by_court).then(pl.lit("bailiff_court")).otherwise(pl.lit("landlord")),
        notice_no=pl.format("{}-{}", pl.col("from_sender").str.slice(0, 2).str.to_uppercase(), number),
        kind=coded("kind_no", KINDS),
        issued_on=day("on"),
        deadline_on=day("deadline"),
        hearing_on=day("hearing"),
        amount_dkk=pl.when(~by_court & (pl.col("oere") > 0)).then("oere"),
        ground=pl.when(pl.col("ground") == 1).then(pl.lit("conduct")).when(~by_court).then(pl.lit("arrears")),
    )


def _as_letters(rng: np.random.Generator, rows: pl.DataFrame, postal_share: float) -> pl.DataFrame:
    """Name and address, as somebody wrote them, where `is_letter`; nothing of them in the other rows."""
    letter = rows["is_letter"].to_list()
    names = [misspelt_name(rng, n) if wanted else None for n, wanted in zip(rows["name"], letter, strict=True)]
    places = [misspelt_address(rng, a) if wanted else None for a, wanted in zip(rows["address"], letter, strict=True)]
    postal = pl.col("is_letter") & pl.Series(rng.random(rows.height) < postal_share)
    return rows.with_columns(
        pl.Series("name", names, dtype=pl.String),
        pl.Series("address", places, dtype=pl.String),
        postal_code=pl.when(postal).then("postal_code"),
        true_landlord="landlord",
        true_tenancy_no="tenancy_no",
        true_cpr="cpr",
    )


def _links(links: pl.DataFrame, register: Register) -> pl.DataFrame:
    """The truth about letters that were delivered: feed, record_key, landlord, tenancy_no, cpr."""
    names = {"true_landlord": "landlord", "true_tenancy_no": "tenancy_no", "true_cpr": "cpr"}
    return links.filter(pl.col("known") < register.until).drop("known").rename(names)


def concerns(rng: np.random.Generator, history: History, register: Register) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(concern notifications, true links of those without a CPR number)."""
    events = (
        history.log.frame("concern")
        .filter(pl.col("on") >= register.start)
        .sort("on", "minute", "spell", maintain_order=True)
    )
    homes = register.tenancies.select("spell", "landlord", "tenancy_no", "name", "address", "postal_code", "cpr")
    events = events.join(homes, on="spell", maintain_order="left")
    letter = pl.Series(rng.random(events.height) >= _WITH_CPR)
    rows = _as_letters(rng, events.with_columns(is_letter=letter, concern_no=numbered("B-", events)), postal_share=0.8)
    category = coded("category", CATEGORIES)
    rows = rows.with_columns(
        received_at=day("on").cast(pl.Datetime("us")) + pl.duration(minutes=pl.col("minute")),
        sender=coded("sender", SENDERS),
        category=category,
        urgency=pl.when(pl.Series(rng.random(events.height) < 0.9)).then(coded("urgency", URGENCIES)),
        cpr=pl.when(~pl.col("is_letter")).then("cpr"),
        text=category.replace_strict(_SENTENCES, return_dtype=pl.String),
        known="on",
    )
    links = rows.filter("is_letter").select(
        pl.lit("concerns").alias("feed"),
        pl.col("concern_no").alias("record_key"),
        "true_landlord",
        "true_tenancy_no",
        "true_cpr",
        "known",
    )
    return finish("concerns", rows, register.until, "Bekymringer"), _links(links, register)


def contacts(rng: np.random.Generator, history: History, register: Register) -> pl.DataFrame:
    """What the old team did; a quarter of its notes name the person and not the tenancy."""
    events = history.log.frame("contact").filter(pl.col("on") >= register.start).sort("on", maintain_order=True)
    homes = register.tenancies.select("spell", "landlord", "tenancy_no", "cpr")
    events = events.join(homes, on="spell", maintain_order="left")
    by_person = pl.Series(rng.random(events.height) < 0.25)
    rows = events.with_columns(
        contact_no=numbered("K-", events),
        landlord=pl.when(~by_person).then("landlord"),
        tenancy_no=pl.when(~by_person).then("tenancy_no"),
        cpr=pl.when(by_person).then("cpr"),
        contacted_on=day("on"),
        channel=coded("channel", CHANNELS),
        reached=pl.col("reached").cast(pl.Boolean),
        intervention=coded("intervention", INTERVENTIONS),
        outcome=coded("outcome", OUTCOMES),
        known=later(rng, events, "on", 0, 2),
    )
    return finish("contacts", rows, register.until, "Boligteam")
