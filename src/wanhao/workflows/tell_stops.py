"""Tell stops: who was stopped is told so, how to pay, and whom one can still call."""

from collections.abc import Collection, Mapping
from datetime import datetime

from wanhao.billing.stop_contracts import ServiceState, StopView
from wanhao.communications.actions import decide_reminders
from wanhao.communications.contracts import Metric, Trigger
from wanhao.values.cycle import SHANGHAI, Cycle

NO_BATCH = 0
TIERS = {ServiceState.ONE_WAY: 1, ServiceState.TWO_WAY: 2}


def tell_stops(stops: Collection[StopView], owed: Mapping[int, int], now: datetime) -> None:
    """Decide about what has just been stopped, one way or both."""
    decide_reminders([_trigger(stop, owed, now) for stop in stops], batch=NO_BATCH, now=now)


def _trigger(stop: StopView, owed: Mapping[int, int], now: datetime) -> Trigger:
    said: dict[str, int | str] = {
        "owed": owed[stop.account_id],
        "time": now.astimezone(SHANGHAI).isoformat(),
    }
    if stop.state is ServiceState.TWO_WAY:
        said["variant"] = "two_way"
    return Trigger(
        metric=Metric.STOPPED,
        threshold=None,
        account_id=stop.account_id,
        group_id=None,
        number=None,
        cycle=Cycle.of(now).number,
        episode=stop.stop_id,
        tier=TIERS[stop.state],
        said=said,
        occurred_at=int(now.timestamp()),
    )
