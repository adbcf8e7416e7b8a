"""Many customers leave the hall open, each listening for what was counted."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.test import Client

from tests.menu.walking.examples import Example
from tests.menu.walking.world import NUMBERS, open_world
from tests.pages.conftest import START_SECONDS, Served
from tests.pages.hall.signing_in import sign_in
from wanhao.menu.contracts import Door
from wanhao.pages.design import clock

MANY = 12
"""More than a web process has threads and connections to the database."""


@pytest.fixture
def browser(transactional_db: None, tmp_path: Path, web: Served) -> Iterator[httpx.Client]:
    """A signed-in customer's browser, without the browser."""
    with open_world(tmp_path / "usage", Example(item="usage", says="")):
        client = Client()
        sign_in(client, NUMBERS[Door.WEB], clock.now())
        name = settings.SESSION_COOKIE_NAME
        cookies = {name: client.cookies[name].value}
        limits = httpx.Limits(max_connections=None)
        with httpx.Client(
            base_url=web.url, cookies=cookies, limits=limits, timeout=START_SECONDS
        ) as one:
            yield one


def test_open_pages_hold_no_connection_that_others_wait_for(browser: httpx.Client) -> None:
    with ExitStack() as streams:
        for _ in range(MANY):
            answer = streams.enter_context(browser.stream("GET", "/live/"))
            assert answer.status_code == 200
            assert next(answer.iter_lines()).startswith("retry:")
        assert browser.get("/hall/").status_code == 200
