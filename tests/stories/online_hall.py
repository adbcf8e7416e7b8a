"""What a customer does in the online hall, page by page, as Chromium shows it to her."""

import re
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Page, expect

from tests.pages.browser import HALL_PC, PHONE, overflow, take_picture, too_small
from tests.stories.door_processes import Doors, until
from tests.stories.neighbours import BEGAN, HER_PASSWORD, HERS, has_fen, held, line_of
from tests.stories.records import drop_records, record
from wanhao.billing.orders.queries import order
from wanhao.pages.hall.proofs import from_json
from wanhao.pages.hall.visitors import KEPT
from wanhao.usage.archive.holds import holds
from wanhao.usage.disputes import disputes_of
from wanhao.usage.queries import meter_status
from wanhao.values.cycle import Cycle

CALLED_BEFORE = 30
STREAM = (4, 3, 5)
"""Minutes of the calls that are counted one after another while she looks on."""
IN_PLAN = 100
"""Minutes, so that each is a hundredth of the ring."""
PAID_FEN = 3_050
PACK = "sms-pack-5"
CONTROLLED = "navigator.serviceWorker.controller !== null"
KEPT_PAGES = """async () => {
  const pages = await caches.open("hall-pages");
  return (await pages.keys()).map(one => new URL(one.url).pathname);
}"""


def look(page: Page, name: str) -> None:
    """Pictures of a page on a phone and on a hall PC; it must fit both, and fingers."""
    wrong: dict[int, object] = {}
    for size in (HALL_PC, PHONE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        take_picture(page, f"day-{name}-{size[0]}", whole=True)
        if overflow(page) > 0 or too_small(page):
            wrong[size[0]] = (overflow(page), too_small(page))
    assert wrong == {}, (name, wrong)


def calls(doors: Doors, first: int, minutes: tuple[int, ...]) -> None:
    """A file for each call arrives from the network, one after the other."""
    now = datetime.now(UTC)
    # Five minutes ago, unless the month, and with it her line, is younger than that.
    start = int(max(now - timedelta(minutes=5), Cycle.of(now).start + BEGAN).timestamp())
    for identity, length in enumerate(minutes, first):
        told = record(identity, HERS, "voice", length, start=start)
        drop_records(doors.inbox, f"calls-{identity}", [told])


def she_signs_in(page: Page, doors: Doors) -> None:
    """Her number, and the code that her handset got by way of the SMSC."""
    page.goto(f"{doors.url}/hall/")
    expect(page).to_have_url(re.compile("/hall/sign-in/"))
    look(page, "sign-in")
    page.locator("#number").fill(str(HERS))
    page.get_by_role("button", name="获取验证码").click()
    page.locator("#code").fill(doors.code_on(HERS))
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator('[data-service="voice"]')).to_contain_text("70分钟")
    expect(page.locator("[data-figure=balance]")).to_contain_text("¥114.50")
    look(page, "home")


def she_reads_her_bill(page: Page, doors: Doors, last: int) -> None:
    """Every line of it opens, and the lines come to the sum."""
    page.goto(f"{doors.url}/hall/bills/")
    look(page, "bills")
    page.locator(f'[data-cycle="{last}"] a').first.click()
    expect(page.locator("[data-figure=total]")).to_have_text("¥126.50")
    for line in page.locator("details.line").all():
        line.locator("summary").click()
        expect(line.locator(".line__body")).to_be_visible()
    fens = [amount_of(one) for one in page.locator(".line__fen").all_inner_texts()]
    assert sum(fens) == 12_650
    expect(page.locator(".compared")).to_contain_text("合计比")
    look(page, "bill")


def amount_of(text: str) -> int:
    """The fen of `¥12.30`."""
    return int(text.replace("¥", "").replace(",", "").replace(".", ""))


def she_disputes_a_record(page: Page, doors: Doors) -> None:
    """The records ask for more than the code; one is not hers, and its month is held."""
    page.goto(f"{doors.url}/hall/detail/")
    expect(page).to_have_url(re.compile(r"/hall/verify/\?level=3"))
    look(page, "verify")
    page.locator("#password").fill(HER_PASSWORD)
    page.get_by_role("button", name="服务密码").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    look(page, "detail")
    page.get_by_role("link", name="有异议").click()
    page.get_by_label("不是我使用的").check()
    look(page, "dispute")
    page.get_by_role("button", name="提出异议").click()
    expect(page.locator("[data-kind=answered]")).to_be_visible()
    (dispute,) = disputes_of(HERS, line_of(HERS).line_id)
    assert [one.hold_id for one in holds()] == [dispute.hold_id]
    assert dispute.quantity == CALLED_BEFORE * 60
    page.get_by_role("link", name="我的申请").click()
    expect(page.locator(".asked li")).to_contain_text("不是我使用的")
    look(page, "requests")


