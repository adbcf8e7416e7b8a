"""Tell the network of every live line it was never told of, or told otherwise; chunk by chunk."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from wanhao.parties.queries import next_lines
from wanhao.workflows.tell_network import tell_network

AT_ONCE = 5_000


def tell_network_everything(now: datetime, say: Callable[[int], None]) -> tuple[int, int]:
    """Request what each live line may do; returns how many lines were looked at, and for how many
    that was new. `say` hears after each chunk how many were looked at. May be broken off and begun
    again: what is wanted already is not asked for twice."""
    looked = new = last = 0
    while lines := next_lines(last, AT_ONCE):
        with transaction.atomic():
            new += tell_network([line.line_id for line in lines], now)
        last = lines[-1].line_id
        looked += len(lines)
        say(looked)
    return looked, new
