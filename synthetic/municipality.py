"""A made-up municipality: it is lived through, its senders deliver, and the truth is kept outside the inbox."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from synthetic.delivery import RECENT_MONTHS, deliver
from synthetic.faults import Fault, people_of, struck
from synthetic.feeds import care, letters, people, rent
from synthetic.layouts import write_layouts
from synthetic.mishaps import Broken, spoil_files
from synthetic.policy import Policy
from synthetic.register import Register, draw_register
from synthetic.senders import SENDERS
from synthetic.setting import DEFAULT, Setting
from synthetic.truth import tenancy_links, write_truth
from synthetic.world import History, live

Progress = Callable[[str, float], None]

_FEEDS: dict[str, Callable[[np.random.Generator, History, Register], pl.DataFrame]] = {
    "persons": people.persons,
    "tenancies": people.tenancies,
    "rent_postings": rent.rent_postings,
    "arrears": rent.arrears,
    "sanctions": care.sanctions,
    "benefits": people.benefits,
    "benefit_applications": care.benefit_applications,
    "shelter_stays": care.shelter_stays,
    "support_courses": care.support_courses,
    "missed_appointments": care.missed_appointments,
    "discharges": care.discharges,
    "contacts": letters.contacts,
}
_LETTERS = {"notices": letters.notices, "concerns": letters.concerns}


@dataclass(frozen=True)
class SimulationReport:
    """What was written: files and rows by feed (copies and broken ones counted in), and what was broken by defect."""

    files: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    broken: dict[str, int] = field(default_factory=dict)


def simulate(
    home: Path,
    *,
    tenancies: int,
    months: int,
    seed: int,
    until: date,
    setting: Setting = DEFAULT,
    policy: Policy = Policy(),  # noqa: B008 - frozen
    faults: Sequence[Fault] = (),
    recent_months: int = RECENT_MONTHS,
    progress: Progress | None = None,
) -> SimulationReport:
    """Write a made-up municipality's inbox/, layouts/ and truth/ under `home`; the same seed gives the same bytes.

    `tenancies` homes are let at any time; the history covers `months` months before `until`, and nothing in it is
    known on or after that day. `setting` is the kind of municipality, `policy` whom its team goes to. `faults`
    strike what is delivered; the last `recent_months` come one by one. `progress` is told (step, share done).
    """
    size = {"tenancies": tenancies, "months": months, "seed": seed}
    history = live(**size, until=until, setting=setting, policy=policy, progress=progress)
    register = draw_register(np.random.default_rng([seed, 2]), history, until)
    inbox, broken, links = home / "inbox", [], []
    files: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    for done, (feed, delivered, linked) in enumerate(_struck(feeds_of(history, register, seed), faults)):
        links += linked
        for sender in (one for one in SENDERS if one.feed == feed):
            for _, count, spoilt in deliver(inbox, sender, delivered, until, recent_months):
                files[feed] += 1
                rows[feed] += count
                broken += spoilt
        if progress:
            progress("deliver", (done + 1) / (len(_FEEDS) + len(_LETTERS)))
    broken += spoil_files(inbox, until)
    write_layouts(home / "layouts")
    write_truth(home / "truth", history, register, pl.concat(links), broken)
    return _report(files, rows, broken)


def feeds_of(history: History, register: Register, seed: int) -> Iterator[tuple[str, pl.DataFrame, list[pl.DataFrame]]]:
    """(feed, everything that is delivered of it, true links of its rows without a number), feed by feed."""
    for number, (feed, rows_of) in enumerate(_FEEDS.items()):
        rows = rows_of(np.random.default_rng([seed, 3, number]), history, register)
        yield feed, rows, [tenancy_links(rows, register)] if feed == "tenancies" else []
    for number, (feed, letters_of) in enumerate(_LETTERS.items()):
        rows, links = letters_of(np.random.default_rng([seed, 4, number]), history, register)
        yield feed, rows, [links]


def _struck(
    feeds: Iterator[tuple[str, pl.DataFrame, list[pl.DataFrame]]], faults: Sequence[Fault]
) -> Iterator[tuple[str, pl.DataFrame, list[pl.DataFrame]]]:
    """The feeds as they are delivered where `faults` strike; persons and tenancies, which say who is struck, as is."""
    known: dict[str, pl.DataFrame] = {}
    for feed, rows, links in feeds:
        if faults and feed in ("persons", "tenancies"):
            known[feed] = rows
        elif faults:
            rows = struck(feed, rows, faults, people_of(known["persons"], known["tenancies"]))
        yield feed, rows, links


def _report(files: Counter[str], rows: Counter[str], broken: list[Broken]) -> SimulationReport:
    for one in broken:
        if one["what"] == "file":
            files[str(one["feed"])] += 1
    return SimulationReport(dict(files), dict(rows), dict(Counter(str(one["defect"]) for one in broken)))
