"""One customer's day: online hall, pack, payment and counter, with every process really running."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.pages.browser import HALL_PC, PHONE, visiting
from tests.stories import online_hall as hall
from tests.stories import shop_counter as counter
from tests.stories.door_processes import Doors, open_doors, until
from tests.stories.neighbours import (
    CLERK,
    HERS,
    NEIGHBOURS,
    OPENING_FEN,
    as_it_stands,
    has_fen,
    held,
    open_town,
)
from wanhao.access.queries import reads_of
from wanhao.billing.statements import check_ledger, trial_balance
from wanhao.channels.sms.peer import SmscPeer
from wanhao.usage.queries import meter_status

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.slow]
OFFLINE = "ERR_INTERNET_DISCONNECTED"
"""What a browser may say of what it asked for without a network."""
TOO_SOON = "429 (Too Many Requests)"
"""A second code within a minute."""
BILLED_FEN = 5_900 + 12_650


def test_she_is_served_at_every_door(browser: Browser, tmp_path: Path, smsc: SmscPeer) -> None:
    last, _ = open_town()
    with open_doors(tmp_path, smsc) as doors:
        hall.calls(doors, 1, (hall.CALLED_BEFORE,))
        until(lambda: meter_status(datetime.now(UTC)).metered == 1, doors)
        untouched = as_it_stands(NEIGHBOURS)
        at_home(browser, doors, last)
        in_the_shop(browser, doors)
        assert as_it_stands(NEIGHBOURS) == untouched
        everything_adds_up()
        who_read_what_is_on_record()


def at_home(browser: Browser, doors: Doors, last: int) -> None:
    """She sits at home with her phone."""
    with visiting(browser, f"{doors.url}/hall/sign-in/", size=PHONE) as visit:
        hall.she_signs_in(visit.page, doors)
        hall.she_reads_her_bill(visit.page, doors, last)
        hall.she_disputes_a_record(visit.page, doors)
        hall.she_buys_a_pack(visit.page, doors)
        hall.she_watches_her_minutes(visit.page, doors)
        hall.she_pays(visit.page, doors)
        hall.she_takes_it_along(visit.page, doors, last)
        assert [one for one in visit.complaints if OFFLINE not in one] == []


def in_the_shop(browser: Browser, doors: Doors) -> None:
    """In the afternoon she goes to the business hall."""
    with visiting(browser, f"{doors.url}/counter/", size=HALL_PC) as visit:
        counter.the_clerk_signs_in(visit.page, doors)
        counter.he_finds_her(visit.page, doors)
        counter.he_checks_her_document(visit.page, doors)
        counter.he_changes_his_screen(visit.page, doors)
        counter.he_changes_her_packs(visit.page, doors)
        counter.he_takes_cash(visit.page, doors)
        assert [one for one in visit.complaints if TOO_SOON not in one] == []


def everything_adds_up() -> None:
    """Each fen of hers is where it should be, and the books hold."""
    assert has_fen(HERS) == OPENING_FEN - BILLED_FEN + hall.PAID_FEN + counter.CASH_FEN
    assert {hall.PACK, counter.OPENED} <= held(HERS)
    assert trial_balance(datetime.now(UTC)).holds
    assert check_ledger().faults == ()


def who_read_what_is_on_record() -> None:
    """She at the hall, and the clerk with his reason; nobody else."""
    reads = reads_of(f"line {HERS}")
    purposes = {(one.login_name, one.purpose, one.reason) for one in reads}
    assert (CLERK, "served at H1", "change") in purposes
    assert any(purpose == "detail at the hall" for _, purpose, _ in purposes)
    assert any(purpose == "dispute" for _, purpose, _ in purposes)
    assert len({one.login_id for one in reads}) == 2
