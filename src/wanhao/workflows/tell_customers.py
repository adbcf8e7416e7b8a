"""Tell customers: what the meter saw crossed becomes decisions and messages, and data stops."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from wanhao.communications.actions import decide_reminders
from wanhao.products.actions import stop_data
from wanhao.usage.contracts import Crossing, LowUseCrossing, UpgradeCrossing, UpgradeKind
from wanhao.workflows.describe_crossings import trigger_of
from wanhao.workflows.tell_low_use import low_use_triggers


class TellCustomers:
    """Takes the crossings of a batch; implements `usage.ports.EffectSink`."""

    def accept(self, batch: int, crossings: Sequence[Crossing], now: datetime) -> None:
        """Decide about them within the batch's own transaction; the same ones may come again."""
        _stop_data(crossings, now)
        little = [one for one in crossings if isinstance(one, LowUseCrossing)]
        triggers = [trigger_of(one) for one in crossings if not isinstance(one, LowUseCrossing)]
        if little:
            triggers += low_use_triggers(little, now)
        decide_reminders(triggers, batch=batch, now=now)


def _stop_data(crossings: Sequence[Crossing], now: datetime) -> None:
    stopped: dict[int, set[int]] = defaultdict(set)
    for crossing in crossings:
        if isinstance(crossing, UpgradeCrossing) and crossing.kind is UpgradeKind.DATA_STOP:
            stopped[crossing.cycle].add(crossing.group_id)
    for cycle, groups in sorted(stopped.items()):
        stop_data(sorted(groups), cycle, now)
