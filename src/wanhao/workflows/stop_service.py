"""Stop service: who was told and still has not paid is stopped, one way, and never at night."""

from collections.abc import Sequence
from datetime import datetime

from wanhao.billing.contracts import NewStop
from wanhao.billing.stop_times import next_daytime, terms_on
from wanhao.billing.stops import begin_stops, still_owed
from wanhao.promises.actions import make
from wanhao.promises.contracts import DuePromise, NewPromise
from wanhao.values.cycle import SHANGHAI

STOP_SERVICE = "stop-service"


def stop_key(account_id: int, cycle: int) -> str:
    """The name of the promise to stop an account for its bill of a cycle."""
    return f"{account_id}:{cycle}"


def stop_service(due: Sequence[DuePromise], now: datetime) -> None:
    """Keep stops: who has paid meanwhile is left alone; at night it is promised for the morning."""
    morning = next_daytime(now, terms_on(now.astimezone(SHANGHAI).date()))
    if morning is not None:
        make([_in_the_morning(promise, morning) for promise in due], now)
        return
    cycles = {int(str(p.payload["account"])): int(str(p.payload["cycle"])) for p in due}
    owing = still_owed(cycles, now)
    begin_stops(
        [
            NewStop(account_id=account_id, cycle=cycles[account_id], owed_fen=debt.total_fen)
            for account_id, debt in owing.items()
            if debt.bills_fen > 0
        ],
        now,
    )


def _in_the_morning(promise: DuePromise, morning: datetime) -> NewPromise:
    first = promise.key.partition("@")[0]
    return NewPromise(
        kind=STOP_SERVICE,
        key=f"{first}@{morning:%Y-%m-%d}",
        due_at=morning,
        payload=promise.payload,
    )
