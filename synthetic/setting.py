"""What kind of municipality is made up: the numbers of calibration.py that may be others in another one.

Everything that varies is here and travels with the town; the true risk reads it too, so that it stays the chance in
the municipality at hand. Which landlords there are, who they are called and what they send stays: senders are theirs.
"""

from dataclasses import dataclass, replace

import numpy as np

from synthetic.calibration import (
    BASE_PRESSURE,
    CONTACTS_PER_1000_HOMES,
    FRAILTY_SD,
    HELP_EXECUTION,
    HELP_FILING,
    LANDLORDS,
    WAVE_NOISE_SD,
    Landlord,
)


@dataclass(frozen=True)
class Setting:
    """How landlords enforce, how hard and how unequal life is, what the old team can do, and what help does.

    `base_pressure` is the log-odds of falling short in a month, `frailty_sd` and `wave_noise_sd` the spread of the
    lasting and the monthly pressure; the contacts are a month's; a help factor is what remains of a hazard (1 = help
    does nothing).
    """

    landlords: tuple[Landlord, ...] = LANDLORDS
    base_pressure: float = BASE_PRESSURE
    frailty_sd: float = FRAILTY_SD
    wave_noise_sd: float = WAVE_NOISE_SD
    contacts_per_1000_homes: float = CONTACTS_PER_1000_HOMES
    help_filing: float = HELP_FILING
    help_execution: float = HELP_EXECUTION

    def of_landlords(self, name: str) -> np.ndarray:
        """A number of each landlord, such as its `court_share`."""
        return np.array([getattr(landlord, name) for landlord in self.landlords])


DEFAULT = Setting()
"""The municipality of the domain's figures."""


def draw_setting(seed: int) -> Setting:
    """Another municipality: landlords that enforce otherwise, another pressure, another spread of it.

    The ranges are assumptions: wide enough that court requests come out at about half to twice the default's.
    """
    rng = np.random.default_rng([seed, 5])
    return Setting(
        landlords=tuple(_practice(rng, landlord) for landlord in LANDLORDS),
        base_pressure=BASE_PRESSURE + rng.uniform(-0.35, 0.35),
        frailty_sd=FRAILTY_SD * rng.uniform(0.85, 1.15),
        wave_noise_sd=WAVE_NOISE_SD * rng.uniform(0.8, 1.25),
        contacts_per_1000_homes=CONTACTS_PER_1000_HOMES * rng.uniform(0.5, 2.0),
    )


def _practice(rng: np.random.Generator, landlord: Landlord) -> Landlord:
    """The same landlord with another practice: when it demands, how often it goes on, how fast, what it tells."""
    tells = landlord.tells_demands and float(rng.uniform(0.6, 1.0))
    return replace(
        landlord,
        share=landlord.share * rng.uniform(0.6, 1.4),
        demand_from_months=float(rng.uniform(0.4, 1.0)),
        demand_share=float(rng.uniform(0.75, 0.97)),
        termination_share=float(rng.uniform(0.33, 0.68)),
        court_share=float(rng.uniform(0.3, 0.62)),
        speed_days=int(rng.integers(0, 9)),
        tells_demands=tells,
    )
