"""Forward payments: what was taken here for a foreign billing is handed over until it answers."""

from collections.abc import Callable
from datetime import datetime

from wanhao.billing.foreign.client import ForeignBillingClient
from wanhao.billing.foreign.contracts import ForeignBillingError
from wanhao.billing.foreign.payments import (
    claim_payment,
    mark_accepted,
    mark_refused,
    put_back,
)


def forward_payments(
    client: ForeignBillingClient, clock: Callable[[], datetime], limit: int = 500
) -> int:
    """Hand over what is due, the oldest of each account first; returns how many were settled.

    A payment is claimed before and settled after its question, each a commit of its own; one whose
    answer was lost is asked again with the same key. ForeignBillingError at the first that could
    not be handed over: it is put back, and those behind it wait with it.
    """
    settled = 0
    while settled < limit and (payment := claim_payment(clock())) is not None:
        try:
            answer = client.pay(payment)
        except ForeignBillingError as error:
            put_back(payment, error.message, clock())
            raise
        if answer.status == "accepted":
            mark_accepted(payment.payment_id, clock())
        else:
            mark_refused(payment.payment_id, answer.reason, clock())
        settled += 1
    return settled
