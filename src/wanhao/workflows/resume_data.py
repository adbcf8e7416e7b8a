"""Resume data: with the next month, data that was stopped at its limit works again."""

from collections.abc import Collection, Sequence
from datetime import datetime

from wanhao.parties.queries import lines_of_groups
from wanhao.products.queries import next_groups_without_data
from wanhao.promises.actions import make
from wanhao.promises.contracts import DuePromise, NewPromise
from wanhao.values.cycle import Cycle
from wanhao.workflows.tell_network import tell_network

RESUME_DATA = "resume-data"
GROUPS_AT_ONCE = 2_000


def promise_resuming(cycles: Collection[int], now: datetime) -> None:
    """Promise that data stopped in these months works again when they are over; once for each."""
    make([_promised(cycle, 0) for cycle in cycles], now)


def resume_data(due: Sequence[DuePromise], now: datetime) -> None:
    """Keep these promises: a chunk of groups for each, and the next chunk is promised."""
    for promise in due:
        cycle, after = (int(str(promise.payload[name])) for name in ("cycle", "after"))
        groups = next_groups_without_data(cycle, after, GROUPS_AT_ONCE)
        if groups:
            tell_network([line.line_id for line in lines_of_groups(groups)], now)
            make([_promised(cycle, groups[-1])], now)


def _promised(cycle: int, after: int) -> NewPromise:
    return NewPromise(
        kind=RESUME_DATA,
        key=f"{cycle}:{after}",
        due_at=Cycle(cycle).end,
        payload={"cycle": cycle, "after": after},
    )
