"""Stops because money is used up: the tables of the page about what follows a stop."""

from collections.abc import Callable, Iterator

import pytest

from tests.menu.items.customers import counted, use_of
from tests.metering.pages import rows_of
from tests.workflows.debtors import (
    accept_messages,
    at,
    barring_of,
    billed,
    clock,
    fen,
    keep_until,
    messages_of,
    opened,
)
from wanhao.billing.contracts import NewCreditLimit
from wanhao.billing.queries import balances
from wanhao.billing.stop_contracts import ServiceState, StopReason
from wanhao.billing.stops import live_stops, stop_history
from wanhao.network.contracts import Barring
from wanhao.parties.contracts import PayType
from wanhao.parties.queries import lines_by_number
from wanhao.promises.contracts import PromiseState
from wanhao.promises.queries import waiting
from wanhao.usage.contracts import MoneyCrossing
from wanhao.usage.ports import provide_reader, usage_reader
from wanhao.usage.use_contracts import UseSoFar
from wanhao.values.cycle import Cycle
from wanhao.workflows.set_credit_limits import set_credit_limits
from wanhao.workflows.take_payment import take_payment
from wanhao.workflows.tell_customers import TellCustomers

pytestmark = pytest.mark.usefixtures("catalogue")
PAGE = "arrears.md"
NUMBER, LIMIT, PAID = 16907910001, 20_000, 2_000
PAY_TYPES = {"prepaid": PayType.PREPAID, "post-paid": PayType.POSTPAID}
SEEN = at("2026-11-22 12:00")


@pytest.fixture
def meter() -> Iterator[Callable[[UseSoFar], None]]:
    """Let this be what the meter has counted."""
    usual = usage_reader()
    yield counted
    provide_reader(usual)


def spender(kind: str) -> int:
    """An account with 20.00 paid, or a limit of 200.00."""
    account = opened(NUMBER, PAY_TYPES[kind])
    if PAY_TYPES[kind] is PayType.PREPAID:
        take_payment(account, PAID, "first", at("2026-11-01 10:00"))
    else:
        limit = NewCreditLimit(account_id=account, limit_fen=LIMIT, reason="r", set_by="s")
        set_credit_limits([limit], at("2026-11-01 10:00"))
    return account


def crossing(account: int, kind: str, left: int, seen: str = "2026-11-22 12:00") -> MoneyCrossing:
    """What the meter reports when that much is left, in the month when it is seen."""
    limit = LIMIT if kind == "post-paid" else 0
    return MoneyCrossing(
        account_id=account,
        cycle=Cycle.of(at(seen)).number,
        threshold=100 if limit else 0,
        episode=7,
        left=left,
        occurred_at=int(at(seen).timestamp()),
        credit_fen=limit,
        spent=balances([account]).get(account, 0) + limit - left,
        billed=0,
    )


def use_up(account: int, kind: str, left: int, seen: str = "2026-11-22 12:00") -> None:
    TellCustomers().accept(1, [crossing(account, kind, left, seen)], at(seen))


def stopped_spender(kind: str, left: int) -> int:
    account = spender(kind)
    use_up(account, kind, left)
    accept_messages(SEEN)
    keep_until(at("2026-11-22 13:00"))
    assert barring_of(NUMBER) is Barring.OUTGOING
    return account


@pytest.mark.parametrize("row", rows_of(PAGE, "account", 0), ids=" ".join)
def test_money_that_is_used_up_stops_service_after_an_hour(row: tuple[str, ...]) -> None:
    kind, left, seen, accepted, paid, stopped = row
    account = spender(kind)
    use_up(account, kind, fen(left), seen)
    steps = []
    if accepted != "never":
        steps.append((at(accepted), lambda: accept_messages(at(accepted))))
    if paid != "none":
        amount, moment = paid.split(" on ")
        steps.append((at(moment), lambda: take_payment(account, fen(amount), "P", at(moment))))
    for when, step in sorted(steps, key=lambda one: one[0]):
        keep_until(when)
        step()
    keep_until(at("2026-11-23 12:00"))
    found = live_stops([account]).get(account)
    assert clock(found.since if found else None) == stopped


