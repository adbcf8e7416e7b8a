"""Watch thresholds: the meter is told which ones the reminder rules speak of."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from wanhao.communications.contracts import Metric
from wanhao.communications.queries import watched
from wanhao.promises.contracts import DuePromise
from wanhao.usage.actions import record_facts
from wanhao.usage.contracts import Service, ThresholdsFact
from wanhao.usage.queries import current_thresholds
from wanhao.workflows.announce_money_stops import NOTHING


@transaction.atomic
def watch_thresholds(now: datetime) -> bool:
    """Publish the thresholds that count now if the meter watches others; returns whether it did."""
    if current_thresholds() == _wanted(now):
        return False
    # Another worker may be telling them, or older ones: its facts come first, and are seen here.
    record_facts([])
    wanted = _wanted(now)
    if current_thresholds() == wanted:
        return False
    record_facts([wanted])
    return True


def _wanted(now: datetime) -> ThresholdsFact:
    rules = watched(now)
    return ThresholdsFact(
        usage={
            Service.VOICE: rules[Metric.VOICE],
            Service.MESSAGE: rules[Metric.MESSAGE],
            Service.DATA: rules[Metric.DATA],
        },
        money=(NOTHING, *rules[Metric.BALANCE]),
        credit=rules[Metric.CREDIT],
    )


def keep_watching(due: Sequence[DuePromise], now: datetime) -> None:
    """Keep promises that changed rules count from now on: the meter hears of their thresholds."""
    watch_thresholds(now)
