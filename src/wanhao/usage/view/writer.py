"""The meter's side of the view: its large arrays move into shared memory and stay the state's own.

Nothing is copied when records are counted: the kernel adds to the shared arrays themselves, and
the shards that change are marked while it does. Where the kernel replaces an array by a larger
one, that one moves, too, and readers are told to look again. A child made by fork would see the
arrays change, so it must not take them for a state that stands still.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from wanhao.metering.columns import I64
from wanhao.metering.state import MeterState
from wanhao.usage.view import layout
from wanhao.usage.view.columns import COPIED, SHARED, SLOTS, Array, array_at, put_array
from wanhao.usage.view.segments import Segment, copied, segment

TICK_EVERY = timedelta(milliseconds=500)
SPARE = 1024
"""Rows a copied table may grow by before readers must map it anew, at least."""


@dataclass(slots=True, kw_only=True)
class MeterView:
    """Shows one state to readers of this machine, below a folder; `clock` gives the as-of time."""

    folder: Path
    state: MeterState
    clock: Callable[[], datetime]
    _token: int = field(init=False)
    _header: Segment = field(init=False)
    _segments: dict[str, Segment] = field(init=False, default_factory=dict)
    _sources: dict[str, Array] = field(init=False, default_factory=dict)
    _ticked: datetime | None = field(init=False, default=None)
    _announced: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        """Move the state's arrays; nobody can read them before they are announced."""
        length = layout.header_length(self.state.shards)
        self._header = segment((length,), np.dtype(np.int64))
        self._token = secrets.randbits(62) | 1
        self._numbers[layout.TOKEN] = self._token
        self._follow(everything=True)

    def announce(self) -> None:
        """From now on readers find this view, and no longer that of the meter before."""
        self._announced = True
        self._tell()
        self._stamp()

    @contextmanager
    def changing(self, shard: int | None = None, batch: int | None = None) -> Iterator[None]:
        """While the state changes, in one shard or in all, nobody reads it; then it is of `batch`,
        or of the state's last one. Where the change breaks off, what is left is never read."""
        marks = self._marks(shard)
        self._numbers[marks] |= 1
        yield
        self._follow(everything=shard is None)
        self._stamp(marks, batch)
        self._numbers[marks] += 1

    def follow(self) -> None:
        """After the kernel made room: its new arrays move, too."""
        moved = (array_at(self.state, path) is not known for path, known in self._sources.items())
        if any(moved):
            with self.changing():
                pass

    def tick(self) -> None:
        """Nothing waits to be counted: what stands here is true of this moment."""
        now = self.clock()
        if self._ticked is None or now - self._ticked >= TICK_EVERY:
            self._ticked = now
            self._stamp()

    @property
    def _numbers(self) -> Array:
        return self._header.array

    def _marks(self, shard: int | None) -> I64:
        """Where the sequences of these shards stand in the header."""
        if shard is not None:
            return np.array([layout.shard_at(shard) + layout.SEQUENCE])
        return np.arange(layout.FIRST_SHARD, len(self._numbers), layout.BLOCK) + layout.SEQUENCE

    def _stamp(self, marks: I64 | None = None, batch: int | None = None) -> None:
        marks = self._marks(None) if marks is None else marks
        micros = round(self.clock().timestamp() * 1_000_000)
        batch = self.state.last_batch if batch is None else batch
        self._numbers[marks + (layout.AS_OF - layout.SEQUENCE)] = micros
        self._numbers[marks + (layout.BATCH - layout.SEQUENCE)] = batch

    def _follow(self, *, everything: bool) -> None:
        """Take over arrays that the kernel replaced, and copy the tables that it did, or all."""
        before = dict(self._segments)
        for path in SHARED:
            array = array_at(self.state, path)
            if array is not self._sources.get(path):
                self._segments[path] = made = copied(array)
                put_array(self.state, path, made.array)
                self._sources[path] = made.array
        for number, path in enumerate(COPIED):
            table = array_at(self.state, path)
            if everything or table is not self._sources.get(path):
                self._copy(number, path, table)
        self._numbers[layout.CAPACITY] = self.state.capacity
        cycles = [slot.cycle for slot in self.state.slots]
        self._numbers[layout.CYCLES : layout.CYCLES + SLOTS] = cycles
        if any(self._segments[path] is not before.get(path) for path in self._segments):
            self._numbers[layout.GENERATION] += 1
            self._tell()

    def _copy(self, number: int, path: str, table: Array) -> None:
        held, rows = self._segments.get(path), len(table)
        if held is None or held.array.dtype != table.dtype or len(held.array) < rows:
            held = segment((rows + max(rows, SPARE), *table.shape[1:]), table.dtype)
            self._segments[path] = held
        held.array[:rows] = table
        self._sources[path] = table
        self._numbers[layout.LENGTHS + number] = rows

    def _tell(self) -> None:
        if not self._announced:
            return
        arrays = {
            path: layout.Placed(
                handle=each.handle, dtype=each.array.dtype.str, shape=each.array.shape
            )
            for path, each in self._segments.items()
        }
        directory = layout.Directory(
            process=os.getpid(),
            token=self._token,
            generation=int(self._numbers[layout.GENERATION]),
            shards=self.state.shards,
            header=self._header.handle,
            arrays=arrays,
        )
        layout.write_directory(self.folder, directory)
