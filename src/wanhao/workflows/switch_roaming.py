"""Switch roaming: a line may be used abroad or no longer, and the network is told."""

from datetime import datetime

from django.db import transaction

from wanhao.products import actions as products
from wanhao.workflows.tell_network import tell_network


@transaction.atomic
def switch_roaming(line_id: int, on: bool, now: datetime, *, door: str, by: str = "") -> bool:
    """Let a line be used abroad, or no longer; returns whether that changed anything."""
    changed = products.switch_roaming(line_id, on, now, door=door, by=by)
    if changed:
        tell_network([line_id], now)
    return changed
