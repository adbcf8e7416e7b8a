"""A customer with a bill, committed for a web server, and Chromium signed in as them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext

from tests.menu.walking.examples import Example
from tests.menu.walking.world import NUMBERS, open_world
from tests.pages.browser import PATIENCE_MS, PHONE
from tests.pages.hall.signing_in import sign_in
from wanhao.menu.contracts import Door, IdentityLevel

BILLED = Example(item="bill", says="", billed=True)


@contextmanager
def customers(folder: Path) -> Iterator[None]:
    """One customer for each door, with a plan, a pack, money, points and last month's bill."""
    with open_world(folder, BILLED):
        yield


@contextmanager
def signed_in(
    browser: Browser,
    url: str,
    door: Door = Door.WEB,
    level: IdentityLevel = IdentityLevel.VERIFIED,
    *,
    language: str = "zh-CN",
    size: tuple[int, int] = PHONE,
    dark: bool = False,
    large: bool = False,
) -> Iterator[BrowserContext]:
    """A browser whose customer is signed in; nothing is open yet."""
    client = Client()
    sign_in(client, NUMBERS[door], datetime.now(UTC), level)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale=language,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": url}])
    code = "en" if language.startswith("en") else "zh-hans"
    context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": code, "url": url}])
    if large:
        context.add_cookies([{"name": "wanhao_text", "value": "large", "url": url}])
    try:
        yield context
    finally:
        context.close()
