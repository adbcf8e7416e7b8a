"""Pay for a lot: the deposit counts, the rest is general money, and all of it goes to charity."""

from datetime import datetime

from django.db import transaction

from wanhao.billing.deposits import pay_to_charity
from wanhao.loyalty.auction_contracts import LotView
from wanhao.loyalty.auction_rules import deposit_reference
from wanhao.loyalty.auctioning import pay_lot
from wanhao.parties.freezing import keep_back
from wanhao.workflows.tell_funds import tell_funds


@transaction.atomic
def pay_for_lot(number: int, account_id: int, now: datetime) -> LotView:
    """Pay what an account bid for a number it won; it has the right to it then, with an end.

    WanhaoError when it won none, the time to pay is over, or its general money does not reach.
    """
    lot = pay_lot(number, account_id, now)
    assert lot.winner is not None
    assert lot.right_until is not None
    pay_to_charity(
        account_id,
        lot.winner.amount_fen,
        f"lot-{lot.lot_id}",
        now,
        deposit=deposit_reference(lot.lot_id, account_id),
    )
    keep_back(number, lot.right_until, now)
    tell_funds([account_id])
    return lot
