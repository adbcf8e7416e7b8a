"""Watch thresholds: the meter is told which ones the reminder rules speak of."""

from django.db import transaction

from wanhao.communications.contracts import Metric
from wanhao.communications.queries import watched
from wanhao.usage.actions import record_facts
from wanhao.usage.contracts import Service, ThresholdsFact
from wanhao.usage.queries import current_thresholds


@transaction.atomic
def watch_thresholds() -> bool:
    """Publish the rules' thresholds if the meter watches others; returns whether it did."""
    rules = watched()
    wanted = ThresholdsFact(
        usage={
            Service.VOICE: rules[Metric.VOICE],
            Service.MESSAGE: rules[Metric.MESSAGE],
            Service.DATA: rules[Metric.DATA],
        },
        money=rules[Metric.BALANCE],
    )
    if current_thresholds() == wanted:
        return False
    record_facts([wanted])
    return True
