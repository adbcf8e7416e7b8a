"""A payment's receipt on paper, in the customer's language."""

from wanhao.billing.bills.contracts import Letterhead
from wanhao.billing.bills.sheet import BLUE, LEFT, QUIET, RIGHT, WASH, Sheets
from wanhao.billing.contracts import Channel
from wanhao.billing.order_contracts import OrderView
from wanhao.parties.contracts import Language
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError
from wanhao.values.money import Money

CHANNEL_NAMES = {
    Channel.WECHAT: ("微信支付", "WeChat Pay"),
    Channel.ALIPAY: ("支付宝", "Alipay"),
}
ROWS = (
    ("缴费号码", "Paid for"),
    ("支付方式", "Paid by"),
    ("支付时间", "Paid at"),
    ("收据编号", "Receipt number"),
    ("渠道流水号", "Number at the channel"),
)
NEXT = (
    "款项已计入该号码的账户，欠费付清后服务随即恢复。本收据不是发票，发票可在账单出账后领取。",
    "The money is in the account of this number; once nothing is owed, service is back at once. "
    "This is a receipt and no invoice; an invoice can be had for each bill.",
)


def receipt_pdf(order: OrderView, number: str, letterhead: Letterhead, language: Language) -> bytes:
    """The receipt of a paid order as a PDF; `number` is the line as it may be shown.

    The same order is the same file. WanhaoError when it is not paid.
    """
    if order.paid_at is None:
        raise WanhaoError("There is a receipt once it is paid.", "Pay first.")
    which = 1 if language is Language.EN else 0
    title = ("缴费收据", "Payment receipt")[which]
    name = letterhead.name_en if which else letterhead.name_zh
    sheets = Sheets(title, name, 1, order.number)
    sheets.down(17)
    sheets.text(LEFT, name, 16, bold=True)
    sheets.text(RIGHT, title, 16, right=True)
    sheets.down(19)
    sheets.rule(BLUE)
    _amount(sheets, order, which)
    paid_at = f"{order.paid_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    channel = CHANNEL_NAMES[order.channel][which]
    told = (number, channel, paid_at, order.number, order.transaction_id)
    for names, value in zip(ROWS, told, strict=True):
        sheets.down(22)
        sheets.text(LEFT, names[which], 10, colour=QUIET)
        sheets.text(RIGHT, value, 11, right=True)
    sheets.down(12)
    sheets.paragraph(LEFT, NEXT[which], 9, RIGHT - LEFT)
    return sheets.finish()


def _amount(sheets: Sheets, order: OrderView, which: int) -> None:
    sheets.down(16)
    sheets.box(LEFT, RIGHT - LEFT, 64, WASH)
    top = sheets.y
    sheets.down(22)
    sheets.text(LEFT + 16, ("缴费金额", "Amount paid")[which], 10, colour=QUIET)
    if order.refunded_fen:
        back = ("已退款", "Refunded")[which]
        sheets.text(RIGHT - 16, f"{back} {Money(order.refunded_fen)}", 10, right=True)
    sheets.down(28)
    sheets.text(LEFT + 16, str(Money(order.amount_fen)), 24, bold=True, colour=BLUE)
    sheets.y = top - 72
