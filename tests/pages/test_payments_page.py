"""Those who look after payments see orders and differences, give back, and settle."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.parties.examples import a_line, an_account
from tests.workflows.channels_made_up import MadeUpChannel
from wanhao.access.models import PersonalDataRead
from wanhao.billing.contracts import Channel
from wanhao.billing.models import OrderRefund
from wanhao.billing.order_contracts import NewOrder, OrderView, Showing
from wanhao.billing.orders.ports import CONNECTED, provide_channels
from wanhao.billing.orders.queries import differences
from wanhao.billing.queries import balances
from wanhao.products.actions import load_catalogue
from wanhao.staff.actions import appoint, load_units
from wanhao.workflows.begin_payment import begin_payment
from wanhao.workflows.hear_of_payment import hear_of_payment
from wanhao.workflows.open_accounts import AccountOrder, open_accounts


@pytest.fixture
def channel() -> Iterator[MadeUpChannel]:
    made, before = MadeUpChannel(), CONNECTED.channels
    provide_channels({Channel.WECHAT: made})
    yield made
    provide_channels(before)


@pytest.fixture
def order(db: None, channel: MadeUpChannel, settings: object) -> OrderView:
    settings.DEMO = True  # type: ignore[attr-defined]
    load_catalogue()
    account = an_account("A1", (a_line(16907910001),))
    now = datetime.now(UTC)
    opened = open_accounts([AccountOrder(account=account, offering_codes=("lexiang-4g-59",))], now)
    asked = NewOrder(
        reference="o1",
        account_id=opened[0].account_id,
        amount_fen=5000,
        channel=Channel.WECHAT,
        showing=Showing.CODE,
        asked_by="login 1",
        door="web",
    )
    return begin_payment(asked, now)


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def has(order: OrderView) -> int:
    return balances([order.account_id])[order.account_id]


def test_an_order_is_found_and_its_reading_recorded(
    client: Client, channel: MadeUpChannel, order: OrderView
) -> None:
    assert f'href="/payments/{order.number}/"' in page(client, "/payments/")
    hear_of_payment(Channel.WECHAT, channel.pay(order.number), datetime.now(UTC))
    shown = page(client, f"/payments/{order.number}/")
    assert 'data-state="paid"' in shown
    assert "16907910001" not in shown
    assert PersonalDataRead.objects.filter(subject=f"payment {order.number}").exists()
    assert client.get("/payments/P0/").status_code == 404


def test_money_is_given_back_once_with_a_reason(
    client: Client, channel: MadeUpChannel, order: OrderView
) -> None:
    hear_of_payment(Channel.WECHAT, channel.pay(order.number), datetime.now(UTC))
    place, given = f"/payments/{order.number}/refund/", {"amount": "20", "once": "x1"}
    assert client.post(place, given | {"reason": " "}).status_code == 400
    assert client.post(place, given | {"reason": "充错", "amount": "50.01"}).status_code == 400
    for _ in range(2):
        answer = client.post(place, given | {"reason": "充错"})
        assert answer["Location"].endswith("done=refund-done")
    assert has(order) == 3000
    refund = OrderRefund.objects.get()
    assert (refund.reason, refund.asked_by, refund.amount_fen) == ("充错", "demo", 2000)


def test_a_difference_is_booked_by_a_person(
    client: Client, channel: MadeUpChannel, order: OrderView
) -> None:
    hear_of_payment(Channel.WECHAT, channel.pay(order.number, 5100), datetime.now(UTC))
    shown = page(client, "/payments/")
    assert "实付金额不符" in shown
    found = re.search(r'action="(/payments/differences/\d+/settle/)"', shown)
    assert found is not None
    place = found[1]
    assert client.post(place, {"act": "book", "note": ""}).status_code == 400
    assert client.post(place, {"act": "book", "note": "x", "account": "?"}).status_code == 400
    assert client.post(place, {"act": "book", "note": "核实"}).status_code == 302
    assert has(order) == 5100
    assert "没有差错" in page(client, "/payments/")


def test_who_has_no_role_sees_no_payment_and_gives_nothing_back(
    client: Client, channel: MadeUpChannel, order: OrderView, settings: object
) -> None:
    settings.DEMO = False  # type: ignore[attr-defined]
    assert client.get("/payments/").status_code == 302
    load_units()
    login = get_user_model().objects.create_user("zhang", "secret", kind="employee")
    appoint(login_id=login.pk, unit_code="8360100", name="张敏", job_number="1001")
    client.force_login(login)
    hear_of_payment(Channel.WECHAT, channel.pay(order.number), datetime.now(UTC))
    assert client.get(f"/payments/{order.number}/").status_code == 403
    answer = client.post(
        f"/payments/{order.number}/refund/", {"amount": "1", "reason": "x", "once": "1"}
    )
    assert answer.status_code == 403
    hear_of_payment(Channel.WECHAT, channel.pay(order.number), datetime.now(UTC))
    place = f"/payments/differences/{differences(1)[0].difference_id}/settle/"
    assert client.post(place, {"act": "book", "note": "x"}).status_code == 403
    assert has(order) == 5000
