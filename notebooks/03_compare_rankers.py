# %% [markdown]
# # Compare rankers
# Past months ranked by what was known on their day, and measured by what came after. Nothing here names a person.
#
# `python notebooks/03_compare_rankers.py DIR [YYYY-MM-DD [CUT_OFFS [RANKING,RANKING,...]]]`. Without CUT_OFFS every
# month is tested, and without rankings every one of them: that takes a while, and what is computed is kept.

# %%
import sys
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from flows.backtest import Asked, run_backtest
from flows.backtest_words import sentences
from flows.chart_axes import Axis
from flows.charts import Series, lines, reliability_chart, save
from flows.home import Home
from models.calibration_measures import TOP_SHARE, reliability
from models.measures import brier, brier_of_base_rate
from models.rankers import RANKERS, ranking_name
from models.selecting import SelectionRule, select_nested
from warehouse.errors import ModelError

pl.Config(tbl_rows=-1, fmt_str_lengths=80, tbl_width_chars=160)
home = Home(Path(sys.argv[1] if len(sys.argv) > 1 else "demo"))
as_of = date.fromisoformat(sys.argv[2]) if len(sys.argv) > 2 else date(2026, 1, 1)
cut_offs = int(sys.argv[3]) if len(sys.argv) > 3 else None
rankings = tuple(sys.argv[4].split(",")) if len(sys.argv) > 4 else None
pictures = home.path / "pictures"
if unknown := set(rankings or ()) - set(RANKERS):
    sys.exit(f"no ranking is called {', '.join(sorted(unknown))}; there are {', '.join(RANKERS)}")

# %% The backtest
try:
    # One process: others would begin by running this file again.
    tested = run_backtest(home, as_of, Asked(cut_offs, processes=1, rankings=rankings))
except ModelError as error:
    print("too little data:", error)
    sys.exit()
records, names = tested.reported.records, tested.found.ranked.rankings

# %% What can be said of it
for sentence in sentences(tested, "en"):
    print(sentence)

# %% How much of what came is found among the first k, before termination; drawn are the model, the rules and the best
early = records.filter(population="before_termination", measure="recall_at_k").filter(pl.col("as_of").is_null())
best = early.group_by("ranking").agg(pl.col("value").mean()).sort("value", "ranking", descending=[True, False])
shown = [name for name in dict.fromkeys((tested.model, "rules", "team", *best["ranking"])) if name in names][:7]
curves = []
for name in shown:
    one = early.filter(ranking=name).sort("k").select(pl.col("k", "value", "low", "high").cast(pl.Float64))
    x, y, low, high = (one[column].fill_null(np.nan).to_list() for column in one.columns)
    curves.append(Series(ranking_name(name, "en"), x, y, low, high, bold=name == tested.model))
lengths = Axis("k: length of the list", [(float(k), str(k)) for k in sorted(set(early["k"]))])
found = Axis("recall: share of later cases found, 95% intervals", percent=True, reach=(0.0, 1.0))
title = f"Found among the first k, before termination ({len(shown)} of {len(names)} rankings)"
save(pictures / "recall_over_k.svg", lines(curves, title, lengths, found, apart=True))
print(early.filter(k=tested.k).select("ranking", "value", "low", "high").sort("value", descending=True))

# %% Is what is foretold what comes? All cut-offs together, and the tenth with the highest probabilities
if tested.model in names:
    held_out = tested.found.evaluation.tested["before_termination"]
    given = np.concatenate([one.scores[tested.model][one.counted] for one in held_out])
    came = np.concatenate([one.outcomes[one.counted] for one in held_out])
    top = given >= np.quantile(given, 1 - TOP_SHARE)
    parts = {"all, in tenths": reliability(given, came)}
    parts["top tenth, in fifths"] = reliability(given[top], came[top], bins=5)
    columns = ("mean_probability", "observed_share", "low", "high")
    drawn = [Series(name, *(table[column].to_list() for column in columns)) for name, table in parts.items()]
    title = "Is what is foretold what comes? Before termination, all cut-offs together"
    save(pictures / "reliability.svg", reliability_chart(drawn, title))
    title = "Is what is foretold what comes in the tenth with the highest probabilities?"
    save(pictures / "reliability_top.svg", reliability_chart(drawn[1:], title))
    print(f"Brier {brier(given, came):.4f}; of the base rate alone {brier_of_base_rate(came):.4f}")
else:
    print("too little data: the model could not be trained for most cut-offs")

# %% Who would have been chosen at each cut-off, by earlier ones alone; how far behind the best; four are drawn
selection = select_nested(tested.found.evaluation, SelectionRule(candidates=names, capacities=(tested.k,)))
over_time = selection.over_time
days = over_time["as_of"].unique().sort().to_list()
regrets = []
for name in shown[:4]:
    if (one := over_time.filter(ranking=name).sort("as_of")).height:
        places = [float(days.index(day)) for day in one["as_of"]]
        called = f"{ranking_name(name, 'en')} (mean {one['regret'].mean():.0%})"
        regrets.append(Series(called, places, one["regret"].to_list(), bold=name == tested.model))
months = Axis("cut-off", [(float(place), f"{day:%Y-%m}") for place, day in enumerate(days)])
behind = Axis("regret: share of later cases that the best of the month found and this one did not", percent=True)
title = f"How far behind the best of the month, at k = {tested.k}, before termination"
save(pictures / "regret.svg", lines(regrets, title, months, behind, apart=True))
print(selection.frame.select("as_of", "chosen", "why", "splits", "regret"))
if (selection.frame["why"] == "default").all():
    print("too little data: at no cut-off were enough earlier outcomes known to choose by")
