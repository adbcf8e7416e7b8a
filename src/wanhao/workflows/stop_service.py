"""Stop service: who was told and still has not paid is stopped, one way, and never at night."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from wanhao.billing.contracts import NewStop
from wanhao.billing.stop_times import next_daytime, terms_on
from wanhao.billing.stops import begin_stops, still_owed
from wanhao.promises.actions import make
from wanhao.promises.contracts import DuePromise, NewPromise
from wanhao.values.cycle import SHANGHAI

STOP_SERVICE = "stop-service"
NOTICE = timedelta(hours=1)
"""So long before the stop whoever was told too late has been told."""
LATE = timedelta(minutes=10)


def stop_key(account_id: int, cycle: int) -> str:
    """The name of the promise to stop an account for its bill of a cycle."""
    return f"{account_id}:{cycle}"


def stop_service(due: Sequence[DuePromise], now: datetime) -> None:
    """Keep stops: who has paid meanwhile is left alone. At night it is promised for the morning,
    and for an hour later where the customer was told only after the hour that was announced."""
    if _by_day(now) != now:
        _promise_again(due, _by_day(now), now)
        return
    late = [promise for promise in due if _told_late(promise, now)]
    _promise_again(late, _by_day(now + NOTICE), now)
    _stop([promise for promise in due if promise not in late], now)


def _stop(due: Sequence[DuePromise], now: datetime) -> None:
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


def _by_day(moment: datetime) -> datetime:
    """That moment, or the morning after where it is at night."""
    return next_daytime(moment, terms_on(moment.astimezone(SHANGHAI).date())) or moment


def _told_late(promise: DuePromise, now: datetime) -> bool:
    """Promised for the announced hour, which is past; one that was promised again was told."""
    return "@" not in promise.key and now - promise.due_at > LATE


def _promise_again(due: Sequence[DuePromise], then: datetime, now: datetime) -> None:
    make([_promised(promise, then) for promise in due], now)


def _promised(promise: DuePromise, then: datetime) -> NewPromise:
    first = promise.key.partition("@")[0]
    return NewPromise(
        kind=STOP_SERVICE,
        key=f"{first}@{then:%Y-%m-%dT%H:%M}",
        due_at=then,
        payload=promise.payload,
    )
