"""Give credit: gifts, compensation, points redeemed, adjustments."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from wanhao.billing.actions import record_credits
from wanhao.billing.contracts import NewCredit, PaymentResult
from wanhao.workflows.lift_stops import lift_stops
from wanhao.workflows.tell_funds import tell_funds


@transaction.atomic
def give_credit(given: Sequence[NewCredit], now: datetime) -> list[PaymentResult]:
    """Record credits once per reference; WanhaoError as `billing.actions.record_credits` says."""
    results = record_credits(given, now)
    moved = {result.account_id for result in results if result.first}
    if moved:
        lift_stops(moved, now)
        tell_funds(moved)
    return results
