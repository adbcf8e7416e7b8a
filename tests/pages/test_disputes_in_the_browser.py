"""Disputes and readings in Chromium: with something to do and with nothing, on every screen."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests.pages.browser import (
    HALL_PC,
    PHONE,
    overflow,
    take_picture,
    too_small,
    visiting,
)
from tests.pages.conftest import Served
from tests.parties.examples import a_line, an_account
from wanhao.access.actions import record_read
from wanhao.access.models import Login
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.usage.detail_contracts import UsageDetail
from wanhao.usage.disputes import (
    DisputeOutcome,
    DisputeReason,
    DisputeView,
    NewDispute,
    Settlement,
    open_dispute,
)
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.settle_dispute import settle_dispute

pytestmark = pytest.mark.browser
NUMBER = 16907910001


@pytest.fixture
def customer(transactional_db: None) -> int:
    load_catalogue()
    account = an_account("A1", (a_line(NUMBER),))
    now = datetime.now(UTC)
    open_accounts([AccountOrder(account=account, offering_codes=("lexiang-4g-59",))], now)
    return lines_by_number([NUMBER])[NUMBER].line_id


def disputed(line_id: int, record: str, service: str = "voice") -> DisputeView:
    now = datetime.now(UTC)
    told = UsageDetail(
        batch=1,
        files=("f1",),
        counted_at=now,
        source="msc-1",
        record_id=record,
        number=NUMBER,
        service=service,
        zone="domestic",
        start=int((now - timedelta(hours=3)).timestamp()),
        quantity=1800,
        sign=1,
        charge_fen=1250,
    )
    new = NewDispute(
        line_id=line_id,
        record=told,
        reason=DisputeReason.NOT_MINE,
        words="那天手机不在身边，也没有借给别人；请查一查是从哪里打出去的",
    )
    return open_dispute(new, now, by="login 1")


def looked_at() -> None:
    """Three looks: by an employee with a long reason, by nobody signed in, at an account."""
    login = Login.objects.create_user("zhang.wei", kind="employee")
    now, why = datetime.now(UTC), "客户本人到厅，核对姓名和证件后补卡；陪同人为其女儿"
    record_read(login, f"line {NUMBER}", "counter: identity card", now, reason=why)
    record_read(None, f"line {NUMBER}", "usage by assistant, token 3", now)
    record_read(login, "account A1", "payment P20261123ABCDEFGHJKLMNPQR", now)


@pytest.mark.parametrize("size", [PHONE, HALL_PC], ids=["360", "1366"])
@pytest.mark.parametrize("mode", ["plain", "large", "dark"])
def test_every_page_fits_its_screen_in_both_languages(
    customer: int, web: Served, browser: Browser, size: tuple[int, int], mode: str
) -> None:
    waits, done = disputed(customer, "r-77-0000000000000000000000001"), disputed(customer, "r-78")
    answer = "与交换机记录一致：通话由本机发起，时长30分钟"
    settled = Settlement(dispute_id=done.dispute_id, outcome=DisputeOutcome.STANDS, answer=answer)
    settle_dispute(settled, datetime.now(UTC), by="li.na")
    looked_at()
    pages = {
        "disputes": "/disputes/",
        "dispute": f"/disputes/{waits.dispute_id}/",
        "dispute-settled": f"/disputes/{done.dispute_id}/",
        "readings": "/audit/reads/",
        "readings-none": "/audit/reads/?day=2026-01-01",
        "readings-wrong": "/audit/reads/?employee=nobody",
    }
    wrong = {}
    look = {"large": mode == "large", "dark": mode == "dark"}
    for language in ("zh-CN", "en"):
        with visiting(browser, web.url + "/disputes/", language=language, size=size, **look) as one:
            for name, path in pages.items():
                one.page.goto(web.url + path)
                picture = f"{name}-{size[0]}-{language[:2]}-{mode}"
                take_picture(one.page, picture, whole=True)
                over = overflow(one.page)
                small = too_small(one.page) if size == PHONE else []
                if found := [*small, *([f"{over} too wide"] if over > 0 else [])]:
                    wrong[picture] = found
            assert [one for one in one.complaints if "400" not in one] == []
    assert wrong == {}


def test_a_dispute_is_settled_by_hand_and_leaves_the_list(
    customer: int, web: Served, browser: Browser
) -> None:
    waits = disputed(customer, "r-77")
    with visiting(browser, web.url + "/disputes/", size=PHONE) as visit:
        page = visit.page
        page.locator(f'[data-dispute="{waits.dispute_id}"] a').click()
        page.get_by_role("radio").first.check()
        page.locator("#answer").fill("与网络记录一致")
        page.locator("form.form button").click()
        expect(page.locator(".said")).to_be_visible()
        expect(page.locator(f'[data-dispute="{waits.dispute_id}"]')).to_have_count(0)
        expect(page.locator("main")).to_contain_text("与网络记录一致")
        take_picture(page, "disputes-empty-360-zh", whole=True)
        assert visit.complaints == []
