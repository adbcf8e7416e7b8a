"""The readers' side of the view: look-ups in the memory of a meter that goes on counting.

A row is read, and read again when its shard changed meanwhile, so it is never half of one batch
and half of another. Nothing is asked of the meter, which does not know who reads.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np

from wanhao.metering.columns import I64, Column, Mask
from wanhao.metering.meters import DATA
from wanhao.metering.slots import NO_CYCLE
from wanhao.metering.state import looked_up
from wanhao.usage.ports import OutOfReachError
from wanhao.usage.schema import PRICED_ZONES, SERVICES
from wanhao.usage.use_contracts import ServiceUse, UseSoFar, ZoneUse
from wanhao.usage.view import layout
from wanhao.usage.view.columns import (
    COPIED,
    Array,
    Columns,
    abroad,
    at_home,
    left,
    many,
    one,
    plan_data_used,
    together,
    voice_units,
)
from wanhao.usage.view.segments import opened

PATIENCE_SECONDS = 2.0
PAUSE_SECONDS = 0.0002
LOOK_EVERY_SECONDS = 0.1
"""So often a reader looks whether another meter has taken the place of the one it reads."""
Found = TypeVar("Found")
Asked = TypeVar("Asked")


class _MovedError(Exception):
    """What was read is not whole: the meter was changing it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseColumns:
    """Where many groups stand, a row for each that was asked for; `known` says which have one.

    `used` and `allowance` have a column per service (voice units, messages, octets); `charge` and
    `left` are fen of the account, `left` counts where it is `watched`. `as_of` is the oldest
    moment among all rows.
    """

    cycle: int
    group: I64
    known: Mask
    used: I64
    allowance: I64
    charge: I64
    left: I64
    watched: Mask
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mapping:
    """The arrays of one meter, as they lay when the directory was read."""

    directory: layout.Directory
    header: Array
    numbers: memoryview
    arrays: dict[str, Array]
    known: dict[bytes, Columns]

    def is_current(self) -> bool:
        """Whether the meter has moved none of them since."""
        return self.numbers[layout.GENERATION] == self.directory.generation

    def columns(self) -> Columns:
        """The arrays with the lengths and cycles they have now, put together once for each."""
        key = self.header[: layout.FIRST_SHARD].tobytes()
        found = self.known.get(key)
        if found is None:
            self.known.clear()
            found = self.known[key] = self._together()
        return found

    def _together(self) -> Columns:
        arrays = dict(self.arrays)
        for number, path in enumerate(COPIED):
            arrays[path] = arrays[path][: self.numbers[layout.LENGTHS + number]]
        cycles = [self.numbers[layout.CYCLES], self.numbers[layout.CYCLES + 1]]
        return together(arrays, self.numbers[layout.CAPACITY], cycles)


class LocalReader:
    """Reads the meter that counts below a folder of this machine; may be shared by threads."""

    def __init__(self, folder: Path, patience: float = PATIENCE_SECONDS) -> None:
        self._folder = folder
        self._patience = patience
        self._mapping: _Mapping | None = None
        self._looked_at = 0.0

    def use_of(self, group_id: int) -> UseSoFar | None:
        """Where a group stands; None for one that the meter does not know."""
        return self._patiently(_row, group_id)

    def uses_of(self, group_ids: Sequence[int]) -> dict[int, UseSoFar]:
        """The same for many groups; those the meter does not know are left out."""
        found = ((group, self.use_of(group)) for group in group_ids)
        return {group: use for group, use in found if use is not None}

    def columns_of(self, group: I64) -> UseColumns:
        """Where many groups stand, all in one go: made for tens of thousands."""
        return self._patiently(_rows, group)

    def _patiently(self, read: Callable[[_Mapping, Asked], Found], asked: Asked) -> Found:
        """Read until what was read is whole; OutOfReachError when it never is."""
        until = 0.0
        while True:
            try:
                return read(self._mapped(), asked)
            except (_MovedError, IndexError):
                now = time.monotonic()
                until = until or now + self._patience
                if now > until or self._is_gone():
                    raise _out_of_reach("does not answer") from None
                self._looked_at = 0.0
                time.sleep(PAUSE_SECONDS)

    def _is_gone(self) -> bool:
        """Whether the meter that was read last has ended, so that waiting for it is in vain."""
        try:
            process = layout.read_directory(self._folder).process
        except layout.UNREADABLE:
            return False
        return not Path(f"/proc/{process}").exists()

    def _mapped(self) -> _Mapping:
        now = time.monotonic()
        mapping = self._mapping
        if mapping is not None and now - self._looked_at < LOOK_EVERY_SECONDS:
            if mapping.is_current():
                return mapping
            raise _MovedError
        self._looked_at = now
        try:
            directory = layout.read_directory(self._folder)
        except layout.UNREADABLE:
            raise _out_of_reach("is not here") from None
        if mapping is None or mapping.directory != directory:
            try:
                self._mapping = mapping = _map(directory)
            except (OSError, ValueError):
                raise _MovedError from None
        return mapping


