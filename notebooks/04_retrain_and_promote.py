# %% [markdown]
# # Retrain and promote
# Which models there are, what the gate says of the latest, how still its list stands, and who decided what.
#
# `python notebooks/04_retrain_and_promote.py DIR [YYYY-MM-DD]`. With a day, a model is trained as of that day first;
# without, what is registered is looked at. To put a model to use by hand: `bovagt promote VERSION --by NAME`.

# %%
import sys
from datetime import date
from pathlib import Path

from flows.chart_axes import Axis
from flows.charts import bars, save
from flows.home import Home
from flows.registry import list_models
from flows.registry_summaries import say_models, say_verdict
from flows.retrain import retrain
from models.decisions import timeline
from models.gate import LEAST_OVERLAP
from models.registry import read_card, versions

home = Home(Path(sys.argv[1] if len(sys.argv) > 1 else "demo"))
pictures = home.path / "pictures"

# %% Train, where a day is given
trained = None
if len(sys.argv) > 2:
    day = date.fromisoformat(sys.argv[2])
    training = retrain(home, day, day)
    trained = training.version
    if trained is None:
        print("no model was trained:", training.why)
    else:
        print(f"trained: {trained}")
        say_verdict(training, language="en")

# %% Every registered model, and the rules; then who decided what, from which night on
say_models(home, as_json=False, language="en")
print(f"rankings: {len(list_models(home))}; decisions: {len(timeline(home.models))}")

# %% What the gate says of the one just trained, else of the latest
known = versions(home.models)
card = read_card(home.models, trained or known[-1]) if known else None
if card is None:
    print("too little data: no model is registered, the rules rank")
else:
    for condition in card["gate"]["conditions"]:
        print("holds" if condition["holds"] else "FAILS", "–", condition["says"])

# %% The same data and another seed: how much of the list stays the same, by its length
stability = card["stability"] if card else None
at = {int(k): share for k, share in stability["overlap_at"].items()} if stability else {}
if not at:
    print("too little data: how still the list stands was not measured")
drawn = bars(
    [f"first {k}" for k in sorted(at)],
    [at[k] for k in sorted(at)],
    f"How much of the list stays the same when it is trained with {stability['seeds']} seeds" if at else "Other seeds",
    Axis("places shared, mean of every pair of lists", percent=True, reach=(0.0, 1.0)),
    told=[f"{at[k]:.1%}" for k in sorted(at)],
    limit=(LEAST_OVERLAP, "the gate asks for this on average"),
)
save(pictures / "list_overlap.svg", drawn)
