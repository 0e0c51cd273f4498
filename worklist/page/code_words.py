"""Codes in words."""

from worklist.page.words import say, written


def word(beginning: str, code: str, language: str) -> str:
    """The words `<beginning>_<code>`; a code that nobody has put in words yet, or a name, as it stands."""
    key = f"{beginning}_{code}"
    return say(key, language) if key in written() else code.replace("_", " ")
