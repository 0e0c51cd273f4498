# %% [markdown]
# # Look at the deliveries
# What came in, what was held back and why, who is late. Counts only: nothing here names a person.
#
# Run it cell by cell in an editor that knows `# %%`, or whole: `python notebooks/01_look_at_deliveries.py DIR`.

# %%
import sys
from pathlib import Path

import polars as pl

from flows.home import Home
from flows.workroom import opened
from warehouse.intake import delivery_reports
from warehouse.rules import ROW_RULES

pl.Config(tbl_rows=-1, fmt_str_lengths=80, tbl_width_chars=160)
home = Home(Path(sys.argv[1] if len(sys.argv) > 1 else "demo"))

# %% What became of each delivery
with opened(home) as room:
    reports = delivery_reports(room.connection)
    quarantine = room.connection.table("quarantine").pl()
    queue = room.connection.table("link_queue").pl()
print(reports.group_by("feed").agg(pl.col("rows_read", "accepted", "duplicate", "quarantined").sum()).sort("feed"))

# %% Every row is accounted for
accounted = pl.col("accepted") + pl.col("duplicate") + pl.col("quarantined")
assert reports.filter(pl.col("rows_read") != accounted).is_empty()

# %% What was quarantined, by the rule that was broken
words = {name: rule.en for name, rule in ROW_RULES.items()}
broken = quarantine.group_by("rule", "column_name").len("rows").sort("rows", "rule", descending=[True, False])
print(broken.with_columns(pl.col("rule").replace_strict(words, default="?").alias("says")))

# %% What was set aside whole
print(reports.filter(pl.col("status") == "set_aside").select("feed", "file", "reason"))

# %% What linking left to a person
print(queue.group_by("feed", "reason").len("records").sort("feed", "reason"))
