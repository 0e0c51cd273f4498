"""What is drawn of a tenancy's months is what was published, and is told in words as well."""

import re
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.worklist.page.case_night import (
    AS_OF,
    EVENTS,
    Team,
    months,
)
from worklist.page import months_svg
from worklist.page.words import say

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return Team(tmp_path)


def _svg(text: str) -> ElementTree.Element:
    found = re.search(r"<svg.*?</svg>", text, re.DOTALL)
    assert found
    return ElementTree.fromstring(found.group())


def _drawn(svg: ElementTree.Element, kind: str) -> dict[date, ElementTree.Element]:
    rects = [each for each in svg.iter(f"{SVG}rect") if each.get("class") == f"bv-svg-{kind}"]
    by_month = {date.fromisoformat(str(each.get("data-month"))): each for each in rects}
    assert len(by_month) == len(rects)
    return by_month


@pytest.mark.parametrize("kind", ["balance", "due", "paid"])
def test_what_is_drawn_is_what_is_published_month_by_month(team: Team, kind: str) -> None:
    drawn = _drawn(_svg(team.browser("worker").get("/case").text), kind)
    told = {row["month"]: row[f"{kind}_dkk"] for row in months() if row[f"{kind}_dkk"] is not None}
    assert {month: Decimal(str(rect.get("data-amount"))) for month, rect in drawn.items()} == told
    # Heights are to one scale, whatever the sign.
    tall = [(abs(float(told[month])), float(str(rect.get("height")))) for month, rect in drawn.items() if told[month]]
    scales = [height / amount for amount, height in tall]
    assert max(scales) == pytest.approx(min(scales), rel=0.02)
    assert all(one < other for one, other in pairwise(float(str(rect.get("x"))) for rect in drawn.values()))


def test_everything_that_happened_is_marked_in_its_month_as_often_as_it_happened(team: Team) -> None:
    svg = _svg(team.browser("worker").get("/case").text)
    marks = [each for each in svg.iter(f"{SVG}path") if each.get("data-month")]
    groups = {"notices": "notice", "concerns": "concern", "contacts": "contact"}
    expected = sorted((each["on"].replace(day=1).isoformat(), f"bv-svg-{groups[each['source']]}") for each in EVENTS)
    drawn = [(str(mark.get("data-month")), str(mark.get("class"))) for mark in marks for _ in range(_count(mark))]
    assert sorted(drawn) == expected
    shapes = {mark.get("class"): str(mark.get("d")).split(" m ")[1] for mark in marks}
    assert len(set(shapes.values())) == len(shapes) == 3


def _count(mark: ElementTree.Element) -> int:
    return int(str(mark.get("data-count")))


def test_the_picture_is_named_and_described_and_told_as_a_table(team: Team) -> None:
    text = team.browser("worker").get("/case").text
    svg = _svg(text)
    assert svg.get("role") == "img"
    named = str(svg.get("aria-labelledby")).split()
    assert [svg.find(f"{SVG}title").get("id"), svg.find(f"{SVG}desc").get("id")] == named  # type: ignore[union-attr]
    assert svg.find(f"{SVG}title").text  # type: ignore[union-attr]
    assert not list(svg.iter(f"{SVG}style"))
    assert "style=" not in text
    for row in months():
        month = row["month"]
        assert f">{say(f'case.month_{month.month}', 'da')} {month.year}</th>" in text


@pytest.mark.parametrize(
    "balances", [[None] * 3, [Decimal(0)] * 3, [Decimal(-5), None, Decimal("0.5")], [Decimal(10**7)]]
)
def test_any_months_can_be_drawn(balances: list[Decimal | None]) -> None:
    rows = [{"month": date(2026, n, 1), "balance_dkk": each} for n, each in enumerate(balances, 1)]
    drawn = months_svg.picture(rows, [], date(2026, len(rows), 20))
    assert drawn is not None
    assert [month.row["balance_dkk"] for month in drawn.months] == balances
    for month in drawn.months:
        if month.balance:
            assert months_svg.BALANCE_TOP <= month.balance.y <= month.balance.y + month.balance.height
            assert month.balance.y + month.balance.height <= months_svg.BALANCE_BOTTOM + 0.01
    assert months_svg.picture([], [], AS_OF) is None
