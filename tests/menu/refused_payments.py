"""What payments refuse, as `test_refusals.py` holds it against the wordings."""

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from tests.channels.payments.peers import Peer, wechat_config
from tests.menu.items.customers import NOW, open_line
from tests.workflows.channels_made_up import MadeUpChannel
from wanhao.billing.contracts import Channel
from wanhao.billing.order_contracts import NewOrder, Showing
from wanhao.billing.orders.ports import payment_channel, provide_channels
from wanhao.channels.payment_peer.keys import make_keys
from wanhao.channels.wechat_pay.client import WeChatPayChannel
from wanhao.workflows.begin_payment import begin_payment

NOWHERE = "http://127.0.0.1:9"


def channel_away() -> object:
    with tempfile.TemporaryDirectory() as name:
        make_keys(Path(name))
        config = wechat_config(Peer(NOWHERE, Path(name)), NOWHERE)
        return WeChatPayChannel(config).look_up("P1")


def too_late() -> object:
    made = MadeUpChannel()
    provide_channels({Channel.WECHAT: made})
    asked = NewOrder(
        reference="late",
        account_id=open_line().account_id,
        amount_fen=100,
        channel=Channel.WECHAT,
        showing=Showing.CODE,
        asked_by="login 1",
        door="web",
    )
    try:
        begin_payment(asked, NOW)
        return begin_payment(asked, NOW + timedelta(minutes=31))
    finally:
        provide_channels({})


OF_PAYMENTS: list[tuple[str, Callable[[], object], str, str]] = [
    ("channel away", channel_away, "渠道暂时没有应答", "does not answer just now"),
    ("no channel", lambda: payment_channel(Channel.WECHAT), "请换一种", "another way"),
    ("too late to pay", too_late, "付款时间已过", "has passed"),
]
