"""At whose halls a clerk works: those of the own city; another city's stay closed, all of them."""

import pytest
from django.test import Client
from pytest_django import Settings

from tests.outlets.halls import BY, HALL, MORNING, come, open_hall
from tests.outlets.losses import PHONE, a_claim, found
from tests.staff.examples import JIUJIANG, NANCHANG, PROVINCE, employed
from wanhao.access.models import PersonalDataRead
from wanhao.outlets.calling import call_next
from wanhao.outlets.claiming import claim
from wanhao.outlets.lost_contracts import ThingKind
from wanhao.outlets.lost_reading import things_of_hall
from wanhao.outlets.waiting import hops_of, queue_of, ticket
from wanhao.pages.design import clock

DESK, LOST = f"/queues/{HALL}/", f"/queues/{HALL}/lost/"
VIEWS = [DESK, f"{DESK}part/mine/?desk=1", f"{DESK}part/lanes/", LOST]
DESK_ACTS = ["open", "next", "close"]
TICKET_ACTS = ["again", "here", "done", "missed", "arrived", "returned", "sent"]
LOST_ACTS = ["phone", "returned", "refused", "matched", "gone"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_hall_of_nanchang(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DEMO = False
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    open_hall(2)


@pytest.mark.parametrize("path", VIEWS)
@pytest.mark.parametrize(
    ("unit", "role", "status"),
    [
        (NANCHANG, "clerk", 200),
        (PROVINCE, "duty-manager", 200),
        (JIUJIANG, "clerk", 403),
        (JIUJIANG, "duty-manager", 403),
        (NANCHANG, "engineer", 403),
        (NANCHANG, "", 403),
    ],
)
def test_a_hall_is_open_to_those_who_serve_in_its_city(
    client: Client, path: str, unit: str, role: str, status: int
) -> None:
    client.force_login(employed("li.na", unit, role, since=MORNING))
    assert client.get(path).status_code == status


@pytest.fixture
def stranger(client: Client) -> Client:
    """A clerk of another city."""
    client.force_login(employed("zhao", JIUJIANG, since=MORNING))
    return client


@pytest.mark.parametrize("act", DESK_ACTS)
def test_another_citys_clerk_opens_no_desk_and_calls_nobody(stranger: Client, act: str) -> None:
    waiting = come()
    answer = stranger.post(f"{DESK}desks/1/{act}/")
    assert answer.status_code == 403
    assert "南昌" in answer.content.decode()
    assert [hop.what for hop in hops_of(waiting.ticket_id)] == ["taken"]
    assert [desk.clerk for desk in queue_of(HALL, MORNING).desks] == [BY, BY]


@pytest.mark.parametrize("act", TICKET_ACTS)
def test_another_citys_clerk_does_nothing_with_a_ticket(stranger: Client, act: str) -> None:
    come()
    called = call_next(HALL, 1, MORNING, by=BY)
    assert called is not None
    at = f"{DESK}tickets/{called.ticket_id}/{act}/"
    assert stranger.post(at, {"desk": 1, "next": 1}).status_code == 403
    assert ticket(called.ticket_id) == called


def test_another_citys_clerk_gives_no_number(stranger: Client) -> None:
    assert stranger.post(f"{DESK}tickets/", {"reference": "x"}).status_code == 403
    assert queue_of(HALL, MORNING).waiting == ()


@pytest.mark.parametrize("act", LOST_ACTS)
def test_another_citys_clerk_neither_sees_nor_settles_what_was_lost(
    stranger: Client, act: str
) -> None:
    bag = found()
    made = claim(a_claim(bag), MORNING, by="app")
    kept = things_of_hall(HALL, MORNING)
    at = f"{LOST}{bag.thing_id}/"
    assert stranger.get(at).status_code == 403
    answer = stranger.post(f"{at}{act}/", {"claim": made.claim_id, "why": "不是"})
    assert answer.status_code == 403
    assert str(PHONE) not in answer.content.decode()
    assert stranger.post(f"{LOST}new/", {"kind": ThingKind.BAG.value}).status_code == 403
    assert things_of_hall(HALL, MORNING) == kept
    assert not PersonalDataRead.objects.exists()


def test_the_list_has_the_halls_at_which_one_serves(client: Client) -> None:
    client.force_login(employed("li.na", since=MORNING))
    assert f'href="{DESK}"' in client.get("/queues/").content.decode()
    client.force_login(employed("zhao", JIUJIANG, since=MORNING))
    shown = client.get("/queues/").content.decode()
    assert f'href="{DESK}"' not in shown
    assert "不在您的服务范围内" in shown


def test_a_hall_nobody_knows_is_not_found(stranger: Client) -> None:
    assert stranger.get("/queues/H9/").status_code == 404
    assert stranger.post("/queues/H9/desks/1/next/").status_code == 404


def test_everybody_sees_the_board(client: Client) -> None:
    assert client.get(f"{DESK}board/").status_code == 200
