"""The queue's pages in Chromium: both languages, phone and hall PC; the board moves by itself."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests.outlets.examples import a_place
from tests.outlets.losses import PHONE as NUMBER
from tests.outlets.losses import a_claim, found
from tests.pages.browser import (
    LANGUAGES,
    LOOKS,
    SIZES,
    overflow,
    take_picture,
    too_small,
    visiting,
)
from tests.pages.conftest import Served
from wanhao.outlets.actions import import_places
from wanhao.outlets.calling import begin_serving, call_next, finish
from wanhao.outlets.claiming import claim
from wanhao.outlets.contracts import Service
from wanhao.outlets.desks import open_desk, set_desks
from wanhao.outlets.lost_contracts import ThingKind
from wanhao.outlets.queue_contracts import NewDesk
from wanhao.outlets.taking import take_ticket

pytestmark = pytest.mark.browser
HALL, BY = "H1", "li.na"
PATHS = {
    "halls": "/queues/",
    "desk-called": f"/queues/{HALL}/?desk=1",
    "desk-free": f"/queues/{HALL}/?desk=2",
    "board": f"/queues/{HALL}/board/",
    "lost": f"/queues/{HALL}/lost/",
    "lost-thing": f"/queues/{HALL}/lost/{{thing}}/",
}


@pytest.fixture
def hall(transactional_db: None) -> int:
    """A hall with three desks, three people served, one called, others who wait; and a bag that is
    claimed, whose number is given."""
    now = datetime.now(UTC)
    import_places([a_place(HALL, hours="24/7")])
    repair = (Service.REPAIR, Service.NEW_LINE)
    desks = [NewDesk(number=1, services=repair), NewDesk(number=2), NewDesk(number=3)]
    set_desks(HALL, desks, now)
    for number in (1, 2):
        open_desk(HALL, number, BY, now)
    for place in range(9):
        service = Service.REPAIR if place == 7 else None
        take_ticket(HALL, now, by=BY, care=place % 4 == 3, service=service)
    for _ in range(3):
        called = call_next(HALL, 1, now, by=BY)
        assert called is not None
        begin_serving(called.ticket_id, now, by=BY)
        finish(called.ticket_id, now + timedelta(minutes=5), by=BY)
    call_next(HALL, 1, now, by=BY)
    bag = found(now, found_at=now - timedelta(days=1))
    found(now, found_at=now - timedelta(days=4), kind=ThingKind.WALLET)
    today = bag.new.found_at.date()
    claim(a_claim(bag, day=today), now, by="app")
    claim(a_claim(phone=NUMBER + 1, day=today), now, by="app")
    return bag.thing_id


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PATHS)
def test_each_page_fits_its_screen_and_complains_of_nothing(
    browser: Browser, hall: int, web: Served, path: str, language: str, size: str, look: str
) -> None:
    options = {"language": LANGUAGES[language], "size": SIZES[size], **LOOKS[look]}
    with visiting(browser, web.url + PATHS[path].format(thing=hall), **options) as visit:
        expect(visit.page.locator(".live__live")).to_be_visible()
        take_picture(visit.page, f"queue-{path}-{look}-{language}-{size}", whole=True)
        assert overflow(visit.page) <= 0
        assert too_small(visit.page) == []
        assert visit.complaints == []


def test_the_board_moves_when_a_clerk_calls(browser: Browser, hall: int, web: Served) -> None:
    board, desk = web.url + PATHS["board"], web.url + PATHS["desk-free"]
    with visiting(browser, board, language="en") as wall:
        expect(wall.page.locator(".live__live")).to_be_visible()
        expect(wall.page.locator(".calls tbody tr")).to_have_count(1)
        with visiting(browser, desk, language="en") as clerk:
            clerk.page.get_by_role("button", name="Call the next").click()
            label = clerk.page.locator(".mine__label").inner_text()
            row = wall.page.locator(".calls tbody tr", has_text=label)
            expect(row).to_be_visible()
            expect(row.locator("td")).to_contain_text("2")
            clerk.page.get_by_role("button", name="The customer is here").click()
            expect(wall.page.locator(".calls tr.fresh", has_text=label)).to_have_count(0)
            assert clerk.complaints == []
        assert wall.complaints == []


def test_a_clerk_works_without_javascript(plain_browser: Browser, hall: int, web: Served) -> None:
    with visiting(plain_browser, web.url + PATHS["desk-free"], language="en") as clerk:
        clerk.page.get_by_role("button", name="Call the next").click()
        expect(clerk.page.locator(".mine__label")).to_be_visible()
        clerk.page.get_by_role("button", name="Give a number").click()
        expect(clerk.page.get_by_text("Number given: A")).to_be_visible()
