"""Redeeming points: what goes and comes is said first, and it is done once."""

from tests.loyalty.examples import give_points
from tests.menu.items.customers import (
    EN,
    LI,
    NOW,
    WANG,
    asker,
    done,
    line,
    open_line,
    proposed,
    refused,
)
from wanhao.billing.queries import balances
from wanhao.loyalty.queries import points_of
from wanhao.menu.contracts import Door, IdentityLevel


def stands() -> tuple[int, int]:
    """Points and fen of the account."""
    account_id = line().account_id
    has = points_of([account_id], NOW).get(account_id)
    return (has.points if has else 0), balances([account_id]).get(account_id, 0)


def rich(points: int = 1_200) -> None:
    give_points(open_line(balance_fen=1_000).account_id, 2026, points)


def test_points_become_money_once() -> None:
    rich()
    reply = proposed("redeem", quantity=5)
    assert reply.short == "用500积分兑换话费¥5，剩700积分，立即生效。"
    assert reply.data["bill_fen"] == 500
    assert stands() == (1_200, 1_000)
    assert done("redeem", quantity=5).short == "已兑换话费¥5，用500积分，剩700积分。"
    assert stands() == (700, 1_500)


def test_things_are_collected_at_a_hall() -> None:
    rich(9_000)
    reply = done("redeem", asker(language=EN), item="umbrella", quantity=2)
    assert reply.short == "Redeemed: Umbrella×2, 6000 points, 3000 left."
    assert "business hall" in reply.long
    assert stands() == (3_000, 1_000)


def test_too_few_points_and_unknown_things_are_refused_before_the_yes() -> None:
    rich()
    assert refused("redeem", quantity=13) == "需要1300积分，您只有1200积分。"
    assert "抵扣话费 1 元" in refused("redeem", item="tea")
    assert refused("redeem", asker(language=EN), quantity=0) == "How many: at least 1."
    assert stands() == (1_200, 1_000)


def test_by_message_the_yes_repeats_a_code() -> None:
    rich()
    reply = proposed("redeem", asker(door=Door.SMS, level=IdentityLevel.KNOWN), quantity=1)
    assert reply.code_needed


def test_a_secondary_card_does_not_decide() -> None:
    open_line(WANG, "lexiang-4g-59", LI)
    assert "the main card can" in refused("redeem", asker(LI, EN), quantity=1)