@pytest.mark.parametrize("row", rows_of(PAGE, "account", 1), ids=" ".join)
def test_enough_money_brings_service_back(row: tuple[str, ...]) -> None:
    kind, left, paid, back = row
    account = stopped_spender(kind, fen(left))
    take_payment(account, fen(paid), "P", at("2026-11-22 20:30"))
    assert (account not in live_stops([account])) == (back == "yes")
    assert barring_of(NUMBER) is (Barring.NONE if back == "yes" else Barring.OUTGOING)


def test_a_higher_limit_brings_service_back() -> None:
    account = stopped_spender("post-paid", -500)
    more = NewCreditLimit(account_id=account, limit_fen=30_000, reason="r", set_by="s")
    set_credit_limits([more], at("2026-11-22 15:00"))
    assert barring_of(NUMBER) is Barring.NONE
    assert live_stops([account]) == {}


def test_what_the_customer_is_told_names_the_hour() -> None:
    account = spender("prepaid")
    use_up(account, "prepaid", -500)
    accept_messages(SEEN)
    (message,) = messages_of("before-balance-stop")
    assert message.text == (
        "您的余额已用完，欠费¥5.00，将于11月22日13:00停机。请尽快充值，以免影响使用。【万号】"
    )
    assert live_stops([account]) == {}


def test_the_same_word_of_the_meter_stops_once_and_tells_once() -> None:
    account = spender("prepaid")
    for _ in range(2):
        use_up(account, "prepaid", -500)
    accept_messages(SEEN)
    keep_until(at("2026-11-22 13:00"))
    use_up(account, "prepaid", -600, "2026-11-22 14:00")
    keep_until(at("2026-11-22 16:00"))
    assert len(messages_of("before-balance-stop")) == 1
    (stop,) = stop_history(account)
    assert (stop.reason, stop.state, stop.owed_fen) == (
        StopReason.BALANCE,
        ServiceState.ONE_WAY,
        500,
    )


def test_a_month_that_begins_meanwhile_adds_its_fees() -> None:
    """The plan's 59.00 of December are owed before the meter says anything of December."""
    account = stopped_spender("prepaid", -500)
    take_payment(account, 500, "P", at("2026-12-01 10:00"))
    assert account in live_stops([account])
    take_payment(account, 5900, "Q", at("2026-12-01 10:01"))
    assert account not in live_stops([account])


def test_what_is_used_until_the_stop_is_owed_too(meter: Callable[[UseSoFar], None]) -> None:
    """0.01 is owed when the meter sees it, 50.01 at the stop: a fen does not bring it back."""
    account = spender("prepaid")
    use_up(account, "prepaid", -1)
    accept_messages(SEEN)
    line = lines_by_number({NUMBER})[NUMBER]
    meter(use_of(line, charge_fen=PAID + 5_001))
    keep_until(at("2026-11-22 13:00"))
    assert live_stops([account])[account].owed_fen == 5_001
    take_payment(account, 1, "P", at("2026-11-22 14:00"))
    assert account in live_stops([account])
    take_payment(account, 5_000, "Q", at("2026-11-22 14:01"))
    assert account not in live_stops([account])


def test_the_bill_of_the_month_before_takes_nothing_off_this_months_use() -> None:
    """Of 25.00 that were used, 5.00 are in the bill that comes between the word and the stop."""
    account = spender("prepaid")
    use_up(account, "prepaid", -500, "2026-12-03 19:30")
    accept_messages(at("2026-12-03 19:30"))
    billed(account, 500, 202611, "2026-12-04 01:00")
    keep_until(at("2026-12-04 09:00"))
    assert live_stops([account])[account].owed_fen == 500
    take_payment(account, 499, "P", at("2026-12-04 09:01"))
    assert account in live_stops([account])
    take_payment(account, 1, "Q", at("2026-12-04 09:02"))
    assert account not in live_stops([account])


def test_a_message_that_waits_is_withdrawn_with_its_stop_when_the_money_comes() -> None:
    account = spender("prepaid")
    use_up(account, "prepaid", -500)
    take_payment(account, 500, "P", at("2026-11-22 12:05"))
    accept_messages(at("2026-11-22 12:06"))
    assert [message.state for message in messages_of("before-balance-stop")] == ["withdrawn"]
    assert waiting(PromiseState.HELD) == {}
    keep_until(at("2026-11-23 12:00"))
    assert live_stops([account]) == {}
