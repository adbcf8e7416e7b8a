"""An account's bills in short, as whoever does the billing is asked for them."""

from wanhao.billing.bills.importing import JOURNAL
from wanhao.billing.models import Bill
from wanhao.billing.ports import Billing, BillSummary


def bill_summaries(account_id: int, latest: int) -> tuple[BillSummary, ...]:
    """The account's latest bills, newest first."""
    rows = Bill.objects.filter(account_id=account_id).order_by("-cycle")[:latest]
    return tuple(_summary(row) for row in rows)


def _summary(row: Bill) -> BillSummary:
    source = Billing(row.source)
    number = row.journal.removeprefix(JOURNAL) if source is Billing.FOREIGN else ""
    return BillSummary(
        account_id=row.account_id,
        cycle=row.cycle,
        total_fen=row.total_fen,
        issued_at=row.issued_at,
        due_on=row.due_on,
        source=source,
        number=number,
    )
