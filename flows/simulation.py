"""`bovagt simulate`: a made-up municipality's deliveries in DIR/inbox."""

from datetime import date
from typing import TYPE_CHECKING

from flows.home import Home
from flows.initialise import initialise
from flows.progress import bar

if TYPE_CHECKING:
    from synthetic.municipality import SimulationReport


def simulate_municipality(home: Home, tenancies: int, months: int, seed: int, until: date) -> "SimulationReport":
    """Deliver a made-up municipality's files into DIR/inbox; DIR is made ready for development where it is new."""
    from synthetic.municipality import simulate

    if not home.settings.exists():
        initialise(home, "development")
    with bar("A made-up municipality") as progress:
        return simulate(
            home.path,
            tenancies=tenancies,
            months=months,
            seed=seed,
            until=until,
            progress=lambda step, share: progress(step, share),
        )
