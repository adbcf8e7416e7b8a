"""One size of `make bench-kernel`: `python -m bench.kernel_at LINES` prints its figures as JSON."""

import ctypes
import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench.province.facts import SPENDABLE, Lines, lines, span
from bench.province.records import Traffic
from bench.world import CYCLE, FIRST, MID_MONTH, OF_DATA, PLANS, tariff
from wanhao.metering.changing import GroupTerms
from wanhao.metering.cycles import CycleStep
from wanhao.metering.facts import FactColumns, LineLinks, apply_facts, enrol, fold_facts
from wanhao.metering.folding import Records, apply, fold, resolve
from wanhao.metering.funding import Funds
from wanhao.metering.meters import Refusal
from wanhao.metering.state import MeterState, Watched

CHUNK = 500_000
BATCH = 500_000
BATCHES, WARM = 8, 2
LOOP_LINES, LOOP_RECORDS = 200_000, 200_000
PERCENTS = (80, 100)
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Of mallopt: memory that numpy frees stays with the process, as in the meter's own."""
SERVICES, ZONES = pa.array(["voice", "message", "data"]), pa.array(["domestic", "free"])
Seconds = dict[str, float]
Found = TypeVar("Found")


def main() -> None:
    """Fill a state, count some batches into it, and tell what each part took."""
    _keep_memory()
    count = int(sys.argv[1])
    before = _resident()
    state = _filled(count)
    octets = (_resident() - before) / count
    batches = [_records(count, at * BATCH, BATCH) for at in range(BATCHES)]
    took: Seconds = {}
    for batch in batches[:WARM]:
        _count(state, batch, {})
    for batch in batches[WARM:]:
        _count(state, batch, took)
    rows = (BATCHES - WARM) * BATCH
    parts = {name: 1e9 * seconds / rows for name, seconds in took.items()}
    adding = 1e9 * _adding(batches[WARM:], count) / rows
    loop_ns, loop_octets = _loop()
    whole = {"lines": count, "ns": sum(parts.values()), "octets": octets, "adding_ns": adding}
    print(json.dumps({**whole, **parts, "loop_ns": loop_ns, "loop_octets": loop_octets}))


def _keep_memory() -> None:
    libc = ctypes.CDLL("libc.so.6")
    libc.mallopt(TRIM_THRESHOLD, 1 << 29)
    libc.mallopt(MMAP_THRESHOLD, 1 << 25)


def _resident() -> int:
    """The memory of this process that holds anything, in octets."""
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    text = Path("/proc/self/smaps_rollup").read_text()
    (line,) = (line for line in text.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) << 10


def _filled(count: int) -> MeterState:
    """A state that knows so many lines, the month half gone and the one before closed."""
    state = MeterState.empty(8)
    watched = Watched(usage=((80, 100), (80, 100), OF_DATA), money=(1500, 500), credit=(80, 100))
    months = [CycleStep(cycle=cycle, opens=True) for cycle in (CYCLE - 1, CYCLE)]
    _tell(state, [*months, CycleStep(cycle=CYCLE - 1, opens=False), watched, tariff(priced=True)])
    for first in range(1, count + 1, CHUNK):
        part = lines(first, min(first + CHUNK - 1, count), count)
        _tell(state, _facts(part))
        for service in range(part.used.shape[1]):
            used = np.maximum(part.used[:, service], 1)
            _count(state, _history(part, service, used), {})
    return state


def _facts(part: Lines) -> list[FactColumns]:
    one = np.ones(len(part.ids), np.int64)
    return [
        GroupTerms(
            group=part.ids,
            account=part.ids,
            cycle=CYCLE,
            plan=part.plan + 1,
            tariff=one,
            allowance=part.allowance,
            rolls=one,
        ),
        LineLinks(number=part.number, group=part.ids, since=0 * one),
        Funds(
            account=part.ids,
            spendable=one * SPENDABLE,
            watched=part.prepaid,
            billed=0 * one,
            credit=0 * one,
        ),
    ]


def _tell(state: MeterState, facts: list[FactColumns]) -> None:
    for one in facts:
        enrol(state, one)
        delta, _ = fold_facts(state, one, state.last_fact + 1, MID_MONTH)
        apply_facts(state, delta)


def _history(part: Lines, service: int, used: np.ndarray) -> Records:
    count = len(used)
    return Records(
        number=part.number,
        service=np.full(count, service, np.uint8),
        zone=np.zeros(count, np.uint8),
        start=np.full(count, MID_MONTH - 86_400),
        quantity=used * 60 if service == 0 else used,
        sign=np.ones(count, np.int8),
    )


def _records(count: int, first: int, rows: int) -> Records:
    """Records of the province's traffic that name a line and count."""
    table = Traffic(lines=count, records=50_000_000).columns(first, first + rows)
    number = table["number"].to_numpy()
    known = number >= FIRST
    codes = {
        name: pc.index_in(table[name].combine_chunks(), value_set=words).to_numpy()[known]
        for name, words in (("service", SERVICES), ("zone", ZONES))
    }
    return Records(
        number=number[known],
        service=codes["service"].astype(np.uint8),
        zone=codes["zone"].astype(np.uint8),
        start=table["start"].to_numpy()[known],
        quantity=table["quantity"].to_numpy()[known],
        sign=np.ones(int(known.sum()), np.int8),
    )


def _count(state: MeterState, records: Records, took: Seconds) -> None:
    """Count one batch, adding what each part took to `took`."""
    resolved = _timed(took, "resolve", lambda: resolve(state, records, MID_MONTH))
    assert (resolved.refusal == Refusal.NONE).all()
    delta, _ = _timed(took, "fold", lambda: fold(state, records, resolved))
    _timed(took, "apply", lambda: apply(state, delta))


def _timed(took: Seconds, name: str, work: Callable[[], Found]) -> Found:
    began = time.thread_time()
    found = work()
    took[name] = took.get(name, 0.0) + time.thread_time() - began
    return found


def _adding(batches: list[Records], count: int) -> float:
    """Seconds to add the quantities to a table that the number itself leads into."""
    totals = np.zeros((span(count) + 1) * 4, np.int64)
    began = time.thread_time()
    for batch in batches:
        np.add.at(totals, (batch.number - FIRST) * 4 + batch.service, batch.quantity)
    return time.thread_time() - began


def _loop() -> tuple[float, float]:
    """Nanoseconds a record and octets a line of a plain loop: totals and two thresholds."""
    before = _resident()
    part = lines(1, LOOP_LINES, LOOP_LINES)
    plans = list(map(tuple, PLANS.tolist()))
    allowances = (plans[plan] for plan in part.plan.tolist())
    cells = zip(part.used.tolist(), allowances, strict=True)
    known = dict(zip(part.number.tolist(), cells, strict=True))
    octets = (_resident() - before) / LOOP_LINES
    batch = _records(LOOP_LINES, 0, LOOP_RECORDS)
    rows = list(
        zip(batch.number.tolist(), batch.service.tolist(), batch.quantity.tolist(), strict=True)
    )
    crossed = 0
    began = time.thread_time()
    for number, service, quantity in rows:
        totals, allowed = known[number]
        units = -(-quantity // 60) if service == 0 else quantity
        before_, after = totals[service], totals[service] + units
        totals[service] = after
        for percent in PERCENTS:
            if before_ * 100 < percent * allowed[service] <= after * 100:
                crossed += 1
    assert crossed
    return 1e9 * (time.thread_time() - began) / len(rows), octets


if __name__ == "__main__":
    main()
