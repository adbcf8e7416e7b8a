"""Lift stops: who owes nothing any more is served again at once, and is told so."""

from collections.abc import Collection, Sequence
from datetime import datetime

from wanhao.billing.line_stops import end_grants
from wanhao.billing.stop_contracts import StopView
from wanhao.billing.stops import lift, live_stops
from wanhao.communications.actions import decide_reminders, withdraw_paid
from wanhao.communications.contracts import Metric, Trigger
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.workflows.grant_promises import withdraw_grants
from wanhao.workflows.owe_for_stops import owed_for
from wanhao.workflows.stop_steps import withdraw_steps
from wanhao.workflows.tell_network import tell_network_of
from wanhao.workflows.withdraw_stops import withdraw_stops

NO_BATCH = 0


def lift_stops(account_ids: Collection[int], now: datetime) -> None:
    """Lift the stops of those who have paid all that is due, and take back what was promised and
    what they were still to be told.

    Belongs into the transaction that raised their balances, before the meter is told of it.
    """
    if not account_ids:
        return
    withdraw_stops(account_ids, now)
    _lift(account_ids, now)
    withdraw_paid(account_ids, now)


def _lift(account_ids: Collection[int], now: datetime) -> None:
    stopped = {
        account_id: stop
        for account_id, stop in live_stops(account_ids).items()
        if stop.may_be_lifted
    }
    if not stopped:
        return
    owed = owed_for(list(stopped.values()), now)
    _follow(lift([each for each in stopped if each not in owed], now), now)


def _follow(lifted: Sequence[StopView], now: datetime) -> None:
    """All that comes with service that is back."""
    if not lifted:
        return
    accounts = [stop.account_id for stop in lifted]
    withdraw_grants(end_grants(accounts, now), now)
    withdraw_steps(lifted, now)
    decide_reminders([_trigger(stop, now) for stop in lifted], batch=NO_BATCH, now=now)
    tell_network_of(accounts, now)


def _trigger(stop: StopView, now: datetime) -> Trigger:
    return Trigger(
        metric=Metric.RESTORE,
        threshold=None,
        account_id=stop.account_id,
        group_id=None,
        number=None,
        cycle=Cycle.of(now).number,
        episode=stop.stop_id,
        said={"time": now.astimezone(SHANGHAI).isoformat()},
        occurred_at=int(now.timestamp()),
    )
