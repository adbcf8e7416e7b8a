"""Reads and checks `units.toml`; a mistake is named by file and entry."""

import tomllib
from pathlib import Path
from typing import Any

from wanhao.staff.contracts import Unit, UnitKind
from wanhao.values.errors import WanhaoError

UNITS_FILE = Path(__file__).with_name("units.toml")
ABOVE = {
    UnitKind.PROVINCE: None,
    UnitKind.CITY: UnitKind.PROVINCE,
    UnitKind.COUNTY: UnitKind.CITY,
    UnitKind.HALL: UnitKind.COUNTY,
}


def read_units(path: Path = UNITS_FILE) -> tuple[Unit, ...]:
    """The units of a file, parents before children; WanhaoError names the first wrong entry."""
    found: dict[str, Unit] = {}
    for place, entry in enumerate(tomllib.loads(path.read_text()).get("unit", []), start=1):
        try:
            unit = _unit(entry, found)
        except (ValueError, TypeError, KeyError) as error:
            raise WanhaoError(
                f"{path.name}: unit {place} ('{entry.get('code', '')}'): {error}.",
                "Correct this unit; a parent comes before what stands below it.",
            ) from error
        found[unit.code] = unit
    return tuple(found.values())


def _unit(entry: dict[str, Any], found: dict[str, Unit]) -> Unit:
    unit = Unit(**{**entry, "kind": UnitKind(entry["kind"])})
    if unit.code in found:
        raise ValueError("its code is there twice")
    above = ABOVE[unit.kind]
    parent = found.get(unit.parent)
    if above is None and unit.parent:
        raise ValueError("a province has no parent")
    if above is not None and (parent is None or parent.kind is not above):
        raise ValueError(f"a {unit.kind} stands below a {above}")
    return unit
