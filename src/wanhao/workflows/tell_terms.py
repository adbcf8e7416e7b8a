"""Tell the meter what groups hold, and what their accounts owe for it besides their usage."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from wanhao.parties.queries import lines_of_accounts
from wanhao.products.running import RunningMonth
from wanhao.usage.actions import record_facts
from wanhao.usage.contracts import FeesFact, GroupFact
from wanhao.workflows.describe_terms import group_fact
from wanhao.workflows.tell_tariffs import tell_tariffs

AccountOfGroup = Mapping[int, int]


def tell_terms(groups: AccountOfGroup, owed_before: Mapping[int, int], now: datetime) -> None:
    """Tell what all groups of some accounts hold after a change, within its transaction.

    `owed_before` is `owed_now` before the change: what was added since is charged in this month.
    """
    tell_tariffs()
    month = RunningMonth(groups.keys(), now)
    record_facts(
        [*group_facts(groups, month, always_both=True), *fees_facts(groups, owed_before, month)]
    )


def groups_of(account_ids: Collection[int]) -> dict[int, int]:
    """The groups of accounts, each with its account."""
    return {line.group_id: line.account_id for line in lines_of_accounts(account_ids)}


def owed(groups: AccountOfGroup, month: RunningMonth) -> Counter[int]:
    """What each account owes in the running month for what its groups hold, in fen."""
    amounts: Counter[int] = Counter()
    for group_id, lines in month.fees().items():
        amounts[groups[group_id]] += sum(line.fee_fen for line in lines)
    return amounts


def owed_now(groups: AccountOfGroup, now: datetime) -> Counter[int]:
    """The same, read now."""
    return owed(groups, RunningMonth(groups.keys(), now))


def group_facts(
    groups: AccountOfGroup, month: RunningMonth, *, always_both: bool
) -> Iterator[GroupFact]:
    """The terms of groups in this month, and in the next one where those differ.

    `always_both`: also where they do not, since others may be waiting for the month to open.
    """
    this = month.cycle
    today, later = month.holdings()
    for group_id, account_id in groups.items():
        terms = [
            group_fact(group_id, account_id, cycle.number, held[group_id])
            for cycle, held in ((this, today), (this.next, later))
            if group_id in held
        ]
        same = len(terms) == 2 and replace(terms[1], cycle=this.number) == terms[0]
        yield from terms[:1] if same and not always_both else terms


def fees_facts(
    groups: AccountOfGroup, owed_before: Mapping[int, int], month: RunningMonth
) -> Iterator[FeesFact]:
    """What accounts owe besides their usage; `groups` are all that they have."""
    this, owes, rents = month.cycle, owed(groups, month), month.rent()
    by_account: Counter[int] = Counter()
    for group_id, account_id in groups.items():
        by_account[account_id] += rents.get(group_id, 0)
    for account_id, fen in by_account.items():
        yield FeesFact(
            account_id=account_id,
            cycle=this.number,
            fee_fen=owes[account_id] - owed_before.get(account_id, 0),
            rent_fen=fen,
            rent_from=this.next.number,
        )
