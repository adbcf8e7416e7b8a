"""The local WeChat Pay and Alipay over real sockets, and the adapters against them."""

import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wanhao.billing.contracts import Channel
from wanhao.billing.orders.ports import CONNECTED, provide_channels
from wanhao.channels.alipay.client import AlipayChannel
from wanhao.channels.alipay.contracts import AlipayConfig
from wanhao.channels.payment_peer import keys
from wanhao.channels.payment_peer.serving import PeerServer
from wanhao.channels.wechat_pay.client import WeChatPayChannel
from wanhao.channels.wechat_pay.contracts import WeChatPayConfig

Json = dict[str, Any]


class Peer:
    """The peer as a test drives it: through its own addresses only."""

    def __init__(self, address: str, folder: Path, server: PeerServer | None = None) -> None:
        self.address, self.folder, self._running = address, folder, server

    @property
    def _server(self) -> PeerServer:
        assert self._running is not None, "nobody serves there"
        return self._running

    def control(self, **order: object) -> Json:
        return self._asked("/control", json.dumps(order).encode())

    def state(self) -> Json:
        return self._asked("/control", None)

    def trade(self, number: str) -> Json:
        return next(one for one in self.state()["trades"] if one["number"] == number)

    def sealed(self, number: str) -> tuple[dict[str, str], bytes]:
        """A callback of WeChat's, as it would be sent now."""
        trade = self._server.ledger.find("wechat", number)
        assert trade is not None
        return self._server.wechat.callback(trade)

    def give_back(self, number: str, refund: str, fen: int) -> None:
        """A refund that somebody made at the provider's own desk."""
        ledger = self._server.ledger
        trade = ledger.find("wechat", number) or ledger.find("alipay", number)
        assert trade is not None
        assert ledger.refund(trade, refund, fen)

    def _asked(self, path: str, body: bytes | None) -> Json:
        with urllib.request.urlopen(self.address + path, body, timeout=30) as answer:
            found: Json = json.loads(answer.read())
        return found


@contextmanager
def running_peer(folder: Path) -> Iterator[Peer]:
    """The peer on a free port until the test ends."""
    keys.make_keys(folder)
    server = PeerServer(0, folder)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Peer(server.address, folder, server)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def wechat_config(peer: Peer, pages: str, **changed: str) -> WeChatPayConfig:
    folder = peer.folder
    given = {
        "url": peer.address,
        "merchant": keys.MERCHANT,
        "app_id": keys.APP,
        "serial": keys.SERIAL,
        "private_key": keys.private_pem(folder, "wechat-merchant"),
        "api_key": keys.api_key(folder),
        "platform_key": keys.public_pem(folder, "wechat-platform"),
        "platform_key_id": keys.PLATFORM_KEY_ID,
        "notify_url": f"{pages}/payments/wechat/",
        "return_url": f"{pages}/hall/pay/",
        "name": "万号话费",
    }
    return WeChatPayConfig(**(given | changed))


def alipay_config(peer: Peer, pages: str, **changed: str) -> AlipayConfig:
    folder = peer.folder
    given = {
        "url": f"{peer.address}/gateway.do",
        "app_id": keys.ALIPAY_APP,
        "private_key": keys.private_pem(folder, "alipay-app"),
        "platform_key": keys.public_pem(folder, "alipay-platform"),
        "notify_url": f"{pages}/payments/alipay/",
        "return_url": f"{pages}/hall/pay/",
        "name": "万号话费",
    }
    return AlipayConfig(**(given | changed))


@contextmanager
def connected(peer: Peer, pages: str) -> Iterator[dict[Channel, Any]]:
    """Both channels of this process, against the peer; `pages` is where it calls back."""
    wechat = WeChatPayChannel(wechat_config(peer, pages))
    alipay = AlipayChannel(alipay_config(peer, pages), lambda: datetime.now(UTC))
    before = CONNECTED.channels
    provide_channels({Channel.WECHAT: wechat, Channel.ALIPAY: alipay})
    try:
        yield {Channel.WECHAT: wechat, Channel.ALIPAY: alipay}
    finally:
        provide_channels(before)
