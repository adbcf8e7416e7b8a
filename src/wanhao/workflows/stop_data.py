"""Stop data: promised when a group reaches the limit of its use, done when somebody was told."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from wanhao.parties.queries import lines_of_groups
from wanhao.products import actions
from wanhao.promises.actions import make
from wanhao.promises.contracts import DuePromise, NewPromise
from wanhao.usage.contracts import UpgradeCrossing
from wanhao.values.cycle import Cycle
from wanhao.workflows.resume_data import promise_resuming
from wanhao.workflows.tell_network import tell_network

STOP_DATA = "stop-data"


def promise_stops(crossings: Sequence[UpgradeCrossing], now: datetime) -> None:
    """Promise to stop the data of these groups, held until they were told; the same once only."""
    make(
        [
            NewPromise(
                kind=STOP_DATA,
                key=stop_key(one),
                due_at=now,
                payload={"group": one.group_id, "cycle": one.cycle},
                held=True,
            )
            for one in crossings
        ],
        now,
    )


def stop_key(crossing: UpgradeCrossing) -> str:
    """A stop happens once in each episode; the next begins when the customer asks to go on."""
    return f"{crossing.group_id}:{crossing.cycle}:{crossing.episode}"


def stop_data(due: Sequence[DuePromise], now: datetime) -> None:
    """Keep these promises; a month that is over is not stopped any more."""
    running = Cycle.of(now).number
    groups: dict[int, list[int]] = defaultdict(list)
    for promise in due:
        group, cycle = (int(str(promise.payload[name])) for name in ("group", "cycle"))
        if cycle >= running:
            groups[cycle].append(group)
    for cycle, stopped in sorted(groups.items()):
        actions.stop_data(sorted(stopped), cycle, now)
        tell_network([line.line_id for line in lines_of_groups(stopped)], now)
    promise_resuming(groups, now)
