"""The pages for watching over reminders, in Chromium: languages, phone and hall PC, all looks."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from tests.pages.browser import (
    PHONE,
    SIZES,
    overflow,
    take_picture,
    too_small,
    visiting,
)
from tests.pages.conftest import Served
from tests.pages.operator import STRANGER, TALKER, SmallOperator
from tests.pages.owing import some_promises
from wanhao.communications import actions as communications
from wanhao.communications.changing import change_rule, history, revert_change
from wanhao.communications.list_contracts import MessageFilter
from wanhao.communications.message_lists import messages
from wanhao.communications.notice_contracts import NewNotice, NoticeKind
from wanhao.communications.previews import ask_preview, latest_preview
from wanhao.promises.keeping import keep_due
from wanhao.usage.held import held_records
from wanhao.usage.quarantine_contracts import HeldFilter
from wanhao.values.cycle import Cycle
from wanhao.workflows.preview_rules import keep_previews
from wanhao.workflows.send_notice import send_notice, send_notices

pytestmark = pytest.mark.browser


def changed_rule() -> str:
    """A rule that was changed twice and taken back once."""
    now = datetime.now(UTC)
    if not history("balance-15"):
        one = change_rule("balance-15", {"threshold": 2000}, by="li.na", reason="客户来电", now=now)
        revert_change(one, by="wang.jun", reason="太多短信", now=now)
        change_rule("balance-15", {"threshold": 1800}, by="li.na", reason="折中", now=now)
    return "/reminders/balance-15/"


def previewed() -> str:
    """What telling at 70 % of the minutes would have done."""
    now = datetime.now(UTC)
    month = Cycle.of(now).number
    run = latest_preview("voice-80")
    run_id = run.run_id if run else ask_preview("voice-80", {"threshold": 70}, month, "li.na", now)
    keep_due({"preview-rule": keep_previews}, now)
    return f"/reminders/voice-80/preview/{run_id}/"


PATHS: dict[str, Callable[[], str]] = {
    "operations-grown": lambda: "/",
    "day": lambda: "/day/",
    "messages": lambda: "/messages/",
    "message": lambda: f"/messages/{messages(MessageFilter()).messages[-1].message_id}/",
    "reminders": lambda: "/reminders/",
    "reminder": changed_rule,
    "reminder-change": lambda: "/reminders/balance-15/change/",
    "reminder-preview": previewed,
    "policy": lambda: "/reminders/policy/",
    "explain": lambda: f"/reminders/line/{TALKER}/",
    "notices": lambda: "/notices/",
    "quarantine": lambda: "/quarantine/",
    "quarantine-record": lambda: f"/quarantine/{held_records(HeldFilter())[0].record_id}/",
}
OPEN_ALL = "document.querySelectorAll('main details').forEach((one) => { one.open = true; })"
LOOKS = ("zh", "en", "dark-zh", "large-zh", "large-en")


@pytest.fixture
def busy(committing_operator: SmallOperator) -> SmallOperator:
    """Somebody was told, somebody waits for the morning, something is held, something stuck."""
    now = datetime.now(UTC)
    committing_operator.calls([30, 20, 15, 15])
    committing_operator.calls([2, 3], number=STRANGER)
    committing_operator.calls([0])
    communications.plan_message(TALKER, "test", "测试一下", now)
    one, other = sorted(committing_operator.send())
    communications.mark_accepted(one, ["5a31"], now)
    communications.mark_unknown(other, now)
    committing_operator.wait_for_the_morning()
    send_notice(NewNotice(kind=NoticeKind.FRAUD, numbers=(TALKER,), risk=True), "li.na", now)
    keep_due({"notice": send_notices}, now)
    some_promises()
    return committing_operator


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("look", LOOKS)
def test_each_page_fits_its_screen_and_complains_of_nothing(
    browser: Browser, busy: SmallOperator, web: Served, look: str, size: str
) -> None:
    options = {"language": "en" if look.endswith("en") else "zh-CN", "size": SIZES[size]}
    wish = {"dark": look.startswith("dark"), "large": look.startswith("large")}
    for name, address in PATHS.items():
        with visiting(browser, web.url + address(), **options, **wish) as visit:
            expect(visit.page.locator(".live__live")).to_be_visible()
            visit.page.evaluate(OPEN_ALL)
            take_picture(visit.page, f"{name}-{look}-{size}", whole=True)
            assert overflow(visit.page) <= 0, name
            assert visit.complaints == [], name


def test_everything_to_press_is_large_enough_for_a_finger(
    browser: Browser, busy: SmallOperator, web: Served
) -> None:
    for name, address in PATHS.items():
        with visiting(browser, web.url + address(), size=PHONE) as visit:
            assert too_small(visit.page) == [], name


def test_on_a_phone_the_pages_are_in_a_menu(
    browser: Browser, busy: SmallOperator, web: Served
) -> None:
    with visiting(browser, web.url + "/quarantine/", size=PHONE) as visit:
        page = visit.page
        menu = page.locator(".masthead__menu")
        expect(menu.get_by_role("link", name="总账")).to_be_hidden()
        menu.locator("summary").click()
        take_picture(page, "menu-360")
        assert overflow(page) <= 0
        menu.get_by_role("link", name="总账").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("每一分钱都有着落吗？")
        assert visit.complaints == []
