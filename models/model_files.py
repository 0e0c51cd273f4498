"""Model files: skops archives (no pickle) whose bytes depend on nothing but what is in them."""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from models.boosting import AdditiveBoosting, from_state, to_state
from warehouse.errors import ModelError

_FAMILY = "additive_boosting"
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest a zip archive can name."""


def to_bytes(model: AdditiveBoosting) -> bytes:
    """The model as a skops archive; the same model gives the same bytes in every process."""
    from skops.io import dumps

    settings, arrays = to_state(model)
    text = json.dumps({"family": _FAMILY, **settings}, sort_keys=True, ensure_ascii=False)
    return _canonical(dumps({"settings": text, **dict(sorted(arrays.items()))}))


def from_bytes(content: bytes, where: str) -> AdditiveBoosting:
    """The model in a skops archive, to the last bit; `ModelError` where it is none, or holds anything but numbers."""
    from skops.io import get_untrusted_types, loads

    try:
        strange = get_untrusted_types(data=content)
        stored: Mapping[str, Any] = {} if strange else loads(content)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError) as error:
        raise _unreadable(where, f"a file that cannot be read ({type(error).__name__})") from error
    if strange:
        raise _unreadable(where, f"the types {', '.join(sorted(strange))}")
    settings = json.loads(stored.get("settings", "{}"))
    if settings.get("family") != _FAMILY:
        raise _unreadable(where, f"a model of the family {settings.get('family')}")
    arrays = {name: np.asarray(value) for name, value in stored.items() if name != "settings"}
    return from_state(settings, arrays)


def _unreadable(where: str, found: str) -> ModelError:
    return ModelError(
        expected=f"a skops archive of a model of the family {_FAMILY}, with nothing in it but text and numbers",
        found=found,
        where=where,
        remedy="Restore the file, or train again.",
    )


def _canonical(archive: bytes) -> bytes:
    """The same archive with fixed dates, and numbers in order of appearance for the memory addresses in it."""
    source = zipfile.ZipFile(io.BytesIO(archive))
    schema = source.read("schema.json").decode()
    addresses = dict.fromkeys(re.findall(r'"__id__": (\d+)|"file": "(\d+)\.npy"', schema))
    order = {address: str(i) for i, address in enumerate(dict.fromkeys(a or b for a, b in addresses))}
    schema = re.sub(r'("__id__": |"file": ")(\d+)', lambda found: found[1] + order[found[2]], schema)
    parts = {f"{order[n.removesuffix('.npy')]}.npy": source.read(n) for n in source.namelist() if n.endswith(".npy")}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in [("schema.json", schema.encode()), *sorted(parts.items())]:
            entry = zipfile.ZipInfo(name, _FIXED_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            written.writestr(entry, content)
    return target.getvalue()
