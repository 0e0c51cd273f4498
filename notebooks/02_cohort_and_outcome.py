# %% [markdown]
# # Cohort and outcome
# Who is ranked on a past day, and what became of them. Counts only: nothing here names a person.
#
# `python notebooks/02_cohort_and_outcome.py DIR [YYYY-MM-DD]`: what was known before that day counts.

# %%
import sys
from datetime import date
from pathlib import Path

import polars as pl

from flows.backtest_cut_offs import cut_offs_for, horizon_of, outcomes_of
from flows.backtest_words import WORDS
from flows.chart_axes import Axis
from flows.charts import bars, save
from flows.home import Home
from flows.retrain import build_cut_offs
from flows.workroom import opened
from models.outcome import count_states
from warehouse.features import read_cohort

pl.Config(tbl_rows=-1, fmt_str_lengths=80, tbl_width_chars=160)
home = Home(Path(sys.argv[1] if len(sys.argv) > 1 else "demo"))
as_of = date.fromisoformat(sys.argv[2]) if len(sys.argv) > 2 else date(2026, 1, 1)
pictures = home.path / "pictures"

# %% What is foretold, for whom, and when it is known
with opened(home) as room:
    outcome, ranked = room.settings.outcome.definition, room.settings.cohort.definition
    kinds, grounds = " or ".join(outcome.kinds), " or ".join(outcome.grounds)
    print(f"outcome: {kinds} over {grounds} within {outcome.horizon_days} days")
    limits = {name: ", ".join(values) for name, values in vars(ranked).items() if values}
    print("cohort:", limits or "every active tenancy")
    days = cut_offs_for(room, as_of, 1, room.settings.training.cutoffs).tested
    print("an outcome is known", (horizon_of(room).known_on(as_of) - as_of).days, "days after its cut-off")

# %% The latest cut-off whose outcomes are known
cohort, outcomes = pl.DataFrame(), pl.DataFrame()
if days:
    with opened(home) as room:
        build_cut_offs(room, list(days))
        cohort, outcomes = read_cohort(room.connection, days), outcomes_of(room, days, as_of)
    print(f"on {days[0]} there were {cohort.height} tenancies in the cohort")
else:
    print("too little data: no past cut-off has known outcomes and some known history before it")

# %% In which stage they were
if days:
    print(cohort.group_by("stage").len("tenancies").sort("stage"))

# %% What became of them: only positives and negatives are measured, everybody is ranked
states = count_states(outcomes) if days else {}
for state, count in states.items():
    print(f"{state:>16} {count:6}")
everybody = max(1, sum(states.values()))
drawn = bars(
    [WORDS[state]["en"] for state in states],
    list(states.values()),
    f"What became of the {cohort.height:,} tenancies ranked on {days[0]}" if days else "What became of the cohort",
    Axis("tenancies"),
    told=[f"{count:,} ({count / everybody:.1%})" for count in states.values()],
)
save(pictures / "label_states.svg", drawn)
