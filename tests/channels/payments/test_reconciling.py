"""Each day the channel's statement is held against our books, to the fen."""

from datetime import date

import pytest

from tests.channels.payments.paying import BOTH, again, begun, books_hold, has, now
from tests.channels.payments.peers import Peer
from wanhao.billing.books import Book
from wanhao.billing.contracts import Channel
from wanhao.billing.order_contracts import DifferenceKind as Kind
from wanhao.billing.order_contracts import OrderState, Reconciled
from wanhao.billing.orders.queries import differences
from wanhao.billing.orders.reconciling import due_days
from wanhao.billing.statements import trial_balance
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError
from wanhao.workflows.reconcile_payments import reconcile_day, settle_by_person
from wanhao.workflows.refund_order import refund_order

both = pytest.mark.parametrize("channel", BOTH, ids=str)
pytestmark = pytest.mark.usefixtures("channels")


def today() -> date:
    return now().astimezone(SHANGHAI).date()


def paid(account: int, peer: Peer, channel: Channel, fen: int = 5000) -> str:
    number = begun(account, channel, fen).number
    peer.control(pay=number)
    return number


def reconciled(channel: Channel) -> Reconciled:
    return reconcile_day(channel, today(), now())


def book(which: Book) -> int:
    """What a book has, credit less debit."""
    found = {total.book: total for total in trial_balance(now()).books}.get(which)
    return 0 if found is None else found.credit_fen - found.debit_fen


def kinds() -> list[Kind]:
    return [one.kind for one in differences(50)]


@both
def test_what_agrees_is_settled_and_the_clearing_book_is_empty(
    account: int, peer: Peer, channel: Channel
) -> None:
    number = paid(account, peer, channel, 10_000)
    paid(account, peer, channel, 5000)
    refund_order(number, 2000, "充错", "zhang", "r1", now())
    assert book(channel.book) == -13_000
    found = reconciled(channel)
    assert (found.rows, found.matched, found.open_differences) == (3, 3, 0)
    # 0.6 % of 100 and of 50 yuan, less that of the 20 that went back.
    assert (found.settled_fen, found.fees_fen) == (13_000, 60 + 30 - 12)
    assert book(channel.book) == 0
    assert (book(Book.BANK), book(Book.CHANNEL_FEES)) == (-12_922, -78)
    assert books_hold()


@both
def test_a_statement_that_is_read_again_settles_nothing_twice(
    account: int, peer: Peer, channel: Channel
) -> None:
    paid(account, peer, channel)
    first, second = reconciled(channel), reconciled(channel)
    assert first == second
    paid(account, peer, channel, 700)
    assert reconciled(channel).settled_fen == 5700
    assert book(channel.book) == 0


@both
def test_a_payment_we_never_heard_of_is_asked_for_and_booked(
    account: int, peer: Peer, channel: Channel
) -> None:
    order = begun(account, channel)
    peer.control(callbacks="never", pay=order.number)
    found = reconciled(channel)
    assert (found.matched, found.open_differences, has(account)) == (1, 0, 5000)
    assert again(order).state is OrderState.PAID


@both
def test_missing_extra_and_different_rows_are_told_once(
    account: int, peer: Peer, channel: Channel
) -> None:
    missing, other = paid(account, peer, channel, 1000), paid(account, peer, channel, 2000)
    paid(account, peer, channel, 3000)
    stranger = {
        "number": "P-of-nobody",
        "transaction": "t-1",
        "trade": "t-1",
        "fen": 900,
        "fee": 5,
        "refund": "",
        "at": f"{today()} 10:00:00",
        "subject": "x",
    }
    peer.control(drop=[missing], change={other: 2100}, add=[stranger])
    for _ in range(2):
        found = reconciled(channel)
        assert set(kinds()) == {Kind.MISSING_THERE, Kind.OTHER_AMOUNT, Kind.UNKNOWN_ORDER}
    assert (found.matched, found.settled_fen, found.open_differences) == (1, 3000, 3)
    assert book(channel.book) == -3000
    peer.control(drop=[], change={}, add=[])
    reconciled(channel)
    assert Kind.MISSING_THERE not in kinds()
    assert book(channel.book) == 0


@both
def test_a_person_books_what_was_put_aside(account: int, peer: Peer, channel: Channel) -> None:
    order = begun(account, channel)
    peer.control(callbacks="never", pay=order.number, fen=5100)
    peer.control(notify=order.number)
    (aside,) = differences(10)
    settled = settle_by_person(aside.difference_id, by="li", note="客户确认", now=now(), book=True)
    assert (settled.booked_fen, has(account)) == (5100, 5100)
    with pytest.raises(WanhaoError, match="settled already"):
        settle_by_person(aside.difference_id, by="li", note="x", now=now(), book=True)
    found = reconciled(channel)
    assert (found.matched, found.open_differences, book(channel.book)) == (1, 0, 0)
    assert books_hold()


def test_what_nobody_ordered_is_booked_to_the_account_a_person_names(
    account: int, peer: Peer
) -> None:
    row = {"number": "P-x", "transaction": "t-1", "trade": "t-1", "fen": 900, "fee": 5}
    row |= {"refund": "", "at": f"{today()} 10:00:00", "subject": "x"}
    peer.control(add=[row])
    reconciled(Channel.ALIPAY)
    (aside,) = differences(10)
    with pytest.raises(WanhaoError, match="Name the account"):
        settle_by_person(aside.difference_id, by="li", note="x", now=now(), book=True)
    settle_by_person(
        aside.difference_id, by="li", note="找到了", now=now(), book=True, account_id=account
    )
    assert has(account) == 900
    assert reconciled(Channel.ALIPAY).settled_fen == 900


def test_a_difference_is_settled_with_a_note(account: int, peer: Peer) -> None:
    peer.control(callbacks="amount", pay=begun(account, Channel.WECHAT).number)
    (aside,) = differences(10)
    with pytest.raises(WanhaoError, match="with a note"):
        settle_by_person(aside.difference_id, by="li", note=" ", now=now())
    settle_by_person(aside.difference_id, by="li", note="已电话核实", now=now())
    assert differences(10) == ()
    assert has(account) == 0


@both
def test_a_day_without_trades_has_an_empty_statement(
    account: int, peer: Peer, channel: Channel
) -> None:
    found = reconciled(channel)
    assert (found.rows, found.settled_fen) == (0, 0)


def test_days_are_due_from_ten_in_the_morning(db: None) -> None:
    ten = now().astimezone(SHANGHAI).replace(hour=10, minute=0)
    at_ten = due_days(Channel.WECHAT, ten)
    before = due_days(Channel.WECHAT, ten.replace(hour=9, minute=59))
    assert len(at_ten) == len(before) == 3
    assert (at_ten[-1] - before[-1]).days == 1
