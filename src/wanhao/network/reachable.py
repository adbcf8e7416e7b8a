"""Which numbers a line reaches whatever it is barred from; emergency numbers always."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from wanhao.network.contracts import Barring
from wanhao.values.errors import WanhaoError

FILE = Path(__file__).with_name("reachable.toml")
EMERGENCY = frozenset({"110", "119", "120", "122"})
REMEDY = "Correct the file at that place; reachable.toml of the room network is an example."
LONGEST_NUMBER = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachable:
    """What a line reaches by call and by message, and whether it is reached itself.

    WanhaoError when an emergency number is missing among the calls: there is none without.
    """

    calls: frozenset[str]
    messages: frozenset[str]
    incoming: bool

    def __post_init__(self) -> None:
        if missing := sorted(EMERGENCY - self.calls):
            raise WanhaoError(
                f"A line could not reach {', '.join(missing)}.",
                "Emergency numbers stay reachable whatever a line is barred from: name them all.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachableList:
    """What stays reachable from a day on."""

    since: date
    by_barring: dict[Barring, Reachable]


@dataclass(frozen=True, slots=True)
class ReachableLists:
    """The lists of a file, the latest first."""

    lists: tuple[ReachableList, ...]

    def on(self, day: date) -> dict[Barring, Reachable]:
        """What stays reachable under each barring on a day; WanhaoError before the first list."""
        for each in self.lists:
            if each.since <= day:
                return each.by_barring
        raise WanhaoError(f"No list of reachable numbers is in force on {day}.", REMEDY)


def read_reachable(path: Path | None = None) -> ReachableLists:
    """The lists of a file, or of ours; WanhaoError says what is wrong with one."""
    place = path or FILE
    try:
        rows = tomllib.loads(place.read_text())["list"]
        lists = [_read(row) for row in rows]
    except OSError as error:
        raise WanhaoError(f"{place} cannot be read: {error.strerror}.", REMEDY) from None
    except KeyError as error:
        raise WanhaoError(f"{place.name}: {error.args[0]} is missing.", REMEDY) from None
    except (ValueError, TypeError) as error:
        raise WanhaoError(f"{place.name}: {error}.", REMEDY) from None
    except WanhaoError as error:
        raise WanhaoError(f"{place.name}: {error.message}", error.remedy) from None
    return ReachableLists(tuple(sorted(lists, key=lambda each: each.since, reverse=True)))


def _read(row: dict[str, Any]) -> ReachableList:
    since = row["from"]
    if type(since) is not date:
        raise TypeError(f"from is {since!r}, not a day as 2014-01-01")
    emergency = _numbers(row, "emergency")
    calls, messages = _numbers(row, "calls"), _numbers(row, "messages")
    own, incoming = _barrings(row, "own_numbers"), _barrings(row, "incoming")
    by_barring = {
        barring: Reachable(
            calls=emergency | calls if barring in own else emergency,
            messages=messages if barring in own else frozenset(),
            incoming=barring in incoming,
        )
        for barring in Barring
    }
    return ReachableList(since=since, by_barring=by_barring)


def _numbers(row: dict[str, Any], name: str) -> frozenset[str]:
    numbers = row[name]
    if not isinstance(numbers, list):
        raise TypeError(f"{name} is no list of numbers")
    for number in numbers:
        if not (isinstance(number, str) and number.isascii() and number.isdigit()):
            raise TypeError(f"{name} has {number!r}, which is no number in quotes")
        if len(number) > LONGEST_NUMBER:
            raise ValueError(f"{name} has {number}, which is too long")
    return frozenset(numbers)


def _barrings(row: dict[str, Any], name: str) -> frozenset[Barring]:
    barrings = row[name]
    if not isinstance(barrings, list):
        raise TypeError(f"{name} is no list of barrings")
    return frozenset(Barring(barring) for barring in barrings)
