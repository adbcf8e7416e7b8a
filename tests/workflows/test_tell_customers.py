"""Crossings of a batch become messages to the right people."""

from datetime import UTC, datetime

import pytest

from tests.parties.examples import a_family, an_account
from wanhao.communications.contracts import MessageState
from wanhao.communications.queries import latest_messages, messages_by_state, messages_to
from wanhao.usage.contracts import MoneyCrossing, Service, UsageCrossing
from wanhao.usage.ports import EffectSink
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.tell_customers import TellCustomers

pytestmark = pytest.mark.usefixtures("catalogue")
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
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
        "您本月已用流量871MB，套餐共1.00GB，还剩153MB，超出后按¥0.30/MB计费。可拨10000加流量包。"
    )
    assert (
        told[16907910001][0].text == "您的余额还有¥14.99，已低于¥15.00。请及时充值，以免影响使用。"
    )
    assert len(latest_messages(10)) == 2


def test_a_batch_without_crossings_writes_nothing() -> None:
    sink.accept(8, [], NOW)
    assert latest_messages(10) == []
