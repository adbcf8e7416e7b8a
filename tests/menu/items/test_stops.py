"""Numbers that are kept or lost, and service for a while: by the customer's own word."""

from datetime import timedelta

import pytest

from tests.menu.items.customers import EN, NOW, WANG, asked, asker, done, open_line, refused, said
from tests.workflows.debtors import at, barring_of, billed, opened, stopped_account
from wanhao.billing.line_stops import live_line_stops
from wanhao.menu.contracts import Door, IdentityLevel, ReplyKind
from wanhao.network.contracts import Barring
from wanhao.workflows.take_payment import take_payment

NOON = at("2026-11-26 12:00")


@pytest.fixture
def line_id() -> int:
    return open_line(balance_fen=10_000).line_id


def test_keeping_a_number_says_what_it_costs_and_does_nothing_before_the_yes(line_id: int) -> None:
    reply = asked("keep_number", months=2)
    assert reply.kind is ReplyKind.TO_CONFIRM
    assert reply.data == {"until": "2027-01-31T16:00:00+00:00", "fee_fen": 500}
    assert ("2027年1月31日" in reply.short, "每月¥5" in reply.short) == (True, True)
    assert live_line_stops([line_id]) == {}


def test_a_kept_number_is_barred_and_comes_back_when_asked_for(line_id: int) -> None:
    assert "2027年2月28日" in done("keep_number").short
    assert barring_of(WANG) is Barring.ALL
    assert "复机" in done("resume", now=NOW + timedelta(days=3)).short
    assert (barring_of(WANG), live_line_stops([line_id])) == (Barring.NONE, {})


def test_too_many_months_and_what_is_not_kept_are_told(line_id: int) -> None:
    assert "最长3个月" in refused("keep_number", months=6)
    assert "至少为1" in refused("keep_number", months=0)
    assert "没有停机保号" in refused("resume")
    assert "not kept" in refused("resume", asker(language=EN))


def test_a_kept_number_orders_nothing(line_id: int) -> None:
    done("keep_number")
    assert "请先复机" in refused("pack_open", pack="sms-pack-5")


def test_a_loss_is_reported_at_once_and_twice_is_once(line_id: int) -> None:
    assert said("report_loss").data == {"lost": True, "new": True}
    assert said("report_loss").data == {"lost": True, "new": False}
    assert barring_of(WANG) is Barring.ALL
    assert said("cancel_loss").data == {"lost": False, "new": True}
    assert "没有挂失" in said("cancel_loss").short
    assert barring_of(WANG) is Barring.NONE


def test_a_loss_is_for_who_is_verified_and_not_by_message(line_id: int) -> None:
    reply = asked("report_loss", asker(level=IdentityLevel.KNOWN))
    assert (reply.kind, reply.needs) == (ReplyKind.TO_STEP_UP, IdentityLevel.VERIFIED)
    assert "10000" in refused("report_loss", asker(door=Door.SMS))


def test_power_on_serves_a_stopped_customer_for_a_while() -> None:
    account = stopped_account()
    who = asker(door=Door.SMS, level=IdentityLevel.KNOWN)
    reply = asked("emergency_resume", who, now=NOON)
    assert reply.data == {"until": "2026-11-27T12:00:00+08:00"}
    assert barring_of(WANG) is Barring.OUTGOING
    assert "11月27日12:00" in done("emergency_resume", who, now=NOON).short
    assert barring_of(WANG) is Barring.NONE
    take_payment(account, 5900, "P", NOON + timedelta(minutes=5))
    assert "没有欠费停机" in refused("emergency_resume", who, now=NOON + timedelta(minutes=9))


def test_who_is_stopped_orders_nothing_but_may_cancel() -> None:
    stopped_account()
    assert "请先缴清" in refused("pack_open", now=NOON, pack="sms-pack-5")
    assert "请先缴清" in refused("plan_change", now=NOON, plan="lexiang-4g-79")


def test_who_owes_an_overdue_bill_orders_nothing_until_it_is_paid() -> None:
    account = opened()
    billed(account, 5900)
    assert done("pack_open", now=at("2026-11-25 12:00"), pack="sms-pack-5")
    assert "到期未缴" in refused("pack_open", now=at("2026-11-26 00:00"), pack="sms-pack-10")
    done("pack_cancel", now=at("2026-11-26 00:00"), pack="sms-pack-5")
    take_payment(account, 5900, "P", at("2026-11-26 00:01"))
    assert done("pack_open", now=at("2026-11-26 00:02"), pack="sms-pack-10")


def test_without_the_right_paying_is_what_helps() -> None:
    stopped_account(rights=0)
    assert "缴费" in refused("emergency_resume", now=NOON)
