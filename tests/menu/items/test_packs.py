"""Opening and cancelling packs and value-added products: said first, done once, refused kindly."""

from datetime import timedelta

from tests.menu.items.customers import (
    EN,
    NOW,
    asker,
    done,
    line,
    open_line,
    proposed,
    refused,
)
from wanhao.menu.actions import confirm
from wanhao.menu.contracts import ReplyKind
from wanhao.menu.undoing import opposite_of
from wanhao.products.queries import products_of
from wanhao.usage.models import Fact
from wanhao.workflows.order_product import order_product


def held() -> dict[str, str | None]:
    """What the line holds besides its plan, and until when."""
    found = products_of(line().group_id, NOW)
    return {
        one.offering.code: one.until.isoformat() if one.until else None
        for one in found
        if not one.offering.is_plan
    }


def test_a_pack_says_its_price_and_end_and_a_yes_orders_it_once() -> None:
    open_line()
    reply = proposed("pack_open", pack="data-pack-30")
    assert reply.short == "开通流量包 30元500MB，¥30，立即生效。"
    assert "含流量500MB，当月有效。" in reply.long
    assert "到期自动失效，费用不退。" in reply.long
    assert reply.data["fee_fen"] == 3_000
    assert held() == {}
    answer = done("pack_open", pack="data-pack-30")
    assert answer.short == "您已开通流量包 30元500MB，12月1日00:00到期。"
    assert opposite_of("pack_open", answer.data) is None  # its fee is not given back
    assert held() == {"data-pack-30": "2026-11-30T16:00:00+00:00"}
    assert Fact.objects.filter(kind="group").count() > 1


def test_a_monthly_pack_says_what_this_month_costs() -> None:
    open_line()
    reply = proposed("pack_open", asker(language=EN), pack="sms-pack-5")
    assert reply.short == "Open SMS pack 5, ¥5 a month, ¥1.50 this month, from now on."
    assert reply.data["first_fee_fen"] == 150
    assert "ends with the month" in reply.long


def test_a_monthly_pack_can_be_taken_back() -> None:
    open_line()
    answer = done("pack_open", pack="sms-pack-5")
    assert opposite_of("pack_open", answer.data) == ("pack_cancel", {"pack": "sms-pack-5"})


def test_a_pack_is_known_by_its_name() -> None:
    open_line()
    assert proposed("pack_open", pack="流量包 30元500MB").data["pack"] == "data-pack-30"
    assert "请写清楚是哪一个" in refused("pack_open", pack="流量包")
    assert "no pack called" in refused("pack_open", asker(language=EN), pack="lexiang-4g-99")


def test_what_cannot_be_had_is_refused_before_the_yes() -> None:
    group = open_line().group_id
    assert "不能与乐享4G 59元套餐同时使用" in refused("pack_open", pack="data-pack-3g-10")
    order_product(group, "sms-pack-5", NOW)
    assert "您已有短信包 5元" in refused("pack_open", pack="sms-pack-5")
    assert held() == {"sms-pack-5": None}


def test_what_changed_before_the_yes_is_refused_then_and_nothing_is_done() -> None:
    group = open_line().group_id
    nonce = proposed("pack_open", pack="sms-pack-5").nonce
    order_product(group, "sms-pack-5", NOW)
    reply = confirm(asker(), NOW, nonce=nonce)
    assert reply.kind is ReplyKind.REFUSED
    assert "您已有短信包 5元" in reply.long
    assert held() == {"sms-pack-5": None}


def test_a_pack_is_cancelled_with_the_month_and_opened_again_for_nothing() -> None:
    group = open_line().group_id
    order_product(group, "sms-pack-5", NOW - timedelta(days=10))
    reply = proposed("pack_cancel", pack="sms-pack-5")
    assert reply.short == "退订短信包 5元，¥5/月，可用到12月1日00:00。"
    assert "不另收费" in reply.long
    assert held() == {"sms-pack-5": None}
    assert (
        done("pack_cancel", pack="短信包 5元").short == "您已退订短信包 5元，可用到12月1日00:00。"
    )
    assert held() == {"sms-pack-5": "2026-11-30T16:00:00+00:00"}
    assert "2026年12月1日到期，无需退订" in refused("pack_cancel", pack="sms-pack-5")
    again = proposed("pack_open", pack="sms-pack-5")
    assert "本月不再收费" in again.short
    done("pack_open", pack="sms-pack-5")
    assert held() == {"sms-pack-5": None}


def test_what_ends_by_itself_or_is_not_held_is_not_cancelled() -> None:
    group = open_line().group_id
    order_product(group, "data-pack-30", NOW)
    english = asker(language=EN)
    assert "ends by itself on 1 Dec 2026" in refused("pack_cancel", english, pack="data-pack-30")
    assert refused("pack_cancel", pack="sms-pack-5") == "您没有订购“sms-pack-5”。"
    assert "没有订购" in refused("pack_cancel", pack="lexiang-4g-59")


def test_a_value_added_product_is_cancelled_and_a_pack_or_plan_is_none() -> None:
    group = open_line().group_id
    assert refused("value_added") == "您没有可退订的增值业务。"
    order_product(group, "broadband-20m-month", NOW)
    order_product(group, "sms-pack-5", NOW)
    assert refused("value_added") == "您已订：宽带 20M 包月。请写明退订哪一个。"
    assert "没有订购" in refused("value_added", product="sms-pack-5")
    reply = done("value_added", asker(language=EN), product="broadband-20m-month")
    assert reply.short.startswith("Cancelled: ")
    assert held()["broadband-20m-month"] == "2026-11-30T16:00:00+00:00"
