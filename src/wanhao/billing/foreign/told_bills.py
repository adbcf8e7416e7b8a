"""A bill as a foreign billing told it, as one that can be imported."""

from wanhao.billing.bills.contracts import BillLine, ImportedBill, LineKind
from wanhao.billing.foreign.answers import BillLineTold, BillTold


def imported_bill(told: BillTold, account_id: int) -> ImportedBill:
    """The bill of an account known here, line by line as it was given."""
    return ImportedBill(
        account_id=account_id,
        cycle=told.cycle,
        number=told.number,
        lines=tuple(_line(line) for line in told.lines),
        total_fen=told.total_fen,
        issued_at=told.issued_at,
        due_on=told.due_on,
    )


def _line(told: BillLineTold) -> BillLine:
    return BillLine(
        kind=LineKind.FOREIGN,
        fen=told.fen,
        name_zh=told.name_zh,
        name_en=told.name_en,
        detail=told.detail,
    )
