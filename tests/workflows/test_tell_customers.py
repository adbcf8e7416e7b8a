"""Crossings of a batch become messages to the right people."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from tests.parties.examples import a_family, an_account
from wanhao.communications.actions import claim_for_sending, mark_accepted, release_due
from wanhao.communications.contracts import MessageState
from wanhao.communications.queries import latest_messages, messages_by_state, messages_to
from wanhao.parties.contracts import OpenedAccount
from wanhao.products.actions import lift_data_stop
from wanhao.products.contracts import StoppedData
from wanhao.products.queries import data_stops
from wanhao.promises.actions import keep_due
from wanhao.usage.contracts import (
    MoneyCrossing,
    Service,
    UpgradeCrossing,
    UpgradeKind,
    UsageCrossing,
)
from wanhao.usage.ports import EffectSink
from wanhao.workflows.give_back_number import give_back_number
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.stop_data import STOP_DATA, stop_data
from wanhao.workflows.tell_customers import TellCustomers

pytestmark = pytest.mark.usefixtures("catalogue")
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=5)
GB = 1024**3
sink: EffectSink = TellCustomers()


def test_usage_tells_who_crossed_it_and_money_tells_the_main_card() -> None:
    family, single = open_accounts(
        [
            AccountOrder(account=a_family(), offering_codes=("lexiang-4g-99",)),
            AccountOrder(account=an_account(), offering_codes=("custom-prepaid-19",)),
        ],
        NOW,
    )
    crossings = [
        UsageCrossing(
            group_id=family.groups[0].group_id,
            account_id=family.account_id,
            number=16907920002,
            service=Service.DATA,
            cycle=202611,
            threshold=80,
            episode=0,
            used=GB * 85 // 100,
            allowance=GB,
            occurred_at=int(NOW.timestamp()),
        ),
        MoneyCrossing(
            account_id=single.account_id,
            cycle=202611,
            threshold=1500,
            episode=3,
            left=1499,
            occurred_at=int(NOW.timestamp()),
        ),
    ]
    sink.accept(7, crossings, NOW)
    sink.accept(7, crossings, NOW)  # a crash before the commit brings them again

    assert messages_by_state()[MessageState.PLANNED] == 2
    told = messages_to([16907920001, 16907920002, 16907910001], 5)
    assert told[16907920001] == []
    assert told[16907920002][0].text == (
        "您本月流量已用871MB，共1.00GB，剩153MB，超出按¥0.30/MB、500MB封顶¥30计费。"
        "拨10000加流量包。"
    )
    assert (
        told[16907910001][0].text == "您的余额还有¥14.99，已低于¥15.00。请及时充值，以免影响使用。"
    )
    assert len(latest_messages(10)) == 2


@pytest.fixture
def family(catalogue: None) -> OpenedAccount:
    order = AccountOrder(account=a_family(), offering_codes=("lexiang-4g-99",))
    return open_accounts([order], NOW)[0]


def climbed(family: OpenedAccount, tier: int, fee_fen: int) -> UpgradeCrossing:
    """The family's data beyond its allowances reached a tier."""
    return UpgradeCrossing(
        group_id=family.groups[0].group_id,
        account_id=family.account_id,
        number=None,
        cycle=202611,
        kind=UpgradeKind.STEP_UP,
        tier=tier,
        fee_fen=fee_fen,
        episode=0,
        beyond=GB,
        occurred_at=int(NOW.timestamp()),
    )


def stopped(family: OpenedAccount, **changes: int) -> UpgradeCrossing:
    """The family used 15 GB beyond its plan for 600 yuan."""
    stop = replace(climbed(family, 30, 60_000), kind=UpgradeKind.DATA_STOP, beyond=15 * GB)
    return replace(stop, **changes)


def texts_to(number: int) -> list[str]:
    return [view.text for view in reversed(messages_to([number], 9)[number])]


def test_each_tier_that_is_reached_is_told_to_the_main_card(family: OpenedAccount) -> None:
    climbs = [climbed(family, 1, 1000), climbed(family, 2, 2000)]
    sink.accept(7, climbs, NOW)
    sink.accept(8, climbs, NOW)

    assert texts_to(16907920001) == [
        f"您的流量已自动升档，本月升档费现为{fee}，不含套餐费，下月自动恢复。如需取消，请拨10000。"
        for fee in ("¥10.00", "¥20.00")
    ]
    assert data_stops([family.groups[0].group_id], 202611) == ()


