"""Charge penalties: a day's three per mille of what post-paid accounts owe overdue."""

from datetime import date, datetime

from django.db import transaction

from wanhao.billing import penalties
from wanhao.parties.contracts import PayType
from wanhao.parties.queries import pay_types
from wanhao.workflows.tell_funds import tell_funds


@transaction.atomic
def charge_penalties(
    day: date,
    after_account: int,
    limit: int,
    now: datetime,
    due_day: int = penalties.DUE_DAY,
) -> int | None:
    """Charge the next accounts for a day; the last of them, None at the end of the day.

    Bills are due on the `due_day` of the next month, that day included.
    """
    owing = penalties.indebted_accounts(after_account, limit)
    if not owing:
        penalties.end_day(day)
        return None
    kinds = pay_types(owing)
    postpaid = [each for each in owing if kinds.get(each) is PayType.POSTPAID]
    moved = penalties.charge_penalties(postpaid, day=day, now=now, due_day=due_day)
    if moved:
        tell_funds(moved)
    return owing[-1]
