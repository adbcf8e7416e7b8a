"""A local SMSC with its handsets, and the browser of the pages, for stories of whole days."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pages.conftest import browser, playwright
from wanhao.channels.sms.peer import PeerSettings, SmscPeer, install

# The same browser as for the pages.
__all__ = ["browser", "playwright"]


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
