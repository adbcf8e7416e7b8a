"""A payment while a worker has the account's message or stop in hand: nobody waits in a ring."""

import pytest

from tests.workflows.debtors import accept_messages, at, keep_until, messages_of
from tests.workflows.rivals import rival_after
from tests.workflows.test_money_stops import spender, use_up
from wanhao.billing.stops import live_stops
from wanhao.communications.actions import claim_for_sending, release_due
from wanhao.products.actions import load_catalogue
from wanhao.promises.contracts import PromiseState
from wanhao.promises.queries import waiting
from wanhao.workflows.stop_steps import STOP_SERVICE
from wanhao.workflows.take_payment import take_payment

pytestmark = pytest.mark.django_db(transaction=True)
SEEN, PAID = at("2026-11-22 12:00"), at("2026-11-22 12:01")
MESSAGE_LOCKED = "FOR UPDATE OF"
PROMISE_CLAIMED = "FOR UPDATE SKIP LOCKED"


def announced() -> int:
    load_catalogue()
    account = spender("prepaid")
    use_up(account, "prepaid", -500)
    return account


def test_a_message_that_is_just_released_is_not_sent_and_its_stop_does_not_happen() -> None:
    account = announced()
    with rival_after(MESSAGE_LOCKED, lambda: take_payment(account, 500, "P", PAID)):
        release_due(PAID)
    assert waiting(PromiseState.HELD) == {}
    assert claim_for_sending("sms", 10, PAID) == []
    assert [message.state for message in messages_of("before-balance-stop")] == ["withdrawn"]
    keep_until(at("2026-11-23 12:00"))
    assert live_stops([account]) == {}


def test_a_payment_in_the_very_moment_of_the_stop_ends_with_service() -> None:
    """The worker has the promise in hand: either it sees the money, or the payment lifts it."""
    account = announced()
    accept_messages(SEEN)
    begins = at("2026-11-22 13:00")
    with rival_after(PROMISE_CLAIMED, lambda: take_payment(account, 500, "P", begins)):
        keep_until(begins)
    assert live_stops([account]) == {}
    assert waiting(PromiseState.STUCK).get(STOP_SERVICE) is None
