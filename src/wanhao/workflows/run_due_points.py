"""Run due points: expiry, crediting and stars, a small step at a time and each once."""

from collections.abc import Callable, Collection
from datetime import date, datetime

from django.db import transaction

from wanhao.billing.bills.queries import finished_cycles
from wanhao.loyalty.actions import begin_slice, end_slice, expire
from wanhao.loyalty.contracts import Errand
from wanhao.loyalty.queries import credit_days, round_finished
from wanhao.parties.queries import next_accounts
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.workflows.credit_points import credit_points
from wanhao.workflows.evaluate_stars import evaluate_stars

ACCOUNTS_A_STEP = 5_000


def run_due_points(now: datetime, limit: int = ACCOUNTS_A_STEP) -> bool:
    """Do the next step of what is due; False when nothing is. Any number of workers may call it.

    Points of the month before are credited from the 5th on, every day to those who have paid since;
    stars follow the first of these rounds, once a month. Both wait for the month's bills.
    """
    if expire(now):
        return True
    today, cycle = now.astimezone(SHANGHAI).date(), Cycle.of(now).previous.number
    if today.day < credit_days()[0] or cycle not in finished_cycles():
        return False
    if not round_finished(Errand.CREDIT, cycle, today):
        return _go_round(Errand.CREDIT, cycle, today, limit, now)
    month = today.replace(day=1)
    if round_finished(Errand.STARS, cycle, month):
        return False
    return _go_round(Errand.STARS, cycle, month, limit, now)


@transaction.atomic
def _go_round(errand: Errand, cycle: int, day: date, limit: int, now: datetime) -> bool:
    """Take the next accounts; a step and how far it came are written together."""
    after = begin_slice(errand, cycle, day)
    if after is None:
        return False
    account_ids = next_accounts(after, limit)
    if account_ids:
        WORK[errand](cycle, account_ids, now)
    last, finished = (account_ids[-1], None) if account_ids else (after, now)
    end_slice(errand, cycle, day, after_account=last, finished_at=finished)
    return True


WORK: dict[Errand, Callable[[int, Collection[int], datetime], object]] = {
    Errand.CREDIT: credit_points,
    Errand.STARS: evaluate_stars,
}
