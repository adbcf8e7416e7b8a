"""Make calendar promises: what the reminder rules look at on certain days, promised ahead."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from wanhao.communications.contracts import Metric
from wanhao.communications.queries import rule_of_metric
from wanhao.promises.actions import make
from wanhao.promises.contracts import NewPromise
from wanhao.values.cycle import SHANGHAI
from wanhao.workflows import review_use, tell_endings, tell_points

AHEAD = timedelta(days=40)
"""So long nobody may run a worker without a day being missed."""

TEN = time(10, tzinfo=SHANGHAI)


def make_calendar_promises(now: datetime) -> int:
    """Promise what is due at ten o'clock in Shanghai on the days to come; returns how many are new.

    A promise that is there stays as it is, so this may be called as often as one likes. When it is
    kept, its day is held against the rule as it is then.
    """
    today = now.astimezone(SHANGHAI).date()
    days = [today + timedelta(days=ahead) for ahead in range(AHEAD.days)]
    due = [day for day in days if datetime.combine(day, TEN) >= now]
    return make([*_reviews(due, now), *_points(due, now), *_endings(due, now)], now)


def _reviews(days: list[date], now: datetime) -> Iterator[NewPromise]:
    rule = rule_of_metric(Metric.LOW_USE, now)
    for day in days:
        if rule is not None and day.day in rule.at:
            cycle = day.year * 100 + day.month
            yield _at_ten(review_use.KIND, day, {"cycle": cycle, "day": day.day})


def _points(days: list[date], now: datetime) -> Iterator[NewPromise]:
    rule = rule_of_metric(Metric.POINTS, now)
    for day in days:
        if rule is not None and f"{day:%m-%d}" in rule.at:
            yield _at_ten(tell_points.KIND, day, {"day": day.isoformat()})


def _endings(days: list[date], now: datetime) -> Iterator[NewPromise]:
    if rule_of_metric(Metric.PRODUCT_END, now) is not None:
        for day in days:
            yield _at_ten(tell_endings.KIND, day, {"day": day.isoformat()})


def _at_ten(kind: str, day: date, payload: dict[str, int | str]) -> NewPromise:
    due_at = datetime.combine(day, TEN)
    return NewPromise(kind=kind, key=day.isoformat(), due_at=due_at, payload=payload)
