"""The page about proposals and refusals, held against the menu row by row."""

import pytest

from tests.loyalty.examples import give_points
from tests.menu.items.customers import EN, NOW, WANG, asked, asker, line, open_line
from tests.metering.pages import listed, rows_of
from wanhao.access.trying import MOST
from wanhao.menu.contracts import ReplyKind
from wanhao.products.actions import load_catalogue
from wanhao.products.queries import products_of
from wanhao.workflows.order_product import order_product

PAGE = "menu.md"
Row = tuple[str, str, str, str, str]


@pytest.fixture(autouse=True)
def _loaded(db: None) -> None:
    load_catalogue()


def customer(held: str) -> None:
    """A line that holds all this: the plan first, then what is ordered, and points."""
    plan, *others = listed(held)
    group_id = open_line(WANG, plan).group_id
    for other in others:
        if other.endswith(" points"):
            give_points(line().account_id, 2026, int(other.removesuffix(" points")))
        else:
            order_product(group_id, other, NOW)


def check(row: Row, kind: ReplyKind) -> None:
    item, given, held, zh, en = row
    customer(held)
    inputs = dict(one.split("=") for one in listed(given))
    before = products_of(line().group_id, NOW)
    for who, told in ((asker(), zh), (asker(language=EN), en)):
        reply = asked(item, who, **inputs)
        assert (reply.kind, reply.short) == (kind, told)
    assert products_of(line().group_id, NOW) == before


@pytest.mark.parametrize("row", rows_of(PAGE, "item", 0), ids=" ".join)
def test_a_proposal_says_what_the_page_says_and_changes_nothing(row: Row) -> None:
    check(row, ReplyKind.TO_CONFIRM)


@pytest.mark.parametrize("row", rows_of(PAGE, "item", 1), ids=" ".join)
def test_a_refusal_says_what_the_page_says_and_changes_nothing(row: Row) -> None:
    check(row, ReplyKind.REFUSED)


def test_so_many_may_be_wrong_in_a_day() -> None:
    assert {kind.value: str(most) for kind, most in MOST.items()} == dict(rows_of(PAGE, "wrong"))
