"""Take steps: who was told and still owes is stopped both ways, or loses the line in the end."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from wanhao.billing.line_stops import running_grants
from wanhao.billing.stop_contracts import ServiceState, StopView
from wanhao.billing.stop_times import by_day
from wanhao.billing.stops import go_further, still_owed, stops_by_id
from wanhao.parties.actions import lock_accounts
from wanhao.promises.contracts import DuePromise
from wanhao.workflows.end_service import end_service
from wanhao.workflows.lift_stops import lift_stops
from wanhao.workflows.owe_for_stops import owed_for
from wanhao.workflows.stop_steps import LATE, due_by_day, promise_next, put_off
from wanhao.workflows.tell_network import tell_network_of
from wanhao.workflows.tell_stops import tell_stops


def take_steps(due: Sequence[DuePromise], now: datetime) -> None:
    """Keep further steps: who has paid is served again, who is served for a while is left alone
    until that is over. What would begin at night is promised for the morning."""
    by_state: dict[ServiceState, list[DuePromise]] = defaultdict(list)
    for promise in due_by_day(due, now):
        by_state[ServiceState(str(promise.payload["to"]))].append(promise)
    # The meter is told of ended contracts, so nothing is locked after that: a payment holds its
    # account and waits for the meter's turn.
    ended = [_number(promise, "account") for promise in by_state[ServiceState.TERMINATED]]
    lock_accounts(ended)
    still_owed([_number(promise, "account") for some in by_state.values() for promise in some], now)
    for state in (ServiceState.TWO_WAY, ServiceState.TERMINATED):
        _take(state, by_state[state], now)


def _take(to: ServiceState, due: Sequence[DuePromise], now: datetime) -> None:
    if not due:
        return
    asked = {_number(promise, "account"): _number(promise, "stop") for promise in due}
    owed = owed_for(list(stops_by_id(asked.values()).values()), now)
    lift_stops(asked.keys() - owed.keys(), now)
    granted = running_grants(owed)
    for promise in due:
        if (grant := granted.get(_number(promise, "account"))) is not None:
            # It ends by a promise of its own, which may be late.
            put_off([promise], by_day(max(grant.until, now) + LATE), now)
    stops = go_further([asked[each] for each in owed if each not in granted], to, now)
    _follow(to, stops, owed, now)


def _follow(
    to: ServiceState, stops: Sequence[StopView], owed: dict[int, int], now: datetime
) -> None:
    promise_next(stops, now)
    if to is ServiceState.TERMINATED:
        end_service([stop.account_id for stop in stops], now)
    else:
        tell_stops(stops, owed, now)
        tell_network_of([stop.account_id for stop in stops], now)


def _number(promise: DuePromise, name: str) -> int:
    return int(str(promise.payload[name]))
