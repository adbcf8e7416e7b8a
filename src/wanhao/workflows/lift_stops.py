"""Lift stops: who owes nothing any more is served again at once, and is told so."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime

from wanhao.billing.contracts import DebtDue
from wanhao.billing.line_stops import end_grants
from wanhao.billing.stop_contracts import StopView
from wanhao.billing.stops import debts_due, lift, live_stops
from wanhao.communications.actions import decide_reminders
from wanhao.communications.contracts import Metric, Trigger
from wanhao.promises.actions import withdraw
from wanhao.promises.contracts import PromiseState
from wanhao.promises.queries import promises
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.workflows.grant_promises import withdraw_grants
from wanhao.workflows.owe_for_stops import owed_for
from wanhao.workflows.stop_steps import STOP_SERVICE, stop_key, with_put_off, withdraw_steps
from wanhao.workflows.tell_network import tell_network_of

NO_BATCH = 0


def lift_stops(account_ids: Collection[int], now: datetime) -> None:
    """Lift the stops of those who have paid all that is due, and take back what was promised.

    Belongs into the transaction that raised their balances, before the meter is told of it.
    """
    if not account_ids:
        return
    _withdraw_promised(account_ids, now)
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


def _withdraw_promised(account_ids: Collection[int], now: datetime) -> None:
    """Take back the stops that are announced to the last, where their bills are paid by now.

    A stop because money is used up is looked at when it is due: its name is the meter's.
    """
    last = Cycle.of(now).previous
    keys = {
        key: each
        for each in account_ids
        for cycle in (last, last.previous)
        for key in with_put_off([stop_key(each, cycle.number)])
    }
    by_day: dict[date, list[str]] = defaultdict(list)
    for key, promise in promises(STOP_SERVICE, keys).items():
        if promise.state in (PromiseState.OPEN, PromiseState.HELD):
            by_day[promise.due_at.astimezone(SHANGHAI).date()].append(key)
    for day, promised in sorted(by_day.items()):
        owing = debts_due({keys[key] for key in promised}, day)
        paid = [key for key in promised if not _owes_a_bill(owing.get(keys[key]))]
        withdraw(STOP_SERVICE, paid, now)


def _owes_a_bill(debt: DebtDue | None) -> bool:
    return debt is not None and debt.bills_fen > 0


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
