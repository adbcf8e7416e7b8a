"""Credit points: what a cycle's paid bills earned, account by account."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from wanhao.billing.bills.contracts import LineKind
from wanhao.billing.bills.spending import Spent, spent
from wanhao.billing.queries import balances
from wanhao.loyalty.actions import earn
from wanhao.loyalty.contracts import Charge, Credited, Spending
from wanhao.loyalty.queries import not_credited
from wanhao.parties.contracts import AccountProfile
from wanhao.parties.queries import account_profiles, groups_between
from wanhao.products.queries import offerings_held
from wanhao.values.cycle import Cycle


@transaction.atomic
def credit_points(cycle: int, account_ids: Collection[int], now: datetime) -> Credited:
    """Credit a cycle's points to those of the accounts whose bill is paid, once to each.

    A bill is paid when the account owes nothing. Give neighbours, some thousands at a time.
    """
    waiting = not_credited(account_ids, cycle)
    bills = spent(cycle, waiting)
    paid = [account_id for account_id, fen in balances(bills).items() if fen >= 0]
    profiles, mobile = account_profiles(paid), _with_a_plan(paid)
    spendings = [
        _spending(bills[account_id], profile, account_id in mobile, Cycle(cycle))
        for account_id, profile in profiles.items()
    ]
    return earn(spendings, cycle=cycle, now=now)


def months_with_us(profile: AccountProfile, cycle: Cycle) -> int:
    """A cycle's place in an account's time with us; the month of opening is the first."""
    if profile.since is None:
        return 0
    since = Cycle.of(profile.since)
    return max(_months(cycle) - _months(since) + 1, 0)


def charges_of(bill: Spent) -> Mapping[Charge, int]:
    """A bill as points see it; what gifts paid is taken from the services."""
    one_off = bill.by_kind.get(LineKind.ONE_OFF, 0)
    return {
        Charge.SERVICE: sum(bill.by_kind.values()) - one_off - bill.gifted_fen,
        Charge.ONE_OFF: one_off,
        Charge.GIFT: bill.gifted_fen,
    }


def _spending(bill: Spent, profile: AccountProfile, mobile: bool, cycle: Cycle) -> Spending:
    return Spending(
        account_id=profile.account_id,
        charges=charges_of(bill),
        customer_kind=profile.customer_kind,
        pay_type=profile.pay_type,
        mobile_or_bundle=mobile,
        month=months_with_us(profile, cycle),
    )


def _with_a_plan(account_ids: Collection[int]) -> set[int]:
    """The accounts with a group that holds a mobile plan or a bundle."""
    if not account_ids:
        return set()
    wanted = set(account_ids)
    groups = {
        group_id: account_id
        for group_id, account_id in groups_between(min(wanted), max(wanted)).items()
        if account_id in wanted
    }
    return {groups[group_id] for group_id in offerings_held(groups)}


def _months(cycle: Cycle) -> int:
    return cycle.number // 100 * 12 + cycle.number % 100
