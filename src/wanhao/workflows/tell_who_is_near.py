"""Tell who is near their turn in a hall's queue, once; take it back when they are called or go."""

from collections.abc import Collection, Sequence
from datetime import datetime

from wanhao.communications.actions import decide_reminders, withdraw_episodes
from wanhao.communications.contracts import Metric, Reason, Trigger
from wanhao.outlets.queue_contracts import NearTicket
from wanhao.parties.queries import lines_by_id
from wanhao.values.cycle import Cycle

NO_BATCH = 0


class TellByMessage:
    """Implements `outlets.ports.QueueTeller`."""

    def near(self, tickets: Sequence[NearTicket], now: datetime) -> None:
        """Plan what the lines of the tickets are told; a ticket decided before is left alone."""
        lines = lines_by_id({one.line_id for one in tickets})
        told = [
            _trigger(one, lines[one.line_id].account_id, now)
            for one in tickets
            if one.line_id in lines
        ]
        decide_reminders(told, batch=NO_BATCH, now=now)

    def over(self, ticket_ids: Collection[int], now: datetime) -> None:
        """Withdraw what was not sent yet."""
        withdraw_episodes(Metric.QUEUE, ticket_ids, Reason.TURN_OVER, now)


def _trigger(one: NearTicket, account_id: int, now: datetime) -> Trigger:
    said: dict[str, int | str] = {
        "ticket": one.label,
        "hall_zh": one.hall_zh,
        "hall_en": one.hall_en,
        "ahead": one.ahead,
    }
    return Trigger(
        metric=Metric.QUEUE,
        threshold=None,
        account_id=account_id,
        group_id=None,
        number=None,
        line_id=one.line_id,
        cycle=Cycle.of(now).number,
        episode=one.ticket_id,
        said=said if one.ahead else {**said, "variant": "next"},
        occurred_at=int(now.timestamp()),
    )
