"""Bytes to text: the byte order mark decides, then the layout, then strict UTF-8, then cp1252."""

import codecs

from warehouse.errors import DeliveryError
from warehouse.reading import refused

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_LONGEST_LETTER_BYTES = 4


def decoded(content: bytes, encoding: str | None, where: str) -> str:
    """The text of `content`; `DeliveryError` where no encoding fits, or the last letter is cut in two."""
    for mark, marked_encoding in _MARKS:
        if content.startswith(mark):
            return _strict(content[len(mark) :], marked_encoding, where)
    if encoding is not None:
        return _strict(content, encoding, where)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(content) - _LONGEST_LETTER_BYTES + 1 and not content[: error.start].isascii():
            raise _cut_off(where) from error
    return _strict(content, "cp1252", where)


def _strict(content: bytes, encoding: str, where: str) -> str:
    try:
        return content.decode(encoding)
    except (UnicodeError, LookupError) as error:
        raise refused(
            "wrong_encoding",
            f"text in {encoding}",
            "bytes that are no letters in it",
            where,
            "Save the file as UTF-8, or name its encoding in the layout.",
        ) from error


def _cut_off(where: str) -> DeliveryError:
    return refused("truncated", "a whole file", "a letter cut in two at its end", where, "Deliver the file again.")
