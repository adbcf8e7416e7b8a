"""What walkers at doors with pages share: a server that really listens, and its forms.

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

from tests.menu.walking.examples import Example
from tests.menu.walking.walkers import Seen
from wanhao.menu.input_words import words_of

SAID = re.compile(r"<(p|ul)[^>]* data-said>(.*?)</\1>", re.DOTALL)
KIND = re.compile(r'data-kind="(\w+)"')
NONCE = re.compile(r'name="nonce" value="(\w+)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
PATIENT = 60.0


@contextmanager
def serving_pages() -> Iterator[str]:
    """The address of a server in a thread."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(get_asgi_application(), lifespan="off", log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def fill_in(browser: httpx.Client, page: str, example: Example, given: Mapping[str, Any]) -> Seen:
    """Open an item's page, fill its form in and send it."""
    found = shown(browser.get(page))
    form = _form(found)
    asked = {
        name: str(value) for name, value in given.items() if not words_of(example.item, name).proof
    }
    missing = [name for name in asked if f'name="{name}"' not in form]
    assert not missing, f"{example.item}: the form does not ask {missing}"
    if 'method="post"' in form:
        found = shown(browser.post(page, data=asked | token(found)))
    elif asked:
        found = shown(browser.get(page, params=asked))
    return seen(found)


def shown(response: httpx.Response) -> str:
    """The page, which is there."""
    assert response.status_code == 200, response.text
    return response.text


def token(page: str) -> dict[str, str]:
    """What a form sends back so that it counts."""
    found = TOKEN.search(page)
    assert found is not None, "the page has no form with a token"
    return {"csrfmiddlewaretoken": found[1]}


def seen(page: str) -> Seen:
    """What a customer sees of a reply."""
    kind, nonce = KIND.search(page), NONCE.search(page)
    said = [re.sub(r"<[^>]+>", "\n", part) for _, part in SAID.findall(page)]
    return Seen(
        text=html.unescape("\n".join(said)),
        kind=kind[1] if kind else "",
        nonce=nonce[1] if nonce else "",
    )


def _form(page: str) -> str:
    """The item's own form, empty where there is none."""
    found = re.search(r'<form class="ask".*?</form>', page, re.DOTALL)
    return found[0] if found else ""
