"""Run due money: lapses, prestored returns and penalties, step by step and each once a day."""

from datetime import datetime

from django.db import transaction

from wanhao.billing.due_days import DueTask, claim_task, note_progress
from wanhao.billing.penalties import DUE_DAY
from wanhao.billing.ports import Billing, billing_source
from wanhao.values.cycle import SHANGHAI
from wanhao.workflows.charge_penalties import charge_penalties
from wanhao.workflows.lapse_gifts import lapse_gifts
from wanhao.workflows.release_prestored import release_prestored

TASKS = ("lapses", "penalties", "prestored")
ACCOUNTS_A_STEP = 5_000


@transaction.atomic
def run_due_money(now: datetime, *, due_day: int = DUE_DAY, limit: int = ACCOUNTS_A_STEP) -> bool:
    """Do the next step of what is due; False when nothing is. Any number of workers may call it.

    A step, its facts and how far the task is are written together, so a step that was interrupted
    is done again and none is done twice.
    """
    if billing_source().billing is Billing.FOREIGN:
        return False  # the money is kept elsewhere
    task = claim_task(TASKS, now.astimezone(SHANGHAI).date())
    if task is None:
        return False
    note_progress(task, _step(task, due_day, limit, now))
    return True


def _step(task: DueTask, due_day: int, limit: int, now: datetime) -> int | None:
    if task.name == "penalties":
        return charge_penalties(task.day, task.after_account, limit, now, due_day=due_day)
    if task.name == "prestored":
        cycle = task.day.year * 100 + task.day.month
        return release_prestored(cycle, task.after_account, limit, now)
    return lapse_gifts(task.after_account, limit, now)
