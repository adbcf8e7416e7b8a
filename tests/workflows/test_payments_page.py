"""docs/rules/payments.md is what happens, row by row."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.billing.examples import fen
from tests.metering.pages import rows_of
from tests.parties.examples import a_line, an_account
from tests.workflows.channels_made_up import MadeUpChannel
from wanhao.billing.contracts import Channel
from wanhao.billing.order_contracts import (
    NewOrder,
    OrderState,
    OrderView,
    RefundState,
    Showing,
    Trade,
    TradeTold,
)
from wanhao.billing.orders.actions import lock_order, mark_closed
from wanhao.billing.orders.ports import CONNECTED, provide_channels
from wanhao.billing.orders.queries import order as order_of
from wanhao.billing.orders.states import NEXT
from wanhao.billing.queries import balances
from wanhao.values.errors import WanhaoError
from wanhao.workflows.begin_payment import begin_payment
from wanhao.workflows.hear_of_payment import hear_of_payment
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.refund_order import refund_order

pytestmark = pytest.mark.usefixtures("catalogue")
PAGE = "payments.md"
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
def channel() -> Iterator[MadeUpChannel]:
    made, before = MadeUpChannel(), CONNECTED.channels
    provide_channels({Channel.WECHAT: made})
    yield made
    provide_channels(before)


@pytest.fixture
def order(channel: MadeUpChannel) -> OrderView:
    account = an_account("A1", (a_line(16907910001),))
    opened = open_accounts([AccountOrder(account=account, offering_codes=("lexiang-4g-59",))], NOW)
    asked = NewOrder(
        reference="o1",
        account_id=opened[0].account_id,
        amount_fen=5000,
        channel=Channel.WECHAT,
        showing=Showing.CODE,
        asked_by="login 1",
        door="web",
    )
    return begin_payment(asked, NOW)


def heard(number: str, trade: Trade, transaction: str = "", amount: int = 0) -> str:
    told = TradeTold(number=number, trade=trade, transaction_id=transaction, amount_fen=amount)
    return hear_of_payment(Channel.WECHAT, told, NOW).value


def test_the_states_are_those_of_the_page() -> None:
    told = {state: {to for to in rest.split(", ") if to} for state, rest in rows_of(PAGE, "state")}
    assert told == {state.value: {to.value for to in after} for state, after in NEXT.items()}


@pytest.mark.parametrize("row", rows_of(PAGE, "the order is"), ids=" ".join)
def test_what_a_channel_says(order: OrderView, row: tuple[str, ...]) -> None:
    state, trade, transaction, yuan, outcome, booked = row
    number = "of-nobody" if state == "of nobody" else order.number
    if state.startswith("paid by"):
        heard(order.number, Trade.PAID, "T1", 5000)
    if state == "closed":
        locked = lock_order(Channel.WECHAT, order.number)
        assert locked is not None
        mark_closed(locked)
    assert heard(number, Trade(trade), transaction, fen(yuan)) == outcome
    assert balances([order.account_id])[order.account_id] == fen(booked)


def test_refunds_step_by_step(channel: MadeUpChannel, order: OrderView) -> None:
    heard(order.number, Trade.PAID, "T1", 5000)
    for place, (step, yuan, outcome, state, left) in enumerate(rows_of(PAGE, "step")):
        channel.refusing = "refused" in step
        try:
            made = refund_order(order.number, fen(yuan), "why", "zhang", f"r{place}", NOW)
            came = {RefundState.DONE: "done", RefundState.FAILED: "failed"}[made.state]
        except WanhaoError:
            came = "not possible"
        found = order_of(order.number)
        assert found is not None
        has = balances([order.account_id])[order.account_id]
        assert (came, found.state, has) == (outcome, OrderState(state), fen(left)), step
