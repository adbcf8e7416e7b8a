"""Show credit: where an account's service stands, why, since when, and what comes next; reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from wanhao.billing.contracts import CreditLimitView
from wanhao.billing.credit import credit_history
from wanhao.billing.line_stops import grant_history, line_stop_history, running_grants
from wanhao.billing.states import FURTHER
from wanhao.billing.stop_contracts import GrantView, LineStopView, ServiceState, StopView
from wanhao.billing.stops import live_stops, stop_history
from wanhao.parties.queries import lines_of_accounts
from wanhao.promises.contracts import PromiseState, PromiseView
from wanhao.promises.queries import promises
from wanhao.values.cycle import Cycle
from wanhao.workflows.stop_steps import (
    ANNOUNCE_STEP,
    MOST_TIERS,
    NEXT_STEP,
    STOP_SERVICE,
    step_key,
    stop_key,
    with_put_off,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What comes next and when at the earliest; `told` says that it is only announced then, `waits`
    that it waits until an announcement was accepted."""

    to: ServiceState
    due_at: datetime
    told: bool
    waits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditStanding:
    """Where an account's service stands. `stop` is the one that lasts; histories are the latest
    first, those of lines only of lines in use."""

    account_id: int
    state: ServiceState
    stop: StopView | None
    grant: GrantView | None
    next_step: NextStep | None
    limits: tuple[CreditLimitView, ...]
    stops: tuple[StopView, ...]
    grants: tuple[GrantView, ...]
    line_stops: tuple[tuple[int, LineStopView], ...]


def credit_standing(account_id: int, now: datetime) -> CreditStanding:
    """Everything about an account's limits and stops, with what is promised next."""
    stop = live_stops([account_id]).get(account_id)
    grant = running_grants([account_id]).get(account_id)
    following = _next_of(stop) if stop else _first_of(account_id, now)
    numbers = {line.line_id: line.number for line in lines_of_accounts([account_id])}
    return CreditStanding(
        account_id=account_id,
        state=_state(stop, grant, following),
        stop=stop,
        grant=grant,
        next_step=following,
        limits=credit_history(account_id),
        stops=stop_history(account_id),
        grants=grant_history(account_id),
        line_stops=tuple((numbers[one.line_id], one) for one in line_stop_history(list(numbers))),
    )


def announced_stop(account_id: int, now: datetime) -> NextStep | None:
    """The stop for an unpaid bill that the account was told of to the last; None where none is
    coming. Only for an account that is not stopped."""
    return _first_of(account_id, now)


def _state(
    stop: StopView | None, grant: GrantView | None, following: NextStep | None
) -> ServiceState:
    if stop is None:
        return ServiceState.ACTIVE if following is None else ServiceState.ANNOUNCED
    return ServiceState.TEMPORARY if grant else stop.state


def _first_of(account_id: int, now: datetime) -> NextStep | None:
    """A stop for a bill that is announced to the last."""
    last = Cycle.of(now).previous
    keys = [stop_key(account_id, cycle.number) for cycle in (last, last.previous)]
    found = _open(STOP_SERVICE, with_put_off(keys))
    return _step(ServiceState.ONE_WAY, found[0], told=False) if found else None


def _next_of(stop: StopView) -> NextStep | None:
    if stop.state not in FURTHER:
        return None
    to = FURTHER[stop.state]
    key = step_key(stop.stop_id, to)
    if found := _open(NEXT_STEP, with_put_off([key])):
        return _step(to, found[0], told=False)
    told = _open(ANNOUNCE_STEP, [f"{key}:{tier}" for tier in range(1, MOST_TIERS + 1)])
    return _step(to, told[0], told=True) if told else None


def _open(kind: str, keys: Sequence[str]) -> list[PromiseView]:
    live = (PromiseState.OPEN, PromiseState.HELD)
    return [one for one in promises(kind, keys).values() if one.state in live]


def _step(to: ServiceState, promise: PromiseView, *, told: bool) -> NextStep:
    return NextStep(
        to=to, due_at=promise.due_at, told=told, waits=promise.state is PromiseState.HELD
    )
