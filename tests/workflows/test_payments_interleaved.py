"""Whatever order callbacks, look-ups, closings and refunds come in, each order is booked once."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.parties.examples import a_line, an_account
from tests.workflows.channels_made_up import MadeUpChannel
from wanhao.billing.contracts import Channel
from wanhao.billing.models import OrderRefund, Payment, PaymentOrder
from wanhao.billing.order_contracts import (
    DifferenceKind,
    NewOrder,
    OrderState,
    Showing,
    Trade,
    TradeTold,
    Verdict,
)
from wanhao.billing.orders.ports import CONNECTED, ChannelAwayError, provide_channels
from wanhao.billing.orders.queries import differences
from wanhao.billing.queries import balances
from wanhao.billing.statements import check_ledger, trial_balance
from wanhao.products.actions import load_catalogue
from wanhao.values.errors import WanhaoError
from wanhao.workflows.begin_payment import begin_payment
from wanhao.workflows.look_up_payments import look_up_payments
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.refund_order import ask_for_refunds, refund_order
from wanhao.workflows.take_notice import refuse_notice, take_notice

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
WECHAT = Channel.WECHAT
orders = st.integers(0, 2)
STEP = st.one_of(
    st.tuples(st.just("begin"), orders),
    st.tuples(st.just("pay"), orders, st.sampled_from([None, None, None, 1, 9999])),
    st.tuples(st.just("tell"), orders),
    st.tuples(st.just("tell-closed"), orders),
    st.tuples(st.just("forged"), orders),
    st.tuples(st.just("look"), st.sampled_from([1, 5, 31, 90])),
    st.tuples(st.just("refund"), orders, st.integers(1, 1200), st.integers(0, 5)),
    st.tuples(st.just("ask-refunds"), st.sampled_from([2, 60])),
    st.tuples(st.just("down"), st.booleans()),
    st.tuples(st.just("refusing"), st.booleans()),
)


class History:
    """One account, three orders of 10 yuan, and a channel that may do anything."""

    def __init__(self, account_id: int) -> None:
        self.account_id, self.channel = account_id, MadeUpChannel()
        self.numbers: dict[int, str] = {}
        self.at = NOW

    def take(self, step: tuple[object, ...]) -> None:
        what, *rest = step
        with suppress(ChannelAwayError, WanhaoError):
            getattr(self, str(what).replace("-", "_"))(*rest)

    def begin(self, which: int) -> None:
        asked = NewOrder(
            reference=f"o{which}",
            account_id=self.account_id,
            amount_fen=1000,
            channel=WECHAT,
            showing=Showing.CODE,
            asked_by="login 1",
            door="web",
        )
        self.numbers[which] = begin_payment(asked, self.at).number

    def pay(self, which: int, fen: int | None) -> None:
        if which in self.numbers:
            self.channel.pay(self.numbers[which], fen)

    def tell(self, which: int) -> None:
        told = self.channel.trades.get(self.numbers.get(which, ""))
        if told is not None:
            assert take_notice(WECHAT, b"body", told, self.at) in Verdict

    def tell_closed(self, which: int) -> None:
        if which in self.numbers:
            told = TradeTold(number=self.numbers[which], trade=Trade.CLOSED)
            take_notice(WECHAT, b"closed", told, self.at)

    def forged(self, which: int) -> None:
        refuse_notice(WECHAT, b"forged", Verdict.FORGED, "signature", self.at)

    def look(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)
        while look_up_payments(self.at):
            pass

    def refund(self, which: int, fen: int, reference: int) -> None:
        refund_order(self.numbers.get(which, ""), fen, "why", "li", f"r{reference}", self.at)

    def ask_refunds(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)
        while ask_for_refunds(self.at):
            pass

    def down(self, down: bool) -> None:
        self.channel.down = down

    def refusing(self, refusing: bool) -> None:
        self.channel.refusing = refusing


@pytest.mark.usefixtures("db")
class Interleaved(TestCase):
    def setUp(self) -> None:
        load_catalogue()
        self.before = CONNECTED.channels

    def tearDown(self) -> None:
        provide_channels(self.before)

    @settings(max_examples=60, deadline=None)
    @given(steps=st.lists(STEP, max_size=40))
    def test_each_order_is_booked_once_and_no_fen_is_lost(
        self, steps: list[tuple[object, ...]]
    ) -> None:
        order = AccountOrder(
            account=an_account("A1", (a_line(16907910001),)), offering_codes=("lexiang-4g-59",)
        )
        history = History(open_accounts([order], NOW)[0].account_id)
        provide_channels({WECHAT: history.channel})
        for step in [("begin", 0), ("begin", 1), *steps]:
            history.take(step)
            assert trial_balance(history.at).holds
        self.settle(history)
        self.look_at(history)

    def settle(self, history: History) -> None:
        """The channel is back, says everything once more, and all that is due is asked."""
        history.channel.down = history.channel.refusing = False
        for which in list(history.numbers):
            history.tell(which)
        history.look(90)
        history.ask_refunds(60)
        history.ask_refunds(60)

    def look_at(self, history: History) -> None:
        paid = PaymentOrder.objects.exclude(state__in=["waiting", "closed"])
        assert {one.number for one in paid} == set(
            Payment.objects.values_list("reference", flat=True)
        )
        gone = sum(OrderRefund.objects.filter(state="done").values_list("amount_fen", flat=True))
        assert balances([history.account_id])[history.account_id] == 1000 * len(paid) - gone
        assert gone == sum(history.channel.refunds.values())
        assert not PaymentOrder.objects.filter(state__in=["waiting", "refunding"]).exists()
        assert not check_ledger().faults
        self.look_at_the_rest(history)

    def look_at_the_rest(self, history: History) -> None:
        """All that was paid last is booked or put aside."""
        aside = {(one.number, one.transaction_id) for one in differences(1_000)}
        for told in history.channel.trades.values():
            if told.trade is Trade.PAID:
                order = PaymentOrder.objects.get(number=told.number)
                booked = order.transaction_id == told.transaction_id
                assert booked or (told.number, told.transaction_id) in aside
                assert not booked or told.amount_fen == order.amount_fen
        assert all(one.kind in DifferenceKind for one in differences(10))
        assert OrderState.WAITING.value not in PaymentOrder.objects.values_list("state", flat=True)
