"""End packs: what lasts a day ends within the month, and the meter is told when it does."""

from datetime import datetime

from django.db import transaction

from wanhao.billing.ports import Billing, billing_source
from wanhao.parties.actions import lock_accounts
from wanhao.parties.queries import main_lines_of_groups
from wanhao.products.actions import end_due, lock_groups
from wanhao.products.running import RunningMonth
from wanhao.usage.actions import record_facts
from wanhao.workflows.tell_terms import group_facts

BATCH = 500


@transaction.atomic
def end_packs(now: datetime, limit: int = BATCH) -> bool:
    """Tell the meter of groups some of whose packs have ended; returns whether there were any.

    Where billing is foreign, that billing tells what is left.
    """
    due = end_due(now, limit)
    groups = {group: line.account_id for group, line in main_lines_of_groups(due).items()}
    if groups and billing_source().billing is Billing.OWN:
        lock_accounts(groups.values())
        lock_groups(groups)
        month = RunningMonth(groups.keys(), now)
        record_facts(list(group_facts(groups, month, always_both=True)))
    return bool(due)
