"""Change what a group holds, and tell the meter of it in the same transaction."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from wanhao.billing.ports import refuse_elsewhere
from wanhao.parties.actions import lock_accounts
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import main_lines_of_groups
from wanhao.products.actions import lock_groups
from wanhao.values.errors import WanhaoError
from wanhao.workflows.refuse_orders import refuse_kept, refuse_owing
from wanhao.workflows.tell_terms import groups_of, owed, tell_terms


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
    lock_accounts(_accounts(_mains(group_ids)))
    lock_groups(group_ids)
    mains = _mains(group_ids)
    accounts = _accounts(mains)
    refuse_kept(mains)
    if ordering:
        refuse_owing(accounts, now)
    before = owed(groups_of(accounts), now)
    yield
    tell_terms(accounts, before, now)


def _mains(group_ids: Collection[int]) -> list[LineView]:
    lines = main_lines_of_groups(group_ids)
    for group_id in group_ids:
        if group_id not in lines:
            raise WanhaoError(f"Group {group_id} has no line.", "Give the group of a line in use.")
    return list(lines.values())


def _accounts(mains: Collection[LineView]) -> list[int]:
    return sorted({line.account_id for line in mains})
