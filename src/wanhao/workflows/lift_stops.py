"""Lift stops: who owes nothing any more is served again at once, and is told so."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime

from wanhao.billing.contracts import DebtDue, StopView
from wanhao.billing.stops import debts_due, lift_paid
from wanhao.communications.actions import decide_reminders
from wanhao.communications.contracts import Metric, Trigger
from wanhao.promises.actions import withdraw
from wanhao.promises.contracts import PromiseState
from wanhao.promises.queries import promises
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.workflows.stop_service import STOP_SERVICE, stop_key

NO_BATCH = 0


def lift_stops(account_ids: Collection[int], now: datetime) -> None:
    """Lift the stops of those who have paid all that is due, and take back what was promised.

    Belongs into the transaction that raised their balances.
    """
    _withdraw_promised(account_ids, now)
    lifted = lift_paid(account_ids, now)
    decide_reminders([_trigger(stop, now) for stop in lifted], batch=NO_BATCH, now=now)


def _withdraw_promised(account_ids: Collection[int], now: datetime) -> None:
    """Take back the stops that are announced to the last, where their bills are paid by now."""
    last = Cycle.of(now).previous
    keys = {
        stop_key(each, cycle.number): each
        for each in account_ids
        for cycle in (last, last.previous)
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
        episode=stop.cycle,
        said={"time": now.astimezone(SHANGHAI).isoformat()},
        occurred_at=int(now.timestamp()),
    )
