"""A lucky number is auctioned: deposits, late bids, the end, who pays and who does not."""

from datetime import datetime, timedelta

import pytest

from tests.workflows.auctions import (
    DEPOSIT,
    ENDS,
    FIRST,
    HAS_FEN,
    NOW,
    NUMBER,
    START,
    STEP,
    a_lot,
    again,
    assert_no_fen_was_lost,
    bid,
    has,
    in_book,
    keep_until,
    open_bidders,
)
from wanhao.billing.books import Book
from wanhao.communications.models import CommunicationMessage
from wanhao.loyalty.auction_states import NEXT, LotState
from wanhao.loyalty.models import Bid
from wanhao.parties.freezing import frozen_numbers
from wanhao.values.errors import WanhaoError
from wanhao.workflows.pay_for_lot import pay_for_lot
from wanhao.workflows.put_up_lot import put_up_lot, withdraw_lot

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_the_highest_bid_wins_is_told_and_pays() -> None:
    wang, li, zhao = lines = open_bidders(3)
    lot = a_lot()
    bid(wang, START)
    bid(li, START + STEP)
    bid(zhao, START + 2 * STEP)
    bid(wang, START + 4 * STEP)
    assert [has(line) for line in lines] == [HAS_FEN - DEPOSIT] * 3
    assert in_book(Book.DEPOSITS) == 3 * DEPOSIT
    keep_until(ENDS - timedelta(seconds=1))
    assert again(lot).state is LotState.RUNNING

    keep_until(ENDS)
    won = again(lot)
    assert (won.state, won.pay_until) == (LotState.WON, ENDS + 3 * DAY)
    assert [has(line) for line in lines] == [HAS_FEN - DEPOSIT, HAS_FEN, HAS_FEN]
    (told,) = CommunicationMessage.objects.all()
    assert (told.number, told.figures["said"]["fee"]) == (FIRST, START + 4 * STEP)

    paid = pay_for_lot(NUMBER, wang.account_id, ENDS + DAY)
    assert (paid.state, paid.right_until) == (LotState.PAID, ENDS + 91 * DAY)
    assert has(wang) == HAS_FEN - START - 4 * STEP
    assert in_book(Book.CHARITY) == START + 4 * STEP
    keep_until(ENDS + 10 * DAY)
    assert again(lot).state is LotState.PAID
    assert frozen_numbers([NUMBER], ENDS + 90 * DAY)
    assert not frozen_numbers([NUMBER], ENDS + 92 * DAY)
    assert_no_fen_was_lost(lines, 3 * HAS_FEN)


def test_who_does_not_pay_loses_the_deposit_and_the_second_may_pay_the_own_bid() -> None:
    wang, li, zhao = lines = open_bidders(3)
    lot = a_lot()
    bid(zhao, START)
    bid(li, START + STEP)
    bid(wang, START + 2 * STEP)
    keep_until(ENDS + 3 * DAY)
    offered = again(lot)
    assert (offered.state, offered.pay_until) == (LotState.OFFERED, ENDS + 6 * DAY)
    assert offered.winner is not None
    assert (offered.winner.account_id, offered.winner.amount_fen) == (li.account_id, START + STEP)
    assert [has(line) for line in lines] == [HAS_FEN - DEPOSIT, HAS_FEN, HAS_FEN]
    assert in_book(Book.CHARITY) == DEPOSIT
    with pytest.raises(WanhaoError, match="no number to pay for"):
        pay_for_lot(NUMBER, wang.account_id, ENDS + 4 * DAY)
    assert pay_for_lot(NUMBER, li.account_id, ENDS + 4 * DAY).state is LotState.PAID
    assert has(li) == HAS_FEN - START - STEP
    assert_no_fen_was_lost(lines, 3 * HAS_FEN)


def test_the_second_owes_nothing_and_the_number_is_free_again() -> None:
    wang, li = lines = open_bidders(2)
    lot = a_lot()
    bid(li, START)
    bid(wang, START + STEP)
    keep_until(ENDS + 6 * DAY)
    assert again(lot).state is LotState.UNSOLD
    assert (has(wang), has(li)) == (HAS_FEN - DEPOSIT, HAS_FEN)
    assert frozen_numbers([NUMBER], NOW) == {}
    assert put_up_lot(NUMBER, "L2", ENDS + 9 * DAY, ENDS + 6 * DAY, by="test").lot_id > lot.lot_id
    assert_no_fen_was_lost(lines, 2 * HAS_FEN)


def test_the_only_bidder_who_does_not_pay_and_nobody_at_all() -> None:
    (wang,) = open_bidders(1)
    lot = a_lot()
    bid(wang, START)
    other = a_lot(NUMBER + 1)
    keep_until(ENDS + 3 * DAY)
    assert (again(lot).state, again(other).state) == (LotState.UNSOLD, LotState.UNSOLD)
    assert (has(wang), in_book(Book.CHARITY)) == (HAS_FEN - DEPOSIT, DEPOSIT)


def test_a_late_bid_moves_the_end_and_an_early_one_does_not() -> None:
    wang, li = open_bidders(2)
    lot = a_lot()
    assert bid(wang, START, now=ENDS - timedelta(minutes=2)).ends_at == ENDS
    late = ENDS - timedelta(seconds=1)
    moved = bid(li, START + STEP, now=late).ends_at
    assert moved == late + timedelta(minutes=2)
    keep_until(ENDS)
    assert again(lot).state is LotState.RUNNING
    bid(wang, START + 2 * STEP, now=ENDS + timedelta(seconds=30))
    keep_until(moved)
    assert again(lot).state is LotState.RUNNING
    keep_until(ENDS + timedelta(seconds=150))
    assert again(lot).state is LotState.WON


