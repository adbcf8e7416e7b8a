"""The numbers on the page of the ledger, held against the ledger row by row."""

from datetime import date, datetime, timedelta

import pytest

from tests.billing.examples import (
    LATER,
    NOW,
    charge,
    fen,
    general_of,
    give,
    noon,
    opened_accounts,
    pay,
    sides_of,
)
from tests.metering.pages import rows_of
from wanhao.billing.actions import record_credits, record_payment
from wanhao.billing.books import Book
from wanhao.billing.contracts import BalanceKind, Channel, NewCredit
from wanhao.billing.lapses import lapse_money
from wanhao.billing.models import BalanceBucket, JournalTransaction
from wanhao.billing.penalties import (
    PER_MILLE,
    Run,
    charge_penalties,
    end_day,
    first_cycle_not_due,
    overdue_debts,
)
from wanhao.billing.prestored import part_due, parts_due, return_prestored
from wanhao.billing.returns import charge_back, refund_payment
from wanhao.billing.vouchers import issue_vouchers, redeem_voucher
from wanhao.values.errors import WanhaoError

PAGE = "ledger.md"


@pytest.fixture
def account(db: None) -> int:
    return opened_accounts(1)[0]


def _credit(account: int, amount: int, book: Book, kind: BalanceKind, lapses: bool = False) -> str:
    expires = NOW + timedelta(hours=1) if lapses else None
    one = NewCredit(
        account_id=account,
        amount_fen=amount,
        reference="C",
        book=book,
        kind=kind,
        expires_at=expires,
    )
    record_credits([one], NOW)
    return "credit"


def _paid(account: int, amount: int, channel: Channel, kind: BalanceKind) -> str:
    record_payment(
        account_id=account, amount_fen=amount, reference="P", now=NOW, channel=channel, kind=kind
    )
    return "payment"


def _voucher(account: int, amount: int) -> str:
    (code,) = issue_vouchers(batch="B", count=1, face_fen=amount, expires_at=LATER, now=NOW)
    redeem_voucher(account_id=account, code=code, now=NOW)
    return "payment"


def _gone_back(account: int, amount: int, channel: Channel) -> str:
    _paid(account, fen("50.00"), channel, BalanceKind.GENERAL)
    action = charge_back if channel is Channel.BANK else refund_payment
    action(payment="P", amount_fen=amount, reference="R", now=NOW)
    return "charge-back" if channel is Channel.BANK else "refund"


def _billed(account: int, amount: int) -> str:
    charge(account, "B", rent=amount)
    return "charge"


