"""Cash at the counter, and the drawer at the end of the day."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from tests.pages.counter.shop import ELSEWHERE, begin, customer, shown
from wanhao.billing.queries import balances
from wanhao.outlets.counter.drawers import closings_of_day
from wanhao.values.cycle import SHANGHAI

pytestmark = pytest.mark.django_db


def take(client: Client, address: str, amount: str) -> tuple[str, str]:
    form = shown(client, f"{address}cash/")
    found = re.search(r'name="reference" value="(\w+)"', form)
    assert found is not None
    return found[1], shown(client, f"{address}cash/", amount=amount, reference=found[1])


def test_cash_is_booked_once_with_a_receipt(clerk: Client) -> None:
    address = begin(clerk, purpose="payment")
    before = money()
    reference, page = take(clerk, address, "50.50")
    assert "¥50.50" in page
    assert "打印凭条" in page
    again = shown(clerk, f"{address}cash/", amount="50.50", reference=reference)
    assert "打印凭条" in again
    assert money() == before + 5050
    assert "¥50.50" in shown(clerk, "/counter/drawer/")


def test_an_amount_that_is_none_is_told(clerk: Client) -> None:
    address = begin(clerk, purpose="payment")
    before = money()
    told = {
        "": "请填写金额",
        "-5": "请填写金额",
        "abc": "请填写金额",
        "0": "金额至少为¥0.01",
        "12.345": "最多写两位小数",
        "10000000": "金额最多为¥100,000.00",
    }
    for amount, words in told.items():
        page = take(clerk, address, amount)[1]
        assert 'role="alert"' in page
        assert words in page
        assert f'value="{amount}" inputmode="decimal" autocomplete="off"' in page
    assert money() == before


def test_the_drawer_is_counted_once_and_a_difference_is_explained(clerk: Client) -> None:
    address = begin(clerk, purpose="payment")
    take(clerk, address, "100")
    assert clerk.post("/counter/drawer/", {"counted": "99.00"}).status_code == 400
    given = {"counted": "99.00", "note": "少收一元，已告知值班经理"}
    assert clerk.post("/counter/drawer/", given).status_code == 302
    day = datetime.now(UTC).astimezone(SHANGHAI).date()
    (closing,) = closings_of_day(day, ["H1"])
    assert (closing.expected_fen, closing.counted_fen, closing.difference_fen) == (
        10000,
        9900,
        -100,
    )
    assert clerk.post("/counter/drawer/", given).status_code == 400
    before = money()
    assert "已清点" in take(clerk, address, "10")[1]
    assert money() == before


def test_a_count_that_is_no_amount_is_told_and_an_empty_drawer_may_be_closed(
    clerk: Client,
) -> None:
    begin(clerk)
    for counted, words in {"12.345": "最多写两位小数", "x": "请填写金额"}.items():
        answer = clerk.post("/counter/drawer/", {"counted": counted})
        assert answer.status_code == 400
        assert words in answer.content.decode()
    assert clerk.post("/counter/drawer/", {"counted": "0"}).status_code == 302


def money() -> int:
    return balances([customer().account_id])[customer().account_id]


def test_the_menu_leads_to_cash_with_the_amount_and_writes_no_receipt(clerk: Client) -> None:
    address = begin(clerk)
    led = clerk.post(f"{address}do/topup/", {"amount": "50.50"})
    assert led["Location"] == f"{address}cash/?amount=50.50"
    assert 'value="50.50"' in shown(clerk, led["Location"])
    page = shown(clerk, address)
    assert "/counter/receipts/" not in page
    assert balances([customer().account_id])[customer().account_id] == 5000


def test_cash_for_another_number_is_not_taken_at_this_customers_place(clerk: Client) -> None:
    address = begin(clerk)
    page = shown(clerk, f"{address}do/topup/", amount="50", number=str(ELSEWHERE))
    assert 'data-kind="answered"' in page
    assert "cash/?amount" not in page
    assert "/counter/receipts/" not in page
