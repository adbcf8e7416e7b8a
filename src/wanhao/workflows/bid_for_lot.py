"""Bid for a lot: the first bid of an account holds its deposit, a late one moves the end."""

from datetime import datetime

from django.db import transaction

from wanhao.billing.deposits import hold_deposit, refuse_too_little
from wanhao.loyalty.auction_contracts import LotView, NewBid, Placed
from wanhao.loyalty.auction_reading import highest_of_account
from wanhao.loyalty.auction_rules import deposit_reference
from wanhao.loyalty.auctioning import place_bid, refuse_bid
from wanhao.parties.contracts import LineView
from wanhao.parties.deciding import refuse_secondary
from wanhao.parties.documents import documents_of_lines
from wanhao.values.errors import WanhaoError
from wanhao.workflows.end_auctions import promise_end
from wanhao.workflows.refuse_orders import refuse_orders
from wanhao.workflows.tell_funds import tell_funds


@transaction.atomic
def bid_for_lot(
    line: LineView, number: int, amount_fen: int, reference: str, now: datetime
) -> Placed:
    """Bid for a number once per reference. WanhaoError as `refuse_to_bid` says, and when billing
    is foreign."""
    refuse_bidder(line, now)
    new = NewBid(
        number=number,
        account_id=line.account_id,
        line_id=line.line_id,
        amount_fen=amount_fen,
        reference=reference,
    )
    placed = place_bid(new, now)
    if placed.joins:
        held = deposit_reference(placed.lot_id, line.account_id)
        hold_deposit(line.account_id, placed.deposit_fen, held, now)
        tell_funds([line.account_id])
    if placed.first:
        promise_end(placed.lot_id, placed.ends_at, now)
    return placed


def refuse_to_bid(line: LineView, lot: LotView, amount_fen: int, now: datetime) -> int:
    """What a bid would hold as its deposit, in fen; 0 when it is held already.

    WanhaoError when the line may not bid, the bid is too low, too high or too late, or the deposit
    is not there.
    """
    refuse_bidder(line, now)
    refuse_bid(lot, line.account_id, amount_fen, now)
    if highest_of_account([lot.lot_id], line.account_id):
        return 0
    refuse_too_little(line.account_id, lot.deposit_fen)
    return lot.deposit_fen


def refuse_bidder(line: LineView, now: datetime) -> None:
    """WanhaoError for a secondary card, for who may not order now, and for who showed no
    document."""
    refuse_secondary(line)
    refuse_orders(line, now)
    if line.line_id not in documents_of_lines([line.line_id]):
        raise WanhaoError(
            f"No document is recorded for line {line.line_id}.", "Show it at a business hall once."
        )
