"""Drift and fairness over time. Nothing is watched yet: the room is kept so that the arrows hold from the start."""
