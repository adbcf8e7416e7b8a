"""The map of halls and hotspots in Chromium: what is on it, by finger and by key, with a tile
server and without, and what is left where it cannot be drawn."""

import os
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.outlets.examples import a_hotspot, a_place
from tests.outlets.test_outlines import an_outline
from tests.pages.axe.checking import violations
from tests.pages.browser import (
    HALL_PC,
    PHONE,
    overflow,
    start_browser,
    take_picture,
    too_small,
    visiting,
)
from tests.pages.conftest import Served, free_port, serving
from wanhao.outlets.actions import import_places
from wanhao.outlets.contracts import PlaceKind
from wanhao.outlets.desks import set_desks
from wanhao.outlets.outlining import replace_outlines
from wanhao.outlets.queue_contracts import NewDesk
from wanhao.outlets.taking import take_ticket
from wanhao.pages.design import clock
from wanhao.project.demo.outlets import demo_places
from wanhao.project.demo.outlines import draw_map

pytestmark = pytest.mark.browser
PLACES = "/hall/places/"
DRAWN = "[data-canvas][data-drawn]"
PINS = ".leaflet-marker-icon.pin"
POPUP = ".leaflet-popup-content"


@pytest.fixture
def halls(transactional_db: None, web: Served) -> str:
    """Three halls, the first with a queue of two, and a hotspot, on two counties."""
    import_places(
        [
            a_place("H1", hours="24/7"),
            a_place("H2", 115_950_000, name_zh="第二营业厅", name_en="Second Hall"),
            a_place("H3", 115_700_000, 28_500_000, hours="Mo-Su 00:00-00:01"),
            a_hotspot("W1", longitude=115_880_000),
        ]
    )
    set_desks("H1", [NewDesk(number=1)], clock.now())
    for _ in range(2):
        take_ticket("H1", clock.now(), by="li.na")
    replace_outlines([an_outline(), an_outline("3604", "濂溪", schematic=True)])
    return web.url + PLACES


def scale(page: Page) -> str | None:
    return page.locator("[data-canvas]").get_attribute("data-scale")


def test_everything_on_the_list_is_on_the_map_and_tells_the_same(
    browser: Browser, halls: str
) -> None:
    with visiting(browser, f"{halls}?kind=all", size=PHONE) as visit:
        page = visit.page
        expect(page.locator(DRAWN)).to_be_visible()
        expect(page.locator(PINS)).to_have_count(4)
        expect(page.locator(f"{PINS} .pin__dot--hotspot")).to_have_count(1)
        expect(page.locator(f"{PINS} .pin__waiting")).to_have_text("2")
        expect(page.locator("path.map__area")).to_have_count(2)
        expect(page.locator("[data-schematic]")).to_be_visible()
        page.locator(f"{PINS}[title='第二营业厅']").click()
        expect(page.locator(POPUP)).to_contain_text("东湖样例路1号")
        expect(page.locator(".leaflet-popup-close-button")).to_have_attribute("aria-label", "关闭")
        assert violations(page) == []
        assert too_small(page) == []
        assert overflow(page) == 0
        assert visit.complaints == []


def test_who_goes_by_keys_asks_from_the_list_and_comes_back_to_it(
    browser: Browser, halls: str
) -> None:
    with visiting(browser, halls) as visit:
        page = visit.page
        expect(page.locator(DRAWN)).to_be_visible()
        button = page.locator("[data-place=H1] [data-show]")
        button.focus()
        page.keyboard.press("Enter")
        said = page.locator(POPUP)
        expect(said).to_contain_text("2 人排队")
        expect(said.get_by_role("link", name="取号")).to_have_attribute(
            "href", "/hall/do/queue_ticket/?action=take&hall=H1"
        )
        expect(page.locator(".leaflet-popup")).to_be_focused()
        page.keyboard.press("Escape")
        expect(said).to_have_count(0)
        expect(button).to_be_focused()
        page.locator("[data-canvas]").focus()
        before = page.locator("path.map__area").first.get_attribute("d")
        page.keyboard.press("+")
        expect(page.locator("path.map__area").first).not_to_have_attribute("d", before or "")
        # Nobody has to go through the pins to reach the list.
        assert page.locator(f"{PINS}[tabindex]").count() == 0
        assert visit.complaints == []


