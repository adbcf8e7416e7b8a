"""Report a loss: a line is stopped at once and free of charge, until it is found again."""

from datetime import datetime

from django.db import transaction

from wanhao.billing.line_stops import lift_line_stops, stop_line
from wanhao.billing.stop_contracts import LineStopKind
from wanhao.communications.actions import decide_reminders
from wanhao.parties.actions import lock_line
from wanhao.workflows.tell_line_stops import lost_trigger
from wanhao.workflows.tell_network import tell_network

NO_BATCH = 0


@transaction.atomic
def report_loss(number: int, now: datetime) -> bool:
    """Stop a line because its card is lost; False when it was reported lost before."""
    line = lock_line(number)
    stop, new = stop_line(line.line_id, LineStopKind.LOST, now)
    if new:
        decide_reminders([lost_trigger(line, stop, "", now)], batch=NO_BATCH, now=now)
        tell_network([line.line_id], now)
    return new


@transaction.atomic
def cancel_loss(number: int, now: datetime) -> bool:
    """A line is not lost any more; False when it was not reported lost."""
    line = lock_line(number)
    stops = lift_line_stops([line.line_id], LineStopKind.LOST, now)
    triggers = [lost_trigger(line, stop, "found", now) for stop in stops]
    decide_reminders(triggers, batch=NO_BATCH, now=now)
    if stops:
        tell_network([line.line_id], now)
    return bool(stops)
