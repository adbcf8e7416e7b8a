"""A hall registers what was found, gives it back, and lets go what nobody claims."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from tests.outlets.halls import HALL, MORNING, open_hall
from tests.outlets.losses import MARKS, PHONE, a_claim, found
from tests.staff.examples import employed
from wanhao.access.queries import reads_of
from wanhao.outlets.claiming import claim
from wanhao.outlets.lost_contracts import ThingKind
from wanhao.outlets.lost_reading import thing, things_of_hall
from wanhao.outlets.lost_states import ThingState
from wanhao.pages.design import clock

pytestmark = pytest.mark.django_db
PAGE = f"/queues/{HALL}/lost/"
FORM = {
    "kind": "wallet",
    "found_at": "2026-11-23T09:30",
    "place": "3号窗口",
    "kept_in": "保险柜",
    "finder": "li.na",
    "witness": "zhao.min",
    "description": "棕色皮夹",
    "contents": "现金¥200",
    "reference": "form-1",
}
RECEIVED = {"receiver": "王小明", "document": "passport", "tail": "4321", "witness": "zhao.min"}


@pytest.fixture(autouse=True)
def _employee(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    client.force_login(employed("zhang.wei", since=MORNING))
    open_hall()


def page(client: Client, path: str = PAGE, status: int = 200) -> str:
    response = client.get(path, headers={"accept-language": "en"})
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def press(client: Client, path: str, status: int = 302, **form: object) -> str:
    response = client.post(PAGE + path, form, headers={"accept-language": "en"})
    assert response.status_code == status
    if status == 302:
        return page(client, response["Location"])
    return " ".join(response.content.decode().split())


def test_only_employees_see_it(client: Client, settings: Settings) -> None:
    settings.DEMO = False
    client.logout()
    assert client.get(PAGE).status_code == 302
    assert client.post(PAGE + "new/", FORM).status_code == 302
    assert things_of_hall(HALL, MORNING) == []


def test_a_thing_is_registered_once_and_listed(client: Client) -> None:
    assert "Nothing is kept here." in page(client)
    shown = press(client, "new/", **FORM)
    assert "It is registered." in shown
    assert "棕色皮夹" in shown
    press(client, "new/", **FORM)
    (view,) = things_of_hall(HALL, MORNING)
    assert (view.new.kind, view.registered_by) == (ThingKind.WALLET, "zhang.wei")
    assert "2026-11-26" in page(client)
    shown = press(client, "new/", 400, **(FORM | {"witness": "li.na", "reference": "2"}))
    assert "Finder and witness are the same." in shown
    assert "棕色皮夹" in shown


def test_a_claim_is_compared_the_number_read_for_the_record_and_the_bag_given_back(
    client: Client,
) -> None:
    bag = found()
    made = claim(a_claim(bag), MORNING, by="app")
    at = f"{bag.thing_id}/"
    shown = page(client, PAGE + at)
    assert MARKS in shown
    assert str(PHONE) not in shown
    assert reads_of(f"lost claim {made.claim_id}") == []
    assert str(PHONE) in press(client, at + "phone/", 200, claim=made.claim_id)
    (read,) = reads_of(f"lost claim {made.claim_id}")
    assert read.login_name == "zhang.wei"
    given = RECEIVED | {"claim": made.claim_id}
    assert "Let the receiver sign" in press(client, at + "returned/", 400, **given)
    shown = press(client, at + "returned/", **given, signed="on")
    assert "It is given back" in shown
    assert "passport ****4321" in shown


def test_a_claim_is_refused_with_a_reason_and_an_earlier_one_matched(client: Client) -> None:
    bag = found()
    made = claim(a_claim(bag), MORNING, by="app")
    early = claim(a_claim(phone=PHONE + 1), MORNING, by="app")
    at = f"{bag.thing_id}/"
    assert "Say why it is not" in press(client, at + "refused/", 400, claim=made.claim_id)
    assert "里面是空的" in press(client, at + "refused/", claim=made.claim_id, why="里面是空的")
    assert "Lost by others, perhaps this" in page(client, PAGE + at)
    assert "to this thing now" in press(client, at + "matched/", claim=early.claim_id)
    assert client.post(PAGE + at + "refused/", {"claim": 0}).status_code == 404
    assert client.get(f"/queues/H2/lost/{bag.thing_id}/").status_code == 404


def test_what_nobody_claims_leaves_on_its_day(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    wallet = found(kind=ThingKind.WALLET)
    at = f"{wallet.thing_id}/"
    assert "Let it leave the hall" not in page(client, PAGE + at)
    assert "until its day" in press(client, at + "gone/", 400, way="police", receipt="7")
    monkeypatch.setattr(clock, "now", lambda: MORNING + timedelta(days=3))
    assert "must leave" in page(client)
    press(client, at + "gone/", way="police", receipt="回执7号")
    gone = thing(wallet.thing_id)
    assert gone is not None
    assert (gone.state, gone.settled) == (ThingState.POLICE, "回执7号")
    assert "Handed to the police" in page(client)
