"""Refuse orders: who is stopped or owes what is due orders nothing new, nor does a kept number.

Cancelling and paying are always possible.
"""

from collections.abc import Collection
from datetime import datetime

from wanhao.billing.hindrances import hindrances
from wanhao.parties.contracts import LineRole, LineView
from wanhao.parties.queries import main_lines_of_groups
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError


def refuse_orders(line: LineView, now: datetime) -> None:
    """WanhaoError when the group of a live line may not order now."""
    is_main = line.role is LineRole.MAIN
    mains = [line] if is_main else list(main_lines_of_groups([line.group_id]).values())
    refuse_orders_of(mains, now)


def refuse_orders_of(
    mains: Collection[LineView], now: datetime, *, only_kept: bool = False
) -> None:
    """WanhaoError when one of the groups of these main lines may not order now: its number is kept
    for later, service is stopped, or a bill is overdue. `only_kept`: only for the first."""
    accounts = set() if only_kept else {main.account_id for main in mains}
    day = now.astimezone(SHANGHAI).date()
    hinders = hindrances([main.line_id for main in mains], accounts, day)
    for main in mains:
        if main.line_id in hinders.kept_lines:
            raise WanhaoError(
                f"The number of group {main.group_id} is kept for later.",
                "Let it be in use again first.",
            )
    if hinders.stopped:
        raise WanhaoError(
            "Service is stopped, so nothing can be ordered.", "Let what is owed be paid first."
        )
    if hinders.overdue:
        raise WanhaoError(
            "A bill is overdue, so nothing can be ordered.", "Let what is owed be paid first."
        )