def _penalty(account: int, amount: int) -> str:
    charge(account, "B", rent=amount * 1000 // PER_MILLE)
    charge_penalties([account], day=date(2026, 11, 26), now=NOW)
    return "penalty"


def _lapsed(account: int, amount: int) -> str:
    _credit(account, amount, Book.GIFTS, BalanceKind.GIFTED, lapses=True)
    lapse_money(after_account=0, limit=10, now=LATER)
    return "lapse"


def _part(account: int, amount: int) -> str:
    _paid(account, amount * 24, Channel.CASH, BalanceKind.PRESTORED)
    return_prestored(cycle=202612, after_account=0, limit=10, now=NOW)
    return "prestored"


GENERAL, GIFTED = BalanceKind.GENERAL, BalanceKind.GIFTED
MOVEMENTS = {
    "a payment in cash": lambda a, f: _paid(a, f, Channel.CASH, GENERAL),
    "a payment by WeChat, prestored": lambda a, f: _paid(
        a, f, Channel.WECHAT, BalanceKind.PRESTORED
    ),
    "a gift": lambda a, f: _credit(a, f, Book.GIFTS, GIFTED),
    "compensation": lambda a, f: _credit(a, f, Book.COMPENSATION, GENERAL),
    "points redeemed": lambda a, f: _credit(a, f, Book.POINTS, GENERAL),
    "a voucher redeemed": _voucher,
    "a refund of cash": lambda a, f: _gone_back(a, f, Channel.CASH),
    "a charge-back by the bank": lambda a, f: _gone_back(a, f, Channel.BANK),
    "a bill's rent": _billed,
    "a day's penalty": _penalty,
    "a gift that lapsed": _lapsed,
    "a prestored part": _part,
}


@pytest.mark.parametrize("row", rows_of(PAGE, "movement"), ids=lambda row: row[0])
def test_each_movement_has_the_two_sides_the_page_names(account: int, row: tuple[str, ...]) -> None:
    movement, yuan, debit, credit = row
    kind = MOVEMENTS[movement](account, fen(yuan))
    assert sides_of(kind, "") == {(debit, -fen(yuan)), (credit, fen(yuan))}


@pytest.mark.parametrize("row", rows_of(PAGE, "restricted to data"), ids=" ".join)
def test_money_is_used_in_the_order_the_page_tells(account: int, row: tuple[str, ...]) -> None:
    restricted, soon, other, general, rent, data, adjustment, *after = map(fen, row)
    if general < 0:
        charge(account, "owed before", rent=-general)
    give(account, other, "other")
    give(account, soon, "soon", expires_at=datetime.fromisoformat("2026-12-31T16:00:00+00:00"))
    data_only = {"kind": BalanceKind.RESTRICTED, "pays_for": [Book.DATA]}
    give(account, restricted, "restricted", **data_only)
    pay(account, max(general, 0), "P")

    charge(account, "bill", rent=rent, data=data, adjustment=adjustment)

    left = dict.fromkeys(("restricted", "soon", "other"), 0)
    for bucket in BalanceBucket.objects.all():
        name = "soon" if bucket.expires_at else "other"
        left["restricted" if bucket.kind == "restricted" else name] = bucket.balance_fen
    assert [*left.values(), general_of(account)] == after


def test_refunds_and_charge_backs_end_where_the_page_says(account: int) -> None:
    pay(account, fen("50.00"), "P")
    for place, (step, yuan, outcome, after) in enumerate(rows_of(PAGE, "step")):
        found = "done"
        try:
            if step == "charge":
                charge(account, f"B{place}", rent=fen(yuan))
            else:
                action = {"refund": refund_payment, "charge-back": charge_back}[step]
                action(payment="P", amount_fen=fen(yuan), reference=f"R{place}", now=NOW)
        except WanhaoError:
            found = "refused"
        assert (place, found, general_of(account)) == (place, outcome, fen(after))


@pytest.mark.parametrize("row", rows_of(PAGE, "prestored"), ids=" ".join)
def test_prestored_parts_are_what_the_page_says(row: tuple[str, ...]) -> None:
    total, *parts = map(fen, row)
    found = [part_due(total, 24, part - 1, part) for part in range(1, 25)]
    assert [found[0], found[1], found[22], found[23], sum(found)] == parts


@pytest.mark.parametrize("row", rows_of(PAGE, "paid on"), ids=" ".join)
def test_prestored_parts_come_in_the_months_the_page_says(
    account: int, row: tuple[str, ...]
) -> None:
    day, first, last = row
    record_payment(
        account_id=account,
        amount_fen=100,
        reference="P",
        now=noon(day),
        kind=BalanceKind.PRESTORED,
    )
    begins = BalanceBucket.objects.get().first_cycle
    assert begins == int(first)
    assert (parts_due(begins, int(last) - 1, 24), parts_due(begins, int(last), 24)) == (23, 24)


@pytest.mark.parametrize("row", rows_of(PAGE, "bill of"), ids=" ".join)
def test_a_bill_is_due_when_the_page_says(row: tuple[str, ...]) -> None:
    cycle, day, overdue = row
    late = int(cycle) < first_cycle_not_due(date.fromisoformat(day))
    assert late == (overdue == "yes")


@pytest.mark.parametrize("row", rows_of(PAGE, "debt"), ids=" ".join)
def test_penalties_of_a_run_of_days_come_to_what_the_page_says(row: tuple[str, ...]) -> None:
    debt, days, in_all, last = row
    run, charged = Run(), 0
    for _ in range(int(days)):
        run, charged = run.next_day(fen(debt))
    assert (run.charged_fen, charged) == (fen(in_all), fen(last))


@pytest.mark.django_db
def test_penalties_follow_bills_and_payments_day_by_day(account: int) -> None:
    charge(account, "october", rent=fen("100.00"))
    told = {row[0]: row[1:] for row in rows_of(PAGE, "day")}
    day = date(2026, 11, 25)
    while day <= date(2026, 12, 26):
        if day == date(2026, 11, 28):
            pay(account, fen("40.00"), "P")
        if day == date(2026, 12, 4):
            charge(account, "november", 202611, rent=fen("50.00"))
        debt = overdue_debts([account], day).get(account, 0)
        before = general_of(account)
        charge_penalties([account], day=day, now=NOW)
        end_day(day)
        after = general_of(account)
        if str(day) in told:
            assert (debt, before - after, -after) == tuple(map(fen, told.pop(str(day))))
        day += timedelta(days=1)
    assert told == {}
    assert JournalTransaction.objects.filter(kind="penalty").count() == 31
