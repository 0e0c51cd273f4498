"""The ways of helping that the law opens at a tenancy's stage, and those that it does not open yet.

What is said of each stands in `words/case.toml`, and nothing that the project's notes on the law do not have a source
for. A payment demand is a warning that the lease may be ended, not of an eviction: § 81 a waits for the termination.
"""

from dataclasses import dataclass

STAGES = ("none", "arrears", "demand", "termination", "court")


@dataclass(frozen=True)
class LegalPath:
    """A way by its name (`case.path_<name>` are its words), the stages at which it is open, and announced as later."""

    name: str
    open_at: tuple[str, ...]
    later_at: tuple[str, ...] = ()


PATHS = (
    LegalPath("act_at_once", ("court",), ("termination",)),
    LegalPath("cure", ("demand",)),
    LegalPath("rent_help_81a", ("termination", "court"), ("arrears", "demand")),
    LegalPath("single_benefit_81", STAGES[1:]),
    LegalPath("payment_plan", STAGES[1:]),
    LegalPath("children", STAGES[1:]),
    LegalPath("support_85", STAGES),
    LegalPath("contact_person_99", STAGES),
    LegalPath("referral", ("termination", "court")),
    LegalPath("shelter_110", ("court",), ("termination",)),
    LegalPath("guidance", STAGES),
)


def legal_paths(stage: str, children: bool | None) -> tuple[list[str], list[str]]:
    """The names of the paths open at `stage`, and of those that open later; the one for children only where some are.

    Where nobody knows whether there are children, it is open: it is for who looks to find out.
    """
    known = [path for path in PATHS if path.name != "children" or children is not False]
    return (
        [path.name for path in known if stage in path.open_at],
        [path.name for path in known if stage in path.later_at],
    )
