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

from flows.charts import bars, save
from flows.home import Home
from flows.registry import list_models
from flows.registry_summaries import say_models, say_verdict
from flows.retrain import retrain
from models.decisions import timeline
from models.registry import read_card, versions

home = Home(Path(sys.argv[1] if len(sys.argv) > 1 else "demo"))
pictures = home.path / "pictures"

# %% Train, where a day is given
if len(sys.argv) > 2:
    day = date.fromisoformat(sys.argv[2])
    training = retrain(home, day, day)
    if training.version is None:
        print("no model was trained:", training.why)
    else:
        say_verdict(training, language="en")

# %% Every registered model, and the rules; then who decided what, from which night on
say_models(home, as_json=False, language="en")
print(f"{len(list_models(home))} rankings, {len(timeline(home.models))} decisions")

# %% What the gate says of the latest
known = versions(home.models)
card = read_card(home.models, known[-1]) if known else None
if card is None:
    print("too little data: no model is registered, the rules rank")
else:
    for condition in card["gate"]["conditions"]:
        print("holds" if condition["holds"] else "FAILS", "–", condition["says"])

# %% The same data and another seed: how much of the list stays the same, by its length
stability = card["stability"] if card else None
at = stability["overlap_at"] if stability else {}
if not at:
    print("too little data: how still the list stands was not measured")
save(pictures / "list_overlap.svg", bars([f"k = {k}" for k in at], list(at.values()), "The list over seeds", "overlap"))
