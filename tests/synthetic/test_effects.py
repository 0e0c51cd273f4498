"""What was planted is there: help, letters, children; and origin is nowhere but in income and tenancy history."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from synthetic.calendar import Month, day_number
from synthetic.calibration import HELP_FILING, LETTER_FILING, SHOCK, WAVE_MEMORY
from synthetic.enforcement import COURT, enforce
from synthetic.log import EventLog
from synthetic.moving import draw_town
from synthetic.payments import RentMonth
from synthetic.pressure import lasting_pressure
from synthetic.risk import true_risk
from synthetic.shocks import strike
from synthetic.slots import Town

TODAY = day_number(date(2025, 3, 1))
MARCH = Month(TODAY, 31, 2, delivered=True)


def _town(homes: int, seed: int = 3) -> Town:
    return draw_town(np.random.default_rng(seed), homes, TODAY, TODAY + 400, EventLog())


def _filed(factor: float) -> int:
    """Court requests of one month among 20,000 terminated tenancies that owe two months."""
    town, log = _town(20_000), EventLog()
    town.tenancy.stage[:] = 2
    town.tenancy.balance[:] = 2 * (town.tenancy.rent - town.tenancy.housing_benefit)
    town.tenancy.filing_factor[:] = factor
    enforce(np.random.default_rng(4), town, RentMonth(MARCH, np.zeros(town.size), log))
    kinds = log.frame("notice")["kind"]
    return int((kinds == COURT).sum())


@pytest.mark.parametrize("factor", [HELP_FILING, LETTER_FILING])
def test_help_and_letters_lower_court_filings_by_the_planted_share(factor: float) -> None:
    assert _filed(factor) / _filed(1.0) == pytest.approx(factor, abs=0.03)


def test_help_is_35_percent_and_a_letter_5() -> None:
    assert (HELP_FILING, LETTER_FILING) == (0.65, 0.95)


def test_origin_plays_no_part_in_pressure_or_risk() -> None:
    town = _town(2000)
    others = replace(town, tenants=replace(town.tenants, origin=town.tenants.origin[::-1].copy()))
    assert (others.tenants.origin != town.tenants.origin).any()
    lasting = lasting_pressure(town, TODAY)
    assert np.array_equal(lasting, lasting_pressure(others, TODAY))
    assert np.array_equal(true_risk(town, MARCH, lasting), true_risk(others, MARCH, lasting))


def _mean_risk(town: Town) -> float:
    return float(true_risk(town, MARCH, lasting_pressure(town, TODAY)).mean())


def test_risk_rises_with_what_is_owed_and_with_the_stage() -> None:
    town = _town(3000)
    risks = []
    for months, stage in ((0, 0), (1, 0), (1, 1), (2, 1), (2, 2)):
        town.tenancy.balance[:] = months * (town.tenancy.rent - town.tenancy.housing_benefit)
        town.tenancy.stage[:] = stage
        risks.append(_mean_risk(town))
    assert risks == sorted(risks)
    assert risks[0] < 0.01 < 0.2 < risks[-1]


def test_a_shock_raises_risk_and_wears_off() -> None:
    town = _town(3000)
    calm = _mean_risk(town)
    town.tenants.wave[:] = SHOCK["sanction"]
    shaken = _mean_risk(town)
    town.tenants.wave[:] = SHOCK["sanction"] * WAVE_MEMORY**6
    assert calm < _mean_risk(town) < shaken


def test_sanctions_strike_cash_benefits_alone() -> None:
    town, log = _town(20_000), EventLog()
    strike(np.random.default_rng(1), town, MARCH, lasting_pressure(town, TODAY), log)
    struck = log.frame("sanction")["person"].to_numpy()
    assert len(struck) > 10
    assert np.isin(town.tenants.income[np.isin(town.tenants.person, struck)], (1, 2, 3, 6)).all()


def test_strict_landlords_are_riskier_for_the_same_tenant() -> None:
    town = _town(2000)
    town.tenancy.balance[:] = town.tenancy.rent
    town.tenancy.stage[:] = 1
    town.tenants.frailty[:] = 0
    risks = {}
    for landlord in (0, 3):
        town.homes.landlord[:] = landlord
        risks[landlord] = _mean_risk(town)
    assert risks[0] > 1.3 * risks[3]
