"""A municipality with nothing but tenancies, postings and notices, and one that is not warned of everybody."""

from datetime import date
from pathlib import Path

import polars as pl

from flows.home import Home
from flows.nightly import nightly
from flows.workroom import opened
from models.registry import load, versions
from warehouse.features import feature_columns, read_deadlines, read_matrix
from worklist.selection import DEADLINE_STAGES, SOFT_DEADLINE

UNTIL = date(2026, 1, 1)
NEEDED = {"tenancies", "rent_postings", "notices"}


def test_tenancies_postings_and_notices_are_enough_to_train_and_to_rank(few_sources: Path) -> None:
    home = Home(few_sources)
    (version,) = versions(home.models)
    model = load(home.models, version).model
    assert {column.source for column in model.columns} >= NEEDED
    night = nightly(home, UNTIL, UNTIL)
    assert night.active > 800
    assert set(night.worklist["section"]) == {"deadline", "early_warning"}
    missing = {row["feed"] for row in night.facts["missing_sources"]}
    assert missing >= {"persons", "contacts", "benefits", "sanctions"}
    assert not missing & {"tenancies", "notices"}
    with opened(home) as room:
        matrix = read_matrix(room.connection, [UNTIL])
    told = {column.source for column in feature_columns() if matrix[column.name].drop_nulls().len()}
    assert NEEDED <= told <= NEEDED | {"arrears"}, "arrears stand for the postings of who sends a list"
    scores = pl.Series(model.score(matrix))
    assert scores.is_finite().all()
    assert scores.n_unique() > 10


def test_outside_the_cohort_nobody_is_warned_of_and_no_deadline_is_hidden(few_sources: Path) -> None:
    home = Home(few_sources)
    whole = nightly(home, UNTIL, UNTIL)
    settings = home.settings.read_text("utf-8").replace("landlords = []", 'landlords = ["Birkely"]')
    home.settings.write_text(settings, "utf-8")
    part = nightly(home, UNTIL, UNTIL)
    assert part.active == whole.active, "everybody is ranked"
    early = part.worklist.filter(section="early_warning")
    assert set(early["landlord"]) == {"Birkely"} < set(whole.worklist.filter(section="early_warning")["landlord"])
    deadlines = [night.worklist.filter(section="deadline").select("landlord", "tenancy_no") for night in (whole, part)]
    assert deadlines[0].equals(deadlines[1])
    assert set(deadlines[0]["landlord"]) > {"Birkely"}
    with opened(home) as room:
        clocks = read_deadlines(room.connection, [UNTIL]).filter(pl.col("kind") != SOFT_DEADLINE)
        assert set(read_matrix(room.connection, [UNTIL])["landlord"]) == {"Birkely"}
        stages = read_matrix(room.connection, [UNTIL], outside_too=True)
    assert (
        clocks.join(deadlines[1], on=["landlord", "tenancy_no"], how="anti")
        .join(stages.filter(pl.col("stage") != "closed"), on=["landlord", "tenancy_no"], how="semi")
        .is_empty()
    )
    late = stages.filter(pl.col("stage").is_in(DEADLINE_STAGES))
    assert late.join(deadlines[1], on=["landlord", "tenancy_no"], how="anti").is_empty()
