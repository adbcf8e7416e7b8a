"""Reads and checks `catalogue.toml`; a mistake is named by file and entry."""

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

from wanhao.products.contracts import Offering
from wanhao.values.errors import WanhaoError

CATALOGUE_FILE = Path(__file__).with_name("catalogue.toml")
FIGURES = tuple(field.name for field in fields(Offering) if field.type is int)
WORDS = tuple(field.name for field in fields(Offering) if field.type is str)


def read_catalogue(path: Path = CATALOGUE_FILE) -> tuple[Offering, ...]:
    """The offerings of a file, in its order; WanhaoError names the first wrong entry."""
    try:
        entries = tomllib.loads(path.read_text()).get("offering", [])
    except tomllib.TOMLDecodeError as error:
        raise WanhaoError(f"{path.name}: {error}.", "Correct the file at that line.") from error
    found: dict[str, Offering] = {}
    for place, entry in enumerate(entries, start=1):
        name = f"{path.name}: offering {place} ('{entry.get('code', '')}')"
        if complaint := _complaint(entry, found):
            raise WanhaoError(f"{name}: {complaint}.", "Correct this entry and load again.")
        found[entry["code"]] = Offering(**entry)
    return tuple(found.values())


def _complaint(entry: dict[str, Any], found: dict[str, Offering]) -> str:
    strange = sorted(set(entry) - set(FIGURES) - set(WORDS))
    if strange:
        return f"'{strange[0]}' is not a field of an offering"
    for name in WORDS:
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            return f"'{name}' must be a text"
    for name in FIGURES:
        figure = entry.get(name)
        if not isinstance(figure, int) or isinstance(figure, bool) or figure < 0:
            return f"'{name}' must be a whole number of at least 0"
    if not 1 <= entry["voice_unit_seconds"] <= 60 or 60 % entry["voice_unit_seconds"]:
        return "'voice_unit_seconds' must divide a minute"
    return f"code '{entry['code']}' is there twice" if entry["code"] in found else ""
