"""Stop service: who was told and still owes is stopped, one way, and never at night."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from wanhao.billing.stop_contracts import NewStop, StopReason
from wanhao.billing.stops import begin_stops, still_owed
from wanhao.promises.contracts import DuePromise
from wanhao.workflows.owe_for_stops import owed_for
from wanhao.workflows.stop_steps import due_by_day, promise_next, stop_of
from wanhao.workflows.tell_network import tell_network_of
from wanhao.workflows.tell_stops import tell_stops


def stop_service(due: Sequence[DuePromise], now: datetime) -> None:
    """Keep stops: who has paid meanwhile is left alone. At night it is promised for the morning,
    and for an hour later where the customer was told only after the hour that was announced."""
    causes = [stop_of(promise.payload) for promise in due_by_day(due, now)]
    # All accounts before any is stopped: reason after reason would lock them in two orders.
    still_owed([cause.account_id for cause in causes], now)
    for reason in StopReason:
        _stop({one.account_id: one for one in causes if one.reason is reason}, now)


def _stop(causes: dict[int, NewStop], now: datetime) -> None:
    if not causes:
        return
    owed = owed_for(list(causes.values()), now, to_begin=True)
    begun = begin_stops(
        [replace(causes[account_id], owed_fen=fen) for account_id, fen in owed.items()], now
    )
    promise_next(begun, now)
    tell_stops(begun, owed, now)
    tell_network_of([stop.account_id for stop in begun], now)
