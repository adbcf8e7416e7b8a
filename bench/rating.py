"""`python -m bench --rating`: what rating costs per record, beside counting alone and a plain loop.

The same records are folded three times into a million lines: under a tariff without prices, under
乐享4G in the middle of a month, and under 乐享4G where everybody is beyond the plan, so that every
cell is priced. A plain Python loop over records, with the same prices, is timed on a sample. Then
the next month opens for all of them, and the rent falls due part by part; it takes every prepaid
account below both thresholds.
"""

import time
from dataclasses import replace

import numpy as np

from bench.figures import figure, say, show
from bench.world import CYCLE, FIRST, MID_MONTH, World, load, make_world
from wanhao.metering.cycles import CycleStep
from wanhao.metering.facts import FactColumns, apply_facts, fold_facts
from wanhao.metering.folding import Records, apply, fold, resolve
from wanhao.metering.funding import Fees, RentStep
from wanhao.metering.meters import DATA, VOICE, Refusal
from wanhao.metering.state import MeterState

LINES = 1_000_000
BATCH = 500_000
BATCHES = 4
SAMPLE = 100_000
SHARDS = 8
PARTS = 50


def main() -> None:
    """Print nanoseconds per record and their ratios."""
    rng = np.random.default_rng(10_000)
    world = make_world(LINES, rng)
    batches = [_records(world, rng) for _ in range(BATCHES)]
    beyond = replace(world, used=world.allowance * 2)
    counting = _folded(replace(world, priced=False), batches, "counting alone")
    rating = _folded(world, batches, "rating, middle of a month")
    stress = _folded(beyond, batches, "rating, everybody beyond the plan")
    loop = _looped(world, batches[0])
    show(
        "rating",
        [
            figure("counting_alone", counting, "ns", loop),
            figure("rating_mid_month", rating, "ns", counting),
            figure("rating_all_beyond", stress, "ns", counting),
            figure("rating_plain_loop", loop, "ns", rating),
            *_month_turned(world, batches[0]),
        ],
    )


def _month_turned(world: World, records: Records) -> list[dict[str, object]]:
    """How long counting stands still when a month opens, and for each part of the rent."""
    state = MeterState.empty(SHARDS)
    load(state, world)
    apply(state, fold(state, records, resolve(state, records, MID_MONTH))[0])
    ids = world.ids
    rent, after = np.full(world.count, 49_900), np.full(world.count, CYCLE + 1)
    fees = Fees(account=ids, cycle=CYCLE, fee=0 * rent, rent=rent, rent_from=after)
    told: list[FactColumns] = [fees, CycleStep(cycle=CYCLE + 1, opens=True)]
    told += [RentStep(cycle=CYCLE + 1, part=part, parts=PARTS) for part in range(PARTS)]
    took, crossed = [], []
    for number, facts in enumerate(told, start=100):
        began = time.perf_counter()
        delta, effects = fold_facts(state, facts, number, MID_MONTH)
        apply_facts(state, delta)
        took.append(time.perf_counter() - began)
        crossed.append(len(effects))
    most = max(crossed[2:])
    say(f"  rent: {sum(crossed[2:]):,} thresholds crossed, {most:,} in one part at most")
    return [
        figure("month_opens", took[1], "s", 0),
        figure("rent_longest_part", 1_000 * max(took[2:]), "ms", 0),
    ]


def _records(world: World, rng: np.random.Generator) -> Records:
    """Short calls, messages, small data sessions of lines at random."""
    service = rng.choice(3, BATCH, p=[0.25, 0.1, 0.65])
    sizes = [rng.lognormal(4.0, 1.0, BATCH), np.ones(BATCH), rng.lognormal(12.0, 1.6, BATCH)]
    return Records(
        number=FIRST + rng.integers(1, world.count + 1, BATCH),
        service=service.astype(np.uint8),
        zone=np.zeros(BATCH, np.uint8),
        start=MID_MONTH - 3600 + rng.integers(0, 3600, BATCH),
        quantity=np.maximum(np.choose(service, sizes), 1).astype(np.int64),
        sign=np.ones(BATCH, np.int8),
    )


def _folded(world: World, batches: list[Records], name: str) -> float:
    """Nanoseconds per record for resolving, folding and applying; the best of the batches."""
    state = MeterState.empty(SHARDS)
    load(state, world)
    took = []
    for records in batches:
        began = time.perf_counter()
        resolved = resolve(state, records, MID_MONTH)
        assert not (resolved.refusal != Refusal.NONE).any()
        delta, _ = fold(state, records, resolved)
        apply(state, delta)
        took.append((time.perf_counter() - began) / len(records) * 1e9)
    charged = sum(int(slot.charge.data.sum(dtype=np.int64)) for slot in state.slots)
    say(f"  {name}: {min(took):,.0f} ns per record, {charged / 100:,.2f} yuan charged")
    return min(took)


def _looped(world: World, records: Records) -> float:
    """The same in a plain loop: look up, round, add, price before and after."""
    line = (records.number[:SAMPLE] - FIRST - 1).tolist()
    service = records.service[:SAMPLE].tolist()
    quantity = records.quantity[:SAMPLE].tolist()
    totals = {n: world.used[n].tolist() for n in set(line)}
    plans = {n: world.allowance[n].tolist() for n in totals}
    charged = 0
    began = time.perf_counter()
    for n, kind, amount in zip(line, service, quantity, strict=True):
        units = -(-amount // 60) if kind == VOICE else amount
        before = totals[n][kind]
        totals[n][kind] = before + units
        free = plans[n][kind]
        charged += _price(kind, before + units - free) - _price(kind, before - free)
    return (time.perf_counter() - began) / SAMPLE * 1e9


def _price(kind: int, beyond: int) -> int:
    if beyond <= 0:
        return 0
    if kind != DATA:
        return beyond * (15 if kind == VOICE else 10)
    blocks, rest = divmod(-(-beyond // 1024), 500 * 1024)
    return min(blocks * 3_000 + min(3_000, -(-rest * 30 // 1024)), 60_000)
