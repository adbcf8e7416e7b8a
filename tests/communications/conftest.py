"""A family, a prepaid account and their plans, as the reminder tests need them."""

from dataclasses import dataclass

import pytest

from tests.communications.crossings import NOW
from tests.parties.examples import a_family, a_line, an_account
from wanhao.parties.actions import open_accounts
from wanhao.parties.contracts import Language, OpenedAccount
from wanhao.products.actions import hold_offering, load_catalogue


@dataclass(frozen=True)
class Town:
    """The family shares 乐享3G 49; Smith, who reads English, has a plan of his own."""

    family: OpenedAccount
    smith: OpenedAccount


@pytest.fixture
def town(db: None) -> Town:
    return build_town()


@pytest.fixture
def shared_town(transactional_db: None) -> Town:
    """The same, committed, for tests with several connections."""
    return build_town()


def build_town() -> Town:
    load_catalogue()
    smith = an_account("S1", (a_line(16907930001, language=Language.EN),), name="John Smith")
    family, smith_opened = open_accounts([a_family(), smith])
    groups = [family.groups[0].group_id, smith_opened.groups[0].group_id]
    hold_offering(groups, "lexiang-3g-49", NOW)
    return Town(family=family, smith=smith_opened)


def a_street(houses: int, after: int = 0) -> list[OpenedAccount]:
    """Neighbours, each with an account, a line and the family's plan; `after` so many others."""
    orders = [
        an_account(f"H{house}", (a_line(16908000000 + house),), name="邻居")
        for house in range(after, after + houses)
    ]
    street = open_accounts(orders)
    hold_offering([house.groups[0].group_id for house in street], "lexiang-3g-49", NOW)
    return street
