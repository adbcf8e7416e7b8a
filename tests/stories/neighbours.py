"""A hall with a clerk, a customer with two bills, and her neighbour, who is left alone all day."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP

from tests.communications.policies import at_any_hour
from tests.outlets.examples import a_place
from tests.pages.counter.shop import COUNTY, HALL, move_to
from tests.pages.hall.customers import two_bills
from tests.parties.examples import a_line, an_account
from tests.staff.examples import NANCHANG, employed
from wanhao.access.models import Login
from wanhao.access.queries import reads_of
from wanhao.access.service_passwords import set_service_password
from wanhao.billing.models import Posting
from wanhao.billing.queries import balances
from wanhao.communications.models import CommunicationMessage
from wanhao.outlets.actions import import_places
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.products.queries import products_of
from wanhao.staff.actions import place_units
from wanhao.staff.contracts import Unit, UnitKind
from wanhao.usage.models import RecordDispute
from wanhao.values.cycle import Cycle
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.watch_thresholds import watch_thresholds

HERS, NEIGHBOURS = 16907910001, 16907910002
HER_NAME, HER_CARD = "王小明", "11010519491231002X"
HER_PASSWORD = "246801"
CLERK, SECRET = "li.na", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OPENING_FEN = 30_000
BEGAN = timedelta(seconds=1)
"""How long after the month their lines begin."""
LONGEST = timedelta(minutes=20)
"""What the day may take on a slow machine."""


def open_town() -> tuple[int, int]:
    """Everything before the doors open; gives the cycles of her last bill and the one before."""
    now = datetime.now(UTC)
    load_catalogue()
    at_any_hour(now)
    open_hall()
    if Cycle.of(now + LONGEST) != Cycle.of(now):
        pytest.skip("The month turns before this day is told, and its pages are of one month.")
    open_accounts([_order(HERS), _order(NEIGHBOURS)], Cycle.of(now).start + BEGAN)
    watch_thresholds(now)
    set_service_password(line_of(HERS).line_id, HERS, HER_PASSWORD, now, by="the hall")
    return two_bills(line_of(HERS), now)


def open_hall() -> None:
    """Hall H1 of Nanchang, whose clerk has a password and an authenticator app."""
    import_places([a_place(HALL)])
    employed(CLERK, NANCHANG, role="")
    place_units(
        [
            Unit(code=COUNTY, kind=UnitKind.COUNTY, name_zh="东湖", name_en="D", parent=NANCHANG),
            Unit(code=HALL, kind=UnitKind.HALL, name_zh="样例", name_en="S", parent=COUNTY),
        ]
    )
    move_to(CLERK, HALL, "clerk")
    TOTP.activate(Login.objects.get(name=CLERK), SECRET)


def line_of(number: int) -> LineView:
    return lines_by_number([number])[number]


def has_fen(number: int) -> int:
    """The balance of who pays for a number."""
    account = line_of(number).account_id
    return balances([account])[account]


def held(number: int) -> set[str]:
    """The codes of what a number holds now."""
    found = products_of(line_of(number).group_id, datetime.now(UTC))
    return {one.offering.code for one in found}


@dataclass(frozen=True, slots=True)
class Untouched:
    """All that a day at the doors could leave on somebody."""

    balance_fen: int
    held: frozenset[str]
    postings: int
    messages: int
    disputes: int
    reads: int


def as_it_stands(number: int) -> Untouched:
    """What a number has, was told, and who read it."""
    line = line_of(number)
    return Untouched(
        balance_fen=has_fen(number),
        held=frozenset(held(number)),
        postings=Posting.objects.filter(account__account_id=line.account_id).count(),
        messages=CommunicationMessage.objects.filter(number=number).count(),
        disputes=RecordDispute.objects.filter(number=number).count(),
        reads=len(reads_of(f"line {number}")),
    )


def _order(number: int) -> AccountOrder:
    return AccountOrder(
        account=an_account(f"A{number}", (a_line(number),), name=HER_NAME),
        offering_codes=("lexiang-4g-59",),
        opening_balance_fen=OPENING_FEN,
        payment_reference=f"opening-{number}",
    )
