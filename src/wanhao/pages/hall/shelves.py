"""What can be asked for in the hall: on which of its pages, under which heading; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from wanhao.menu.contracts import Door, IdentityLevel, MenuItem
from wanhao.menu.finding import folded
from wanhao.menu.groups import grouped
from wanhao.menu.queries import items_at
from wanhao.menu.wording import pick
from wanhao.parties.contracts import Language

OWN_PAGES: Mapping[str, str] = MappingProxyType(
    {
        "topup": "hall-pay",
        "bill": "hall-bills",
        "detail": "hall-detail",
        "usage": "hall-usage",
        "holdings": "hall-usage",
        "points": "hall-points",
        "halls": "hall-places",
        "hotspots": "hall-places",
    }
)
"""Items that have a page of their own in the hall, with its address' name."""
ASKED: Mapping[str, str] = MappingProxyType({"hotspots": "?kind=hotspot"})
"""What such a page is asked for, where it shows more than the item."""


class Shelf(StrEnum):
    """A page of the hall that lists items: to have done, to look up, service, about oneself."""

    SERVE = "serve"
    ASK = "ask"
    SERVICE = "service"
    ME = "me"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An item in a list; `address` is the name of a page of its own, empty where it has none, and
    `query` what is asked of it."""

    code: str
    name: str
    level: IdentityLevel
    address: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Items under one heading."""

    code: str
    name: str
    entries: tuple[Entry, ...]


def headings(shelf: Shelf, door: Door, language: Language) -> tuple[Heading, ...]:
    """What stands on a shelf, by group in the order of the menu."""
    found = [one for one in items_at(door) if shelf_of(one) is shelf]
    return tuple(
        Heading(
            code=group.code,
            name=pick(language, (group.zh, group.en)),
            entries=tuple(entry(one, language) for one in those),
        )
        for group, those in grouped(found)
    )


def found(words: str, door: Door, language: Language) -> tuple[Entry, ...]:
    """Items whose name holds every word, in either language."""
    wanted = [folded(word) for word in words.split()]
    return tuple(
        entry(item, language)
        for item in items_at(door)
        if wanted and all(word in _names(item) for word in wanted)
    )


def entries(codes: Iterable[str], door: Door, language: Language) -> tuple[Entry, ...]:
    """These items in this order; what is not to be had at the door is left out."""
    here = {item.code: item for item in items_at(door)}
    return tuple(entry(here[code], language) for code in codes if code in here)


def entry(item: MenuItem[Any], language: Language) -> Entry:
    """An item in a list."""
    return Entry(
        code=item.code,
        name=pick(language, (item.zh, item.en)),
        level=item.level,
        address=OWN_PAGES.get(item.code, ""),
        query=ASKED.get(item.code, ""),
    )


def shelf_of(item: MenuItem[Any]) -> Shelf:
    """On which page an item stands."""
    ((group, _),) = grouped([item])
    if group.code == "me":
        return Shelf.ME
    if group.code == "service":
        return Shelf.SERVICE
    return Shelf.ASK if item.reads_only else Shelf.SERVE


def _names(item: MenuItem[Any]) -> str:
    names: Sequence[str] = (item.code.replace("_", ""), item.zh, item.en)
    return " ".join(folded(one) for one in names)
