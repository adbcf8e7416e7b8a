"""The groups in which the menu is shown, as `groups.toml` says."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from wanhao.menu.contracts import MenuItem

FILE = Path(__file__).with_name("groups.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A heading of the menu with the codes of what is under it."""

    code: str
    zh: str
    en: str
    items: tuple[str, ...]


@lru_cache(maxsize=1)
def groups() -> tuple[Group, ...]:
    """What the file says, in its order; the last group takes what is in none."""
    rows = tomllib.loads(FILE.read_text())["group"]
    return tuple(Group(**{**row, "items": tuple(row["items"])}) for row in rows)


def grouped(found: Iterable[MenuItem[Any]]) -> list[tuple[Group, list[MenuItem[Any]]]]:
    """Items under their headings, in the order of the file; a heading with nothing is left out."""
    known = {code: group for group in groups() for code in group.items}
    places = {code: place for group in groups() for place, code in enumerate(group.items)}
    under: dict[str, list[MenuItem[Any]]] = {group.code: [] for group in groups()}
    for item in found:
        under[known.get(item.code, groups()[-1]).code].append(item)
    return [
        (group, sorted(under[group.code], key=lambda one: places.get(one.code, 0)))
        for group in groups()
        if under[group.code]
    ]
