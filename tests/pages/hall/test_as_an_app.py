"""The hall installed, without a network, and back again, in Chromium."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.pages.browser import PATIENCE_MS
from tests.pages.conftest import Served
from tests.pages.hall.app_world import customers, signed_in
from wanhao.menu.contracts import Door
from wanhao.values.cycle import Cycle

pytestmark = pytest.mark.browser
HOME = "/hall/"
BILL = f"/hall/bills/{Cycle.of(datetime.now(UTC)).previous.number}/"
MOST_BYTES = 150_000
KEPT = """async () => {
  const pages = await caches.open("hall-pages");
  return (await pages.keys()).map(one => new URL(one.url).pathname);
}"""
NOTICES = """async () => (await (await navigator.serviceWorker.ready).getNotifications())
  .map(one => [one.title, one.body])"""
CONTROLLED = "navigator.serviceWorker.controller !== null"


@pytest.fixture
def hall(
    transactional_db: None, browser: Browser, web: Served, tmp_path: Path
) -> Iterator[tuple[BrowserContext, str]]:
    with customers(tmp_path / "usage"), signed_in(browser, web.url) as context:
        yield context, web.url


def opened(context: BrowserContext, url: str) -> Page:
    """The home page, with the worker beside it and the page kept."""
    page = context.new_page()
    page.goto(url + HOME)
    until(page, lambda: page.evaluate(CONTROLLED))
    until(page, lambda: HOME in kept(page))
    return page


def until(page: Page, holds: Callable[[], object]) -> None:
    """Wait until it holds; the content policy lets no function be asked in the page itself."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not holds():
        assert time.monotonic() < deadline
        page.wait_for_timeout(100)


def kept(page: Page) -> list[str]:
    return sorted(page.evaluate(KEPT))


def look_at(page: Page, url: str) -> None:
    """Open a page, and wait until the worker has kept it."""
    page.goto(url)
    path = page.evaluate("location.pathname")
    until(page, lambda: path in kept(page))


class TestInstalling:
    def test_chromium_finds_nothing_missing(self, hall: tuple[BrowserContext, str]) -> None:
        context, url = hall
        page = opened(context, url)
        asked = context.new_cdp_session(page)
        errors = asked.send("Page.getInstallabilityErrors")["installabilityErrors"]
        # A window of its own for the tests is like an incognito one, which installs nothing.
        assert [one["errorId"] for one in errors if one["errorId"] != "in-incognito"] == []
        manifest = asked.send("Page.getAppManifest")
        assert manifest["errors"] == []
        told = json.loads(manifest["data"])
        assert (told["name"], told["lang"]) == ("万号网上营业厅", "zh-hans")
        assert told["start_url"] == "/hall/?source=app"


class TestWithoutANetwork:
    def test_home_and_a_bill_can_be_read_with_their_time_and_are_live_again_afterwards(
        self, hall: tuple[BrowserContext, str]
    ) -> None:
        context, url = hall
        page = opened(context, url)
        balance = page.locator("[data-figure=balance]").inner_text()
        look_at(page, url + BILL)
        total = page.locator("[data-figure=total]").inner_text()
        context.set_offline(True)
        page.goto(url + HOME)
        expect(page.locator("[data-figure=balance]")).to_have_text(balance)
        expect(page.locator("[data-when=offline]")).to_contain_text("离线 · 截至")
        page.goto(url + BILL)
        expect(page.locator("[data-figure=total]")).to_have_text(total)
        expect(page.locator("[data-when=offline]")).to_be_visible()
        context.set_offline(False)
        expect(page.locator("[data-when=offline]")).to_be_hidden()
        page.goto(url + HOME)
        expect(page.locator(".live[data-state=live]")).to_have_count(1)

    def test_a_page_never_seen_says_what_can_be_read(
        self, hall: tuple[BrowserContext, str]
    ) -> None:
        context, url = hall
        page = opened(context, url)
        context.set_offline(True)
        page.goto(url + "/hall/do/points/")
        expect(page.locator("h1")).to_have_text("现在没有网络")
        expect(page.locator("[data-readable] a:visible")).to_have_text(["首页"])

    def test_a_form_needs_the_network_and_keeps_what_was_typed(
        self, hall: tuple[BrowserContext, str]
    ) -> None:
        context, url = hall
        page = opened(context, url)
        page.goto(url + "/hall/do/pack_open/")
        page.check("input[value='sms-pack-5']")
        context.set_offline(True)
        page.click("form.ask button[type=submit]")
        expect(page.locator("[data-when=not-sent]")).to_be_visible()
        expect(page.locator("input[value='sms-pack-5']")).to_be_checked()
        context.set_offline(False)
        page.click("form.ask button[type=submit]")
        expect(page.locator("[data-kind=to_confirm]")).to_be_visible()

    def test_what_the_network_lost_on_its_way_is_typed_again_by_itself(
        self, hall: tuple[BrowserContext, str]
    ) -> None:
        context, url = hall
        page = opened(context, url)
        page.goto(url + "/hall/do/pack_open/")
        page.check("input[value='sms-pack-5']")
        # The browser thinks it is online; nothing is reached.
        page.evaluate("Object.defineProperty(navigator, 'onLine', {get: () => true})")
        context.set_offline(True)
        page.click("form.ask button[type=submit]")
        expect(page.locator("h1")).to_have_text("现在没有网络")
        expect(page.locator("[data-when=not-sent]")).to_be_visible()
        context.set_offline(False)
        page.click("[data-back]")
        expect(page.locator("input[value='sms-pack-5']")).to_be_checked()


