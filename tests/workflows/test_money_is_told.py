"""Whatever moves money tells the meter what can be spent, within the same transaction."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.parties.examples import a_line, an_account
from tests.workflows.told_facts import told_facts
from wanhao.billing.books import Book
from wanhao.billing.charging import charge_accounts
from wanhao.billing.contracts import AccountCharge, BalanceKind, Channel, NewCredit
from wanhao.billing.models import MoneyTask
from wanhao.billing.queries import balances, balances_by_kind
from wanhao.billing.vouchers import issue_vouchers
from wanhao.parties.contracts import PayType
from wanhao.usage.contracts import FundsFact
from wanhao.values.errors import WanhaoError
from wanhao.workflows.charge_back import charge_back
from wanhao.workflows.give_credit import give_credit
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.redeem_voucher import redeem_voucher
from wanhao.workflows.refund_payment import refund_payment
from wanhao.workflows.run_due_money import run_due_money
from wanhao.workflows.take_payment import take_payment

pytestmark = pytest.mark.usefixtures("catalogue")
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ONE_DAY = timedelta(days=1)


def opened(pay_type: PayType, number: int = 16907910001) -> int:
    account = an_account(f"{pay_type}-{number}", (a_line(number),), pay_type=pay_type)
    order = AccountOrder(account=account, offering_codes=("lexiang-4g-59",))
    return open_accounts([order], NOW)[0].account_id


@pytest.fixture
def prepaid(db: None) -> int:
    return opened(PayType.PREPAID)


def told() -> list[tuple[int, int | None]]:
    """What the meter was told of funds, in order."""
    facts = [fact for fact in told_facts() if isinstance(fact, FundsFact)]
    return [(fact.account_id, fact.spendable_fen) for fact in facts]


def owe(account_id: int, fen: int, cycle: int = 202609) -> None:
    charge = AccountCharge(account_id=account_id, by_book={Book.RENT: fen})
    charge_accounts([charge], cycle=cycle, reference=f"B{cycle}-{account_id}", now=NOW)


def run_all(now: datetime, limit: int = 2) -> int:
    """Do all that is due; how many steps it took."""
    steps = 0
    while run_due_money(now, limit=limit):
        steps += 1
    return steps


def test_payment_refund_charge_back_gift_and_voucher_are_told_once_each(prepaid: int) -> None:
    (code,) = issue_vouchers(batch="B1", count=1, face_fen=300, expires_at=NOW + ONE_DAY, now=NOW)
    gift = NewCredit(
        account_id=prepaid,
        amount_fen=20,
        reference="C1",
        book=Book.GIFTS,
        kind=BalanceKind.GIFTED,
    )
    for _ in range(2):
        take_payment(prepaid, 5000, "P1", NOW, channel=Channel.CASH)
        refund_payment("P1", 1000, "R1", NOW)
        charge_back("P1", 4000, "X1", NOW)
        give_credit([gift], NOW)
        redeem_voucher(prepaid, code, NOW)

    assert [spendable for _, spendable in told()[1:]] == [5000, 4000, 0, 20, 320]


def test_a_refused_return_tells_nothing(prepaid: int) -> None:
    take_payment(prepaid, 5000, "P1", NOW)
    before = told()
    with pytest.raises(WanhaoError):
        refund_payment("P1", 5001, "R1", NOW)
    with pytest.raises(WanhaoError):
        charge_back("P1", 5001, "X1", NOW)
    assert (told(), balances([prepaid])) == (before, {prepaid: 5000})


def test_a_prestored_part_can_be_spent_on_the_first_of_the_next_month(prepaid: int) -> None:
    take_payment(prepaid, 2400, "P1", NOW, kind=BalanceKind.PRESTORED)
    assert told()[-1] == (prepaid, 0)
    run_all(datetime(2026, 11, 30, 15, 59, tzinfo=UTC))
    assert told()[-1] == (prepaid, 0)
    run_all(datetime(2026, 11, 30, 16, 0, tzinfo=UTC))
    assert told()[-1] == (prepaid, 100)
    assert run_all(datetime(2026, 11, 30, 23, 0, tzinfo=UTC)) == 0


def test_a_gift_that_lapses_is_told(prepaid: int) -> None:
    gift = NewCredit(
        account_id=prepaid,
        amount_fen=700,
        reference="C1",
        book=Book.GIFTS,
        kind=BalanceKind.GIFTED,
        expires_at=NOW + timedelta(hours=1),
    )
    give_credit([gift], NOW)
    run_all(NOW + ONE_DAY)
    assert told()[-2:] == [(prepaid, 700), (prepaid, 0)]


def test_only_post_paid_accounts_are_charged_penalties_and_each_day_once(prepaid: int) -> None:
    postpaid = [opened(PayType.POSTPAID, 16907910010 + place) for place in range(5)]
    for account_id in [prepaid, *postpaid]:
        owe(account_id, 10_000)
    run_all(NOW)
    assert run_all(NOW) == 0
    assert balances([prepaid, *postpaid]) == {
        prepaid: -10_000,
        **dict.fromkeys(postpaid, -10_030),
    }


def test_missed_days_are_made_up_for(prepaid: int) -> None:
    postpaid = opened(PayType.POSTPAID, 16907910010)
    owe(postpaid, 10_000)
    run_all(NOW)
    run_all(NOW + 3 * ONE_DAY)
    assert balances([postpaid]) == {postpaid: -10_120}
    assert set(MoneyTask.objects.values_list("done_day", flat=True)) == {date(2026, 11, 25)}


def test_a_step_that_is_interrupted_is_done_again(
    prepaid: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_payment(prepaid, 2400, "P1", NOW, kind=BalanceKind.PRESTORED)
    december = datetime(2026, 12, 1, tzinfo=UTC)
    facts = told()
    with monkeypatch.context() as broken:
        broken.setattr("wanhao.workflows.run_due_money.note_progress", _no_power)
        for _ in range(3):
            with pytest.raises(OSError, match="no power"):
                run_due_money(december)
    assert told() == facts
    run_all(december)
    assert [view.amount_fen for view in balances_by_kind(prepaid)] == [100, 2300]


def _no_power(*_: object) -> None:
    raise OSError("no power")


def test_the_day_on_which_bills_are_due_can_be_chosen(prepaid: int) -> None:
    postpaid = opened(PayType.POSTPAID, 16907910010)
    owe(postpaid, 10_000, cycle=202610)
    run_all(NOW)
    assert balances([postpaid]) == {postpaid: -10_000}
    tomorrow = NOW + ONE_DAY
    while run_due_money(tomorrow, due_day=22):
        pass
    assert balances([postpaid]) == {postpaid: -10_030}
