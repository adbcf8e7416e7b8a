"""Data after its limit: what it costs is said first, and it flows again in the same month."""

from datetime import timedelta

from tests.menu.items.customers import EN, NOW, asker, done, line, open_line, proposed, refused
from wanhao.products.actions import stop_data
from wanhao.products.queries import data_stops
from wanhao.usage.models import Fact


def stopped() -> list[bool]:
    return [stop.lifted_at is None for stop in data_stops([line().group_id], 202611)]


def test_the_price_is_told_and_a_yes_lets_it_flow() -> None:
    stop_data([open_line().group_id], 202611, NOW - timedelta(hours=1))
    reply = proposed("data_continue")
    assert reply.short == "恢复11月流量，此后按套餐外¥0.30/MB重新计费，立即生效。"
    assert "每500MB最多¥30。" in reply.long
    assert "再次封顶¥600。" in reply.long
    assert "¥0.30 an MB" in proposed("data_continue", asker(language=EN)).short
    assert stopped() == [True]
    assert done("data_continue").short == "您的流量已恢复，几分钟内生效。"
    assert stopped() == [False]
    assert Fact.objects.filter(kind="continue").count() == 1


def test_data_that_was_not_stopped_needs_nothing() -> None:
    open_line()
    assert refused("data_continue") == "您的流量没有停用，无需恢复。"
    stop_data([line().group_id], 202610, NOW)
    assert "not stopped" in refused("data_continue", asker(language=EN))
