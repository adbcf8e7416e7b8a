"""Equip accounts that were just opened: what they hold, opening balance, facts for the meter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from wanhao.billing.actions import open_balances, record_payments
from wanhao.billing.contracts import NewPayment
from wanhao.billing.ports import Billing, billing_source, refuse_elsewhere
from wanhao.billing.queries import balances
from wanhao.parties.contracts import PayType
from wanhao.products.actions import hold_offerings
from wanhao.products.contracts import NewHolding
from wanhao.products.running import RunningMonth
from wanhao.usage.actions import record_facts
from wanhao.usage.contracts import Fact, LineFact
from wanhao.workflows.describe_terms import account_funds
from wanhao.workflows.tell_tariffs import tell_tariffs
from wanhao.workflows.tell_terms import fees_facts, group_facts
from wanhao.workflows.unprice_terms import unprice_terms


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshGroup:
    """A group just opened: what it shall hold from `held_since`, and (number, since) of its lines.

    `since` is epoch seconds UTC, `charged_from` the first month billed here (None: from the start).
    """

    group_id: int
    plan: str
    held_since: datetime
    lines: tuple[tuple[int, int], ...]
    packs: tuple[str, ...] = ()
    charged_from: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshAccount:
    """An account just opened; a balance above nothing is a payment with a reference of its own."""

    account_id: int
    pay_type: PayType
    groups: tuple[FreshGroup, ...]
    opening_balance_fen: int = 0
    payment_reference: str = ""


def equip_accounts(accounts: Sequence[FreshAccount], now: datetime) -> None:
    """Write all that an open account needs, within the caller's transaction.

    This is the one place that says what that is. WanhaoError when a plan is not sold or a payment's
    reference was used for something else.
    """
    _hold(accounts)
    open_balances([account.account_id for account in accounts], now)
    payments = [_payment(account) for account in accounts if account.opening_balance_fen]
    if payments:
        refuse_elsewhere("Opening balances are kept")
    record_payments(payments, now)
    tell_tariffs()
    record_facts(_facts(accounts, now))


def _hold(accounts: Sequence[FreshAccount]) -> None:
    hold_offerings(
        [
            NewHolding(
                group_id=group.group_id,
                code=code,
                since=group.held_since,
                charged_from=group.charged_from,
            )
            for _, group in _groups(accounts)
            for code in (group.plan, *group.packs)
        ]
    )


def _groups(accounts: Sequence[FreshAccount]) -> Iterator[tuple[FreshAccount, FreshGroup]]:
    return ((account, group) for account in accounts for group in account.groups)


def _payment(account: FreshAccount) -> NewPayment:
    return NewPayment(
        account_id=account.account_id,
        amount_fen=account.opening_balance_fen,
        reference=account.payment_reference,
    )


def _facts(accounts: Sequence[FreshAccount], now: datetime) -> list[Fact]:
    """Terms before the lines that live under them, money last."""
    account_of = {group.group_id: account.account_id for account, group in _groups(accounts)}
    left = balances([account.account_id for account in accounts])
    month = RunningMonth(account_of.keys(), now)
    terms = group_facts(account_of, month, always_both=False)
    lines = [
        LineFact(number=number, group_id=group.group_id, since=since)
        for _, group in _groups(accounts)
        for number, since in group.lines
    ]
    if billing_source().billing is Billing.FOREIGN:
        return [
            *unprice_terms(terms, now),
            *lines,
        ]  # money is watched as soon as that billing tells of it
    funds = [
        account_funds(account.account_id, account.pay_type, left[account.account_id], 0)
        for account in accounts
    ]
    return [*terms, *lines, *funds, *fees_facts(account_of, {}, month)]
