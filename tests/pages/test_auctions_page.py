"""The charity auction as employees see it: lots, and bids with masked numbers."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from tests.staff.examples import JIUJIANG, NANCHANG, employed
from tests.workflows.auctions import ENDS, FIRST, NOW, NUMBER, START, STEP, a_lot, bid, open_bidders
from wanhao.access.queries import reads_of
from wanhao.loyalty.auction_states import LotState
from wanhao.pages.console.auctions import STATES
from wanhao.pages.design import clock
from wanhao.workflows.put_up_lot import withdraw_lot

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _now(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DEMO = False
    monkeypatch.setattr(clock, "now", lambda: LATER)


def page(client: Client, path: str, language: str = "en") -> str:
    answer = client.get(path, headers={"accept-language": language})
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_lots_are_listed_with_their_state_and_the_highest_bid(client: Client) -> None:
    client.force_login(employed("li.na", NANCHANG, since=NOW))
    assert "No number is or was auctioned." in page(client, "/auctions/")
    wang, li = open_bidders(2)
    a_lot()
    bid(wang, START)
    bid(li, START + STEP)
    shown = page(client, "/auctions/")
    assert str(NUMBER) in shown
    assert "takes bids" in shown
    assert "¥315.00" in shown
    assert "竞价中" in page(client, "/auctions/", "zh-hans")


def test_who_bid_is_masked_in_scope_and_unknown_beyond_it_and_the_reading_is_recorded(
    client: Client,
) -> None:
    (wang,) = open_bidders(1)
    lot = a_lot()
    bid(wang, START)
    client.force_login(employed("li.na", NANCHANG, since=NOW))
    shown = page(client, f"/auctions/{lot.lot_id}/")
    assert "169****0001" in shown
    assert str(FIRST) not in shown
    (read,) = reads_of(f"lot {lot.lot_id}")
    assert (read.login_name, read.purpose) == ("li.na", "auction")
    client.force_login(employed("zhao", JIUJIANG, since=NOW))
    shown = page(client, f"/auctions/{lot.lot_id}/")
    assert "¥300.00" in shown
    assert "169****0001" not in shown


def test_a_lot_that_was_withdrawn_says_why(client: Client) -> None:
    lot = a_lot()
    withdraw_lot(lot.lot_id, "号码有误", LATER)
    client.force_login(employed("li.na", NANCHANG, since=NOW))
    shown = page(client, f"/auctions/{lot.lot_id}/")
    assert "号码有误" in shown
    assert "withdrawn" in shown
    assert "Nobody has bid yet." in shown
    assert client.get("/auctions/999/").status_code == 404
    client.logout()
    assert client.get("/auctions/").status_code == 302


def test_every_state_has_a_word() -> None:
    assert set(STATES) == set(LotState)
    assert ENDS > NOW
