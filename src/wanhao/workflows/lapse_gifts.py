"""Lapse gifts: money whose time is over leaves the balances, and the meter learns of it."""

from datetime import datetime

from django.db import transaction

from wanhao.billing.lapses import lapse_money
from wanhao.workflows.tell_funds import tell_funds


@transaction.atomic
def lapse_gifts(after_account: int, limit: int, now: datetime) -> int | None:
    """Take what has expired from the next accounts; the last of them, None at the end."""
    moved, last = lapse_money(after_account=after_account, limit=limit, now=now)
    if moved:
        tell_funds(moved)
    return last
