"""Open accounts: parties, what they hold, their opening balance, what the network lets them do, and
the facts the meter needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction

from wanhao.parties import actions as parties
from wanhao.parties.contracts import NewAccount, NewGroup, OpenedAccount, OpenedGroup
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError
from wanhao.workflows.equip_accounts import FreshAccount, FreshGroup, equip_accounts
from wanhao.workflows.tell_network import tell_network


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
    groups = [group for _, account in new for group in account.groups]
    tell_network([line.line_id for group in groups for line in group.lines], now)
    equip_accounts([_fresh(order, account, now) for order, account in new], now)
    return opened


def _fresh(order: AccountOrder, account: OpenedAccount, now: datetime) -> FreshAccount:
    """The account as opened, with what was ordered for it."""
    groups = zip(order.account.groups, account.groups, order.offering_codes, strict=True)
    return FreshAccount(
        account_id=account.account_id,
        pay_type=account.pay_type,
        groups=tuple(_fresh_group(asked, group, code, now) for asked, group, code in groups),
        opening_balance_fen=order.opening_balance_fen,
        payment_reference=order.payment_reference,
    )


def _fresh_group(asked: NewGroup, group: OpenedGroup, code: str, now: datetime) -> FreshGroup:
    lines = tuple((line.number, line.since) for line in asked.lines)
    since = min(now, *(datetime.fromtimestamp(start, UTC) for _, start in lines))
    this = Cycle.of(now)
    return FreshGroup(
        group_id=group.group_id,
        plan=code,
        held_since=since,
        lines=lines,
        # An older line has paid for this month where it came from.
        charged_from=(this if since >= this.start else this.next).number,
    )
