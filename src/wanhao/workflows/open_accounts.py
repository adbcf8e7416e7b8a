"""Open accounts: parties, what they hold, their opening balance, and the facts the meter needs."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from wanhao.billing.actions import open_balances, record_payments
from wanhao.billing.contracts import NewPayment
from wanhao.billing.queries import balances
from wanhao.parties import actions as parties
from wanhao.parties.contracts import NewAccount, OpenedAccount
from wanhao.products.actions import hold_offering
from wanhao.products.queries import offering
from wanhao.usage.actions import record_facts
from wanhao.usage.contracts import Fact, LineFact
from wanhao.values.errors import WanhaoError
from wanhao.workflows.describe_terms import account_funds, group_terms


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOrder:
    """An account to be opened with the plan of each of its groups, in their order.

    An opening balance above nothing is a payment and needs a reference of its own.
    """

    account: NewAccount
    offering_codes: tuple[str, ...]
    opening_balance_fen: int = 0
    payment_reference: str = ""


@transaction.atomic
def open_accounts(orders: Sequence[AccountOrder], now: datetime) -> list[OpenedAccount]:
    """Open accounts, all of them or none; a known reference is returned as it stands.

    Give orders in chunks of some thousands: they are written in one transaction.
    """
    for order in orders:
        if len(order.offering_codes) != len(order.account.groups):
            raise WanhaoError(
                f"Account {order.account.reference} does not say what each group holds.",
                "Give one offering code for each group.",
            )
    opened = parties.open_accounts([order.account for order in orders])
    new = [(order, account) for order, account in zip(orders, opened, strict=True) if account.first]
    _hold(new, now)
    open_balances([account.account_id for _, account in new], now)
    record_payments([_payment(*pair) for pair in new if pair[0].opening_balance_fen], now)
    record_facts(_facts(new))
    return opened


New = Sequence[tuple[AccountOrder, OpenedAccount]]


def _hold(new: New, now: datetime) -> None:
    groups: dict[str, list[int]] = defaultdict(list)
    for order, account in new:
        for code, group in zip(order.offering_codes, account.groups, strict=True):
            groups[code].append(group.group_id)
    for code, group_ids in groups.items():
        hold_offering(group_ids, code, now)


def _payment(order: AccountOrder, account: OpenedAccount) -> NewPayment:
    return NewPayment(
        account_id=account.account_id,
        amount_fen=order.opening_balance_fen,
        reference=order.payment_reference,
    )


def _facts(new: New) -> list[Fact]:
    """Terms before the lines that live under them, money last."""
    plans = {code: offering(code) for code in {c for order, _ in new for c in order.offering_codes}}
    left = balances([account.account_id for _, account in new])
    terms = [
        group_terms(group.group_id, account.account_id, plans[code])
        for order, account in new
        for code, group in zip(order.offering_codes, account.groups, strict=True)
    ]
    since = {
        line.number: line.since
        for order, _ in new
        for group in order.account.groups
        for line in group.lines
    }
    lines = [
        LineFact(number=line.number, group_id=group.group_id, since=since[line.number])
        for _, account in new
        for group in account.groups
        for line in group.lines
    ]
    funds = [
        account_funds(account.account_id, account.pay_type, left[account.account_id])
        for _, account in new
    ]
    return [*terms, *lines, *funds]
