"""End service: an account that did not pay loses its lines; what it owes stays, and its numbers are
frozen for a while."""

from collections.abc import Collection
from datetime import datetime

from wanhao.billing.ports import Billing, billing_source
from wanhao.billing.stop_times import frozen_until
from wanhao.parties.actions import end_accounts
from wanhao.products.actions import end_all
from wanhao.products.running import RunningMonth
from wanhao.usage.actions import record_facts
from wanhao.usage.contracts import Fact, LineFact
from wanhao.workflows.change_cards import full_second
from wanhao.workflows.tell_network import tell_network
from wanhao.workflows.tell_terms import fees_facts, groups_of, owed_now


def end_service(account_ids: Collection[int], now: datetime) -> None:
    """End all lines of accounts, and all that their groups hold.

    The accounts must be locked by `parties.actions.lock_accounts`, before their money was.
    """
    if not account_ids:
        return
    at = full_second(now)
    groups = groups_of(account_ids)
    owed_before = owed_now(groups, now)
    lines = end_accounts(account_ids, at, frozen_until(at))
    end_all(groups, at)
    tell_network([line.line_id for line in lines], now)
    facts: list[Fact] = [
        LineFact(number=line.number, group_id=0, since=int(at.timestamp())) for line in lines
    ]
    if billing_source().billing is Billing.OWN:
        facts += fees_facts(groups, owed_before, RunningMonth(groups.keys(), now))
    record_facts(facts)
