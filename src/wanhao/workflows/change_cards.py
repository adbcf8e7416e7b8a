"""Change which cards are in which group, and tell the meter of it in the same transaction."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from wanhao.billing.ports import Billing, billing_source
from wanhao.parties.actions import lock_accounts
from wanhao.parties.contracts import LineRole, LineView
from wanhao.parties.queries import begun, lines_of_groups
from wanhao.products.actions import end_all, end_one, lock_groups
from wanhao.products.running import RunningMonth
from wanhao.usage.actions import record_facts
from wanhao.usage.contracts import Fact, LineFact
from wanhao.workflows.tell_tariffs import tell_tariffs
from wanhao.workflows.tell_terms import fees_facts, group_facts, groups_of, owed_now

SECONDARY_CARD = "secondary-card"


@contextmanager
def changing_cards(group_ids: Collection[int], now: datetime) -> Iterator[list[LineFact]]:
    """Around lines that leave and join groups, within the caller's transaction.

    Give the groups that there are; what is put into the list is told after the terms of groups that
    are new and before the fees of all accounts concerned (where billing is foreign, those are not
    ours to tell).
    """
    accounts = {line.account_id for line in lines_of_groups(group_ids)}
    lock_accounts(accounts)
    lock_groups(group_ids)
    before = groups_of(accounts)
    owed_before = owed_now(before, now)
    links: list[LineFact] = []
    yield links
    groups = {**before, **groups_of(accounts)}
    new = {group: account for group, account in groups.items() if group not in before}
    if new:
        tell_tariffs()
    month = RunningMonth(groups.keys(), now)
    facts: list[Fact] = [*group_facts(new, month, always_both=True), *links]
    if billing_source().billing is Billing.OWN:
        facts += fees_facts(groups, owed_before, month)
    record_facts(facts)


def clear_after(line: LineView, at: datetime) -> None:
    """End what a group no longer needs once `line`, as it was, has left it.

    All that it holds when nobody is left; else, after a secondary card, the fee for that one.
    """
    left = lines_of_groups([line.group_id])
    if not left:
        end_all([line.group_id], at)
    elif line.role is LineRole.SECONDARY:
        end_one(
            line.group_id,
            SECONDARY_CARD,
            began=begun([line.line_id])[line.line_id],
            needed=sum(one.role is LineRole.SECONDARY for one in left),
            at=at,
        )


def link(line: LineView, at: datetime) -> LineFact:
    """The number counts for its group from `at` on."""
    return LineFact(number=line.number, group_id=line.group_id, since=int(at.timestamp()))


def full_second(now: datetime) -> datetime:
    """The second that `now` is in: lines and records begin with a second."""
    return now.replace(microsecond=0)
