"""An assistant is given a link at which the customer pays; nothing is begun by asking."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.channels.assistant.door import CHANGE, token_for
from tests.parties.examples import a_line, an_account
from tests.workflows.channels_made_up import MadeUpChannel
from wanhao.billing.contracts import Channel
from wanhao.billing.models import PaymentOrder
from wanhao.billing.orders.ports import provide_channels
from wanhao.channels.assistant.bearers import bearer_of, put
from wanhao.channels.assistant.contracts import AssistantConfig
from wanhao.channels.assistant.tools import result_of
from wanhao.menu.contracts import Reply
from wanhao.parties.actions import open_accounts
from wanhao.parties.contracts import Language

NUMBER = 16907910004
HALL = "https://hall.example"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _online() -> Iterator[None]:
    open_accounts([an_account("A4", (a_line(NUMBER),))])
    provide_channels({Channel.WECHAT: MadeUpChannel()})
    yield
    provide_channels({})


def asked(hall_url: str = f"{HALL}/") -> Reply:
    secret, _ = token_for(NUMBER, CHANGE)
    now = datetime.now(UTC)
    bearer = bearer_of(secret, now)
    assert bearer is not None
    config = AssistantConfig(
        host="127.0.0.1", port=1, names=[], origins=[], per_hour=9, hall_url=hall_url
    )
    return put(bearer, "topup", {"amount": "50.50", "channel": "wechat"}, config, now)


def test_it_hands_the_link_on_and_no_number_stands_in_it() -> None:
    reply = asked()
    link = f"{HALL}/hall/pay/?amount=50.50&channel=wechat"
    assert reply.data["pay_url"] == link
    told = result_of(reply, Language.ZH)
    assert f"由本人登录网上营业厅付款：{link}" in told.content[0].text  # type: ignore[union-attr]
    assert not told.is_error
    assert not PaymentOrder.objects.exists()


def test_without_an_online_hall_there_is_no_link() -> None:
    reply = asked(hall_url="")
    assert reply.data["pay_url"] == ""
    assert "http" not in result_of(reply, Language.EN).content[0].text  # type: ignore[union-attr]
