"""Holdings: a numbered list, the plan first, with what each costs and what ends it."""

from pytest_django import DjangoAssertNumQueries

from tests.menu.items.customers import EN, LI, NOW, WANG, asker, many, open_line, said
from tests.parties.examples import an_account
from wanhao.parties.actions import open_accounts
from wanhao.workflows.cancel_product import cancel_product
from wanhao.workflows.change_plan import change_plan
from wanhao.workflows.order_product import order_product


def test_all_that_is_held_is_numbered_and_says_what_ends_it() -> None:
    line = open_line(plan="lexiang-3g-49")
    order_product(line.group_id, "data-pack-30", NOW)
    order_product(line.group_id, "sms-pack-5", NOW)
    order_product(line.group_id, "auto-upgrade-3952", NOW)
    reply = said("holdings")
    assert reply.short == "乐享3G上网版 49元套餐 ¥49/月，另有3项业务。"
    first, second, third, fourth = reply.long.splitlines()
    assert first.startswith("1. 乐享3G上网版 49元套餐 ¥49/月，含语音100分钟")
    assert first.endswith("2026年1月1日开通")
    assert second == "2. 流量包 30元500MB ¥30，含流量500MB，2026年11月22日开通，2026年12月1日到期"
    assert third.startswith("3. 短信包 5元 ¥5/月")
    assert fourth.startswith("4. 自动升档包 3952")
    cancels = [entry["cancel"] for entry in reply.data["products"]]
    assert cancels == [
        None,
        None,
        {"item": "pack_cancel", "given": {"pack": "sms-pack-5"}},
        {"item": "auto_upgrade_off", "given": {}},
    ]
    english = said("holdings", asker(language=EN))
    assert english.short.endswith(", and 3 more.")
    assert "until 1 Dec 2026" in english.long


def test_what_is_to_come_and_what_was_cancelled_is_told() -> None:
    line = open_line()
    order_product(line.group_id, "sms-pack-5", NOW)
    cancel_product(line.group_id, "sms-pack-5", NOW)
    change_plan(line.group_id, "lexiang-4g-99", NOW)
    now, later, pack = said("holdings").data["products"]
    assert now["until"] == later["since"] == "2026-11-30T16:00:00+00:00"
    assert pack["cancel"] is None
    assert "2026年12月1日起生效" in said("holdings").long


def test_who_holds_nothing_is_told_so() -> None:
    open_accounts([an_account()])
    assert said("holdings").short == "您没有已订业务。"


def test_many_are_answered_at_once(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    open_line(WANG)
    open_line(LI, "lexiang-4g-99")
    codes = [reply.data["products"][0]["code"] for reply in many("holdings", [LI, WANG])]
    assert codes == ["lexiang-4g-99", "lexiang-4g-59"]
    with django_assert_max_num_queries(2 + 2):
        many("holdings", [LI, WANG])
