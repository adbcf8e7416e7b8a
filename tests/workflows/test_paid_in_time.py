"""Money that comes at any step: nothing of what it made untrue is planned, held or promised."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db.models import Q

from tests.metering.pages import listed, rows_of
from tests.workflows.debtors import (
    accept_messages,
    at,
    barring_of,
    billed,
    fen,
    give_power_on,
    keep_until,
    messages_of,
    opened,
)
from tests.workflows.test_money_stops import LIMIT, NUMBER, crossing, spender, use_up
from wanhao.billing.books import Book
from wanhao.billing.contracts import BalanceKind, NewCredit, NewCreditLimit
from wanhao.billing.stops import live_stops
from wanhao.billing.vouchers import issue_vouchers
from wanhao.communications.actions import claim_for_sending, mark_accepted, release_due
from wanhao.communications.models import CommunicationMessage
from wanhao.network.contracts import Barring
from wanhao.promises.models import Promise
from wanhao.usage.contracts import MoneyCrossing
from wanhao.workflows.emergency_resume import emergency_resume
from wanhao.workflows.give_credit import give_credit
from wanhao.workflows.grant_promises import END_GRANT
from wanhao.workflows.redeem_voucher import redeem_voucher
from wanhao.workflows.set_credit_limits import set_credit_limits
from wanhao.workflows.stop_steps import ANNOUNCE_STEP, NEXT_STEP, STOP_SERVICE
from wanhao.workflows.take_payment import take_payment
from wanhao.workflows.tell_customers import TellCustomers

pytestmark = pytest.mark.usefixtures("catalogue")
PAGE = "arrears.md"
KINDS = {"money": "prepaid", "limit": "post-paid"}
MARKS = {"money": (1_500, 500), "limit": (80, 100)}
OF_ACCOUNTS = (STOP_SERVICE, ANNOUNCE_STEP, NEXT_STEP, END_GRANT)
ANNOUNCED = (
    "2026-11-23 09:00",
    "2026-11-25 09:00",
    "2026-11-26 08:00",
    "2026-11-26 09:00",
    "2026-11-27 09:00",
    "2026-11-28 09:00",
    "2027-01-19 09:00",
    "2027-01-25 09:00",
)
NIGHT = "2026-11-22 23:30"
SOON = at("2026-11-22 23:40")


def messages_waiting() -> list[str]:
    """The rules of what nobody has sent; that service is back is true."""
    alone = Q(state__in=["planned", "released"])
    rows = CommunicationMessage.objects.filter(alone | Q(carrier__state="released"))
    return sorted(row.rule for row in rows.exclude(rule="restored"))


def promised() -> list[str]:
    rows = Promise.objects.filter(state__in=["open", "held", "stuck"], kind__in=OF_ACCOUNTS)
    return sorted({row.kind for row in rows})


def watched(account: int, kind: str, left: int, seen: str) -> None:
    """The meter reports every mark that what is left is below of."""
    reports: list[MoneyCrossing] = []
    last = crossing(account, KINDS[kind], left, seen)
    for mark in MARKS[kind]:
        below = left < mark if kind == "money" else (LIMIT - left) * 100 >= mark * LIMIT
        if below:
            reports.append(MoneyCrossing(**{**fields(last), "threshold": mark}))
    if kind == "money" and left < 0:
        reports.append(last)
    TellCustomers().accept(1, reports, at(seen))


def fields(report: MoneyCrossing) -> dict[str, int]:
    return {name: getattr(report, name) for name in report.__slots__}


def owing_until(until: datetime, accepted: datetime | None) -> int:
    """The 59.00 of October are owed, and the network takes messages until `accepted`."""
    account = opened(NUMBER)
    billed(account, 5900)
    for moment in map(at, ANNOUNCED):
        if moment <= until:
            keep_until(moment)
            if accepted and moment <= accepted:
                accept_messages(moment)
    return account


@pytest.mark.parametrize("row", rows_of(PAGE, "owes"), ids=" ".join)
def test_what_is_paid_leaves_nothing_planned_held_or_promised(row: tuple[str, ...]) -> None:
    kind, left, seen, accepted, paid, waits, promises = row
    taken = None if accepted == "none" else at(accepted)
    if kind == "bill":
        account = owing_until(at(seen), taken)
    else:
        account = spender(KINDS[kind])
        watched(account, kind, fen(left), seen)
        if taken:
            for moment in (at(seen), taken):
                accept_messages(moment)
            keep_until(taken)
    assert (messages_waiting(), promised()) == (listed(waits), listed(promises))
    take_payment(account, fen(paid), "P", max(at(seen), taken or at(seen)))
    assert (messages_waiting(), promised()) == ([], [])
    keep_until(at("2027-02-20 12:00"))
    assert live_stops([account]) == {}
    assert barring_of(NUMBER) in (None, Barring.NONE)


def test_who_uses_it_up_again_is_told_again_and_has_an_hour_again() -> None:
    account = spender("prepaid")
    use_up(account, "prepaid", -500)
    accept_messages(at("2026-11-22 12:00"))
    take_payment(account, 500, "P", at("2026-11-22 12:10"))
    again = MoneyCrossing(**{**fields(crossing(account, "prepaid", -30)), "episode": 8})
    TellCustomers().accept(2, [again], at("2026-11-22 12:40"))
    accept_messages(at("2026-11-22 12:40"))
    keep_until(at("2026-11-22 13:39"))
    assert live_stops([account]) == {}
    keep_until(at("2026-11-22 13:40"))
    assert live_stops([account])[account].owed_fen == 30
    assert len(messages_of("before-balance-stop")) == 2


def test_part_of_the_money_leaves_the_stop_promised_and_told() -> None:
    account = spender("prepaid")
    use_up(account, "prepaid", -500, NIGHT)
    take_payment(account, 499, "P", SOON)
    assert (messages_waiting(), promised()) == (["before-balance-stop"], [STOP_SERVICE])


def by_voucher(account: int) -> None:
    late = at("2027-11-22 12:00")
    (code,) = issue_vouchers(batch="v", count=1, face_fen=10_000, expires_at=late, now=SOON)
    redeem_voucher(account, code, SOON)


def by_credit(account: int) -> None:
    given = NewCredit(account_id=account, amount_fen=500, reference="C", book=Book.COMPENSATION)
    give_credit([given], SOON)


def by_gift(account: int) -> None:
    kind, book = BalanceKind.GIFTED, Book.COMPENSATION
    gift = NewCredit(account_id=account, amount_fen=500, reference="G", kind=kind, book=book)
    give_credit([gift], SOON)


@pytest.mark.parametrize("paid", [by_voucher, by_credit, by_gift])
def test_what_counts_like_a_payment_takes_back_a_stop_like_one(paid: Callable[[int], None]) -> None:
    account = spender("prepaid")
    use_up(account, "prepaid", -500, NIGHT)
    paid(account)
    assert (messages_waiting(), promised()) == ([], [])


@pytest.mark.parametrize("limit", [20_001, 0])
def test_a_higher_limit_or_none_at_all_takes_back_a_stop(limit: int) -> None:
    account = spender("post-paid")
    watched(account, "limit", 0, NIGHT)
    more = NewCreditLimit(account_id=account, limit_fen=limit, reason="r", set_by="s")
    set_credit_limits([more], SOON)
    left = ["credit-80"] if limit else []
    assert (messages_waiting(), promised()) == (left, [])


def test_a_payment_ends_what_was_to_be_told_of_service_for_a_while() -> None:
    account = owing_until(at("2026-11-26 09:00"), at("2026-11-26 09:00"))
    give_power_on(account, 1)
    emergency_resume(account, at("2026-11-27 10:00"))
    assert "emergency" in messages_waiting()
    assert END_GRANT in promised()
    take_payment(account, 5900, "P", at("2026-11-27 10:01"))
    assert (messages_waiting(), promised()) == ([], [])


def test_what_a_sender_has_in_hand_is_left_to_it() -> None:
    """The payment does not wait for a sender, and the stop is off all the same."""
    account = spender("prepaid")
    use_up(account, "prepaid", -500)
    release_due(at("2026-11-22 12:00"))
    (sent,) = claim_for_sending("sms", 10, at("2026-11-22 12:00"))
    take_payment(account, 500, "P", at("2026-11-22 12:01"))
    mark_accepted(sent.message_id, ["1"], at("2026-11-22 12:02"))
    assert promised() == []
    assert [message.state for message in messages_of("before-balance-stop")] == ["accepted"]


def test_a_reminder_inside_anothers_text_goes_when_the_money_comes() -> None:
    """Below 5 yuan is told with below 15 in one text; of 14.00 that are left then, one stays."""
    account = spender("prepaid")
    watched(account, "money", 499, "2026-11-22 12:00")
    release_due(at("2026-11-22 12:02"))
    assert sorted(m.state for m in messages_of("balance-15") + messages_of("balance-5")) == [
        "merged",
        "released",
    ]
    take_payment(account, 901, "P", at("2026-11-22 12:02"))
    assert messages_waiting() == ["balance-15"]
    take_payment(account, 100, "Q", at("2026-11-22 12:02"))
    assert messages_waiting() == []