def test_the_same_reference_is_the_same_bid() -> None:
    wang, li = lines = open_bidders(2)
    a_lot()
    first = bid(wang, START, "R1")
    bid(li, START + STEP, "R2")
    once_more = bid(wang, START, "R1")
    assert (once_more.bid, once_more.first, once_more.joins) == (first.bid, False, False)
    keep_until(ENDS)
    assert bid(wang, START, "R1", now=ENDS + DAY).bid == first.bid
    for line, fen in ((wang, START + 4 * STEP), (li, START)):
        with pytest.raises(WanhaoError, match="used for another bid"):
            bid(line, fen, "R1")
    assert Bid.objects.count() == 2
    assert_no_fen_was_lost(lines, 2 * HAS_FEN)


@pytest.mark.parametrize("fen", [START - 1, START + 20 * STEP + 1, 0, -START])
def test_a_bid_that_is_too_low_or_too_high_holds_nothing(fen: int) -> None:
    (wang,) = open_bidders(1)
    a_lot()
    with pytest.raises(WanhaoError, match=r"from ¥300\.00 to ¥600\.00 can"):
        bid(wang, fen)
    assert has(wang) == HAS_FEN


def test_who_may_not_bid() -> None:
    wang, li = open_bidders(2)
    a_lot()
    bid(wang, START + 7)
    with pytest.raises(WanhaoError, match="the highest already"):
        bid(wang, START + 2 * STEP)
    with pytest.raises(WanhaoError, match=r"from ¥315\.07"):
        bid(li, START + STEP + 6)
    with pytest.raises(WanhaoError, match="No bids are taken"):
        bid(li, START + STEP + 7, now=ENDS)
    with pytest.raises(WanhaoError, match="No bids are taken"):
        bid(li, START, number=NUMBER + 1)


def test_who_has_less_than_the_deposit_or_showed_no_document_does_not_bid() -> None:
    (wang,) = open_bidders(1, DEPOSIT - 1)
    a_lot()
    with pytest.raises(WanhaoError, match=r"¥30\.00 of general money is needed"):
        bid(wang, START)
    assert (Bid.objects.count(), has(wang)) == (0, DEPOSIT - 1)


def test_without_a_document_nobody_bids() -> None:
    (wang,) = open_bidders(1, seen=False)
    a_lot()
    with pytest.raises(WanhaoError, match="No document is recorded"):
        bid(wang, START)


def test_the_winner_pays_in_time_and_with_money_that_is_there() -> None:
    (wang,) = open_bidders(1, DEPOSIT)
    a_lot()
    bid(wang, START)
    with pytest.raises(WanhaoError, match="no number to pay for"):
        pay_for_lot(NUMBER, wang.account_id, NOW)
    keep_until(ENDS)
    with pytest.raises(WanhaoError, match=r"¥270\.00 of general money is needed"):
        pay_for_lot(NUMBER, wang.account_id, ENDS)
    with pytest.raises(WanhaoError, match="time to pay for it is over"):
        pay_for_lot(NUMBER, wang.account_id, ENDS + 3 * DAY)
    assert in_book(Book.DEPOSITS) == DEPOSIT


def test_a_lot_that_is_withdrawn_gives_every_deposit_back() -> None:
    wang, li = open_bidders(2)
    lot = a_lot()
    bid(wang, START)
    bid(li, START + STEP)
    with pytest.raises(WanhaoError, match="cannot be withdrawn"):
        withdraw_lot(lot.lot_id, " ", NOW)
    assert withdraw_lot(lot.lot_id, "a mistake", NOW).state is LotState.WITHDRAWN
    assert (has(wang), has(li), again(lot).reason) == (HAS_FEN, HAS_FEN, "a mistake")
    assert frozen_numbers([NUMBER], NOW) == {}
    with pytest.raises(WanhaoError, match="is withdrawn"):
        withdraw_lot(lot.lot_id, "again", NOW)
    keep_until(ENDS + DAY)
    assert again(lot).state is LotState.WITHDRAWN


def test_a_lot_that_was_won_is_not_withdrawn() -> None:
    (wang,) = open_bidders(1)
    lot = a_lot()
    bid(wang, START)
    keep_until(ENDS)
    with pytest.raises(WanhaoError, match="is won"):
        withdraw_lot(lot.lot_id, "too late", ENDS)


def test_which_numbers_can_be_put_up() -> None:
    (wang,) = open_bidders(1)
    a_lot()

    def refused(number: int, level: str = "L2", ends_at: datetime = ENDS) -> str:
        with pytest.raises(WanhaoError) as error:
            put_up_lot(number, level, ends_at, NOW, by="test")
        return error.value.message

    assert "auctioned already" in refused(NUMBER)
    assert "is in use" in refused(wang.number)
    assert "no level" in refused(NUMBER + 1, "L99")
    assert "cannot end" in refused(NUMBER + 1, ends_at=NOW)
    assert "cannot end" in refused(NUMBER + 1, ends_at=NOW + 31 * DAY)


def test_every_state_is_in_the_table() -> None:
    assert set(NEXT) == set(LotState)
    assert {state for state, after in NEXT.items() if not after} == {
        LotState.PAID,
        LotState.UNSOLD,
        LotState.WITHDRAWN,
    }
