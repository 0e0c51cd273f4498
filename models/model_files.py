"""Model files: skops archives (no pickle) whose bytes depend on nothing but what is in them."""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from models.explained import ExplainedModel, from_state, to_state
from warehouse.errors import ModelError

_FAMILY = "explained"
_PLAIN = {"builtins.str", "numpy.ndarray"}

_FIXED_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest a zip archive can name."""


def to_bytes(model: ExplainedModel) -> bytes:
    """The model as a skops archive; the same model gives the same bytes in every process."""
    from skops.io import dumps

    settings, arrays = to_state(model)
    text = json.dumps({"family": _FAMILY, **settings}, sort_keys=True, ensure_ascii=False)
    return _canonical(dumps({"settings": text, **dict(sorted(arrays.items()))}))


def from_bytes(content: bytes, where: str) -> ExplainedModel:
    """The model in a skops archive, to the last bit; `ModelError` where it is none, or holds anything but numbers.

    Read without skops: text and arrays are all there is in it, and a night need not wait for scikit-learn's import.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            nodes = json.loads(archive.read("schema.json"))["content"]
            _refuse_strange(nodes, where)
            settings = json.loads(json.loads(nodes.pop("settings")["content"]))
            arrays = {name: _array(archive.read(node["file"])) for name, node in nodes.items()}
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError, AttributeError) as error:
        raise _unreadable(where, f"a file that cannot be read ({type(error).__name__})") from error
    if settings.get("family") != _FAMILY:
        raise _unreadable(where, f"a model of the family {settings.get('family')}")
    return from_state(settings, arrays)


def _refuse_strange(nodes: Mapping[str, Mapping[str, Any]], where: str) -> None:
    """`ModelError` where the archive asks for any type but text and arrays."""
    types = {f"{node['__module__']}.{node['__class__']}" for node in nodes.values()}
    if strange := types - _PLAIN:
        raise _unreadable(where, f"the types {', '.join(sorted(strange))}")


def _array(content: bytes) -> np.ndarray:
    return np.asarray(np.load(io.BytesIO(content), allow_pickle=False))


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
