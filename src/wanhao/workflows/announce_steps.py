"""Announce steps: who is stopped and still owes is told what comes next and when, and the last of
these announcements holds the step."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from wanhao.billing.states import before
from wanhao.billing.stop_contracts import StopView
from wanhao.billing.stops import stops_by_id
from wanhao.communications.actions import decide_reminders
from wanhao.communications.contracts import Trigger
from wanhao.promises.actions import make
from wanhao.promises.contracts import DuePromise, NewPromise
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.workflows.lift_stops import lift_stops
from wanhao.workflows.owe_for_stops import owed_for
from wanhao.workflows.stop_steps import (
    METRICS,
    NEXT_STEP,
    StepRound,
    announced_hours,
    step_key,
)

NO_BATCH = 0


def announce_steps(due: Sequence[DuePromise], now: datetime) -> None:
    """Keep announcements: each is decided, and the next one is promised, or the step itself.

    Who owes nothing any more is served again.
    """
    rounds = [StepRound.of(promise) for promise in due]
    owed = owed_for(list(stops_by_id([one.stop_id for one in rounds]).values()), now)
    stops = stops_by_id([one.stop_id for one in rounds])
    waiting = [one for one in rounds if _waits(stops[one.stop_id], one)]
    lift_stops({stops[one.stop_id].account_id for one in waiting} - owed.keys(), now)
    told = [one for one in waiting if stops[one.stop_id].account_id in owed]
    make(list(_promised(told, stops, now)), now)
    triggers = [_trigger(one, stops[one.stop_id], owed, now) for one in told]
    decide_reminders(triggers, batch=NO_BATCH, now=now)


def _waits(stop: StopView, one: StepRound) -> bool:
    return stop.may_be_lifted and stop.state is before(one.to)


def _promised(
    rounds: Sequence[StepRound], stops: Mapping[int, StopView], now: datetime
) -> Iterator[NewPromise]:
    told = {to: announced_hours(METRICS[to], now) for to in {one.to for one in rounds}}
    for one in rounds:
        if one.last:
            yield _step(one, stops[one.stop_id])
        else:
            hours = told[one.to]
            ahead = hours[max(one.tier - one.tiers, -len(hours))] if hours else 0
            following = replace(one, tier=one.tier + 1)
            yield following.promised(max(one.begins - timedelta(hours=ahead), now))


def _step(one: StepRound, stop: StopView) -> NewPromise:
    return NewPromise(
        kind=NEXT_STEP,
        key=step_key(one.stop_id, one.to),
        due_at=one.begins,
        payload={"stop": one.stop_id, "account": stop.account_id, "to": one.to.value},
        held=True,
    )


def _trigger(one: StepRound, stop: StopView, owed: Mapping[int, int], now: datetime) -> Trigger:
    begins = one.begins.astimezone(SHANGHAI)
    return Trigger(
        metric=METRICS[one.to],
        threshold=None,
        account_id=stop.account_id,
        group_id=None,
        number=None,
        cycle=Cycle.of(one.begins).number,
        episode=one.stop_id,
        tier=one.tier,
        said={"owed": owed[stop.account_id], "time": begins.isoformat()},
        # The last one must arrive, however late: without it nothing happens.
        holds=(NEXT_STEP, step_key(one.stop_id, one.to)) if one.last else None,
        expires_at=None if one.last else int(begins.timestamp()),
        occurred_at=int(now.timestamp()),
    )
