"""Who stands behind an account, and since when."""

from datetime import UTC, datetime

import pytest

from tests.parties.examples import SINCE, a_line, an_account
from wanhao.parties.actions import open_accounts
from wanhao.parties.contracts import CustomerKind, PayType
from wanhao.parties.models import Line
from wanhao.parties.queries import account_profiles, groups_between


@pytest.mark.django_db
def test_a_profile_says_who_pays_when_and_since_when() -> None:
    (opened,) = open_accounts([an_account("A1", name="王小明", pay_type=PayType.POSTPAID)])
    profiles = account_profiles([opened.account_id, 999_999])
    assert list(profiles) == [opened.account_id]
    profile = profiles[opened.account_id]
    assert (profile.reference, profile.customer_name) == ("A1", "王小明")
    assert (profile.customer_kind, profile.pay_type) == (CustomerKind.PERSON, PayType.POSTPAID)
    assert (profile.since, profile.live) == (datetime.fromtimestamp(SINCE, UTC), True)


@pytest.mark.django_db
def test_the_oldest_line_counts_and_who_has_none_left_is_not_live() -> None:
    (opened,) = open_accounts([an_account("A1", (a_line(16907910001),), (a_line(16907910002),))])
    early = datetime(2020, 5, 1, tzinfo=UTC)
    lines = Line.objects.filter(account_id=opened.account_id)
    lines.filter(number=16907910002).update(since=early, until=datetime(2021, 5, 1, tzinfo=UTC))
    assert account_profiles([opened.account_id])[opened.account_id].since == early
    lines.update(until=datetime(2026, 11, 1, tzinfo=UTC))
    assert not account_profiles([opened.account_id])[opened.account_id].live


@pytest.mark.django_db
def test_groups_are_told_by_a_range_of_accounts_both_ends_included() -> None:
    orders = [
        an_account(f"A{n}", (a_line(16907910000 + 2 * n),), (a_line(16907910001 + 2 * n),))
        for n in range(3)
    ]
    opened = open_accounts(orders)
    found = groups_between(opened[1].account_id, opened[2].account_id)
    assert list(found.items()) == [
        (group.group_id, account.account_id) for account in opened[1:] for group in account.groups
    ]
