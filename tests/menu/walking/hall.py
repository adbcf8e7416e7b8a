"""Walks up to doors W and A: fills in the hall's forms over HTTP, at a server that really listens.

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
from tests.pages.hall.signing_in import sign_in
from wanhao.menu.contracts import Door, IdentityLevel
from wanhao.menu.input_words import words_of
from wanhao.pages.design import clock

SAID = re.compile(r"<(p|ul)[^>]* data-said>(.*?)</\1>", re.DOTALL)
KIND = re.compile(r'data-kind="(\w+)"')
NONCE = re.compile(r'name="nonce" value="(\w+)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
PATIENT = 60.0


class AtHall:
    """Signed in with a code and the service password, so every level is reached."""

    reaches = IdentityLevel.STRONG

    def __init__(self, url: str, door: Door) -> None:
        self.door = door
        self._url = url

    def ask(self, number: int, example: Example, given: Mapping[str, Any]) -> Seen:
        with self._browser(number) as browser:
            page = f"/hall/do/{example.item}/"
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
        with self._browser(number) as browser:
            token = _token(_shown(browser.get("/hall/serve/")))
            told = token | {"nonce": proposal.nonce}
            return _seen(_shown(browser.post(f"/hall/do/{example.item}/confirm/", data=told)))

    def _browser(self, number: int) -> httpx.Client:
        signed_in = Client()
        sign_in(signed_in, number, clock.now(), IdentityLevel.STRONG, door=self.door)
        cookies = {name: one.value for name, one in signed_in.cookies.items()}
        return httpx.Client(base_url=self._url, cookies=cookies, timeout=PATIENT)


@contextmanager
def at_hall() -> Iterator[tuple[AtHall, AtHall]]:
    """A server in a thread, and who walks up to the pages and to the app."""
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(get_asgi_application(), lifespan="off", log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield AtHall(url, Door.WEB), AtHall(url, Door.APP)
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
