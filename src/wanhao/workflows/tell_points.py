"""Tell points: on some days of the year, who has points that are about to end; in chunks."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from wanhao.communications.actions import decide_reminders
from wanhao.communications.contracts import Metric, Trigger
from wanhao.communications.queries import rule_of_metric
from wanhao.loyalty.contracts import ExpiringPoints
from wanhao.loyalty.queries import expiring_points
from wanhao.promises.actions import make
from wanhao.promises.contracts import DuePromise, NewPromise
from wanhao.values.cycle import SHANGHAI, Cycle

KIND = "points-expiring"
WITHIN_DAYS = 60
AT_ONCE = 5_000


def tell_points(promises: Sequence[DuePromise], now: datetime) -> None:
    """Tell the next accounts of each of these days; none of a day the rule does not name any more,
    nor in another year, when those points are gone."""
    rule = rule_of_metric(Metric.POINTS, now)
    for promise in promises:
        day = date.fromisoformat(str(promise.payload["day"]))
        if rule is None or f"{day:%m-%d}" not in rule.at or day.year != _today(now).year:
            continue
        after = int(str(promise.payload.get("after", 0)))
        found = expiring_points(now, WITHIN_DAYS, after=after, limit=AT_ONCE)
        decide_reminders([_trigger(one, day.day, now) for one in found], batch=0, now=now)
        if len(found) == AT_ONCE:
            make([_next(promise, found[-1].batch_id, now)], now)


def _trigger(points: ExpiringPoints, tier: int, now: datetime) -> Trigger:
    """The subject is the account; each day of the year tells once."""
    gone = datetime.combine(points.expires + timedelta(days=1), time(), SHANGHAI)
    return Trigger(
        metric=Metric.POINTS,
        threshold=None,
        account_id=points.account_id,
        group_id=None,
        number=None,
        cycle=Cycle.of(now).number,
        episode=points.year,
        tier=tier,
        occurred_at=int(now.timestamp()),
        said={"points": points.points, "until": points.expires.isoformat()},
        expires_at=int(gone.timestamp()),
    )


def _next(promise: DuePromise, after: int, now: datetime) -> NewPromise:
    first = promise.key.partition(":")[0]
    return NewPromise(
        kind=KIND, key=f"{first}:{after}", due_at=now, payload={**promise.payload, "after": after}
    )


def _today(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()
