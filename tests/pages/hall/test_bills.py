"""A customer's own bills."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from tests.pages.hall.customers import OTHER, a_customer, two_bills
from wanhao.access.queries import reads_of
from wanhao.billing.bills.contracts import MonthTotal
from wanhao.billing.bills.queries import bill
from wanhao.pages.design import clock
from wanhao.pages.hall.comparing import comparisons
from wanhao.parties.contracts import Language, LineView
from wanhao.parties.queries import lines_by_number


@pytest.fixture
def line(db: None, tmp_path: Path, client: Client) -> Iterator[LineView]:
    with a_customer(client, tmp_path / "usage") as line:
        yield line


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_who_has_no_bill_yet_is_told_when_the_first_one_comes(
    client: Client, line: LineView
) -> None:
    assert "72小时" in page(client, "/hall/bills/")


def test_a_bill_is_told_beside_the_one_before(client: Client, line: LineView) -> None:
    last, before = two_bills(line, clock.now())
    shown = page(client, "/hall/bills/")
    assert f'href="/hall/bills/{last}/"' in shown
    assert f'href="/hall/bills/{before}/"' in shown
    found = bill(line.account_id, last)
    assert found is not None
    one = page(client, f"/hall/bills/{last}/")
    assert 'class="compared__all">合计比' in one
    assert 'data-part="usage"' in one


def test_files_are_the_customers_own_and_recorded(client: Client, line: LineView) -> None:
    last, _ = two_bills(line, clock.now())
    paper = client.get(f"/hall/bills/{last}/bill.pdf")
    assert paper.content.startswith(b"%PDF")
    table = client.get(f"/hall/bills/{last}/bill.csv").content.decode()
    assert str(last) in table
    purposes = [one.purpose for one in reads_of(f"account A{line.number}")]
    assert purposes == [f"bill {last} at the hall"] * 2


def test_a_month_without_a_bill_is_not_found_nor_is_anothers(
    client: Client, line: LineView
) -> None:
    other = lines_by_number({OTHER})[OTHER]
    last, _ = two_bills(other, clock.now())
    assert client.get(f"/hall/bills/{last}/").status_code == 404


def test_equal_bills_are_said_to_be_equal(line: LineView) -> None:
    last, before = two_bills(line, clock.now())
    one, other = bill(line.account_id, last), bill(line.account_id, before)
    assert one is not None
    assert other is not None
    months = [
        MonthTotal(cycle=before - 1, fen=2000),
        MonthTotal(cycle=before, fen=4000),
        MonthTotal(cycle=last, fen=one.total_fen),
    ]
    said = [told.said for told in comparisons(one, one, months, Language.ZH)]
    assert said[0].endswith("不变")
    assert said[-1] == "之前2期平均¥30.00"
    assert comparisons(other, None, months[:1], Language.ZH) == ()
