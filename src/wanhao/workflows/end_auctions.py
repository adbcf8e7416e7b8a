"""End auctions: deposits go back, the winner is told; who does not pay loses the deposit."""

from collections.abc import Sequence
from datetime import datetime

from wanhao.billing.deposits import keep_deposits, return_deposits
from wanhao.communications.actions import decide_reminders
from wanhao.communications.contracts import Metric, Trigger
from wanhao.loyalty.auction_contracts import Ended
from wanhao.loyalty.auction_rules import auction_terms, deposit_reference
from wanhao.loyalty.auction_states import LotState
from wanhao.loyalty.auctioning import end_lots, pass_on_lots
from wanhao.parties.freezing import keep_back, let_go
from wanhao.promises.actions import make
from wanhao.promises.contracts import DuePromise, NewPromise
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.workflows.tell_funds import tell_funds

END_LOT = "auction-end"
PAY_OVER = "auction-pay-over"
NO_BATCH = 0


def end_auctions(due: Sequence[DuePromise], now: datetime) -> None:
    """Keeper: the bidding of lots is over, unless a late bid has moved the end."""
    settle_ended(end_lots([_lot_of(one) for one in due], now), now)


def pass_on_auctions(due: Sequence[DuePromise], now: datetime) -> None:
    """Keeper: lots that were not paid in time go to the second bidder, or stay unsold."""
    settle_ended(pass_on_lots([_lot_of(one) for one in due], now), now)


def promise_end(lot_id: int, ends_at: datetime, now: datetime) -> None:
    """Promise the end of a lot. An end that has moved is another promise, and the earlier one finds
    nothing to do: nobody waits for a keeper who waits for the lot."""
    make([_promise(END_LOT, lot_id, ends_at)], now)


def settle_ended(ended: Sequence[Ended], now: datetime) -> None:
    """Within the caller's transaction: what follows for the money, the number and the winner of
    lots that are locked."""
    lost = [deposit_reference(one.lot_id, one.failed) for one in ended if one.failed is not None]
    keep_deposits(lost, now)
    back = [
        deposit_reference(one.lot_id, account_id)
        for one in ended
        for account_id in one.bidders
        if one.state is not LotState.WON
        or one.winner is None
        or account_id != one.winner.account_id
    ]
    accounts = return_deposits(back, now)
    if accounts:
        tell_funds(accounts)
    for one in ended:
        _next_for(one, now)


def _next_for(ended: Ended, now: datetime) -> None:
    if ended.winner is None or ended.pay_until is None:
        let_go(ended.number)
        return
    keep_back(ended.number, ended.pay_until + auction_terms().pay, now)
    make([_promise(PAY_OVER, ended.lot_id, ended.pay_until)], now)
    until = ended.pay_until.astimezone(SHANGHAI)
    told = Trigger(
        metric=Metric.AUCTION,
        threshold=None,
        account_id=ended.winner.account_id,
        group_id=None,
        number=None,
        cycle=Cycle.of(now).number,
        episode=ended.lot_id,
        said={
            "number": str(ended.number),
            "fee": ended.winner.amount_fen,
            "time": until.isoformat(timespec="seconds"),
        },
        occurred_at=int(now.timestamp()),
        expires_at=int(ended.pay_until.timestamp()),
    )
    decide_reminders([told], batch=NO_BATCH, now=now)


def _promise(kind: str, lot_id: int, due_at: datetime) -> NewPromise:
    key = f"{lot_id}-{due_at.isoformat()}"
    return NewPromise(kind=kind, key=key, due_at=due_at, payload={"lot": lot_id})


def _lot_of(due: DuePromise) -> int:
    return int(str(due.payload["lot"]))
