"""Lots are put up, bid for, ended, paid and withdrawn, each under its lock. No money moves here."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from wanhao.loyalty.auction_contracts import Ended, LotView, NewBid, Placed
from wanhao.loyalty.auction_reading import bid_view, number_is_taken, views_of
from wanhao.loyalty.auction_rules import auction_terms, end_after_bid, least_bid, most_bid, part
from wanhao.loyalty.auction_states import NEXT, TO_BE_PAID, LotState
from wanhao.loyalty.models import Bid, Lot
from wanhao.values.errors import WanhaoError
from wanhao.values.money import Money

PAID_OR_NOT = [state.value for state in TO_BE_PAID]


@transaction.atomic
def put_up(number: int, level: str, ends_at: datetime, now: datetime, *, by: str) -> LotView:
    """Put a number up until an instant, at the price and with the contract of its level.

    WanhaoError when there is no such level, the end is not ahead or too far, or the number is
    auctioned already or was sold.
    """
    terms = auction_terms()
    if level not in terms.levels:
        raise WanhaoError(f"There is no level '{level}'.", f"Use: {', '.join(terms.levels)}.")
    if not now < ends_at <= now + timedelta(days=terms.most_days):
        raise WanhaoError(
            f"A lot cannot end at {ends_at.isoformat()}.",
            f"Name an end within the next {terms.most_days} days.",
        )
    if number_is_taken(number):
        raise _taken(number)
    found = terms.levels[level]
    lot = Lot(
        number=number,
        level=level,
        start_fen=found.start_fen,
        step_fen=part(found.start_fen, terms.step_percent),
        deposit_fen=part(found.start_fen, terms.deposit_percent),
        minimum_fen=found.minimum_fen,
        prestore_fen=found.prestore_fen,
        months=found.months,
        put_up_at=now,
        put_up_by=by[:64],
        ends_at=ends_at,
        state=LotState.RUNNING.value,
    )
    try:
        with transaction.atomic():
            lot.save(force_insert=True)
    except IntegrityError as error:
        raise _taken(number) from error
    return _view(lot)


@transaction.atomic
def place_bid(new: NewBid, now: datetime) -> Placed:
    """Bid for a number, once per reference; a late bid moves the end.

    WanhaoError when no bids are taken for it, the bid is too low or too high, the account has the
    highest bid already, or the reference was used for another bid.
    """
    lot = _locked_live(new.number)
    known = Bid.objects.filter(reference=new.reference).first()
    if known is not None:
        return _placed(_known(known, new), first=False, joins=False)
    if lot is None or lot.state != LotState.RUNNING.value or now >= lot.ends_at:
        raise WanhaoError(f"No bids are taken for {new.number}.", "See which numbers are up.")
    refuse_bid(_view(lot), new.account_id, new.amount_fen, now)
    joins = not Bid.objects.filter(lot=lot, account_id=new.account_id).exists()
    bid = _made(lot, new, now)
    lot.ends_at = end_after_bid(lot.ends_at, now, auction_terms())
    lot.save(update_fields=["ends_at"])
    return _placed(bid, first=True, joins=joins)


def refuse_bid(lot: LotView, account_id: int, amount_fen: int, now: datetime) -> None:
    """WanhaoError when an account may not bid so much for a lot now."""
    if lot.state is not LotState.RUNNING or now >= lot.ends_at:
        raise WanhaoError(f"No bids are taken for {lot.number}.", "See which numbers are up.")
    if lot.best is not None and lot.best.account_id == account_id:
        raise WanhaoError(
            f"The bid of {Money(lot.best.amount_fen)} is the highest already.", "Wait for others."
        )
    best_fen = lot.best.amount_fen if lot.best else None
    least = least_bid(lot.start_fen, lot.step_fen, best_fen)
    most = most_bid(least, lot.step_fen, auction_terms())
    if not least <= amount_fen <= most:
        raise WanhaoError(
            f"{Money(amount_fen)} cannot be bid for {lot.number}: from {Money(least)} to"
            f" {Money(most)} can.",
            "Bid an amount between the two.",
        )


@transaction.atomic
def end_lots(lot_ids: Collection[int], now: datetime) -> list[Ended]:
    """End the bidding of those lots whose end has come: won by the highest bid, or unsold.

    Locked in one order; a lot whose end has moved, or that was ended before, is left out.
    """
    ended = []
    rows = _locked(lot_ids).filter(state=LotState.RUNNING.value, ends_at__lte=now)
    for lot in rows:
        best = Bid.objects.filter(lot=lot).order_by("-amount_fen").first()
        _await_payment(lot, LotState.WON, best, now)
        ended.append(_ended(lot))
    return ended


@transaction.atomic
def pass_on_lots(lot_ids: Collection[int], now: datetime) -> list[Ended]:
    """Lots that were not paid in time: the second bidder may have one at the own highest bid; who
    was second already loses it, and it stays unsold. What was paid is left out."""
    ended = []
    for lot in _locked(lot_ids).filter(state__in=PAID_OR_NOT, pay_until__lte=now):
        assert lot.winner is not None
        failed, was = lot.winner.account_id, LotState(lot.state)
        others = Bid.objects.filter(lot=lot).exclude(account_id=failed)
        second = others.order_by("-amount_fen").first() if was is LotState.WON else None
        _await_payment(lot, LotState.OFFERED, second, now)
        ended.append(_ended(lot, failed=failed))
    return ended


@transaction.atomic
def pay_lot(number: int, account_id: int, now: datetime) -> LotView:
    """The account that won a number has the right to it; the money moves in the same transaction.

    WanhaoError when it has nothing to pay for that number, or not any more.
    """
    lot = _locked_live(number)
    refuse_payment(None if lot is None else _view(lot), account_id, now)
    assert lot is not None
    _move(lot, LotState.PAID, now)
    lot.right_until = now + auction_terms().right
    lot.save()
    return _view(lot)


def refuse_payment(lot: LotView | None, account_id: int, now: datetime) -> None:
    """WanhaoError when an account has nothing to pay for a lot now."""
    waits = lot is not None and lot.winner is not None and lot.winner.account_id == account_id
    if lot is None or not waits:
        raise WanhaoError("There is no number to pay for.", "See your bids.")
    if lot.pay_until is not None and now >= lot.pay_until:
        raise WanhaoError("The time to pay for it is over.", "Bid for another number.")


@transaction.atomic
def withdraw_lot(lot_id: int, reason: str, now: datetime) -> Ended:
    """Take a lot back that takes bids.

    WanhaoError without a reason, when there is no such lot, or when it takes bids no more.
    """
    lot = _locked([lot_id]).first()
    if lot is None or not reason.strip():
        raise WanhaoError(f"Lot {lot_id} cannot be withdrawn.", "Name a lot, and a reason.")
    if lot.state != LotState.RUNNING.value:
        raise WanhaoError(f"Lot {lot_id} is {lot.state}.", "Only a lot that takes bids can be.")
    _move(lot, LotState.WITHDRAWN, now)
    lot.reason = reason.strip()[:200]
    lot.save()
    return _ended(lot)


def _locked(lot_ids: Collection[int]) -> QuerySet[Lot]:
    rows = Lot.objects.select_for_update(of=("self",)).filter(id__in=list(lot_ids))
    return rows.order_by("id")


def _locked_live(number: int) -> Lot | None:
    """The lot of a number that is not settled yet, locked."""
    states = [LotState.RUNNING.value, *PAID_OR_NOT]
    return Lot.objects.select_for_update().filter(number=number, state__in=states).first()


def _await_payment(lot: Lot, state: LotState, winner: Bid | None, now: datetime) -> None:
    _move(lot, LotState.UNSOLD if winner is None else state, now)
    lot.winner = winner
    lot.pay_until = None if winner is None else now + auction_terms().pay
    lot.save()


def _move(lot: Lot, state: LotState, now: datetime) -> None:
    assert state in NEXT[LotState(lot.state)], f"{lot.state} to {state}"
    lot.state, lot.settled_at = state.value, now


def _made(lot: Lot, new: NewBid, now: datetime) -> Bid:
    try:
        with transaction.atomic():
            return Bid.objects.create(
                lot=lot,
                account_id=new.account_id,
                line_id=new.line_id,
                amount_fen=new.amount_fen,
                reference=new.reference,
                at=now,
            )
    except IntegrityError as error:
        # The same reference for the same lot would have waited at the lock.
        raise _used_otherwise(new.reference) from error


def _known(known: Bid, new: NewBid) -> Bid:
    asked = (new.number, new.account_id, new.amount_fen)
    if (known.lot.number, known.account_id, known.amount_fen) != asked:
        raise _used_otherwise(new.reference)
    return known


def _used_otherwise(reference: str) -> WanhaoError:
    return WanhaoError(
        f"Reference '{reference}' was used for another bid.",
        "Give this one a reference of its own.",
    )


def _taken(number: int) -> WanhaoError:
    return WanhaoError(f"{number} is auctioned already, or was sold.", "See: wanhao auctions list.")


def _placed(bid: Bid, *, first: bool, joins: bool) -> Placed:
    lot = bid.lot
    return Placed(
        lot_id=lot.pk,
        number=lot.number,
        bid=bid_view(bid),
        deposit_fen=lot.deposit_fen,
        ends_at=lot.ends_at,
        first=first,
        joins=joins,
    )


def _ended(lot: Lot, failed: int | None = None) -> Ended:
    bidders = Bid.objects.filter(lot=lot).values_list("account_id", flat=True).distinct()
    return Ended(
        lot_id=lot.pk,
        number=lot.number,
        state=LotState(lot.state),
        winner=bid_view(lot.winner) if lot.winner else None,
        pay_until=lot.pay_until,
        bidders=tuple(sorted(bidders)),
        failed=failed,
    )


def _view(lot: Lot) -> LotView:
    return views_of(Lot.objects.filter(pk=lot.pk))[0]
