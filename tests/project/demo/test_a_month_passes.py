"""A month that passes ahead of the clock shows the reminders that need a month to be seen."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from tests.project.demo.lived_month import Lived, live_a_month
from wanhao.project.demo.cast import cast
from wanhao.values.cycle import SHANGHAI

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=SHANGHAI)
GOAL = NOW + timedelta(days=31)
LINES = len(cast()) + 13
MEI, DING, YU, LI, YE, OUYANG = (
    16907940002,
    16907010002,
    16907920002,
    16907900002,
    16907980003,
    16907990002,
)
ANYBODY = {"low-use", "before-stop"}
"""What those may be told, too, who are there for other rules."""


@pytest.fixture(scope="module")
def month(django_db_setup, django_db_blocker, tmp_path_factory) -> Lived:
    """A month lived through once; the database is left as it was."""
    with django_db_blocker.unblock(), transaction.atomic():
        lived = live_a_month(tmp_path_factory.mktemp("month"), LINES, NOW, GOAL)
        transaction.set_rollback(True)
    return lived


def told(month: Lived, number: int, part: str) -> list[tuple[str, str]]:
    return [(day, text) for day, text in month.texts(number) if part in text]


@pytest.mark.parametrize(
    "member", [one for one in cast() if one.told_ahead], ids=lambda member: member.name_en
)
def test_each_is_told_what_the_cast_file_promises_and_nothing_else(month, member):
    assert sorted({*month.rules(member.number)} - ANYBODY) == list(member.told_ahead)
    assert [one for one in month.begun if one.number == member.number] == []


def test_points_that_end_with_the_year_are_told_on_the_1st_and_the_20th_of_december(month):
    assert month.days(MEI, "points-expiring") == ["12-01 12", "12-20 12"]
    text = "您有1692积分将于12月31日到期，届时清零。可拨10000或到网上营业厅兑换。【万号】"
    assert told(month, MEI, "积分") == [("12-01", text), ("12-20", text)]


def test_broadband_that_ends_is_told_seven_days_before(month):
    assert month.days(DING, "product-ending") == ["11-29 12"]
    text = (
        "您的宽带 20M 包年将于12月5日到期，届时停止。续订需¥690.00，续订或更换可拨10000。【万号】"
    )
    assert told(month, DING, "到期") == [("11-29", text)]


def test_the_rent_and_a_day_abroad_reach_the_credit_limit(month):
    assert Counter(month.rules(YU))["credit-80"] == Counter(month.rules(YU))["credit-100"] == 1
    assert told(month, YU, "信用额度") == [
        (
            "12-01",
            "您的信用额度¥300.00已用¥279.00，还剩¥21.00。请及时充值缴费，以免影响使用。【万号】",
        ),
        (
            "12-02",
            "您好：信用额度已用完，共用¥309.00，将于12月2日13:00停机；"
            "信用额度¥300.00已用完，请尽快缴费。详情可拨10000。【万号】",
        ),
    ]


def test_data_that_steps_up_is_told_with_the_new_fee_once_for_each_step(month):
    assert Counter(month.rules(LI))["step-up"] == 2
    assert [day for day, _ in told(month, LI, "自动升档，")] == ["12-03", "12-04"]
    assert [text for _, text in told(month, LI, "自动升档，")] == [
        f"您的流量已自动升档，本月升档费现为¥{fee}.00，不含套餐费，下月自动恢复。"
        "如需取消，请拨10000。【万号】"
        for fee in (10, 20)
    ]


def test_data_that_stops_is_told_once_with_what_it_came_to(month):
    assert Counter(month.rules(OUYANG))["data-stop"] == 1
    text = (
        "您的套餐外流量已达15.0GB，本月流量收费¥600.00，上网已暂停，下月1日恢复。"
        "如需马上继续使用，请拨10000。【万号】"
    )
    assert told(month, OUYANG, "暂停") == [("12-04", text)]


def test_a_bill_far_above_the_three_before_is_told_when_it_is_out(month):
    assert [day[:5] for day in month.days(YE, "abnormal-bill")] == ["12-04"]
    text = "您11月话费¥360.00，超过前三个月平均¥62.00的5倍。如有疑问请拨10000查询。【万号】"
    assert told(month, YE, "超过前三个月") == [("12-04", text)]


def test_nobody_is_told_the_same_twice(month):
    times = Counter((one.number, one.at, one.text) for one in month.heard)
    assert [message for message, count in times.items() if count > 1] == []


def test_nothing_is_sent_at_night_but_what_may_be(month):
    comfort = ("积分", "到期", "信用额度", "话费")
    hours = {one.at.hour for one in month.heard if any(part in one.text for part in comfort)}
    assert all(8 <= hour < 22 for hour in hours)
