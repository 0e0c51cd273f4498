"""Letters that went through the wrong encoding: repaired where only one reading is possible."""

import re

LOST = "\ufffd"
"""The mark that some program left in place of a letter it could not read."""

# UTF-8 read as cp1252 turns each Danish letter into one of two leading letters and a second one that stands for a
# byte 80-BF; read as Latin-1, those bytes come through as control characters.
_SECOND = bytes(range(0x80, 0xA0)).decode("cp1252", errors="ignore") + "\u0080-\u00bf"
PATTERN = "[ÂÃ][" + _SECOND + "]"
"""A regular expression for what looks like a letter read in the wrong encoding."""

_PAIR = re.compile(PATTERN)


def repaired(text: str) -> str:
    """`text` with every wrongly read letter put right: `Ã¸` becomes `ø`."""
    return _PAIR.sub(_letter, text)


def _letter(found: re.Match[str]) -> str:
    second = found[0][1]
    byte = second.encode("cp1252") if ord(second) > 0xFF else second.encode("latin-1")
    return (found[0][0].encode("latin-1") + byte).decode("utf-8", errors="replace")