def she_buys_a_pack(page: Page, doors: Doors) -> None:
    """The price comes before the button; an impatient double click buys one."""
    page.goto(f"{doors.url}/hall/serve/")
    look(page, "serve")
    page.get_by_role("link", name="开通流量包、短信包").click()
    page.get_by_role("radio", name="短信包 5元").check()
    look(page, "pack")
    page.get_by_role("button", name="下一步").click()
    expect(page.locator("[data-kind=to_confirm]")).to_contain_text("¥5/月")
    look(page, "confirm")
    assert PACK not in held(HERS)
    page.get_by_role("button", name="确认办理").dblclick()
    expect(page.locator("[data-kind=answered]")).to_contain_text("短信包 5元")
    look(page, "done")
    page.goto(f"{doors.url}/hall/")
    expect(page.locator(".packs li")).to_have_count(1)


def she_watches_her_minutes(page: Page, doors: Doors) -> None:
    """Calls are counted while the page is open, and its ring follows each of them by itself."""
    page.goto(f"{doors.url}/hall/")
    expect(page.locator(".live[data-state=live]")).to_have_count(1)
    page.evaluate("document.body.dataset.opened = 'once'")
    ring, left = page.locator('[data-service="voice"]'), IN_PLAN - CALLED_BEFORE
    for identity, minutes in enumerate(STREAM, 10):
        expect(ring.locator(".ring__left")).to_have_attribute("stroke-dasharray", f"{left} 100")
        calls(doors, identity, (minutes,))
        left -= minutes
        expect(ring).to_contain_text(f"{left}分钟")
    expect(ring.locator(".ring__left")).to_have_attribute("stroke-dasharray", f"{left} 100")
    expect(page.locator("body[data-opened=once]")).to_have_count(1)
    counted = meter_status(datetime.now(UTC))
    assert (counted.metered, counted.quarantined) == (1 + len(STREAM), 0)
    look(page, "home-live")


def she_pays(page: Page, doors: Doors) -> None:
    """WeChat Pay tells us twice, and once more later: it is booked once, to the fen."""
    before = has_fen(HERS)
    page.goto(f"{doors.url}/hall/pay/")
    page.locator("#pay-amount").fill("30.50")
    page.locator("input[name=channel][value=wechat]").check()
    page.locator("input[name=showing][value=code]").check()
    look(page, "pay")
    page.get_by_role("button", name="下一步").click()
    expect(page.locator("#pay-order")).to_have_attribute("data-state", "waiting")
    look(page, "pay-code")
    number = page.url.rstrip("/").rsplit("/", 1)[1]
    doors.peer.control(callbacks="twice")
    with_her_phone(page, number)
    expect(page.locator("#pay-order")).to_have_attribute("data-state", "paid")
    expect(page.locator("#pay-order")).to_contain_text(f"¥{(before + PAID_FEN) / 100:.2f}")
    look(page, "paid")
    until(lambda: len(doors.peer.state()["told"]) == 2, doors)
    doors.peer.control(notify=number)
    told = doors.peer.state()["told"]
    assert [one["status"] // 100 for one in told] == [2, 2, 2], told
    assert has_fen(HERS) == before + PAID_FEN
    receipt = page.request.get(f"{page.url}receipt.pdf")
    assert receipt.body().startswith(b"%PDF")


def with_her_phone(page: Page, number: str) -> None:
    """She scans the code, which is the address of the channel's cashier, and pays there."""
    ordered = order(number)
    assert ordered is not None
    cashier = page.context.new_page()
    cashier.goto(ordered.address)
    cashier.locator("button[value=pay]").click()
    cashier.close()


def she_takes_it_along(page: Page, doors: Doors, last: int) -> None:
    """The hall as an app: nothing is missing to install it, and a tunnel does not hide her bill."""
    page.goto(f"{doors.url}/hall/?source=app")
    until(lambda: page.evaluate(CONTROLLED), doors, page)
    asked = page.context.new_cdp_session(page)
    found = asked.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A window of its own for the tests is like an incognito one, which installs nothing.
    assert [one["errorId"] for one in found if one["errorId"] != "in-incognito"] == []
    assert asked.send("Page.getAppManifest")["errors"] == []
    assert door_of(page) == "app"
    bill = f"/hall/bills/{last}/"
    for path in ("/hall/", bill):
        page.goto(doors.url + path)
        until(lambda path=path: path in page.evaluate(KEPT_PAGES), doors, page)
    page.context.set_offline(True)
    page.goto(f"{doors.url}/hall/")
    expect(page.locator("[data-figure=balance]")).to_contain_text("¥")
    expect(page.locator("[data-when=offline]")).to_contain_text("离线 · 截至")
    look(page, "offline-home")
    page.goto(doors.url + bill)
    expect(page.locator("[data-figure=total]")).to_have_text("¥126.50")
    expect(page.locator("html[data-offline]")).to_have_count(1)
    page.context.set_offline(False)
    # The bill that was kept gives way to the new one by itself.
    expect(page.locator("html[data-offline]")).to_have_count(0)
    expect(page.locator("[data-figure=total]")).to_have_text("¥126.50")
    page.goto(f"{doors.url}/hall/")
    expect(page.locator(".live[data-state=live]")).to_have_count(1)
    expect(page.locator("[data-when=offline]")).to_be_hidden()


def door_of(page: Page) -> str:
    """At which door her session is."""
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    kept = SessionStore(cookies[settings.SESSION_COOKIE_NAME])[KEPT]
    return from_json(kept).door.value
