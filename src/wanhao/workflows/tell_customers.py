"""Tell customers: what the meter saw crossed becomes decisions and messages, and data stops."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from wanhao.communications.actions import decide_reminders
from wanhao.communications.contracts import Metric, Trigger
from wanhao.products.actions import stop_data
from wanhao.usage.contracts import (
    Crossing,
    LowUseCrossing,
    MoneyCrossing,
    Service,
    UpgradeCrossing,
    UpgradeKind,
    UsageCrossing,
)

METRICS = {
    Service.VOICE: Metric.VOICE,
    Service.MESSAGE: Metric.MESSAGE,
    Service.DATA: Metric.DATA,
}


class TellCustomers:
    """Takes the crossings of a batch; implements `usage.ports.EffectSink`."""

    def accept(self, batch: int, crossings: Sequence[Crossing], now: datetime) -> None:
        """Decide about them within the batch's own transaction; the same ones may come again."""
        _stop_data(crossings, now)
        told = [one for one in crossings if not isinstance(one, LowUseCrossing)]
        decide_reminders([_trigger(crossing) for crossing in told], batch=batch, now=now)


def _stop_data(crossings: Sequence[Crossing], now: datetime) -> None:
    stopped: dict[int, set[int]] = defaultdict(set)
    for crossing in crossings:
        if isinstance(crossing, UpgradeCrossing) and crossing.kind is UpgradeKind.DATA_STOP:
            stopped[crossing.cycle].add(crossing.group_id)
    for cycle, groups in sorted(stopped.items()):
        stop_data(sorted(groups), cycle, now)


def _trigger(crossing: UsageCrossing | MoneyCrossing | UpgradeCrossing) -> Trigger:
    if isinstance(crossing, MoneyCrossing):
        return _of_money(crossing)
    return _of_usage(crossing) if isinstance(crossing, UsageCrossing) else _of_upgrade(crossing)


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


def _of_upgrade(crossing: UpgradeCrossing) -> Trigger:
    steps_up = crossing.kind is UpgradeKind.STEP_UP
    return Trigger(
        metric=Metric.STEP_UP if steps_up else Metric.DATA_STOP,
        threshold=None,
        account_id=crossing.account_id,
        group_id=crossing.group_id,
        number=crossing.number,
        cycle=crossing.cycle,
        episode=crossing.episode,
        used=crossing.beyond,
        # Every tier is told, but a stop once, whichever tier use stands on when it comes again.
        tier=crossing.tier if steps_up else 0,
        fee_fen=crossing.fee_fen,
        occurred_at=crossing.occurred_at,
    )
