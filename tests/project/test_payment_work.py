"""The worker's thread that asks the channels: real rows, the local channels over a socket."""

import logging
import threading
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from tests.channels.payments.paying import (
    again,
    an_account_that_pays,
    begun,
    books_hold,
    has,
    now,
    payments_of,
    verdicts,
)
from tests.channels.payments.peers import Peer
from tests.project.paying import channels_at, paid
from wanhao.billing.books import Book
from wanhao.billing.contracts import Channel
from wanhao.billing.models import StatementRun
from wanhao.billing.order_contracts import OrderState, RefundState
from wanhao.billing.orders.ports import provide_channels
from wanhao.billing.orders.queries import differences, refunds_of, statement_runs
from wanhao.billing.statements import trial_balance
from wanhao.project import payment_work as room
from wanhao.project.payment_work import RECONCILE_EVERY, PaymentWork, payment_work
from wanhao.values.cycle import SHANGHAI
from wanhao.workflows.refund_order import refund_order


class Clock:
    """What time the worker believes it is."""

    def __init__(self) -> None:
        self.now = now()

    def __call__(self) -> datetime:
        return self.now

    def tomorrow_at(self, hour: int) -> None:
        day = now().astimezone(SHANGHAI).date() + timedelta(days=1)
        self.now = datetime.combine(day, time(hour), SHANGHAI)


@pytest.fixture
def peer(tmp_path: Path, transactional_db: None, live_server: Any) -> Iterator[Peer]:
    with channels_at(tmp_path / "payments", live_server) as running:
        yield running


@pytest.fixture
def account(transactional_db: None) -> int:
    return an_account_that_pays()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def turn(peer: Peer, clock: Clock) -> PaymentWork:
    found = payment_work(threading.Event(), clock)
    assert found is not None
    found._pause = 0.0
    return found


def test_where_nothing_is_connected_there_is_no_such_thread() -> None:
    provide_channels({})
    assert payment_work(threading.Event(), now) is None


def test_an_order_nothing_was_heard_of_is_asked_for_and_booked_once(
    account: int, peer: Peer, clock: Clock, turn: PaymentWork
) -> None:
    orders = [begun(account, channel) for channel in (Channel.WECHAT, Channel.ALIPAY)]
    for order in orders:
        peer.control(callbacks="never", pay=order.number)
    turn()
    assert has(account) == 0
    clock.now += timedelta(minutes=1, seconds=1)
    for _ in range(4):
        turn()
    assert [again(order).state for order in orders] == [OrderState.PAID] * 2
    for order in orders:
        peer.control(notify=order.number)
    assert (has(account), payments_of(account)) == (10_000, 2)
    assert verdicts() == ["known", "known"]
    assert books_hold()


def test_an_order_nobody_pays_is_closed_at_its_end_and_late_money_is_taken(
    account: int, peer: Peer, clock: Clock, turn: PaymentWork
) -> None:
    order = begun(account, Channel.WECHAT)
    for minutes in (1, 3, 7, 15, 31):
        clock.now = order.begun_at + timedelta(minutes=minutes, seconds=1)
        turn()
    assert again(order).state is OrderState.CLOSED
    assert peer.trade(order.number)["state"] == "closed"
    peer.control(pay=order.number)
    assert (again(order).state, has(account), verdicts()) == (
        OrderState.PAID,
        5000,
        ["booked-late"],
    )


def test_a_refund_the_channel_did_not_answer_is_asked_until_it_does(
    account: int, peer: Peer, clock: Clock, turn: PaymentWork
) -> None:
    number = paid(account, peer)
    peer.control(down=True)
    assert refund_order(number, 2000, "充错", "li", "r1", clock()).state is RefundState.ASKED
    clock.now += timedelta(minutes=2)
    turn()
    assert refunds_of(number)[0].state is RefundState.ASKED
    peer.control(down=False)
    clock.now += timedelta(hours=1)
    turn()
    turn()
    assert refunds_of(number)[0].state is RefundState.DONE
    assert (has(account), len(peer.trade(number)["refunds"])) == (3000, 1)


def test_each_day_is_reconciled_once_from_ten(
    account: int, peer: Peer, clock: Clock, turn: PaymentWork
) -> None:
    paid(account, peer, 10_000)
    today = clock.now.astimezone(SHANGHAI).date()
    clock.tomorrow_at(9)
    for _ in range(8):
        turn()
    assert today not in {run.day for run in statement_runs(99)}
    clock.tomorrow_at(10)
    clock.now += RECONCILE_EVERY
    for _ in range(8):
        turn()
    runs = {(run.day, run.channel): run for run in statement_runs(99)}
    assert runs[today, Channel.WECHAT].settled_fen == 10_000
    assert runs[today, Channel.ALIPAY].rows == 0
    before = StatementRun.objects.count()
    clock.now += RECONCILE_EVERY
    turn()
    assert (StatementRun.objects.count(), set(StatementRun.objects.values_list("runs"))) == (
        before,
        {(1,)},
    )
    assert clearing_fen(Channel.WECHAT, clock()) == 0
    assert books_hold()


def test_a_payment_only_the_statement_knows_is_booked_by_the_worker(
    account: int, peer: Peer, clock: Clock, turn: PaymentWork
) -> None:
    order = begun(account, Channel.ALIPAY)
    for _ in range(2):  # it was closed here, so nobody asks for it any more
        clock.now = order.expires_at + timedelta(seconds=1)
        turn()
    assert again(order).state is OrderState.CLOSED
    peer.control(callbacks="never", pay=order.number)
    clock.tomorrow_at(10)
    for _ in range(8):
        turn()
    assert (again(order).state, has(account), differences(9)) == (OrderState.PAID, 5000, ())


def test_a_channel_without_a_statement_is_asked_later_and_holds_nobody_up(
    account: int, peer: Peer, clock: Clock, turn: PaymentWork
) -> None:
    number = paid(account, peer)
    clock.tomorrow_at(10)
    peer.control(down=True)
    turn()
    assert not StatementRun.objects.exists()
    peer.control(down=False)
    turn()
    assert not StatementRun.objects.exists(), "it was asked before its time"
    clock.now += RECONCILE_EVERY
    for _ in range(8):
        turn()
    assert {run.open_differences for run in statement_runs(99)} == {0}
    assert number


def test_a_step_that_fails_is_told_and_the_others_go_on(
    account: int,
    peer: Peer,
    clock: Clock,
    turn: PaymentWork,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    order = begun(account, Channel.WECHAT)
    peer.control(callbacks="never", pay=order.number)

    def fails(at: datetime) -> bool:
        raise ValueError("not understood")

    monkeypatch.setattr(room, "ask_for_refunds", fails)
    clock.now += timedelta(minutes=2)
    with caplog.at_level(logging.ERROR):
        turn()
    assert "could not be asked and will be again" in caplog.text
    assert again(order).state is OrderState.PAID


def test_while_the_database_is_away_the_thread_is_told(
    turn: PaymentWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(at: datetime) -> bool:
        raise OperationalError

    monkeypatch.setattr(room, "look_up_payments", away)
    with pytest.raises(OperationalError):
        turn()


def clearing_fen(channel: Channel, at: datetime) -> int:
    """What the channel still owes us, in fen."""
    found: dict[Book, Any] = {total.book: total for total in trial_balance(at).books}
    book = found.get(channel.book)
    return 0 if book is None else book.debit_fen - book.credit_fen
