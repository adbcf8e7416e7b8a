"""Refuse orders: who is stopped or owes what is due orders nothing new, nor does a kept number.

Cancelling and paying are always possible.
"""

from collections.abc import Collection
from datetime import datetime

from wanhao.billing.line_stops import live_line_stops
from wanhao.billing.stop_contracts import LineStopKind
from wanhao.billing.stops import debts_due, live_stops
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import main_lines_of_groups
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError


def refuse_orders(group_id: int, now: datetime) -> None:
    """WanhaoError when a group may not order now."""
    mains = main_lines_of_groups([group_id]).values()
    refuse_kept(mains)
    refuse_owing({main.account_id for main in mains}, now)


def refuse_kept(mains: Collection[LineView]) -> None:
    """WanhaoError when the number of one of these main lines is kept for later."""
    alone = live_line_stops([main.line_id for main in mains])
    for main in mains:
        if any(one.kind is LineStopKind.KEEP_NUMBER for one in alone.get(main.line_id, ())):
            raise WanhaoError(
                f"The number of group {main.group_id} is kept for later.",
                "Let it be in use again first.",
            )


def refuse_owing(account_ids: Collection[int], now: datetime) -> None:
    """WanhaoError when service is stopped, or a bill is overdue."""
    if live_stops(account_ids):
        raise WanhaoError(
            "Service is stopped, so nothing can be ordered.", "Let what is owed be paid first."
        )
    if debts_due(account_ids, now.astimezone(SHANGHAI).date()):
        raise WanhaoError(
            "A bill is overdue, so nothing can be ordered.", "Let what is owed be paid first."
        )
