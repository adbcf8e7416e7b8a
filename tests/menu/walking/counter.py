"""Walks up to door K: a clerk looks the customer up, compares the document, and asks on their
behalf, over HTTP, at a server that really listens.

The server is a thread of this process, so that it reads the meter of the walk.
"""

import html
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn
from django.core.asgi import get_asgi_application
from django.test import Client

from tests.menu.walking.examples import Example
from tests.menu.walking.walkers import Seen
from tests.staff.examples import employed
from wanhao.access.models import Login
from wanhao.menu.contracts import Door, IdentityLevel
from wanhao.menu.input_words import words_of
from wanhao.pages.design import clock
from wanhao.parties.contracts import DocumentKind
from wanhao.parties.documents import record_document
from wanhao.parties.queries import account_profiles, lines_by_number

SAID = re.compile(r"<(p|ul)[^>]* data-said>(.*?)</\1>", re.DOTALL)
KIND = re.compile(r'data-kind="(\w+)"')
NONCE = re.compile(r'name="nonce" value="(\w+)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
CLERK, DOCUMENT = "walker", "E12345678"
PATIENT = 60.0


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
            page = f"{self._place}do/{example.item}/"
            shown = _shown(browser.get(page))
            form = _form(shown)
            asked = {
                name: str(value)
                for name, value in given.items()
                if not words_of(example.item, name).proof
            }
            missing = [name for name in asked if f'name="{name}"' not in form]
            assert not missing, f"{example.item}: the form does not ask {missing}"
            if 'method="post"' in form:
                shown = _shown(browser.post(page, data=asked | _token(shown)))
            elif asked:
                shown = _shown(browser.get(page, params=asked))
            return _seen(shown)

    def say_yes(self, number: int, example: Example, proposal: Seen) -> Seen:
        with self._browser() as browser:
            told = _token(_shown(browser.get(self._place))) | {"nonce": proposal.nonce}
            page = f"{self._place}do/{example.item}/yes/"
            shown = _shown(browser.post(page, data=told))
            assert "/counter/receipts/" in shown, "what was done has no receipt"
            return _seen(shown)

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
    token = _token(_shown(browser.get("/counter/")))
    found = browser.post("/counter/find/", data=token | {"wanted": number, "purpose": "change"})
    place = found.url.path
    name = account_profiles([line.account_id])[line.account_id].customer_name
    document = {"kind": "passport", "name": name, "number": DOCUMENT, "face": "on"}
    proved = _shown(browser.post(f"{place}level/document/", data=token | document))
    assert 'data-level="3"' in proved, proved
    return place


@contextmanager
def at_counter() -> Iterator[AtCounter]:
    """A server in a thread, and who walks up to the counter."""
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(get_asgi_application(), lifespan="off", log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield AtCounter(url)
    finally:
        server.should_exit = True
        thread.join()


def _shown(response: httpx.Response) -> str:
    assert response.status_code == 200, response.text
    return response.text


def _form(shown: str) -> str:
    """The item's own form, empty where there is none."""
    found = re.search(r'<form class="ask".*?</form>', shown, re.DOTALL)
    return found[0] if found else ""


def _token(shown: str) -> dict[str, str]:
    found = TOKEN.search(shown)
    assert found is not None, "the page has no form with a token"
    return {"csrfmiddlewaretoken": found[1]}


def _seen(shown: str) -> Seen:
    kind, nonce = KIND.search(shown), NONCE.search(shown)
    said = [re.sub(r"<[^>]+>", "\n", part) for _, part in SAID.findall(shown)]
    return Seen(
        text=html.unescape("\n".join(said)),
        kind=kind[1] if kind else "",
        nonce=nonce[1] if nonce else "",
    )
