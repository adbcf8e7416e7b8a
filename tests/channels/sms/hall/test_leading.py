"""What a message cannot prove goes on in the online hall."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.channels.sms.hall.hall_door import write
from tests.parties.examples import a_family, a_line, an_account
from tests.workflows.channels_made_up import MadeUpChannel
from wanhao.access.one_time_links import look_at_link
from wanhao.billing.contracts import Channel
from wanhao.billing.orders.ports import provide_channels
from wanhao.channels.sms.contracts import HallConfig
from wanhao.channels.sms.hall.answering import Hall
from wanhao.parties.actions import open_accounts
from wanhao.parties.contracts import Language
from wanhao.parties.queries import lines_by_number

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 12, 5, 4, 0, tzinfo=UTC)
ZH, EN = 16907920001, 16907920003
LED = Hall(config=HallConfig(key=b"tests", url="https://hall.example/"), sign_off="")
LINK = re.compile(r"https://hall\.example/hall/open/([\w-]+)/")


@pytest.mark.parametrize(("number", "said"), [(ZH, "30分钟"), (EN, "30 minutes")])
def test_records_one_by_one_are_asked_for_by_a_link(number: int, said: str) -> None:
    open_accounts([a_family()])
    (answer,) = write(number, "106", NOW, hall=LED)
    assert said in answer
    found = LINK.search(answer)
    assert found is not None
    link = look_at_link(found[1], NOW)
    assert link is not None
    assert link.line_id == lines_by_number([number])[number].line_id
    assert link.purpose == "detail"


def test_without_an_online_hall_it_is_said_where_it_can_be_had() -> None:
    open_accounts([an_account("A1", (a_line(ZH, language=Language.ZH),))])
    (answer,) = write(ZH, "106", NOW)
    assert "http" not in answer
    assert "营业厅" in answer


@pytest.fixture
def _online() -> Iterator[None]:
    provide_channels({Channel.WECHAT: MadeUpChannel()})
    yield
    provide_channels({})


@pytest.mark.usefixtures("_online")
@pytest.mark.parametrize(("number", "said"), [(ZH, "登录后支付"), (EN, "Sign in and pay")])
def test_an_amount_is_paid_at_a_link_that_names_it(number: int, said: str) -> None:
    open_accounts([a_family()])
    (answer,) = write(number, "缴费#50.5", NOW, hall=LED)
    assert said in answer
    assert f" https://hall.example/hall/pay/?amount=50.50&number={number} " in answer
    (answer,) = write(number, "JF", NOW + timedelta(minutes=1), hall=LED)
    assert f" https://hall.example/hall/pay/?number={number} " in answer


def test_where_nothing_is_connected_there_is_no_link_to_pay() -> None:
    open_accounts([an_account("A1", (a_line(ZH, language=Language.ZH),))])
    (answer,) = write(ZH, "JF#50", NOW, hall=LED)
    assert "http" not in answer
    assert "现在不能这样在线付款" in answer


def test_an_amount_that_is_none_is_said() -> None:
    open_accounts([an_account("A1", (a_line(ZH, language=Language.ZH),))])
    (answer,) = write(ZH, "JF#0", NOW, hall=LED)
    assert "例如50或50.50" in answer
