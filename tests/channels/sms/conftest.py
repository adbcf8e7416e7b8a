"""One local SMSC per test, and settings that are impatient."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from wanhao.channels.sms.contracts import SmscConfig
from wanhao.channels.sms.peer import PeerSettings, SmscPeer, install

PATIENT = SmscConfig(
    host="127.0.0.1",
    port=0,
    system_id="wanhao",
    password="wanhao1",
    source="10001",
    window=5,
    per_second=1000.0,
    connect_timeout=15.0,
    response_timeout=15.0,
    enquire_after=15.0,
    reconnect_first=0.05,
    reconnect_longest=0.2,
    credentials_pause=300.0,
    throttled_first=0.05,
    throttled_longest=0.2,
    stop_grace=15.0,
)


@pytest.fixture(scope="session")
def packages() -> Path:
    return install()


@pytest.fixture
def smsc(packages: Path, tmp_path: Path) -> Iterator[SmscPeer]:
    settings = PeerSettings(
        port=0,
        http_port=0,
        modules=packages,
        journal=tmp_path / "handsets.jsonl",
        receipt_delay_ms=20,
    )
    with SmscPeer(settings) as peer:
        peer.post("/mode", repeat_ms=50)
        yield peer


@pytest.fixture
def config(smsc: SmscPeer) -> SmscConfig:
    return replace(PATIENT, port=smsc.address.port)
