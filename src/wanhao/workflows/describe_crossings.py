"""What the meter saw crossed, as what a reminder rule may speak of."""

from wanhao.communications.contracts import Metric, Trigger
from wanhao.usage.contracts import (
    MoneyCrossing,
    Service,
    UpgradeCrossing,
    UpgradeKind,
    UsageCrossing,
)
from wanhao.values.cycle import Cycle
from wanhao.workflows.stop_data import STOP_DATA, stop_key

METRICS = {
    Service.VOICE: Metric.VOICE,
    Service.MESSAGE: Metric.MESSAGE,
    Service.DATA: Metric.DATA,
}


def trigger_of(crossing: UsageCrossing | MoneyCrossing | UpgradeCrossing) -> Trigger:
    """The trigger a crossing is."""
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
        metric=Metric.CREDIT if crossing.credit_fen else Metric.BALANCE,
        threshold=crossing.threshold,
        account_id=crossing.account_id,
        group_id=None,
        number=None,
        cycle=crossing.cycle,
        episode=crossing.episode,
        left_fen=crossing.left,
        credit_fen=crossing.credit_fen,
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
        # Data stops when somebody was told, however late; with the month there is nothing to stop.
        holds=None if steps_up else (STOP_DATA, stop_key(crossing)),
        expires_at=None if steps_up else int(Cycle(crossing.cycle).end.timestamp()),
        occurred_at=crossing.occurred_at,
    )
