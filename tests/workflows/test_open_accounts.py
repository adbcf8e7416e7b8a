"""Opening accounts writes parties, products, money and facts together or not at all."""

import time
from datetime import UTC, datetime

import pytest

from tests.network.examples import profile_of
from tests.parties.examples import SINCE, a_family, a_line, an_account
from tests.workflows.told_facts import told_facts
from wanhao.billing.queries import balances
from wanhao.network.contracts import Barring
from wanhao.network.models import LineProfile
from wanhao.network.queries import waiting
from wanhao.parties.contracts import PayType
from wanhao.parties.queries import line_count
from wanhao.products.actions import load_catalogue
from wanhao.products.queries import holdings, offerings_held
from wanhao.usage.contracts import FeesFact, FundsFact, GroupFact, LineFact, TariffFact
from wanhao.values.errors import WanhaoError
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.tell_network_everything import tell_network_everything

pytestmark = pytest.mark.usefixtures("catalogue")
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
FAMILY = AccountOrder(
    account=a_family(),
    offering_codes=("custom-prepaid-19",),
    opening_balance_fen=5000,
    payment_reference="opening-F1",
)


def test_a_prepaid_family_is_opened_with_plan_balance_and_facts() -> None:
    (family,) = open_accounts([FAMILY], NOW)
    group = family.groups[0].group_id

    assert offerings_held([group])[group].code == "custom-prepaid-19"
    assert balances([family.account_id]) == {family.account_id: 5000}
    held = holdings([group], NOW)[group]
    told = told_facts()
    tariffs = [fact for fact in told if isinstance(fact, TariffFact)]
    assert told[: len(tariffs)] == tariffs
    assert told[len(tariffs) :] == [
        GroupFact(
            group_id=group,
            account_id=family.account_id,
            cycle=202611,
            plan=held.plan_id,
            tariff=held.tariff,
            voice_allowance=50,
            message_allowance=50,
            data_allowance=100 * 1024 * 1024,
            rolls=True,
            packs=(),
        ),
        LineFact(number=16907920001, group_id=group, since=SINCE),
        LineFact(number=16907920002, group_id=group, since=SINCE),
        LineFact(number=16907920003, group_id=group, since=SINCE),
        FundsFact(account_id=family.account_id, spendable_fen=5000, billed_through=0),
        FeesFact(
            account_id=family.account_id,
            cycle=202611,
            fee_fen=0,
            rent_fen=1900,
            rent_from=202612,
        ),
    ]


def test_the_money_of_a_postpaid_account_is_not_watched() -> None:
    order = AccountOrder(
        account=an_account(pay_type=PayType.POSTPAID), offering_codes=("lexiang-4g-59",)
    )
    (account,) = open_accounts([order], NOW)

    unwatched = FundsFact(account_id=account.account_id, spendable_fen=None, billed_through=0)
    assert told_facts()[-2] == unwatched
    assert balances([account.account_id]) == {account.account_id: 0}


def test_opening_again_opens_pays_and_tells_nothing() -> None:
    (before,) = open_accounts([FAMILY], NOW)
    facts = told_facts()
    (again,) = open_accounts([FAMILY], NOW)

    assert (again.account_id, again.first) == (before.account_id, False)
    assert balances([before.account_id]) == {before.account_id: 5000}
    assert told_facts() == facts


@pytest.mark.parametrize(
    ("order", "complaint"),
    [
        (AccountOrder(account=an_account("A9"), offering_codes=("gold",)), "the code 'gold'"),
        (AccountOrder(account=an_account("A9"), offering_codes=()), "what each group holds"),
        (
            AccountOrder(
                account=an_account("A9"),
                offering_codes=("lexiang-4g-59",),
                opening_balance_fen=100,
                payment_reference="opening-F1",
            ),
            "another amount or for another account",
        ),
    ],
)
def test_one_wrong_order_leaves_nothing_of_any(order: AccountOrder, complaint: str) -> None:
    open_accounts([FAMILY], NOW)
    facts = told_facts()
    good = AccountOrder(
        account=an_account("A8", (a_line(16907910008),)), offering_codes=("lexiang-4g-59",)
    )
    with pytest.raises(WanhaoError, match=complaint):
        open_accounts([good, order], NOW)

    assert line_count() == 3
    assert told_facts() == facts


def test_a_company_holds_another_plan_in_each_of_its_groups() -> None:
    company = an_account("C", *[(a_line(16907910100 + i),) for i in range(3)])
    codes = ("lexiang-4g-599", "lexiang-4g-59", "lexiang-4g-599")
    (opened,) = open_accounts([AccountOrder(account=company, offering_codes=codes)], NOW)

    groups = [group.group_id for group in opened.groups]
    held = offerings_held(groups)
    assert tuple(held[group].code for group in groups) == codes


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_twenty_thousand_lines_cost_less_than_eight_seconds_of_our_time() -> None:
    load_catalogue()
    codes = ("lexiang-4g-59", "lexiang-4g-99", "custom-prepaid-19")
    started = time.process_time()
    for chunk in range(0, 20_000, 2_000):
        orders = [
            AccountOrder(
                account=an_account(f"C{n}", (a_line(16907000000 + n),)),
                offering_codes=(codes[n % 3],),
                opening_balance_fen=5000,
                payment_reference=f"opening-C{n}",
            )
            for n in range(chunk, chunk + 2_000)
        ]
        open_accounts(orders, NOW)
    assert line_count() == 20_000
    assert time.process_time() - started < 8


def test_the_network_is_told_of_every_line_that_is_opened() -> None:
    (family,) = open_accounts([FAMILY], NOW)
    lines = [line.line_id for group in family.groups for line in group.lines]
    assert [profile_of(line).barring for line in lines] == [Barring.NONE.value] * 3

    LineProfile.objects.filter(line_id=lines[0]).delete()
    heard: list[int] = []
    assert tell_network_everything(NOW, heard.append) == (3, 1)
    assert tell_network_everything(NOW, heard.append) == (3, 0)
    assert heard == [3, 3]
    assert waiting().profiles == 3
