"""A snapshot as earlier versions wrote it: every figure of 64 bits, one array for all services."""

import json

import numpy as np

from wanhao.metering.meters import SERVICES
from wanhao.metering.slots import NEVER, SLOT_GROUP_COLUMNS
from wanhao.metering.state import ACCOUNT_COLUMNS, GROUP_COLUMNS
from wanhao.usage.column_files import read_columns

OF_BOTH = (*GROUP_COLUMNS, *ACCOUNT_COLUMNS, "money_episode", "place_of_group", "place_of_account")
FAR = np.iinfo(np.int64).max


def written_by_format_3(path, state):
    """Write a snapshot of this state again, as the version without credit limits would have."""
    arrays, told = read_columns(path)
    episodes = [arrays.pop(f"usage_episode/{part}").tolist() for part in ("keys", "values")]
    plain = {**told["plain"], "usage_episode": list(zip(*episodes, strict=True))}
    for name in [name for name in arrays if name.endswith("/data")]:
        arrays[name.removesuffix("/data")] = arrays.pop(name).astype(np.int64)
    for name in ("credit", "extras/row", "plan/newest"):
        del arrays[name]
    arrays["plan/since"][arrays["plan/place"] < -1] = FAR
    arrays["told"] *= 7
    for number, slot in enumerate(state.slots):
        _month(arrays, state, slot, f"slots/{number}")
    del plain["thresholds/credit"]
    plain |= {"format": 3, "fact_at": told["fact_at"]}
    arrays["plain"] = np.frombuffer(json.dumps(plain).encode(), np.uint8)
    path.unlink()
    np.savez(path.with_suffix(".npz"), **arrays)
    return path.with_suffix(".npz")


def _month(arrays, state, slot, path):
    for name in [name for name in arrays if name.startswith((f"{path}/totals", f"{path}/alarm"))]:
        del arrays[name]
    del arrays[f"{path}/extra"], arrays[f"{path}/baselines/free"]
    place = np.arange(len(state.group_id))
    arrays[f"{path}/totals"] = np.stack([column[place] for column in slot.totals.columns], axis=1)
    alarms = [column[place] for column in slot.alarm.columns]
    alarms[2] <<= 16
    arrays[f"{path}/alarm"] = np.stack([*alarms, np.full(len(place), NEVER)], axis=1)
    cells = [state.cells(slot, place, np.full(len(place), n)).free for n in range(SERVICES)]
    arrays[f"{path}/free"] = np.stack(cells, axis=1)
    assert all(f"{path}/{name}" in arrays for name in SLOT_GROUP_COLUMNS if name != "extra")
