"""Tell customers: what the meter saw crossed becomes decisions and messages.

Data that reached its limit, and service whose money is used up, are stopped when somebody was told
of it, or at once if there is nobody.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeGuard

from wanhao.communications.actions import decide_reminders
from wanhao.usage.contracts import (
    Crossing,
    LowUseCrossing,
    MoneyCrossing,
    UpgradeCrossing,
    UpgradeKind,
    UsageCrossing,
)
from wanhao.workflows.announce_money_stops import is_below_nothing, money_stop_triggers
from wanhao.workflows.describe_crossings import trigger_of
from wanhao.workflows.stop_data import promise_stops
from wanhao.workflows.tell_low_use import low_use_triggers


class TellCustomers:
    """Takes the crossings of a batch; implements `usage.ports.EffectSink`."""

    def accept(self, batch: int, crossings: Sequence[Crossing], now: datetime) -> None:
        """Decide about them within the batch's own transaction; the same ones may come again."""
        promise_stops([one for one in crossings if _is_stop(one)], now)
        little = [one for one in crossings if isinstance(one, LowUseCrossing)]
        triggers = [trigger_of(one) for one in crossings if _is_of_a_rule(one)]
        triggers += money_stop_triggers(crossings, now)
        if little:
            triggers += low_use_triggers(little, now)
        decide_reminders(triggers, batch=batch, now=now)


def _is_of_a_rule(
    crossing: Crossing,
) -> TypeGuard[UsageCrossing | MoneyCrossing | UpgradeCrossing]:
    return not isinstance(crossing, LowUseCrossing) and not is_below_nothing(crossing)


def _is_stop(crossing: Crossing) -> TypeGuard[UpgradeCrossing]:
    return isinstance(crossing, UpgradeCrossing) and crossing.kind is UpgradeKind.DATA_STOP
