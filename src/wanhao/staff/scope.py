"""Whom an employee may serve and see: roles held at units, and how far each reaches; pure."""

from collections.abc import Iterable, Mapping

from wanhao.staff.contracts import HeldRole, Permission, Reach, Role, Unit, UnitKind


def unit_of_city(city: str) -> str:
    """The unit of a city by its four-digit GB code, as "3601": "8360100"."""
    return f"8{city}00"


def path_of(code: str, units: Mapping[str, Unit]) -> tuple[str, ...]:
    """A unit and those above it, up to the province; of an unknown unit the province alone."""
    if code not in units:
        return tuple(one.code for one in units.values() if one.kind is UnitKind.PROVINCE)
    path = [code]
    while units[path[-1]].parent:
        path.append(units[path[-1]].parent)
    return tuple(path)


def reached_from(held: HeldRole, role: Role, units: Mapping[str, Unit]) -> str:
    """The highest unit a held role reaches: it reaches all that stands below that."""
    if role.reach is Reach.UNIT or held.unit not in units:
        return held.unit
    cities = [code for code in path_of(held.unit, units) if units[code].kind is UnitKind.CITY]
    return cities[0] if cities else held.unit


def allows(
    held: Iterable[HeldRole],
    what: Permission,
    unit: str,
    roles: Mapping[str, Role],
    units: Mapping[str, Unit],
) -> bool:
    """Whether one of the roles somebody holds lets them do it for a unit."""
    path = path_of(unit, units)
    return any(
        what in roles[one.role].may and reached_from(one, roles[one.role], units) in path
        for one in held
        if one.role in roles
    )
