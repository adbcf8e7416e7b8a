"""What a message cannot do goes on in the online hall: to prove who one is, a link for one line and
one thing; to pay, the page filled in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from wanhao.access.one_time_links import make_link
from wanhao.channels.sms.hall import words
from wanhao.channels.sms.hall.contracts import Served
from wanhao.menu.contracts import Door
from wanhao.menu.queries import item_of
from wanhao.parties.contracts import LineView


def lead_on(
    served: Sequence[Served], lines: Sequence[LineView], hall_url: str, now: datetime
) -> list[Served]:
    """What was refused for want of proof gets a link instead, where the online hall has it; what is
    to be paid online gets one, too."""
    return [
        _led(one, line, hall_url, now) if one.to_prove else _to_payment(one, line, hall_url)
        for one, line in zip(served, lines, strict=True)
    ]


def _to_payment(one: Served, line: LineView, hall_url: str) -> Served:
    """The link names the line: whoever opens it may be signed in for another."""
    if one.to_pay is None or not one.to_pay.online or not hall_url:
        return one
    pay = replace(one.to_pay, number=one.to_pay.number or str(line.number))
    return replace(one, text=words.pay_there(line.language, hall_url.rstrip("/") + pay.path))


def _led(one: Served, line: LineView, hall_url: str, now: datetime) -> Served:
    if not hall_url or Door.WEB not in item_of(one.item).doors:
        return one
    secret = make_link(line.line_id, one.item, now)
    link = f"{hall_url.rstrip('/')}/hall/open/{secret}/"
    return replace(one, text=words.go_on_there(line.language, link))
