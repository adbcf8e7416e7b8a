"""Points: how many, what of them ends when, and the star."""

from pytest_django import DjangoAssertNumQueries

from tests.loyalty.examples import give_points, star_for_account
from tests.menu.items.customers import EN, LI, WANG, asker, many, open_line, said


def test_points_say_what_ends_when() -> None:
    line = open_line()
    give_points(line.account_id, 2024, 300)
    give_points(line.account_id, 2026, 900)
    reply = said("points")
    assert reply.short == "您有1200积分，其中300分2026年12月31日到期。"
    assert "2028年12月31日到期：900分" in reply.long
    assert "100分可兑换：抵扣话费 1 元" in reply.long
    assert reply.data["batches"][0] == {"points": 300, "expires": "2026-12-31"}
    english = said("points", asker(language=EN))
    assert english.short == "You have 1200 points, 300 of them end on 31 Dec 2026."


def test_the_star_is_told() -> None:
    line = open_line()
    star_for_account(line.account_id, 3)
    reply = said("points")
    assert reply.short == "您有0积分，3星。"
    assert reply.data["star"] == 3
    assert "有效期至" in reply.long


def test_many_are_answered_at_once(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    give_points(open_line(WANG).account_id, 2026, 10)
    give_points(open_line(LI).account_id, 2026, 20)
    assert [reply.data["points"] for reply in many("points", [LI, WANG])] == [20, 10]
    with django_assert_max_num_queries(3 + 2):
        many("points", [LI, WANG])
