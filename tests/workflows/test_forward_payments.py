"""Payments for a foreign billing are written down first, and handed over until answered."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.billing.foreign.peers import balance
from tests.parties.examples import a_line, an_account
from tests.workflows.foreign_accounts import NOW, opened
from tests.workflows.told_facts import told_facts
from wanhao.billing.books import Book
from wanhao.billing.contracts import BalanceKind, NewCredit
from wanhao.billing.foreign.client import ForeignBillingClient
from wanhao.billing.foreign.contracts import RefusedError, UnreachableError, WrongAnswerError
from wanhao.billing.foreign.payments import claim_payment, mark_accepted, mark_refused
from wanhao.billing.foreign.queries import foreign_status, refused_payments
from wanhao.billing.foreign_models import ForeignPayment
from wanhao.billing.ports import PaymentState, billing_source
from wanhao.billing.queries import balances
from wanhao.billing.vouchers import issue_vouchers
from wanhao.products.actions import load_catalogue
from wanhao.project.demo.billing_peer import PeerServer
from wanhao.values.errors import WanhaoError
from wanhao.workflows.follow_foreign_billing import follow_foreign_billing
from wanhao.workflows.forward_payments import forward_payments
from wanhao.workflows.give_credit import give_credit
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.take_payment import take_payment

pytestmark = pytest.mark.usefixtures("catalogue", "billed_elsewhere")
LATER = NOW + timedelta(hours=1)


def at(now: datetime = NOW) -> Callable[[], datetime]:
    return lambda: now


def booked(peer: PeerServer) -> list[tuple[str, int]]:
    payments = peer.books.payments.values()
    return [(payment["reference"], payment["amount_fen"]) for payment in payments]


def test_a_payment_waits_and_is_then_booked_once(
    client: ForeignBillingClient, peer: PeerServer
) -> None:
    (account,) = opened("A1")
    peer.books.changes.append(balance(1, fen=700))
    follow_foreign_billing(client, NOW)
    facts = told_facts()
    paid = take_payment(account.account_id, 3000, "P1", NOW)
    again = take_payment(account.account_id, 3000, "P1", NOW)

    assert (paid.balance_fen, paid.first, again.first) == (3700, True, False)
    assert balances([account.account_id]) == {account.account_id: 0}
    assert told_facts() == facts  # their feed tells what can be spent, not we
    (waiting,) = billing_source().payments(account.account_id, 10)
    assert waiting.state is PaymentState.WAITING

    assert forward_payments(client, at()) == 1
    assert forward_payments(client, at(LATER)) == 0
    assert booked(peer) == [("P1", 3000)]
    (done,) = billing_source().payments(account.account_id, 10)
    assert (done.state, done.settled_at) == (PaymentState.ACCEPTED, NOW)


@pytest.mark.parametrize(
    ("fen", "reference", "complaint"),
    [(0, "P2", "cannot be taken"), (5, " ", "cannot be taken"), (1, "P1", "another amount")],
)
def test_an_odd_payment_is_not_written_down(fen: int, reference: str, complaint: str) -> None:
    (account,) = opened("A1")
    take_payment(account.account_id, 3000, "P1", NOW)
    with pytest.raises(WanhaoError, match=complaint):
        take_payment(account.account_id, fen, reference, NOW)
    assert foreign_status().waiting == 1


def test_a_payment_of_nobody_or_of_a_kind_they_do_not_have_is_refused() -> None:
    (account,) = opened("A1")
    with pytest.raises(WanhaoError, match="no account 999"):
        take_payment(999, 100, "P1", NOW)
    with pytest.raises(WanhaoError, match="cannot be restricted or prestored"):
        take_payment(account.account_id, 100, "P1", NOW, kind=BalanceKind.PRESTORED)


def test_no_other_money_moves_here() -> None:
    (account,) = opened("A1")
    credit = NewCredit(
        account_id=account.account_id, amount_fen=100, reference="C1", book=Book.ADJUSTMENT
    )
    with pytest.raises(WanhaoError, match="Money is moved in your own billing"):
        give_credit([credit], NOW)
    with pytest.raises(WanhaoError, match="Vouchers are issued in your own billing"):
        issue_vouchers(batch="V", count=1, face_fen=1, expires_at=NOW.replace(year=2100), now=NOW)
    order = AccountOrder(
        account=an_account("A2", (a_line(16907910002),)),
        offering_codes=("custom-prepaid-19",),
        opening_balance_fen=100,
        payment_reference="opening",
    )
    with pytest.raises(WanhaoError, match="Opening balances are kept in your own billing"):
        open_accounts([order], NOW)
    assert balances([account.account_id]) == {account.account_id: 0}


@pytest.mark.parametrize("fault", ["lose-answer", "slow", "drop", "error"])
def test_a_lost_answer_books_nothing_twice(
    client: ForeignBillingClient, peer: PeerServer, fault: str
) -> None:
    (account,) = opened("A1")
    take_payment(account.account_id, 3000, "P1", NOW)
    peer.books.faults.extend([fault] * 3)
    with pytest.raises(UnreachableError):
        forward_payments(client, at())
    assert foreign_status().waiting == 1
    assert "did not answer" in foreign_status().waiting_because

    assert forward_payments(client, at()) == 0  # not before its pause is over
    assert forward_payments(client, at(LATER)) == 1
    assert booked(peer) == [("P1", 3000)]


@pytest.mark.parametrize(("fault", "error"), [("garbage", WrongAnswerError)])
def test_an_answer_that_makes_no_sense_settles_nothing(
    client: ForeignBillingClient, peer: PeerServer, fault: str, error: type[Exception]
) -> None:
    (account,) = opened("A1")
    take_payment(account.account_id, 3000, "P1", NOW)
    peer.books.faults.append(fault)
    with pytest.raises(error):
        forward_payments(client, at())
    assert forward_payments(client, at(LATER)) == 1
    assert booked(peer) == [("P1", 3000)]


def test_a_wrong_token_refuses_no_payment(client: ForeignBillingClient, peer: PeerServer) -> None:
    (account,) = opened("A1")
    take_payment(account.account_id, 3000, "P1", NOW)
    stranger = ForeignBillingClient(peer.url, "stolen", pause=lambda ms: None)
    with pytest.raises(RefusedError):
        forward_payments(stranger, at())
    stranger.close()
    assert (foreign_status().waiting, foreign_status().refused) == (1, 0)


def test_a_refused_payment_is_seen_and_holds_nobody_up(
    client: ForeignBillingClient, peer: PeerServer
) -> None:
    first, second = opened("A1", "A2")
    peer.books.refuse["A1"] = "account closed"
    take_payment(first.account_id, 100, "P1", NOW)
    take_payment(first.account_id, 200, "P2", NOW)
    take_payment(second.account_id, 300, "P3", NOW)
    assert forward_payments(client, at()) == 3

    status = foreign_status()
    assert (status.waiting, status.refused, status.refused_fen) == (0, 2, 300)
    refused = refused_payments(10)
    assert [(one.reference, one.said) for one in refused] == [
        ("P2", "account closed"),
        ("P1", "account closed"),
    ]
    assert booked(peer) == [("P3", 300)]


def test_payments_of_an_account_keep_their_order(
    client: ForeignBillingClient, peer: PeerServer
) -> None:
    first, second = opened("A1", "A2")
    for n in range(5):
        take_payment(first.account_id, 100 + n, f"P{n}", NOW)
    take_payment(second.account_id, 900, "Q", NOW)
    peer.books.faults.extend(["error"] * 3)
    with pytest.raises(UnreachableError):
        forward_payments(client, at())
    assert forward_payments(client, at()) == 1  # the other account does not wait
    assert booked(peer) == [("Q", 900)]
    assert forward_payments(client, at(LATER)) == 5
    assert booked(peer)[1:] == [(f"P{n}", 100 + n) for n in range(5)]


def test_only_one_payment_of_an_account_is_on_its_way() -> None:
    (account,) = opened("A1")
    take_payment(account.account_id, 100, "P1", NOW)
    take_payment(account.account_id, 200, "P2", NOW)
    on_its_way = claim_payment(NOW)
    assert on_its_way is not None
    assert claim_payment(NOW) is None

    mark_accepted(on_its_way.payment_id, NOW)
    mark_refused(on_its_way.payment_id, "a second answer", NOW)
    following = claim_payment(NOW)
    assert following is not None
    assert (following.reference, refused_payments(10)) == ("P2", ())


@pytest.mark.parametrize("change", [{"amount_fen": 1}, {"reference": "P9"}, {"state": "waiting"}])
def test_the_database_keeps_a_payment_as_it_is(change: dict[str, object]) -> None:
    (account,) = opened("A1")
    take_payment(account.account_id, 100, "P1", NOW)
    payment = claim_payment(NOW)
    assert payment is not None
    mark_accepted(payment.payment_id, NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        ForeignPayment.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        ForeignPayment.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_many_forwarders_book_everything_once(
    client: ForeignBillingClient, peer: PeerServer
) -> None:
    load_catalogue()
    accounts = opened("A1", "A2", "A3")
    for n in range(30):
        take_payment(accounts[n % 3].account_id, 100 + n, f"P{n:02}", NOW)

    def work() -> None:
        try:
            while forward_payments(client, at()):
                pass
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    forward_payments(client, at())
    assert sorted(booked(peer)) == [(f"P{n:02}", 100 + n) for n in range(30)]
    for start in range(3):
        own = [reference for reference, fen in booked(peer) if (fen - 100) % 3 == start]
        assert own == sorted(own)
    posted = [question for question in peer.books.asked if question.startswith("POST")]
    assert len(posted) == 30
