"""What ends by itself soon is found by its end, once for what ends together."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from tests.parties.examples import a_family, an_account
from wanhao.parties.actions import open_accounts
from wanhao.products.actions import cancel, hold_offering, load_catalogue, order
from wanhao.products.expiring import ending_products, ends_of
from wanhao.values.cycle import SHANGHAI, Cycle

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)
NOON = datetime(2026, 11, 10, 4, 0, tzinfo=UTC)
LOOK = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
DECEMBER = Cycle(202612).start


@pytest.fixture
def groups() -> list[int]:
    load_catalogue()
    opened = open_accounts([an_account(), a_family()])
    found = [group.group_id for account in opened for group in account.groups]
    hold_offering(found, "lexiang-4g-59", NOON)
    return found


def codes(now: datetime, limit: int = 100) -> list[tuple[int, list[str]]]:
    """The groups and codes of what ends within a week, read page by page."""
    found, after = [], None
    while True:
        page = ending_products(now, WEEK, after=after, limit=limit)
        found += [(one.group_id, [sold.code for sold in one.offerings]) for one in page.ending]
        if page.after is None:
            return found
        after = page.after


def test_a_pack_for_the_month_ends_with_it(groups: list[int]) -> None:
    order(groups[0], "data-pack-10", NOON)
    assert codes(LOOK - timedelta(days=1)) == []
    (one,) = ending_products(LOOK, WEEK).ending
    assert (one.group_id, one.until, one.taken_up_fen) == (groups[0], DECEMBER, 1000)
    assert codes(DECEMBER) == []


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_what_ends_together_is_one_whatever_the_pages(groups: list[int], limit: int) -> None:
    for code in ("data-pack-10", "data-pack-30", "data-pack-10"):
        order(groups[0], code, NOON)
        order(groups[1], code, NOON)
    packs = ["data-pack-10", "data-pack-30", "data-pack-10"]
    assert codes(LOOK, limit) == [(groups[0], packs), (groups[1], packs)]


def test_what_lasts_less_than_the_notice_is_not_told(groups: list[int]) -> None:
    order(groups[0], "day-pack-5", NOON)
    order(groups[0], "data-pack-10", datetime(2026, 11, 25, 4, 0, tzinfo=UTC))
    assert codes(NOON) == []
    assert codes(datetime(2026, 11, 29, tzinfo=UTC)) == []


def test_what_was_cancelled_is_not_told(groups: list[int]) -> None:
    order(groups[0], "sms-pack-5", NOON)
    cancel(groups[0], "sms-pack-5", NOON)
    assert codes(LOOK) == []


def test_a_year_is_told_unless_it_has_its_successor(groups: list[int]) -> None:
    hold_offering(groups, "broadband-20m-year", datetime(2025, 11, 28, 4, 0, tzinfo=UTC))
    end = datetime(2026, 11, 28, tzinfo=SHANGHAI)
    hold_offering(groups[:1], "broadband-50m-month", end)
    (one,) = ending_products(LOOK, WEEK).ending
    assert (one.group_id, one.until, one.taken_up_fen) == (groups[1], end, 69000)
    assert ends_of([*one.products, 999_999]) == {one.products[0]: end}


def test_ends_come_from_an_index(groups: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM wanhao_products_product WHERE (until, id) > (now(), 0) "
            "AND until <= now() + interval '7 days' ORDER BY until, id LIMIT 10"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "product_until" in plan
