"""Closed cycles on disk: one Parquet file each, sorted by account, written before the commit.

The file holds what every group used and the terms it ended with, so that bills read it account by
account and a record that comes later can still be charged.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from wanhao.metering.closing import ClosedCells, ClosedPacks, closed_cells
from wanhao.metering.columns import I64
from wanhao.metering.meters import SERVICES
from wanhao.metering.state import MeterState
from wanhao.usage.durable import sync_folder
from wanhao.usage.models import ClosedCycle

Columns = TypeVar("Columns", ClosedCells, ClosedPacks)
Part = tuple[ClosedCells, ClosedPacks]
ROW_GROUP = 100_000
CELL_COLUMNS = tuple(each.name for each in fields(ClosedCells))
_TYPES = {"zone": pa.int8(), "service": pa.int8(), "price": pa.int32(), "voice_unit": pa.int32()}
PACKS = "packs"
PACK_COLUMNS = ("pack", "quantity", "used")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedFile:
    """The file of one closed cycle, as it is committed with the closing batch."""

    cycle: int
    path: Path
    digest: str
    rows: int


def closed_cycles() -> tuple[int, ...]:
    """The cycles that take no more records, oldest first."""
    return tuple(ClosedCycle.objects.order_by("cycle").values_list("cycle", flat=True))


def move_closed(folder: Path) -> None:
    """Note where the files of closed cycles lie, if the whole folder was moved."""
    moved = ClosedCycle.objects.exclude(folder=str(folder))
    names = [row.file for row in moved if (folder / row.file).exists()]
    moved.filter(file__in=names).update(folder=str(folder))


def write_closed(folder: Path, state: MeterState, cycle: int) -> ClosedFile:
    """Write what a cycle comes to, durably or not at all; the same state gives the same bytes."""
    path = folder / f"{cycle}.parquet"
    unfinished = path.with_name(f".{path.name}.tmp")
    folder.mkdir(parents=True, exist_ok=True)
    rows = _write(unfinished, closed_cells(state, cycle))
    with unfinished.open("rb") as handle:
        os.fsync(handle.fileno())
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    unfinished.rename(path)
    sync_folder(folder)
    return ClosedFile(cycle=cycle, path=path, digest=digest, rows=rows)


def _joined(kind: type[Columns], parts: list[Columns]) -> Columns:
    names = kind.__dataclass_fields__
    return kind(**{n: np.concatenate([getattr(part, n) for part in parts]) for n in names})


def _write(path: Path, parts: Iterable[Part]) -> int:
    """Write all parts sorted by account; returns how many rows they have."""
    rows = 0
    with pq.ParquetWriter(
        path, _schema(), compression="zstd", compression_level=1, write_statistics=["account"]
    ) as writer:
        for cells, packs in _in_order(parts):
            order = np.lexsort((cells.service, cells.zone, cells.group, cells.account))
            _write_sorted(writer, cells, packs, order)
            rows += len(cells)
    return rows


def _in_order(parts: Iterable[Part]) -> Iterator[Part]:
    """The parts one after another; those whose accounts lie between each other's as one."""
    held: list[Part] = []
    for part in parts:
        if not len(part[0]):
            continue
        if held and part[0].account.min() >= max(cells.account.max() for cells, _ in held):
            yield _together(held)
            held = []
        held.append(part)
    if held:
        yield _together(held)


def _together(parts: list[Part]) -> Part:
    if len(parts) == 1:
        return parts[0]
    cells = _joined(ClosedCells, [cells for cells, _ in parts])
    return cells, _joined(ClosedPacks, [packs for _, packs in parts])


def _write_sorted(
    writer: pq.ParquetWriter, cells: ClosedCells, packs: ClosedPacks, order: I64
) -> None:
    owner = _owners(cells, packs, order)
    by_owner = np.argsort(owner, kind="stable")
    owner = owner[by_owner]
    for first in range(0, len(order), ROW_GROUP):
        rows = order[first : first + ROW_GROUP]
        low, high = np.searchsorted(owner, [first, first + len(rows)])
        held = by_owner[low:high]
        counts = np.bincount(owner[low:high] - first, minlength=len(rows))
        writer.write_table(_table(cells, rows, packs, held, counts))


def _owners(cells: ClosedCells, packs: ClosedPacks, order: I64) -> I64:
    """For each pack the row in the file that it belongs to: its group's service at home."""
    home = np.flatnonzero(cells.zone[order] == 0)
    key = (cells.group[order] * SERVICES + cells.service[order])[home]
    by_key = np.argsort(key)
    spot = np.searchsorted(key[by_key], packs.group * SERVICES + packs.service)
    found: I64 = home[by_key[spot]]
    return found


def _schema() -> pa.Schema:
    pack = pa.struct([(name, pa.int64()) for name in PACK_COLUMNS])
    plain = [(name, _TYPES.get(name, pa.int64())) for name in CELL_COLUMNS]
    return pa.schema([*plain, (PACKS, pa.list_(pack))])


def _table(cells: ClosedCells, rows: I64, packs: ClosedPacks, held: I64, counts: I64) -> pa.Table:
    schema = _schema()
    columns = [
        pa.array(getattr(cells, name)[rows], schema.field(name).type) for name in CELL_COLUMNS
    ]
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    values = pa.StructArray.from_arrays(
        [pa.array(getattr(packs, name)[held]) for name in PACK_COLUMNS], list(PACK_COLUMNS)
    )
    lists = pa.ListArray.from_arrays(pa.array(offsets), values)
    return pa.Table.from_arrays([*columns, lists.cast(schema.field(PACKS).type)], schema=schema)
