"""A customer of the hall who has what its pages show."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.test import Client

from tests.billing.bills.examples import calls, rent, surfing
from tests.menu.walking.examples import Example
from tests.menu.walking.world import NUMBERS, open_world
from tests.pages.hall.signing_in import sign_in
from wanhao.billing.bills.actions import issue_bills
from wanhao.billing.bills.contracts import BillDraft
from wanhao.menu.contracts import Door, IdentityLevel
from wanhao.pages.design import clock
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import lines_by_number
from wanhao.values.cycle import Cycle

NUMBER = NUMBERS[Door.WEB]
OTHER = NUMBERS[Door.CHAT]


@contextmanager
def a_customer(
    client: Client,
    folder: Path,
    *,
    holds: tuple[str, ...] = (),
    level: IdentityLevel = IdentityLevel.STRONG,
) -> Iterator[LineView]:
    """Signed in, with a plan, money and points, who called for half an hour."""
    with open_world(folder, Example(item="usage", says="", holds=holds)):
        sign_in(client, NUMBER, clock.now(), level)
        yield lines_by_number({NUMBER})[NUMBER]


def two_bills(line: LineView, now: datetime) -> tuple[int, int]:
    """A bill of the last month, and a smaller one of the month before; their cycles."""
    last = Cycle.of(now).previous
    before = last.previous
    small = (rent(group_id=line.group_id),)
    large = (rent(group_id=line.group_id), calls(), surfing())
    for cycle, lines in ((before, small), (last, large)):
        issue_bills([BillDraft(account_id=line.account_id, cycle=cycle.number, lines=lines)], now)
    return last.number, before.number
