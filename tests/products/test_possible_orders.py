"""What an order would come to is what the order then is, and asking changes nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.parties.examples import a_line, an_account
from wanhao.parties.actions import open_accounts
from wanhao.products.actions import cancel, change_plan, hold_offering, load_catalogue, order
from wanhao.products.ordering import could_cancel, could_change_plan, could_order
from wanhao.products.porting import is_porting_code, issue_porting_code
from wanhao.products.queries import fees, products_of
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
FIRST = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)


@pytest.fixture
def group(db: None) -> int:
    load_catalogue()
    group_id = open_accounts([an_account()])[0].groups[0].group_id
    hold_offering([group_id], "lexiang-4g-59", FIRST)
    return group_id


def owed(group: int, code: str) -> int:
    return sum(line.fee_fen for line in fees(202611, [group])[group] if line.offering_code == code)


def test_the_first_fee_is_what_is_then_owed(group: int) -> None:
    found = could_order(group, "sms-pack-5", NOW)
    assert [one.offering.code for one in products_of(group, NOW)] == ["lexiang-4g-59"]
    order(group, "sms-pack-5", NOW)
    assert found.first_fee_fen == owed(group, "sms-pack-5") == 150
    assert not found.goes_on


def test_what_was_cancelled_goes_on_for_nothing_more(group: int) -> None:
    order(group, "sms-pack-5", NOW)
    assert could_cancel(group, "sms-pack-5", NOW) == cancel(group, "sms-pack-5", NOW)
    again = could_order(group, "sms-pack-5", NOW)
    assert (again.goes_on, again.first_fee_fen) == (True, 0)
    order(group, "sms-pack-5", NOW)
    assert owed(group, "sms-pack-5") == 150


def test_a_change_begins_when_it_was_said_to(group: int) -> None:
    found = could_change_plan(group, "lexiang-4g-99", NOW)
    assert found.begins == change_plan(group, "lexiang-4g-99", NOW).since
    assert could_change_plan(group, "lexiang-4g-59", NOW).stays


def test_what_would_be_refused_is_refused(group: int) -> None:
    for refuse in (
        lambda: could_order(group, "data-pack-3g-10", NOW),
        lambda: could_change_plan(group, "lexiang-4g-59", NOW),
        lambda: could_cancel(group, "sms-pack-5", NOW),
    ):
        with pytest.raises(WanhaoError):
            refuse()


def test_a_porting_code_is_of_one_line_for_an_hour() -> None:
    first, second = (
        open_accounts([account])[0].groups[0].lines[0].line_id
        for account in (an_account("A1"), an_account("A2", (a_line(16907910002),)))
    )
    code, ends = issue_porting_code(first, NOW)
    assert ends == NOW + timedelta(hours=1)
    assert is_porting_code(first, code, ends - timedelta(seconds=1))
    assert not is_porting_code(first, code, ends)
    assert not is_porting_code(second, code, NOW)
