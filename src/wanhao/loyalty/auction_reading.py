"""Reads of the charity auction: lots, bids, who won what."""

from collections.abc import Collection, Sequence

from django.db.models import Q, QuerySet

from wanhao.loyalty.auction_contracts import BidView, LotView
from wanhao.loyalty.auction_states import LIVE, LotState
from wanhao.loyalty.models import Bid, Lot

LATEST = 50


def running_lots(limit: int = LATEST) -> list[LotView]:
    """The lots that take bids, the one that ends first in front."""
    rows = Lot.objects.filter(state=LotState.RUNNING.value).order_by("ends_at", "id")
    return views_of(rows[:limit])


def latest_lots(limit: int = LATEST) -> list[LotView]:
    """All lots, the latest first."""
    return views_of(Lot.objects.order_by("-id")[:limit])


def lot_of(lot_id: int) -> LotView | None:
    """One lot, if there is one."""
    return next(iter(views_of(Lot.objects.filter(id=lot_id))), None)


def live_lot(number: int) -> LotView | None:
    """The lot of a number that takes bids or waits for its payment, if there is one."""
    rows = Lot.objects.filter(number=number, state__in=[state.value for state in LIVE])
    return next(iter(views_of(rows)), None)


def lots_of_account(account_id: int, limit: int = LATEST) -> list[LotView]:
    """The lots an account bid for, the latest first."""
    wanted = Bid.objects.filter(account_id=account_id).values("lot_id")
    return views_of(Lot.objects.filter(id__in=wanted).order_by("-id")[:limit])


def bids_of(lot_id: int) -> list[BidView]:
    """The bids for a lot, the highest first."""
    return [bid_view(row) for row in Bid.objects.filter(lot_id=lot_id).order_by("-amount_fen")]


def highest_of_account(lot_ids: Collection[int], account_id: int) -> dict[int, int]:
    """An account's highest bid for each of the lots it bid for."""
    rows = Bid.objects.filter(lot_id__in=list(lot_ids), account_id=account_id)
    return dict(rows.order_by("amount_fen").values_list("lot_id", "amount_fen"))


def number_is_taken(number: int) -> bool:
    """Whether a number is auctioned now, or somebody paid for it before."""
    kept = [*(state.value for state in LIVE), LotState.PAID.value]
    return Lot.objects.filter(Q(number=number), state__in=kept).exists()


def views_of(rows: QuerySet[Lot]) -> list[LotView]:
    """Lots with their highest bids."""
    lots = list(rows.select_related("winner"))
    bids: dict[int, list[Bid]] = {lot.pk: [] for lot in lots}
    for bid in Bid.objects.filter(lot_id__in=list(bids)).order_by("-amount_fen"):
        bids[bid.lot_id].append(bid)
    return [_view(lot, bids[lot.pk]) for lot in lots]


def bid_view(row: Bid) -> BidView:
    """A bid as others may hold it."""
    return BidView(
        bid_id=row.pk,
        account_id=row.account_id,
        line_id=row.line_id,
        amount_fen=row.amount_fen,
        at=row.at,
    )


def _view(lot: Lot, bids: Sequence[Bid]) -> LotView:
    return LotView(
        lot_id=lot.pk,
        number=lot.number,
        level=lot.level,
        start_fen=lot.start_fen,
        step_fen=lot.step_fen,
        deposit_fen=lot.deposit_fen,
        minimum_fen=lot.minimum_fen,
        prestore_fen=lot.prestore_fen,
        months=lot.months,
        put_up_at=lot.put_up_at,
        ends_at=lot.ends_at,
        state=LotState(lot.state),
        bids=len(bids),
        best=bid_view(bids[0]) if bids else None,
        winner=bid_view(lot.winner) if lot.winner else None,
        pay_until=lot.pay_until,
        right_until=lot.right_until,
        reason=lot.reason,
    )
