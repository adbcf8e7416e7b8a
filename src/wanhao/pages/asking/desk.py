"""What the doors with pages differ in: where their pages are, and in what they are shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from wanhao.menu.contracts import IdentityLevel, ToPay
from wanhao.pages.design.rendering import render_page

Render = Callable[[HttpRequest, str, Mapping[str, Any], int], HttpResponse]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A door as its views need it: names of its addresses, and its page for one thing to do.

    `item`, `confirm` and `decline` are names of addresses with the item's `code`; `back` is where
    one goes on; `step_up` that of the page that proves more, with `level` and `next` in its query,
    empty where a door has its own way; `pay` that of the page that takes money, in cash where
    `cash`. All of them get `place`, as the customer of a counter.
    `template` includes `asking/_task.html`, `render` shows it.
    """

    template: str
    item: str
    confirm: str
    decline: str
    back: str
    step_up: str = ""
    pay: str = ""
    cash: bool = False
    place: Mapping[str, Any] = field(default_factory=dict)
    render: Render = render_page

    def item_url(self, code: str, given: Mapping[str, str] | None = None) -> str:
        """The page of an item, filled in with what is given."""
        asked = f"?{urlencode(given)}" if given else ""
        return reverse(self.item, kwargs={**self.place, "code": code}) + asked

    def confirm_url(self, code: str) -> str:
        """Where a yes goes."""
        return reverse(self.confirm, kwargs={**self.place, "code": code})

    def decline_url(self, code: str) -> str:
        """Where a no goes."""
        return reverse(self.decline, kwargs={**self.place, "code": code})

    def back_url(self) -> str:
        """Where one goes on."""
        return reverse(self.back, kwargs=dict(self.place))

    def pay_url(self, pay: ToPay) -> str:
        """Where a payment is made, filled in; empty where it cannot be made at this door: nothing
        is connected, or cash is asked for a customer who is not the one at the counter."""
        if not self.pay or (pay.number if self.cash else not pay.online):
            return ""
        filled = f"?{pay.query}" if pay.query else ""
        return reverse(self.pay, kwargs=dict(self.place)) + filled

    def step_up_url(self, level: IdentityLevel, back: str) -> str:
        """Where a level is reached, from where one comes back; empty where the door has none."""
        if not self.step_up:
            return ""
        query = urlencode({"level": int(level), "next": back})
        return f"{reverse(self.step_up, kwargs=dict(self.place))}?{query}"
