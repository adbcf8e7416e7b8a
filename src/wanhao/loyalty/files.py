"""Reads the room's data files; a mistake is told with the file and the place."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from wanhao.values.errors import WanhaoError

Rules = TypeVar("Rules")


def read(path: Path, build: Callable[[dict[str, Any]], Rules]) -> Rules:
    """What `build` makes of a file; WanhaoError where the file or an entry is wrong."""
    try:
        return build(tomllib.loads(path.read_text()))
    except tomllib.TOMLDecodeError as error:
        raise WanhaoError(f"{path.name}: {error}.", "Correct the file at that place.") from error
    except KeyError as error:
        raise WanhaoError(f"{path.name}: {error} is missing.", "Add it to the file.") from error
    except (ValueError, TypeError) as error:
        raise WanhaoError(f"{path.name}: {error}.", "Correct this entry of the file.") from error


def sourced(table: dict[str, Any], name: str) -> dict[str, Any]:
    """An entry without its source, which every entry must name."""
    if not str(table.get("source", "")).strip():
        raise ValueError(f"{name} does not name its source")
    return {key: value for key, value in table.items() if key != "source"}


def whole(value: object, name: str, low: int = 0, high: int = 10**12) -> int:
    """A whole number within its range."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"'{name}' must be a whole number from {low} to {high}")
    return value
