"""The homes of the municipality and who lives in them now: one entry a home in every array."""

from dataclasses import dataclass, field, fields

import numpy as np

from synthetic.setting import DEFAULT, Setting

NEVER = 99_999
"""A day number that never comes (year 2243)."""

HOUSEHOLDS = ("single", "single_with_children", "couple", "couple_with_children")
ORIGINS = ("danish", "greenlandic", "western", "non_western")
INCOMES = (
    "work",
    "cash_benefit",
    "education_benefit",
    "self_support_benefit",
    "sickness_benefit",
    "unemployment_benefit",
    "resource_benefit",
    "partial_pension",
    "disability_pension",
    "state_pension",
    "student",
)
CASH_INCOMES = (1, 2, 3, 6)
PENSIONS = (7, 8, 9)


@dataclass
class Tenants:
    """Who lives in each home: what belongs to the person and moves along with it."""

    person: np.ndarray
    birth: np.ndarray
    sex: np.ndarray  # 0 = F, 1 = M
    origin: np.ndarray
    household: np.ndarray
    children: np.ndarray
    income: np.ndarray
    income_dkk: np.ndarray
    benefit_since: np.ndarray
    frailty: np.ndarray
    wave: np.ndarray
    support_since: np.ndarray  # 0 = no support course runs

    def take(self, places: np.ndarray) -> "Tenants":
        """The tenants of some homes."""
        return Tenants(**{f.name: getattr(self, f.name)[places] for f in fields(self)})

    def put(self, places: np.ndarray, others: "Tenants") -> None:
        """Let `others` live in the homes `places`."""
        for f in fields(self):
            getattr(self, f.name)[places] = getattr(others, f.name)


@dataclass
class Homes:
    """What stays with the home."""

    landlord: np.ndarray
    dwelling: np.ndarray
    full_rent: np.ndarray  # oere a month
    reduction_ends: np.ndarray


@dataclass
class Tenancy:
    """What belongs to the present tenancy of each home. Stage: 0 none, 1 demand, 2 termination, 3 court."""

    spell: np.ndarray
    since: np.ndarray
    referral: np.ndarray
    rent: np.ndarray
    housing_benefit: np.ndarray
    pay_day: np.ndarray
    balance: np.ndarray
    stage: np.ndarray
    demanded_on: np.ndarray
    ends_on: np.ndarray  # the day a court case ends, NEVER where none runs
    outcome: np.ndarray
    ground: np.ndarray  # 0 arrears, 1 conduct
    leaves_on: np.ndarray
    filing_factor: np.ndarray
    execution_factor: np.ndarray
    helped_until: np.ndarray

    @classmethod
    def empty(cls, homes: int) -> "Tenancy":
        """Homes without a tenancy."""
        real = ("filing_factor", "execution_factor")
        return cls(**{f.name: np.zeros(homes, dtype=float if f.name in real else np.int64) for f in fields(cls)})

    def begin(self, places: np.ndarray, **values: np.ndarray | int | float) -> None:
        """A new tenancy in each of `places`: everything at its start, and what `values` says."""
        start: dict[str, object] = {f.name: 0 for f in fields(self)}
        start |= {"ends_on": NEVER, "leaves_on": NEVER, "filing_factor": 1.0, "execution_factor": 1.0}
        for name, value in (start | dict(values)).items():
            getattr(self, name)[places] = value


@dataclass
class Town:
    """Homes, tenants and tenancies of one moment, and the municipality's setting.

    `luck` and the cases opened so far decide which case is executed.
    """

    homes: Homes
    tenants: Tenants
    tenancy: Tenancy
    luck: float = 0.0
    cases_opened: list[int] = field(default_factory=lambda: [0, 0])
    setting: Setting = DEFAULT

    @property
    def size(self) -> int:
        """How many homes there are."""
        return len(self.homes.landlord)

    def owed_months(self) -> np.ndarray:
        """What each tenancy owes, in months of what the tenant has to pay."""
        net = np.maximum(self.tenancy.rent - self.tenancy.housing_benefit, 100_000)
        return np.asarray(np.maximum(self.tenancy.balance, 0) / net)

    def of_landlord(self, name: str) -> np.ndarray:
        """A landlord's number for each home, such as its `court_share`."""
        return self.setting.of_landlords(name)[self.homes.landlord]
