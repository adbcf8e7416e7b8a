"""Walks up to doors W and A: fills in the hall's forms over HTTP, at a server that listens."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
from django.test import Client

from tests.menu.walking.examples import Example
from tests.menu.walking.pages import PATIENT, fill_in, seen, serving_pages, shown, token
from tests.menu.walking.walkers import Seen
from tests.pages.hall.signing_in import sign_in
from wanhao.menu.contracts import Door, IdentityLevel
from wanhao.pages.design import clock


class AtHall:
    """Signed in with a code and the service password, so every level is reached."""

    reaches = IdentityLevel.STRONG

    def __init__(self, url: str, door: Door) -> None:
        self.door = door
        self._url = url

    def ask(self, number: int, example: Example, given: Mapping[str, Any]) -> Seen:
        with self._browser(number) as browser:
            return fill_in(browser, f"/hall/do/{example.item}/", example, given)

    def say_yes(self, number: int, example: Example, proposal: Seen) -> Seen:
        with self._browser(number) as browser:
            told = token(shown(browser.get("/hall/serve/"))) | {"nonce": proposal.nonce}
            return seen(shown(browser.post(f"/hall/do/{example.item}/confirm/", data=told)))

    def _browser(self, number: int) -> httpx.Client:
        signed_in = Client()
        sign_in(signed_in, number, clock.now(), IdentityLevel.STRONG, door=self.door)
        cookies = {name: one.value for name, one in signed_in.cookies.items()}
        return httpx.Client(base_url=self._url, cookies=cookies, timeout=PATIENT)


@contextmanager
def at_hall() -> Iterator[tuple[AtHall, AtHall]]:
    """Who walks up to the pages and to the app."""
    with serving_pages() as url:
        yield AtHall(url, Door.WEB), AtHall(url, Door.APP)
