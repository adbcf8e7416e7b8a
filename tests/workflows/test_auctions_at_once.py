"""Whatever bidders and workers do at once, no fen is lost or invented, and one bid wins."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase

from tests.loyalty.examples import at_once
from tests.workflows.auctions import (
    DEPOSIT,
    ENDS,
    HAS_FEN,
    KEEPERS,
    NUMBER,
    OTHER_NUMBER,
    START,
    STEP,
    a_lot,
    again,
    assert_no_fen_was_lost,
    bid,
    has,
    keep_until,
    open_bidders,
)
from wanhao.loyalty.auction_states import LotState
from wanhao.loyalty.models import Bid, Lot
from wanhao.parties.contracts import LineView
from wanhao.promises.actions import keep_due
from wanhao.values.errors import WanhaoError
from wanhao.workflows.pay_for_lot import pay_for_lot
from wanhao.workflows.put_up_lot import withdraw_lot

NUMBERS = (NUMBER, OTHER_NUMBER)
TIMES = [ENDS - timedelta(hours=1), ENDS - timedelta(seconds=5), ENDS, ENDS + timedelta(days=3)]
Step = tuple[str, int, int, int]
STEP_OF_SOMEBODY = st.tuples(
    st.sampled_from(["bid", "bid", "bid", "keep", "pay", "withdraw"]),
    st.integers(0, 2),
    st.integers(0, 1),
    st.integers(0, 23),
)


def do(step: Step, lines: list[LineView]) -> None:
    kind, who, which, amount = step
    line, number, now = lines[who], NUMBERS[which], TIMES[amount % 4]
    if kind == "bid":
        bid(line, START + amount * STEP, f"{who}-{which}-{amount}", now, number)
    elif kind == "keep":
        keep_due(KEEPERS, now)
    elif kind == "pay":
        pay_for_lot(number, line.account_id, now)
    elif amount % 6 == 0:
        lot = Lot.objects.filter(number=number).latest("id")
        withdraw_lot(lot.pk, "property", now)


class NoFenIsLost(TransactionTestCase):
    @settings(max_examples=20)
    @given(st.lists(STEP_OF_SOMEBODY, min_size=4, max_size=16))
    def test_under_any_interleaving(self, steps: list[Step]) -> None:
        lines = open_bidders(3)
        lots = [a_lot(number) for number in NUMBERS]
        refused: list[str] = []

        def work(shift: int) -> None:
            for place in range(len(steps)):
                try:
                    do(steps[(place * (shift + 1) + shift) % len(steps)], lines)
                except WanhaoError as error:
                    refused.append(error.message)

        at_once(*[lambda shift=shift: work(shift) for shift in range(3)])
        assert_no_fen_was_lost(lines, 3 * HAS_FEN)
        keep_until(ENDS + timedelta(days=30))
        assert_no_fen_was_lost(lines, 3 * HAS_FEN)
        settled = {LotState.PAID, LotState.UNSOLD, LotState.WITHDRAWN}
        assert {again(lot).state for lot in lots} <= settled
        known = ("cannot be bid", "No bids", "highest", "no number", "is over", "Lot ", "general")
        assert all(any(word in told for word in known) for told in refused), refused


@pytest.mark.django_db(transaction=True)
def test_two_who_bid_the_same_at_once_are_one_bid() -> None:
    lines = open_bidders(4)
    a_lot()

    def by(line: LineView) -> Callable[[], None]:
        def run() -> None:
            with suppress(WanhaoError):
                bid(line, START)

        return run

    at_once(*[by(line) for line in lines])
    assert Bid.objects.count() == 1
    assert sorted(map(has, lines)) == [HAS_FEN - DEPOSIT, *[HAS_FEN] * 3]
    assert_no_fen_was_lost(lines, 4 * HAS_FEN)


@pytest.mark.django_db(transaction=True)
def test_the_same_wish_at_the_same_time_is_one_bid_and_one_deposit() -> None:
    (wang,) = open_bidders(1)
    a_lot()
    at_once(*[lambda: bid(wang, START, "R1") and None for _ in range(4)])
    assert (Bid.objects.count(), has(wang)) == (1, HAS_FEN - DEPOSIT)


@pytest.mark.django_db(transaction=True)
def test_two_lots_bid_for_by_the_same_people_end_together_without_a_deadlock() -> None:
    lines = open_bidders(2)
    lots = [a_lot(number) for number in NUMBERS]
    late = ENDS - timedelta(hours=1)

    def by(line: LineView, numbers: tuple[int, ...], fen: int) -> Callable[[], None]:
        def run() -> None:
            for turn in range(4):
                for number in numbers:
                    with suppress(WanhaoError):
                        bid(line, fen + turn * 2 * STEP, now=late, number=number)

        return run

    at_once(
        by(lines[0], NUMBERS, START),
        by(lines[1], NUMBERS[::-1], START + STEP),
        lambda: keep_due(KEEPERS, ENDS) and None,
        lambda: keep_due(KEEPERS, ENDS) and None,
    )
    keep_until(ENDS)
    assert {again(lot).state for lot in lots} <= {LotState.WON, LotState.UNSOLD}
    assert_no_fen_was_lost(lines, 2 * HAS_FEN)
