"""Tariffs and packs: what is on sale, for anybody who asks."""

from tests.menu.items.customers import EN, asker, refused, said
from wanhao.menu.contracts import Door, IdentityLevel


def test_families_come_first() -> None:
    reply = said("tariffs", asker(None, level=IdentityLevel.ANYONE))
    assert reply.short.startswith("在售：")
    assert "乐享4G（" in reply.long
    assert {one["code"] for one in reply.data["families"]} >= {"lexiang-4g", "packs"}
    assert "modules" not in {one["code"] for one in reply.data["families"]}
    assert "Lexiang 4G" in said("tariffs", asker(None, EN)).long


def test_a_family_lists_its_offerings_with_their_prices() -> None:
    reply = said("tariffs", asker(None), query="乐享4G")
    assert len(reply.data["offerings"]) == 9
    assert reply.short.startswith("乐享4G 59元套餐 ¥59/月，")
    assert reply.short.endswith("共9种。")
    assert "含语音100分钟，短信30条，流量500MB" in reply.long
    assert "超出后语音¥0.15/分钟、短信¥0.10/条、流量¥0.30/MB" in reply.long


def test_a_part_of_a_name_finds_one() -> None:
    reply = said("tariffs", asker(None, EN), query="4G 199")
    assert [one["code"] for one in reply.data["offerings"]] == ["lexiang-4g-199"]
    assert "¥199 a month" in reply.short


def test_what_is_not_sold_is_refused() -> None:
    assert refused("tariffs", asker(None), query="石油") == "没有找到“石油”的资费。"
    assert "oil" in refused("tariffs", asker(None, EN), query="oil")


def test_packs_are_listed_and_explained() -> None:
    reply = said("pack_about", asker(None))
    assert reply.short.endswith("种。")
    assert len(reply.data["packs"]) == 11
    one = said("pack_about", asker(None), pack="SMS-PACK-5")
    assert one.short == "短信包 5元 ¥5/月，含短信60条，每月自动续订，直到退订。"
    assert "首月按天计费" in one.long
    assert "退订后用到月底。" in one.long
    day = said("pack_about", asker(None, EN), pack="day-pack-2")
    assert "for 24 hours" in day.short
    assert day.data["data_mb"] == 200


def test_a_pack_that_may_be_several_is_asked_back() -> None:
    told = refused("pack_about", asker(None), pack="短信包")
    assert told == "“短信包”可能是：短信包 5元、短信包 10元、短信包 20元，请写清楚是哪一个。"
    assert "no pack called 'tea'" in refused("pack_about", asker(None, EN), pack="tea")


def test_help_lists_the_menu_of_the_door_by_group() -> None:
    reply = said("help", asker(None, door=Door.SMS))
    assert reply.short.startswith("可以办理：账户与用量，")
    assert "查余额" in reply.long
    groups = {one["code"]: one["items"] for one in reply.data["groups"]}
    assert {"code": "tariffs", "name": "查资费"} in groups["products"]
    one = said("help", asker(None, EN), group="account")
    assert one.short.startswith("You can ask for: Balance, Usage, Bill")
    assert "没有" in refused("help", asker(None), group="茶馆")


def test_help_tells_only_what_the_door_has() -> None:
    codes = {
        item["code"]
        for group in said("help", asker(None, door=Door.SMS)).data["groups"]
        for item in group["items"]
    }
    assert "help" in codes
    assert "plan_change" not in codes
