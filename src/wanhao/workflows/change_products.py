"""Change what a group holds, and tell the meter of it in the same transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from wanhao.billing.line_stops import live_line_stops
from wanhao.billing.ports import refuse_elsewhere
from wanhao.billing.stop_contracts import LineStopKind
from wanhao.parties.actions import lock_accounts
from wanhao.parties.queries import main_lines_of_groups
from wanhao.products.actions import lock_groups
from wanhao.values.errors import WanhaoError
from wanhao.workflows.tell_terms import groups_of, owed, tell_terms


@contextmanager
def changing_products(group_id: int, now: datetime) -> Iterator[None]:
    """Around a change of one group's products, within the caller's transaction.

    WanhaoError when the group has no line, or where billing is foreign: its plans are, too.
    """
    refuse_elsewhere("Products are ordered and cancelled")
    lock_accounts([_account(group_id)])
    lock_groups([group_id])
    _refuse_kept(group_id)
    accounts = [_account(group_id)]
    before = owed(groups_of(accounts), now)
    yield
    tell_terms(accounts, before, now)


def _refuse_kept(group_id: int) -> None:
    main = main_lines_of_groups([group_id]).get(group_id)
    stops = live_line_stops([main.line_id]) if main else {}
    if any(one.kind is LineStopKind.KEEP_NUMBER for some in stops.values() for one in some):
        raise WanhaoError(
            f"The number of group {group_id} is kept for later.", "Let it be in use again first."
        )


def _account(group_id: int) -> int:
    line = main_lines_of_groups([group_id]).get(group_id)
    if line is None:
        raise WanhaoError(f"Group {group_id} has no line.", "Give the group of a line in use.")
    return line.account_id
