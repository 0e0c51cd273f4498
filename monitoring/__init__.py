"""Drift and fairness over time: what the deliveries, the scores and the outcomes of each group do, and since when."""
