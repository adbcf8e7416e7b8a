"""The numbers on docs/rules/bills.md, held against the code row by row."""

from datetime import date

import pytest

from tests.billing.bills.examples import (
    CLOSED,
    NOVEMBER,
    an_item,
    calls,
    issued,
    opened,
    rent,
    surfing,
)
from tests.billing.bills.pages import table, whole
from tests.metering.pages import listed
from wanhao.billing.bills.actions import add_bill_items, due_date
from wanhao.billing.bills.contracts import Allowance, AllowanceKind, BillLine, LineKind
from wanhao.billing.bills.figures import data_amount, voice_amount
from wanhao.billing.bills.queries import abnormal_bills, bill, shown_cycles
from wanhao.billing.bills.revenue import by_book
from wanhao.billing.queries import balances
from wanhao.parties.contracts import Language

LATE = {"service": "voice", "zone": "domestic", "used": 3, "of_cycle": 202610}


def worked_out() -> tuple[BillLine, ...]:
    """The usage and fees of the page's account; its items come on top."""
    texts = BillLine(
        kind=LineKind.MESSAGE,
        fen=20,
        zone="domestic",
        used=32,
        beyond=2,
        price_fen=10,
        allowances=(Allowance(kind=AllowanceKind.PLAN, quantity=30, used=30),),
    )
    pack = BillLine(kind=LineKind.PACK, fen=1000, name_zh="300MB加油包", days=30, of_days=30)
    return (rent(), pack, calls(), texts, surfing())


def told(line: BillLine) -> tuple[str, str, str, str]:
    """A line as the page writes it."""
    unit = 1 << 20 if line.kind is LineKind.DATA else 1
    suffix = " MB" if line.kind is LineKind.DATA else ""
    allowances = [
        f"{one.kind.value} {one.used // unit}/{one.quantity // unit}" for one in line.allowances
    ]
    used = f"{line.days}/{line.of_days} days" if line.of_days else f"{line.used // unit}{suffix}"
    beyond = f"{line.beyond // unit}{suffix}"
    return line.kind.value, used, ", ".join(allowances) or "none", beyond


@pytest.mark.django_db
def test_the_bill_that_is_worked_out() -> None:
    (account,) = opened(1)
    add_bill_items(
        [
            an_item(account, 45, "late-1", LineKind.LATE, **LATE),
            an_item(account, -500, "credit-1", name_zh="故障减免"),
        ],
        CLOSED,
    )
    issued([account], *worked_out())
    view = bill(account, NOVEMBER)
    assert view is not None
    *lines, (_, _, _, _, total) = table("line")
    assert [(*told(line), str(line.fen)) for line in view.lines] == lines
    assert view.total_fen == int(total)
    assert balances([account]) == {account: -int(total)}
    assert by_book(view.lines) == {book: int(fen) for book, fen in table("book")}


@pytest.mark.parametrize("row", table("octets"), ids=" ".join)
def test_data_is_written_exactly(row: tuple[str, str]) -> None:
    octets, written = row
    assert data_amount(whole(octets)) == written


@pytest.mark.parametrize("row", table("voice units"), ids=" ".join)
def test_minutes_are_written_with_their_seconds(row: tuple[str, str, str, str]) -> None:
    units, seconds, english, chinese = row
    assert voice_amount(int(units), int(seconds), Language.EN) == english
    assert voice_amount(int(units), int(seconds), Language.ZH) == chinese


@pytest.mark.parametrize("row", table("month"), ids=" ".join)
def test_the_day_by_which_to_pay(row: tuple[str, str, str]) -> None:
    cycle, day, expected = row
    assert due_date(int(cycle), int(day)) == date.fromisoformat(expected)


@pytest.mark.parametrize("row", table("running month"), ids=" ".join)
def test_five_months_are_shown(row: tuple[str, str]) -> None:
    current, shown = row
    assert shown_cycles(int(current)) == tuple(int(cycle) for cycle in listed(shown))


@pytest.mark.django_db
@pytest.mark.parametrize("row", table("three before"), ids=" ".join)
def test_a_bill_is_abnormal_where_the_page_says(row: tuple[str, str, str]) -> None:
    earlier, amount, expected = row
    (account,) = opened(1)
    for cycle, fen in zip((202608, 202609, 202610), earlier.split(", "), strict=True):
        if fen != "none":
            issued([account], rent(int(fen)), cycle=cycle)
    issued([account], rent(int(amount)))
    found = [one.account_id for one in abnormal_bills(NOVEMBER)]
    assert found == ([account] if expected == "yes" else [])
    assert abnormal_bills(NOVEMBER, after=account) == ()
