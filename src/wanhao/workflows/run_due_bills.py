"""Run due bills: late records become items, and closed months become bills, one step at a time."""

from datetime import datetime

from django.db import transaction

from wanhao.billing.bills.actions import DUE_DAY, add_bill_items
from wanhao.billing.bills.contracts import LineKind, NewBillItem
from wanhao.billing.ports import Billing, billing_source
from wanhao.usage.actions import settle_late_usage
from wanhao.usage.contracts import LateCharge
from wanhao.workflows.draft_bills import late_explanation
from wanhao.workflows.issue_bills import cycles_to_bill, issue_next

LATE_AT_ONCE = 1_000


def run_due_bills(now: datetime, due_day: int = DUE_DAY) -> bool:
    """Settle some late records, or else issue one chunk of bills; whether there was anything to do.

    Where billing is foreign its own bills are imported instead, and nothing is done here.
    """
    if billing_source().billing is Billing.FOREIGN:
        return False
    if settle_late_records(now):
        return True
    waiting = cycles_to_bill()
    if not waiting:
        return False
    issue_next(waiting[0], now, due_day=due_day)
    return True


@transaction.atomic
def settle_late_records(now: datetime) -> int:
    """Put what late records cost onto the next bills of their accounts; returns how many."""
    charges = settle_late_usage(now, LATE_AT_ONCE)
    add_bill_items([late_item(charge) for charge in charges if charge.fen], now)
    return len(charges)


def late_item(charge: LateCharge) -> NewBillItem:
    """What a record cost that came after its month was closed."""
    return NewBillItem(
        account_id=charge.account_id,
        reference=f"late-{charge.late_id}",
        kind=LineKind.LATE,
        fen=charge.fen,
        explanation=late_explanation(charge),
    )
