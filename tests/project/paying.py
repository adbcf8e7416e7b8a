"""The local channels for tests of commands and workers, over sockets in both directions."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.channels.payments.paying import begun
from tests.channels.payments.peers import Peer, connected, running_peer
from wanhao.billing.contracts import Channel


@contextmanager
def channels_at(folder: Path, live_server: Any) -> Iterator[Peer]:
    """Both channels connected, and calling back."""
    with running_peer(folder) as peer, connected(peer, live_server.url):
        yield peer


def paid(account: int, peer: Peer, fen: int = 5000, channel: Channel = Channel.WECHAT) -> str:
    """The number of an order that was paid and told."""
    number = begun(account, channel, fen).number
    peer.control(pay=number)
    return number
