# %% [markdown]
# # The effect of being listed
# Tenancies drawn by lot below the cut against those that the lot passed over. Small counts are not told.
#
# `python notebooks/05_effect.py DIR [YYYY-MM-DD]`: what was known before that day counts.

# %%
import sys
from datetime import date
from pathlib import Path

import numpy as np

from flows.chart_axes import Axis
from flows.charts import Series, lines, save
from flows.effect import measure
from flows.effect_command import show
from flows.home import Home

home = Home(Path(sys.argv[1] if len(sys.argv) > 1 else "demo"))
as_of = date.fromisoformat(sys.argv[2]) if len(sys.argv) > 2 else date(2026, 1, 1)
pictures = home.path / "pictures"

# %% What is known, or from which day on something can be; a table where there is any number
measured = measure(home, as_of)
show(measured, "en")

# %% The difference with its interval: over all and by distance below the cut; below 0 is fewer court requests
told = [measured.effect.overall, *measured.effect.by_tier]
told = [one for one in told if one.per_100 is not None]
if not told:
    print("too little data: no difference can be told yet")
ends = [[np.nan if end is None else end for end in (one.low, one.high)] for one in told]
places = [float(place) for place in range(len(told))]
values = [float(one.per_100 or 0) for one in told]
lows, highs = zip(*ends, strict=True) if ends else ((), ())
shown = [Series("drawn less passed over", places, values, lows, highs, bold=True, joined=False)]
ticks = [(place, one.group.replace("=", " ") or "all") for place, one in zip(places, told, strict=True)]
title = "What being listed does: court requests of those drawn, less of those passed over"
across = Axis("where below the cut", ticks, reach=(-0.5, len(told) - 0.5))
drawn = lines(shown if told else [], title, across, Axis("per 100 tenancies, 95% intervals; below 0 is fewer"))
save(pictures / "effect.svg", drawn)