def test_the_map_begins_where_one_is_and_shows_it(browser: Browser, halls: str) -> None:
    with browser.new_context(
        permissions=["geolocation"],
        geolocation={"longitude": 115.86, "latitude": 28.68},
        locale="zh-CN",
    ) as context:
        page = context.new_page()
        page.goto(halls)
        page.locator("[data-nearest]").click()
        page.wait_for_url("**longitude=115860000**")
        expect(page.locator(f"{PINS} .pin__dot--here")).to_have_count(1)
        expect(page.locator(".map__legend")).to_contain_text("您在这里")
        expect(page.locator("[data-place]").first).to_have_attribute("data-place", "H1")


@pytest.mark.parametrize("size", [PHONE, HALL_PC], ids=["360", "1366"])
@pytest.mark.parametrize("mode", ["plain", "large", "dark"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_demos_map_can_be_read_by_everybody(
    transactional_db: None,
    web: Served,
    browser: Browser,
    size: tuple[int, int],
    mode: str,
    language: str,
) -> None:
    import_places(demo_places())
    draw_map()
    look = {"large": mode == "large", "dark": mode == "dark"}
    url = f"{web.url}{PLACES}?kind=all"
    with visiting(browser, url, size=size, language=language, **look) as visit:
        page = visit.page
        expect(page.locator(DRAWN)).to_be_visible()
        expect(page.locator("path.map__area")).to_have_count(100)
        shown = [place for place in demo_places() if place.kind is not PlaceKind.AGENT]
        expect(page.locator(PINS)).to_have_count(len(shown))
        name = f"hall-map-{size[0]}-{language[:2]}-{mode}"
        take_picture(page, f"{name}-all")
        assert scale(page) in ("middle", "far")
        assert overflow(page) == 0
        page.goto(f"{web.url}{PLACES}?city=3601&kind=all")
        expect(page.locator(DRAWN)).to_be_visible()
        page.locator("[data-show]").first.click()
        expect(page.locator(POPUP)).to_be_visible()
        take_picture(page, name)
        assert scale(page) == "near"
        assert (overflow(page), too_small(page), visit.complaints) == (0, [], [])


def test_without_outlines_the_places_are_there(browser: Browser, halls: str) -> None:
    with visiting(browser, halls) as visit:
        visit.page.route("**/outlines.json*", lambda route: route.abort())
        visit.page.reload()
        expect(visit.page.locator(PINS)).to_have_count(3)
        visit.page.locator(f"{PINS}[title='第二营业厅']").click()
        expect(visit.page.locator(POPUP)).to_be_visible()


def test_without_scripts_the_list_says_it_all(playwright: Playwright, halls: str) -> None:
    with (
        start_browser(playwright, scripts=False) as plain,
        visiting(plain, f"{halls}?kind=all", size=PHONE) as visit,
    ):
        page = visit.page
        expect(page.locator("[data-place]")).to_have_count(4)
        expect(page.locator("[data-map]")).to_be_hidden()
        expect(page.locator("[data-show]").first).to_be_hidden()
        expect(page.get_by_role("link", name="取号")).to_be_visible()


class _Tiles(BaseHTTPRequestHandler):
    """A tile server: one grey pixel for every tile."""

    asked: list[tuple[str, str | None]]

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["Referer"]))
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        self.wfile.write(_pixel())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _pixel() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checked

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\x00\xc8")
    ends = chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + ends


@contextmanager
def tile_server() -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    asked: list[tuple[str, str | None]] = []
    handler = type("Tiles", (_Tiles,), {"asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def test_an_operators_tile_server_is_asked_and_nobody_else(
    browser: Browser, halls: str, tmp_path: Path
) -> None:
    with tile_server() as (tiles, asked):
        named = {"WANHAO_MAP_TILES": f"{tiles}/{{z}}/{{x}}/{{y}}.png", "WANHAO_MAP_CREDIT": "GS 1"}
        with (
            patch.dict(os.environ, named),
            serving(free_port(), tmp_path, free_port()) as url,
            visiting(browser, url + PLACES) as visit,
        ):
            page = visit.page
            expect(page.locator("img.leaflet-tile-loaded").first).to_be_visible()
            expect(page.locator(".map")).to_contain_text("GS 1")
            take_picture(page, "hall-map-tiles")
            assert visit.complaints == []
            # It learns which site asks, and not what somebody looks for.
            assert {referer for _, referer in asked} == {f"{url}/"}
            page.evaluate(
                """() => new Promise((done) => {
                  document.addEventListener("securitypolicyviolation", done, {once: true});
                  document.body.append(Object.assign(new Image(), {src: "http://127.0.0.1:9/x"}));
                })"""
            )
            assert any("127.0.0.1:9" in one for one in visit.complaints)
