"""Walks up to door K: a clerk looks the customer up, compares the document, and asks on their
behalf, over HTTP, at a server that really listens.
"""

from collections.abc import Mapping
from typing import Any

import httpx
from django.test import Client

from tests.menu.walking.examples import Example
from tests.menu.walking.pages import PATIENT, fill_in, seen, shown, token
from tests.menu.walking.walkers import Seen
from tests.staff.examples import employed
from wanhao.access.models import Login
from wanhao.menu.contracts import Door, IdentityLevel
from wanhao.pages.design import clock
from wanhao.parties.contracts import DocumentKind
from wanhao.parties.documents import record_document
from wanhao.parties.queries import account_profiles, lines_by_number

CLERK, DOCUMENT = "walker", "E12345678"


class AtCounter:
    """The document is compared first, so every level is reached."""

    door = Door.COUNTER
    reaches = IdentityLevel.STRONG

    def __init__(self, url: str) -> None:
        self._url = url
        self._place = ""

    def ask(self, number: int, example: Example, given: Mapping[str, Any]) -> Seen:
        with self._browser() as browser:
            self._place = _served(browser, number)
            return fill_in(browser, f"{self._place}do/{example.item}/", example, given)

    def say_yes(self, number: int, example: Example, proposal: Seen) -> Seen:
        with self._browser() as browser:
            told = token(shown(browser.get(self._place))) | {"nonce": proposal.nonce}
            done = shown(browser.post(f"{self._place}do/{example.item}/yes/", data=told))
            assert "/counter/receipts/" in done, "what was done has no receipt"
            return seen(done)

    def _browser(self) -> httpx.Client:
        login = Login.objects.filter(name=CLERK).first() or employed(CLERK)
        signed_in = Client()
        signed_in.force_login(login)
        cookies = {name: one.value for name, one in signed_in.cookies.items()}
        return httpx.Client(
            base_url=self._url, cookies=cookies, timeout=PATIENT, follow_redirects=True
        )


def _served(browser: httpx.Client, number: int) -> str:
    """The address of a service for a number, its document compared."""
    line = lines_by_number([number])[number]
    record_document(line.line_id, DocumentKind.PASSPORT, DOCUMENT, clock.now(), by="walk")
    sent = token(shown(browser.get("/counter/")))
    found = browser.post("/counter/find/", data=sent | {"wanted": number, "purpose": "change"})
    place = found.url.path
    name = account_profiles([line.account_id])[line.account_id].customer_name
    document = {"kind": "passport", "name": name, "number": DOCUMENT, "face": "on"}
    proved = shown(browser.post(f"{place}level/document/", data=sent | document))
    assert 'data-level="3"' in proved, proved
    return place
