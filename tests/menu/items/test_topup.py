"""Topping up: a code once, for any number of ours; wrong codes are counted, and then refused."""

from datetime import timedelta

from tests.menu.items.customers import (
    EN,
    LI,
    NOW,
    WANG,
    asker,
    line,
    open_line,
    refused,
    said,
)
from wanhao.billing.queries import balances
from wanhao.billing.vouchers import issue_vouchers
from wanhao.menu.contracts import IdentityLevel


def vouchers(count: int = 1) -> tuple[str, ...]:
    return issue_vouchers(
        batch=f"v{count}",
        count=count,
        face_fen=5_000,
        expires_at=NOW + timedelta(days=30),
        now=NOW,
    )


def has(number: int = WANG) -> int:
    account_id = line(number).account_id
    return balances([account_id]).get(account_id, 0)


def test_a_card_tops_up_ones_own_line_once() -> None:
    open_line()
    (code,) = vouchers()
    assert said("topup", code=code).short == "已为169****0001充值成功，余额¥50.00。"
    again = said("topup", asker(language=EN), code=code.lower())
    assert again.short == "This card went to 169****0001 before, balance ¥50.00."
    assert has() == 5_000


def test_a_card_tops_up_somebody_elses_line_and_tells_nothing_of_it() -> None:
    open_line(WANG)
    open_line(LI)
    (code,) = vouchers()
    reply = said("topup", code=code, number=str(LI))
    assert reply.short == "已为169****0002充值成功。"
    assert reply.data["balance_fen"] is None
    assert (has(WANG), has(LI)) == (0, 5_000)


def test_nobody_in_particular_may_top_up_a_number() -> None:
    open_line()
    (code,) = vouchers()
    nobody = asker(None, level=IdentityLevel.ANYONE)
    assert refused("topup", nobody, code=code) == "请写明要充值的号码。"
    assert "no number of ours" in refused(
        "topup", asker(None, EN, level=IdentityLevel.ANYONE), code=code, number="16900000000"
    )
    assert said("topup", nobody, code=code, number=str(WANG)).short == "已为169****0001充值成功。"


def test_after_five_wrong_codes_the_day_is_over_for_the_line_alone() -> None:
    open_line(WANG)
    open_line(LI)
    (code,) = vouchers()
    for _ in range(5):
        assert refused("topup", code="WRONG") == "没有这个卡号，请逐位核对。"
    assert refused("topup", code=code) == "该号码今天已输错5次卡号，请明天再试。"
    assert has() == 0
    assert "充值成功" in said("topup", asker(LI), code=vouchers(2)[0]).short
    assert "充值成功" in said("topup", now=NOW + timedelta(days=1), code=code).short


def test_without_a_card_it_says_where_to_pay() -> None:
    open_line()
    reply = said("topup")
    assert "营业厅" in reply.short
    assert reply.data["owed_fen"] == 0
    assert reply.data["pay_url"] == ""
    assert "Alipay" in said("topup", asker(language=EN)).long
