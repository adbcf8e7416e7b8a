"""The plan of everything that can be asked for, as `plan.toml` has it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from wanhao.menu.contracts import Door, IdentityLevel

FILE = Path(__file__).with_name("plan.toml")
ROOMS = FILE.parents[1]

LETTERS: Mapping[str, Door] = MappingProxyType(
    {
        "S": Door.SMS,
        "H": Door.HOTLINE,
        "W": Door.WEB,
        "A": Door.APP,
        "C": Door.CHAT,
        "T": Door.TERMINAL,
        "K": Door.COUNTER,
        "G": Door.AGENT,
        "M": Door.ASSISTANT,
        "P": Door.API,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An item as it is wanted: `room` is where its action lives, `not_yet` why it is not there."""

    code: str
    level: IdentityLevel
    confirmed: bool
    doors: frozenset[Door]
    room: str
    not_yet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Every item that is wanted by code, in the order of the file."""

    items: Mapping[str, Planned] = field(default_factory=dict)


@lru_cache(maxsize=1)
def plan() -> Plan:
    """What the file says; a room that is not there yet is a reason, too."""
    given = tomllib.loads(FILE.read_text())
    reasons = given["not_yet"]
    unknown = set(reasons) - set(given["items"])
    assert not unknown, f"plan.toml has a reason for what it does not name: {unknown}"
    found = {code: _planned(code, row, reasons) for code, row in given["items"].items()}
    return Plan(items=MappingProxyType(found))


def _planned(code: str, row: tuple[int, bool, str, str], reasons: Mapping[str, str]) -> Planned:
    level, confirmed, letters, room = row
    there = (ROOMS / room / "__init__.py").exists()
    return Planned(
        code=code,
        level=IdentityLevel(level),
        confirmed=confirmed,
        doors=frozenset(LETTERS[letter] for letter in letters),
        room=room,
        not_yet=reasons.get(code, "" if there else f"comes with the room {room}"),
    )
