"""Stars are found once a month, bring rights with counters, and end when a customer leaves."""

import pytest

from tests.loyalty.examples import at, give_points, opened_accounts, star_for_account, worth
from wanhao.loyalty.actions import evaluate, leave, use_right
from wanhao.loyalty.contracts import Evaluated, StarReason, StarView
from wanhao.loyalty.models import HeldRight, RightUse
from wanhao.loyalty.queries import points_and_star, points_of, right_uses, star_history, stars_of
from wanhao.values.errors import WanhaoError

NOW = at(2026, 12, 20)


@pytest.fixture
def account(db: None) -> int:
    return opened_accounts(1)[0]


def test_a_cycle_is_evaluated_once(account: int) -> None:
    value = [worth(account, 1000)]
    once = evaluate(value, cycle=202611, now=NOW)
    again = evaluate([worth(account, 12000)], cycle=202611, now=NOW)
    assert once == Evaluated(accounts=1, raised=1, lowered=0)
    assert again == Evaluated(accounts=0, raised=0, lowered=0)
    assert stars_of([account], NOW)[account].star == 2


def test_a_star_says_what_the_next_one_asks_for(account: int) -> None:
    evaluate([worth(account, 1100)], cycle=202611, now=NOW)
    view = stars_of([account], NOW)[account]
    assert (view.name_zh, view.name_en) == ("2星", "2 stars")
    assert (view.growth, view.missing) == (1100, 400)
    evaluate([worth(account, 20000)], cycle=202612, now=at(2027, 1, 5))
    assert stars_of([account], at(2027, 1, 6))[account].missing is None


def test_growth_is_seen_also_while_the_star_stays(account: int) -> None:
    star_for_account(account, 3)
    evaluate([worth(account, 20)], cycle=202611, now=NOW)
    view = stars_of([account], NOW)[account]
    assert (view.star, view.growth, view.missing) == (3, 20, 2280)


def test_the_history_says_why(account: int) -> None:
    star_for_account(account, 3, 202601)
    star_for_account(account, 5, 202602)
    star_for_account(account, 1, 202702)
    leave([account], at(2027, 4, 1))
    told = [(change.before, change.after, change.reason) for change in star_history(account)]
    assert told == [
        (1, 0, StarReason.LEFT),
        (5, 1, StarReason.RENEWED),
        (3, 5, StarReason.RAISED),
        (0, 3, StarReason.FIRST),
    ]
    assert stars_of([account], at(2027, 4, 2)) == {}


def test_nobody_hears_of_no_star_at_all(account: int) -> None:
    evaluate([worth(account, 10)], cycle=202611, now=NOW)
    assert star_history(account) == ()
    assert stars_of([account], NOW)[account].star == 0
    assert leave([account], NOW) == 0


def test_a_counted_right_is_used_once_per_reference_and_no_more_than_it_may(account: int) -> None:
    star_for_account(account, 4)
    wish = {"account_id": account, "code": "card-change", "now": NOW}
    first = use_right(**wish, reference="U1")
    again = use_right(**wish, reference="U1")
    assert (first.left, first.first, again.left, again.first) == (1, True, 1, False)
    assert use_right(**wish, reference="U2").left == 0
    with pytest.raises(WanhaoError, match="used 2 times"):
        use_right(**wish, reference="U3")
    assert [use.reference for use in right_uses(account)] == ["U2", "U1"]


def test_a_right_without_a_counter_is_used_as_often_as_wanted(account: int) -> None:
    star_for_account(account, 5)
    for turn in range(3):
        used = use_right(account_id=account, code="hotline-priority", reference=f"U{turn}", now=NOW)
        assert used.left is None
    assert len(right_uses(account)) == 3


def test_a_right_is_refused_with_a_reason(account: int) -> None:
    star_for_account(account, 3)
    wish = {"account_id": account, "reference": "U1"}
    with pytest.raises(WanhaoError, match="There is no right 'moon'"):
        use_right(**wish, code="moon", now=NOW)
    with pytest.raises(WanhaoError, match="does not give 'Free move'"):
        use_right(**wish, code="free-move", now=NOW)
    with pytest.raises(WanhaoError, match="ended with the star"):
        use_right(**wish, code="card-change", now=at(2027, 12, 1))
    with pytest.raises(WanhaoError, match="has no reference"):
        use_right(account_id=account, reference="", code="card-change", now=NOW)
    assert not RightUse.objects.exists()


def test_one_reference_cannot_use_two_rights(account: int) -> None:
    star_for_account(account, 4)
    use_right(account_id=account, code="card-change", reference="U1", now=NOW)
    with pytest.raises(WanhaoError, match="something else"):
        use_right(account_id=account, code="broadband-restart", reference="U1", now=NOW)
    left = HeldRight.objects.get(code="broadband-restart").left
    assert left == 2


def test_a_higher_star_brings_its_own_counters(account: int) -> None:
    star_for_account(account, 2)
    use_right(account_id=account, code="card-change", reference="U1", now=at(2026, 11, 20))
    star_for_account(account, 4, 202611)
    rights = {right.code: right for right in stars_of([account], NOW)[account].rights}
    assert (rights["card-change"].left, rights["card-change"].times) == (2, 2)
    assert rights["points-multiplier"].percent == 20
    ended = HeldRight.objects.get(times=1, code="card-change")
    assert (ended.left, ended.ends_at) == (0, at(2026, 12, 5))


def test_who_leaves_has_no_rights(account: int) -> None:
    star_for_account(account, 7)
    assert leave([account], NOW) == 1
    with pytest.raises(WanhaoError, match="ended with the star"):
        use_right(account_id=account, code="free-move", reference="U1", now=NOW)


def test_seven_stars_move_once_for_nothing(account: int) -> None:
    star_for_account(account, 7)
    wish = {"account_id": account, "code": "free-move", "now": NOW}
    assert use_right(**wish, reference="U1").left == 0
    with pytest.raises(WanhaoError, match="used 1 times"):
        use_right(**wish, reference="U2")


def test_thousands_are_evaluated_with_few_questions(
    db: None, django_assert_max_num_queries: object
) -> None:
    accounts = opened_accounts(300)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        evaluate([worth(account, 2300) for account in accounts], cycle=202611, now=NOW)
    views = stars_of(accounts, NOW)
    assert {(view.star, len(view.rights)) for view in views.values()} == {(4, 4)}


def test_points_and_star_of_one_account_are_found_at_once(account: int) -> None:
    assert points_and_star(account, NOW) == (None, None)
    star_for_account(account, 3)
    assert points_and_star(account, NOW) == (None, stars_without_rights(account))
    for year, points in ((2024, 300), (2025, 500), (2026, 700)):
        give_points(account, year, points)
    points = points_of([account], NOW)[account]
    assert points_and_star(account, NOW) == (points, stars_without_rights(account))
    assert points_and_star(account + 1, NOW) == (None, None)


def stars_without_rights(account: int) -> StarView:
    return stars_of([account], NOW, rights=False)[account]
