"""Snapshots of earlier versions, put as they would be written now.

Until format 4 every figure of the state was of 64 bits and stood in one array for all services.
"""

from typing import Any

import numpy as np

from wanhao.metering.columns import I64, Column
from wanhao.metering.meters import SERVICES
from wanhao.metering.numbering import BLOCK, LONG_AGO, UNKNOWN
from wanhao.metering.slots import ALARM_STEP, TOTAL_TYPES, Alarms
from wanhao.metering.state import ACCOUNT_TYPES, GROUP_TYPES
from wanhao.metering.terms import DistinctRows

BEFORE_CREDIT, OF_64_BITS = 3, 4
READABLE = (BEFORE_CREDIT, OF_64_BITS)
Arrays = dict[str, Any]


def brought_up(arrays: Arrays, plain: dict[str, Any]) -> None:
    """Change the parts of an older snapshot to those of now."""
    if plain["format"] == BEFORE_CREDIT:
        arrays["credit"] = np.zeros_like(arrays["spendable"])
        plain["thresholds/credit"] = []
    _episodes(arrays, plain)
    arrays["told"] = (arrays["told"] > 0).astype(np.int8)
    for name, kind in (*GROUP_TYPES.items(), *ACCOUNT_TYPES.items()):
        _narrow(arrays, name, kind)
    for name in ("money_episode", "place_of_group", "place_of_account"):
        _narrow(arrays, name, np.int32)
    extras = DistinctRows.of_width(SERVICES)
    for slot in ("slots/0", "slots/1"):
        _slot(arrays, slot, extras)
    arrays["extras/row"] = extras.row
    _plan(arrays)


def _narrow(arrays: Arrays, name: str, kind: Any) -> None:
    arrays[f"{name}/data"] = _narrowed(arrays.pop(name), kind)


def _narrowed(values: I64, kind: Any) -> Any:
    column = Column.zeros(*values.shape, dtype=kind)
    column[:] = values
    return column.data


def _episodes(arrays: Arrays, plain: dict[str, Any]) -> None:
    """Marks of money and of a credit limit stood side by side; an account has one or the other."""
    money, credit = len(plain["thresholds/money"]), len(plain["thresholds/credit"])
    before = arrays["money_episode"]
    episode = np.zeros((len(before), max(money, credit)), np.int64)
    limited = arrays["credit"] > 0
    episode[~limited, :money] = before[~limited, :money]
    episode[limited, :credit] = before[limited, money:]
    arrays["money_episode"] = episode


def _slot(arrays: Arrays, slot: str, extras: DistinctRows) -> None:
    totals, alarm = arrays.pop(f"{slot}/totals"), arrays.pop(f"{slot}/alarm")
    for meter, kind in enumerate(TOTAL_TYPES):
        arrays[f"{slot}/totals/columns/{meter}/data"] = _narrowed(totals[:, meter], kind)
    alarms, place = Alarms.empty(len(totals)), np.arange(len(totals))
    for service in range(len(ALARM_STEP)):
        alarms.put(place, service, alarm[:, service])
        arrays[f"{slot}/alarm/columns/{service}/data"] = alarms.columns[service].data
    free, baseline = arrays.pop(f"{slot}/free"), arrays[f"{slot}/baseline"]
    bases = np.zeros_like(arrays[f"{slot}/baselines/base"])
    held = np.flatnonzero(baseline)
    bases[baseline[held]] = free[held]
    arrays[f"{slot}/baselines/free"] = bases
    given = np.zeros((len(totals), SERVICES), np.int64)
    packs = (arrays[f"{slot}/packs/place"], arrays[f"{slot}/packs/service"])
    np.add.at(given, packs, arrays[f"{slot}/packs/quantity"])
    arrays[f"{slot}/extra"] = extras.number_of(given)
    for name, kind in (("terms", np.int16), ("extra", np.int16), ("baseline", np.int32)):
        _narrow(arrays, f"{slot}/{name}", kind)
    for name, kind in (("rolled", np.int64), ("rolls_in", np.int8), ("charge", np.int32)):
        _narrow(arrays, f"{slot}/{name}", kind)


def _plan(arrays: Arrays) -> None:
    arrays["plan/block_of"] = arrays["plan/block_of"].astype(np.int32)
    place, since = arrays["plan/place"], arrays["plan/since"]
    blocks = np.where(place == UNKNOWN, LONG_AGO, since).reshape(-1, BLOCK)
    arrays["plan/newest"] = blocks.max(axis=1, initial=LONG_AGO)
    arrays["plan/since"] = np.where(place == UNKNOWN, 0, since)
    for name in ("plan/place", "plan/since"):
        _narrow(arrays, name, np.int32)
