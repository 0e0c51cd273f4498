"""What a rent account says, worked out a second time from its postings or its landlord's list, posting by posting."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from math import floor

from benchmarks.facts_again import Facts, Row, Tenancy
from models.sentences import Evidence
from warehouse.dates import add_months, month_start

NOTHING = Decimal(0)
_WEEK = 7


class Account:
    """A tenancy's account: entries on the day they count (a debit when due, a credit when posted)."""

    def __init__(self, facts: Facts, tenancy: Tenancy) -> None:
        self.facts, self.as_of = facts, facts.as_of
        self.opening_on = facts.back(24) - timedelta(days=1)
        self.rent = facts.by_reference[f"tenancies:{tenancy[0]}/{tenancy[1]}"]["monthly_rent_dkk"]
        self.is_ledger = tenancy[0] in facts.landlords_of["rent_postings"]
        self.entries = [
            (max(day, self.opening_on), row)
            for row in facts.tenancy("rent_postings", tenancy)
            for day in [_counts_on(row)]
            if day < self.as_of and row["posted_on"] < self.as_of
        ]
        self.lines = [] if self.is_ledger else _list_lines(facts, tenancy)

    def balance(self, before: date) -> Decimal:
        """What was owed before a day."""
        return sum((row["amount_dkk"] for day, row in self.entries if day < before), NOTHING)

    def owed_now(self) -> Decimal:
        """What is owed on the day: from the ledger, else from the last list."""
        return self.balance(self.as_of) if self.is_ledger else self.lines[-1][1]

    def sum_of(self, kind: str, since: date, *, sign: int) -> Decimal:
        """What was charged (1) or paid (-1) of a kind since a day."""
        amounts = [row["amount_dkk"] for day, row in self.entries if row["kind"] == kind and day >= since]
        return sum((sign * amount for amount in amounts if sign * amount > 0), NOTHING)

    def due_in_month_of(self, day: date) -> Decimal:
        """What was to be paid in the month of `day`: rents less credits; the tenancy's rent where nothing was."""
        amounts = [
            row["amount_dkk"]
            for counts_on, row in self.entries
            if month_start(counts_on) == month_start(day)
            and (row["kind"] == "adjustment" or (row["kind"] == "charge" and row["amount_dkk"] > 0))
        ]
        due = sum(amounts, NOTHING)
        return due if due > 0 else self.rent

    def payment_days(self, since: date | None = None) -> dict[date, Decimal]:
        """What was paid on each day with payments."""
        paid: dict[date, Decimal] = defaultdict(Decimal)
        for day, row in self.entries:
            if row["kind"] == "payment" and row["amount_dkk"] < 0 and day > self.opening_on and day >= (since or day):
                paid[day] -= row["amount_dkk"]
        return dict(paid)

    def rents(self) -> list[tuple[date, date | None, int]]:
        """(due, covered, days late) of each day with rents, the oldest first: money covers the oldest rent first."""
        charged: dict[date, Decimal] = defaultdict(Decimal)
        credited: dict[date, Decimal] = defaultdict(Decimal)
        for day, row in self.entries:
            if row["amount_dkk"] < 0:
                credited[day] -= row["amount_dkk"]
            elif row["kind"] == "charge":
                charged[day] += row["amount_dkk"]
        found, due_to_date = [], NOTHING
        for due in sorted(charged):
            due_to_date += charged[due]
            if due > self.opening_on:
                covered = _reached(credited, due_to_date)
                found.append((due, covered, max(((covered or self.as_of) - due).days, 0)))
        return found

    def months(self) -> list[tuple[date, Decimal]]:
        """What was owed at the end of each known month (or on each list day) of 24 months, the oldest first."""
        if not self.is_ledger:
            return [(day, owed) for day, owed, _ in self.lines if day >= self.facts.back(24)]
        firsts = [add_months(month_start(self.as_of), -back) for back in range(23, -1, -1)]
        known = [first for first in firsts if any(day < first for day, _ in self.entries)]
        return [(first - timedelta(days=1), self.balance(first)) for first in known]

    def is_behind(self, owed: Decimal) -> bool:
        """At least a quarter of a rent."""
        return owed > 0 and 4 * owed >= self.rent


def _counts_on(row: Row) -> date:
    return (row["due_on"] or row["posted_on"]) if row["amount_dkk"] > 0 else row["posted_on"]


def _reached(credited: dict[date, Decimal], wanted: Decimal) -> date | None:
    total = NOTHING
    for day in sorted(credited):
        total += credited[day]
        if total >= wanted:
            return day
    return None


def _list_lines(facts: Facts, tenancy: Tenancy) -> list[tuple[date, Decimal, Row | None]]:
    """(day, owed, line) of each of the landlord's lists; a tenancy that a list does not name owed nothing."""
    days: dict[date, date] = {}
    for day in sorted(facts.listed_on[tenancy[0]]):
        if facts.back(25) <= day < facts.as_of:
            days[month_start(day)] = day
    own: dict[date, Row] = {}
    for row in sorted(facts.tenancy("arrears", tenancy), key=lambda row: row["stated_on"]):
        own[month_start(row["stated_on"])] = row
    lines = [(day, own.get(month)) for month, day in sorted(days.items())]
    return [(day, NOTHING if row is None else row["arrears_dkk"], row) for day, row in lines]


