"""Release prestored money: the month's parts become general money, and the meter learns of it."""

from datetime import datetime

from django.db import transaction

from wanhao.billing.prestored import return_prestored
from wanhao.workflows.lift_stops import lift_stops
from wanhao.workflows.tell_funds import tell_funds


@transaction.atomic
def release_prestored(cycle: int, after_account: int, limit: int, now: datetime) -> int | None:
    """Return what is due by a cycle to the next accounts; the last of them, None at the end."""
    moved, last = return_prestored(cycle=cycle, after_account=after_account, limit=limit, now=now)
    if moved:
        lift_stops(moved, now)
        tell_funds(moved)
    return last
