"""Refuse orders: who is stopped or owes what is due orders nothing new, nor does a kept number."""

from datetime import datetime

from wanhao.billing.line_stops import live_line_stops
from wanhao.billing.stop_contracts import LineStopKind
from wanhao.billing.stops import debts_due, live_stops
from wanhao.parties.queries import main_lines_of_groups
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError


def refuse_orders(group_id: int, now: datetime) -> None:
    """WanhaoError when a group may not order now; cancelling and paying are always possible."""
    main = main_lines_of_groups([group_id]).get(group_id)
    if main is None:
        return
    refuse_kept(group_id)
    account = main.account_id
    if account in live_stops([account]):
        raise WanhaoError(
            "Service is stopped, so nothing can be ordered.", "Let what is owed be paid first."
        )
    if account in debts_due([account], now.astimezone(SHANGHAI).date()):
        raise WanhaoError(
            "A bill is overdue, so nothing can be ordered.", "Let what is owed be paid first."
        )


def refuse_kept(group_id: int) -> None:
    """WanhaoError when the group's number is kept for later."""
    main = main_lines_of_groups([group_id]).get(group_id)
    stops = live_line_stops([main.line_id]) if main else {}
    if any(one.kind is LineStopKind.KEEP_NUMBER for some in stops.values() for one in some):
        raise WanhaoError(
            f"The number of group {group_id} is kept for later.", "Let it be in use again first."
        )
