"""Questions are bounded, repeated only where it may help, and answers taken whole or not at all."""

import threading
from datetime import UTC, datetime

import pytest

from tests.billing.foreign.peers import QUICK, balance, bill, terms
from wanhao.billing.foreign import client as client_module
from wanhao.billing.foreign.client import ForeignBillingClient
from wanhao.billing.foreign.contracts import (
    CursorGoneError,
    OutgoingPayment,
    RefusedError,
    UnreachableError,
    WrongAnswerError,
)
from wanhao.project.demo.billing_peer import TOKEN, PeerServer

PAYMENT = OutgoingPayment(
    payment_id=1,
    account="A1",
    reference="柜台-1",
    amount_fen=5000,
    taken_at=datetime(2026, 11, 22, 4, 0, tzinfo=UTC),
    attempts=1,
)


def test_a_page_is_understood(client: ForeignBillingClient, peer: PeerServer) -> None:
    peer.books.changes += [balance(1), terms(2), balance(3, fen=None)]
    page = client.changes("")

    first, second, third = page.changes
    assert (first.kind, second.kind, third.kind) == ("balance", "terms", "balance")
    assert (page.cursor, page.more) == ("3", False)
    assert client.changes("3").changes == ()


@pytest.mark.parametrize("fault", ["slow", "error", "drop"])
def test_a_failure_of_the_moment_is_tried_again(
    client: ForeignBillingClient, peer: PeerServer, fault: str
) -> None:
    peer.books.changes.append(balance(1))
    peer.books.faults.append(fault)
    assert len(client.changes("").changes) == 1
    assert len(peer.books.asked) == 2


@pytest.mark.parametrize("fault", ["error", "drop"])
def test_attempts_come_to_an_end(
    client: ForeignBillingClient, peer: PeerServer, fault: str
) -> None:
    peer.books.changes.append(balance(1))
    peer.books.faults.extend([fault] * 9)
    with pytest.raises(UnreachableError, match="did not answer /changes"):
        client.changes("")
    assert len(peer.books.asked) == QUICK.attempts


def test_the_pauses_between_attempts_grow(peer: PeerServer) -> None:
    pauses: list[int] = []
    patient = client_module.Patience(seconds=1, overall=3, attempts=6)
    asking = ForeignBillingClient(peer.url, TOKEN, patient, pause=pauses.append)
    peer.books.faults.extend(["error"] * 9)
    with pytest.raises(UnreachableError):
        asking.changes("")
    asking.close()
    longest = [500, 1000, 2000, 4000, 8000]
    assert all(most // 2 <= pause <= most for pause, most in zip(pauses, longest, strict=True))


def test_nobody_at_the_address_is_told_as_such() -> None:
    asking = ForeignBillingClient("http://127.0.0.1:9", TOKEN, QUICK, pause=lambda ms: None)
    with pytest.raises(UnreachableError, match="Connection refused"):
        asking.changes("")
    asking.close()


@pytest.mark.parametrize("fault", ["garbage", "half"])
def test_a_wrong_answer_is_told_and_not_asked_for_again(
    client: ForeignBillingClient, peer: PeerServer, fault: str
) -> None:
    peer.books.changes += [balance(1), balance(2)]
    peer.books.faults.append(fault)
    with pytest.raises(WrongAnswerError, match="not what was agreed"):
        client.changes("")
    assert len(peer.books.asked) == 1


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (balance(1) | {"spendable_fen": 12.5}, "spendable_fen"),
        (balance(1) | {"spendable_fen": "12"}, "spendable_fen"),
        (balance(1) | {"spendable_fen": 10**16}, "spendable_fen"),
        (balance(1) | {"account": "A\x001"}, "account"),
        (balance(1) | {"billed_through": 202613}, "not a month"),
        (balance(1) | {"at": "2026-11-22T04:00:00"}, "at"),
        (balance(1) | {"kind": "gift"}, "balance"),
        (terms(1) | {"cycle": 202600}, "not a month"),
        (terms(1) | {"number": 10000}, "number"),
        (terms(1) | {"allowances": {"voice": {"total": -1}}}, "total"),
        (terms(1, voice_unit_seconds=0), "voice_unit_seconds"),
    ],
)
def test_an_answer_outside_its_limits_says_where(
    client: ForeignBillingClient, peer: PeerServer, change: dict[str, object], complaint: str
) -> None:
    peer.books.changes += [balance(7), change]
    with pytest.raises(WrongAnswerError, match=complaint):
        client.changes("")


