"""Sanctions, missed appointments, discharges, shelter stays, support courses and applications."""

import numpy as np
import polars as pl

from synthetic.feeds.rows import coded, day, finish, later, numbered
from synthetic.register import Register
from synthetic.shocks import METHODS
from synthetic.signals import APPLICATIONS
from synthetic.world import History

_SANCTIONS = ("warning", "deduction", "cessation")
_SERVICES = ("job_centre", "support", "substance_treatment", "local_psychiatry", "other")
_WARDS = ("psychiatric", "somatic", "prison")
_SHELTERS = ("Kollegiet Fyrtårnet", "Herberget Åhusene", "Kvindehuset Havnen")
_END_REASONS = ("completed", "missed_appointments", "declined", "moved", "other")
_OUTCOMES = ("granted", "refused", "withdrawn")
_REVERSED_SHARE = 0.05


def _of_person(history: History, register: Register, kind: str, on: str) -> pl.DataFrame:
    """Events of one kind since the start, in the order of their days, with the person's CPR number."""
    events = history.log.frame(kind).filter(pl.col(on) >= register.start).sort(on, maintain_order=True)
    return events.join(register.persons.select("person", "cpr"), on="person", maintain_order="left")


def sanctions(rng: np.random.Generator, history: History, register: Register) -> pl.DataFrame:
    """Sanctions of the job centre; one in twenty is reversed and its row withdrawn (domain 3.4)."""
    events = _of_person(history, register, "sanction", "decided")
    rows = events.with_columns(
        sanction_no=numbered("S-", events),
        kind=coded("kind", _SANCTIONS),
        decided_on=day("decided"),
        effective_from=day("effective"),
        amount_dkk=pl.when(pl.col("oere") > 0).then("oere"),
        known=later(rng, events, "decided", 3, 20),
    )
    reversed_ = rows.filter(pl.Series(rng.random(rows.height) < _REVERSED_SHARE))
    reversed_ = reversed_.with_columns(known=later(rng, reversed_, "known", 25, 120), retracted=pl.lit(True))
    return finish("sanctions", pl.concat([rows, reversed_], how="diagonal"), register.until, "Jobcenter")


def missed_appointments(rng: np.random.Generator, history: History, register: Register) -> pl.DataFrame:
    """Appointments that were not kept."""
    events = _of_person(history, register, "missed", "on").unique(["person", "service", "on"], maintain_order=True)
    rows = events.with_columns(
        service=coded("service", _SERVICES), missed_on=day("on"), known=later(rng, events, "on", 1, 14)
    )
    return finish("missed_appointments", rows, register.until, "Jobcenter")


def discharges(rng: np.random.Generator, history: History, register: Register) -> pl.DataFrame:
    """Discharges from hospital wards and prison; a third are told after the event only."""
    events = _of_person(history, register, "discharge", "on")
    told = later(rng, events, "on", -12, 6)
    rows = events.with_columns(
        discharge_no=numbered("U-", events),
        ward=coded("ward", _WARDS),
        discharged_on=day("on"),
        told=told,
        known=told + pl.Series(rng.integers(0, 4, events.height), dtype=pl.Int64),
    ).with_columns(notified_on=day("told"))
    return finish("discharges", rows, register.until, "Udskrivninger")


def _begun_and_ended(rng: np.random.Generator, rows: pl.DataFrame, ending: dict[str, pl.Expr]) -> pl.DataFrame:
    """A row when something begins (`begins`), and its second version with `ending` some days after it ends (`ends`)."""
    begun = rows.with_columns(known=later(rng, rows, "begins", 1, 9))
    ended = begun.filter(pl.col("ends") >= 0).with_columns(**ending)
    known = np.maximum(later(rng, ended, "ends", 1, 9), ended["known"] + 1)
    return pl.concat([begun, ended.with_columns(known=known)], how="diagonal")


def shelter_stays(rng: np.random.Generator, history: History, register: Register) -> pl.DataFrame:
    """Stays in three shelters."""
    events = _of_person(history, register, "shelter", "arrived")
    rows = events.with_columns(
        stay_no=numbered("O-", events),
        shelter=coded("shelter", _SHELTERS),
        checked_in_on=day("arrived"),
        begins="arrived",
        ends="left",
    )
    versions = _begun_and_ended(rng, rows, {"checked_out_on": day("ends")})
    return finish("shelter_stays", versions, register.until, "Forsorgshjem")


def support_courses(rng: np.random.Generator, history: History, register: Register) -> pl.DataFrame:
    """Courses of support in the home."""
    events = _of_person(history, register, "support", "since")
    rows = events.with_columns(
        pl.Series("method", rng.choice(np.array(METHODS), events.height), dtype=pl.String),
        course_no=numbered("F-", events),
        started_on=day("since"),
        begins="since",
        ends="until",
    )
    versions = _begun_and_ended(rng, rows, {"ended_on": day("ends"), "end_reason": coded("reason", _END_REASONS)})
    return finish("support_courses", versions, register.until, "Bostøtte")


def benefit_applications(rng: np.random.Generator, history: History, register: Register) -> pl.DataFrame:
    """Applications, and their second version when they are decided."""
    events = _of_person(history, register, "application", "on")
    rows = events.with_columns(
        application_no=numbered("A-", events), kind=coded("kind", APPLICATIONS), applied_on=day("on"), begins="on"
    ).with_columns(ends="decided", given="outcome", amount=pl.col("oere"))
    rows = rows.drop("outcome")
    granted = pl.when(pl.col("given") == 0).then("amount")
    ending = {"decided_on": day("ends"), "outcome": coded("given", _OUTCOMES), "amount_dkk": granted}
    return finish("benefit_applications", _begun_and_ended(rng, rows, ending), register.until, "Ydelseskontor")
