"""What a clerk does for a customer at the counter, as Chromium shows it to him."""

import re
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from tests.pages.browser import overflow, take_picture
from tests.stories.door_processes import Doors, until
from tests.stories.neighbours import CLERK, HER_CARD, HER_NAME, HERS, SECRET, has_fen, held
from wanhao.parties.documents import documents_of_lines
from wanhao.parties.queries import lines_by_number

CLERKS_PASSWORD = "a good password 1"
CASH_FEN = 5_000
CANCELLED, OPENED = "sms-pack-5", "sms-pack-10"


def look(page: Page, name: str) -> None:
    """A picture of the page on the clerk's screen; it must fit."""
    take_picture(page, f"day-counter-{name}", whole=True)
    assert overflow(page) <= 0, name


def the_clerk_signs_in(page: Page, doors: Doors) -> None:
    """Name, password, and what the authenticator app shows now."""
    page.goto(f"{doors.url}/counter/")
    page.locator("input[name=login]").fill(CLERK)
    page.locator("input[name=password]").fill(CLERKS_PASSWORD)
    page.locator("main form button").first.click()
    look(page, "second-factor")
    page.locator("#code").fill(format_hotp_value(hotp_value(SECRET, int(time.time()) // 30)))
    page.locator("main form button").first.click()
    expect(page.locator("#wanted")).to_be_visible()
    look(page, "find")


def he_finds_her(page: Page, doors: Doors) -> None:
    """With a reason; neither her name nor her number is shown whole."""
    page.locator("#wanted").fill(str(HERS))
    page.locator("input[name=purpose][value=change]").check()
    page.locator(".counter__find button").click()
    expect(page.locator(".counter")).to_be_visible()
    for whole in (HER_NAME, str(HERS), HER_CARD):
        expect(page.locator("body")).not_to_contain_text(whole)
    look(page, "customer")


def he_checks_her_document(page: Page, doors: Doors) -> None:
    """She reads the code from her handset, and the document is recorded for the first time."""
    page.locator(".counter__ways a").first.click()
    until(lambda: _is_sent(page), doors, page)
    page.locator("#code").fill(doors.code_on(HERS))
    page.locator("form:has(#code) button").last.click()
    expect(page.locator("[data-level='2']")).to_be_visible()
    page.locator(".counter__ways a").first.click()
    page.locator("#name").fill(HER_NAME)
    page.locator("#number").fill(HER_CARD)
    page.locator("input[name=face]").check()
    look(page, "document")
    page.locator("form:has(#number) button").last.click()
    expect(page.locator("[data-level='3']")).to_be_visible()
    line = lines_by_number([HERS])[HERS].line_id
    assert documents_of_lines([line])[line].tail == HER_CARD[-4:]


def _is_sent(page: Page) -> bool:
    """Whether a code went out; within a minute of the last one the page asks to wait."""
    page.locator("form[action$='/level/send/'] button").click()
    expect(page.locator(".said, .notice[role=alert]").first).to_be_visible()
    if page.locator(".notice[role=alert]").count():
        page.wait_for_timeout(5_000)
        return False
    return True


def he_changes_his_screen(page: Page, doors: Doors) -> None:
    """Large type, and English."""
    page.locator("button[name=text][value=large]").click()
    expect(page.locator("html[data-text=large]")).to_have_count(1)
    page.locator("button[name=language][value=en]").click()
    expect(page.locator("html[lang=en]")).to_have_count(1)
    look(page, "large-en")


def he_changes_her_packs(page: Page, doors: Doors) -> None:
    """The one she bought ends with the month, another is open; each is read aloud first."""
    home = page.url.split("?")[0]
    page.locator("a[href$='/do/pack_cancel/']").click()
    page.locator(f"[name=pack][value={CANCELLED}]").check()
    _confirm(page, "cancel")
    page.goto(home)
    page.locator("a[href$='/do/pack_open/']").click()
    page.locator(f"[name=pack][value={OPENED}]").check()
    _confirm(page, "open")
    assert OPENED in held(HERS)
    page.goto(home)


def _confirm(page: Page, name: str) -> None:
    page.locator("form.ask button[type=submit]").click()
    expect(page.locator("[data-kind=to_confirm]")).to_be_visible()
    look(page, f"{name}-aloud")
    page.locator("form[action$='/yes/'] button").click()
    expect(page.locator("[data-kind=answered]")).to_be_visible()
    look(page, f"{name}-done")


def he_takes_cash(page: Page, doors: Doors) -> None:
    """It is on her balance at once; the receipt is printed."""
    before = has_fen(HERS)
    page.locator("a[href$='/cash/']").click()
    page.locator("#amount").fill("50")
    page.locator("form.form button").click()
    way = page.locator(".counter__receipt a")
    expect(way).to_be_visible()
    look(page, "cash")
    assert has_fen(HERS) == before + CASH_FEN
    answer = page.request.get(doors.url + str(way.get_attribute("href")))
    assert answer.body().startswith(b"%PDF")
    expect(page.locator(".counter__list").first).to_contain_text(re.compile("H1-S"))
    page.goto(f"{doors.url}/counter/drawer/")
    expect(page.locator(".counter__sum")).to_contain_text("¥50.00")
    look(page, "drawer")
