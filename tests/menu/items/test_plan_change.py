"""Changing the plan: fees are compared, it begins with the next month, and may be taken back."""

from tests.menu.items.customers import (
    EN,
    LI,
    NOW,
    WANG,
    asker,
    done,
    line,
    open_line,
    proposed,
    refused,
)
from wanhao.menu.contracts import Door
from wanhao.products.queries import products_of
from wanhao.workflows.order_product import order_product


def plans() -> list[tuple[str, str]]:
    """Each plan that is held or to come, and when it begins."""
    found = products_of(line().group_id, NOW)
    return [
        (one.offering.code, one.since.isoformat()[:10] if one.since > NOW else "now")
        for one in found
        if one.offering.is_plan
    ]


def test_both_fees_are_compared_and_a_yes_changes_with_the_month() -> None:
    open_line()
    reply = proposed("plan_change", plan="lexiang-4g-99")
    assert reply.short == "变更为乐享4G 99元套餐，¥99/月，每月多¥40，2026年12月1日起生效。"
    assert "现在：乐享4G 59元套餐 ¥59/月，含语音100分钟" in reply.long
    assert "变更后：乐享4G 99元套餐 ¥99/月，含语音300分钟" in reply.long
    assert "本月剩余流量不结转" in reply.long
    assert "改选现在的套餐即可取消" in reply.long
    assert plans() == [("lexiang-4g-59", "now")]
    assert done("plan_change", plan="乐享4G 99元套餐").short == (
        "套餐将变更为乐享4G 99元套餐，2026年12月1日起生效。"
    )
    assert plans() == [("lexiang-4g-59", "now"), ("lexiang-4g-99", "2026-11-30")]


def test_a_cheaper_plan_says_so_and_a_change_is_taken_back() -> None:
    open_line(plan="lexiang-4g-99")
    reply = proposed("plan_change", asker(language=EN), plan="lexiang-4g-59")
    assert "¥40 less a month, from 1 Dec 2026." in reply.short
    done("plan_change", plan="lexiang-4g-59")
    back = proposed("plan_change", plan="lexiang-4g-99")
    assert back.short == "取消变更，继续使用乐享4G 99元套餐。"
    assert back.data["stays"]
    assert done("plan_change", asker(language=EN), plan="lexiang-4g-99").short == (
        "You keep Lexiang 4G 99."
    )
    assert plans() == [("lexiang-4g-99", "now")]


def test_what_does_not_fit_is_refused_before_the_yes() -> None:
    group = open_line(plan="lexiang-3g-49").group_id
    order_product(group, "auto-upgrade-3952", NOW)
    assert "不能与自动升档包 3952同时使用" in refused("plan_change", plan="lexiang-4g-59")
    assert "就是乐享3G上网版 49元套餐" in refused("plan_change", plan="lexiang-3g-49")
    assert "没有名为“tea”的套餐" in refused("plan_change", plan="tea")
    assert "请写清楚是哪一个" in refused("plan_change", plan="乐享4G")
    assert plans() == [("lexiang-3g-49", "now")]


def test_it_is_not_had_by_message_and_not_by_a_secondary_card() -> None:
    open_line(WANG, "lexiang-4g-59", LI)
    assert "10000" in refused("plan_change", asker(door=Door.SMS), plan="lexiang-4g-99")
    assert "请用主卡办理" in refused("plan_change", asker(LI), plan="lexiang-4g-99")
    assert plans() == [("lexiang-4g-59", "now")]
