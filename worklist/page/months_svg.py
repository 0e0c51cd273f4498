"""The picture of a tenancy's months: where everything stands in it. `templates/months.svg` draws it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from worklist.page.happenings import Happening
from worklist.page.night_case import Row

MOST_MONTHS = 25
LEFT, RIGHT, WIDTH = 124, 10, 960
WIDEST_COLUMN = 66
BALANCE_TOP, BALANCE_BOTTOM = 30, 170
FLOW_TOP, FLOW_BOTTOM = 210, 290
ROWS = {"notice": 326, "concern": 350, "contact": 374, "other": 398}
"""How far down the marks of each group stand."""

MONTHS_AT, YEARS_AT, HEIGHT = 424, 442, 452
_BAR_SHARE = 0.64
_SHAPES = {
    "notice": "m 0 -7 l 7 13 h -14 z",
    "concern": "m 0 -7 l 7 7 l -7 7 l -7 -7 z",
    "contact": "m -6 0 a 6 6 0 1 0 12 0 a 6 6 0 1 0 -12 0 z",
    "other": "m -5 -5 h 10 v 10 h -10 z",
}
_STEPS = (1, 1.2, 1.6, 2, 3, 4, 5, 6, 8)


@dataclass(frozen=True)
class Bar:
    """An amount as a bar from the line of nothing, upwards where it is above."""

    x: float
    y: float
    width: float
    height: float
    amount: Decimal


@dataclass(frozen=True)
class Mark:
    """What happened in a month, of one group: where it stands, and how often."""

    group: str
    x: float
    y: float
    count: int


@dataclass(frozen=True)
class Month:
    """A column of the picture: its amounts, None where nobody told them, and what happened."""

    month: date
    x: float
    middle: float
    balance: Bar | None
    due: Bar | None
    paid: Bar | None
    marks: tuple[Mark, ...]
    happenings: tuple[Happening, ...]
    row: Row


@dataclass(frozen=True)
class Line:
    """A line across the picture, and the amount it stands for."""

    y: float
    amount: int


@dataclass(frozen=True)
class Picture:
    """Everything in its place; amounts stay as they were published."""

    months: tuple[Month, ...]
    balance_lines: tuple[Line, ...]
    flow_lines: tuple[Line, ...]

    @property
    def latest(self) -> Month | None:
        """The last month of which it is known what was owed."""
        return next((month for month in reversed(self.months) if month.balance), None)

    @property
    def worst(self) -> Month | None:
        """The month at whose end most was owed; None where nothing ever was."""
        owing = [month for month in self.months if month.balance and month.balance.amount > 0]
        return max(owing, key=lambda month: month.row["balance_dkk"], default=None)

    def count(self, group: str) -> int:
        """How often something of `group` happened."""
        return sum(mark.count for month in self.months for mark in month.marks if mark.group == group)


@dataclass(frozen=True)
class _Place:
    """Where a month's column begins, and its width."""

    x: float
    width: float


@dataclass(frozen=True)
class _Scale:
    """Amounts from `lowest` to `highest`, drawn from `bottom` to `top`."""

    lowest: float
    highest: float
    top: int
    bottom: int

    def y(self, amount: float) -> float:
        share = (amount - self.lowest) / (self.highest - self.lowest)
        return round(self.bottom - share * (self.bottom - self.top), 2)

    def bar(self, x: float, width: float, amount: Decimal | None) -> Bar | None:
        if amount is None:
            return None
        ends = sorted((self.y(0), self.y(float(amount))))
        return Bar(round(x, 2), ends[0], round(width, 2), round(ends[1] - ends[0], 2), amount)

    def lines(self) -> tuple[Line, ...]:
        amounts = sorted({int(self.lowest), 0, int(self.highest / 2), int(self.highest)})
        return tuple(Line(self.y(amount), amount) for amount in amounts)


def shape(group: str, x: float, y: float) -> str:
    """The outline of a mark, as an SVG path: each group has a shape of its own, which colour only repeats."""
    return f"M {x} {y} {_SHAPES[group]}"


def picture(rows: Iterable[Row], happened: Iterable[Happening], today: date) -> Picture | None:
    """The picture of the months published (`rows`) and of what happened in them and since; None without any month."""
    told = {row["month"]: row for row in rows}
    if not told:
        return None
    days = _months_between(min(told), today.replace(day=1))[-MOST_MONTHS:]
    by_month: dict[date, list[Happening]] = {day: [] for day in days}
    for each in happened:
        if each.on.replace(day=1) in by_month:
            by_month[each.on.replace(day=1)].append(each)
    shown = [told[day] for day in days if day in told]
    balance = _scale(shown, ("balance_dkk",), BALANCE_TOP, BALANCE_BOTTOM)
    flow = _scale(shown, ("due_dkk", "paid_dkk"), FLOW_TOP, FLOW_BOTTOM)
    width = min(WIDEST_COLUMN, round((WIDTH - LEFT - RIGHT) / len(days), 2))
    months = [
        _month(_Place(LEFT + n * width, width), day, told.get(day, {}), by_month[day], balance, flow)
        for n, day in enumerate(days)
    ]
    return Picture(tuple(months), balance.lines(), flow.lines() if any(one.due or one.paid for one in months) else ())


def _months_between(first: date, last: date) -> list[date]:
    """The first days of all months from `first` to `last`, at least that of `first`."""
    count = max(0, (last.year - first.year) * 12 + last.month - first.month)
    return [date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(count + 1)]


def _scale(rows: list[Row], names: tuple[str, ...], top: int, bottom: int) -> _Scale:
    amounts = [float(row[name]) for row in rows for name in names if row.get(name) is not None]
    return _Scale(-_round_up(-min([0.0, *amounts])), _round_up(max([1000.0, *amounts])), top, bottom)


def _round_up(amount: float) -> float:
    """The next amount that is easy to read; nothing stays nothing."""
    if amount <= 0:
        return 0
    power = 10.0 ** (len(str(int(amount))) - 1)
    return next((step * power for step in _STEPS if step * power >= amount), 10 * power)


def _month(place: _Place, day: date, row: Row, happened: list[Happening], balance: _Scale, flow: _Scale) -> Month:
    middle, half = round(place.x + place.width / 2, 2), round(place.width * _BAR_SHARE / 2, 2)
    groups = [each.group for each in happened]
    marks = tuple(Mark(group, middle, y, groups.count(group)) for group, y in ROWS.items() if group in groups)
    return Month(
        month=day,
        x=round(place.x, 2),
        middle=middle,
        balance=balance.bar(middle - half, 2 * half, row.get("balance_dkk")),
        due=flow.bar(middle - half, half - 1, row.get("due_dkk")),
        paid=flow.bar(middle + 1, half - 1, row.get("paid_dkk")),
        marks=marks,
        happenings=tuple(happened),
        row=row,
    )
