"""Debian's Chromium for the tests of the pages, and what is asserted of every page."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, expect

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FONTS = Path(__file__).with_name("fonts.conf")
PICTURES = Path(__file__).parents[1] / "out" / "screenshots"
PHONE = (360, 780)
HALL_PC = (1366, 768)
LANGUAGES = {"zh": "zh-CN", "en": "en"}
SIZES = {"360": PHONE, "1366": HALL_PC}
LOOKS = {"light": {}, "dark": {"dark": True}, "large": {"large": True}}
PATIENCE_MS = 60_000
FINGER = 44
TOO_SMALL = """smallest => [...document.querySelectorAll("a, button, summary, select")]
  .filter(one => one.checkVisibility({visibilityProperty: true}) && one.className !== "skip")
  .map(one => [one.innerText, one.getBoundingClientRect()])
  .filter(([_, box]) => Math.min(box.width, box.height) < smallest)
  .map(([said, box]) => `${said}: ${box.width} x ${box.height}`)"""
expect.set_options(timeout=PATIENCE_MS)


@dataclass(slots=True)
class Visit:
    """One open page; `complaints` is what the browser's console said that it should not."""

    page: Page
    complaints: list[str] = field(default_factory=list)


def complaint(message: ConsoleMessage) -> list[str]:
    """What the console said, when it is an error or a warning."""
    return [message.text] if message.type in ("error", "warning") else []


def start_browser(playwright: Playwright, *, scripts: bool = True) -> Browser:
    """Chromium from the system's packages; never a downloaded one."""
    assert CHROMIUM.exists(), "The browser tests need Debian's chromium: apt-get install chromium"
    environment = {**os.environ, "FONTCONFIG_FILE": str(FONTS)}
    flags = FLAGS if scripts else [*FLAGS, "--blink-settings=scriptEnabled=false"]
    return playwright.chromium.launch(
        executable_path=str(CHROMIUM), args=flags, env=dict(environment)
    )


@contextmanager
def visiting(
    browser: Browser,
    url: str,
    *,
    language: str = "zh-CN",
    size: tuple[int, int] = HALL_PC,
    dark: bool = False,
    large: bool = False,
) -> Iterator[Visit]:
    """Open a page as one person would, with their language, screen and preferences."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale=language,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    if large:
        # From the root of the server: a cookie of a page counts below that page alone.
        root = urljoin(url, "/")
        context.add_cookies([{"name": "wanhao_text", "value": "large", "url": root}])
    visit = Visit(context.new_page())
    visit.page.on("console", lambda message: visit.complaints.extend(complaint(message)))
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    try:
        visit.page.goto(url)
        yield visit
    finally:
        context.close()


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(page.evaluate(width))


def too_small(page: Page) -> list[str]:
    """What is too small for a finger, with its size in pixels.

    Asked in one go, since a page that is live may renew its parts at any moment.
    """
    return [str(one) for one in page.evaluate(TOO_SMALL, FINGER)]


def take_picture(page: Page, name: str, *, whole: bool = False) -> Path:
    """A screenshot for people to look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    picture = PICTURES / f"{name}.png"
    page.screenshot(path=str(picture), full_page=whole)
    return picture