class TestWhoseThePagesAre:
    @pytest.mark.parametrize("without", [False, True], ids=["online", "offline"])
    def test_nothing_is_kept_after_signing_out(
        self, hall: tuple[BrowserContext, str], without: bool
    ) -> None:
        context, url = hall
        page = opened(context, url)
        page.goto(url + "/hall/me/")
        page.evaluate("Object.defineProperty(navigator, 'onLine', {get: () => true})")
        context.set_offline(without)
        page.locator("form.sign-out button").click()
        until(page, lambda: not kept(page))

    def test_nothing_is_kept_once_the_session_is_over(
        self, hall: tuple[BrowserContext, str]
    ) -> None:
        context, url = hall
        page = opened(context, url)
        context.clear_cookies(name="sessionid")
        page.goto(url + "/hall/do/tariffs/")
        until(page, lambda: not kept(page))

    def test_another_customer_finds_nothing_of_the_one_before(
        self, hall: tuple[BrowserContext, str], browser: Browser
    ) -> None:
        context, url = hall
        page = opened(context, url)
        look_at(page, url + BILL)
        with signed_in(browser, url, Door.APP) as other:
            context.add_cookies(other.cookies(url))
        look_at(page, url + "/hall/do/points/")
        assert kept(page) == ["/hall/do/points/"]

    def test_after_seven_days_a_page_is_gone(self, hall: tuple[BrowserContext, str]) -> None:
        context, url = hall
        page = opened(context, url)
        page.evaluate(
            """async () => {
              const pages = await caches.open("hall-pages");
              const found = await pages.match("/hall/");
              const headers = new Headers(found.headers);
              headers.set("Wanhao-Kept-At", new Date(Date.now() - 7.01 * 86400e3).toISOString());
              await pages.put("/hall/", new Response(await found.text(), {headers}));
            }"""
        )
        context.set_offline(True)
        page.goto(url + HOME)
        expect(page.locator("h1")).to_have_text("现在没有网络")

    def test_only_pages_for_reading_are_kept(self, hall: tuple[BrowserContext, str]) -> None:
        context, url = hall
        page = opened(context, url)
        for path in ("/hall/me/", "/hall/do/pack_open/", "/hall/do/plan_change/"):
            page.goto(url + path)
        look_at(page, url + BILL)
        assert kept(page) == [HOME, BILL]


class TestReminders:
    def test_a_push_shows_as_a_notice_once(self, hall: tuple[BrowserContext, str]) -> None:
        context, url = hall
        context.grant_permissions(["notifications"], origin=url)
        page = opened(context, url)
        asked = context.new_cdp_session(page)
        known: list[str] = []
        asked.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda event: known.extend(one["registrationId"] for one in event["registrations"]),
        )
        asked.send("ServiceWorker.enable")
        until(page, lambda: known)
        said = {"title": "万号", "body": "本月语音已用 80%", "lang": "zh-CN", "tag": "wanhao-1"}
        for _ in range(2):
            asked.send(
                "ServiceWorker.deliverPushMessage",
                {"origin": url, "registrationId": known[0], "data": json.dumps(said)},
            )
        until(page, lambda: page.evaluate(NOTICES))
        assert page.evaluate(NOTICES) == [["万号", "本月语音已用 80%"]]


class TestWeight:
    def test_a_first_visit_to_home_weighs_little(self, hall: tuple[BrowserContext, str]) -> None:
        context, url = hall
        page = context.new_page()
        asked = context.new_cdp_session(page)
        asked.send("Network.enable")
        came: list[float] = []
        asked.on("Network.loadingFinished", lambda event: came.append(event["encodedDataLength"]))
        page.goto(url + HOME)
        page.wait_for_load_state("load")
        until(page, lambda: page.evaluate(CONTROLLED))
        assert len(came) > 5
        print(f"a first visit to home: {sum(came):.0f} bytes")
        assert sum(came) < MOST_BYTES
