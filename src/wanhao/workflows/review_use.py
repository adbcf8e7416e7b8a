"""Review use: on a day of the month the meter looks, part by part, for whoever uses little."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from wanhao.communications.contracts import Metric
from wanhao.communications.queries import rule_of_metric
from wanhao.parties.queries import account_count
from wanhao.promises.actions import make
from wanhao.promises.contracts import DuePromise, NewPromise
from wanhao.usage.actions import record_facts
from wanhao.usage.contracts import ReviewFact
from wanhao.values.cycle import Cycle

KIND = "low-use"
ACCOUNTS_A_PART = 4_096
PAUSE = timedelta(seconds=5)
"""Between two parts, so that the meter counts as fast as ever meanwhile."""


def review_use(promises: Sequence[DuePromise], now: datetime) -> None:
    """Have the next part of each review done; none that the rule does not want any more.

    A month that is over is not reviewed: what is said of "this month" would be wrong.
    """
    rule = rule_of_metric(Metric.LOW_USE, now)
    for promise in promises:
        cycle, day = int(str(promise.payload["cycle"])), promise.payload["day"]
        if rule is None or day not in rule.at or Cycle.of(now).number != cycle:
            continue
        part = int(str(promise.payload.get("part", 0)))
        parts = int(str(promise.payload.get("parts", 0))) or _parts()
        assert rule.threshold is not None
        record_facts([ReviewFact(cycle=cycle, percent=rule.threshold, part=part, parts=parts)])
        if part + 1 < parts:
            make([_next(promise, part + 1, parts, now)], now)


def _parts() -> int:
    return max(1, -(-account_count() // ACCOUNTS_A_PART))


def _next(promise: DuePromise, part: int, parts: int, now: datetime) -> NewPromise:
    first = promise.key.partition(":")[0]
    return NewPromise(
        kind=KIND,
        key=f"{first}:{part}",
        due_at=now + PAUSE,
        payload={**promise.payload, "part": part, "parts": parts},
    )
