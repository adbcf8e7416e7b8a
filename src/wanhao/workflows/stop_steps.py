"""The steps of a stop as promises: how they are named, when they are told, how they are put off.

A first stop is named after its cause, what follows after the stop itself. What is put off is a new
promise whose name says how often that happened.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from wanhao.billing.states import FURTHER
from wanhao.billing.stop_contracts import NewStop, ServiceState, StopReason, StopView
from wanhao.billing.stop_times import by_day, further_begins
from wanhao.communications.contracts import Metric
from wanhao.communications.queries import rule_of_metric
from wanhao.promises.actions import make, withdraw
from wanhao.promises.contracts import JSON, DuePromise, NewPromise

STOP_SERVICE = "stop-service"
ANNOUNCE_STEP = "announce-step"
NEXT_STEP = "next-step"
METRICS = {
    ServiceState.TWO_WAY: Metric.TWO_WAY,
    ServiceState.TERMINATED: Metric.TERMINATION,
}
NOTICE = timedelta(hours=1)
"""So long before a step whoever was told too late has been told."""
LATE = timedelta(minutes=10)
PUT_OFF = 9
"""What was put off more often is looked at when it is due, and not withdrawn before."""
MOST_TIERS = 9


def stop_key(account_id: int, cycle: int) -> str:
    """The name of the promise to stop an account for its bill of a cycle."""
    return f"{account_id}:{cycle}"


def money_stop_key(account_id: int, reason: StopReason, cycle: int, episode: int) -> str:
    """The name of the promise to stop an account because its money was used up in a cycle."""
    return f"{account_id}:{reason.value}:{cycle}:{episode}"


def step_key(stop_id: int, to: ServiceState) -> str:
    """The name of the promise to let a stop become two-way, or end the contract."""
    return f"{stop_id}:{to.value}"


def stop_of(told: Mapping[str, JSON]) -> NewStop:
    """The stop that was promised with these words; what is owed is not known yet."""
    return NewStop(
        account_id=int(str(told["account"])),
        cycle=int(str(told["cycle"])),
        owed_fen=0,
        reason=StopReason(str(told.get("reason", StopReason.ARREARS.value))),
        episode=int(str(told.get("episode", 0))),
        spent_fen=int(str(told.get("spent", 0))),
        billed_through=int(str(told.get("billed", 0))),
    )


def with_put_off(keys: Collection[str]) -> list[str]:
    """These names, and those that the same promises have after they were put off."""
    return [name for key in keys for name in (key, *(f"{key}@{n}" for n in range(1, PUT_OFF + 1)))]


def announced_hours(metric: Metric, now: datetime) -> tuple[int, ...]:
    """How many hours before it is announced, the earliest first; none without the rule."""
    rule = rule_of_metric(metric, now)
    return () if rule is None else tuple(sorted((int(hours) for hours in rule.at), reverse=True))


def put_off(due: Sequence[DuePromise], then: datetime, now: datetime) -> None:
    """Promise these again for another time."""
    make([_put_off(promise, then) for promise in due], now)


def told_late(promise: DuePromise, now: datetime) -> bool:
    """Promised for the announced hour, which is past; one that was put off was told."""
    return "@" not in promise.key and now - promise.due_at > LATE


def due_by_day(due: Sequence[DuePromise], now: datetime) -> list[DuePromise]:
    """Those of the promised steps that may begin now; the others are put off.

    At night all of them, until the morning; and for an hour where the customer was told only after
    the hour that was announced.
    """
    if by_day(now) != now:
        put_off(due, by_day(now), now)
        return []
    late = [promise for promise in due if told_late(promise, now)]
    put_off(late, by_day(now + NOTICE), now)
    return [promise for promise in due if promise not in late]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRound:
    """One of `tiers` announcements of a stop's next step, and when that is to begin."""

    stop_id: int
    to: ServiceState
    begins: datetime
    tier: int
    tiers: int

    @property
    def last(self) -> bool:
        """Whether the step follows."""
        return self.tier == self.tiers

    def promised(self, due_at: datetime) -> NewPromise:
        """The promise to make this announcement."""
        return NewPromise(
            kind=ANNOUNCE_STEP,
            key=f"{step_key(self.stop_id, self.to)}:{self.tier}",
            due_at=due_at,
            payload={
                "stop": self.stop_id,
                "to": self.to.value,
                "begins": self.begins.isoformat(),
                "tier": self.tier,
                "tiers": self.tiers,
            },
        )

    @classmethod
    def of(cls, promise: DuePromise) -> "StepRound":
        """The announcement that was promised."""
        told = {name: str(value) for name, value in promise.payload.items()}
        return cls(
            stop_id=int(told["stop"]),
            to=ServiceState(told["to"]),
            begins=datetime.fromisoformat(told["begins"]),
            tier=int(told["tier"]),
            tiers=int(told["tiers"]),
        )


def promise_next(stops: Collection[StopView], now: datetime) -> None:
    """Promise to announce what comes next, one promise for each stop; nothing comes after the end.

    Belongs into the transaction that made them what they are.
    """
    hours = {state: announced_hours(metric, now) for state, metric in METRICS.items()}
    make(list(_next_rounds(stops, hours, now)), now)


def _next_rounds(
    stops: Collection[StopView], hours: dict[ServiceState, tuple[int, ...]], now: datetime
) -> Iterator[NewPromise]:
    for stop in stops:
        if stop.state not in FURTHER:
            continue
        to = FURTHER[stop.state]
        before = hours[to] or (0,)
        begins = further_begins(to, stop.since, before[-1], now)
        ahead = [each for each in before if begins - timedelta(hours=each) >= now] or [before[-1]]
        first = StepRound(stop_id=stop.stop_id, to=to, begins=begins, tier=1, tiers=len(ahead))
        yield first.promised(begins - timedelta(hours=ahead[0]))


def withdraw_steps(stops: Collection[StopView], now: datetime) -> None:
    """Take back what was promised to follow these stops."""
    steps = [step_key(stop.stop_id, FURTHER[stop.state]) for stop in stops if stop.state in FURTHER]
    told = [f"{step}:{tier}" for step in steps for tier in range(1, MOST_TIERS + 1)]
    withdraw(ANNOUNCE_STEP, told, now)
    withdraw(NEXT_STEP, with_put_off(steps), now)


def _put_off(promise: DuePromise, then: datetime) -> NewPromise:
    first, _, times = promise.key.partition("@")
    return NewPromise(
        kind=promise.kind,
        key=f"{first}@{int(times or 0) + 1}",
        due_at=then,
        payload=promise.payload,
    )
