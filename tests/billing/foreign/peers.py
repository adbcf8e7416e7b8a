"""A foreign billing for tests: a real peer over HTTP, and what it tells."""

import threading
from collections.abc import Iterator

import pytest

from wanhao.billing.foreign.client import ForeignBillingClient, Patience
from wanhao.billing.foreign.source import ForeignBilling
from wanhao.billing.ports import CHOSEN, provide_billing
from wanhao.project.demo.billing_peer import TOKEN, Json, PeerServer

QUICK = Patience(seconds=1, overall=3, attempts=3)
AT = "2026-11-22T04:00:00Z"
MB = 1024 * 1024


@pytest.fixture
def peer() -> Iterator[PeerServer]:
    """A foreign billing that answers on this machine."""
    server = PeerServer()
    server.books.slow_seconds = 1.5
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def client(peer: PeerServer) -> Iterator[ForeignBillingClient]:
    """Asks the peer, without waiting between attempts."""
    made = ForeignBillingClient(peer.url, TOKEN, QUICK, pause=lambda ms: None)
    yield made
    made.close()


@pytest.fixture
def billed_elsewhere() -> Iterator[None]:
    """The operator keeps a billing of its own."""
    before = CHOSEN.source
    provide_billing(ForeignBilling())
    yield
    CHOSEN.source = before


def balance(
    version: int, account: str = "A1", fen: int | None = 5000, billed_through: int = 202610
) -> Json:
    """A balance as the feed tells it."""
    return {
        "kind": "balance",
        "version": version,
        "at": AT,
        "account": account,
        "spendable_fen": fen,
        "billed_through": billed_through,
    }


def terms(version: int, number: int = 16907910001, cycle: int = 202611, **other: object) -> Json:
    """Allowances as the feed tells them: 100 minutes, 30 messages, 500 MB."""
    told: Json = {
        "kind": "terms",
        "version": version,
        "at": AT,
        "number": number,
        "cycle": cycle,
        "plan": "GOLD-99",
        "voice_unit_seconds": 60,
        "allowances": {
            "voice": {"total": 100, "left": 80},
            "message": {"total": 30},
            "data": {"total": 500 * MB, "left": 125 * MB},
        },
    }
    return told | other


def bill(account: str = "A1", cycle: int = 202610, **other: object) -> Json:
    """A bill as they issued it: 99.00 of rent, 12.34 of use, 5.00 off."""
    told: Json = {
        "account": account,
        "cycle": cycle,
        "number": f"{account}-{cycle}",
        "version": 1,
        "issued_at": "2026-11-02T01:00:00Z",
        "due_on": "2026-11-25",
        "lines": [
            {"name_zh": "金卡套餐月费", "name_en": "Gold plan", "fen": 9900},
            {"name_zh": "套餐外流量", "detail": "123.4 MB × 0.10", "fen": 1234},
            {"name_zh": "老用户优惠", "name_en": "Loyalty discount", "fen": -500},
        ],
        "total_fen": 10634,
    }
    return told | other
