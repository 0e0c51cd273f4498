"""Evidently's report of drift: what moved is named, and the page asks nothing from outside."""

import re
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from monitoring.evidently_report import write_drift_report


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_what_moved_is_named_and_the_report_stands_alone(tmp_path: Path) -> None:
    drawn = np.random.default_rng(0)

    def rows(middle: float) -> pl.DataFrame:
        moved, same = drawn.normal(middle, 1, 2000), drawn.normal(0, 1, 2000)
        return pl.DataFrame({"moved": moved, "same": same, "constant": [1.0] * 2000, "unknown": [None] * 2000})

    out = tmp_path / "drift.html"
    names = ["moved", "same", "constant", "unknown"]
    assert write_drift_report(rows(2.0), rows(0.0), names, date(2026, 1, 1), out) == ["moved"]
    html = out.read_text("utf-8")
    assert "moved" in html
    assert not re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="https?:', html)
