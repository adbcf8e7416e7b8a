"""A receipt of the counter on paper: what was done, for whom, by whom, where, and for how much."""

from dataclasses import dataclass

from django.utils.translation import gettext

from wanhao.billing.bills.sheet import BLUE, LEFT, QUIET, RIGHT, Sheets
from wanhao.outlets.counter_contracts import ReceiptView
from wanhao.values.cycle import SHANGHAI
from wanhao.values.money import Money

LABEL = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A receipt with what stands around it; the customer's name and number are masked."""

    receipt: ReceiptView
    operator: str
    hall: str
    clerk: str
    customer: str
    number: str
    copy: int


def receipt_pdf(printed: Printed) -> bytes:
    """The receipt as a PDF, in the language of the page."""
    receipt = printed.receipt
    title = gettext("Receipt of service")
    sheets = Sheets(f"{title} {receipt.number}", printed.operator, 1, receipt.number)
    sheets.down(17)
    sheets.text(LEFT, printed.operator, 16, bold=True)
    sheets.text(RIGHT, title, 16, right=True)
    sheets.down(12)
    sheets.rule(BLUE)
    for label, value in rows(printed):
        sheets.down(20)
        sheets.text(LEFT, label, 10, colour=QUIET)
        sheets.text(LEFT + LABEL, value, 11)
    sheets.down(16)
    sheets.rule()
    _part(sheets, receipt.title, receipt.done)
    if receipt.agreed:
        _part(sheets, gettext("What was agreed to"), receipt.agreed)
    if receipt.amount_fen is not None:
        sheets.down(30)
        sheets.text(LEFT, gettext("Amount received"), 12, bold=True)
        sheets.text(RIGHT, str(Money(receipt.amount_fen)), 16, bold=True, right=True)
    sheets.down(30)
    told = gettext("Please keep this receipt. Questions: call 10000 and give its number.")
    sheets.paragraph(LEFT, told, 9, RIGHT - LEFT)
    return sheets.finish()


def rows(printed: Printed) -> list[tuple[str, str]]:
    """What stands above what was done: labels and values."""
    at = printed.receipt.made_at.astimezone(SHANGHAI)
    return [
        (gettext("Receipt number"), printed.receipt.number),
        (gettext("Time"), f"{at:%Y-%m-%d %H:%M}"),
        (gettext("Hall"), printed.hall),
        (gettext("Clerk"), printed.clerk),
        (gettext("Customer"), f"{printed.customer}  {printed.number}"),
        (gettext("Copy"), str(printed.copy)),
    ]


def _part(sheets: Sheets, title: str, words: str) -> None:
    sheets.down(26)
    sheets.text(LEFT, title, 12, bold=True)
    sheets.down(4)
    for line in words.splitlines():
        sheets.paragraph(LEFT, line, 10, RIGHT - LEFT)
