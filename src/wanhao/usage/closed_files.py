"""Reading closed cycles: only the row groups that hold the accounts asked for."""

import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from wanhao.metering.closing import ClosedCells
from wanhao.metering.columns import I64
from wanhao.usage.closing import CELL_COLUMNS, PACKS
from wanhao.usage.contracts import AllowanceKind, AllowanceUse, UsageLine
from wanhao.usage.models import ClosedCycle
from wanhao.usage.schema import PRICED_ZONES, SERVICES
from wanhao.values.errors import WanhaoError

_LINE_COLUMNS = (
    "account",
    "group",
    "zone",
    "service",
    "total",
    "beyond",
    "charge",
    "tier",
    "tariff",
    "voice_unit",
    "price",
    "plan",
    "plan_used",
    "rolled",
    "rolled_used",
)


def usage_lines(cycle: int, first: int, last: int) -> Iterator[UsageLine]:
    """What the accounts from `first` to `last` used and were charged, by account and group."""
    file = _opened(cycle)
    for part in _row_groups(file, first, last):
        table = file.read_row_group(part, columns=[*_LINE_COLUMNS, PACKS])
        account = table["account"].to_numpy()
        happened = (table["total"].to_numpy() != 0) | (table["charge"].to_numpy() != 0)
        rows = np.flatnonzero((account >= first) & (account <= last) & happened)
        columns = [column.to_pylist() for column in table.take(pa.array(rows)).columns]
        for values in zip(*columns, strict=True):
            yield _line(dict(zip((*_LINE_COLUMNS, PACKS), values, strict=True)))


def cells_of(cycle: int, account: I64, group: I64) -> ClosedCells:
    """All cells of these groups, which belong to these accounts."""
    file = _opened(cycle)
    asked = np.unique(account)
    found: list[pa.Table] = []
    for part in _row_groups(file, int(asked[0]), int(asked[-1])):
        low, high = _span(file, part)
        if np.searchsorted(asked, low) < np.searchsorted(asked, high, side="right"):
            table = file.read_row_group(part, columns=list(CELL_COLUMNS))
            found.append(table.filter(pa.array(np.isin(table["group"].to_numpy(), group))))
    empty = file.schema_arrow.empty_table().select(list(CELL_COLUMNS))
    table = pa.concat_tables([empty, *found])
    return ClosedCells(**{name: table[name].to_numpy().astype(np.int64) for name in CELL_COLUMNS})


def _opened(cycle: int) -> pq.ParquetFile:
    row = ClosedCycle.objects.filter(cycle=cycle).first()
    if row is None:
        raise WanhaoError(
            f"Cycle {cycle} is not closed.", "It closes 72 hours after its end, by the meter."
        )
    path = Path(row.folder) / row.file
    if not path.exists():
        raise WanhaoError(
            f"The file of closed cycle {cycle} is missing: {path}.",
            "Restore the folder from its backup.",
        )
    if _digest(path, path.stat().st_mtime_ns) != row.digest:
        raise WanhaoError(
            f"The file of closed cycle {cycle} is not the one that was written: {path}.",
            "Restore it from its backup; bills must not be made of it.",
        )
    return pq.ParquetFile(path)


@functools.lru_cache(maxsize=8)
def _digest(path: Path, changed_at: int) -> str:
    """The SHA-256 of a file as it was at its last change, computed once."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _row_groups(file: pq.ParquetFile, first: int, last: int) -> Iterator[int]:
    for part in range(file.num_row_groups):
        low, high = _span(file, part)
        if low <= last and high >= first:
            yield part


def _span(file: pq.ParquetFile, part: int) -> tuple[int, int]:
    """The first and the last account of a row group; nobody in an empty one."""
    statistics = file.metadata.row_group(part).column(0).statistics
    if statistics is None or not statistics.has_min_max:
        return 0, -1
    return statistics.min, statistics.max


def _line(row: dict[str, Any]) -> UsageLine:
    return UsageLine(
        account_id=row["account"],
        group_id=row["group"],
        zone=PRICED_ZONES[row["zone"]].value,
        service=SERVICES[row["service"]],
        total=row["total"],
        beyond=row["beyond"],
        charge_fen=row["charge"],
        tier=row["tier"],
        tariff=row["tariff"],
        voice_unit=row["voice_unit"],
        price_fen=row["price"],
        allowances=tuple(_allowances(row)),
    )


def _allowances(row: dict[str, Any]) -> Iterator[AllowanceUse]:
    """In the order in which they are used."""
    if row["rolled"]:
        yield _use(AllowanceKind.ROLLED, 0, row["rolled"], row["rolled_used"])
    for pack in row[PACKS]:
        yield _use(AllowanceKind.PACK, pack["pack"], pack["quantity"], pack["used"])
    if row["plan"]:
        yield _use(AllowanceKind.PLAN, 0, row["plan"], row["plan_used"])


def _use(kind: AllowanceKind, pack: int, quantity: int, used: int) -> AllowanceUse:
    return AllowanceUse(kind=kind, pack_id=pack, quantity=quantity, used=used)
