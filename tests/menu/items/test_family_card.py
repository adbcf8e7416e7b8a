"""Family cards: joining and leaving, said with their costs first, decided by the main card."""

from tests.menu.items.customers import (
    EN,
    LI,
    NOW,
    WANG,
    ZHAO,
    asker,
    done,
    line,
    open_line,
    proposed,
    refused,
)
from tests.parties.examples import a_line, an_account
from wanhao.menu.contracts import Door
from wanhao.parties.contracts import LineRole
from wanhao.products.queries import products_of
from wanhao.workflows.open_accounts import AccountOrder, open_accounts


def two_of_one_account() -> None:
    """Wang's number, and another one of the same account with a plan of its own."""
    account = an_account("A", (a_line(WANG),), (a_line(LI),))
    order = AccountOrder(account=account, offering_codes=("lexiang-4g-59", "lexiang-3g-49"))
    open_accounts([order], NOW)


def codes(number: int) -> list[str]:
    return [one.offering.code for one in products_of(line(number).group_id, NOW)]


def test_a_number_of_the_account_joins_and_its_own_plan_ends() -> None:
    two_of_one_account()
    reply = proposed("family_card", action="join", number=str(LI))
    assert reply.short == "169****0002加入为副卡，¥10/月，本月¥3，立即生效。"
    assert "立即结束：乐享3G上网版 49元套餐" in reply.long
    assert line(LI).role is LineRole.MAIN
    answer = done("family_card", action="join", number=str(LI))
    assert answer.short == "169****0002已加入为副卡。"
    assert line(LI).group_id == line(WANG).group_id
    assert codes(WANG) == ["lexiang-4g-59", "secondary-card"]
    assert "已在您的家庭中" in refused("family_card", action="join", number=str(LI))


def test_a_secondary_card_leaves_for_a_plan_of_its_own() -> None:
    open_line(WANG, "lexiang-4g-59", LI)
    given = {"action": "leave", "number": str(LI), "plan": "lexiang-4g-79"}
    reply = proposed("family_card", asker(language=EN), **given)
    assert reply.short == (
        "169****0002 leaves for Lexiang 4G 79, ¥79 a month, ¥23.70 this month, from now on."
    )
    assert line(LI).role is LineRole.SECONDARY
    assert done("family_card", **given).short == "169****0002已退出。"
    assert line(LI).role is LineRole.MAIN
    assert codes(LI) == ["lexiang-4g-79"]


def test_who_leaves_needs_a_plan_and_is_of_the_family() -> None:
    open_line(WANG, "lexiang-4g-59", LI)
    open_line(ZHAO)
    assert "写明退出后使用的套餐" in refused("family_card", action="leave", number=str(LI))
    told = refused("family_card", action="leave", number=str(ZHAO), plan="lexiang-4g-79")
    assert told == "该号码不是您的副卡。"
    assert line(LI).role is LineRole.SECONDARY


def test_somebody_elses_number_joins_at_a_hall_only() -> None:
    open_line(WANG)
    open_line(ZHAO)
    assert "双方携证件到营业厅" in refused("family_card", action="join", number=str(ZHAO))
    counter = asker(door=Door.COUNTER)
    done("family_card", counter, action="join", number=str(ZHAO))
    assert line(ZHAO).account_id == line(WANG).account_id


def test_a_secondary_card_does_not_decide() -> None:
    open_line(WANG, "lexiang-4g-59", LI)
    told = refused("family_card", asker(LI), action="leave", number=str(LI), plan="lexiang-4g-79")
    assert told == "副卡不能办理，请用主卡办理。"
    assert line(LI).role is LineRole.SECONDARY
