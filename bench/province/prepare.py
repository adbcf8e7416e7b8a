"""A process of its own that brings a meter to where the facts stand and leaves its snapshot.

`python -m bench.province.prepare FACTS FIRST-FILE`, in the environment of the meter to be. Groups,
lines and funds come from Parquet straight into the state, as from a snapshot of another system;
cycles, thresholds and the tariff stand in the facts log. The file is the meter's first batch.
"""

import resource
import shutil
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import django
import numpy as np

django.setup()

from django.db import transaction  # noqa: E402 - Django must be set up first

from bench.province.facts import SPENDABLE, Lines, read_facts  # noqa: E402
from bench.world import CYCLE, MID_MONTH, tariff  # noqa: E402
from wanhao.metering.changing import GroupTerms  # noqa: E402
from wanhao.metering.facts import FactColumns, LineLinks, apply_facts, enrol, fold_facts  # noqa: E402
from wanhao.metering.folding import Records, apply, fold, resolve  # noqa: E402
from wanhao.metering.funding import Funds  # noqa: E402
from wanhao.metering.state import MeterState  # noqa: E402
from wanhao.project.env import environment  # noqa: E402
from wanhao.usage.actions import record_facts  # noqa: E402
from wanhao.usage.contracts import CycleFact, RentFact  # noqa: E402
from wanhao.usage.folders import Folders  # noqa: E402
from wanhao.usage.local import LocalMeter  # noqa: E402
from wanhao.workflows.tell_customers import TellCustomers  # noqa: E402
from wanhao.workflows.watch_thresholds import watch_thresholds  # noqa: E402

NEVER = 1 << 30
SAY_EVERY = 1_000_000


def main() -> None:
    """Take the facts in, count one file, leave a snapshot."""
    facts, first = Path(sys.argv[1]), Path(sys.argv[2])
    now = datetime.fromtimestamp(MID_MONTH, UTC)
    meter = LocalMeter(
        folders=Folders(environment().data / "usage"),
        sink=TellCustomers(),
        clock=lambda: now,
        shards=environment().meter_shards,
        snapshot_every=NEVER,
    )
    meter.start()
    _tell_months(now)
    while meter.step():
        pass
    began = time.perf_counter()
    for part in read_facts(facts):
        _take(meter.state, part)
        if part.ids[-1] % SAY_EVERY == 0:
            _say(f"{part.ids[-1]:,} lines", began)
    shutil.copy(first, meter.folders.inbox / first.name)
    while meter.step():
        pass
    _say("the first batch counted", began)
    meter.stop()
    _say("the snapshot written", began)


def _tell_months(now: datetime) -> None:
    """Two months are open; the rent of this one was charged on the first."""
    watch_thresholds(now)
    opened = [CycleFact(cycle=cycle, opens=True) for cycle in (CYCLE - 1, CYCLE)]
    with transaction.atomic():
        record_facts([*opened, RentFact(cycle=CYCLE, part=0, parts=1)])


def _take(state: MeterState, part: Lines) -> None:
    """Some lines with their terms and funds, and what they used so far this month."""
    count = len(part.ids)
    one = np.ones(count, np.int64)
    told: list[FactColumns] = [
        tariff(priced=True),
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
    for columns in told:
        enrol(state, columns)
        delta, _ = fold_facts(state, columns, state.last_fact, MID_MONTH)
        apply_facts(state, delta)
    for service in range(part.used.shape[1]):
        _count_history(state, part, service)


def _count_history(state: MeterState, part: Lines, service: int) -> None:
    some = part.used[:, service] > 0
    used = part.used[some, service]
    records = Records(
        number=part.number[some],
        service=np.full(len(used), service, np.uint8),
        zone=np.zeros(len(used), np.uint8),
        start=np.full(len(used), MID_MONTH - 86_400),
        quantity=used * 60 if service == 0 else used,
        sign=np.ones(len(used), np.int8),
    )
    delta, _ = fold(state, records, resolve(state, records, MID_MONTH))
    apply(state, delta)


def _say(what: str, began: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    seconds = time.perf_counter() - began
    print(f"  {what} after {seconds:.1f} s, at most {peak:,} MB", flush=True)


if __name__ == "__main__":
    main()