def _map(directory: layout.Directory) -> _Mapping:
    """Map what a directory names; ValueError when it is of another meter or has moved since."""
    length = layout.header_length(directory.shards)
    header = opened(directory.process, directory.header, (length,), np.dtype(np.int64))
    arrays = {
        path: opened(directory.process, each.handle, each.shape, np.dtype(each.dtype))
        for path, each in directory.arrays.items()
    }
    mapping = _Mapping(
        directory=directory,
        header=header,
        numbers=header.data,
        arrays=arrays,
        known={},
    )
    if header[layout.TOKEN] != directory.token or not mapping.is_current():
        raise ValueError("the view has moved")
    return mapping


def _row(mapping: _Mapping, group: int) -> UseSoFar | None:
    numbers = mapping.numbers
    table = mapping.arrays["place_of_group/data"]
    place = table.item(group) if 0 < group < len(table) else -1
    shard = max(place, 0) // max(numbers[layout.CAPACITY], 1)
    block = layout.shard_at(min(shard, mapping.directory.shards - 1))
    before = numbers[block]
    columns = mapping.columns()
    found = _use(columns, group, place, numbers, block) if place >= 0 else None
    if before & 1 or numbers[block] != before or not mapping.is_current():
        raise _MovedError
    return found


def _use(
    columns: Columns, group: int, place: int, numbers: memoryview, block: int
) -> UseSoFar | None:
    slot = columns.newest
    if one(columns.group_id, place) != group:
        raise _MovedError
    if slot.cycle == NO_CYCLE:
        return None
    account = one(columns.account_place, place)
    watched = one(columns.watched, account)
    home = at_home(one, columns, place)
    used, allowance = home[DATA]
    return UseSoFar(
        group_id=group,
        account_id=one(columns.account_id, account),
        cycle=slot.cycle,
        voice_unit=voice_units(one, columns, slot, place),
        home=tuple(
            ServiceUse(service=SERVICES[service], used=units, allowance=held)
            for service, (units, held) in enumerate(home)
        ),
        abroad=tuple(
            ZoneUse(zone=PRICED_ZONES[zone].value, service=SERVICES[service], units=units)
            for zone, service, units in abroad(columns, slot, place)
        ),
        charge_fen=one(slot.charge, account),
        left_fen=left(one, columns, account) if watched else None,
        plan_data_used=plan_data_used(columns, place, allowance - used),
        batch=numbers[block + layout.BATCH],
        as_of=_moment(numbers[block + layout.AS_OF]),
    )


def _rows(mapping: _Mapping, group: I64) -> UseColumns:
    blocks = mapping.header[layout.FIRST_SHARD :].reshape(-1, layout.BLOCK)
    before = blocks[:, layout.SEQUENCE].copy()
    columns = mapping.columns()
    place = looked_up(Column(columns.place_of_group), group)
    known = place >= 0
    place = np.where(known, place, 0)
    shard = np.unique(place // max(columns.capacity, 1)) if len(place) else np.arange(len(blocks))
    slot, account = columns.newest, many(columns.account_place, place)
    home = at_home(many, columns, place)
    found = UseColumns(
        cycle=slot.cycle,
        group=group,
        known=known & (slot.cycle != NO_CYCLE),
        used=np.stack([used for used, _ in home], axis=1),
        allowance=np.stack([allowance for _, allowance in home], axis=1),
        charge=many(slot.charge, account),
        left=left(many, columns, account),
        watched=many(columns.watched, account) > 0,
        as_of=_moment(int(blocks[shard, layout.AS_OF].min())),
    )
    moved = (before & 1) | (blocks[:, layout.SEQUENCE] != before)
    misplaced = (columns.group_id[place] != group) & known
    if moved[shard].any() or misplaced.any() or not mapping.is_current():
        raise _MovedError
    return found


@lru_cache(maxsize=512)
def _moment(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / 1_000_000, UTC)


def _out_of_reach(how: str) -> OutOfReachError:
    return OutOfReachError(
        f"What the meter has counted cannot be read: it {how}.",
        "Start it with: wanhao meter. As another user than the meter, or on another machine, set"
        " WANHAO_METER_URL.",
    )
