"""Drawers, care visits and the auction in Chromium: languages, phone and hall PC, all looks."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser

from tests.pages.browser import LANGUAGES, LOOKS, SIZES, overflow, take_picture, too_small, visiting
from tests.pages.conftest import Served
from tests.pages.counter.shop import ELSEWHERE, HALL, NUMBER, open_hall
from wanhao.billing.cash_contracts import NewCash
from wanhao.billing.tills import write_receipt
from wanhao.outlets.counter.drawers import close_drawer
from wanhao.parties.care import register_care
from wanhao.parties.care_contracts import CareReason, NewCare, Relation
from wanhao.parties.care_models import CareVisit
from wanhao.parties.care_visits import record_visit
from wanhao.parties.queries import lines_by_number
from wanhao.staff.models import Employee
from wanhao.values.cycle import Cycle
from wanhao.workflows.put_up_lot import put_up_lot

pytestmark = pytest.mark.browser
LUCKY = 16900008888


@pytest.fixture
def paths(transactional_db: None) -> dict[str, str]:
    """A drawer that differs and one that is open, a visit made and one due, a lot."""
    now = datetime.now(UTC)
    open_hall()
    open_hall_cash(now)
    visit = open_visits(now)
    lot = put_up_lot(LUCKY, "L2", now + timedelta(days=7), now, by="test")
    return {
        "drawers": "/drawers/",
        "drawers-hall": f"/drawers/?hall={HALL}",
        "care": "/care/",
        "care-visit": f"/care/{visit}/",
        "auctions": "/auctions/",
        "auction": f"/auctions/{lot.lot_id}/",
    }


def open_hall_cash(now: datetime) -> None:
    clerk = Employee.objects.get(job_number="li.na").pk
    account = lines_by_number([NUMBER])[NUMBER].account_id
    for place, fen in enumerate((30_000, 5_000)):
        cash = NewCash(
            reference=f"c{place}", hall=HALL, clerk_id=clerk, account_id=account, amount_fen=fen
        )
        write_receipt(cash, now)
    note = "少收一元，已告知值班经理"
    close_drawer(clerk_id=clerk, hall=HALL, counted_fen=34_900, note=note, now=now)


def open_visits(now: datetime) -> int:
    """A visit of this month for each of two people; the one that is due."""
    visits = []
    for number in (NUMBER, ELSEWHERE):
        line = lines_by_number([number])[number].line_id
        file = register_care(
            NewCare(
                person_line=line,
                asked_line=line,
                relation=Relation.SELF,
                reason=CareReason.ALONE,
                needs=("home-visit", "large-print"),
                address="南昌市西湖区样例路1号",
            ),
            now,
            by="app",
        )
        cycle = Cycle.of(now).number
        until = now.date() + timedelta(days=3)
        visits.append(
            CareVisit.objects.create(care_id=file.care_id, cycle=cycle, until=until, state="due").pk
        )
    record_visit(visits[1], ["li.na", "zhao.min"], "送了大字账单，教了手机", now)
    return visits[0]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("size", SIZES)
def test_the_pages_fit_every_screen_in_both_languages(
    browser: Browser, web: Served, paths: dict[str, str], size: str, look: str
) -> None:
    wrong = {}
    for language, tag in LANGUAGES.items():
        seen = {"language": tag, "size": SIZES[size], **LOOKS[look]}
        with visiting(browser, web.url + "/drawers/", **seen) as visit:
            for name, path in paths.items():
                answer = visit.page.goto(web.url + path)
                assert answer is not None
                assert answer.status == 200, name
                picture = f"{name}-{look}-{language}-{size}"
                take_picture(visit.page, picture, whole=True)
                small = too_small(visit.page) if size == "360" else []
                over = overflow(visit.page)
                if found := [*small, *([f"{over} too wide"] if over > 0 else [])]:
                    wrong[picture] = found
            assert visit.complaints == []
    assert wrong == {}
