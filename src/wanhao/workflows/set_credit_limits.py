"""Set credit limits: how much post-paid accounts may owe; the meter watches how near they are."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from wanhao.billing import credit
from wanhao.billing.contracts import NewCreditLimit
from wanhao.billing.ports import refuse_elsewhere
from wanhao.parties.contracts import PayType
from wanhao.parties.queries import pay_types
from wanhao.values.errors import WanhaoError
from wanhao.workflows.lift_stops import lift_stops
from wanhao.workflows.tell_funds import tell_funds


@transaction.atomic
def set_credit_limits(limits: Sequence[NewCreditLimit], now: datetime) -> tuple[int, ...]:
    """Set limits from now on, all or none; returns the accounts whose limit is another one now.

    WanhaoError for a prepaid account, or as `billing.credit.set_credit_limits` says.
    """
    refuse_elsewhere("Credit limits are set")
    kinds = pay_types([limit.account_id for limit in limits])
    for limit in limits:
        if kinds.get(limit.account_id) is not PayType.POSTPAID:
            raise WanhaoError(
                f"Account {limit.account_id} is not post-paid and has no credit limit.",
                "Prepaid accounts spend what they have paid.",
            )
    changed = credit.set_credit_limits(limits, now)
    if changed:
        lift_stops(changed, now)
        tell_funds(changed)
    return changed
