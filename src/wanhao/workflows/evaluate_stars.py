"""Evaluate stars: from a year's bills, the time with us, and how bills were paid."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from wanhao.billing.bills.spending import Year, year_until
from wanhao.loyalty.actions import evaluate, leave
from wanhao.loyalty.contracts import Evaluated, Worth
from wanhao.parties.contracts import AccountProfile
from wanhao.parties.queries import account_profiles
from wanhao.values.cycle import Cycle
from wanhao.workflows.credit_points import months_with_us

NEVER_BILLED = Year(billed_fen=0, bills=0, paid_in_time=0)


@transaction.atomic
def evaluate_stars(cycle: int, account_ids: Collection[int], now: datetime) -> Evaluated:
    """Find the accounts' stars after a cycle, once for each; who has no line left has no star."""
    profiles = account_profiles(account_ids)
    leave([one.account_id for one in profiles.values() if not one.live], now)
    living = {account_id: one for account_id, one in profiles.items() if one.live}
    years = year_until(cycle, living)
    return evaluate(
        [
            _worth(profile, years.get(account_id, NEVER_BILLED), Cycle(cycle))
            for account_id, profile in living.items()
        ],
        cycle=cycle,
        now=now,
    )


def _worth(profile: AccountProfile, year: Year, cycle: Cycle) -> Worth:
    return Worth(
        account_id=profile.account_id,
        spent_fen=year.billed_fen,
        month=months_with_us(profile, cycle),
        paid_in_time=year.paid_in_time,
    )
