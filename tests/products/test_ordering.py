"""Ordering, changing and cancelling, within one room."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from tests.parties.examples import a_line, an_account
from wanhao.parties.actions import open_accounts
from wanhao.products.actions import (
    cancel,
    change_plan,
    end_due,
    hold_offering,
    load_catalogue,
    order,
)
from wanhao.products.queries import fees, holdings, offerings_held, products_of, rent
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 5, 4, 0, tzinfo=UTC)
NOVEMBER = Cycle(202611).start
FIRST = Cycle(202612).start


@pytest.fixture
def group(db: None) -> int:
    return make_group()


def make_group() -> int:
    """An old customer of 乐享3G 49."""
    load_catalogue()
    (opened,) = open_accounts([an_account()])
    group_id = opened.groups[0].group_id
    hold_offering([group_id], "lexiang-3g-49", OCTOBER)
    return group_id


def owed(group: int, cycle: int) -> dict[str, int]:
    return {line.offering_code: line.fee_fen for line in fees(cycle, [group]).get(group, ())}


def codes(group: int, at: datetime = NOON) -> list[str]:
    return [product.offering.code for product in products_of(group, at)]


def test_what_is_ordered_is_owed_and_held_at_once(group: int) -> None:
    order(group, "sms-pack-10", NOON)
    order(group, "secondary-card", NOON)
    assert owed(group, 202611) == {"lexiang-3g-49": 4900, "sms-pack-10": 300, "secondary-card": 300}
    assert owed(group, 202612) == {
        "lexiang-3g-49": 4900,
        "sms-pack-10": 1000,
        "secondary-card": 1000,
    }
    assert rent(202612, [group]) == {group: 6900}
    assert rent(202611, [group]) == {group: 4900}
    assert fees(202609, [group]) == {}


@pytest.mark.parametrize("begins", [(OCTOBER, NOVEMBER), (NOVEMBER, OCTOBER)])
def test_a_yearly_fee_is_owed_by_who_began_with_the_month_and_not_by_others(
    db: None, begins: tuple[datetime, datetime]
) -> None:
    load_catalogue()
    accounts = [an_account(f"A{place}", (a_line(16907910001 + place),)) for place in range(2)]
    groups = [one.groups[0].group_id for one in open_accounts(accounts)]
    for group_id, since in zip(groups, begins, strict=True):
        order(group_id, "broadband-20m-year", since)
    together = {
        group_id: sum(line.fee_fen for line in lines)
        for group_id, lines in fees(202611, groups).items()
    }
    assert together == {groups[begins.index(NOVEMBER)]: 69_000}


def test_a_fifth_secondary_card_is_refused(group: int) -> None:
    for _ in range(4):
        order(group, "secondary-card", NOON)
    with pytest.raises(WanhaoError, match="a group holds 4 at a time"):
        order(group, "secondary-card", NOON)


def test_a_plan_change_waits_for_the_first(group: int) -> None:
    change_plan(group, "lexiang-4g-99", NOON)
    assert holdings([group], FIRST - timedelta(seconds=1))[group].plan.code == "lexiang-3g-49"
    assert holdings([group], FIRST)[group].plan.code == "lexiang-4g-99"
    assert owed(group, 202611) == {"lexiang-3g-49": 4900}
    assert owed(group, 202612) == {"lexiang-4g-99": 9900}
    assert offerings_held([group])[group].code in {"lexiang-3g-49", "lexiang-4g-99"}


def test_a_change_that_has_not_come_can_be_replaced_and_taken_back(group: int) -> None:
    change_plan(group, "lexiang-4g-99", NOON)
    change_plan(group, "lexiang-4g-59", NOON)
    assert owed(group, 202612) == {"lexiang-4g-59": 5900}
    change_plan(group, "lexiang-3g-49", NOON)
    assert owed(group, 202612) == {"lexiang-3g-49": 4900}
    assert codes(group) == ["lexiang-3g-49"]
    with pytest.raises(WanhaoError, match="The plan is 'lexiang-3g-49' already"):
        change_plan(group, "lexiang-3g-49", NOON)


def test_a_plan_that_excludes_what_is_held_waits_for_its_cancelling(group: int) -> None:
    order(group, "auto-upgrade-3952", NOON)
    with pytest.raises(WanhaoError, match="does not go together with 'auto-upgrade-3952'"):
        change_plan(group, "lexiang-4g-99", NOON)
    cancel(group, "auto-upgrade-3952", NOON)
    change_plan(group, "lexiang-4g-99", NOON)
    assert holdings([group], FIRST)[group].plan.code == "lexiang-4g-99"


def test_what_is_cancelled_runs_to_the_end_of_the_month(group: int) -> None:
    order(group, "sms-pack-10", OCTOBER)
    assert cancel(group, "sms-pack-10", NOON).until == FIRST
    assert cancel(group, "sms-pack-10", NOON).until == FIRST
    assert owed(group, 202611) == {"lexiang-3g-49": 4900, "sms-pack-10": 1000}
    assert owed(group, 202612) == {"lexiang-3g-49": 4900}
    assert [pack.renews for pack in holdings([group], NOON)[group].packs] == [False]
    assert holdings([group], FIRST)[group].packs == ()


def test_what_was_cancelled_goes_on_when_it_is_ordered_again(group: int) -> None:
    first = order(group, "sms-pack-10", NOON)
    cancel(group, "sms-pack-10", NOON)
    again = order(group, "sms-pack-10", NOON + timedelta(hours=1))
    assert (again.product_id, again.until) == (first.product_id, None)
    assert owed(group, 202611)["sms-pack-10"] == 300


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("lexiang-3g-49", "is the plan of group"),
        ("sms-pack-5", "does not hold 'sms-pack-5'"),
    ],
)
def test_what_cannot_be_cancelled_is_said(group: int, code: str, complaint: str) -> None:
    with pytest.raises(WanhaoError, match=complaint) as caught:
        cancel(group, code, NOON)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("sms-pack-5", "'sms-pack-5' is not a plan"),
        ("lexiang-3g-chat-59", "is on sale until 2015-09-30 only"),
        ("custom-prepaid", "comes to ¥0.00 a month, less than ¥19.00"),
        ("gold", "No offering has the code 'gold'"),
    ],
)
def test_what_cannot_be_changed_to_is_said(group: int, code: str, complaint: str) -> None:
    with pytest.raises(WanhaoError, match=complaint):
        change_plan(group, code, NOON)


def test_a_group_without_a_plan_cannot_change_it(group: int) -> None:
    with pytest.raises(WanhaoError, match="has no plan"):
        change_plan(group + 1000, "lexiang-4g-59", NOON)


def test_nothing_is_sold_before_its_first_day(group: int) -> None:
    with pytest.raises(WanhaoError, match="is on sale from 2014-07-01 only"):
        order(group, "data-pack-10", datetime(2014, 6, 30, 15, 59, tzinfo=UTC))


def test_ends_within_the_month_are_given_out_once(group: int) -> None:
    order(group, "day-pack-2", NOON)
    order(group, "day-pack-5", NOON)
    order(group, "data-pack-10", NOON)
    tomorrow = NOON + timedelta(hours=24)
    assert end_due(tomorrow - timedelta(seconds=1)) == []
    assert end_due(tomorrow) == [group]
    assert end_due(FIRST + timedelta(days=40)) == []
    assert [pack.code for pack in holdings([group], tomorrow)[group].packs] == ["data-pack-10"]


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_the_same_moment_sell_one_upgrade() -> None:
    group = make_group()
    outcomes: list[str] = []

    def sell(code: str) -> None:
        try:
            order(group, code, NOON)
            outcomes.append("sold")
        except WanhaoError as error:
            outcomes.append(error.message)
        finally:
            connection.close()

    clerks = [
        threading.Thread(target=sell, args=(code,))
        for code in ("auto-upgrade-3952", "auto-pack-10")
    ]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join(20)
    assert sorted(outcome == "sold" for outcome in outcomes) == [False, True]
    assert len(codes(group)) == 2
