"""Tell line stops: what a customer is told of a number that is kept, lost or found."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from wanhao.billing.stop_contracts import LineStopView
from wanhao.communications.contracts import Metric, Trigger
from wanhao.parties.contracts import LineView
from wanhao.values.cycle import SHANGHAI, Cycle

TIERS: Mapping[str, int] = {"": 0, "ending": 1, "resumed": 2, "found": 2}
MOMENT = timedelta(seconds=1)


def kept_trigger(line: LineView, stop: LineStopView, variant: str, now: datetime) -> Trigger:
    """A number that is kept, "ending" shortly before that ends, "resumed" when it has."""
    until = (stop.until or now) - MOMENT
    told = {"until": until.astimezone(SHANGHAI).date().isoformat()}
    return _trigger(Metric.KEEP_NUMBER, line, stop, variant, told, now)


def lost_trigger(line: LineView, stop: LineStopView, variant: str, now: datetime) -> Trigger:
    """A number that was reported lost, or "found"."""
    told = {"time": now.astimezone(SHANGHAI).isoformat()}
    return _trigger(Metric.LOST, line, stop, variant, told, now)


def _trigger(
    metric: Metric,
    line: LineView,
    stop: LineStopView,
    variant: str,
    told: dict[str, str],
    now: datetime,
) -> Trigger:
    return Trigger(
        metric=metric,
        threshold=None,
        account_id=line.account_id,
        group_id=line.group_id,
        line_id=line.line_id,
        number=line.number,
        cycle=Cycle.of(now).number,
        episode=stop.line_stop_id,
        tier=TIERS[variant],
        said={**told, "variant": variant} if variant else told,
        occurred_at=int(now.timestamp()),
    )
