"""Put a lot up: a number nobody has is auctioned and kept back; or withdraw one."""

from datetime import datetime

from django.db import transaction

from wanhao.billing.ports import refuse_elsewhere
from wanhao.loyalty import auctioning
from wanhao.loyalty.auction_contracts import Ended, LotView
from wanhao.loyalty.auction_rules import auction_terms
from wanhao.parties.freezing import keep_back, refuse_frozen
from wanhao.workflows.end_auctions import promise_end, settle_ended


@transaction.atomic
def put_up_lot(number: int, level: str, ends_at: datetime, now: datetime, *, by: str) -> LotView:
    """Put a number up until an instant; nobody can be given it from now on.

    WanhaoError as `loyalty.auctioning.put_up` says, where somebody has the number or it is kept
    back, and where billing is foreign.
    """
    refuse_elsewhere("Money is moved")
    lot = auctioning.put_up(number, level, ends_at, now, by=by)
    refuse_frozen(number, now)
    keep_back(number, ends_at + 2 * auction_terms().pay, now)
    promise_end(lot.lot_id, lot.ends_at, now)
    return lot


@transaction.atomic
def withdraw_lot(lot_id: int, reason: str, now: datetime) -> Ended:
    """Take a lot back that takes bids: every deposit goes back, the number is free again.

    WanhaoError as `loyalty.auctioning.withdraw_lot` says.
    """
    ended = auctioning.withdraw_lot(lot_id, reason, now)
    settle_ended([ended], now)
    return ended
