"""Letters that went through the wrong encoding: repaired where only one reading is possible."""

import re

LOST = "\ufffd"
"""The mark that some program left in place of a letter it could not read."""

# UTF-8 read as cp1252 turns each of these letters into one of two leading letters and a second one that stands for
# a byte 80-BF. Five of those bytes have no cp1252 letter and come through as control characters.
_SECOND = "".join(bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in range(0x80, 0xC0))
PATTERN = "[ÂÃÅ][" + re.escape(_SECOND) + "]"
"""A regular expression for what looks like a letter read in the wrong encoding."""

_PAIR = re.compile(PATTERN)


def repaired(text: str) -> str:
    """`text` with every wrongly read letter put right: `Ã¸` becomes `ø`."""
    return _PAIR.sub(_letter, text)


def _letter(found: re.Match[str]) -> str:
    second = found[0][1]
    byte = second.encode("cp1252") if ord(second) > 0xFF else second.encode("latin-1")
    return (found[0][0].encode("latin-1") + byte).decode("utf-8", errors="replace")