def test_data_stops_when_the_main_card_was_told(family: OpenedAccount) -> None:
    sink.accept(7, [stopped(family)], NOW)
    assert texts_to(16907920001) == [
        "您的套餐外流量已达15.0GB，本月流量收费¥600.00，上网已暂停，下月1日恢复。"
        "如需马上继续使用，请拨10000。"
    ]
    assert stops(family, LATER) == []

    sms_takes_everything(LATER)
    (stop,) = stops(family, LATER)
    assert (stop.since, stop.lifted_at) == (LATER, None)


def test_data_goes_on_while_the_sms_centre_is_away(family: OpenedAccount) -> None:
    sink.accept(7, [stopped(family)], NOW)
    for hours in range(48):
        release_due(NOW + timedelta(hours=hours))
        assert stops(family, NOW + timedelta(hours=hours)) == []

    back = NOW + timedelta(hours=48)
    sms_takes_everything(back)
    (stop,) = stops(family, back)
    assert stop.since == back


def test_data_that_was_not_stopped_with_its_month_is_not_stopped_later(
    family: OpenedAccount,
) -> None:
    december = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    sink.accept(7, [stopped(family)], NOW)
    release_due(december)
    sms_takes_everything(december)
    assert stops(family, december) == []
    (message,) = latest_messages(9)
    assert message.state is MessageState.WITHDRAWN


def test_data_stops_at_once_where_nobody_can_be_told(family: OpenedAccount) -> None:
    for line in family.groups[0].lines[::-1]:
        give_back_number(line.number, NOW)
    sink.accept(7, [stopped(family)], LATER)
    assert latest_messages(9) == []
    (stop,) = stops(family, LATER)
    assert stop.since == LATER


def test_a_stop_that_comes_again_is_the_same_stop(family: OpenedAccount) -> None:
    sink.accept(7, [stopped(family), stopped(family)], NOW)
    sms_takes_everything(LATER)
    stops(family, LATER)
    # After use was taken back and made again the last step may have been larger.
    sink.accept(8, [stopped(family, tier=32, beyond=16 * GB)], NOW + timedelta(hours=1))
    sms_takes_everything(NOW + timedelta(hours=1))

    assert len(texts_to(16907920001)) == 1
    (stop,) = stops(family, NOW + timedelta(hours=1))
    assert stop.since == LATER


def test_data_that_went_on_and_stops_again_is_stopped_and_told_again(
    family: OpenedAccount,
) -> None:
    group = family.groups[0].group_id
    sink.accept(7, [stopped(family)], NOW)
    sms_takes_everything(LATER)
    stops(family, LATER)
    lift_data_stop(group, 202611, NOW + timedelta(hours=1))
    again = NOW + timedelta(hours=2)
    sink.accept(8, [stopped(family, episode=41, fee_fen=120_000)], again)
    sms_takes_everything(again)

    first, second = texts_to(16907920001)
    assert ("¥600.00" in first, "¥1,200.00" in second) == (True, True)
    assert [stop.lifted_at is None for stop in stops(family, again)] == [False, True]


def sms_takes_everything(now: datetime) -> None:
    """What is due is released, handed to a sender, and taken by the SMS centre."""
    release_due(now)
    for message in claim_for_sending("sms", 100, now):
        mark_accepted(message.message_id, [f"m{message.message_id}"], now)


def stops(family: OpenedAccount, now: datetime) -> list[StoppedData]:
    """After the worker kept what it could."""
    keep_due({STOP_DATA: stop_data}, now)
    return list(data_stops([family.groups[0].group_id], 202611))


def test_a_batch_that_is_undone_neither_stops_nor_tells(family: OpenedAccount) -> None:
    with transaction.atomic():
        sink.accept(7, [stopped(family)], NOW)
        transaction.set_rollback(True)
    assert texts_to(16907920001) == []
    assert data_stops([family.groups[0].group_id], 202611) == ()


def test_a_batch_without_crossings_writes_nothing() -> None:
    sink.accept(8, [], NOW)
    assert latest_messages(10) == []
