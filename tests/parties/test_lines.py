"""Numbers that join a group, go into another one, or are given back."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.parties.examples import SINCE, a_family, a_line, an_account
from wanhao.parties.actions import add_line, end_line, move_line, open_accounts, open_group
from wanhao.parties.contracts import Language, LineRole, NewLine
from wanhao.parties.models import Line
from wanhao.parties.queries import (
    begun,
    line_count,
    lines_by_number,
    lines_of_groups,
    main_lines_of_groups,
)
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db
MAIN, SECOND, THIRD, ALONE, NEW = 16907920001, 16907920002, 16907920003, 16907910001, 16907930001
BEGAN = datetime.fromtimestamp(SINCE, UTC)
LATER = BEGAN + timedelta(days=100)
SECONDARY = LineRole.SECONDARY


@pytest.fixture
def groups() -> tuple[int, int]:
    """A family of three, and somebody alone in an account of their own, in Ganzhou."""
    family, alone = open_accounts([a_family(), an_account("A1", city="3607")])
    return family.groups[0].group_id, alone.groups[0].group_id


def a_card(number: int = NEW, since: datetime = LATER, role: LineRole = SECONDARY) -> NewLine:
    return NewLine(number=number, since=int(since.timestamp()), role=role, language=Language.EN)


def history(number: int) -> list[tuple[int, str, datetime, datetime | None]]:
    """Every row of a number: group, role, since, until."""
    rows = Line.objects.filter(number=number).order_by("id")
    return list(rows.values_list("group_id", "role", "since", "until"))


def numbers(group_id: int) -> list[int]:
    return [line.number for line in lines_of_groups([group_id])]


def test_a_new_number_joins_as_a_secondary_card(groups: tuple[int, int]) -> None:
    family, _ = groups
    line = add_line(family, a_card())
    assert numbers(family) == [MAIN, SECOND, THIRD, NEW]
    assert line == lines_by_number([NEW])[NEW]
    main = main_lines_of_groups([family])[family]
    assert (line.role, line.language, line.city) == (SECONDARY, Language.EN, "3601")
    assert line.account_id == main.account_id
    assert begun([line.line_id]) == {line.line_id: LATER}


def test_a_group_has_four_secondary_cards_at_most(groups: tuple[int, int]) -> None:
    family, _ = groups
    add_line(family, a_card(NEW))
    add_line(family, a_card(NEW + 1))
    for joins in (
        lambda: add_line(family, a_card(NEW + 2)),
        lambda: move_line(ALONE, family, SECONDARY, LATER),
    ):
        with pytest.raises(WanhaoError, match="has 4 secondary cards, as many as it may have"):
            joins()
    end_line(NEW, LATER)
    add_line(family, a_card(NEW + 2))
    assert len(numbers(family)) == 5


def test_a_group_has_one_main_card(groups: tuple[int, int]) -> None:
    family, alone = groups
    with pytest.raises(WanhaoError, match="has a main card already"):
        add_line(family, a_card(role=LineRole.MAIN))
    with pytest.raises(WanhaoError, match="has a main card already"):
        move_line(SECOND, alone, LineRole.MAIN, LATER)
    assert line_count() == 4


def test_a_number_in_use_does_not_join(groups: tuple[int, int]) -> None:
    family, _ = groups
    with pytest.raises(WanhaoError, match=f"A number is in use: {ALONE} belongs to a line"):
        add_line(family, a_card(ALONE))
    with pytest.raises(WanhaoError, match="12345 is not a mobile number"):
        add_line(family, a_card(12345))
    with pytest.raises(WanhaoError, match="There is no group 999999"):
        add_line(999_999, a_card())


def test_a_line_moves_and_its_history_stays(groups: tuple[int, int]) -> None:
    family, alone = groups
    before = lines_by_number([SECOND])[SECOND]
    after = move_line(SECOND, alone, SECONDARY, LATER)
    assert history(SECOND) == [
        (family, "secondary", BEGAN, LATER),
        (alone, "secondary", LATER, None),
    ]
    assert (numbers(family), numbers(alone)) == ([MAIN, THIRD], [ALONE, SECOND])
    assert after.account_id == lines_by_number([ALONE])[ALONE].account_id != before.account_id
    assert (after.language, after.city) == (before.language, before.city)


def test_a_line_leaves_for_a_group_of_its_own(groups: tuple[int, int]) -> None:
    family, _ = groups
    account = lines_by_number([THIRD])[THIRD].account_id
    own = open_group(account)
    with pytest.raises(WanhaoError, match=f"Group {own} has no line"):
        move_line(THIRD, own, SECONDARY, LATER)
    line = move_line(THIRD, own, LineRole.MAIN, LATER)
    assert (line.group_id, line.account_id, line.role) == (own, account, LineRole.MAIN)
    assert numbers(family) == [MAIN, SECOND]


def test_the_main_card_stays_while_there_are_secondary_cards(groups: tuple[int, int]) -> None:
    family, alone = groups
    for leaves in (
        lambda: move_line(MAIN, alone, SECONDARY, LATER),
        lambda: end_line(MAIN, LATER),
    ):
        with pytest.raises(WanhaoError, match="which has secondary cards"):
            leaves()
    end_line(SECOND, LATER)
    end_line(THIRD, LATER)
    move_line(MAIN, alone, SECONDARY, LATER)
    assert numbers(family) == []


def test_a_number_given_back_may_be_given_again_but_not_earlier(groups: tuple[int, int]) -> None:
    family, alone = groups
    line = end_line(ALONE, LATER)
    assert (line.number, line.group_id) == (ALONE, alone)
    assert lines_by_number([ALONE]) == {}
    with pytest.raises(WanhaoError, match=f"Nobody uses the number {ALONE}"):
        end_line(ALONE, LATER)
    with pytest.raises(WanhaoError, match="somebody else's at that time"):
        add_line(family, a_card(ALONE, LATER - timedelta(seconds=1)))
    add_line(family, a_card(ALONE, LATER))
    assert history(ALONE) == [(alone, "main", BEGAN, LATER), (family, "secondary", LATER, None)]


def test_nothing_leaves_before_it_came_or_to_where_it_is(groups: tuple[int, int]) -> None:
    family, alone = groups
    early = BEGAN - timedelta(seconds=1)
    with pytest.raises(WanhaoError, match="is in its group since later than that"):
        end_line(ALONE, early)
    with pytest.raises(WanhaoError, match="is in its group since later than that"):
        move_line(SECOND, alone, SECONDARY, early)
    with pytest.raises(WanhaoError, match=f"{SECOND} is in group {family} already"):
        move_line(SECOND, family, SECONDARY, LATER)
    with pytest.raises(WanhaoError, match="There is no group 999999"):
        move_line(SECOND, 999_999, SECONDARY, LATER)
    assert history(SECOND) == [(family, "secondary", BEGAN, None)]


def test_other_groups_of_the_account_stay_as_they_are() -> None:
    (company,) = open_accounts([an_account("C1", *[(a_line(NEW + i),) for i in range(3)])])
    before = lines_of_groups([group.group_id for group in company.groups[1:]])
    end_line(NEW, LATER)
    assert lines_of_groups([group.group_id for group in company.groups]) == before
