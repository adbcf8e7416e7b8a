"""What groups hold."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.parties.examples import a_family, an_account
from wanhao.parties.actions import open_accounts
from wanhao.products.actions import hold_offering, load_catalogue
from wanhao.products.models import Product
from wanhao.products.queries import offerings_held
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db
SINCE = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def groups() -> list[int]:
    load_catalogue()
    opened = open_accounts([an_account(), a_family()])
    return [group.group_id for account in opened for group in account.groups]


def test_groups_hold_the_offering_they_were_given(groups: list[int]) -> None:
    hold_offering(groups[:1], "lexiang-4g-59", SINCE)

    held = offerings_held([*groups, 999_999])
    assert {group: plan.code for group, plan in held.items()} == {groups[0]: "lexiang-4g-59"}


def test_holding_the_same_again_changes_nothing(groups: list[int]) -> None:
    hold_offering(groups, "lexiang-4g-59", SINCE)
    hold_offering(groups, "lexiang-4g-59", SINCE + timedelta(days=1))
    assert set(Product.objects.values_list("since", flat=True)) == {SINCE}


def test_a_new_plan_ends_the_one_before_at_that_moment(groups: list[int]) -> None:
    later = SINCE + timedelta(days=10)
    hold_offering(groups, "lexiang-4g-59", SINCE)
    hold_offering(groups[:1], "lexiang-4g-99", later)

    held = offerings_held(groups)
    assert [held[group].code for group in groups] == ["lexiang-4g-99", "lexiang-4g-59"]
    assert Product.objects.get(until__isnull=False).until == later


def test_an_unknown_offering_is_refused(groups: list[int]) -> None:
    with pytest.raises(WanhaoError, match="No offering has the code 'gold'"):
        hold_offering(groups, "gold", SINCE)
