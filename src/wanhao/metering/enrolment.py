"""Giving groups and accounts their places, and making room for more; no figure changes by it."""

from typing import Any

import numpy as np

from wanhao.metering.columns import I64, Column, distinct
from wanhao.metering.meters import SERVICES, ZONES
from wanhao.metering.slots import NEVER, NO_CYCLE, SLOT_GROUP_COLUMNS
from wanhao.metering.state import ACCOUNT_COLUMNS, GROUP_COLUMNS, MeterState

STRETCH = 1 << 16
_MIX = np.uint64(0x9E3779B97F4A7C15)


def shard_of(account: I64, shards: int) -> I64:
    """The shard of each account, by a multiplicative hash."""
    mixed = account.astype(np.uint64) * _MIX >> np.uint64(33)
    result: I64 = (mixed % np.uint64(shards)).astype(np.int64)
    return result


def enrol_accounts(state: MeterState, account: I64) -> I64:
    """Give every account not known yet a place in its shard; returns the places of all."""
    new = distinct(account[state.account_places_of(account) < 0])
    if len(new):
        shard = shard_of(new, state.shards)
        needed = int((state.accounts_used + np.bincount(shard, minlength=state.shards)).max())
        if needed > state.account_capacity:
            _widen_accounts(state, _room(needed, state.account_capacity))
        place = _next_places(shard, state.accounts_used, state.account_capacity)
        state.account_id[place] = new
        state.place_of_account.grow(int(new.max()) + 1, -1)
        state.place_of_account[new] = place
    return state.account_places_of(account)


def enrol_groups(state: MeterState, group: I64, account: I64) -> I64:
    """Give every group not known yet a place in its account's shard; returns the places of all."""
    account_place = enrol_accounts(state, account)
    fresh, first = np.unique(group, return_index=True)
    unknown = state.places_of(fresh) < 0
    new, owner = fresh[unknown], account_place[first[unknown]]
    if len(new):
        place = _group_places(state, owner)
        state.group_id[place] = new
        state.account_place[place] = owner
        state.place_of_group.grow(int(new.max()) + 1, -1)
        state.place_of_group[new] = place
        _set_alarms(state, place, NEVER)
    return state.places_of(group)


def enrol_zones(state: MeterState, group: I64, zone: I64) -> None:
    """Give groups that are used abroad a place for each rate zone, under the terms they have."""
    pairs = np.unique(np.column_stack([group, zone]), axis=0)
    unknown = zone_places(state, state.places_of(pairs[:, 0]), pairs[:, 1]) < 0
    group, zone = pairs[unknown].T
    if not len(group):
        return
    place = _group_places(state, state.account_place[state.places_of(group)])
    home = state.places_of(group)
    state.zone[place] = zone
    for name in ("group_id", "account_place", "told", "first_cycle"):
        column = getattr(state, name)
        column[place] = column[home]
    for slot in state.slots:
        slot.terms[place] = slot.terms[home]
    _set_alarms(state, place, 1)
    order = np.argsort(keys := np.append(state.zone_key, home * ZONES + zone))
    state.zone_key, state.zone_place = keys[order], np.append(state.zone_place, place)[order]


def zone_places(state: MeterState, home: I64, zone: I64) -> I64:
    """The place where each group's use in a zone is counted, -1 where there is none yet."""
    if not len(state.zone_key):
        return np.where(zone > 0, -1, home)
    wanted = home * ZONES + zone
    spot = np.minimum(np.searchsorted(state.zone_key, wanted), len(state.zone_key) - 1)
    abroad = np.where(state.zone_key[spot] == wanted, state.zone_place[spot], -1)
    found: I64 = np.where(zone > 0, abroad, home)
    return found


def with_zones(state: MeterState, home: I64) -> I64:
    """These places and those of the same groups abroad."""
    abroad = [zone_places(state, home, np.full(len(home), zone)) for zone in range(1, ZONES)]
    places = np.concatenate([home, *abroad])
    found: I64 = places[places >= 0]
    return found


def _set_alarms(state: MeterState, place: I64, alarm: int) -> None:
    for slot in state.slots:
        if slot.cycle != NO_CYCLE:
            for service in range(SERVICES):
                slot.alarm.put(place, service, alarm)


def _group_places(state: MeterState, owner: I64) -> I64:
    """A fresh place in the shard of each owner (places of accounts)."""
    shard = owner // state.account_capacity
    needed = int((state.groups_used + np.bincount(shard, minlength=state.shards)).max())
    if needed > state.capacity:
        _widen_groups(state, _room(needed, state.capacity))
    return _next_places(shard, state.groups_used, state.capacity)


def _room(needed: int, have: int) -> int:
    return max(needed, have + have // 4)


def _next_places(shard: I64, used: I64, capacity: int) -> I64:
    """The next free place in each one's shard; `used` is moved on."""
    order = np.argsort(shard, kind="stable")
    ordered = shard[order]
    starts = np.searchsorted(ordered, np.arange(len(used)))
    row = np.arange(len(shard)) - starts[ordered] + used[ordered]
    place = np.empty(len(shard), np.int64)
    place[order] = ordered * capacity + row
    used += np.bincount(shard, minlength=len(used))
    return place


def _spread(array: Any, shards: int, old: int, new: int) -> Any:
    """Give each shard's slice of an array more room; pages that are all zero stay untouched."""
    wider = np.zeros((shards * new, *array.shape[1:]), array.dtype)
    for shard in range(shards):
        for first in range(0, old, STRETCH):
            part = array[shard * old + first : shard * old + min(first + STRETCH, old)]
            if part.any():
                start = shard * new + first
                wider[start : start + len(part)] = part
    return wider


def _widen_accounts(state: MeterState, capacity: int) -> None:
    old = state.account_capacity
    columns = [getattr(state, name) for name in (*ACCOUNT_COLUMNS, "money_episode")]
    for column in (*columns, *(slot.charge for slot in state.slots)):
        column.data = _spread(column.data, state.shards, old, capacity)
    state.place_of_account.move(old, capacity)
    state.account_place.move(old, capacity)
    state.account_capacity = capacity


def _widen_groups(state: MeterState, capacity: int) -> None:
    old, shards = state.capacity, state.shards
    columns: list[Column] = [getattr(state, name) for name in GROUP_COLUMNS]
    for slot in state.slots:
        columns += [*slot.totals.columns, *slot.alarm.columns]
        columns += [getattr(slot, name) for name in SLOT_GROUP_COLUMNS]
        _rebase(slot.packs.place, old, capacity)
    for column in columns:
        column.data = _spread(column.data, shards, old, capacity)
    state.place_of_group.move(old, capacity)
    _rebase(state.zone_place, old, capacity)
    home, zone = np.divmod(state.zone_key, ZONES)
    _rebase(home, old, capacity)
    state.zone_key = home * ZONES + zone
    state.plan.move_places(old, capacity)
    state.usage_episode = {
        (cycle, place // old * capacity + place % old, service, level): number
        for (cycle, place, service, level), number in state.usage_episode.items()
    }
    state.capacity = capacity


def _rebase(place: I64, old: int, new: int) -> None:
    held = place >= 0
    shard, row = np.divmod(place[held], old)
    place[held] = shard * new + row
