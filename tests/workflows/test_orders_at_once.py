"""Orders of one account at the same time: the last word to the meter knows of all of them."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.parties.examples import a_line, an_account
from tests.workflows.rivals import while_uncommitted
from tests.workflows.told_facts import told_facts
from wanhao.products.actions import load_catalogue
from wanhao.products.queries import codes_held
from wanhao.usage.contracts import FeesFact, GroupFact
from wanhao.workflows.end_packs import end_packs
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.order_product import order_product

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
PLAN = "lexiang-4g-59"


@pytest.fixture
def groups() -> tuple[int, int]:
    """The two groups of one prepaid account."""
    load_catalogue()
    lines = [(a_line(16907910001 + place),) for place in range(2)]
    order = AccountOrder(account=an_account("A1", *lines), offering_codes=(PLAN, PLAN))
    (account,) = open_accounts([order], NOON)
    one, other = account.groups
    return one.group_id, other.group_id


def test_the_rent_of_two_groups_that_order_at_once_is_that_of_both(
    groups: tuple[int, int],
) -> None:
    one, other = groups
    while_uncommitted(
        lambda: order_product(one, "sms-pack-5", NOON),
        lambda: order_product(other, "sms-pack-20", NOON),
    )
    told = [fact for fact in told_facts() if isinstance(fact, FeesFact)][-1]
    assert told.rent_fen == 2 * 5900 + 500 + 2000
    packs = {fact.group_id: len(fact.packs) for fact in told_facts() if isinstance(fact, GroupFact)}
    assert packs == {one: 1, other: 1}


def test_a_pack_bought_while_another_ends_stays(groups: tuple[int, int]) -> None:
    group, _ = groups
    order_product(group, "day-pack-5", NOON)
    over = NOON + timedelta(hours=24)
    while_uncommitted(lambda: order_product(group, "data-pack-10", over), lambda: end_packs(over))
    last = {
        (fact.group_id, fact.cycle): [pack.quantity >> 20 for pack in fact.packs]
        for fact in told_facts()
        if isinstance(fact, GroupFact)
    }
    assert last[group, 202611] == [100]
    assert codes_held([group], over)[group] == {PLAN, "data-pack-10"}
