"""Take cash at a counter: the receipt is numbered, the balance rises, a stop is lifted."""

from datetime import datetime

from django.db import transaction

from wanhao.billing.cash_contracts import CashReceiptView, NewCash
from wanhao.billing.contracts import Channel
from wanhao.billing.tills import write_receipt
from wanhao.staff.contracts import EmployeeView
from wanhao.values.errors import WanhaoError
from wanhao.workflows.take_payment import take_payment


@transaction.atomic
def take_cash(
    *,
    clerk: EmployeeView,
    hall: str,
    account_id: int,
    amount_fen: int,
    reference: str,
    now: datetime,
) -> CashReceiptView:
    """Take cash once per reference and book it as cash of the hall; returns the receipt.

    A repeated reference gets the first receipt. WanhaoError when the amount is not positive, the
    account is unknown, or the reference was used for anything else; then nothing is booked.
    """
    cash = NewCash(
        clerk_id=clerk.employee_id,
        hall=hall,
        account_id=account_id,
        amount_fen=amount_fen,
        reference=reference,
    )
    receipt = write_receipt(cash, now)
    paid = take_payment(account_id, amount_fen, reference, now, Channel.CASH)
    if receipt.first and not paid.first:
        raise WanhaoError(
            f"'{reference}' is a payment that was not taken in cash.",
            "Give this one a reference of its own.",
        )
    return receipt
