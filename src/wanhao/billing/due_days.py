"""How far the daily tasks about money are, so that a worker can go on where another stopped."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from wanhao.billing.models import MoneyTask

ONE_DAY = timedelta(days=1)
# After a longer stop, what is older is not made up for.
MOST_DAYS = 35


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTask:
    """A task that is due for a day, done for every account up to `after_account`."""

    name: str
    day: date
    after_account: int


def claim_task(names: Collection[str], today: date) -> DueTask | None:
    """The next task that is due, locked until the transaction ends; None when none is, or others
    have them.

    A task that is new begins today; each missed day is due before the next.
    """
    for name in names:
        MoneyTask.objects.get_or_create(name=name, defaults={"done_day": today - ONE_DAY})
    rows = MoneyTask.objects.select_for_update(skip_locked=True).filter(
        name__in=names, done_day__lt=today
    )
    row = rows.order_by("done_day", "name").first()
    if row is None:
        return None
    oldest = today - MOST_DAYS * ONE_DAY
    day = max(row.done_day + ONE_DAY, oldest)
    return DueTask(name=row.name, day=day, after_account=row.after_account)


def note_progress(task: DueTask, last_account: int | None) -> None:
    """Remember how far a task is; None ends its day."""
    done = {"done_day": task.day, "after_account": 0}
    MoneyTask.objects.filter(name=task.name).update(
        **({"after_account": last_account} if last_account is not None else done)
    )
