"""A registered terminal of a hall, and a test's customer before it."""

import secrets
from datetime import UTC, datetime

from django.test import Client

from tests.outlets.examples import a_place
from wanhao.menu.contracts import IdentityLevel
from wanhao.outlets.actions import import_places
from wanhao.outlets.contracts import Service
from wanhao.outlets.desks import open_desk, set_desks
from wanhao.outlets.queue_contracts import NewDesk
from wanhao.outlets.terminal_contracts import TerminalView
from wanhao.outlets.terminals import add_terminal, register_terminal, terminal_of
from wanhao.pages.terminal.guests import COOKIE, KEPT
from wanhao.pages.terminal.visits import Shown, Visit, to_json
from wanhao.parties.queries import lines_by_number

HALL = "H1"
SHOWN = {
    IdentityLevel.ANYONE: frozenset[Shown](),
    IdentityLevel.KNOWN: frozenset({Shown.CODE}),
    IdentityLevel.VERIFIED: frozenset({Shown.CODE, Shown.PASSWORD}),
    IdentityLevel.STRONG: frozenset({Shown.CODE, Shown.PASSWORD, Shown.CARD}),
}


def open_terminal(*, devices_url: str = "", hours: str = "24/7") -> tuple[TerminalView, str]:
    """A hall with two desks, and a terminal in it with the secret of its browser."""
    now = datetime.now(UTC)
    import_places([a_place(HALL, hours=hours)])
    set_desks(HALL, [NewDesk(number=1, services=(Service.REPAIR,)), NewDesk(number=2)], now)
    open_desk(HALL, 1, "li.na", now)
    return a_terminal(devices_url=devices_url)


def a_terminal(*, devices_url: str = "") -> tuple[TerminalView, str]:
    """A terminal of the hall that is there, with the secret of its browser."""
    now = datetime.now(UTC)
    _, code = add_terminal(HALL, secrets.token_hex(4), now, devices_url=devices_url)
    secret = register_terminal(code, now)
    assert secret is not None
    found = terminal_of(secret)
    assert found is not None
    return found, secret


def browser_of(secret: str, *, checks: bool = False) -> Client:
    """The terminal's browser, its cookies at home; `checks`: forms need their token."""
    client = Client(enforce_csrf_checks=checks)
    client.cookies[COOKIE] = secret
    return client


def stand(client: Client, number: int = 0, level: IdentityLevel = IdentityLevel.VERIFIED) -> None:
    """Somebody stands there, so sure of a number as said."""
    line = lines_by_number([number]).get(number)
    session = client.session
    visit = Visit(
        key=secrets.token_urlsafe(12),
        number=number,
        line_id=line.line_id if line else 0,
        shown=SHOWN[level] if line else frozenset(),
    )
    session[KEPT] = to_json(visit)
    session.set_expiry(90)
    session.save()
