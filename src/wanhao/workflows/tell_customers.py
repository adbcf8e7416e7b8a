"""Tell customers: thresholds the meter saw crossed become decisions and messages."""

from collections.abc import Sequence
from datetime import datetime

from wanhao.communications.actions import decide_reminders
from wanhao.communications.contracts import Metric, Trigger
from wanhao.usage.contracts import MoneyCrossing, Service, UsageCrossing

METRICS = {
    Service.VOICE: Metric.VOICE,
    Service.MESSAGE: Metric.MESSAGE,
    Service.DATA: Metric.DATA,
}


class TellCustomers:
    """Takes the crossings of a batch; implements `usage.ports.EffectSink`."""

    def accept(
        self, batch: int, crossings: Sequence[UsageCrossing | MoneyCrossing], now: datetime
    ) -> None:
        """Decide about them within the batch's own transaction; the same ones may come again."""
        decide_reminders([_trigger(crossing) for crossing in crossings], batch=batch, now=now)


def _trigger(crossing: UsageCrossing | MoneyCrossing) -> Trigger:
    return _of_money(crossing) if isinstance(crossing, MoneyCrossing) else _of_usage(crossing)


def _of_usage(crossing: UsageCrossing) -> Trigger:
    return Trigger(
        metric=METRICS[crossing.service],
        threshold=crossing.threshold,
        account_id=crossing.account_id,
        group_id=crossing.group_id,
        number=crossing.number,
        cycle=crossing.cycle,
        episode=crossing.episode,
        used=crossing.used,
        allowed=crossing.allowance,
        occurred_at=crossing.occurred_at,
    )


def _of_money(crossing: MoneyCrossing) -> Trigger:
    return Trigger(
        metric=Metric.BALANCE,
        threshold=crossing.threshold,
        account_id=crossing.account_id,
        group_id=None,
        number=None,
        cycle=crossing.cycle,
        episode=crossing.episode,
        left_fen=crossing.left,
        occurred_at=crossing.occurred_at,
    )
