"""Topping up: a code once, for any number of ours; wrong codes are counted, and then refused."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

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
from tests.workflows.channels_made_up import MadeUpChannel
from wanhao.billing.contracts import Channel
from wanhao.billing.models import PaymentOrder
from wanhao.billing.orders.amounts import fen_of, yuan_of
from wanhao.billing.orders.ports import provide_channels
from wanhao.billing.queries import balances
from wanhao.billing.vouchers import issue_vouchers
from wanhao.menu.contracts import IdentityLevel, ToPay


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
    assert reply.to_pay == ToPay(online=False)
    assert "recharge card" in said("topup", asker(language=EN)).long


@pytest.fixture
def _online() -> Iterator[None]:
    provide_channels({Channel.WECHAT: MadeUpChannel()})
    yield
    provide_channels({})


@pytest.mark.usefixtures("_online")
def test_an_amount_leads_on_to_a_payment_and_begins_nothing() -> None:
    open_line()
    reply = said("topup", amount="50.5", channel="wechat")
    assert reply.short.startswith("为169****0001用微信支付缴费¥50.50，尚未扣款。")
    assert reply.to_pay == ToPay(amount_fen=5_050, channel="wechat")
    assert reply.data["pay_url"] == "/hall/pay/?amount=50.50&channel=wechat"
    told = said("topup", asker(language=EN), amount="50").long
    assert "¥50.00 for 169****0001: nothing was taken yet." in told
    assert not PaymentOrder.objects.exists()
    assert has() == 0


@pytest.mark.usefixtures("_online")
def test_somebody_elses_number_stands_in_the_address_and_ones_own_does_not() -> None:
    open_line(WANG)
    open_line(LI)
    reply = said("topup", amount="30", number=str(LI))
    assert reply.data["pay_url"] == f"/hall/pay/?amount=30&number={LI}"
    assert "169****0002" in reply.short
    assert said("topup", amount="30", number=str(WANG)).data["pay_url"] == "/hall/pay/?amount=30"
    nobody = asker(None, level=IdentityLevel.ANYONE)
    assert said("topup", nobody, amount="30").data["pay_url"] == "/hall/pay/?amount=30"
    assert "不是我们的号码" in refused("topup", amount="30", number="16900000000")


@pytest.mark.usefixtures("_online")
def test_a_channel_that_is_not_connected_is_not_led_to() -> None:
    open_line()
    reply = said("topup", amount="50", channel="alipay")
    assert reply.data["pay_url"] == ""
    assert "现在不能这样在线付款" in reply.short


@pytest.mark.parametrize("amount", ["0", "0.00", "-5", "1e3", "50.505", "五十", "500000.01"])
def test_only_an_amount_that_can_be_paid_is_taken(amount: str) -> None:
    open_line()
    assert refused("topup", amount=amount) == (
        "金额请填¥0.01至¥500,000.00，最多两位小数，例如50或50.50。"
    )


def test_a_card_and_a_payment_are_not_mixed_up() -> None:
    open_line()
    (code,) = vouchers()
    assert "分别办理" in refused("topup", code=code, amount="50")
    assert has() == 0


@pytest.mark.parametrize("amount", ["0.01", "50", "50.5", "500000"])
def test_the_limits_themselves_can_be_paid(amount: str) -> None:
    open_line()
    assert said("topup", amount=amount).data["amount_fen"] == fen_of(amount)


@pytest.mark.parametrize("fen", [1, 10, 99, 100, 5_050, 50_000_000])
def test_an_address_carries_an_amount_to_the_fen(fen: int) -> None:
    assert fen_of(yuan_of(fen)) == fen
