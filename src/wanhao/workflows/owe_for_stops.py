"""What those owe whose service is stopped or about to be: bills that are due, or money used up.

How much money is left is known from the meter's last word and from what moved since: the payments
are in the balance, and of months that ran on meanwhile the fees.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Protocol

from wanhao.billing.bills.queries import billed_since
from wanhao.billing.contracts import DebtDue
from wanhao.billing.credit import credit_limits
from wanhao.billing.queries import balances, billed_through
from wanhao.billing.stop_contracts import StopReason
from wanhao.billing.stops import still_owed
from wanhao.products.queries import fees
from wanhao.usage.ports import OutOfReachError, usage_reader
from wanhao.values.cycle import Cycle
from wanhao.workflows.tell_terms import groups_of


class Cause(Protocol):
    """Why an account is to be stopped, or is; see `billing.stop_contracts.NewStop`."""

    @property
    def account_id(self) -> int: ...
    @property
    def cycle(self) -> int: ...
    @property
    def reason(self) -> StopReason: ...
    @property
    def spent_fen(self) -> int: ...
    @property
    def billed_through(self) -> int: ...


def owed_for(causes: Collection[Cause], now: datetime, *, to_begin: bool = False) -> dict[int, int]:
    """What each account must pay to be served, in fen; one that owes nothing is left out.

    `to_begin`: only what is owed for its cause itself; a bill that is due keeps a stop for used-up
    credit, but begins none. The accounts are locked: no payment comes between this and the end of
    the transaction.
    """
    debts = still_owed([cause.account_id for cause in causes], now)
    left = money_left([cause for cause in causes if cause.reason.is_of_money], now)
    limits = credit_limits([c.account_id for c in causes if c.reason is StopReason.CREDIT])
    if to_begin:
        debts = {c.account_id: debts[c.account_id] for c in causes if _is_a_cause(c, debts)}
    owed = {each.account_id: _owed(each, debts, left, limits) for each in causes}
    return {account_id: fen for account_id, fen in owed.items() if fen > 0}


def money_left(causes: Collection[Cause], now: datetime) -> dict[int, int]:
    """What each account has left to spend, in fen, its credit limit included."""
    accounts = [cause.account_id for cause in causes]
    if not accounts:
        return {}
    has, limits, billed = balances(accounts), credit_limits(accounts), billed_through(accounts)
    fees_since = _fees_of_later_months(causes, billed, now)
    in_bills, counted = _billed_meanwhile(causes, billed), _counted(causes)
    return {
        cause.account_id: has.get(cause.account_id, 0)
        + limits.get(cause.account_id, 0)
        - max(
            cause.spent_fen - in_bills.get(cause.account_id, 0),
            counted.get(cause.account_id, 0),
            0,
        )
        - fees_since.get(cause.account_id, 0)
        for cause in causes
    }


def _is_a_cause(cause: Cause, debts: Mapping[int, DebtDue]) -> bool:
    """Whether bills begin this stop: a penalty alone stops nobody."""
    debt = debts.get(cause.account_id)
    return not cause.reason.is_of_money and debt is not None and debt.bills_fen > 0


def _owed(
    cause: Cause,
    debts: Mapping[int, DebtDue],
    left: Mapping[int, int],
    limits: Mapping[int, int],
) -> int:
    account_id = cause.account_id
    if cause.reason is StopReason.BALANCE:
        return -left[account_id]
    debt = debts[account_id].total_fen if account_id in debts else 0
    if cause.reason is StopReason.CREDIT and account_id in limits and left[account_id] <= 0:
        return limits[account_id] - left[account_id]
    return debt


def _counted(causes: Collection[Cause]) -> dict[int, int]:
    """What the month of the meter's word has cost by now, in fen: service goes on until it is
    stopped. Of months that are over, and where the meter cannot be read, the word is all there is.
    """
    months = {cause.account_id: cause.cycle for cause in causes}
    groups = groups_of(months)
    try:
        uses = usage_reader().uses_of(list(groups))
    except OutOfReachError:
        return {}
    return {
        use.account_id: use.charge_fen
        for use in uses.values()
        if use.cycle == months.get(use.account_id)
    }


def _billed_meanwhile(causes: Iterable[Cause], billed: Mapping[int, int]) -> dict[int, int]:
    """How much of what the meter reported as used is in the balance by now, in fen.

    The bill of the month of the word has all of it; the bill of the month before, which may come
    within the first days of a month, has its own total.
    """
    whole, part, cycles = {}, {}, set[int]()
    for cause in causes:
        last = billed[cause.account_id]
        if last >= cause.cycle:
            whole[cause.account_id] = cause.spent_fen
        elif last > cause.billed_through:
            part[cause.account_id] = cause.billed_through
            cycles |= {last, Cycle(last).previous.number}
    return {**(billed_since(part, cycles) if part else {}), **whole}


def _fees_of_later_months(
    causes: Iterable[Cause], billed: Mapping[int, int], now: datetime
) -> dict[int, int]:
    """Fees of months after the one of the meter's word, or after the last bill, if that is of a
    later month."""
    running = Cycle.of(now)
    by_month: dict[int, list[int]] = defaultdict(list)
    for cause in causes:
        month = Cycle(max(cause.cycle, billed[cause.account_id])).next
        while month.number <= running.number:
            by_month[month.number].append(cause.account_id)
            month = month.next
    fees_of: dict[int, int] = defaultdict(int)
    for number, accounts in by_month.items():
        groups = groups_of(accounts)
        for group_id, lines in fees(number, groups.keys()).items():
            fees_of[groups[group_id]] += sum(line.fee_fen for line in lines)
    return fees_of
