"""A peer for the run, our pages over a real socket, and an account that pays."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.channels.payments.paying import an_account_that_pays
from tests.channels.payments.peers import Peer, connected, running_peer
from wanhao.billing.contracts import Channel


@pytest.fixture(scope="session")
def keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("payments")


@pytest.fixture
def peer(keys_folder: Path) -> Iterator[Peer]:
    (keys_folder / "trades.json").unlink(missing_ok=True)
    with running_peer(keys_folder) as running:
        yield running


@pytest.fixture
def channels(peer: Peer, live_server: Any) -> Iterator[dict[Channel, Any]]:
    with connected(peer, live_server.url) as both:
        yield both


@pytest.fixture
def account(transactional_db: None) -> int:
    return an_account_that_pays()
