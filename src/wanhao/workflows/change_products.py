"""Change what a group holds, and tell the meter of it in the same transaction."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from wanhao.billing.ports import refuse_elsewhere
from wanhao.parties.actions import lock_accounts_of_groups
from wanhao.parties.contracts import LineRole, LineView
from wanhao.parties.queries import lines_of_accounts
from wanhao.products.actions import lock_groups
from wanhao.values.errors import WanhaoError
from wanhao.workflows.refuse_orders import refuse_orders_of
from wanhao.workflows.tell_terms import owed_now, tell_terms


@contextmanager
def changing_products(group_id: int, now: datetime, *, ordering: bool = False) -> Iterator[None]:
    """Around a change of one group's products, within the caller's transaction.

    WanhaoError when the group has no line, or where billing is foreign: its plans are, too; and
    when an order (`ordering`) is refused.
    """
    with changing_products_of([group_id], now, ordering=ordering):
        yield


@contextmanager
def changing_products_of(
    group_ids: Collection[int], now: datetime, *, ordering: bool = False
) -> Iterator[None]:
    """The same around a change of what several groups hold: all accounts are locked, and then all
    groups, each in the order of their numbers."""
    refuse_elsewhere("Products are ordered and cancelled")
    accounts = lock_accounts_of_groups(group_ids)
    lock_groups(group_ids)
    lines = lines_of_accounts(accounts)
    refuse_orders_of(_mains(lines, group_ids), now, only_kept=not ordering)
    groups = {line.group_id: line.account_id for line in lines}
    before = owed_now(groups, now)
    yield
    tell_terms(groups, before, now)


def _mains(lines: Collection[LineView], group_ids: Collection[int]) -> list[LineView]:
    mains = {line.group_id: line for line in lines if line.role is LineRole.MAIN}
    for group_id in group_ids:
        if group_id not in mains:
            raise WanhaoError(f"Group {group_id} has no line.", "Give the group of a line in use.")
    return [mains[group_id] for group_id in group_ids]