def test_an_answer_too_long_is_cut_short(
    client: ForeignBillingClient, peer: PeerServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "MOST_OCTETS", 1_000)
    peer.books.changes += [balance(n) for n in range(50)]
    with pytest.raises(WrongAnswerError, match="longer than 1000 octets"):
        client.changes("")


def test_a_feed_that_promises_more_must_move(
    client: ForeignBillingClient, peer: PeerServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing = {"changes": [], "cursor": "5", "more": True}
    monkeypatch.setattr(type(peer.books), "page_of", lambda *_: standing)
    with pytest.raises(WrongAnswerError, match="cursor does not move"):
        client.changes("5")


def test_a_wrong_token_is_not_tried_again(peer: PeerServer) -> None:
    asking = ForeignBillingClient(peer.url, "stolen", QUICK, pause=lambda ms: None)
    with pytest.raises(RefusedError, match="401") as refused:
        asking.changes("")
    asking.close()
    assert "WANHAO_BILLING_TOKEN" in refused.value.remedy
    assert len(peer.books.asked) == 1


def test_a_forgotten_cursor_is_told_apart(client: ForeignBillingClient, peer: PeerServer) -> None:
    peer.books.changes += [balance(n) for n in range(5)]
    peer.books.forgotten = {"2"}
    with pytest.raises(CursorGoneError):
        client.changes("2")


def test_bills_that_do_not_add_up_or_were_not_asked_for_are_refused(
    client: ForeignBillingClient, peer: PeerServer
) -> None:
    peer.books.bills[202610] = [bill(total_fen=10635)]
    with pytest.raises(WrongAnswerError, match="sum to 10634 fen, the total says 10635"):
        client.bills(202610, "")
    peer.books.bills[202610] = [bill(cycle=202609)]
    with pytest.raises(WrongAnswerError, match="were not asked for"):
        client.bills(202610, "")


def test_one_accounts_bill_may_be_asked_for(client: ForeignBillingClient, peer: PeerServer) -> None:
    peer.books.bills[202610] = [bill("A1"), bill("A2")]
    (found,) = client.bills(202610, "", account="A2").bills
    assert found.number == "A2-202610"


@pytest.mark.parametrize("fault", ["lose-answer", "drop", "slow", "error"])
def test_a_payment_whose_answer_was_lost_is_booked_once(
    client: ForeignBillingClient, peer: PeerServer, fault: str
) -> None:
    peer.books.faults.append(fault)
    assert client.pay(PAYMENT).status == "accepted"
    assert [payment["amount_fen"] for payment in peer.books.payments.values()] == [5000]
    assert len(peer.books.asked) == 2


def test_a_refused_payment_brings_its_reason(
    client: ForeignBillingClient, peer: PeerServer
) -> None:
    peer.books.refuse["A1"] = "account closed"
    answer = client.pay(PAYMENT)
    assert (answer.status, answer.reason) == ("refused", "account closed")


def test_a_key_used_for_another_payment_is_refused(
    client: ForeignBillingClient, peer: PeerServer
) -> None:
    client.pay(PAYMENT)
    other = OutgoingPayment(
        **{name: getattr(PAYMENT, name) for name in PAYMENT.__slots__} | {"amount_fen": 1}
    )
    assert client.pay(other).status == "refused"
    assert len(peer.books.payments) == 1


def test_an_answer_about_another_payment_is_wrong(
    client: ForeignBillingClient, peer: PeerServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixed = (200, {"reference": "P9", "status": "accepted"})
    monkeypatch.setattr(type(peer.books), "book", lambda *_: mixed)
    with pytest.raises(WrongAnswerError, match="about another payment"):
        client.pay(PAYMENT)


def test_a_stop_ends_the_pauses(peer: PeerServer) -> None:
    stop = threading.Event()
    stop.set()
    asking = ForeignBillingClient(peer.url, TOKEN, QUICK, pause=lambda ms: stop.wait(ms / 1_000))
    peer.books.faults.extend(["error"] * 9)
    with pytest.raises(UnreachableError):
        asking.changes("")
    asking.close()
