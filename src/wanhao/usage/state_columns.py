"""The meter's state as named columns and plain values, and back: whatever its dataclasses hold."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Arrays: TypeAlias = dict[str, Array]
Plain: TypeAlias = dict[str, Any]
_KEYS, _VALUES = "keys", "values"


def taken_apart(holder: Any) -> tuple[Arrays, Plain]:
    """Every array and every plain value below a dataclass, by its path as "slots/0/cycle"."""
    arrays: Arrays = {}
    plain: Plain = {}
    for path, value in _leaves(holder, ""):
        if isinstance(value, np.ndarray):
            arrays[path] = value
        elif isinstance(value, dict) and all(isinstance(key, tuple) for key in value):
            keys = np.array(list(value), np.int64)
            arrays[f"{path}/{_KEYS}"] = keys.reshape(len(value), -1) if value else keys
            arrays[f"{path}/{_VALUES}"] = np.array(list(value.values()), np.int64)
        else:
            plain[path] = value
    return arrays, plain


def put_together(holder: Any, arrays: Arrays, plain: Plain) -> None:
    """Fill an empty dataclass of the same make with what was taken from another. KeyError where
    something is missing."""
    for each in fields(holder):
        value = getattr(holder, each.name)
        setattr(holder, each.name, _filled(value, each.name, arrays, plain))


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if is_dataclass(value):
        below = [(each.name, getattr(value, each.name)) for each in fields(value)]
    elif isinstance(value, list):
        below = [(str(place), one) for place, one in enumerate(value)]
    else:
        yield path, value
        return
    for name, one in below:
        yield from _leaves(one, f"{path}/{name}" if path else name)


def _filled(value: Any, path: str, arrays: Arrays, plain: Plain) -> Any:
    if isinstance(value, np.ndarray):
        return arrays[path]
    if is_dataclass(value):
        for each in fields(value):
            below = _filled(getattr(value, each.name), f"{path}/{each.name}", arrays, plain)
            setattr(value, each.name, below)
        return value
    if isinstance(value, list):
        return [_filled(one, f"{path}/{place}", arrays, plain) for place, one in enumerate(value)]
    if isinstance(value, dict) and path not in plain:
        keys = map(tuple, arrays[f"{path}/{_KEYS}"].tolist())
        return dict(zip(keys, arrays[f"{path}/{_VALUES}"].tolist(), strict=True))
    if isinstance(value, dict):
        return {_tuples(key): stored for key, stored in plain[path]}
    return _tuples(plain[path])


def _tuples(value: Any) -> Any:
    """Lists, as JSON gives them, as the tuples that they were."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
