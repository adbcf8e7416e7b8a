"""Moving places to new terms at the total where they stand: the baseline of what follows.

What was charged stays charged, what was taken from an allowance stays taken, and what is left of
those that remain is free. The schedule goes on while the tariff stays the same; another tariff,
or a customer who goes on after a stop, begins it anew. A service whose allowances and tariff stay
as they were keeps the baseline it had: nothing happened to it.
"""

from dataclasses import dataclass

import numpy as np

from wanhao.metering.allowances import Cells, Packs, Taken, taken
from wanhao.metering.columns import I64, Mask
from wanhao.metering.enrolment import with_zones
from wanhao.metering.meters import SERVICES
from wanhao.metering.rating import Rated, alarms, rate, span_of, used_of
from wanhao.metering.slots import Slot
from wanhao.metering.state import MeterState
from wanhao.metering.thresholds import Span

PACK_IDS = np.int64(1) << np.int64(31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is asked of a slot: terms per home place, their packs, whether schedules start anew."""

    place: I64
    terms: I64
    packs: Packs
    number: int
    restarts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsDelta:
    """New terms of places in one slot, and the baseline they begin at (a column per service).

    A slot that holds no cycle yet takes terms too: the first cycle opens with them.
    """

    slot: int
    place: I64
    terms: I64
    alarm: I64
    packs: Packs
    baseline: dict[str, I64]
    before: Rated
    after: Rated

    def span(self, cells: I64) -> Span:
        """What the change means for thresholds, for cells by place and service."""
        whole = span_of(self.before, self.after)
        return Span(**{name: getattr(whole, name)[cells] for name in Span.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class _Begun:
    """What the cells begin with under the new terms; `anew` where the schedule starts again, by
    place; `kept` cells, whose allowances and schedule stay as they were."""

    terms: I64
    packs: Packs
    anew: Mask
    kept: Mask


def rebased(state: MeterState, slot: Slot, change: Change) -> TermsDelta:
    """The change at the totals of this moment; groups' places abroad follow their group. Pure."""
    place = with_zones(state, change.place)
    cells = state.cells(slot, np.repeat(place, SERVICES), np.tile(np.arange(SERVICES), len(place)))
    total = slot.totals.of_services(place).reshape(-1)
    before = rate(state, slot, cells, total)
    spread = taken(cells, total, slot.packs.at(place))
    terms = _follow(state, place, change)
    old = state.terms.tariff(slot.terms[place])
    anew = (state.terms.tariff(terms) != old) | change.restarts
    packs = change.packs.at(change.place)
    kept = _kept(state, slot, cells, terms, packs) & ~np.repeat(anew, SERVICES)
    begun = _Begun(terms=terms, packs=_with_use(packs, spread, kept), anew=anew, kept=kept)
    new = _new_cells(state, cells, before, spread, begun)
    bases, row = slot.baselines, slot.baseline[cells.place]
    charged = np.where(kept, 0, before.beyond - cells.over)
    outside = bases.outside[row, cells.service] + charged
    after = Rated(
        total=total,
        beyond=np.where(kept, before.beyond, new.over),
        fen=before.fen,
        used=used_of(total, outside, new.free),
        allowance=new.free - outside,
    )
    return TermsDelta(
        slot=next(index for index, one in enumerate(state.slots) if one is slot),
        place=place,
        terms=terms,
        alarm=alarms(state, slot, new, after).reshape(-1, SERVICES),
        packs=begun.packs,
        baseline=_baseline(slot, place, new, outside, before.fen, anew, change.number),
        before=before,
        after=after,
    )


def take_terms(state: MeterState, slot: Slot, delta: TermsDelta) -> None:
    """Carry out a change; a place where nothing happened yet needs no baseline."""
    slot.terms[delta.place] = delta.terms
    for service in range(SERVICES):
        slot.alarm.put(delta.place, service, delta.alarm[:, service])
    take_packs(state, slot, delta.place, delta.packs)
    columns = delta.baseline
    happened = slot.baseline[delta.place] > 0
    for name, column in columns.items():
        if name == "episode":
            happened |= column > 0
        elif name != "free":
            happened |= (column != 0).any(axis=1)
    rows = np.flatnonzero(happened)
    place = delta.place[rows]
    new = np.flatnonzero(slot.baseline[place] == 0)
    slot.baseline[place[new]] = slot.baselines.add_rows(len(new))
    for name, column in columns.items():
        getattr(slot.baselines, name)[slot.baseline[place]] = column[rows]


def take_packs(state: MeterState, slot: Slot, place: I64, packs: Packs) -> None:
    """These packs instead of all that the places (none twice) had."""
    slot.packs = slot.packs.replaced(place, packs)
    order = np.argsort(place)
    owner = order[np.searchsorted(place[order], packs.place)]
    given = np.zeros((len(place), SERVICES), np.int64)
    np.add.at(given, (owner, packs.service), packs.quantity)
    slot.extra.change(place, state.extras.number_of(given))


def _follow(state: MeterState, place: I64, change: Change) -> I64:
    """The terms of each place: those of its group's home place."""
    order = np.argsort(change.place)
    home = state.places_of(state.group_id[place])
    found: I64 = change.terms[order][np.searchsorted(change.place[order], home)]
    return found


def _kept(state: MeterState, slot: Slot, cells: Cells, terms: I64, packs: Packs) -> Mask:
    """Cells for which the plan gives as much as before, in packs that are the same."""
    place = cells.place[::SERVICES]
    same = state.terms.allowance(slot.terms[place]) == state.terms.allowance(terms)
    abroad = state.zone[cells.place] > 0
    before = slot.packs.at(place)
    rows = np.concatenate([_pack_terms(before), _pack_terms(packs)])
    found, count = np.unique(rows, axis=0, return_counts=True)
    changed = found[count == 1, 0]
    same_packs = ~np.isin(cells.place * SERVICES + cells.service, changed)
    kept: Mask = same_packs & (same.reshape(-1) | abroad)
    return kept


def _pack_terms(packs: Packs) -> I64:
    """A row per pack: its cell, and all that makes it the same pack."""
    cell = packs.place * SERVICES + packs.service
    return np.column_stack([cell, packs.pack, packs.quantity, packs.rank])


def _with_use(packs: Packs, spread: Taken, kept: Mask) -> Packs:
    """The new packs; one that was there before keeps what was taken from it, up to now or, in cells
    that are kept, up to their baseline."""
    if not len(packs) or not len(spread.packs):
        return packs
    known, order = _pack_keys(spread.packs), np.argsort(_pack_keys(spread.packs))
    wanted = _pack_keys(packs)
    spot = np.minimum(np.searchsorted(known[order], wanted), len(order) - 1)
    same = known[order][spot] == wanted
    used = np.where(kept[spread.pack_cell], spread.packs.used, spread.pack_taken)
    packs.used[same] = used[order][spot[same]]
    return packs


def _pack_keys(packs: Packs) -> I64:
    keys: I64 = (packs.place * SERVICES + packs.service) * PACK_IDS + packs.pack
    return keys


def _new_cells(state: MeterState, cells: Cells, before: Rated, spread: Taken, new: _Begun) -> Cells:
    """The cells at their new baseline: `free` is the total plus all that is left."""
    repeated = np.repeat(new.terms, SERVICES)
    home = state.zone[cells.place] == 0
    allowance = state.terms.allowance(repeated)[np.arange(len(repeated)), cells.service] * home
    left = np.maximum(allowance - spread.plan, 0) + np.maximum(cells.rolled - spread.rolled, 0)
    order = np.argsort(key := cells.place * SERVICES + cells.service)
    wanted = new.packs.place * SERVICES + new.packs.service
    owner = order[np.searchsorted(key[order], wanted)]
    np.add.at(left, owner, np.maximum(new.packs.quantity - new.packs.used, 0))
    begun = {
        "free": before.total + left,
        "base": before.total,
        "over": np.where(np.repeat(new.anew, SERVICES), 0, before.beyond),
        "plan_used": spread.plan,
        "rolled_used": spread.rolled,
    }
    columns = {name: np.where(new.kept, getattr(cells, name), at) for name, at in begun.items()}
    return Cells(place=cells.place, service=cells.service, rolled=cells.rolled, **columns)


def _baseline(
    slot: Slot, place: I64, new: Cells, outside: I64, fen: I64, anew: Mask, number: int
) -> dict[str, I64]:
    """The columns of the side table; an episode begins where a schedule starts after any use."""
    row, bases = slot.baseline[place], slot.baselines
    columns = {
        "free": new.free,
        "base": new.base,
        "over": new.over,
        "outside": outside,
        "plan_used": new.plan_used,
        "rolled_used": new.rolled_used,
    }
    by_place = {name: column.reshape(-1, SERVICES) for name, column in columns.items()}
    frozen = np.where(anew[:, None], fen.reshape(-1, SERVICES), bases.frozen[row])
    began = anew & (by_place["base"] != 0).any(axis=1)
    episode = np.where(began, number, bases.episode[row])
    return {**by_place, "frozen": frozen, "episode": episode}
