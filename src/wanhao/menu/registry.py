"""Every item there is: each file of `items/` has one in `ITEM`."""

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any

from wanhao.menu.contracts import Door, MenuItem, RefusedError

FOLDER = "wanhao.menu.items"
"""By name: an item may ask what else is on the menu."""


@lru_cache(maxsize=1)
def items() -> Mapping[str, MenuItem[Any]]:
    """The items by code, in the order of their files."""
    found: dict[str, MenuItem[Any]] = {}
    folder = import_module(FOLDER)
    for module in iter_modules(folder.__path__, f"{FOLDER}."):
        loaded = import_module(module.name)
        for item in getattr(loaded, "ITEMS", None) or (loaded.ITEM,):
            assert item.code not in found, f"{item.code} is there twice"
            found[item.code] = item
    return MappingProxyType(found)


def item_of(code: str) -> MenuItem[Any]:
    """The item of a code; RefusedError where there is none."""
    found = items().get(code)
    if found is None:
        raise RefusedError(
            f"没有名为“{code}”的业务，请从菜单中选择。",
            f"There is nothing called '{code}'; choose from the menu.",
        )
    return found


def items_at(door: Door) -> tuple[MenuItem[Any], ...]:
    """What can be asked for at a door."""
    return tuple(item for item in items().values() if door in item.doors)
