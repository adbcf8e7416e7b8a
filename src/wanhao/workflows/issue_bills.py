"""Issue bills: a closed cycle's usage and fees become bills and charges, chunk by chunk."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from wanhao.billing.bills import running
from wanhao.billing.bills.actions import DUE_DAY, due_date, issue_bills
from wanhao.billing.bills.contracts import BillDraft, RunState, RunView
from wanhao.billing.bills.queries import finished_cycles
from wanhao.billing.ports import refuse_elsewhere
from wanhao.parties.queries import groups_between, next_accounts
from wanhao.products.queries import fees, tariffs_after
from wanhao.usage.queries import closed_cycles, closed_usage
from wanhao.values.errors import WanhaoError
from wanhao.workflows.draft_bills import Schedules, draft_bills
from wanhao.workflows.promise_stops import promise_stops
from wanhao.workflows.tell_abnormal_bills import promise_abnormal_bills
from wanhao.workflows.tell_funds import tell_funds

CHUNK = 20_000
Progress = Callable[[RunView], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a run goes on: accounts in one transaction, and who is told after each of them."""

    chunk: int = CHUNK
    due_day: int = DUE_DAY
    told: Progress = lambda run: None
    stopped: Callable[[], bool] = lambda: False


PACE = Pace()


def issue_cycle(cycle: int, clock: Callable[[], datetime], pace: Pace = PACE) -> RunView:
    """Issue every bill of a closed cycle; goes on where an earlier run was broken off.

    WanhaoError when the cycle is not closed, an earlier closed one has no bills yet, or billing is
    not ours.
    """
    refuse_elsewhere("Bills are issued")
    _refuse_out_of_turn(cycle)
    run = running.begin_run(cycle, clock())
    schedules = _schedules()
    while run.state is RunState.RUNNING and not pace.stopped():
        run = _issue_chunk(cycle, schedules, clock(), pace)
        pace.told(run)
    return run


def issue_next(cycle: int, now: datetime, due_day: int = DUE_DAY) -> RunView:
    """Issue the next chunk of a cycle's bills; for a worker that has other things to do."""
    running.begin_run(cycle, now)
    return _issue_chunk(cycle, _schedules(), now, Pace(due_day=due_day))


def cycles_to_bill() -> tuple[int, ...]:
    """Closed cycles whose bills are not all issued, earliest first."""
    done = finished_cycles()
    return tuple(cycle for cycle in sorted(closed_cycles()) if cycle not in done)


@contextmanager
def _without_collector() -> Iterator[None]:
    """A chunk makes many objects and no cycles of them; looking for cycles doubles its time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@_without_collector()
@transaction.atomic
def _issue_chunk(cycle: int, schedules: Schedules, now: datetime, pace: Pace) -> RunView:
    run = running.lock_run(cycle)
    if run.state is RunState.FINISHED:
        return run
    account_ids = next_accounts(run.done_through, pace.chunk)
    if not account_ids:
        promise_abnormal_bills(cycle, now)
        return running.finish_run(cycle, now)
    issued = issue_bills(_drafts(cycle, account_ids, schedules), now, due_day=pace.due_day)
    if issued.bills:
        promise_stops(cycle, due_date(cycle, pace.due_day), now)
    if issued.adjusted:
        # Of items and restricted money the meter does not know; all else it counted itself.
        tell_funds(issued.adjusted)
    return running.move_run_on(
        cycle, through=account_ids[-1], accounts=len(account_ids), issued=issued
    )


def _drafts(cycle: int, account_ids: Sequence[int], schedules: Schedules) -> list[BillDraft]:
    groups = groups_between(account_ids[0], account_ids[-1])
    usage = closed_usage(cycle, account_ids[0], account_ids[-1])
    return draft_bills(cycle, account_ids, groups, usage, fees(cycle, list(groups)), schedules)


def _schedules() -> Schedules:
    return {terms.number: terms.schedule for terms in tariffs_after(0) if terms.schedule}


def _refuse_out_of_turn(cycle: int) -> None:
    if cycle not in closed_cycles():
        raise WanhaoError(
            f"The month {cycle} is not closed yet.",
            "The meter closes a month 72 hours after its end.",
        )
    earlier = [one for one in cycles_to_bill() if one < cycle]
    if earlier:
        raise WanhaoError(
            f"The bills of {earlier[0]} come first.", f"Run: wanhao bills run --cycle {earlier[0]}"
        )
