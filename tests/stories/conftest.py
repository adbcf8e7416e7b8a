"""A local SMSC with its handsets, for stories that go the whole way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from wanhao.channels.sms.peer import PeerSettings, SmscPeer, install


@pytest.fixture
def smsc(tmp_path: Path) -> Iterator[SmscPeer]:
    settings = PeerSettings(
        port=0,
        http_port=0,
        modules=install(),
        journal=tmp_path / "handsets.jsonl",
        receipt_delay_ms=50,
    )
    with SmscPeer(settings) as peer:
        peer.post("/mode", repeat_ms=100)
        yield peer
