"""E-invoice of a bill: asked for here, issued by whoever issues them, told when it is there."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from wanhao.billing.bills.contracts import BillView
from wanhao.billing.bills.einvoices import ask_invoice
from wanhao.billing.bills.ports import Buyer, invoice_issuer
from wanhao.billing.bills.queries import shown_bill, shown_cycles
from wanhao.menu.contracts import (
    JSON,
    Answer,
    Asking,
    Door,
    IdentityLevel,
    Inputs,
    MenuItem,
    RefusedError,
)
from wanhao.menu.months import cycle_named, plain_month
from wanhao.menu.wording import full_month, lines, money
from wanhao.values.cycle import Cycle


class InvoiceInputs(Inputs):
    """Of which month (the latest bill when none is named), and to whom it is made out."""

    month: Annotated[str, BeforeValidator(plain_month)] = ""
    title: str = Field(default="个人", min_length=1, max_length=100)
    tax_id: str = Field(default="", pattern=r"^([0-9A-Z]{15,20})?$")


def answer(asking: Asking[InvoiceInputs]) -> Answer:
    """Ask for it once; the same asked again tells where it is."""
    issuer = invoice_issuer()
    bill = _bill(asking)
    buyer = Buyer(title=asking.inputs.title, tax_id=asking.inputs.tax_id)
    invoice = ask_invoice(bill, buyer, issuer.seller_tax_id, asking.now)
    of, total = full_month(bill.cycle, asking.asker.language), money(bill.total_fen)
    data: dict[str, JSON] = {"cycle": bill.cycle, "total_fen": bill.total_fen, "title": buyer.title}
    if invoice is None:
        short = asking.say(
            f"{of}电子发票（{total}）正在开具，请几分钟后再来领取。",
            f"The e-invoice of {of} ({total}) is being issued; please ask again in some minutes.",
        )
        return Answer(long=short, short=short, data={**data, "issued": False})
    short = asking.say(
        f"{of}电子发票（{total}）已开具，号码{invoice.number}。",
        f"The e-invoice of {of} ({total}) is issued, number {invoice.number}.",
    )
    return Answer(
        long=lines([short, invoice.url]),
        short=short,
        data={
            **data,
            "issued": True,
            "code": invoice.code,
            "number": invoice.number,
            "url": invoice.url,
        },
    )


def _bill(asking: Asking[InvoiceInputs]) -> BillView:
    current = Cycle.of(asking.now).number
    account_id = asking.line.account_id
    if asking.inputs.month:
        wanted = [cycle_named(asking.inputs.month, asking.now)]
    else:
        wanted = list(shown_cycles(current))
    found = (shown_bill(account_id, cycle, current) for cycle in wanted)
    bill = next((one for one in found if one is not None), None)
    if bill is None:
        raise RefusedError(
            "最近5个月中没有可开发票的账单。", "None of the last five months has such a bill."
        )
    return bill


ITEM = MenuItem(
    code="invoice",
    zh="电子发票",
    en="E-invoice",
    level=IdentityLevel.KNOWN,
    doors=frozenset({Door.WEB, Door.APP, Door.CHAT, Door.TERMINAL, Door.COUNTER, Door.API}),
    inputs=InvoiceInputs,
    answer=answer,
    changes=True,
)
