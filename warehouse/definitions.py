"""What counts as the outcome and who is in the cohort: said by a municipality's settings, bound into the queries."""

from collections.abc import Iterable
from dataclasses import dataclass

from warehouse.dates import HORIZON_DAYS
from warehouse.errors import SettingsError
from warehouse.vocabulary import FEEDS

OUTCOME_KINDS = ("payment_demand", "termination", "court_request", "court_hearing", "onsite_scheduled", "evicted")
"""The kinds of notice that can be an outcome: those with which a case goes further, not those that close it."""

STAGES = ("none", "arrears", "demand", "termination", "court", "closed")
"""How far an eviction had come, in order (see the query of `cohort_tenancy`)."""

TENURES, DWELLINGS, GROUNDS = (
    next(field.codes for field in FEEDS[feed].fields if field.name == name)
    for feed, name in (("tenancies", "tenure"), ("tenancies", "dwelling"), ("notices", "ground"))
)


@dataclass(frozen=True)
class OutcomeDefinition:
    """A notice of one of `kinds` on one of `grounds`, issued in the `horizon_days` days from the as-of date on.

    A notice that states no ground counts as one of arrears. `SettingsError` for what is no such kind or ground, for
    none at all, and for a horizon of no day.
    """

    kinds: tuple[str, ...] = ("court_request", "evicted")
    grounds: tuple[str, ...] = ("arrears",)
    horizon_days: int = HORIZON_DAYS

    def __post_init__(self) -> None:
        _refuse_unknown("kinds", self.kinds, OUTCOME_KINDS, may_be_empty=False)
        _refuse_unknown("grounds", self.grounds, GROUNDS, may_be_empty=False)
        if self.horizon_days < 1:
            raise _refused("horizon_days", "at least one day", str(self.horizon_days))


@dataclass(frozen=True)
class CohortDefinition:
    """Who is learned from and warned of early, among all active tenancies; empty means no restriction.

    Only tenancies of `tenures`, `dwellings` and `landlords`, and none whose stage on the day is in `without_stages`.
    A tenancy without a stated tenure is non-profit; one whose kind of home is not stated is never left out for that.
    `SettingsError` for a code that does not exist.
    """

    tenures: tuple[str, ...] = ()
    dwellings: tuple[str, ...] = ()
    landlords: tuple[str, ...] = ()
    without_stages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _refuse_unknown("tenures", self.tenures, TENURES)
        _refuse_unknown("dwellings", self.dwellings, DWELLINGS)
        _refuse_unknown("without_stages", self.without_stages, STAGES)


def _refuse_unknown(name: str, given: Iterable[str], known: Iterable[str], *, may_be_empty: bool = True) -> None:
    wrong = sorted(set(given) - set(known))
    if wrong or not (may_be_empty or tuple(given)):
        raise _refused(name, "of " + ", ".join(known), ", ".join(wrong) or "none")


def _refused(name: str, expected: str, found: str) -> SettingsError:
    return SettingsError(
        expected=f"{name}: {expected}",
        found=found,
        where="the definition of the outcome or the cohort",
        remedy="Name codes as the source contract does.",
    )


DEFAULT_OUTCOME, EVERYBODY = OutcomeDefinition(), CohortDefinition()
"""The contract's outcome, and a cohort that leaves nobody out."""
