"""A meter in a process of its own that changes every row all the time, until it is told to end.

After batch n every customer has used n minutes, n messages and n octets, so a row that says
anything else is torn.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from select import select

import numpy as np

from tests.metering.examples import CYCLE, NOVEMBER, step
from wanhao.metering.changing import GroupTerms
from wanhao.metering.cycles import CycleStep
from wanhao.metering.facts import LineLinks
from wanhao.metering.folding import Records, fold, resolve
from wanhao.metering.state import MeterState
from wanhao.metering.tariffs import TariffTerms
from wanhao.usage.view.applying import apply_in_view
from wanhao.usage.view.writer import MeterView

SHARDS = 4
CUSTOMERS = 2_000
FIRST = 16_907_910_000
MORE_EVERY = 20


def enrolled(state: MeterState, first: int, count: int, number: int) -> None:
    """More customers, each with 1,000,000 of everything."""
    ids = np.arange(first, first + count)
    terms = GroupTerms(
        group=ids,
        account=ids,
        cycle=CYCLE,
        plan=np.ones(count, np.int64),
        tariff=np.ones(count, np.int64),
        allowance=np.full((count, 3), 1_000_000),
        rolls=np.zeros(count, np.int64),
    )
    step(state, terms, number)
    since = np.zeros(count, np.int64)
    step(state, LineLinks(number=FIRST + ids, group=ids, since=since), number)


def everybody(customers: int) -> Records:
    """A minute, a message and an octet of each of the first customers."""
    numbers = FIRST + np.arange(1, customers + 1)
    return Records(
        number=np.tile(numbers, 3),
        service=np.repeat(np.arange(3, dtype=np.uint8), customers),
        zone=np.zeros(3 * customers, np.uint8),
        start=np.full(3 * customers, NOVEMBER),
        quantity=np.repeat([60, 1, 1], customers),
        sign=np.ones(3 * customers, np.int8),
    )


def main() -> None:
    """Usage: hammering_meter FOLDER; ends with its standard input."""
    state = MeterState.empty(SHARDS)
    step(state, CycleStep(cycle=CYCLE, opens=True), 1)
    step(state, TariffTerms(number=1, voice_unit=60, prices=np.zeros((3, 3), np.int64)), 2)
    enrolled(state, 1, CUSTOMERS, 3)
    view = MeterView(folder=Path(sys.argv[1]), state=state, clock=lambda: datetime.now(UTC))
    view.announce()
    print("counts", flush=True)
    records, more = everybody(CUSTOMERS), CUSTOMERS + 1
    while not select([sys.stdin], [], [], 0)[0]:
        delta, _ = fold(state, records, resolve(state, records, NOVEMBER + 1))
        apply_in_view(view, state, delta, state.last_batch + 1)
        state.last_batch += 1
        if state.last_batch % MORE_EVERY == 0:
            with view.changing():
                enrolled(state, more, CUSTOMERS // 4, 3)
            more += CUSTOMERS // 4


if __name__ == "__main__":
    main()