def account_evidence(code: str, facts: Facts, tenancy: Tenancy) -> Evidence | None:
    """What an evidence of the account must say; None for a code of something else."""
    told = _TELLING.get(code)
    return None if told is None else told(code, Account(facts, tenancy))


def _balance(code: str, account: Account) -> Evidence:
    owed, oldest = account.owed_now(), None
    if account.is_ledger:
        paid = sum((-row["amount_dkk"] for _, row in account.entries if row["amount_dkk"] < 0), NOTHING)
        for day, row in sorted(account.entries, key=lambda entry: entry[0]):
            if row["amount_dkk"] > 0:
                paid -= row["amount_dkk"]
            if paid < 0:
                oldest = day if day > account.opening_on else None
                break
    elif account.lines[-1][2] is not None:
        oldest = account.lines[-1][2]["oldest_due_on"]
    return Evidence(code, oldest, owed, floor(owed / account.rent) if account.rent else None)


def _late(code: str, account: Account) -> Evidence:
    late = [due for due, _, days in account.rents() if days > _WEEK and due >= account.facts.back(12)]
    return Evidence(code, max(late), None, len(late))


def _on_time(code: str, account: Account) -> Evidence:
    streak: list[tuple[date, int]] = []
    for due, covered, days in reversed(account.rents()):
        if days > _WEEK:
            break
        streak += [(due, days)] if covered is not None else []
    word = "on_time" if not any(days for _, days in streak) else "within_week"
    return Evidence(code, streak[0][0], None, len(streak), word)


def _paid_share(code: str, account: Account) -> Evidence:
    since = account.facts.back(3)
    paid, due = account.sum_of("payment", since, sign=-1), account.sum_of("charge", since, sign=1)
    due += account.sum_of("adjustment", since, sign=1) - account.sum_of("adjustment", since, sign=-1)
    if code == "paid_in_full":
        assert paid >= due > 0
        return Evidence(code, None, paid)
    return Evidence(code, max(account.payment_days(since), default=None), paid, floor(100 * paid / due))


def _partial(code: str, account: Account) -> Evidence:
    parts = {
        day: paid
        for day, paid in account.payment_days(account.facts.back(12)).items()
        if paid < account.due_in_month_of(day) and account.balance(day + timedelta(days=1)) > 0
    }
    return Evidence(code, max(parts), parts[max(parts)])


def _since_payment(code: str, account: Account) -> Evidence:
    last = max(account.payment_days())
    return Evidence(code, last, None, (account.as_of - last).days)


def _clear(code: str, account: Account) -> Evidence:
    owed = account.owed_now()
    assert owed <= 0
    return Evidence(code, max(account.payment_days()), -owed if owed else None)


def _months_behind(code: str, account: Account) -> Evidence:
    behind = [day for day, owed in account.months() if account.is_behind(owed)]
    return Evidence(code, max(behind), None, len(behind), "ledger" if account.is_ledger else "list")


def _steady(code: str, account: Account) -> Evidence:
    months = account.months()
    assert not any(account.is_behind(owed) for _, owed in months)
    return Evidence(code, None, None, len(months))


def _moved(code: str, account: Account) -> Evidence:
    then = account.facts.back(3)
    earlier = account.balance(then) if account.is_ledger else [owed for day, owed, _ in account.lines if day < then][-1]
    risen = max(account.owed_now(), NOTHING) - max(earlier, NOTHING)
    return Evidence(code, None, risen if code == "arrears_change" else -risen)


def _fees(code: str, account: Account) -> Evidence:
    since = account.facts.back(12)
    fees = [(day, row["amount_dkk"]) for day, row in account.entries if row["kind"] == "fee" and row["amount_dkk"] > 0]
    lately = [(day, amount) for day, amount in fees if day >= since]
    return Evidence(code, max(day for day, _ in lately), sum((amount for _, amount in lately), NOTHING), len(lately))


def _plan(code: str, account: Account) -> Evidence:
    day, _, line = [one for one in account.lines if one[2] is not None][-1]
    assert line is not None
    assert line["payment_plan"]
    return Evidence(code, day)


_TELLING = {
    "arrears_balance": _balance,
    "late_payments": _late,
    "paid_on_time": _on_time,
    "last_payment": _paid_share,
    "paid_in_full": _paid_share,
    "partial_payment": _partial,
    "no_payment_since": _since_payment,
    "account_clear": _clear,
    "repeated_arrears": _months_behind,
    "steady_account": _steady,
    "arrears_change": _moved,
    "arrears_falling": _moved,
    "reminder_fees": _fees,
    "listed_payment_plan": _plan,
}
