"""The senders' layouts as TOML, written from the same descriptions as their files."""

import json
from itertools import groupby
from pathlib import Path

from synthetic.senders import EXPECTED_EVERY_DAYS, SENDERS, Sender, Shape

EVENT_FEEDS = ("notices", "concerns", "sanctions", "missed_appointments")
"""Sent when something happens: in a small town weeks may pass in which nothing does."""

QUIET_DAYS = 92

SHEET = "Ark1"
OPEN_END = "31-12-9999"


def write_layouts(directory: Path) -> None:
    """One TOML file for each sender that does not use the standard layout."""
    directory.mkdir(parents=True, exist_ok=True)
    own = sorted((s for s in SENDERS if s.headers), key=lambda sender: sender.name)
    for name, files in groupby(own, key=lambda sender: sender.name):
        kinds = list(files)
        parts = [f"sender = {_text(name)}\n", *map(layout_of, kinds)]
        slug = kinds[0].slug.split("_")[0]
        (directory / f"{slug}.toml").write_text("\n".join(parts), encoding="utf-8")


def layout_of(sender: Sender) -> str:
    """The [[file]] block of one kind of file."""
    lines = ["[[file]]", f"feed = {_text(sender.feed)}", f"name = {_text(f'*{sender.slug}*.{sender.shape.extension}')}"]
    days = QUIET_DAYS if sender.feed in EVENT_FEEDS else EXPECTED_EVERY_DAYS[sender.rhythm]
    lines += [f"expected_every_days = {days}"]
    if sender.shape is Shape.CP1252:
        lines += ['encoding = "cp1252"']
    if sender.is_danish:
        lines += [
            'separator = ";"',
            'decimal = ","',
            'thousands = "."',
            f"dates = {_list(sender.date_format, '%Y-%m-%d')}",
        ]
    if sender.shape is Shape.XLSX:
        lines += [f"sheet = {_text(SHEET)}"]
    if sender.footer:
        lines += [f"footer = {_list(sender.footer)}"]
    if sender.open_end:
        lines += [f"open_end = {_list(OPEN_END, '31.12.9999')}"]
    lines += ["[file.columns]", *(f"{column} = {_text(header)}" for column, header in sender.headers.items())]
    for column, told in sender.values.items():
        if column in sender.headers:
            lines += [f"[file.values.{column}]", *(f"{_text(text)} = {_text(code)}" for code, text in told.items())]
    if sender.constants:
        lines += ["[file.constants]", *(f"{column} = {_text(value)}" for column, value in sender.constants.items())]
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _list(*values: str) -> str:
    return "[" + ", ".join(_text(value) for value in values) + "]"
