"""The run that issues a cycle's bills: begun once, moved on chunk by chunk, finished."""

from datetime import datetime

from wanhao.billing.bills.contracts import Issued, RunState, RunView
from wanhao.billing.models import BillRun
from wanhao.values.errors import WanhaoError


def begin_run(cycle: int, now: datetime) -> RunView:
    """The cycle's run, begun now or earlier; WanhaoError when a later cycle has its bills."""
    later = BillRun.objects.filter(cycle__gt=cycle).order_by("cycle").first()
    if later is not None and not BillRun.objects.filter(cycle=cycle).exists():
        raise WanhaoError(
            f"The bills of {later.cycle} were issued already; those of {cycle} would come after.",
            "Bills are issued in the order of months.",
        )
    row, _ = BillRun.objects.get_or_create(
        cycle=cycle, defaults={"state": RunState.RUNNING.value, "started_at": now}
    )
    return run_view(row)


def lock_run(cycle: int) -> RunView:
    """The run as it stands, locked until the caller's transaction ends: one worker at a time."""
    return run_view(BillRun.objects.select_for_update().get(cycle=cycle))


def move_run_on(cycle: int, *, through: int, accounts: int, issued: Issued) -> RunView:
    """Note that accounts up to `through` have their bills; part of the chunk's transaction."""
    run = BillRun.objects.get(cycle=cycle)
    run.done_through = through
    run.accounts += accounts
    run.bills += issued.bills
    run.total_fen += issued.total_fen
    run.save(update_fields=["done_through", "accounts", "bills", "total_fen"])
    return run_view(run)


def finish_run(cycle: int, now: datetime) -> RunView:
    """Close the run; a finished one keeps its time."""
    BillRun.objects.filter(cycle=cycle, state=RunState.RUNNING.value).update(
        state=RunState.FINISHED.value, finished_at=now
    )
    return run_view(BillRun.objects.get(cycle=cycle))


def run_view(row: BillRun) -> RunView:
    """A run's row as others may hold it."""
    return RunView(
        cycle=row.cycle,
        state=RunState(row.state),
        done_through=row.done_through,
        accounts=row.accounts,
        bills=row.bills,
        total_fen=row.total_fen,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )
