"""Takes the pictures of the README from a running demo: python -m tests.pages.pictures URL."""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.pages.browser import start_browser, visiting

FOLDER = Path(__file__).parents[2] / "docs" / "images"
PAGES = {"operations": "", "phones": "phones/", "reminders": "reminders/"}
SETTLE_MS = 3_000


def take_pictures(url: str) -> None:
    """Chinese, at the size of a hall PC."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, start_browser(playwright) as browser:
        for name, path in PAGES.items():
            with visiting(browser, url + path) as visit:
                visit.page.wait_for_timeout(SETTLE_MS)
                visit.page.screenshot(path=str(FOLDER / f"{name}.png"))


if __name__ == "__main__":
    take_pictures(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8010/")
