"""The page about what comes before a stop, held against the code row by row."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from tests.metering.pages import listed, rows_of
from tests.workflows.debtors import (
    KEEPERS,
    OCTOBER,
    accept_messages,
    announced,
    at,
    billed,
    clock,
    fen,
    keep_until,
    messages_of,
    opened,
    yuan,
)
from wanhao.billing.books import Book
from wanhao.billing.contracts import BalanceKind, JournalKind, NewCredit
from wanhao.billing.ledger import Draft, Line, general, lock_accounts, post
from wanhao.billing.models import Arrears
from wanhao.billing.stop_times import stop_begins, terms_on
from wanhao.billing.stops import debts_due, live_stops, stop_history
from wanhao.communications.contracts import MessageState
from wanhao.parties.contracts import PayType
from wanhao.promises.actions import keep_due
from wanhao.promises.contracts import PromiseState
from wanhao.promises.queries import promises, waiting
from wanhao.values.errors import WanhaoError
from wanhao.workflows import announce_stops
from wanhao.workflows.give_credit import give_credit
from wanhao.workflows.promise_stops import BEFORE_STOP
from wanhao.workflows.stop_steps import STOP_SERVICE, stop_key
from wanhao.workflows.take_payment import take_payment

pytestmark = pytest.mark.usefixtures("catalogue")
PAGE = "before-a-stop.md"
HOURS = (72, 24, 1)
LAST = at("2026-11-26 08:00")
TOLD_AT = (at("2026-11-23 09:00"), at("2026-11-25 09:00"), LAST)
LONG_AFTER = at("2026-11-30 12:00")


@pytest.mark.parametrize("row", rows_of(PAGE, "issued"), ids=" ".join)
def test_a_stop_begins_when_the_page_says(row: tuple[str, ...]) -> None:
    issued, due, begins = row
    found = stop_begins(date.fromisoformat(due), HOURS, at(issued))
    assert (clock(found) if found else "none") == begins


def payments(cell: str) -> list[tuple[datetime, int]]:
    return [(at(when), fen(amount)) for amount, when in (one.split(" on ") for one in listed(cell))]


@pytest.mark.parametrize("row", rows_of(PAGE, "paid", 0), ids=" ".join)
def test_from_the_bill_to_the_stop(row: tuple[str, ...]) -> None:
    paid, told, accepted, stopped = row
    account = opened()
    billed(account, 5900)
    steps = [
        (when, lambda when=when, n=n: take_payment(account, n, f"P{when}", when))
        for when, n in payments(paid)
    ]
    if accepted != "never":
        steps.append((at(accepted), lambda: accept_messages(at(accepted))))
    for when, step in sorted(steps, key=lambda one: one[0]):
        keep_until(when)
        step()
        keep_until(when)
    keep_until(LONG_AFTER)

    assert [yuan(amount) for amount in announced(account)] == listed(told)
    found = live_stops([account]).get(account)
    assert clock(found.since if found else None) == stopped


def balance_after(account: int, paid: int, penalty: int) -> None:
    """Pay, and owe a penalty as the daily task would have charged it."""
    if paid:
        take_payment(account, paid, "P", at("2026-11-20 12:00"))
    if penalty:
        lock_accounts([account])
        lines = [general(account, -penalty), Line(Book.PENALTY, penalty)]
        post(JournalKind.PENALTY, [Draft(reference="F", lines=lines)], at("2026-12-03 03:00"))
        Arrears.objects.create(
            account_id=account,
            last_day=date(2026, 12, 3),
            fen_days=0,
            charged_fen=penalty,
            unpaid_fen=penalty,
        )


@pytest.mark.parametrize("row", rows_of(PAGE, "paid", 1), ids=" ".join)
def test_what_is_owed_on_a_day(row: tuple[str, ...]) -> None:
    paid, penalties, day, bills_due, penalties_due = row
    account = opened()
    billed(account, 5900)
    balance_after(account, fen(paid), fen(penalties))
    if date.fromisoformat(day) >= date(2026, 12, 4):
        billed(account, 5000, 202611, "2026-12-04 10:00")
    debt = debts_due([account], date.fromisoformat(day)).get(account)
    found = (debt.bills_fen, debt.penalties_fen) if debt else (0, 0)
    assert tuple(yuan(amount) for amount in found) == (bills_due, penalties_due)


def stopped_account(amount: int = 5900) -> int:
    account = opened()
    billed(account, amount)
    keep_until(LAST)
    accept_messages(LAST)
    keep_until(at("2026-11-26 09:00"))
    assert account in live_stops([account])
    return account


@pytest.mark.parametrize("row", rows_of(PAGE, "bill"), ids=" ".join)
def test_who_pays_is_served_again(row: tuple[str, ...]) -> None:
    bill, penalty, paid, again = row
    account = stopped_account(fen(bill))
    balance_after(account, 0, fen(penalty))
    now = at("2026-11-27 15:00")
    take_payment(account, fen(paid), "P", now)
    assert (account not in live_stops([account])) == (again == "yes")
    (stop,) = stop_history(account)
    assert stop.lifted_at == (now if again == "yes" else None)
    assert len(messages_of("restored")) == (1 if again == "yes" else 0)


def test_the_customer_is_told_how_much_and_until_when() -> None:
    account = opened()
    billed(account, 5900)
    for when in TOLD_AT:
        keep_until(when)
        accept_messages(when)
    texts = [message.text for message in messages_of("before-stop")]
    assert len(texts) == len(announced(account)) == 3
    assert all("59" in text and "26日" in text for text in texts)


def test_the_stop_is_held_until_the_last_announcement_was_accepted() -> None:
    account = opened()
    billed(account, 5900)
    keep_until(at("2026-11-26 07:59"))
    accept_messages(at("2026-11-26 07:59"))
    assert waiting(PromiseState.HELD) == {}
    keep_until(LONG_AFTER)
    assert waiting(PromiseState.HELD) == {STOP_SERVICE: 1}
    accept_messages(at("2026-11-28 10:00"))
    key = stop_key(account, OCTOBER)
    assert promises(STOP_SERVICE, [key])[key].state is PromiseState.OPEN


def test_a_message_that_waits_is_withdrawn_when_the_money_comes() -> None:
    account = opened()
    billed(account, 5900)
    keep_until(LAST)
    take_payment(account, 5900, "P", LAST + timedelta(minutes=2))
    accept_messages(LAST + timedelta(minutes=3))
    assert messages_of("before-stop")[-1].state == MessageState.WITHDRAWN
    key = stop_key(account, OCTOBER)
    assert promises(STOP_SERVICE, [key])[key].state is PromiseState.WITHDRAWN


def test_announcing_again_tells_nobody_twice() -> None:
    account = opened()
    billed(account, 5900)
    billed(account, 5900)
    keep_until(LAST)
    again = [
        promise
        for tier in (1, 2, 3)
        for promise in promises(BEFORE_STOP, [f"{OCTOBER}:{tier}:0"]).values()
    ]
    assert len(again) == 3
    for promise in again:
        announce_stops.announce_stops([promise], LAST)
    assert len(announced(account)) == 3


def test_only_those_who_pay_afterwards_and_owe_are_announced() -> None:
    prepaid, owing = opened(16907910001, PayType.PREPAID), opened(16907910002)
    paid = opened(16907910003)
    for account in (prepaid, owing, paid):
        billed(account, 5900)
    take_payment(paid, 5900, "P", at("2026-11-05 10:00"))
    keep_until(LAST)
    assert [len(announced(account)) for account in (prepaid, owing, paid)] == [0, 3, 0]


def test_many_are_announced_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announce_stops, "ACCOUNTS_AT_ONCE", 2)
    accounts = [opened(16907910001 + n) for n in range(5)]
    for account in accounts:
        billed(account, 5900)
    keep_until(LAST)
    assert [len(announced(account)) for account in accounts] == [3] * 5


def test_a_stopped_account_is_not_announced_again_and_two_bills_are_owed_together() -> None:
    account, other = opened(16907910001), opened(16907910002)
    for each in (account, other):
        billed(each, 5900)
    keep_until(LAST)
    accept_messages(LAST)
    take_payment(other, 5900, "P", at("2026-11-26 08:30"))
    keep_until(at("2026-11-26 09:00"))
    for each in (account, other):
        billed(each, 5000, 202611, "2026-12-04 10:00")
    keep_until(at("2026-12-26 08:00"))
    assert announced(account) == [5900] * 3
    assert announced(other) == [5900] * 3 + [5000] * 3


def test_a_credit_serves_again_like_a_payment_and_a_gift_does_not() -> None:
    account, now = stopped_account(), at("2026-11-27 15:00")
    given = NewCredit(account_id=account, amount_fen=5900, reference="C", book=Book.COMPENSATION)
    give_credit([replace(given, reference="G", kind=BalanceKind.GIFTED)], now)
    assert account in live_stops([account])
    give_credit([given], now)
    assert account not in live_stops([account])


def test_a_bill_stops_service_once() -> None:
    account = stopped_account()
    take_payment(account, 5900, "P", at("2026-11-27 15:00"))
    key = f"{stop_key(account, OCTOBER)}@again"
    keep_due(KEEPERS, at("2026-11-28 09:00"))
    assert promises(STOP_SERVICE, [key]) == {}
    assert len(stop_history(account)) == 1


def test_no_terms_may_begin_at_night() -> None:
    terms = terms_on(date(2026, 11, 25))
    assert (terms.since, terms.days, terms.at, terms.night) == (date(2014, 1, 1), 1, 9, (20, 8))
    with pytest.raises(WanhaoError, match="at night"):
        replace(terms, at=7)
    with pytest.raises(WanhaoError, match="no time at all"):
        replace(terms, two_way_hours=0)
    with pytest.raises(WanhaoError, match="says nothing of"):
        terms_on(date(2013, 12, 31))
