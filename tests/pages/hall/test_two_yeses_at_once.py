"""The same yes comes over several connections in the same moment, to a real web server."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from tests.menu.walking.examples import Example
from tests.menu.walking.world import NUMBERS, open_world
from tests.pages.conftest import START_SECONDS, Served
from tests.pages.hall.signing_in import sign_in
from wanhao.billing.models import Posting
from wanhao.menu.contracts import Door
from wanhao.menu.models import Confirmation
from wanhao.menu.states import ConfirmationState
from wanhao.pages.design import clock
from wanhao.parties.queries import lines_by_number
from wanhao.products.queries import products_of

NUMBER, PACK = NUMBERS[Door.WEB], "sms-pack-5"
YESES = 4
WAITING = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'"""


@dataclass(frozen=True, slots=True)
class Window:
    """A customer's signed-in browser, without the browser."""

    url: str
    session: str

    def post(self, path: str, **given: str) -> httpx.Response:
        """Send a form over a connection of its own, as a second tab or a nervous finger does."""
        cookies = {settings.SESSION_COOKIE_NAME: self.session}
        with httpx.Client(base_url=self.url, cookies=cookies, timeout=START_SECONDS) as one:
            form = one.get("/hall/do/pack_open/").text
            found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
            assert found is not None, form
            return one.post(path, data={**given, "csrfmiddlewaretoken": found[1]})


@pytest.fixture
def window(transactional_db: None, tmp_path: Path, web: Served) -> Iterator[Window]:
    with open_world(tmp_path / "usage", Example(item="pack_open", says="")):
        client = Client()
        sign_in(client, NUMBER, clock.now())
        yield Window(web.url, client.cookies[settings.SESSION_COOKIE_NAME].value)


def test_a_yes_sent_over_and_over_in_one_moment_opens_one_pack(window: Window) -> None:
    proposal = window.post("/hall/do/pack_open/", pack=PACK).text
    found = re.search(r'name="nonce" value="(\w+)"', proposal)
    assert found is not None, proposal
    before = Posting.objects.count()
    answers = at_once(window, found[1])
    assert [one.status_code for one in answers] == [200] * YESES
    assert all('data-kind="answered"' in one.text for one in answers)
    assert held().count(PACK) == 1
    # A pack is charged with the month's bill, so nothing is booked now, let alone four times.
    assert Posting.objects.count() == before
    state = Confirmation.objects.get(nonce=found[1]).state
    assert state == ConfirmationState.DONE.value


def at_once(window: Window, nonce: str) -> list[httpx.Response]:
    """All yeses have reached the server, and wait at the same row, before the first may go on."""
    path = "/hall/do/pack_open/confirm/"
    with ThreadPoolExecutor(YESES) as threads:
        with transaction.atomic():
            Confirmation.objects.select_for_update().get(nonce=nonce)
            sent = [threads.submit(window.post, path, nonce=nonce) for _ in range(YESES)]
            deadline = time.monotonic() + START_SECONDS
            while waiting() < YESES:
                assert time.monotonic() < deadline, waiting()
                time.sleep(0.05)
        return [one.result() for one in sent]


def waiting() -> int:
    """How many ask this database for a row that somebody holds."""
    with connection.cursor() as cursor:
        # Within a transaction it would say again what it said at first.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(WAITING)
        return int(cursor.fetchone()[0])


def held() -> list[str]:
    group = lines_by_number({NUMBER})[NUMBER].group_id
    return [one.offering.code for one in products_of(group, clock.now())]
