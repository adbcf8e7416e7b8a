"""Usage: used, included and left of each service, packs, and when allowances renew."""

from tests.menu.items.customers import (
    EN,
    LI,
    MB,
    NOW,
    WANG,
    asker,
    away,
    counted,
    many,
    open_line,
    refused,
    said,
    use_of,
)
from wanhao.menu.contracts import ReplyKind
from wanhao.usage.contracts import Service
from wanhao.usage.use_contracts import ZoneUse
from wanhao.workflows.order_product import order_product


def test_each_service_says_what_is_used_and_left() -> None:
    counted(use_of(open_line()))
    reply = said("usage")
    assert reply.short == "语音剩50分钟，短信已用3条，流量剩200MB，12月1日更新。"
    assert reply.long.splitlines() == [
        "11月用量，截至11月22日12:00：",
        "语音：已用50分钟，共100分钟，剩余50分钟",
        "短信：已用3条，套餐内不含",
        "流量：已用300MB，共500MB，剩余200MB",
        "套餐用量12月1日更新。",
    ]
    assert reply.data["home"][0] == {"service": "voice", "used": 50, "allowance": 100, "left": 50}
    english = said("usage", asker(language=EN))
    assert english.short == (
        "Voice 50 min left, messages 3 used, data 200MB left, renewed on 1 Dec."
    )
    assert "Voice: 50 min of 100 min used, 50 min left" in english.long


def test_what_lies_beyond_and_abroad_is_told() -> None:
    line = open_line()
    abroad = ZoneUse(zone="hk-macau-taiwan", service=Service.VOICE, units=7)
    counted(use_of(line, data=(600 * MB + 1, 500 * MB), abroad=(abroad,)))
    reply = said("usage")
    assert "流量已超出101MB" in reply.short
    assert "流量：已用601MB，共500MB，超出101MB" in reply.long
    assert "港澳台语音：已用7分钟" in reply.long
    assert "Voice in Hong Kong, Macau, Taiwan: 7 min used" in said("usage", asker(language=EN)).long


def test_packs_are_named_with_their_end() -> None:
    line = open_line()
    order_product(line.group_id, "data-pack-30", NOW)
    order_product(line.group_id, "sms-pack-5", NOW)
    counted(use_of(line))
    reply = said("usage")
    assert "流量包 30元500MB：含流量500MB，12月1日00:00到期" in reply.long
    assert "短信包 5元：含短信" in reply.long
    assert "每月更新" in reply.long
    assert (
        "Data pack 500MB: data 500MB, until 1 Dec 00:00" in said("usage", asker(language=EN)).long
    )


def test_one_service_alone() -> None:
    line = open_line()
    order_product(line.group_id, "sms-pack-5", NOW)
    counted(use_of(line))
    reply = said("usage", service="data")
    assert reply.short == "流量剩200MB，12月1日更新。"
    assert [one["service"] for one in reply.data["home"]] == ["data"]
    assert reply.data["packs"] == []
    assert refused("usage", asker(language=EN), service="tea").startswith("Service is not right")


def test_a_meter_out_of_reach_and_a_line_not_counted_yet_are_told_honestly() -> None:
    line = open_line()
    away()
    assert refused("usage") == "用量暂时读不到，请过几分钟再查。"
    assert "cannot be read now" in refused("usage", asker(language=EN))
    counted()
    assert "还未开始统计" in refused("usage")
    counted(use_of(line, cycle=202610))
    assert "还未开始统计" in refused("usage")


def test_many_are_answered_at_once_and_nobodys_gap_is_anothers() -> None:
    first, _ = open_line(WANG), open_line(LI)
    meter = counted(use_of(first))
    replies = many("usage", [LI, WANG, LI])
    assert [reply.kind for reply in replies] == [
        ReplyKind.REFUSED,
        ReplyKind.ANSWERED,
        ReplyKind.REFUSED,
    ]
    assert meter.asked == 1
