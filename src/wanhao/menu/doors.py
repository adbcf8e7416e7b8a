"""The doors that there are, and what each offers; every door says so when the rooms are wired."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from wanhao.menu.contracts import Door

Offers = Callable[[], frozenset[str]]

_doors: dict[Door, Offers] = {}


def register_door(door: Door, offers: Offers) -> None:
    """A door is there; `offers` are the codes of the items that can be asked for at it now."""
    _doors[door] = offers


def offered() -> Mapping[Door, frozenset[str]]:
    """What each door that is there offers."""
    return MappingProxyType({door: offers() for door, offers in _doors.items()})
