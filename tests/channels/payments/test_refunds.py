"""Money goes back through the channel it came by: never more than was paid, and once."""

from datetime import timedelta

import pytest

from tests.channels.payments.paying import BOTH, again, begun, books_hold, has, now, verdicts
from tests.channels.payments.peers import Peer
from wanhao.billing.books import Book
from wanhao.billing.charging import charge_accounts
from wanhao.billing.contracts import AccountCharge, Channel
from wanhao.billing.order_contracts import DifferenceKind, OrderState, RefundState, RefundView
from wanhao.billing.orders.queries import differences, refunds_of
from wanhao.billing.orders.queries import order as order_of
from wanhao.values.errors import WanhaoError
from wanhao.workflows.refund_order import ask_for_refunds, refund_order

both = pytest.mark.parametrize("channel", BOTH, ids=str)
pytestmark = pytest.mark.usefixtures("channels")


def paid(account: int, peer: Peer, channel: Channel, fen: int = 5000) -> str:
    number = begun(account, channel, fen).number
    peer.control(pay=number)
    return number


def back(number: str, fen: int, reference: str = "r1", keep_fen: int = 0) -> RefundView:
    return refund_order(number, fen, "充错号码", "zhang", reference, now(), keep_fen)


@both
def test_a_payment_goes_back_in_parts(account: int, peer: Peer, channel: Channel) -> None:
    number = paid(account, peer, channel)
    assert back(number, 2000, "r1").state is RefundState.DONE
    assert (has(account), again_by(number)) == (3000, (OrderState.PARTLY, 2000))
    assert back(number, 3000, "r2").state is RefundState.DONE
    assert (has(account), again_by(number)) == (0, (OrderState.REFUNDED, 5000))
    sent = peer.trade(number)["refunds"].values()
    assert sorted(one["fen"] for one in sent) == [2000, 3000]
    with pytest.raises(WanhaoError, match="cannot be refunded"):
        back(number, 1, "r3")
    assert books_hold()


def again_by(number: str) -> tuple[OrderState, int]:
    found = order_of(number)
    assert found is not None
    return found.state, found.refunded_fen


@both
def test_a_refund_that_is_asked_for_again_happens_once(
    account: int, peer: Peer, channel: Channel
) -> None:
    number = paid(account, peer, channel)
    first, second = back(number, 2000), back(number, 2000)
    assert (first.number, second.first) == (second.number, False)
    assert has(account) == 3000
    with pytest.raises(WanhaoError, match="another payment or amount"):
        back(number, 2001)


@both
def test_money_that_was_used_does_not_go_back(account: int, peer: Peer, channel: Channel) -> None:
    number = paid(account, peer, channel)
    used = AccountCharge(account_id=account, by_book={Book.RENT.value: 4000})
    charge_accounts([used], cycle=202610, reference="bill", now=now())
    with pytest.raises(WanhaoError, match="cannot be refunded"):
        back(number, 1001)
    with pytest.raises(WanhaoError, match="cannot be refunded"):
        back(number, 1000, keep_fen=1)
    assert refunds_of(number) == ()
    assert back(number, 1000).state is RefundState.DONE
    assert has(account) == 0


@both
def test_a_refund_the_channel_refuses_comes_back_and_may_be_tried_again(
    account: int, peer: Peer, channel: Channel
) -> None:
    number = paid(account, peer, channel)
    peer.control(refuse_refunds=True)
    assert back(number, 5000, "r1").state is RefundState.FAILED
    assert (has(account), again_by(number)) == (5000, (OrderState.PAID, 0))
    peer.control(clear=True, refuse_refunds=False)
    assert back(number, 5000, "r2").state is RefundState.DONE
    assert (has(account), again_by(number)) == (0, (OrderState.REFUNDED, 5000))
    assert books_hold()


@both
def test_a_channel_that_does_not_answer_is_asked_until_it_does(
    account: int, peer: Peer, channel: Channel
) -> None:
    number = paid(account, peer, channel)
    peer.control(down=True)
    assert back(number, 5000).state is RefundState.ASKED
    assert (has(account), again_by(number)) == (0, (OrderState.REFUNDING, 0))
    with pytest.raises(WanhaoError, match="under way"):
        back(number, 1, "r2")
    peer.control(down=False)
    assert not ask_for_refunds(now())
    assert ask_for_refunds(now() + timedelta(minutes=2))
    assert again_by(number) == (OrderState.REFUNDED, 5000)
    assert len(peer.trade(number)["refunds"]) == 1


def test_a_refund_that_takes_its_time_is_done_when_wechat_calls(account: int, peer: Peer) -> None:
    number = paid(account, peer, Channel.WECHAT)
    peer.control(refund_status="PROCESSING")
    assert back(number, 5000).state is RefundState.ASKED
    peer.control(refund_status="SUCCESS")
    peer.control(refund_notice=number)
    peer.control(refund_notice=number)
    assert again_by(number) == (OrderState.REFUNDED, 5000)
    assert verdicts() == ["booked", "refunded", "known"]


def test_a_notice_of_a_refund_nobody_asked_for_is_put_aside(account: int, peer: Peer) -> None:
    """Out of order, too: the refund is told before the payment was ever heard of."""
    order = begun(account, Channel.WECHAT)
    peer.control(callbacks="never", pay=order.number)
    peer.give_back(order.number, "X1", 1000)
    peer.control(refund_notice=order.number)
    assert verdicts() == ["put-aside"]
    assert [one.kind for one in differences(9)] == [DifferenceKind.REFUND_UNKNOWN]
    peer.control(notify=order.number)
    assert (has(account), again(order).state) == (5000, OrderState.PAID)


def test_alipay_telling_of_a_refund_changes_nothing(account: int, peer: Peer) -> None:
    number = paid(account, peer, Channel.ALIPAY)
    back(number, 2000)
    peer.control(refund_notice=number)
    assert verdicts() == ["booked", "not-paid"]
    assert (has(account), again_by(number)) == (3000, (OrderState.PARTLY, 2000))


@pytest.mark.parametrize(("reason", "by"), [("", "zhang"), (" ", "zhang"), ("x", "")])
def test_a_refund_says_why_and_by_whom(account: int, peer: Peer, reason: str, by: str) -> None:
    number = paid(account, peer, Channel.WECHAT)
    with pytest.raises(WanhaoError, match="needs a reason"):
        refund_order(number, 100, reason, by, "r1", now())


def test_what_was_never_paid_is_not_refunded(account: int, peer: Peer) -> None:
    with pytest.raises(WanhaoError, match="no payment"):
        back("P0", 100)
    with pytest.raises(WanhaoError, match="cannot be refunded"):
        back(begun(account, Channel.WECHAT).number, 100)
