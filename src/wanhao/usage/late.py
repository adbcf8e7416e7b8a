"""Records that came after the close of their cycle: what each changes of what was charged.

The first one of a cell costs f(total + q) - f(total), the next goes on from there, so that all of
them together cost what they would have cost in time, under the terms with which the cycle closed.
"""

from collections.abc import Sequence

import numpy as np
from django.db.models import F, Sum

from wanhao.metering.closing import ClosedCells, recharged
from wanhao.metering.columns import I64, ceil_div
from wanhao.metering.meters import SERVICES, ServiceCode
from wanhao.metering.tariffs import TariffTable
from wanhao.usage.closed_files import cells_of
from wanhao.usage.feed import tariff_terms
from wanhao.usage.models import LateUsage, ToldTariff
from wanhao.usage.schema import PRICED_ZONES, SERVICE_CODES

_RATE_ZONES = {zone.value: place for place, zone in enumerate(PRICED_ZONES)}


def charges_of(cycle: int, late: Sequence[LateUsage]) -> tuple[I64, I64]:
    """Units (signed) and fen of late records of one cycle that follow each other in order."""
    cells = _cells(cycle, late)
    sign = np.array([row.sign for row in late], np.int64)
    quantity = np.array([row.quantity for row in late], np.int64)
    voice = cells.service == ServiceCode.VOICE
    units = sign * np.where(voice, ceil_div(quantity, np.maximum(cells.voice_unit, 1)), quantity)
    rated = np.array([row.zone in _RATE_ZONES for row in late], np.bool_)
    before = cells.total + _earlier(cycle, late) + _running(_keys(late), units)
    table = _tariffs(cells.tariff)
    moved = recharged(table, cells, before + units) - recharged(table, cells, before)
    priced = sign * np.array([row.priced for row in late], np.int64)
    return units, np.where(rated, moved, 0) + priced


def _cells(cycle: int, late: Sequence[LateUsage]) -> ClosedCells:
    """The closed cell of each late record; one abroad that was not used has its group's tariff."""
    asked = _keys(late)
    group = np.array([row.group_id for row in late], np.int64)
    known = cells_of(cycle, np.array([row.account_id for row in late], np.int64), group)
    keys = (known.group * len(PRICED_ZONES) + known.zone) * SERVICES + known.service
    row, found = _place(keys, asked)
    service = np.array([SERVICE_CODES[one.service] for one in late], np.int64)
    home, at_home = _place(keys, group * len(PRICED_ZONES) * SERVICES + service)
    names = ClosedCells.__dataclass_fields__
    columns = {name: np.append(getattr(known, name), 0) for name in names}
    cells = {name: np.where(found, column[row], 0) for name, column in columns.items()}
    for name in ("tariff", "voice_unit"):
        cells[name] = np.where(at_home, columns[name][home], cells[name])
    cells["service"] = service
    cells["group"] = group
    cells["zone"] = np.array([_RATE_ZONES.get(one.zone, 0) for one in late], np.int64)
    return ClosedCells(**cells)


def _keys(late: Sequence[LateUsage]) -> I64:
    """A key per group, rate zone and service; what is free is in none."""
    return np.array(
        [
            (row.group_id * len(PRICED_ZONES) + _RATE_ZONES[row.zone]) * SERVICES
            + SERVICE_CODES[row.service]
            if row.zone in _RATE_ZONES
            else -1
            for row in late
        ],
        np.int64,
    )


def _place(keys: I64, asked: I64) -> tuple[I64, np.ndarray]:
    """Where each key stands, and whether it does."""
    order = np.argsort(keys)
    spot = np.searchsorted(keys[order], asked)
    inside = spot < len(keys)
    row = np.append(order, len(keys))[np.where(inside, spot, len(keys))]
    found = inside & (np.append(keys, -2)[row] == asked)
    return row, found


def _earlier(cycle: int, late: Sequence[LateUsage]) -> I64:
    """Units of late records of the same cells that were settled before."""
    groups = {row.group_id for row in late}
    settled = LateUsage.objects.filter(cycle=cycle, group_id__in=groups, settled_at__isnull=False)
    sums = settled.values_list("group_id", "zone", "service").annotate(total=Sum(F("units")))
    units = {(group, zone, service): total for group, zone, service, total in sums}
    found = [units.get((row.group_id, row.zone, row.service), 0) for row in late]
    return np.array(found, np.int64)


def _running(key: I64, units: I64) -> I64:
    """Units of the records of the same cell that stand before each one."""
    order = np.argsort(key, kind="stable")
    ordered = units[order]
    running = np.cumsum(ordered) - ordered
    opening = np.flatnonzero(np.diff(key[order], prepend=-2))
    started = np.repeat(running[opening], np.diff(np.append(opening, len(order))))
    result = np.empty(len(units), np.int64)
    result[order] = running - started
    return result


def _tariffs(numbers: I64) -> TariffTable:
    table = TariffTable()
    for row in ToldTariff.objects.filter(number__in=np.unique(numbers).tolist()):
        table.learn(tariff_terms(row.body))
    return table
