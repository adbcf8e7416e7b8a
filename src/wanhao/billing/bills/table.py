"""A bill as a table for machines and spreadsheets."""

import csv
from io import StringIO

from wanhao.billing.bills.contracts import BillLine, BillView, Payer
from wanhao.billing.bills.figures import yuan
from wanhao.billing.bills.phrases import phrase
from wanhao.billing.bills.wording import WordedLine, worded
from wanhao.parties.contracts import Language

# Spreadsheets take a file without it for another encoding and spoil the Chinese.
MARK = "\ufeff"
HEADS = ("cycle", "account", "number", "kind", "item", "used", "notes", "allowances", "fen")


def bill_csv(bill: BillView, payer: Payer, language: Language) -> str:
    """One row for each line and one for the total; amounts in yuan."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(phrase("paper", head, language) for head in HEADS)
    for line in bill.lines:
        writer.writerow(_row(bill, payer, line, worded(line, language)))
    total = phrase("paper", "sum", language)
    writer.writerow(
        (bill.cycle, payer.reference, *[""] * 2, total, *[""] * 3, yuan(bill.total_fen))
    )
    return MARK + text.getvalue()


def _row(bill: BillView, payer: Payer, line: BillLine, told: WordedLine) -> tuple[str | int, ...]:
    allowances = "; ".join(f"{one.name} {one.used}/{one.included}" for one in told.allowances)
    return (
        bill.cycle,
        payer.reference,
        payer.numbers.get(line.group_id, ""),
        line.kind.value,
        told.title,
        told.used,
        "; ".join(told.notes),
        allowances,
        yuan(line.fen),
    )
