"""The records of one usage file: calls, messages and data sessions, and what goes wrong in life.

Everything is drawn in whole columns; nothing here loops over records.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wanhao.project.demo.habits import Habits
from wanhao.project.demo.usage_files import COLUMNS

I64 = NDArray[np.int64]
Columns = dict[str, NDArray[np.generic]]

CALL_MEDIAN_SECONDS, CALL_SPREAD = 50, 1.0
CALL_BILLED_MINUTES = 1.93
"""What a call of that length takes of an allowance on average, each rounded up to minutes."""
LONGEST_CALL = 2 * 3600
FREE_CALLS = 0.08
SESSION_SPREAD = 1.5
LONGEST_SESSION = 900
LEAST_OCTETS = 200
DUPLICATES, REVERSALS, REFUSED, BROKEN = 0.003, 0.001, 0.0004, 0.0001
UNKNOWN_NUMBER = 16_900_000_000
KEPT_FILES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a file holds on purpose: rows in all, and how many of them are what."""

    rows: int
    duplicates: int
    reversals: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A file's columns without ids, before anything went wrong."""

    columns: Columns

    @property
    def rows(self) -> int:
        return len(self.columns["number"])


def calls(habits: Habits, random: np.random.Generator, minutes: float, now: int) -> Draft:
    """Calls worth about so many billed minutes, some of them to free numbers, ended just now."""
    chance = habits.more_minutes / max(habits.more_minutes.sum(), 1)
    count = random.poisson(minutes / CALL_BILLED_MINUTES) if chance.any() else 0
    free = random.poisson(count * FREE_CALLS)
    number = random.choice(habits.number, count + free, p=chance if count else None)
    length = random.lognormal(np.log(CALL_MEDIAN_SECONDS), CALL_SPREAD, count + free)
    seconds = np.clip(length, 1, LONGEST_CALL).astype(np.int64)
    zone = np.where(np.arange(count + free) < count, "domestic", "free")
    return _draft(
        number, "voice", zone, now - seconds - random.integers(0, 9, len(number)), seconds
    )


def messages(habits: Habits, random: np.random.Generator, count: float, now: int) -> Draft:
    """About so many messages of lines whose plan includes some."""
    chance = habits.more_messages / max(habits.more_messages.sum(), 1)
    drawn = random.poisson(count) if chance.any() else 0
    number = random.choice(habits.number, drawn, p=chance if drawn else None)
    zone = np.full(drawn, "domestic")
    return _draft(number, "message", zone, now - random.integers(0, 18, drawn), np.ones(drawn))


def sessions(
    habits: Habits, random: np.random.Generator, count: int, part: float, now: int
) -> Draft:
    """Data sessions that together use `part` of what the lines still will: most of them small."""
    chance = habits.liveliness / habits.liveliness.sum()
    place = random.choice(len(chance), count, p=chance)
    mean = habits.more_octets[place] * part / (count * chance[place])
    size = mean * random.lognormal(-(SESSION_SPREAD**2) / 2, SESSION_SPREAD, count)
    octets = np.maximum(size, LEAST_OCTETS).astype(np.int64)
    start = now - random.integers(1, LONGEST_SESSION, count)
    return _draft(habits.number[place], "data", np.full(count, "domestic"), start, octets)


def _draft(
    number: I64, service: str, zone: NDArray[np.str_], start: I64, quantity: NDArray[np.generic]
) -> Draft:
    rows = len(number)
    return Draft(
        columns={
            "number": number,
            "service": np.full(rows, service, dtype="U8"),
            "zone": zone.astype("U8"),
            "start": start,
            "quantity": quantity.astype(np.int64),
            "sign": np.ones(rows, np.int64),
        }
    )


class Source:
    """One network element: remembers its last files, so that it can repeat and take back."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._kept: list[Columns] = []

    def finish(
        self, draft: Draft, random: np.random.Generator, first_id: int, *, broken_allowed: bool
    ) -> tuple[pa.Table, list[str], Tally]:
        """A file's table, its unreadable rows, and the tally of what was done to it.

        New rows take the ids from `first_id` on, `ids_needed` of them at most.
        """
        back = self._taken_back(random, draft.rows)
        again = self._repeated(random, draft.rows)
        fresh = _joined([draft.columns, back]) if back else draft.columns
        ids = first_id + np.arange(len(fresh["number"]), dtype=np.int64)
        fresh = {"record_id": ids, **fresh}
        refused = _spoil(fresh, random, draft.rows)
        self._keep(fresh, refused)
        broken = _broken_rows(random, draft.rows, self.name) if broken_allowed else []
        whole = _joined([fresh, again]) if again else fresh
        return (
            _table(whole, self.name),
            broken,
            Tally(
                rows=len(whole["number"]) + len(broken),
                duplicates=len(again["number"]) if again else 0,
                reversals=len(back["number"]) if back else 0,
                refused=len(refused) + len(broken),
            ),
        )

    @staticmethod
    def ids_needed(draft: Draft) -> int:
        """How many ids a file of this draft can take."""
        return draft.rows * 2

    def _taken_back(self, random: np.random.Generator, rows: int) -> Columns | None:
        """Earlier records once more with the sign turned; none of them is used again later."""
        taken = self._draw(random, random.binomial(rows, REVERSALS), forget=True)
        if taken is None:
            return None
        fields = {name: column for name, column in taken.items() if name != "record_id"}
        return {**fields, "sign": np.full(len(taken["number"]), -1, np.int64)}

    def _repeated(self, random: np.random.Generator, rows: int) -> Columns | None:
        return self._draw(random, random.binomial(rows, DUPLICATES), forget=False)

    def _draw(self, random: np.random.Generator, count: int, *, forget: bool) -> Columns | None:
        if not self._kept or not count:
            return None
        file = int(random.integers(len(self._kept)))
        kept = self._kept[file]
        usable = np.flatnonzero(kept["sign"] == 1)
        places = random.choice(usable, min(count, len(usable)), replace=False)
        drawn = {name: column[places] for name, column in kept.items()}
        if forget:
            self._kept[file] = {name: np.delete(column, places) for name, column in kept.items()}
        return drawn if len(places) else None

    def _keep(self, fresh: Columns, refused: I64) -> None:
        sound = {name: np.delete(column, refused) for name, column in fresh.items()}
        self._kept = [*self._kept[1 - KEPT_FILES :], sound]


def _joined(parts: list[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _spoil(fresh: Columns, random: np.random.Generator, rows: int) -> I64:
    """Make a few rows unknown to the counting: a stranger's number, another service or zone."""
    count = min(int(random.binomial(rows, REFUSED)), rows)
    places = random.choice(rows, count, replace=False).astype(np.int64)
    fault = random.integers(0, 3, count)
    for column in ("number", "service", "zone"):
        fresh[column] = fresh[column].copy()
    fresh["number"][places[fault == 0]] = UNKNOWN_NUMBER + random.integers(0, 9_999)
    fresh["service"][places[fault == 1]] = "fax"
    fresh["zone"][places[fault == 2]] = "orbit"
    return places


def _broken_rows(random: np.random.Generator, rows: int, source: str) -> list[str]:
    """Rows nobody can read: a word where a figure belongs, or a line cut off."""
    whole = f"x,{source},16900000000,voice,domestic,yesterday,12o,1"
    count = int(random.binomial(rows, BROKEN))
    return [whole if random.random() < 0.5 else whole[:18] for _ in range(count)]


def _table(columns: Columns, source: str) -> pa.Table:
    rows = len(columns["number"])
    return pa.table(
        {name: pa.repeat(source, rows) if name == "source" else columns[name] for name in COLUMNS}
    )
