"""What the page says, in Danish and English: one TOML file a page beside this one, `[key]` with `da` and `en`."""

import tomllib
from functools import cache
from pathlib import Path

LANGUAGES = ("da", "en")


@cache
def written() -> dict[str, dict[str, str]]:
    """Every text by `<file>.<key>`: its words by language."""
    return {
        f"{path.stem}.{key}": words
        for path in sorted(Path(__file__).parent.glob("*.toml"))
        for key, words in tomllib.loads(path.read_text("utf-8")).items()
    }


def say(key: str, language: str, **blanks: object) -> str:
    """The text `key` in `language`, its blanks filled; `KeyError` where nobody wrote it."""
    text = written()[key][language]
    return text.format(**blanks) if blanks else text
