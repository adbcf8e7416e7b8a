"""Take cash at a counter: from an open drawer, with a step of the service and a receipt."""

from datetime import datetime

from django.db import transaction

from wanhao.billing.cash_contracts import CashReceiptView
from wanhao.outlets.counter.drawers import closing_of, lock_drawer
from wanhao.outlets.counter.receipts import write_receipt
from wanhao.outlets.counter.serving import note_step
from wanhao.outlets.counter_contracts import NewReceipt, NewStep, ReceiptView, ServiceView, StepKind
from wanhao.staff.contracts import EmployeeView
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError
from wanhao.workflows.take_cash import take_cash


@transaction.atomic
def take_cash_at_counter(
    service: ServiceView,
    clerk: EmployeeView,
    account_id: int,
    amount_fen: int,
    words: tuple[str, str],
    reference: str,
    now: datetime,
) -> tuple[CashReceiptView, ReceiptView]:
    """Take cash once per reference; `words` are the receipt's title, and what it says with {number}
    put in. WanhaoError when the drawer of today was counted, or the money cannot be taken."""
    lock_drawer(clerk.employee_id)
    if closing_of(clerk.employee_id, service.hall, now.astimezone(SHANGHAI).date()):
        raise WanhaoError(
            "Your cash drawer was counted today.", "A colleague takes the cash, or you tomorrow."
        )
    cash = take_cash(
        clerk=clerk,
        hall=service.hall,
        account_id=account_id,
        amount_fen=amount_fen,
        reference=reference,
        now=now,
    )
    return cash, _receipt(service, cash, words, reference, now)


def _receipt(
    service: ServiceView,
    cash: CashReceiptView,
    words: tuple[str, str],
    reference: str,
    now: datetime,
) -> ReceiptView:
    title, done = words
    new = NewReceipt(
        service_id=service.service_id,
        reference=reference,
        item="cash",
        title=title,
        agreed="",
        done=done.format(number=cash.number),
        amount_fen=cash.amount_fen,
    )
    receipt = write_receipt(new, now)
    if receipt.first:
        step = NewStep(kind=StepKind.CASH, item="cash", reference=cash.number)
        note_step(service.service_id, step, now)
    return receipt
