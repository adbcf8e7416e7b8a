"""Refunds, charge-backs, vouchers and prestored money where the page of the rules has no row."""

from datetime import timedelta

import pytest

from tests.billing.examples import (
    LATER,
    NOW,
    at_once,
    charge,
    general_of,
    opened_accounts,
    pay,
    sides_of,
)
from wanhao.billing.contracts import BalanceKind, Channel
from wanhao.billing.models import BalanceBucket, PaymentReturn, Voucher
from wanhao.billing.prestored import return_prestored
from wanhao.billing.queries import balances_by_kind
from wanhao.billing.returns import charge_back, refund_payment, refundable
from wanhao.billing.vouchers import LETTERS, hash_of, issue_vouchers, redeem_voucher
from wanhao.values.errors import WanhaoError


@pytest.fixture
def account(db: None) -> int:
    return opened_accounts(1)[0]


def vouchers(count: int = 1) -> tuple[str, ...]:
    return issue_vouchers(batch="B1", count=count, face_fen=3000, expires_at=LATER, now=NOW)


def amounts(account: int) -> list[int]:
    return [view.amount_fen for view in balances_by_kind(account)]


def test_a_refund_goes_back_through_the_channel_once(account: int) -> None:
    pay(account, 5000, "P1", channel=Channel.WECHAT)
    first = refund_payment(payment="P1", amount_fen=2000, reference="R1", now=NOW)
    again = refund_payment(payment="P1", amount_fen=2000, reference="R1", now=NOW)

    assert (first.first, again.first) == (True, False)
    assert sides_of("refund", "R1") == {("general", -2000), ("clearing-wechat", 2000)}
    assert (general_of(account), refundable("P1")) == (3000, 3000)


def test_a_return_with_a_used_reference_is_refused(account: int) -> None:
    pay(account, 5000, "P1")
    pay(account, 5000, "P2")
    refund_payment(payment="P1", amount_fen=2000, reference="R1", now=NOW)
    for payment, fen in (("P1", 1999), ("P2", 2000)):
        with pytest.raises(WanhaoError, match="another payment or amount"):
            refund_payment(payment=payment, amount_fen=fen, reference="R1", now=NOW)
    with pytest.raises(WanhaoError, match="no payment 'P9'"):
        refund_payment(payment="P9", amount_fen=1, reference="R9", now=NOW)
    with pytest.raises(WanhaoError, match="needs a reference"):
        refund_payment(payment="P1", amount_fen=1, reference=" ", now=NOW)
    assert PaymentReturn.objects.count() == 1


def test_what_is_kept_back_for_running_charges_is_not_refunded(account: int) -> None:
    pay(account, 5000, "P1")
    with pytest.raises(WanhaoError, match=r"At most ¥38.00"):
        refund_payment(payment="P1", amount_fen=3801, reference="R1", now=NOW, keep_fen=1200)
    refund_payment(payment="P1", amount_fen=3800, reference="R1", now=NOW, keep_fen=1200)


def test_prestored_money_is_refunded_from_what_is_prestored_first(account: int) -> None:
    pay(account, 2400, "P1", kind=BalanceKind.PRESTORED)
    return_prestored(cycle=202701, after_account=0, limit=9, now=NOW)
    assert amounts(account) == [200, 2200]
    charge(account, "B1", rent=150)

    assert refundable("P1") == 2250
    refund_payment(payment="P1", amount_fen=2250, reference="R1", now=NOW)
    assert amounts(account) == [0]


def test_a_charge_back_of_prestored_money_ends_its_return(account: int) -> None:
    pay(account, 2400, "P1", kind=BalanceKind.PRESTORED)
    return_prestored(cycle=202612, after_account=0, limit=9, now=NOW)
    charge_back(payment="P1", amount_fen=2400, reference="R1", now=NOW)
    assert amounts(account) == [0]
    assert return_prestored(cycle=202811, after_account=0, limit=9, now=NOW) == ((), None)


def test_missed_parts_come_together_and_each_once(account: int) -> None:
    pay(account, 10000, "P1", kind=BalanceKind.PRESTORED)
    assert return_prestored(cycle=202611, after_account=0, limit=9, now=NOW) == ((), account)
    for _ in range(2):
        return_prestored(cycle=202702, after_account=0, limit=9, now=NOW)
        assert amounts(account) == [3 * 416, 10000 - 3 * 416]
    return_prestored(cycle=203001, after_account=0, limit=9, now=NOW)
    assert amounts(account) == [10000]
    assert BalanceBucket.objects.get().returned_parts == 24


def test_a_voucher_is_redeemed_once_by_one_account(db: None) -> None:
    one, other = opened_accounts(2)
    (code,) = vouchers()
    first = redeem_voucher(account_id=one, code=code, now=NOW)
    again = redeem_voucher(account_id=one, code=code.lower().replace("-", " "), now=NOW)

    assert (first.first, first.balance_fen) == (True, 3000)
    assert (again.first, again.balance_fen) == (False, 3000)
    with pytest.raises(WanhaoError, match="redeemed before"):
        redeem_voucher(account_id=other, code=code, now=NOW)
    assert general_of(other) == 0


def test_a_voucher_that_is_unknown_or_too_late_is_refused(account: int) -> None:
    (code,) = vouchers()
    with pytest.raises(WanhaoError, match="no voucher"):
        redeem_voucher(account_id=account, code="0" * 20, now=NOW)
    with pytest.raises(WanhaoError, match="expired"):
        redeem_voucher(account_id=account, code=code, now=LATER)
    redeem_voucher(account_id=account, code=code, now=LATER - timedelta(seconds=1))


def test_codes_are_kept_only_as_hashes_and_told_once(account: int) -> None:
    codes = vouchers(3)
    assert {hash_of(code) for code in codes} == set(
        Voucher.objects.values_list("code_hash", flat=True)
    )
    assert all(len(code) == 23 and set(code) <= {*LETTERS, "-"} for code in codes)
    with pytest.raises(WanhaoError, match="issued before"):
        vouchers()
    for terms in ({"count": 0}, {"face_fen": 0}, {"expires_at": NOW}):
        usual = {"batch": "B2", "count": 1, "face_fen": 1, "expires_at": LATER, "now": NOW}
        with pytest.raises(WanhaoError, match="cannot be issued"):
            issue_vouchers(**{**usual, **terms})


def test_voucher_money_is_not_paid_out(account: int) -> None:
    (code,) = vouchers()
    redeem_voucher(account_id=account, code=code, now=NOW)
    with pytest.raises(WanhaoError, match="never paid out"):
        refund_payment(
            payment=f"voucher-{Voucher.objects.get().pk}", amount_fen=1, reference="R1", now=NOW
        )


@pytest.mark.django_db(transaction=True)
def test_of_many_who_try_a_voucher_at_once_one_has_it() -> None:
    account_ids = opened_accounts(8)
    (code,) = vouchers()
    refused: list[str] = []

    def try_it(account_id: int) -> None:
        try:
            redeem_voucher(account_id=account_id, code=code, now=NOW)
        except WanhaoError as error:
            refused.append(error.message)

    at_once(*[lambda key=key: try_it(key) for key in account_ids])
    assert sorted(general_of(key) for key in account_ids) == [0] * 7 + [3000]
    assert refused == ["This voucher was redeemed before."] * 7
