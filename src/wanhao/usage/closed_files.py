"""Reading closed cycles: only the row groups that hold the accounts asked for."""

import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from wanhao.metering.closing import ClosedCells
from wanhao.metering.columns import I64, Mask
from wanhao.usage.closing import CELL_COLUMNS, PACK_COLUMNS, PACKS
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
    "outside",
    "charge",
    "frozen",
    "tier",
    "tariff",
    "voice_unit",
    "price",
    "plan",
    "plan_used",
    "rolled",
    "rolled_used",
)
_PLAIN = 12
"""So many of them stand in a line as they are; the others are quantities of allowances."""
_ZONES = tuple(zone.value for zone in PRICED_ZONES)


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeUse:
    """Use at home in a closed cycle: a row for a group's voice (service 0), messages (1), data (2).

    `total` in voice units of `voice_unit` seconds, messages, octets; `packs` and `rolled` are what
    there was besides the plan. `mixed`: the tariff changed within the cycle.
    """

    group: I64
    service: I64
    total: I64
    packs: I64
    rolled: I64
    voice_unit: I64
    mixed: Mask


def usage_lines(cycle: int, first: int, last: int) -> Iterator[UsageLine]:
    """What the accounts from `first` to `last` used and were charged, by account and group."""
    file = _opened(cycle)
    for part in _row_groups(file, first, last):
        table = file.read_row_group(part, columns=[*_LINE_COLUMNS, PACKS])
        columns = {name: table[name].to_numpy() for name in _LINE_COLUMNS}
        account = columns["account"]
        happened = (columns["total"] != 0) | (columns["charge"] != 0)
        rows = np.flatnonzero((account >= first) & (account <= last) & happened)
        uses = _uses(columns, table[PACKS].combine_chunks(), rows)
        chosen = [columns[name][rows].tolist() for name in _LINE_COLUMNS[:_PLAIN]]
        for values, allowances in zip(zip(*chosen, strict=True), uses, strict=True):
            yield _line(values, allowances)


def home_use(cycle: int, first: int, last: int) -> Iterator[HomeUse]:
    """What the accounts from `first` to `last` used at home, as columns, for whole populations."""
    file = _opened(cycle)
    names = ["account", "group", "zone", "service", "total", "frozen", "voice_unit", "rolled"]
    for part in _row_groups(file, first, last):
        table = file.read_row_group(part, columns=[*names, PACKS])
        columns = {name: table[name].to_numpy() for name in names}
        account, home = columns["account"], columns["zone"] == 0
        rows = np.flatnonzero(home & (account >= first) & (account <= last))
        yield HomeUse(
            group=columns["group"][rows],
            service=columns["service"][rows].astype(np.int64),
            total=columns["total"][rows],
            packs=_of_packs(table[PACKS].combine_chunks())[rows],
            rolled=columns["rolled"][rows],
            voice_unit=columns["voice_unit"][rows].astype(np.int64),
            mixed=columns["frozen"][rows] != 0,
        )


def _of_packs(packs: pa.ListArray) -> I64:
    """The quantity of all packs of each row together."""
    running = np.concatenate([[0], np.cumsum(packs.values.field("quantity").to_numpy())])
    offsets = packs.offsets.to_numpy()
    found: I64 = running[offsets[1:]] - running[offsets[:-1]]
    return found


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


def _line(values: tuple[int, ...], allowances: tuple[AllowanceUse, ...]) -> UsageLine:
    account, group, zone, service, total, beyond, charge, earlier, *rest = values
    tier, tariff, unit, price = rest
    return UsageLine(
        account_id=account,
        group_id=group,
        zone=_ZONES[zone],
        service=SERVICES[service],
        total=total,
        beyond=beyond,
        charge_fen=charge,
        earlier_fen=earlier,
        tier=tier,
        tariff=tariff,
        voice_unit=unit,
        price_fen=price,
        allowances=allowances,
    )


def _uses(
    columns: dict[str, np.ndarray], packs: pa.ListArray, rows: I64
) -> Iterator[tuple[AllowanceUse, ...]]:
    """What each row took of its allowances, in the order in which they are used."""
    offsets = packs.offsets.to_numpy()
    held = [packs.values.field(name).to_numpy() for name in PACK_COLUMNS]
    figures = [columns[name][rows].tolist() for name in _LINE_COLUMNS[_PLAIN:]]
    spans = zip(offsets[rows].tolist(), offsets[rows + 1].tolist(), strict=True)
    for (low, high), plan, plan_used, rolled, rolled_used in zip(spans, *figures, strict=True):
        found = []
        if rolled:
            found.append(_use(AllowanceKind.ROLLED, 0, rolled, rolled_used))
        for place in range(low, high):
            pack, quantity, used = (int(column[place]) for column in held)
            found.append(_use(AllowanceKind.PACK, pack, quantity, used))
        if plan:
            found.append(_use(AllowanceKind.PLAN, 0, plan, plan_used))
        yield tuple(found)


def _use(kind: AllowanceKind, pack: int, quantity: int, used: int) -> AllowanceUse:
    return AllowanceUse(kind=kind, pack_id=pack, quantity=quantity, used=used)
