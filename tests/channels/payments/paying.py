"""What a customer does at a channel, and what our books say afterwards."""

import itertools
from datetime import UTC, datetime

from tests.parties.examples import a_line, an_account
from wanhao.billing.contracts import Channel
from wanhao.billing.models import ChannelNotice, Payment
from wanhao.billing.order_contracts import NewOrder, OrderView, Showing
from wanhao.billing.orders.queries import order as order_of
from wanhao.billing.queries import balances
from wanhao.billing.statements import check_ledger, trial_balance
from wanhao.parties.contracts import PayType
from wanhao.products.actions import load_catalogue
from wanhao.workflows.begin_payment import begin_payment
from wanhao.workflows.open_accounts import AccountOrder, open_accounts

BOTH = (Channel.WECHAT, Channel.ALIPAY)
REFERENCES = itertools.count(1)


def now() -> datetime:
    return datetime.now(UTC)


def an_account_that_pays(number: int = 16907910001) -> int:
    load_catalogue()
    account = an_account(f"A{number}", (a_line(number),), pay_type=PayType.PREPAID)
    order = AccountOrder(account=account, offering_codes=("lexiang-4g-59",))
    return open_accounts([order], now())[0].account_id


def begun(
    account: int,
    channel: Channel,
    fen: int = 5000,
    showing: Showing = Showing.CODE,
    reference: str = "",
) -> OrderView:
    asked = NewOrder(
        reference=reference or f"test-{next(REFERENCES)}",
        account_id=account,
        amount_fen=fen,
        channel=channel,
        showing=showing,
        asked_by="login 1",
        door="web",
    )
    return begin_payment(asked, now(), "127.0.0.1")


def again(order: OrderView) -> OrderView:
    found = order_of(order.number)
    assert found is not None
    return found


def has(account: int) -> int:
    return balances([account])[account]


def payments_of(account: int) -> int:
    return Payment.objects.filter(account_id=account).count()


def verdicts() -> list[str]:
    return list(ChannelNotice.objects.order_by("id").values_list("verdict", flat=True))


def books_hold() -> bool:
    return trial_balance(now()).holds and not check_ledger().faults
