"""Withdraw stops: what was announced to the last and is paid for does not happen."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime

from wanhao.billing.contracts import DebtDue
from wanhao.billing.stop_contracts import NewStop
from wanhao.billing.stops import debts_due
from wanhao.communications.queries import names_held
from wanhao.promises.actions import withdraw
from wanhao.promises.contracts import PromiseState, PromiseView
from wanhao.promises.queries import promises
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.workflows.announce_money_stops import METRICS
from wanhao.workflows.owe_for_stops import owed_for
from wanhao.workflows.stop_steps import STOP_SERVICE, stop_key, stop_of, with_put_off

WAITING = (PromiseState.OPEN, PromiseState.HELD, PromiseState.STUCK)


def withdraw_stops(account_ids: Collection[int], now: datetime) -> None:
    """Take back the stops that are promised and have no cause any more: bills that are paid, money
    that is not used up. Who uses it up again is told again.

    Belongs into the transaction that raised the balances.
    """
    last = Cycle.of(now).previous
    _withdraw_for_bills(account_ids, (last, last.previous), now)
    _withdraw_for_money(account_ids, last.previous, now)


def _withdraw_for_bills(
    account_ids: Collection[int], months: Collection[Cycle], now: datetime
) -> None:
    keys = {stop_key(each, month.number): each for each in account_ids for month in months}
    by_day: dict[date, dict[str, int]] = defaultdict(dict)
    for key, promise in _waiting(keys).items():
        day = promise.due_at.astimezone(SHANGHAI).date()
        by_day[day][key] = stop_of(promise.payload).account_id
    for day, accounts in sorted(by_day.items()):
        owing = debts_due(set(accounts.values()), day)
        paid = [key for key, each in accounts.items() if not _owes_a_bill(owing.get(each))]
        withdraw(STOP_SERVICE, paid, now)


def _withdraw_for_money(account_ids: Collection[int], since: Cycle, now: datetime) -> None:
    waiting = _waiting(names_held(account_ids, METRICS.values(), since.number, now))
    for causes in _each_account_once({k: stop_of(p.payload) for k, p in waiting.items()}):
        owed = owed_for(list(causes.values()), now, to_begin=True)
        paid = [key for key, cause in causes.items() if cause.account_id not in owed]
        withdraw(STOP_SERVICE, paid, now)


def _waiting(keys: Collection[str]) -> dict[str, PromiseView]:
    """Those of the promised stops, put off or not, that are still to happen."""
    found = promises(STOP_SERVICE, with_put_off(keys)) if keys else {}
    return {key: one for key, one in found.items() if one.state in WAITING}


def _each_account_once(causes: Mapping[str, NewStop]) -> Iterator[dict[str, NewStop]]:
    """What is owed is asked of an account for one cause at a time."""
    of: dict[int, list[str]] = defaultdict(list)
    for key, cause in causes.items():
        of[cause.account_id].append(key)
    rounds: Sequence[int] = range(max(map(len, of.values()), default=0))
    for turn in rounds:
        yield {some[turn]: causes[some[turn]] for some in of.values() if turn < len(some)}


def _owes_a_bill(debt: DebtDue | None) -> bool:
    return debt is not None and debt.bills_fen > 0
