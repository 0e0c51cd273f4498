"""Danish letters as senders write them, brought to one form: lower case, æ ø å kept, all other accents dropped."""

import re
import unicodedata

_DIGRAPHS = {"ae": "æ", "oe": "ø", "aa": "å", "ä": "æ", "ö": "ø"}
_DIGRAPH = re.compile("|".join(_DIGRAPHS))
_MARKED = re.compile(r"[^\x00-\x7fæøåäö]")


def fold_letters(text: str) -> str:
    """`text` in lower case; 'Ae', 'Oe', 'Aa' (systems without Danish letters) as æ, ø, å; 'é' as 'e'."""
    composed = unicodedata.normalize("NFC", text.lower())
    plain = _MARKED.sub(lambda found: _without_marks(found[0]), composed)
    return _DIGRAPH.sub(lambda found: _DIGRAPHS[found[0]], plain)


def _without_marks(letter: str) -> str:
    marked = unicodedata.normalize("NFKD", letter)
    # An accent that stands alone would leave nothing; it stays as it is.
    return "".join(c for c in marked if not unicodedata.combining(c)).lower().strip() or letter
