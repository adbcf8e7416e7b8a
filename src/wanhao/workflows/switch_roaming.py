"""Switch roaming: a line may be used abroad or no longer, and the network is to know."""

from datetime import datetime

from django.db import transaction

from wanhao.products import actions as products


@transaction.atomic
def switch_roaming(line_id: int, on: bool, now: datetime, *, door: str, by: str = "") -> bool:
    """Let a line be used abroad, or no longer; returns whether that changed anything."""
    # The one place from which the network is to be told, in this transaction, when True comes back.
    return products.switch_roaming(line_id, on, now, door=door, by=by)
