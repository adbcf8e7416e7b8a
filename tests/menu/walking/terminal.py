"""Walks up to door T: a registered terminal, at which the customer's code, password and card were
shown, over HTTP, at a server that really listens."""

from collections.abc import Mapping
from typing import Any

import httpx

from tests.menu.walking.examples import Example
from tests.menu.walking.pages import PATIENT, fill_in, seen, shown, token
from tests.menu.walking.walkers import Seen
from tests.pages.terminal.standing import a_terminal, browser_of, stand
from wanhao.menu.contracts import Door, IdentityLevel


class AtTerminal:
    """Everything was shown, so every level is reached."""

    door = Door.TERMINAL
    reaches = IdentityLevel.STRONG

    def __init__(self, url: str) -> None:
        self._url = url

    def ask(self, number: int, example: Example, given: Mapping[str, Any]) -> Seen:
        with self._browser(number) as browser:
            return fill_in(browser, f"/terminal/do/{example.item}/", example, given)

    def say_yes(self, number: int, example: Example, proposal: Seen) -> Seen:
        with self._browser(number) as browser:
            told = token(shown(browser.get("/terminal/start/"))) | {"nonce": proposal.nonce}
            done = shown(browser.post(f"/terminal/do/{example.item}/confirm/", data=told))
            assert 'action="/terminal/receipt/"' in done, "what was done has no receipt"
            return seen(done)

    def _browser(self, number: int) -> httpx.Client:
        _, secret = a_terminal()
        standing = browser_of(secret)
        stand(standing, number, IdentityLevel.STRONG)
        cookies = {name: one.value for name, one in standing.cookies.items()}
        return httpx.Client(base_url=self._url, cookies=cookies, timeout=PATIENT)
